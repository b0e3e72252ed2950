/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of the NSS key log format, for decrypting captures. */
#ifndef ADTLS_KEYS_KEY_LOG_H
#define ADTLS_KEYS_KEY_LOG_H

#include "crypto/hash.h"

#define KEY_LOG_CLIENT_HANDSHAKE "CLIENT_HANDSHAKE_TRAFFIC_SECRET"
#define KEY_LOG_SERVER_HANDSHAKE "SERVER_HANDSHAKE_TRAFFIC_SECRET"
#define KEY_LOG_CLIENT_TRAFFIC "CLIENT_TRAFFIC_SECRET_0"
#define KEY_LOG_SERVER_TRAFFIC "SERVER_TRAFFIC_SECRET_0"
#define KEY_LOG_EXPORTER "EXPORTER_SECRET"
/* Ours: without them nobody could re-derive a binder from a capture. */
#define KEY_LOG_CLIENT_ATTESTATION "CLIENT_ATTESTATION_MAIN_SECRET"
#define KEY_LOG_SERVER_ATTESTATION "SERVER_ATTESTATION_MAIN_SECRET"

struct key_log {
	/* One line without newline, valid during the call. */
	void (*write)(void *context, const char *line);
	void *context;
};

/* Write one line; nothing when @log has no function. */
void key_log_secret(const struct key_log *log, const char *label,
		    const uint8_t client_random[32],
		    const struct secret *secret);

#endif
