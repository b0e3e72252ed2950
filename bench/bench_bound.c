/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The primitives of a record, and of a handshake, counted in RFC 8446 and RFC
 * 9147 and done one after the other: nothing is parsed, built or kept. */
#include "bench_bound.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <nettle/aes.h>
#include <nettle/curve25519.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench_check.h"

#define HASH_LEN 32
#define TAG_LEN 16
#define NONCE_LEN 12
#define HEADER_LEN 5
#define DATA_MAX 2048

/* Of both sides together. */
enum {
	KEY_EXCHANGES = 2,
	/* CertificateVerify, and the certificate by the root's key. */
	VERIFICATIONS = 2,
	/* Early, handshake and main secret. */
	EXTRACTS = 2 * 3,
	/* Two "derived", four traffic secrets, the exporter's; three keys for
	 * each direction of two epochs; two finished keys. */
	EXPANDS = 2 * (7 + 3 * 4 + 2),
	/* Two Finished, made or checked by either side; the cookie made, and
	 * checked under two keys. */
	MACS = 2 * 2 + 3,
	/* Transcripts read by either side: hellos (twice), CertificateVerify,
	 * two Finished, application secrets. */
	TRANSCRIPTS = 2 * 6,
	/* Bytes of the messages that a transcript grows by each time. */
	TRANSCRIPT_PART = 250,
	/* Records under handshake keys and the last ACK, each sealed and
	 * opened. */
	RECORDS = 4,
	RECORD_LEN = 400,
	AEAD_KEYS = 8
};

struct bench_bound {
	gnutls_datum_t certificate;	/* DER */
	gnutls_privkey_t server_key;
	gnutls_datum_t signature;
	gnutls_aead_cipher_hd_t aead;
	struct aes128_ctx mask;
	uint8_t data[DATA_MAX + TAG_LEN];
};

static void check(int result, const char *what)
{
	bench_check(result >= 0, "primitives, %s: %s", what,
		    gnutls_strerror(result));
}

static gnutls_datum_t data_of(const struct bench_bound *bound, size_t len)
{
	return (gnutls_datum_t){ (unsigned char *)bound->data, (unsigned)len };
}

static gnutls_x509_crt_t read_certificate(const gnutls_datum_t *pem)
{
	gnutls_x509_crt_t certificate;

	check(gnutls_x509_crt_init(&certificate), "certificate");
	check(gnutls_x509_crt_import(certificate, pem, GNUTLS_X509_FMT_PEM),
	      "certificate");
	return certificate;
}

static gnutls_pubkey_t public_key_of(gnutls_x509_crt_t certificate)
{
	gnutls_pubkey_t key;

	check(gnutls_pubkey_init(&key), "public key");
	check(gnutls_pubkey_import_x509(key, certificate, 0), "public key");
	return key;
}

static void make_aead(struct bench_bound *bound)
{
	const gnutls_datum_t key = data_of(bound, 16);

	check(gnutls_aead_cipher_init(&bound->aead, GNUTLS_CIPHER_AES_128_GCM,
				      &key),
	      "AEAD");
	aes128_set_encrypt_key(&bound->mask, bound->data);
}

static void sign(const struct bench_bound *bound, gnutls_datum_t *out)
{
	const gnutls_datum_t content = data_of(bound, 98 + HASH_LEN);

	check(gnutls_privkey_sign_data2(bound->server_key,
					GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 0,
					&content, out),
	      "sign");
}

struct bench_bound *bench_bound_new(const struct bench_credentials *credentials)
{
	struct bench_bound *bound = calloc(1, sizeof(*bound));
	gnutls_x509_crt_t server =
		read_certificate(&credentials->server.certificate);

	bench_check(bound != NULL, "out of memory");
	check(gnutls_x509_crt_export2(server, GNUTLS_X509_FMT_DER,
				      &bound->certificate),
	      "certificate");
	check(gnutls_privkey_init(&bound->server_key), "key");
	check(gnutls_privkey_import_x509_raw(bound->server_key,
					     &credentials->server.key,
					     GNUTLS_X509_FMT_PEM, NULL, 0),
	      "key");
	sign(bound, &bound->signature);
	make_aead(bound);
	gnutls_x509_crt_deinit(server);
	return bound;
}

void bench_bound_free(struct bench_bound *bound)
{
	gnutls_aead_cipher_deinit(bound->aead);
	gnutls_free(bound->signature.data);
	gnutls_free(bound->certificate.data);
	gnutls_privkey_deinit(bound->server_key);
	free(bound);
}

