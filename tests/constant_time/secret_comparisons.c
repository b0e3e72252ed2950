/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comparisons with secrets, under valgrind: what is secret is declared
 * undefined, so that memcheck reports each branch and each address that depends
 * on it. Only the result of crypto_equal() is for everybody to know.
 *
 * The program is linked with --wrap=crypto_equal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <valgrind/memcheck.h>

#include "attestation/attestation_appraisal.c"
#include "handshake/cookie.h"
/* Another function of the same name. */
#define check_binder check_psk_binder
#include "handshake/psk_server.c"
#undef check_binder
#include "tests/unit/lone_handshake.h"

#define SECRET_LEN 32
#define COMPARED_MAX 64

static unsigned comparisons;

bool __real_crypto_equal(const void *a, const void *b, size_t len);
bool __wrap_crypto_equal(const void *a, const void *b, size_t len);

/* Both sides are secret in here, whoever calls. */
bool __wrap_crypto_equal(const void *a, const void *b, size_t len)
{
	uint8_t x[COMPARED_MAX], y[COMPARED_MAX];
	bool is_equal;

	assert_true(len <= COMPARED_MAX);
	memcpy(x, a, len);
	memcpy(y, b, len);
	VALGRIND_MAKE_MEM_UNDEFINED(x, sizeof(x));
	VALGRIND_MAKE_MEM_UNDEFINED(y, sizeof(y));
	is_equal = __real_crypto_equal(x, y, len);
	VALGRIND_MAKE_MEM_DEFINED(&is_equal, sizeof(is_equal));
	comparisons++;
	return is_equal;
}

