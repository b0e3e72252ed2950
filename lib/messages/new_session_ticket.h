/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NewSessionTicket (RFC 8446 §4.6.1). */
#ifndef ADTLS_MESSAGES_NEW_SESSION_TICKET_H
#define ADTLS_MESSAGES_NEW_SESSION_TICKET_H

#include "base/wire.h"

/* What surrounds the ticket, without nonce and extensions. */
#define NEW_SESSION_TICKET_OVERHEAD 13

/* Views into the message's body. */
struct new_session_ticket {
	uint32_t lifetime_s;
	uint32_t age_add;
	adtls_bytes_t nonce;
	adtls_bytes_t ticket;
};

/* Its extensions are checked for their form, and ignored: early_data is the
 * only one there is. */
bool new_session_ticket_read(adtls_bytes_t body,
			     struct new_session_ticket *out);
/* Without extensions. */
void new_session_ticket_write(struct wire_writer *writer,
			      const struct new_session_ticket *message);

#endif