void bench_bound_record(struct bench_bound *bound, size_t len)
{
	static const uint8_t nonce[NONCE_LEN], header[HEADER_LEN];
	uint8_t mask[AES_BLOCK_SIZE];
	size_t sealed_len = len + 1 + TAG_LEN, opened_len = len + 1;

	check(gnutls_aead_cipher_encrypt(bound->aead, nonce, sizeof(nonce),
					 header, sizeof(header), TAG_LEN,
					 bound->data, len + 1, bound->data,
					 &sealed_len),
	      "seal");
	aes128_encrypt(&bound->mask, sizeof(mask), mask, bound->data);
	aes128_encrypt(&bound->mask, sizeof(mask), mask, bound->data);
	check(gnutls_aead_cipher_decrypt(bound->aead, nonce, sizeof(nonce),
					 header, sizeof(header), TAG_LEN,
					 bound->data, sealed_len, bound->data,
					 &opened_len),
	      "open");
}

static void exchange_keys(void)
{
	uint8_t secret[CURVE25519_SIZE], share[CURVE25519_SIZE];
	uint8_t shared[CURVE25519_SIZE];

	check(gnutls_rnd(GNUTLS_RND_KEY, secret, sizeof(secret)), "random");
	curve25519_mul_g(share, secret);
	curve25519_mul(shared, secret, share);
}

static void validate(const struct bench_bound *bound)
{
	const gnutls_datum_t content = data_of(bound, 98 + HASH_LEN);
	gnutls_x509_crt_t certificate;
	gnutls_pubkey_t key;
	unsigned char dn[256];
	size_t dn_len = sizeof(dn);

	check(gnutls_x509_crt_init(&certificate), "certificate");
	check(gnutls_x509_crt_import(certificate, &bound->certificate,
				     GNUTLS_X509_FMT_DER),
	      "certificate");
	key = public_key_of(certificate);
	check(gnutls_x509_crt_get_dn(certificate, (char *)dn, &dn_len), "name");
	for (int i = 0; i < VERIFICATIONS; i++)
		check(gnutls_pubkey_verify_data2(
			      key, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, 0,
			      &content, &bound->signature),
		      "verify");
	gnutls_pubkey_deinit(key);
	gnutls_x509_crt_deinit(certificate);
}

static void schedule_keys(const struct bench_bound *bound)
{
	const gnutls_datum_t secret = data_of(bound, HASH_LEN);
	const gnutls_datum_t info = data_of(bound, 2 + 1 + 18 + 1 + HASH_LEN);
	uint8_t out[HASH_LEN];

	for (int i = 0; i < EXTRACTS; i++)
		check(gnutls_hkdf_extract(GNUTLS_MAC_SHA256, &secret, &secret,
					  out),
		      "extract");
	for (int i = 0; i < EXPANDS; i++)
		check(gnutls_hkdf_expand(GNUTLS_MAC_SHA256, &secret, &info, out,
					 sizeof(out)),
		      "expand");
	for (int i = 0; i < MACS; i++)
		check(gnutls_hmac_fast(GNUTLS_MAC_SHA256, secret.data,
				       secret.size, info.data, info.size, out),
		      "MAC");
}

static void hash_transcripts(const struct bench_bound *bound)
{
	gnutls_hash_hd_t hash, copy;
	uint8_t out[HASH_LEN];

	check(gnutls_hash_init(&hash, GNUTLS_DIG_SHA256), "hash");
	for (int i = 0; i < TRANSCRIPTS; i++) {
		check(gnutls_hash(hash, bound->data, TRANSCRIPT_PART), "hash");
		copy = gnutls_hash_copy(hash);
		bench_check(copy != NULL, "out of memory");
		gnutls_hash_deinit(copy, out);
	}
	gnutls_hash_deinit(hash, NULL);
}

void bench_bound_handshake(struct bench_bound *bound)
{
	gnutls_datum_t signature;

	for (int i = 0; i < KEY_EXCHANGES; i++)
		exchange_keys();
	hash_transcripts(bound);
	schedule_keys(bound);
	for (int i = 0; i < AEAD_KEYS; i++) {
		gnutls_aead_cipher_deinit(bound->aead);
		make_aead(bound);
	}
	memset(bound->data, 0, sizeof(bound->data));
	sign(bound, &signature);
	gnutls_free(signature.data);
	validate(bound);
	for (int i = 0; i < RECORDS; i++)
		bench_bound_record(bound, RECORD_LEN);
	memset(bound->data, 0, sizeof(bound->data));
}
