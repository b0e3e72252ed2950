/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When which keys are made and installed (RFC 8446 §7.1, RFC 9147 §6.1). */
#include "handshake/handshake.h"

/* Install the keys of @epoch: ours for writing, the peer's for reading. */
static bool write_with(struct handshake *hs, uint64_t epoch,
		       const struct secret *client, const struct secret *server)
{
	return channel_write_keys(hs->channel, epoch, hs->facts->suite,
				  hs->role == ADTLS_CLIENT ? client : server);
}

static bool read_with(struct handshake *hs, uint64_t epoch,
		      const struct secret *client, const struct secret *server)
{
	return channel_read_keys(hs->channel, epoch, hs->facts->suite,
				 hs->role == ADTLS_CLIENT ? server : client);
}

static bool derive_handshake_secrets(struct handshake *hs,
				     adtls_bytes_t shared_secret)
{
	/* Empty without one. */
	adtls_bytes_t psk = hs_psk_key(&hs->psk.selected);

	return transcript_hash(&hs->transcript, hs->hello_hash) &&
	       key_schedule_start(&hs->schedule, hs->facts->suite->hash,
				  KEY_LABEL_PREFIX_DTLS13, psk) &&
	       key_schedule_to_handshake(&hs->schedule, shared_secret) &&
	       key_schedule_derive(&hs->schedule, "c hs traffic",
				   hs->hello_hash, &hs->client_secret) &&
	       key_schedule_derive(&hs->schedule, "s hs traffic",
				   hs->hello_hash, &hs->server_secret) &&
	       key_schedule_to_main(&hs->schedule);
}

bool hs_derive_handshake_keys(struct handshake *hs, adtls_bytes_t peer_share)
{
	const struct key_log *log = &hs->config->key_log;
	uint8_t shared[CRYPTO_SHARED_SECRET_MAX];
	size_t shared_len;
	bool ok;

	if (!crypto_key_exchange_derive(hs->key_exchange, peer_share, shared,
					&shared_len))
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_BAD_KEY_SHARE,
				 "the peer's key share is not a valid %s key",
				 hs->facts->group->name);
	crypto_key_exchange_free(hs->key_exchange);
	hs->key_exchange = NULL;
	ok = derive_handshake_secrets(hs, bytes_of(shared, shared_len));
	bytes_wipe(shared, sizeof(shared));
	if (!ok ||
	    !write_with(hs, EPOCH_HANDSHAKE, &hs->client_secret,
			&hs->server_secret) ||
	    !read_with(hs, EPOCH_HANDSHAKE, &hs->client_secret,
		       &hs->server_secret)) {
		hs_fail_memory(hs);
		return false;
	}
	key_log_secret(log, KEY_LOG_CLIENT_HANDSHAKE, hs->client_random,
		       &hs->client_secret);
	key_log_secret(log, KEY_LOG_SERVER_HANDSHAKE, hs->client_random,
		       &hs->server_secret);
	return true;
}

bool hs_derive_application_keys(struct handshake *hs)
{
	const struct key_log *log = &hs->config->key_log;
	uint8_t hash[CRYPTO_HASH_MAX];

	if (!transcript_hash(&hs->transcript, hash) ||
	    !key_schedule_derive(&hs->schedule, "c ap traffic", hash,
				 &hs->client_traffic) ||
	    !key_schedule_derive(&hs->schedule, "s ap traffic", hash,
				 &hs->server_traffic) ||
	    !key_schedule_derive(&hs->schedule, "exp master", hash,
				 &hs->facts->exporter_main)) {
		hs_fail_memory(hs);
		return false;
	}
	key_log_secret(log, KEY_LOG_CLIENT_TRAFFIC, hs->client_random,
		       &hs->client_traffic);
	key_log_secret(log, KEY_LOG_SERVER_TRAFFIC, hs->client_random,
		       &hs->server_traffic);
	key_log_secret(log, KEY_LOG_EXPORTER, hs->client_random,
		       &hs->facts->exporter_main);
	return true;
}

bool hs_write_application(struct handshake *hs)
{
	if (write_with(hs, EPOCH_APPLICATION, &hs->client_traffic,
		       &hs->server_traffic))
		return true;
	hs_fail_memory(hs);
	return false;
}

bool hs_read_application(struct handshake *hs)
{
	if (read_with(hs, EPOCH_APPLICATION, &hs->client_traffic,
		      &hs->server_traffic))
		return true;
	hs_fail_memory(hs);
	return false;
}

bool hs_attestation_binder(const struct handshake *hs, adtls_role_t role,
			   adtls_bytes_t spki, struct secret *out)
{
	bool is_client = role == ADTLS_CLIENT;
	struct secret attestation_main;
	bool ok;

	ok = key_schedule_derive(&hs->schedule,
				 is_client ? "c attestation main" :
					     "s attestation main",
				 hs->hello_hash, &attestation_main) &&
	     key_attestation_binder(hs->facts->suite->hash,
				    KEY_LABEL_PREFIX_DTLS13, &attestation_main,
				    spki, out);
	if (ok)
		key_log_secret(&hs->config->key_log,
			       is_client ? KEY_LOG_CLIENT_ATTESTATION :
					   KEY_LOG_SERVER_ATTESTATION,
			       hs->client_random, &attestation_main);
	secret_wipe(&attestation_main);
	return ok;
}
