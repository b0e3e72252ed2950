/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which certificates of a peer are accepted, and why others are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "crypto/certificate.h"
#include "crypto/credentials.h"
#include "tests/support/test_credentials.h"

/* A peer that shows certificates, and what we expect of it. */
struct peer {
	adtls_role_t role;
	const char *name;
	int64_t utc_s;
	struct test_bytes der[CREDENTIALS_CHAIN_MAX + 1];
	size_t count;
};

/* The usual server; a leaf other than test_server makes it unusual. */
static struct peer server(const struct test_certificate *leaf)
{
	return (struct peer){
		.role = ADTLS_SERVER,
		.name = TEST_SERVER_NAME,
		.utc_s = TEST_UTC,
		.der = { test_certificate_der(leaf),
			 test_certificate_der(&test_intermediate) },
		.count = 2,
	};
}

static void validate(const struct adtls_credentials *credentials,
		     const struct peer *peer, struct certificate_verdict *out)
{
	adtls_bytes_t chain[CREDENTIALS_CHAIN_MAX + 1];

	for (size_t i = 0; i < peer->count; i++)
		chain[i] = test_view(&peer->der[i]);
	credentials_validate(credentials, peer->role, chain, peer->count,
			     peer->name, peer->utc_s, out);
}

static void assert_accepted(const struct peer *peer)
{
	adtls_credentials_t *credentials = test_credentials(NULL);
	struct certificate_verdict verdict;
	adtls_bytes_t spki;

	validate(credentials, peer, &verdict);
	assert_string_equal(adtls_reason_name(verdict.reason),
			    adtls_reason_name(ADTLS_REASON_NONE));
	assert_int_equal(verdict.alert, ADTLS_ALERT_NONE);
	assert_non_null(verdict.key);
	assert_true(certificate_find_spki(test_view(&peer->der[0]), &spki));
	assert_true(bytes_equal(buffer_bytes(&verdict.spki), spki));
	certificate_verdict_clear(&verdict);
	assert_null(verdict.key);
	adtls_credentials_unref(credentials);
}

static void assert_refused_by(const struct adtls_credentials *credentials,
			      const struct peer *peer, adtls_alert_t alert,
			      adtls_reason_t reason)
{
	struct certificate_verdict verdict;

	validate(credentials, peer, &verdict);
	assert_string_equal(adtls_reason_name(verdict.reason),
			    adtls_reason_name(reason));
	assert_int_equal(verdict.alert, alert);
	certificate_verdict_clear(&verdict);
}

static void assert_refused(const struct peer *peer, adtls_alert_t alert,
			   adtls_reason_t reason)
{
	adtls_credentials_t *credentials = test_credentials(NULL);

	assert_refused_by(credentials, peer, alert, reason);
	adtls_credentials_unref(credentials);
}

static void good_peers_are_accepted(void **state)
{
	struct test_certificate plain = { .name = "plain",
					  .issuer = "intermediate" };
	struct peer peer = server(&test_server);

	(void)state;
	assert_accepted(&peer);
	peer.name = NULL;
	assert_accepted(&peer);
	/* nothing stated is nothing forbidden */
	peer.der[0] = test_certificate_der(&plain);
	assert_accepted(&peer);
	peer.role = ADTLS_CLIENT;
	assert_accepted(&peer);
	peer.der[0] = test_certificate_der(&test_client);
	assert_accepted(&peer);
	peer.name = TEST_CLIENT_NAME;
	assert_accepted(&peer);
}

static void the_verdict_names_and_holds_the_key(void **state)
{
	adtls_credentials_t *credentials = test_credentials(NULL);
	adtls_credentials_t *theirs = test_credentials(&test_server);
	const struct crypto_scheme *scheme = crypto_scheme_find(0x0403);
	struct peer peer = server(&test_server);
	struct certificate_verdict verdict;
	struct buffer signature = { 0 };

	(void)state;
	validate(credentials, &peer, &verdict);
	assert_string_equal(verdict.subject, "CN=" TEST_SERVER_NAME);
	assert_true(crypto_sign(credentials_key(theirs, ADTLS_CERTIFICATE_X509), scheme, true,
				bytes_of("data", 4), &signature));
	assert_true(crypto_verify(verdict.key, scheme, bytes_of("data", 4),
				  buffer_bytes(&signature)));
	buffer_clear(&signature);
	certificate_verdict_clear(&verdict);
	adtls_credentials_unref(theirs);
	adtls_credentials_unref(credentials);
}

