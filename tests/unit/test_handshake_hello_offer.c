/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server makes of a ClientHello: what it picks, each refusal with its
 * alert, and what a second ClientHello may change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "handshake/hello_offer.h"
#include "tests/support/client_hello.h"

#define SECP256R1 0x0017
#define X25519	  0x001d

/* Identity aa with age 0, a binder of 32 and one of 48 bytes. */
#define BINDER_32 "2000000000000000000000000000000000" \
		  "00000000000000000000000000000000"
#define BINDER_48 "3000000000000000000000000000000000" \
		  "0000000000000000000000000000000000" \
		  "000000000000000000000000000000"
#define ONE_PSK	     "0007 0001aa00000000 0021" BINDER_32
#define ONE_LONG_PSK "0007 0001aa00000000 0031" BINDER_48

struct fixture {
	adtls_config_t *config;
	struct test_client_hello hello;
	struct test_bytes body;
	struct hello_offer offer;
};

static int setup(void **state)
{
	static struct fixture fixture;

	assert_int_equal(adtls_config_new(&fixture.config), ADTLS_OK);
	test_client_hello_init(&fixture.hello);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	adtls_config_unref(fixture->config);
	return 0;
}

static bool is_served(struct fixture *fixture)
{
	fixture->body = test_client_hello_body(&fixture->hello);
	return hello_offer_read(fixture->config, test_view(&fixture->body),
				&fixture->offer);
}

static void prefer(struct fixture *fixture, const char *priority)
{
	assert_int_equal(adtls_config_set_priority(fixture->config, priority),
			 ADTLS_OK);
}

static void assert_refused(struct fixture *fixture, adtls_alert_t alert,
			   adtls_reason_t reason)
{
	assert_false(is_served(fixture));
	assert_int_equal(fixture->offer.alert, alert);
	assert_int_equal(fixture->offer.reason, reason);
	test_client_hello_init(&fixture->hello);
}

/* What is picked */

static void a_plain_hello_is_served(void **state)
{
	struct fixture *fixture = *state;
	const struct hello_offer *offer = &fixture->offer;

	assert_true(is_served(fixture));
	assert_int_equal(offer->suite->id, 0x1301);
	assert_int_equal(offer->group->id, X25519);
	assert_true(offer->has_share);
	assert_int_equal(offer->share_count, 1);
	assert_int_equal(offer->share.exchange.len, 32);
	assert_int_equal(offer->share.exchange.data[0], 0x85);
	assert_true(hello_list_contains(offer->signature_schemes, 0x0403));
	assert_int_equal(offer->cookie.len, 0);
	assert_int_equal(offer->alert, ADTLS_ALERT_NONE);
}

/* A group without a share costs a round trip, so that one with a share is
 * better, whatever the order. */
static void a_share_decides(void **state)
{
	struct fixture *fixture = *state;

	prefer(fixture, "NORMAL:-GROUP-ALL:+GROUP-SECP256R1:+GROUP-X25519");
	assert_true(is_served(fixture));
	assert_int_equal(fixture->offer.group->id, X25519);
	assert_true(fixture->offer.has_share);
	test_client_hello_set(&fixture->hello, EXTENSION_KEY_SHARE, "0000");
	assert_true(is_served(fixture));
	assert_int_equal(fixture->offer.group->id, SECP256R1);
	assert_false(fixture->offer.has_share);
	prefer(fixture, "NORMAL:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1");
	assert_true(is_served(fixture));
	assert_int_equal(fixture->offer.group->id, X25519);
}

static void the_servers_order_decides(void **state)
{
	struct fixture *fixture = *state;

	test_client_hello_set(&fixture->hello, EXTENSION_KEY_SHARE,
			      "000a 0017 0001 aa 001d 0001 bb");
	prefer(fixture, "NORMAL:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1");
	assert_true(is_served(fixture));
	assert_int_equal(fixture->offer.group->id, X25519);
	assert_int_equal(fixture->offer.share.exchange.data[0], 0xbb);
	assert_int_equal(fixture->offer.share_count, 2);
	prefer(fixture, "NORMAL:-GROUP-ALL:+GROUP-SECP256R1:+GROUP-X25519");
	assert_true(is_served(fixture));
	assert_int_equal(fixture->offer.group->id, SECP256R1);
	assert_int_equal(fixture->offer.share.exchange.data[0], 0xaa);
}

