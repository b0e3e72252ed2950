/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key schedule (RFC 8446 §7.1, RFC 9147 §5.9, protocol §4.1). */
#ifndef ADTLS_KEYS_KEY_SCHEDULE_H
#define ADTLS_KEYS_KEY_SCHEDULE_H

#include "crypto/hash.h"

/* "dtls13", RFC 9147 §5.9; a parameter so that RFC 8448's values can be run. */
#define KEY_LABEL_PREFIX_DTLS13 "dtls13"

struct key_schedule {
	const struct crypto_hash *hash;
	const char *label_prefix;
	struct secret secret;	/* Early, then Handshake, then Main Secret */
};

/* Early Secret, without a PSK if @psk is empty. */
bool key_schedule_start(struct key_schedule *schedule,
			const struct crypto_hash *hash,
			const char *label_prefix, adtls_bytes_t psk);
/* Early -> Handshake Secret, with the (EC)DHE @shared_secret. */
bool key_schedule_to_handshake(struct key_schedule *schedule,
			       adtls_bytes_t shared_secret);
/* Handshake -> Main Secret. */
bool key_schedule_to_main(struct key_schedule *schedule);
/* Derive-Secret of the current stage with a finished transcript hash. */
bool key_schedule_derive(const struct key_schedule *schedule,
			 const char *label, const uint8_t *transcript_hash,
			 struct secret *out);
void key_schedule_clear(struct key_schedule *schedule);

/* The next generation of an application traffic secret (RFC 8446 §7.2), in
 * place of @secret. */
bool key_traffic_update(const struct crypto_hash *hash,
			const char *label_prefix, struct secret *secret);

/* finished_key and its HMAC over the transcript hash (RFC 8446 §4.4.4);
 * hash->len bytes at @out. */
bool key_finished_mac(const struct crypto_hash *hash, const char *label_prefix,
		      const struct secret *base_key,
		      const uint8_t *transcript_hash, uint8_t *out);

/* The binder of a PSK that was agreed on elsewhere, or comes from a ticket (RFC
 * 8446 §4.2.11.2), over the hash of the transcript up to the binders; hash->len
 * bytes at @out. */
bool key_psk_binder(const struct crypto_hash *hash, const char *label_prefix,
		    adtls_bytes_t psk, bool is_external,
		    const uint8_t *transcript_hash, uint8_t *out);

/* The PSK of a ticket (RFC 8446 §4.6.1) from the resumption secret and the
 * ticket's nonce of at most 255 bytes; hash->len bytes. */
bool key_resumption_psk(const struct crypto_hash *hash,
			const char *label_prefix,
			const struct secret *resumption_main,
			adtls_bytes_t nonce, struct secret *out);

/* The attestation binder (protocol §4.1) from c_ or s_attest_main and the
 * SubjectPublicKeyInfo as sent; hash->len bytes. */
bool key_attestation_binder(const struct crypto_hash *hash,
			    const char *label_prefix,
			    const struct secret *attestation_main,
			    adtls_bytes_t spki, struct secret *out);

/* The exporter (RFC 8446 §7.5): @context may be empty. */
bool key_export(const struct crypto_hash *hash, const char *label_prefix,
		const struct secret *exporter_main, const char *label,
		adtls_bytes_t context, uint8_t *out, size_t out_len);

#endif
