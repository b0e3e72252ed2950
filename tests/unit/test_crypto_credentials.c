/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making credentials: from memory, files and GnuTLS's objects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "crypto/credentials.h"
#include "tests/support/test_credentials.h"

static adtls_credentials_t *empty(void)
{
	adtls_credentials_t *credentials;

	assert_int_equal(adtls_credentials_new(0, &credentials), ADTLS_OK);
	return credentials;
}

static int set_mem(adtls_credentials_t *credentials,
		   const struct test_bytes *certificate,
		   const struct test_bytes *key)
{
	return adtls_credentials_set_key_mem(
		credentials, test_view(certificate), test_view(key));
}

static void assert_chain(const adtls_credentials_t *credentials,
			 const struct test_certificate *const *expected,
			 size_t count)
{
	adtls_bytes_t chain[CREDENTIALS_CHAIN_MAX];

	assert_int_equal(credentials_chain(credentials, ADTLS_CERTIFICATE_X509,
					   chain), count);
	for (size_t i = 0; i < count; i++) {
		struct test_bytes der = test_certificate_der(expected[i]);

		assert_true(bytes_equal(chain[i], test_view(&der)));
	}
}

static void empty_credentials(void **state)
{
	adtls_credentials_t *credentials = empty();
	adtls_bytes_t chain[CREDENTIALS_CHAIN_MAX];

	(void)state;
	assert_false(credentials_has_key(credentials));
	assert_false(credentials_has_trust(credentials));
	assert_false(credentials_reproducible(credentials));
	assert_null(credentials_key(credentials, ADTLS_CERTIFICATE_X509));
	assert_int_equal(credentials_spki(credentials, ADTLS_CERTIFICATE_X509).len, 0);
	assert_int_equal(credentials_chain(credentials, ADTLS_CERTIFICATE_X509,
					   chain), 0);
	assert_ptr_equal(adtls_credentials_ref(credentials), credentials);
	adtls_credentials_unref(credentials);
	assert_false(credentials_has_key(credentials));
	adtls_credentials_unref(credentials);
	adtls_credentials_unref(NULL);
}

static void key_and_chain(void **state)
{
	static const struct test_certificate *const chain[] = {
		&test_server, &test_intermediate
	};
	adtls_credentials_t *credentials = test_credentials(&test_server);
	struct buffer spki = { 0 };

	(void)state;
	assert_true(credentials_has_key(credentials));
	assert_true(credentials_has_trust(credentials));
	assert_true(credentials_reproducible(credentials));
	assert_chain(credentials, chain, 2);
	assert_true(
		crypto_private_key_spki(credentials_key(credentials, ADTLS_CERTIFICATE_X509), &spki));
	assert_true(bytes_equal(credentials_spki(credentials, ADTLS_CERTIFICATE_X509),
				buffer_bytes(&spki)));
	assert_false(
		crypto_private_key_is_external(credentials_key(credentials, ADTLS_CERTIFICATE_X509)));
	buffer_clear(&spki);
	adtls_credentials_unref(credentials);
}

/* Tests that replay rely on this. */
static void test_certificates_never_change(void **state)
{
	struct test_bytes first = test_certificate_der(&test_server);
	struct test_bytes second = test_certificate_der(&test_server);

	(void)state;
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.data, second.data, first.len);
}

static void from_memory_in_der_and_pem(void **state)
{
	static const struct test_certificate *const chain[] = { &test_server };
	struct test_bytes der = test_certificate_der(&test_server);
	struct test_bytes pem = test_certificate_pem(&test_server);
	struct test_bytes key = test_key_pem(TEST_SERVER_NAME);
	adtls_credentials_t *credentials = empty();

	(void)state;
	assert_int_equal(set_mem(credentials, &der, &key), ADTLS_OK);
	assert_chain(credentials, chain, 1);
	assert_int_equal(set_mem(credentials, &pem, &key), ADTLS_OK);
	assert_chain(credentials, chain, 1);
	adtls_credentials_unref(credentials);
}

