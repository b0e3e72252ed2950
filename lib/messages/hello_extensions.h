/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies of the hello extensions (RFC 8446 §4.2, RFC 6066 §3). Each reader
 * stands beside its writer. */
#ifndef ADTLS_MESSAGES_HELLO_EXTENSIONS_H
#define ADTLS_MESSAGES_HELLO_EXTENSIONS_H

#include "base/wire.h"

/* A list of 16-bit numbers with a length prefix of @prefix_len bytes:
 * supported_groups and signature_algorithms (2), supported_versions (1). */
bool number_list_read(adtls_bytes_t body, unsigned prefix_len,
		      adtls_bytes_t *out);
void number_list_write(struct wire_writer *writer, unsigned prefix_len,
		       const uint16_t *numbers, size_t count);

/* One 16-bit number: supported_versions in ServerHello, key_share in
 * HelloRetryRequest. */
bool number_read(adtls_bytes_t body, uint16_t *out);

struct key_share {
	uint16_t group;
	adtls_bytes_t exchange;
};

/* ClientHello's key_share. */
enum key_share_result {
	KEY_SHARE_FOUND,
	KEY_SHARE_ABSENT,
	KEY_SHARE_MALFORMED,
	KEY_SHARE_DUPLICATE
};

/* The share of @group among the client's; all of the list is checked. */
enum key_share_result key_share_list_find(adtls_bytes_t body, uint16_t group,
					  struct key_share *out,
					  size_t *out_count);
bool key_share_read(adtls_bytes_t body, struct key_share *out);
void key_share_write(struct wire_writer *writer, uint16_t group,
		     adtls_bytes_t exchange);

/* The cookie extension, and any other body that is one 16-bit vector. */
bool cookie_read(adtls_bytes_t body, adtls_bytes_t *out);
void cookie_write(struct wire_writer *writer, adtls_bytes_t cookie);

/* server_name with one host_name. */
bool server_name_read(adtls_bytes_t body, adtls_bytes_t *out);
void server_name_write(struct wire_writer *writer, const char *name);

#endif
