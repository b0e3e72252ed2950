/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The content of return_routability_check records
 * (draft-ietf-tls-dtls-rrc). */
#ifndef ADTLS_MESSAGES_RETURN_ROUTABILITY_H
#define ADTLS_MESSAGES_RETURN_ROUTABILITY_H

#include "base/wire.h"

#define PATH_COOKIE_LEN 8
#define PATH_MESSAGE_LEN (1 + PATH_COOKIE_LEN)

enum path_message_type {
	PATH_CHALLENGE = 0,
	PATH_RESPONSE = 1,
	PATH_DROP = 2
};

struct path_message {
	uint8_t type;
	uint8_t cookie[PATH_COOKIE_LEN];	/* zeroes if the type is unknown */
};

/* False: malformed. A message of an unknown type is well-formed whatever
 * follows, and to be ignored. */
bool path_message_read(adtls_bytes_t content, struct path_message *out);
void path_message_write(struct wire_writer *writer,
			const struct path_message *message);

#endif
