/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What decides about peers, in one digest: trust anchors, pins, revocation lists
 * and rules. It is the same in two processes that decide alike. */
#include "crypto/credentials_object.h"
#include "crypto/datum.h"
#include "crypto/hash.h"

#include "base/wire.h"

#include <string.h>

#define DIGEST_LEN CREDENTIALS_TRUST_DIGEST_LEN

/* Each part with its length before it, so that none can be taken for two. */
static bool add(struct crypto_hash_state *hash, const void *data, size_t len)
{
	struct wire_writer writer;
	uint8_t prefix[8];

	wire_writer_init(&writer, prefix, sizeof(prefix));
	wire_write_u64(&writer, len);
	return crypto_hash_update(hash, prefix, sizeof(prefix)) &&
	       (len == 0 || crypto_hash_update(hash, data, len));
}

static bool add_anchor(void *hash, gnutls_x509_crt_t anchor)
{
	gnutls_datum_t der;
	bool ok;

	if (gnutls_x509_crt_export2(anchor, GNUTLS_X509_FMT_DER, &der) < 0)
		return false;
	ok = add(hash, der.data, der.size);
	datum_clear(&der);
	return ok;
}

static bool add_crls(struct crypto_hash_state *hash,
		     const struct adtls_credentials *credentials)
{
	bool ok = true;

	for (size_t i = 0; ok && i < credentials->crl_count; i++) {
		gnutls_datum_t der;

		ok = gnutls_x509_crl_export2(credentials->crls[i],
					     GNUTLS_X509_FMT_DER, &der) == 0;
		if (ok) {
			ok = add(hash, der.data, der.size);
			datum_clear(&der);
		}
	}
	return ok;
}

static bool add_rules(struct crypto_hash_state *hash,
		      const struct adtls_credentials *credentials)
{
	const struct credentials_rules *rules = &credentials->rules;
	struct wire_writer writer;
	uint8_t bytes[32];
	adtls_bytes_t written;

	wire_writer_init(&writer, bytes, sizeof(bytes));
	wire_write_u32(&writer, rules->tolerated);
	wire_write_u32(&writer, (uint32_t)rules->profile);
	wire_write_u32(&writer, rules->chain_limit);
	wire_write_u32(&writer, rules->peer_types);
	wire_write_u8(&writer, rules->requires_crl ? 1 : 0);
	wire_write_u8(&writer, credentials->has_trust ? 1 : 0);
	written = wire_written(&writer);
	return add(hash, written.data, written.len) &&
	       add(hash, rules->purpose, strlen(rules->purpose));
}

static bool compute(const struct adtls_credentials *credentials,
		    uint8_t out[DIGEST_LEN])
{
	struct crypto_hash_state *hash = crypto_hash_new(&crypto_sha256);
	bool ok = hash != NULL && add_rules(hash, credentials) &&
		  add(hash, credentials->pins.data, credentials->pins.len) &&
		  credentials_each_anchor(credentials, add_anchor, hash) &&
		  add_crls(hash, credentials) && crypto_hash_peek(hash, out);

	crypto_hash_free(hash);
	return ok;
}

bool credentials_trust_digest(struct adtls_credentials *credentials,
			      uint8_t out[DIGEST_LEN])
{
	struct credentials_trust_digest *kept = &credentials->trust_digest;
	unsigned nobody = TRUST_DIGEST_NONE;

	/* Those in use change no more; who comes second in the meantime keeps
	 * nothing. */
	if (atomic_load(&kept->state) == TRUST_DIGEST_KEPT) {
		memcpy(out, kept->bytes, DIGEST_LEN);
		return true;
	}
	if (!compute(credentials, out))
		return false;
	if (atomic_compare_exchange_strong(&kept->state, &nobody,
					   TRUST_DIGEST_BEING_KEPT)) {
		memcpy(kept->bytes, out, DIGEST_LEN);
		atomic_store(&kept->state, TRUST_DIGEST_KEPT);
	}
	return true;
}