/* The subject reaches logs: no line breaks, no overflow. */
static void subjects_are_safe_to_print(void **state)
{
	adtls_credentials_t *credentials = test_credentials(NULL);
	struct test_certificate odd = { .name = "a\nb\x7f",
					.issuer = "intermediate" };
	struct peer peer = server(&odd);
	struct certificate_verdict verdict;

	(void)state;
	validate(credentials, &peer, &verdict);
	assert_int_equal(strncmp(verdict.subject, "CN=a", 4), 0);
	assert_null(strpbrk(verdict.subject, "\n\x7f"));
	certificate_verdict_clear(&verdict);
	adtls_credentials_unref(credentials);
}

static void chains_in_other_forms(void **state)
{
	struct test_certificate direct = test_server;
	struct peer peer = server(&test_server);

	(void)state;
	/* with the root, and with more than the path needs, in any order */
	peer.der[2] = test_certificate_der(&test_root);
	peer.count = 3;
	assert_accepted(&peer);
	peer.der[1] = test_certificate_der(&test_root);
	peer.der[2] = test_certificate_der(&test_intermediate);
	assert_accepted(&peer);
	peer.der[1] = test_certificate_der(&test_client);
	assert_accepted(&peer);
	/* issued by the root */
	direct.issuer = "root";
	peer.der[0] = test_certificate_der(&direct);
	peer.count = 1;
	assert_accepted(&peer);
}

static void nothing_and_too_much(void **state)
{
	struct peer peer = server(&test_server);

	(void)state;
	peer.count = 0;
	assert_refused(&peer, ADTLS_ALERT_DECODE_ERROR,
		       ADTLS_REASON_CERTIFICATE_MISSING);
	peer.role = ADTLS_CLIENT;
	assert_refused(&peer, ADTLS_ALERT_CERTIFICATE_REQUIRED,
		       ADTLS_REASON_CERTIFICATE_MISSING);
	peer = server(&test_server);
	for (size_t i = 2; i <= CREDENTIALS_CHAIN_MAX; i++)
		peer.der[i] = peer.der[1];
	peer.count = CREDENTIALS_CHAIN_MAX;
	assert_accepted(&peer);
	peer.count = CREDENTIALS_CHAIN_MAX + 1;
	assert_refused(&peer, ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_MESSAGE_TOO_LARGE);
}

static void strangers(void **state)
{
	struct test_certificate self_signed = test_server;
	struct test_certificate other_root = { .name = "root",
					       .key = "another key",
					       .is_authority = true };
	struct peer peer = server(&test_server);
	adtls_credentials_t *nobody;

	(void)state;
	/* no intermediate */
	peer.count = 1;
	assert_refused(&peer, ADTLS_ALERT_UNKNOWN_CA,
		       ADTLS_REASON_CERTIFICATE_UNTRUSTED);
	self_signed.issuer = NULL;
	peer.der[0] = test_certificate_der(&self_signed);
	assert_refused(&peer, ADTLS_ALERT_UNKNOWN_CA,
		       ADTLS_REASON_CERTIFICATE_UNTRUSTED);
	/* a root of the same name but another key */
	peer = server(&test_server);
	other_root.issuer = "another key";
	peer.der[2] = test_certificate_der(&other_root);
	peer.count = 3;
	assert_refused(&peer, ADTLS_ALERT_UNKNOWN_CA,
		       ADTLS_REASON_CERTIFICATE_UNTRUSTED);
	/* who trusts nobody accepts nobody */
	assert_int_equal(adtls_credentials_new(0, &nobody), ADTLS_OK);
	assert_refused_by(nobody, &peer, ADTLS_ALERT_UNKNOWN_CA,
			  ADTLS_REASON_CERTIFICATE_UNTRUSTED);
	adtls_credentials_unref(nobody);
}