static void append(struct test_bytes *bytes, const struct test_bytes *more)
{
	assert_in_range(more->len, 0, sizeof(bytes->data) - bytes->len);
	memcpy(bytes->data + bytes->len, more->data, more->len);
	bytes->len += more->len;
}

static void chains_in_pem(void **state)
{
	static const struct test_certificate *const chain[] = {
		&test_server, &test_intermediate
	};
	struct test_bytes leaf = test_certificate_pem(&test_server);
	struct test_bytes issuer = test_certificate_pem(&test_intermediate);
	struct test_bytes key = test_key_pem(TEST_SERVER_NAME);
	struct test_bytes pem = leaf;
	adtls_credentials_t *credentials = empty();

	(void)state;
	append(&pem, &issuer);
	assert_int_equal(set_mem(credentials, &pem, &key), ADTLS_OK);
	assert_chain(credentials, chain, 2);
	/* out of order: refused here, not by every peer later */
	pem = leaf;
	append(&pem, &leaf);
	append(&pem, &issuer);
	assert_int_equal(set_mem(credentials, &pem, &key), ADTLS_E_CREDENTIALS);
	pem = issuer;
	append(&pem, &leaf);
	assert_int_equal(set_mem(credentials, &pem, &key), ADTLS_E_CREDENTIALS);
	adtls_credentials_unref(credentials);
}