static void the_cookie_is_found(void **state)
{
	struct fixture *fixture = *state;

	test_client_hello_set(&fixture->hello, EXTENSION_COOKIE, "0002 c00c");
	assert_true(is_served(fixture));
	assert_int_equal(fixture->offer.cookie.len, 2);
	assert_int_equal(fixture->offer.cookie.data[1], 0x0c);
}

/* Refusals, each with its alert (RFC 8446 §4, RFC 9147 §5.3) */

static void nonsense_is_a_decode_error(void **state)
{
	static const uint16_t types[] = {
		EXTENSION_SUPPORTED_VERSIONS,
		EXTENSION_SUPPORTED_GROUPS,
		EXTENSION_SIGNATURE_ALGORITHMS,
		EXTENSION_KEY_SHARE,
		EXTENSION_COOKIE,
	};
	struct fixture *fixture = *state;
	struct test_bytes body = test_client_hello_body(&fixture->hello);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		test_client_hello_set(&fixture->hello, types[i], "ff");
		assert_refused(fixture, ADTLS_ALERT_DECODE_ERROR,
			       ADTLS_REASON_MALFORMED_MESSAGE);
	}
	assert_false(hello_offer_read(fixture->config,
				      bytes_of(body.data, body.len - 1),
				      &fixture->offer));
	assert_int_equal(fixture->offer.alert, ADTLS_ALERT_DECODE_ERROR);
}

static void other_versions_are_told_so(void **state)
{
	struct fixture *fixture = *state;

	test_client_hello_remove(&fixture->hello, EXTENSION_SUPPORTED_VERSIONS);
	assert_refused(fixture, ADTLS_ALERT_PROTOCOL_VERSION,
		       ADTLS_REASON_VERSION);
	test_client_hello_set(&fixture->hello, EXTENSION_SUPPORTED_VERSIONS,
			      "04 fefd feff");
	assert_refused(fixture, ADTLS_ALERT_PROTOCOL_VERSION,
		       ADTLS_REASON_VERSION);
	/* TLS 1.3 is not DTLS 1.3. */
	test_client_hello_set(&fixture->hello, EXTENSION_SUPPORTED_VERSIONS,
			      "02 0304");
	assert_refused(fixture, ADTLS_ALERT_PROTOCOL_VERSION,
		       ADTLS_REASON_VERSION);
	test_client_hello_set(&fixture->hello, EXTENSION_SUPPORTED_VERSIONS,
			      "04 fefd fefc");
	assert_true(is_served(fixture));
}

static void legacy_fields_must_be_empty(void **state)
{
	struct fixture *fixture = *state;

	fixture->hello.legacy_cookie_len = 1;
	assert_refused(fixture, ADTLS_ALERT_ILLEGAL_PARAMETER,
		       ADTLS_REASON_ILLEGAL_PARAMETER);
	fixture->hello.compression_count = 2;
	assert_refused(fixture, ADTLS_ALERT_ILLEGAL_PARAMETER,
		       ADTLS_REASON_ILLEGAL_PARAMETER);
	/* A session id is not one of them (RFC 9147 §5.3). */
	fixture->hello.session_id_len = 32;
	assert_true(is_served(fixture));
}

static void another_compression_is_refused(void **state)
{
	struct fixture *fixture = *state;

	fixture->body = test_client_hello_body(&fixture->hello);
	/* After 34 bytes, two empty vectors, one suite and a length */
	assert_int_equal(fixture->body.data[40], 1);
	fixture->body.data[41] = 1;
	assert_false(hello_offer_read(
		fixture->config, test_view(&fixture->body), &fixture->offer));
	assert_int_equal(fixture->offer.alert, ADTLS_ALERT_ILLEGAL_PARAMETER);
}

static void duplicates_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct test_client_hello *hello = &fixture->hello;

	test_client_hello_set(hello, 0xfafa, "");
	hello->extensions[hello->extension_count - 1].type =
		EXTENSION_KEY_SHARE;
	assert_refused(fixture, ADTLS_ALERT_ILLEGAL_PARAMETER,
		       ADTLS_REASON_ILLEGAL_EXTENSION);
}

