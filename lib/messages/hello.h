/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ClientHello, ServerHello and HelloRetryRequest (RFC 9147 §5.3, §5.4). */
#ifndef ADTLS_MESSAGES_HELLO_H
#define ADTLS_MESSAGES_HELLO_H

#include "base/wire.h"

#define HELLO_RANDOM_LEN 32
#define HELLO_LEGACY_VERSION 0xfefd	/* DTLS 1.2, RFC 9147 §5.3 */
#define HELLO_VERSION_DTLS13 0xfefc

/* Views into the message's body. */
struct client_hello {
	adtls_bytes_t random;
	adtls_bytes_t session_id;
	adtls_bytes_t legacy_cookie;	/* must be empty */
	adtls_bytes_t suites;		/* 16-bit numbers */
	adtls_bytes_t compression;	/* must be one zero byte */
	adtls_bytes_t extensions;
};

bool client_hello_read(adtls_bytes_t body, struct client_hello *out);
/* Does the list of 16-bit numbers contain @value? */
bool hello_list_contains(adtls_bytes_t list, uint16_t value);
/* Write everything before the extensions; one vector of extensions follows. */
void client_hello_write_start(struct wire_writer *writer,
			      const uint8_t random[HELLO_RANDOM_LEN],
			      const uint16_t *suites, size_t suite_count);

struct server_hello {
	adtls_bytes_t random;
	adtls_bytes_t session_id;
	uint16_t legacy_version;
	uint16_t suite;
	uint8_t compression;
	bool is_retry;		/* a HelloRetryRequest, by its random */
	adtls_bytes_t extensions;
};

bool server_hello_read(adtls_bytes_t body, struct server_hello *out);
/* Write everything before the extensions. @random NULL: HelloRetryRequest. */
void server_hello_write_start(struct wire_writer *writer, const uint8_t *random,
			      adtls_bytes_t session_id, uint16_t suite);

#endif
