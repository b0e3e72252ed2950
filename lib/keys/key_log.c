/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of the NSS key log format: label, client random, secret. */
#include "keys/key_log.h"

#include <string.h>

#include "base/buffer.h"

#define CLIENT_RANDOM_LEN 32
#define LABEL_MAX	  64
#define LINE_MAX_LEN \
	(LABEL_MAX + 1 + 2 * CLIENT_RANDOM_LEN + 1 + 2 * CRYPTO_HASH_MAX + 1)

/* Append @len bytes in lower-case hexadecimal; returns the end. */
static char *write_hex(char *at, const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*at++ = digits[data[i] >> 4];
		*at++ = digits[data[i] & 0x0f];
	}
	return at;
}

void key_log_secret(const struct key_log *log, const char *label,
		    const uint8_t client_random[32],
		    const struct secret *secret)
{
	size_t label_len = strlen(label);
	char line[LINE_MAX_LEN];
	char *at = line;

	if (log->write == NULL || label_len > LABEL_MAX)
		return;
	memcpy(at, label, label_len);
	at += label_len;
	*at++ = ' ';
	at = write_hex(at, client_random, CLIENT_RANDOM_LEN);
	*at++ = ' ';
	at = write_hex(at, secret->data, secret->len);
	*at = '\0';
	log->write(log->context, line);
	bytes_wipe(line, sizeof(line));
}