static void nothing_in_common(void **state)
{
	struct fixture *fixture = *state;

	fixture->hello.suites[0] = 0xc0a8;
	assert_refused(fixture, ADTLS_ALERT_HANDSHAKE_FAILURE,
		       ADTLS_REASON_NO_COMMON_SUITE);
	test_client_hello_set(&fixture->hello, EXTENSION_SUPPORTED_GROUPS,
			      "0002 0100");
	test_client_hello_set(&fixture->hello, EXTENSION_KEY_SHARE, "0000");
	assert_refused(fixture, ADTLS_ALERT_HANDSHAKE_FAILURE,
		       ADTLS_REASON_NO_COMMON_GROUP);
}

static void missing_extensions(void **state)
{
	static const uint16_t types[] = {
		EXTENSION_SUPPORTED_GROUPS,
		EXTENSION_SIGNATURE_ALGORITHMS,
		EXTENSION_KEY_SHARE,
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		test_client_hello_remove(&fixture->hello, types[i]);
		assert_refused(fixture, ADTLS_ALERT_MISSING_EXTENSION,
			       ADTLS_REASON_MISSING_EXTENSION);
	}
}

static void shares_must_fit_the_groups(void **state)
{
	struct fixture *fixture = *state;

	test_client_hello_set(&fixture->hello, EXTENSION_KEY_SHARE,
			      "000a 001d 0001 aa 001d 0001 bb");
	assert_refused(fixture, ADTLS_ALERT_ILLEGAL_PARAMETER,
		       ADTLS_REASON_BAD_KEY_SHARE);
	/* RFC 8446 §4.2.8: a share of a group that is not in the list */
	test_client_hello_set(&fixture->hello, EXTENSION_SUPPORTED_GROUPS,
			      "0002 0017");
	assert_refused(fixture, ADTLS_ALERT_ILLEGAL_PARAMETER,
		       ADTLS_REASON_BAD_KEY_SHARE);
}

/* PSKs: RFC 8446 §4.2.9, §4.2.11 */

static void offer_psk(struct fixture *fixture, const char *body)
{
	test_client_hello_set(&fixture->hello, EXTENSION_PSK_KEY_EXCHANGE_MODES,
			      "0101");
	test_client_hello_set(&fixture->hello, EXTENSION_PRE_SHARED_KEY, body);
}

static void psks_are_found(void **state)
{
	struct fixture *fixture = *state;

	assert_true(is_served(fixture));
	assert_int_equal(fixture->offer.psks.count, 0);
	assert_false(fixture->offer.has_dhe_ke);
	offer_psk(fixture, ONE_PSK);
	assert_true(is_served(fixture));
	assert_true(fixture->offer.has_dhe_ke);
	assert_int_equal(fixture->offer.psks.count, 1);
	assert_int_equal(fixture->offer.psks.items[0].identity.data[0], 0xaa);
	assert_int_equal(fixture->offer.psks.items[0].binder.len, 32);
	assert_int_equal(fixture->offer.psks.binders_len, 2 + 1 + 32);
}

/* Who may do with a PSK need not have signatures. */
static void a_psk_stands_for_signatures(void **state)
{
	struct fixture *fixture = *state;

	test_client_hello_remove(&fixture->hello,
				 EXTENSION_SIGNATURE_ALGORITHMS);
	offer_psk(fixture, ONE_PSK);
	assert_true(is_served(fixture));
	assert_int_equal(fixture->offer.signature_schemes.len, 0);
}

static void the_binder_tells_the_hash(void **state)
{
	struct fixture *fixture = *state;

	fixture->hello.suites[0] = 0x1301;
	fixture->hello.suites[1] = 0x1302;
	fixture->hello.suite_count = 2;
	prefer(fixture, "NORMAL:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM");
	offer_psk(fixture, ONE_PSK);
	assert_true(is_served(fixture));
	assert_int_equal(fixture->offer.suite->id, 0x1301);
	offer_psk(fixture, ONE_LONG_PSK);
	assert_true(is_served(fixture));
	assert_int_equal(fixture->offer.suite->id, 0x1302);
	/* A PSK without (EC)DHE is not used. */
	test_client_hello_set(&fixture->hello, EXTENSION_PSK_KEY_EXCHANGE_MODES,
			      "0100");
	assert_true(is_served(fixture));
	assert_int_equal(fixture->offer.suite->id, 0x1301);
	assert_false(fixture->offer.has_dhe_ke);
}

