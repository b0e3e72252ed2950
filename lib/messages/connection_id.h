/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connection IDs: the extension (RFC 9146 §3), NewConnectionId and
 * RequestConnectionId (RFC 9147 §9). Each reader stands beside its writer. */
#ifndef ADTLS_MESSAGES_CONNECTION_ID_H
#define ADTLS_MESSAGES_CONNECTION_ID_H

#include "base/wire.h"

#define CONNECTION_ID_MAX 255

enum connection_id_usage {
	CID_IMMEDIATE = 0,
	CID_SPARE = 1
};

/* The extension's body; an empty CID is one. */
bool connection_id_read(adtls_bytes_t body, adtls_bytes_t *out);
void connection_id_write(struct wire_writer *writer, adtls_bytes_t cid);

struct new_connection_id {
	adtls_bytes_t cids;	/* for new_connection_id_next() */
	uint8_t usage;		/* the caller's to judge */
};

/* False: malformed; every CID of the list is checked. */
bool new_connection_id_read(adtls_bytes_t body, struct new_connection_id *out);
/* Take the next CID of a message that has been read. False: no more. */
bool new_connection_id_next(struct new_connection_id *message,
			    adtls_bytes_t *out);
/* Begin, write each CID with connection_id_write(), end. */
size_t new_connection_id_begin(struct wire_writer *writer);
void new_connection_id_end(struct wire_writer *writer, size_t mark,
			   enum connection_id_usage usage);

#define REQUEST_CONNECTION_ID_LEN 1

bool request_connection_id_read(adtls_bytes_t body, uint8_t *out_count);
void request_connection_id_write(struct wire_writer *writer, uint8_t count);

#endif