/* The counter-example; the compiler must not know better. */
static bool naive_equal(const volatile uint8_t *a, const volatile uint8_t *b,
			size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

static unsigned reported(void)
{
	return (unsigned)VALGRIND_COUNT_ERRORS;
}

static int setup(void **state)
{
	(void)state;
	assert_true(RUNNING_ON_VALGRIND);
	comparisons = 0;
	return 0;
}

/* Does memcheck notice at all? */
static void a_naive_comparison_is_reported(void **state)
{
	uint8_t a[SECRET_LEN] = { 1 }, b[SECRET_LEN] = { 1 };
	unsigned before = reported();
	bool is_equal;

	(void)state;
	VALGRIND_MAKE_MEM_UNDEFINED(a, sizeof(a));
	is_equal = naive_equal(a, b, sizeof(a));
	VALGRIND_MAKE_MEM_DEFINED(&is_equal, sizeof(is_equal));
	assert_true(is_equal);
	assert_true(reported() > before);
}

static void crypto_equal_takes_the_same_time(void **state)
{
	uint8_t a[SECRET_LEN] = { 1 }, b[SECRET_LEN] = { 1 };
	unsigned before = reported();

	(void)state;
	for (size_t i = 0; i < SECRET_LEN; i++) {
		b[i] ^= 0x10;
		assert_false(crypto_equal(a, b, sizeof(a)));
		b[i] ^= 0x10;
	}
	assert_true(crypto_equal(a, b, sizeof(a)));
	assert_int_equal(reported(), before);
}

/* The keys are secret, and with them the MAC that is expected. */
static void check_cookie(bool is_genuine)
{
	struct cookie_keys keys = { .current = { 1 }, .previous = { 2 } };
	struct cookie cookie = { .suite = crypto_suite_find(0x1301) }, opened;
	adtls_bytes_t address = bytes_of("address", 7);
	uint8_t sealed[COOKIE_MAX];
	size_t len = cookie_seal(&keys, &cookie, address, sealed);
	unsigned before = reported();
	bool is_open;

	assert_true(len > 0);
	if (!is_genuine)
		sealed[len - 1] ^= 1;
	VALGRIND_MAKE_MEM_UNDEFINED(keys.current, sizeof(keys.current));
	VALGRIND_MAKE_MEM_UNDEFINED(keys.previous, sizeof(keys.previous));
	is_open = cookie_open(&keys, bytes_of(sealed, len), address, 0,
			      &opened);
	assert_int_equal(reported(), before);
	assert_int_equal(is_open, is_genuine);
	assert_int_equal(comparisons, 2);
}

static void a_cookie_tells_nothing_of_its_key(void **state)
{
	(void)state;
	check_cookie(true);
}

static void a_forged_cookie_neither(void **state)
{
	(void)state;
	check_cookie(false);
}

/* The peer's handshake traffic secret is secret, and the MAC made of it. */
static void check_finished(bool is_genuine)
{
	const struct crypto_suite *suite = crypto_suite_find(0x1301);
	uint8_t transcript[CRYPTO_HASH_MAX], mac[CRYPTO_HASH_MAX];
	struct lone_handshake lone;
	unsigned before;
	bool is_taken;

	lone_handshake_init(&lone);
	lone_handshake_begin(&lone, ADTLS_CLIENT);
	lone.facts.suite = suite;
	lone.hs->server_secret.len = (uint8_t)suite->hash->len;
	memset(lone.hs->server_secret.data, 3, suite->hash->len);
	assert_true(transcript_choose(&lone.hs->transcript, suite->hash));
	assert_true(transcript_hash(&lone.hs->transcript, transcript));
	assert_true(key_finished_mac(suite->hash, KEY_LABEL_PREFIX_DTLS13,
				     &lone.hs->server_secret, transcript, mac));
	if (!is_genuine)
		mac[0] ^= 1;
	before = reported();
	VALGRIND_MAKE_MEM_UNDEFINED(lone.hs->server_secret.data,
				    suite->hash->len);
	is_taken = hs_receive_finished(lone.hs,
				       bytes_of(mac, suite->hash->len));
	assert_int_equal(reported(), before);
	assert_int_equal(is_taken, is_genuine);
	assert_int_equal(comparisons, 1);
	lone_handshake_end(&lone);
	lone_handshake_clear(&lone);
}

static void finished_tells_nothing_of_its_key(void **state)
{
	(void)state;
	check_finished(true);
}

static void a_forged_finished_neither(void **state)
{
	(void)state;
	check_finished(false);
}

/* The verdict shows the binder to whoever runs the relying party, so it is
 * secret in the comparison alone. */
static void check_attestation_binder(bool is_genuine)
{
	struct appraisal_job job = { .binder = { .data = { 4 }, .len = 32 } };
	struct evidence_claims claims = { .nonce_count = 1 };
	static const adtls_evidence_type_t type;
	adtls_verdict_t *verdict = verdict_new_pending("", &type);
	uint8_t nonce[SECRET_LEN] = { 4 };
	unsigned before = reported();

	assert_non_null(verdict);
	nonce[SECRET_LEN - 1] ^= is_genuine ? 0 : 1;
	claims.nonce = bytes_of(nonce, sizeof(nonce));
	check_binder(&job, &claims, verdict);
	assert_int_equal(reported(), before);
	assert_int_equal(comparisons, 1);
	adtls_verdict_unref(verdict);
}

static void an_attestation_binder_is_compared_in_constant_time(void **state)
{
	(void)state;
	check_attestation_binder(true);
}

static void a_wrong_attestation_binder_too(void **state)
{
	(void)state;
	check_attestation_binder(false);
}

/* The pre-shared key is secret, and the binder made of it. */
static void check_psk(bool is_genuine)
{
	static const uint8_t hello[100];
	struct hello_offer offer = { .psks = { .binders_len = 35 } };
	struct hs_psk psk = { .kind = HS_PSK_EXTERNAL,
			      .hash = &crypto_sha256,
			      .key = { 5 },
			      .key_len = 16 };
	adtls_bytes_t partial = bytes_of(hello, sizeof(hello) - 35);
	uint8_t hash[CRYPTO_HASH_MAX], binder[CRYPTO_HASH_MAX];
	struct lone_handshake lone;
	unsigned before;
	bool is_taken;

	lone_handshake_init(&lone);
	lone_handshake_begin(&lone, ADTLS_SERVER);
	assert_true(transcript_hash_partial(&lone.hs->transcript, psk.hash,
					    sizeof(hello), partial, hash));
	assert_true(key_psk_binder(psk.hash, KEY_LABEL_PREFIX_DTLS13,
				   hs_psk_key(&psk), true, hash, binder));
	if (!is_genuine)
		binder[0] ^= 1;
	before = reported();
	VALGRIND_MAKE_MEM_UNDEFINED(psk.key, psk.key_len);
	is_taken = check_psk_binder(lone.hs, &offer, &psk,
				    bytes_of(hello, sizeof(hello)),
				    bytes_of(binder, SECRET_LEN));
	assert_int_equal(reported(), before);
	assert_int_equal(is_taken, is_genuine);
	assert_int_equal(comparisons, 1);
	lone_handshake_end(&lone);
	lone_handshake_clear(&lone);
}

static void a_psk_binder_tells_nothing_of_its_key(void **state)
{
	(void)state;
	check_psk(true);
}

static void a_forged_psk_binder_neither(void **state)
{
	(void)state;
	check_psk(false);
}

#define with_counters(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_counters(a_naive_comparison_is_reported),
		with_counters(crypto_equal_takes_the_same_time),
		with_counters(a_cookie_tells_nothing_of_its_key),
		with_counters(a_forged_cookie_neither),
		with_counters(finished_tells_nothing_of_its_key),
		with_counters(a_forged_finished_neither),
		with_counters(
			an_attestation_binder_is_compared_in_constant_time),
		with_counters(a_wrong_attestation_binder_too),
		with_counters(a_psk_binder_tells_nothing_of_its_key),
		with_counters(a_forged_psk_binder_neither),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