static void what_is_wrong_with_psks(void **state)
{
	struct fixture *fixture = *state;

	test_client_hello_set(&fixture->hello, EXTENSION_PRE_SHARED_KEY,
			      ONE_PSK);
	assert_refused(fixture, ADTLS_ALERT_MISSING_EXTENSION,
		       ADTLS_REASON_MISSING_EXTENSION);
	/* pre_shared_key is the last of all */
	offer_psk(fixture, ONE_PSK);
	test_client_hello_set(&fixture->hello, 0xfafa, "");
	assert_refused(fixture, ADTLS_ALERT_ILLEGAL_PARAMETER,
		       ADTLS_REASON_ILLEGAL_EXTENSION);
	/* two identities, one binder; and the other way round */
	offer_psk(fixture, "000e 0001aa00000000 0001bb00000000 0021" BINDER_32);
	assert_refused(fixture, ADTLS_ALERT_ILLEGAL_PARAMETER,
		       ADTLS_REASON_ILLEGAL_PARAMETER);
	offer_psk(fixture, "0007 0001aa00000000 0042" BINDER_32 BINDER_32);
	assert_refused(fixture, ADTLS_ALERT_ILLEGAL_PARAMETER,
		       ADTLS_REASON_ILLEGAL_PARAMETER);
	/* an empty identity; a binder of 31 bytes; trailing bytes; no modes */
	offer_psk(fixture, "0007 000000000000aa 0021" BINDER_32);
	assert_refused(fixture, ADTLS_ALERT_DECODE_ERROR,
		       ADTLS_REASON_MALFORMED_MESSAGE);
	offer_psk(fixture, "0007 0001aa00000000 0021 1f"
			   "0000000000000000000000000000000000"
			   "000000000000000000000000000000");
	assert_refused(fixture, ADTLS_ALERT_DECODE_ERROR,
		       ADTLS_REASON_MALFORMED_MESSAGE);
	offer_psk(fixture, ONE_PSK "00");
	assert_refused(fixture, ADTLS_ALERT_DECODE_ERROR,
		       ADTLS_REASON_MALFORMED_MESSAGE);
	test_client_hello_set(&fixture->hello, EXTENSION_PSK_KEY_EXCHANGE_MODES,
			      "00");
	assert_refused(fixture, ADTLS_ALERT_DECODE_ERROR,
		       ADTLS_REASON_MALFORMED_MESSAGE);
}

/* The digest: what the second ClientHello must repeat (RFC 8446 §4.1.2) */

struct digest {
	uint8_t bytes[32];
};

static struct digest digest_of(struct fixture *fixture,
			       const struct test_client_hello *hello)
{
	struct digest digest;

	fixture->body = test_client_hello_body(hello);
	assert_true(hello_offer_read(fixture->config, test_view(&fixture->body),
				     &fixture->offer));
	assert_true(hello_offer_digest(&fixture->offer, digest.bytes));
	return digest;
}

static bool is_same(struct fixture *fixture,
		    const struct test_client_hello *other)
{
	struct digest first = digest_of(fixture, &fixture->hello);
	struct digest second = digest_of(fixture, other);

	return bytes_equal(bytes_of(first.bytes, sizeof(first.bytes)),
			   bytes_of(second.bytes, sizeof(second.bytes)));
}

/* A hello with all that the digest is about. */
static void offer_much(struct test_client_hello *hello)
{
	test_client_hello_set(hello, EXTENSION_EVIDENCE_PROPOSAL, "03 000107");
	test_client_hello_set(hello, EXTENSION_RESULTS_REQUEST, "03 000161");
	test_client_hello_set(hello, 0xfafa, "");
	hello->suites[hello->suite_count++] = 0x1303;
	hello->session_id_len = 1;
}

static void order_does_not_matter(void **state)
{
	struct fixture *fixture = *state;
	struct test_client_hello other;

	offer_much(&fixture->hello);
	other = fixture->hello;
	for (size_t i = 0; i < other.extension_count; i++)
		other.extensions[i] =
			fixture->hello
				.extensions[other.extension_count - 1 - i];
	assert_true(is_same(fixture, &other));
}

static void what_the_retry_asks_for_may_change(void **state)
{
	struct fixture *fixture = *state;
	struct test_client_hello other;

	offer_much(&fixture->hello);
	test_client_hello_set(&fixture->hello, EXTENSION_PSK_KEY_EXCHANGE_MODES,
			      "0101");
	other = fixture->hello;
	test_client_hello_set(&other, EXTENSION_COOKIE, "0002 c00c");
	test_client_hello_set(&other, EXTENSION_KEY_SHARE, "0005 0017 0001 aa");
	test_client_hello_set(&other, EXTENSION_PADDING, "0000");
	test_client_hello_set(&other, EXTENSION_EARLY_DATA, "");
	test_client_hello_set(&other, EXTENSION_PRE_SHARED_KEY, ONE_PSK);
	assert_true(is_same(fixture, &other));
}