/* A leaf must not issue, nor may an authority that says it is none. */
static void issuers_without_authority(void **state)
{
	struct test_certificate forged = test_server;
	struct test_certificate plain = { .name = TEST_CLIENT_NAME,
					  .issuer = "intermediate" };
	struct test_certificate no_authority = test_intermediate;
	struct peer peer;

	(void)state;
	forged.issuer = TEST_CLIENT_NAME;
	peer = server(&forged);
	peer.der[1] = test_certificate_der(&plain);
	peer.der[2] = test_certificate_der(&test_intermediate);
	peer.count = 3;
	assert_refused(&peer, ADTLS_ALERT_UNKNOWN_CA,
		       ADTLS_REASON_CERTIFICATE_UNTRUSTED);
	no_authority.is_authority = false;
	peer = server(&test_server);
	peer.der[1] = test_certificate_der(&no_authority);
	assert_refused(&peer, ADTLS_ALERT_UNKNOWN_CA,
		       ADTLS_REASON_CERTIFICATE_UNTRUSTED);
}

static void times(void **state)
{
	struct test_certificate leaf = test_server;
	struct peer peer = server(&test_server);

	(void)state;
	leaf.from_s = TEST_UTC - 10;
	leaf.until_s = TEST_UTC + 10;
	peer.der[0] = test_certificate_der(&leaf);
	peer.utc_s = TEST_UTC - 10;
	assert_accepted(&peer);
	peer.utc_s = TEST_UTC + 10;
	assert_accepted(&peer);
	peer.utc_s = TEST_UTC - 11;
	assert_refused(&peer, ADTLS_ALERT_CERTIFICATE_EXPIRED,
		       ADTLS_REASON_CERTIFICATE_NOT_YET_VALID);
	peer.utc_s = TEST_UTC + 11;
	assert_refused(&peer, ADTLS_ALERT_CERTIFICATE_EXPIRED,
		       ADTLS_REASON_CERTIFICATE_EXPIRED);
	peer.utc_s = ADTLS_UTC_UNKNOWN;
	assert_refused(&peer, ADTLS_ALERT_CERTIFICATE_UNKNOWN,
		       ADTLS_REASON_NO_UTC);
	peer.utc_s = ADTLS_UTC_UNKNOWN + 1;
	assert_refused(&peer, ADTLS_ALERT_CERTIFICATE_EXPIRED,
		       ADTLS_REASON_CERTIFICATE_NOT_YET_VALID);
}

static void times_of_intermediates(void **state)
{
	struct test_certificate intermediate = test_intermediate;
	struct peer peer = server(&test_server);

	(void)state;
	intermediate.until_s = TEST_UTC - 1;
	peer.der[1] = test_certificate_der(&intermediate);
	assert_refused(&peer, ADTLS_ALERT_CERTIFICATE_EXPIRED,
		       ADTLS_REASON_CERTIFICATE_EXPIRED);
}

/* 99991231235959Z, as device certificates have it (RFC 5280 §4.1.2.5). */
static void no_expiry_at_all(void **state)
{
	struct test_certificate leaf = test_server;
	struct peer peer;

	(void)state;
	leaf.until_s = GNUTLS_X509_NO_WELL_DEFINED_EXPIRATION;
	peer = server(&leaf);
	assert_accepted(&peer);
	/* in 2120, the intermediate aside */
	leaf.issuer = "root";
	peer.der[0] = test_certificate_der(&leaf);
	peer.count = 1;
	peer.utc_s = INT64_C(4733510400);
	assert_accepted(&peer);
}

static void names(void **state)
{
	struct test_certificate leaf = test_server;
	struct peer peer = server(&test_server);

	(void)state;
	peer.name = "other.example";
	assert_refused(&peer, ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_NAME);
	peer.name = "192.0.2.1";
	assert_refused(&peer, ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_NAME);
	peer.name = "";
	assert_refused(&peer, ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_NAME);
	leaf.ip_address = "192.0.2.1";
	peer.der[0] = test_certificate_der(&leaf);
	peer.name = "192.0.2.1";
	assert_accepted(&peer);
	peer.name = "192.0.2.2";
	assert_refused(&peer, ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_NAME);
	peer.name = "SERVER.example";
	assert_accepted(&peer);
	leaf.dns_name = "*.site.example";
	peer.der[0] = test_certificate_der(&leaf);
	peer.name = "any.site.example";
	assert_accepted(&peer);
	peer.name = "more.any.site.example";
	assert_refused(&peer, ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_NAME);
}

