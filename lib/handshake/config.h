/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration: what all connections share. */
#ifndef ADTLS_HANDSHAKE_CONFIG_H
#define ADTLS_HANDSHAKE_CONFIG_H

#include "crypto/hash.h"
#include "crypto/priority.h"
#include "flight/retransmission_timer.h"
#include "handshake/alpn.h"
#include "handshake/extension_table.h"
#include "handshake/server_name.h"
#include "handshake/verify_peer.h"
#include "handshake/ticket_keys.h"
#include "keys/key_log.h"

#include <adtls/config.h>

#include <stdatomic.h>

#define CONFIG_MTU_MIN 256
#define CONFIG_MTU_MAX 65507	/* UDP over IPv4 */
#define CONFIG_MTU_DEFAULT 1200	/* crosses any IPv6 path, RFC 8200 §5 */
#define CONFIG_ATTESTATION_LIMIT_DEFAULT 65536
#define CONFIG_REASSEMBLY_BUDGET 98304	/* 96 KiB, protocol §7 */
#define POLICY_DIGEST_LEN 32	/* SHA-256 */
#define CONFIG_APPLICATION_EXTENSIONS_MAX 8

struct trace {
	void (*write)(void *context, const char *line);
	void *context;
};

/* What we can prove, and what we demand: read by the attestation layer. */
struct config_attestation {
	adtls_attester_t *attester;
	adtls_policy_t *policy;
	adtls_verifier_t *verifier;
	size_t limit;
	bool is_required;	/* as a client: not without our Evidence taken */
	uint8_t policy_digest[POLICY_DIGEST_LEN];	/* of what it demands */
	struct ticket_denials *denials;	/* whose tickets are refused */
};

/* Resumption. */
struct config_tickets {
	bool are_wanted;	/* as a client */
	unsigned count;		/* as a server, per handshake; 0: none at all */
	int64_t lifetime_s;
	struct ticket_keys *keys;	/* change while the rest is sealed */
};

/* An extension of the application, behind a row like our own. */
struct application_extension {
	struct hs_extension row;
	char name[32];
	adtls_ext_send_func send;
	adtls_ext_receive_func receive;
	void *context;
};

struct adtls_config {
	atomic_uint references;
	atomic_bool is_sealed;
	struct priority priority;
	adtls_credentials_t *credentials;	/* unless a name has its own */
	struct config_server_names server_names;
	adtls_client_authentication_t client_authentication;
	size_t mtu;
	uint16_t record_size_limit;	/* what we take; 0: not said */
	uint16_t padding_block;	/* of protected records; 0: no padding */
	struct timer_config timer;
	uint64_t handshake_deadline_us;
	struct {
		uint64_t expiry_us;	/* 0: none */
		bool tells_peer;
	} idle;
	uint64_t forgery_limit;	/* 0: the suites' own */
	bool uses_cookie;
	struct config_verification verification;
	bool sends_authorities;
	struct config_alpn alpn;
	struct {
		bool is_on;
		size_t len;	/* of those we want to receive */
	} connection_id;
	adtls_migration_t migration;
	struct crypto_random random;
	struct key_log key_log;
	struct trace trace;
	const struct hs_layer *layer;	/* NULL: no attestation */
	struct config_attestation attestation;
	struct config_tickets tickets;
	struct application_extension
		extensions[CONFIG_APPLICATION_EXTENSIONS_MAX];
	size_t extension_count;
};

/* Bytes of handshake messages being put together: an Attestation of the largest
 * size accepted must fit, whatever else is there. */
size_t config_reassembly_budget(const struct adtls_config *config);
/* Can a peer be accepted at all? */
bool config_trusts_someone(const struct adtls_config *config,
			   const adtls_credentials_t *credentials);
/* Seal for @role and take a reference; the message is dropped. */
int config_use(struct adtls_config *config, adtls_role_t role);
/* Write a line to the trace, printf-like; nothing without a trace. */
void config_trace(const struct adtls_config *config, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