static void each_other_extension_counts(void **state)
{
	struct fixture *fixture = *state;

	offer_much(&fixture->hello);
	test_client_hello_set(&fixture->hello, EXTENSION_SUPPORTED_GROUPS,
			      "0006 001d 0017 0100");
	for (size_t i = 0; i < fixture->hello.extension_count; i++) {
		struct test_client_hello other = fixture->hello;
		struct test_hello_extension *extension = &other.extensions[i];

		if (extension->type == EXTENSION_KEY_SHARE ||
		    extension->len == 0)
			continue;
		/* One bit that keeps it well-formed: of the last number */
		extension->body[extension->len - 1] ^= 0x80;
		if (extension->type == EXTENSION_SUPPORTED_VERSIONS)
			test_client_hello_set(&other, extension->type,
					      "04 fefc fefd");
		if (is_same(fixture, &other))
			fail_msg("extension %u", extension->type);
	}
}

static void additions_and_omissions_count(void **state)
{
	struct fixture *fixture = *state;
	struct test_client_hello other;

	offer_much(&fixture->hello);
	other = fixture->hello;
	test_client_hello_set(&other, 0xfafb, "");
	assert_false(is_same(fixture, &other));
	other = fixture->hello;
	test_client_hello_remove(&other, 0xfafa);
	assert_false(is_same(fixture, &other));
	other = fixture->hello;
	test_client_hello_remove(&other, EXTENSION_RESULTS_REQUEST);
	assert_false(is_same(fixture, &other));
	/* An extension of another type with the same body */
	other = fixture->hello;
	other.extensions[other.extension_count - 1].type = 0xfafb;
	assert_false(is_same(fixture, &other));
}

static void fields_before_the_extensions_count(void **state)
{
	struct fixture *fixture = *state;
	struct test_client_hello other;

	offer_much(&fixture->hello);
	for (size_t i = 0; i < HELLO_RANDOM_LEN; i++) {
		other = fixture->hello;
		other.random[i] ^= 1;
		assert_false(is_same(fixture, &other));
	}
	other = fixture->hello;
	other.session_id_len = 0;
	assert_false(is_same(fixture, &other));
	other = fixture->hello;
	other.suite_count--;
	assert_false(is_same(fixture, &other));
	other = fixture->hello;
	other.suites[0] = 0x1303;
	other.suites[1] = 0x1301;
	assert_false(is_same(fixture, &other));
}

/* Where one field ends and the next begins is part of the digest: no body can
 * look like the extension behind it. */
static void borders_count(void **state)
{
	static const char *const bodies[] = {
		"aa 0002 0001 bb",
		"aa 0002 0000 bb",
		"aa 0002 bb",
	};
	struct fixture *fixture = *state;
	struct test_client_hello other = fixture->hello;

	test_client_hello_set(&other, 0x0001, "aa");
	test_client_hello_set(&other, 0x0002, "bb");
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		test_client_hello_set(&fixture->hello, 0x0001, bodies[i]);
		assert_false(is_same(fixture, &other));
	}
}

#define with_fixture(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_fixture(a_plain_hello_is_served),
		with_fixture(a_share_decides),
		with_fixture(the_servers_order_decides),
		with_fixture(the_cookie_is_found),
		with_fixture(nonsense_is_a_decode_error),
		with_fixture(other_versions_are_told_so),
		with_fixture(legacy_fields_must_be_empty),
		with_fixture(another_compression_is_refused),
		with_fixture(duplicates_are_refused),
		with_fixture(nothing_in_common),
		with_fixture(missing_extensions),
		with_fixture(shares_must_fit_the_groups),
		with_fixture(psks_are_found),
		with_fixture(a_psk_stands_for_signatures),
		with_fixture(the_binder_tells_the_hash),
		with_fixture(what_is_wrong_with_psks),
		with_fixture(order_does_not_matter),
		with_fixture(what_the_retry_asks_for_may_change),
		with_fixture(each_other_extension_counts),
		with_fixture(additions_and_omissions_count),
		with_fixture(fields_before_the_extensions_count),
		with_fixture(borders_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