static void purposes(void **state)
{
	struct test_certificate leaf = test_server;
	struct peer peer = server(&test_client);

	(void)state;
	peer.name = NULL;
	assert_refused(&peer, ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_PURPOSE);
	peer = server(&test_server);
	peer.role = ADTLS_CLIENT;
	assert_refused(&peer, ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_PURPOSE);
	leaf.purpose = GNUTLS_KP_ANY;
	peer.der[0] = test_certificate_der(&leaf);
	assert_accepted(&peer);
	leaf.purpose = NULL;
	leaf.usage = GNUTLS_KEY_KEY_ENCIPHERMENT;
	peer.der[0] = test_certificate_der(&leaf);
	assert_refused(&peer, ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_PURPOSE);
}

/* What is tolerated hides nothing else: not a signature that does not verify. */
static void a_tolerated_purpose_is_all_that_is_tolerated(void **state)
{
	adtls_credentials_t *credentials = test_credentials(NULL);
	struct peer peer = server(&test_client);
	struct certificate_verdict verdict;

	(void)state;
	peer.name = NULL;
	assert_int_equal(adtls_credentials_set_tolerated(credentials,
							 ADTLS_PROBLEM_PURPOSE),
			 ADTLS_OK);
	validate(credentials, &peer, &verdict);
	assert_int_equal(verdict.alert, ADTLS_ALERT_NONE);
	certificate_verdict_clear(&verdict);
	/* The end of the signature's second number. */
	peer.der[0].data[peer.der[0].len - 1] ^= 1;
	validate(credentials, &peer, &verdict);
	assert_int_not_equal(verdict.alert, ADTLS_ALERT_NONE);
	assert_int_not_equal(verdict.problems & ADTLS_PROBLEM_PATH, 0);
	certificate_verdict_clear(&verdict);
	peer.der[0].data[peer.der[0].len - 1] ^= 1;
	adtls_credentials_unref(credentials);
}

static void keys_and_signatures(void **state)
{
	struct test_certificate leaf = test_server;
	struct test_certificate rsa = { .name = "RSA",
					.issuer = "root",
					.is_authority = true };
	struct peer peer;

	(void)state;
	leaf.key = "RSA";
	peer = server(&leaf);
	assert_accepted(&peer);
	leaf.key = "Ed25519";
	peer = server(&leaf);
	assert_accepted(&peer);
	/* a key that no scheme here signs with */
	leaf.key = "Ed448";
	peer = server(&leaf);
	assert_refused(&peer, ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_KEY);
	/* an issuer may sign with what GnuTLS finds secure */
	leaf.key = NULL;
	leaf.issuer = "RSA";
	peer = server(&leaf);
	peer.der[1] = test_certificate_der(&rsa);
	assert_accepted(&peer);
	leaf.digest = GNUTLS_DIG_SHA1;
	peer.der[0] = test_certificate_der(&leaf);
	assert_refused(&peer, ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_KEY);
	rsa.name = "RSA-1024";
	leaf.issuer = "RSA-1024";
	leaf.digest = 0;
	peer.der[0] = test_certificate_der(&leaf);
	peer.der[1] = test_certificate_der(&rsa);
	assert_refused(&peer, ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_KEY);
}

static void unknown_critical_extensions(void **state)
{
	struct test_certificate leaf = test_server;
	struct peer peer;

	(void)state;
	leaf.critical_oid = "1.3.6.1.4.1.32473.1";
	peer = server(&leaf);
	assert_refused(&peer, ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_UNTRUSTED);
}

static gnutls_x509_crt_t imported(const struct test_certificate *made)
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

/* A list of the intermediate's that revokes serial number 0x42. */
static gnutls_x509_crl_t revocations(void)
{
	gnutls_x509_crt_t issuer = imported(&test_intermediate);
	gnutls_privkey_t key = test_key("intermediate");
	gnutls_x509_crl_t list;
	gnutls_datum_t der;

	gnutls_x509_crl_init(&list);
	gnutls_x509_crl_set_version(list, 2);
	gnutls_x509_crl_set_this_update(list, TEST_UTC - TEST_DAY_S);
	gnutls_x509_crl_set_next_update(list, TEST_UTC + TEST_DAY_S);
	gnutls_x509_crl_set_number(list, "\1", 1);
	gnutls_x509_crl_set_crt_serial(list, "\x42", 1, TEST_UTC - TEST_DAY_S);
	assert_int_equal(gnutls_x509_crl_privkey_sign(list, issuer, key,
						      GNUTLS_DIG_SHA256, 0),
			 0);
	/* GnuTLS knows a list's issuer only once it has read it. */
	assert_int_equal(
		gnutls_x509_crl_export2(list, GNUTLS_X509_FMT_DER, &der), 0);
	gnutls_x509_crl_deinit(list);
	gnutls_x509_crl_init(&list);
	assert_int_equal(
		gnutls_x509_crl_import(list, &der, GNUTLS_X509_FMT_DER), 0);
	gnutls_free(der.data);
	gnutls_privkey_deinit(key);
	gnutls_x509_crt_deinit(issuer);
	return list;
}

