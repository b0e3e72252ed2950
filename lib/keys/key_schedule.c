/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key schedule (RFC 8446 §7.1) with the attestation binder (protocol
 * §4.1).
 *
 *             0 -> Extract <- PSK or 0            Early Secret
 *   "derived"   -> Extract <- (EC)DHE             Handshake Secret
 *   "derived"   -> Extract <- 0                   Main Secret
 */
#include "keys/key_schedule.h"

#include "base/buffer.h"

/* The longest HKDF-Expand-Label context: its length is one byte. */
#define BINDER_CONTEXT_MAX 255

/* HKDF-Expand-Label to one hash length. */
static bool expand_secret(const struct crypto_hash *hash,
			  const char *label_prefix, const struct secret *secret,
			  const char *label, adtls_bytes_t context,
			  struct secret *out)
{
	out->len = hash->len;
	return crypto_hkdf_expand_label(hash, label_prefix,
					bytes_of(secret->data, secret->len),
					label, context, out->data, out->len);
}

bool key_schedule_start(struct key_schedule *schedule,
			const struct crypto_hash *hash,
			const char *label_prefix, adtls_bytes_t psk)
{
	static const uint8_t zero[CRYPTO_HASH_MAX];

	*schedule = (struct key_schedule){ .hash = hash,
					   .label_prefix = label_prefix };
	if (psk.len == 0)
		psk = bytes_of(zero, hash->len);
	return crypto_hkdf_extract(hash, bytes_of(NULL, 0), psk,
				   &schedule->secret);
}

/* Extract the next stage from @input, salted with this one's "derived". */
static bool advance(struct key_schedule *schedule, adtls_bytes_t input)
{
	uint8_t empty_hash[CRYPTO_HASH_MAX];
	struct secret salt;
	bool ok;

	ok = crypto_hash_compute(schedule->hash, bytes_of(NULL, 0),
				 empty_hash) &&
	     key_schedule_derive(schedule, "derived", empty_hash, &salt) &&
	     crypto_hkdf_extract(schedule->hash, bytes_of(salt.data, salt.len),
				 input, &schedule->secret);
	secret_wipe(&salt);
	return ok;
}

bool key_schedule_to_handshake(struct key_schedule *schedule,
			       adtls_bytes_t shared_secret)
{
	return advance(schedule, shared_secret);
}

bool key_schedule_to_main(struct key_schedule *schedule)
{
	static const uint8_t zero[CRYPTO_HASH_MAX];

	return advance(schedule, bytes_of(zero, schedule->hash->len));
}

bool key_schedule_derive(const struct key_schedule *schedule, const char *label,
			 const uint8_t *transcript_hash, struct secret *out)
{
	return expand_secret(
		schedule->hash, schedule->label_prefix, &schedule->secret,
		label, bytes_of(transcript_hash, schedule->hash->len), out);
}

void key_schedule_clear(struct key_schedule *schedule)
{
	secret_wipe(&schedule->secret);
}

bool key_finished_mac(const struct crypto_hash *hash, const char *label_prefix,
		      const struct secret *base_key,
		      const uint8_t *transcript_hash, uint8_t *out)
{
	struct secret finished_key;
	bool ok;

	ok = expand_secret(hash, label_prefix, base_key, "finished",
			   bytes_of(NULL, 0), &finished_key) &&
	     crypto_hmac(hash, bytes_of(finished_key.data, finished_key.len),
			 bytes_of(transcript_hash, hash->len), out);
	secret_wipe(&finished_key);
	return ok;
}

bool key_psk_binder(const struct crypto_hash *hash, const char *label_prefix,
		    adtls_bytes_t psk, bool is_external,
		    const uint8_t *transcript_hash, uint8_t *out)
{
	struct key_schedule schedule = { 0 };
	uint8_t empty_hash[CRYPTO_HASH_MAX];
	struct secret binder_key = { 0 };
	bool ok;

	ok = key_schedule_start(&schedule, hash, label_prefix, psk) &&
	     crypto_hash_compute(hash, bytes_of(NULL, 0), empty_hash) &&
	     key_schedule_derive(&schedule,
				 is_external ? "ext binder" : "res binder",
				 empty_hash, &binder_key) &&
	     key_finished_mac(hash, label_prefix, &binder_key, transcript_hash,
			      out);
	secret_wipe(&binder_key);
	key_schedule_clear(&schedule);
	return ok;
}

bool key_resumption_psk(const struct crypto_hash *hash,
			const char *label_prefix,
			const struct secret *resumption_main,
			adtls_bytes_t nonce, struct secret *out)
{
	return expand_secret(hash, label_prefix, resumption_main, "resumption",
			     nonce, out);
}

bool key_traffic_update(const struct crypto_hash *hash,
			const char *label_prefix, struct secret *secret)
{
	struct secret next;
	bool ok;

	ok = expand_secret(hash, label_prefix, secret, "traffic upd",
			   bytes_of(NULL, 0), &next);
	if (ok)
		*secret = next;
	secret_wipe(&next);
	return ok;
}

bool key_attestation_binder(const struct crypto_hash *hash,
			    const char *label_prefix,
			    const struct secret *attestation_main,
			    adtls_bytes_t spki, struct secret *out)
{
	uint8_t spki_hash[CRYPTO_HASH_MAX];
	adtls_bytes_t context = spki;

	/* deviation: protocol §4.1 */
	if (spki.len > BINDER_CONTEXT_MAX) {
		if (!crypto_hash_compute(hash, spki, spki_hash))
			return false;
		context = bytes_of(spki_hash, hash->len);
	}
	return expand_secret(hash, label_prefix, attestation_main,
			     "attestation", context, out);
}

bool key_export(const struct crypto_hash *hash, const char *label_prefix,
		const struct secret *exporter_main, const char *label,
		adtls_bytes_t context, uint8_t *out, size_t out_len)
{
	uint8_t digest[CRYPTO_HASH_MAX];
	struct secret derived;
	bool ok;

	ok = crypto_hash_compute(hash, bytes_of(NULL, 0), digest) &&
	     expand_secret(hash, label_prefix, exporter_main, label,
			   bytes_of(digest, hash->len), &derived) &&
	     crypto_hash_compute(hash, context, digest) &&
	     crypto_hkdf_expand_label(
		     hash, label_prefix, bytes_of(derived.data, derived.len),
		     "exporter", bytes_of(digest, hash->len), out, out_len);
	secret_wipe(&derived);
	return ok;
}