/* What is refused leaves the credentials as they were. */
static void bad_keys_and_certificates_are_refused(void **state)
{
	static const struct test_certificate other_kind = { .name = "Ed448",
							   .issuer = "root" };
	static const struct test_certificate *const chain[] = { &test_server };
	struct test_bytes der = test_certificate_der(&test_server);
	struct test_bytes key = test_key_pem(TEST_SERVER_NAME);
	struct test_bytes other_key = test_key_pem(TEST_CLIENT_NAME);
	struct test_bytes small_key = test_key_pem("RSA-1024");
	struct test_bytes other_kind_der = test_certificate_der(&other_kind);
	struct test_bytes other_kind_key = test_key_pem("Ed448");
	struct test_bytes nothing = { .len = 0 };
	adtls_credentials_t *credentials = empty();

	(void)state;
	assert_int_equal(set_mem(credentials, &der, &key), ADTLS_OK);
	assert_int_equal(set_mem(credentials, &der, &other_key),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(set_mem(credentials, &der, &small_key),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(set_mem(credentials, &other_kind_der, &other_kind_key),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(set_mem(credentials, &other_kind_der, &key),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(set_mem(credentials, &nothing, &key),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(set_mem(credentials, &der, &nothing),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(set_mem(credentials, &key, &der), ADTLS_E_CREDENTIALS);
	der.len--;
	assert_int_equal(set_mem(credentials, &der, &key), ADTLS_E_CREDENTIALS);
	assert_chain(credentials, chain, 1);
	assert_true(credentials_has_key(credentials));
	adtls_credentials_unref(credentials);
}

static void keys_of_every_kind(void **state)
{
	static const char *const names[] = { "P-256", "RSA", "Ed25519" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct test_certificate made = { .name = names[i],
						       .issuer = "root" };
		struct test_bytes der = test_certificate_der(&made);
		struct test_bytes key = test_key_pem(names[i]);
		adtls_credentials_t *credentials = empty();

		assert_int_equal(set_mem(credentials, &der, &key), ADTLS_OK);
		assert_true(credentials_has_key(credentials));
		adtls_credentials_unref(credentials);
	}
}

static gnutls_x509_crt_t certificate_of(const struct test_certificate *made)
{
	struct test_bytes der = test_certificate_der(made);
	gnutls_datum_t datum = { .data = der.data, .size = (unsigned)der.len };
	gnutls_x509_crt_t certificate;

	gnutls_x509_crt_init(&certificate);
	assert_int_equal(gnutls_x509_crt_import(certificate, &datum,
						GNUTLS_X509_FMT_DER),
			 0);
	return certificate;
}

static gnutls_pcert_st pcert_of(const struct test_certificate *made)
{
	gnutls_x509_crt_t certificate = certificate_of(made);
	gnutls_pcert_st pcert;

	assert_int_equal(gnutls_pcert_import_x509(&pcert, certificate, 0), 0);
	gnutls_x509_crt_deinit(certificate);
	return pcert;
}

static void chains_have_a_limit(void **state)
{
	adtls_credentials_t *credentials = empty();
	gnutls_pcert_st chain[CREDENTIALS_CHAIN_MAX + 1];

	(void)state;
	chain[0] = pcert_of(&test_server);
	for (size_t i = 1; i <= CREDENTIALS_CHAIN_MAX; i++)
		chain[i] = pcert_of(&test_intermediate);
	assert_int_equal(adtls_credentials_set_key(credentials, chain,
						   CREDENTIALS_CHAIN_MAX + 1,
						   test_key(TEST_SERVER_NAME)),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(adtls_credentials_set_key(credentials, chain, 0,
						   test_key(TEST_SERVER_NAME)),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(adtls_credentials_set_key(credentials, chain, 1, NULL),
			 ADTLS_E_CREDENTIALS);
	assert_false(credentials_has_key(credentials));
	assert_int_equal(adtls_credentials_set_key(credentials, chain,
						   CREDENTIALS_CHAIN_MAX,
						   test_key(TEST_SERVER_NAME)),
			 ADTLS_OK);
	for (size_t i = 0; i <= CREDENTIALS_CHAIN_MAX; i++)
		gnutls_pcert_deinit(&chain[i]);
	adtls_credentials_unref(credentials);
}

/* A key like a token's: it signs, and shows nothing of itself. */
static int token_sign(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm,
		      void *context, unsigned flags, const gnutls_datum_t *hash,
		      gnutls_datum_t *out)
{
	(void)key;
	return gnutls_privkey_sign_hash2(context, algorithm, flags, hash, out);
}

static void token_release(gnutls_privkey_t key, void *context)
{
	(void)key;
	gnutls_privkey_deinit(context);
}

static int token_info(gnutls_privkey_t key, unsigned flags, void *context)
{
	(void)key;
	(void)context;
	if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO) != 0)
		return GNUTLS_PK_ECDSA;
	if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS) != 0)
		return 256;
	if ((flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO) != 0)
		return GNUTLS_FLAGS_TO_SIGN_ALGO(flags) ==
		       GNUTLS_SIGN_ECDSA_SHA256;
	return -1;
}

static gnutls_privkey_t token_key(const char *name)
{
	gnutls_privkey_t key;

	gnutls_privkey_init(&key);
	assert_int_equal(gnutls_privkey_import_ext4(
				 key, test_key(name), NULL, token_sign, NULL,
				 token_release, token_info, 0),
			 0);
	return key;
}

static void keys_behind_a_token(void **state)
{
	adtls_credentials_t *credentials = empty();
	gnutls_pcert_st chain = pcert_of(&test_server);
	const struct crypto_scheme *scheme = crypto_scheme_find(0x0403);
	struct crypto_public_key *public;
	struct crypto_private_key *key;
	struct buffer signature = { 0 };

	(void)state;
	assert_int_equal(adtls_credentials_set_key(credentials, &chain, 1,
						   token_key(TEST_CLIENT_NAME)),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(adtls_credentials_set_key(credentials, &chain, 1,
						   token_key(TEST_SERVER_NAME)),
			 ADTLS_OK);
	key = credentials_key(credentials, ADTLS_CERTIFICATE_X509);
	assert_true(crypto_private_key_is_external(key));
	assert_true(crypto_private_key_fits(key, scheme));
	assert_true(crypto_sign(key, scheme, false, bytes_of("data", 4),
				&signature));
	public = crypto_public_key_new_spki(credentials_spki(credentials, ADTLS_CERTIFICATE_X509));
	assert_true(crypto_verify(public, scheme, bytes_of("data", 4),
				  buffer_bytes(&signature)));
	crypto_public_key_free(public);
	buffer_clear(&signature);
	gnutls_pcert_deinit(&chain);
	adtls_credentials_unref(credentials);
}

/* A file with these bytes; returns its name, the caller's to free. */
static char *file_of(const struct test_bytes *bytes)
{
	char *name = strdup("/tmp/adtls-test-XXXXXX");
	int descriptor = mkstemp(name);

	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, bytes->data, bytes->len),
			 bytes->len);
	close(descriptor);
	return name;
}

static void remove_file(char *name)
{
	unlink(name);
	free(name);
}

static void from_files(void **state)
{
	struct test_bytes der = test_certificate_der(&test_server);
	struct test_bytes key = test_key_pem(TEST_SERVER_NAME);
	struct test_bytes root = test_certificate_pem(&test_root);
	char *certificate_file = file_of(&der);
	char *key_file = file_of(&key);
	char *root_file = file_of(&root);
	adtls_credentials_t *credentials = empty();

	(void)state;
	assert_int_equal(adtls_credentials_set_key_file(credentials,
							certificate_file,
							"/no/such/file"),
			 ADTLS_E_FILE);
	assert_int_equal(adtls_credentials_set_key_file(
				 credentials, "/no/such/file", key_file),
			 ADTLS_E_FILE);
	assert_int_equal(adtls_credentials_set_key_file(credentials, key_file,
							certificate_file),
			 ADTLS_E_CREDENTIALS);
	assert_false(credentials_has_key(credentials));
	assert_int_equal(adtls_credentials_set_key_file(
				 credentials, certificate_file, key_file),
			 ADTLS_OK);
	assert_true(credentials_has_key(credentials));
	assert_int_equal(
		adtls_credentials_add_trust_file(credentials, "/no/such/file"),
		ADTLS_E_FILE);
	assert_int_equal(
		adtls_credentials_add_trust_file(credentials, key_file),
		ADTLS_E_CREDENTIALS);
	assert_false(credentials_has_trust(credentials));
	assert_int_equal(
		adtls_credentials_add_trust_file(credentials, root_file),
		ADTLS_OK);
	assert_true(credentials_has_trust(credentials));
	remove_file(certificate_file);
	remove_file(key_file);
	remove_file(root_file);
	adtls_credentials_unref(credentials);
}

static adtls_alert_t alert_for_server(const adtls_credentials_t *credentials)
{
	struct test_bytes leaf = test_certificate_der(&test_server);
	struct test_bytes issuer = test_certificate_der(&test_intermediate);
	adtls_bytes_t chain[] = { test_view(&leaf), test_view(&issuer) };
	struct certificate_verdict verdict;
	adtls_alert_t alert;

	credentials_validate(credentials, ADTLS_SERVER, chain, 2,
			     TEST_SERVER_NAME, TEST_UTC, &verdict);
	alert = verdict.alert;
	certificate_verdict_clear(&verdict);
	return alert;
}

static void trust_is_added_and_replaced(void **state)
{
	struct test_bytes root = test_certificate_der(&test_root);
	struct test_bytes other = test_certificate_pem(&test_client);
	struct test_bytes nothing = { .len = 0 };
	adtls_credentials_t *credentials = empty();
	gnutls_x509_trust_list_t none;

	(void)state;
	assert_int_equal(alert_for_server(credentials), ADTLS_ALERT_UNKNOWN_CA);
	assert_int_equal(adtls_credentials_add_trust_mem(credentials,
							 test_view(&nothing)),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(
		adtls_credentials_add_trust_mem(credentials, test_view(&other)),
		ADTLS_OK);
	assert_int_equal(alert_for_server(credentials), ADTLS_ALERT_UNKNOWN_CA);
	assert_int_equal(
		adtls_credentials_add_trust_mem(credentials, test_view(&root)),
		ADTLS_OK);
	assert_int_equal(alert_for_server(credentials), ADTLS_ALERT_NONE);
	assert_int_equal(gnutls_x509_trust_list_init(&none, 0), 0);
	assert_int_equal(adtls_credentials_set_trust(credentials, none),
			 ADTLS_OK);
	assert_int_equal(alert_for_server(credentials), ADTLS_ALERT_UNKNOWN_CA);
	adtls_credentials_unref(credentials);
}

static gnutls_certificate_credentials_t gnutls_credentials(bool with_trust)
{
	struct test_bytes root = test_certificate_pem(&test_root);
	gnutls_datum_t datum = { .data = root.data,
				 .size = (unsigned)root.len };
	gnutls_certificate_credentials_t made;

	assert_int_equal(gnutls_certificate_allocate_credentials(&made), 0);
	if (with_trust)
		assert_int_equal(gnutls_certificate_set_x509_trust_mem(
					 made, &datum, GNUTLS_X509_FMT_PEM),
				 1);
	return made;
}

static void set_gnutls_key(gnutls_certificate_credentials_t made,
			   gnutls_privkey_t key)
{
	/* GnuTLS keeps the array. */
	gnutls_pcert_st *chain = gnutls_malloc(2 * sizeof(*chain));

	chain[0] = pcert_of(&test_server);
	chain[1] = pcert_of(&test_intermediate);
	assert_true(gnutls_certificate_set_key(made, NULL, 0, chain, 2, key) >=
		    0);
	gnutls_free(chain);
}

static void imported_from_gnutls(void **state)
{
	static const struct test_certificate *const chain[] = {
		&test_server, &test_intermediate
	};
	gnutls_certificate_credentials_t source = gnutls_credentials(true);
	adtls_credentials_t *credentials = empty();

	(void)state;
	set_gnutls_key(source, test_key(TEST_SERVER_NAME));
	assert_int_equal(adtls_credentials_import_gnutls(credentials, source),
			 ADTLS_OK);
	gnutls_certificate_free_credentials(source);
	assert_chain(credentials, chain, 2);
	assert_true(credentials_has_key(credentials));
	assert_int_equal(alert_for_server(credentials), ADTLS_ALERT_NONE);
	adtls_credentials_unref(credentials);
}

static void imported_in_part(void **state)
{
	gnutls_certificate_credentials_t source = gnutls_credentials(true);
	adtls_credentials_t *credentials = empty();

	(void)state;
	assert_int_equal(adtls_credentials_import_gnutls(credentials, source),
			 ADTLS_OK);
	assert_false(credentials_has_key(credentials));
	assert_int_equal(alert_for_server(credentials), ADTLS_ALERT_NONE);
	gnutls_certificate_free_credentials(source);
	adtls_credentials_unref(credentials);
}

static void what_gnutls_keeps_is_unsupported(void **state)
{
	gnutls_certificate_credentials_t source = gnutls_credentials(false);
	adtls_credentials_t *credentials = empty();

	(void)state;
	assert_int_equal(adtls_credentials_import_gnutls(credentials, source),
			 ADTLS_E_UNSUPPORTED);
	set_gnutls_key(source, token_key(TEST_SERVER_NAME));
	assert_int_equal(adtls_credentials_import_gnutls(credentials, source),
			 ADTLS_E_UNSUPPORTED);
	gnutls_certificate_free_credentials(source);
	adtls_credentials_unref(credentials);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_credentials),
		cmocka_unit_test(key_and_chain),
		cmocka_unit_test(test_certificates_never_change),
		cmocka_unit_test(from_memory_in_der_and_pem),
		cmocka_unit_test(chains_in_pem),
		cmocka_unit_test(bad_keys_and_certificates_are_refused),
		cmocka_unit_test(keys_of_every_kind),
		cmocka_unit_test(chains_have_a_limit),
		cmocka_unit_test(keys_behind_a_token),
		cmocka_unit_test(from_files),
		cmocka_unit_test(trust_is_added_and_replaced),
		cmocka_unit_test(imported_from_gnutls),
		cmocka_unit_test(imported_in_part),
		cmocka_unit_test(what_gnutls_keeps_is_unsupported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