static void revoked_certificates(void **state)
{
	adtls_credentials_t *credentials;
	gnutls_x509_trust_list_t trust;
	gnutls_x509_crt_t root = imported(&test_root);
	gnutls_x509_crl_t list = revocations();
	struct peer peer = server(&test_server);

	(void)state;
	gnutls_x509_trust_list_init(&trust, 0);
	assert_int_equal(gnutls_x509_trust_list_add_cas(trust, &root, 1, 0), 1);
	assert_int_equal(gnutls_x509_trust_list_add_crls(trust, &list, 1, 0, 0),
			 1);
	assert_int_equal(adtls_credentials_new(0, &credentials), ADTLS_OK);
	assert_int_equal(adtls_credentials_set_trust(credentials, trust),
			 ADTLS_OK);
	assert_true(credentials_has_trust(credentials));
	assert_refused_by(credentials, &peer, ADTLS_ALERT_CERTIFICATE_REVOKED,
			  ADTLS_REASON_CERTIFICATE_REVOKED);
	adtls_credentials_unref(credentials);
}

/* Any bit of the leaf flipped: refused, whatever the reason. */
static void damaged_certificates(void **state)
{
	adtls_credentials_t *credentials = test_credentials(NULL);
	struct peer peer = server(&test_server);
	struct certificate_verdict verdict;

	(void)state;
	for (size_t bit = 0; bit < 8 * peer.der[0].len; bit++) {
		peer.der[0].data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		validate(credentials, &peer, &verdict);
		assert_int_not_equal(verdict.alert, ADTLS_ALERT_NONE);
		assert_int_not_equal(verdict.reason, ADTLS_REASON_NONE);
		certificate_verdict_clear(&verdict);
		peer.der[0].data[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	/* the signature's last byte alone */
	peer.der[0].data[peer.der[0].len - 1] ^= 1;
	assert_refused_by(credentials, &peer, ADTLS_ALERT_BAD_CERTIFICATE,
			  ADTLS_REASON_CERTIFICATE_UNTRUSTED);
	adtls_credentials_unref(credentials);
}

static void truncated_certificates(void **state)
{
	adtls_credentials_t *credentials = test_credentials(NULL);
	struct peer peer = server(&test_server);
	size_t whole = peer.der[0].len;

	(void)state;
	for (size_t len = 0; len < whole; len++) {
		peer.der[0].len = len;
		assert_refused_by(credentials, &peer,
				  ADTLS_ALERT_BAD_CERTIFICATE,
				  ADTLS_REASON_CERTIFICATE_MALFORMED);
	}
	peer.der[0].len = whole + 1;
	assert_refused_by(credentials, &peer, ADTLS_ALERT_BAD_CERTIFICATE,
			  ADTLS_REASON_CERTIFICATE_MALFORMED);
	adtls_credentials_unref(credentials);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_peers_are_accepted),
		cmocka_unit_test(the_verdict_names_and_holds_the_key),
		cmocka_unit_test(subjects_are_safe_to_print),
		cmocka_unit_test(chains_in_other_forms),
		cmocka_unit_test(nothing_and_too_much),
		cmocka_unit_test(strangers),
		cmocka_unit_test(issuers_without_authority),
		cmocka_unit_test(times),
		cmocka_unit_test(times_of_intermediates),
		cmocka_unit_test(no_expiry_at_all),
		cmocka_unit_test(names),
		cmocka_unit_test(purposes),
		cmocka_unit_test(a_tolerated_purpose_is_all_that_is_tolerated),
		cmocka_unit_test(keys_and_signatures),
		cmocka_unit_test(unknown_critical_extensions),
		cmocka_unit_test(revoked_certificates),
		cmocka_unit_test(damaged_certificates),
		cmocka_unit_test(truncated_certificates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
