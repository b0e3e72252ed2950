/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* KeyUpdate (RFC 8446 §4.6.3). */
#ifndef ADTLS_MESSAGES_KEY_UPDATE_H
#define ADTLS_MESSAGES_KEY_UPDATE_H

#include "base/wire.h"

#define KEY_UPDATE_LEN 1

enum key_update_request {
	KEY_UPDATE_NOT_REQUESTED = 0,
	KEY_UPDATE_REQUESTED = 1
};

/* False: not one byte. The value is the caller's to judge. */
bool key_update_read(adtls_bytes_t body, uint8_t *out_request);
void key_update_write(struct wire_writer *writer,
		      enum key_update_request request);

#endif
