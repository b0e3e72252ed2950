/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tickets of one connection that the application has not taken yet. */
#ifndef ADTLS_HANDSHAKE_TICKET_BOX_H
#define ADTLS_HANDSHAKE_TICKET_BOX_H

#include "handshake/ticket.h"

/* The newest are kept: servers send one or two. */
#define TICKET_BOX_MAX 4

struct ticket_box {
	adtls_ticket_t *items[TICKET_BOX_MAX];	/* the oldest first */
	size_t count;
	bool is_new;		/* one has come: to be told */
};

void ticket_box_clear(struct ticket_box *box);
/* The newest, the caller's from here on; NULL: none. */
adtls_ticket_t *ticket_box_take(struct ticket_box *box);

#endif
