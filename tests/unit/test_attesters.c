/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attesters: what a backend must have, and the Evidence of the software one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "attesters/attester.h"
#include "rats/cmw.h"
#include "rats/cose_sign1.h"
#include "rats/eat.h"
#include "tests/support/test_vectors.h"
#include "tests/unit/evidence_keys.h"

static const adtls_evidence_type_t eat_cwt = { .content_format = 263 };

/* A backend whose behaviour its context says. */
struct backend {
	int result;
	size_t len;
	unsigned freed;
};

static int backend_make(void *context, const adtls_evidence_request_t *request,
			adtls_evidence_t *out)
{
	const struct backend *backend = context;
	uint8_t *bytes = calloc(1, backend->len + 1);
	int result;

	(void)request;
	assert_non_null(bytes);
	result = adtls_evidence_set(out, bytes, backend->len);
	free(bytes);
	return backend->result != ADTLS_OK || backend->len == 0
		       ? backend->result
		       : result;
}

static void backend_free(void *context)
{
	struct backend *backend = context;

	backend->freed++;
}

static const adtls_attester_ops_t backend_ops = {
	.name = "backend",
	.binder_max = 32,
	.types = &eat_cwt,
	.type_count = 1,
	.make_evidence = backend_make,
	.free = backend_free,
};

static void references_are_counted(void **state)
{
	struct backend backend = { 0 };
	adtls_attester_t *attester;

	(void)state;
	assert_int_equal(adtls_attester_new(&backend_ops, &backend, &attester),
			 ADTLS_OK);
	assert_ptr_equal(attester_ops(attester), &backend_ops);
	assert_ptr_equal(adtls_attester_ref(attester), attester);
	adtls_attester_unref(attester);
	assert_int_equal(backend.freed, 0);
	adtls_attester_unref(attester);
	assert_int_equal(backend.freed, 1);
	adtls_attester_unref(NULL);
	assert_null(adtls_attester_ref(NULL));
}

static void refuses_ops(adtls_attester_ops_t ops)
{
	struct backend backend = { 0 };
	adtls_attester_t *attester;

	assert_int_equal(adtls_attester_new(&ops, &backend, &attester),
			 ADTLS_E_INVALID);
	assert_null(attester);
	assert_int_equal(backend.freed, 1);
}

static void unusable_backends_are_refused(void **state)
{
	adtls_attester_ops_t ops;

	(void)state;
	ops = backend_ops;
	ops.name = NULL;
	refuses_ops(ops);
	ops = backend_ops;
	ops.make_evidence = NULL;
	refuses_ops(ops);
	ops = backend_ops;
	ops.types = NULL;
	refuses_ops(ops);
	ops = backend_ops;
	ops.type_count = 0;
	refuses_ops(ops);
	ops = backend_ops;
	ops.binder_max = 31;
	refuses_ops(ops);
}

static int make(struct backend *backend, int content_format, size_t binder_len,
		size_t *out_len)
{
	static const uint8_t binder[64];
	adtls_evidence_type_t type = { .content_format = content_format };
	adtls_evidence_request_t request = {
		.type = &type,
		.binder = bytes_of(binder, binder_len),
		.utc_s = ADTLS_UTC_UNKNOWN,
	};
	adtls_evidence_t evidence = { 0 };
	adtls_attester_t *attester;
	int result;

	assert_int_equal(adtls_attester_new(&backend_ops, backend, &attester),
			 ADTLS_OK);
	result = attester_make_evidence(attester, &request, &evidence);
	*out_len = evidence.cmw.len;
	buffer_clear(&evidence.cmw);
	adtls_attester_unref(attester);
	return result;
}

static void results_of_a_backend_are_checked(void **state)
{
	struct backend backend = { .len = 5 };
	size_t len;

	(void)state;
	assert_int_equal(make(&backend, 263, 32, &len), ADTLS_OK);
	assert_int_equal(len, 5);
	assert_int_equal(make(&backend, 264, 32, &len), ADTLS_E_INVALID);
	assert_int_equal(len, 0);
	assert_int_equal(make(&backend, 263, 33, &len), ADTLS_E_INVALID);
	/* An error takes the Evidence with it. */
	backend.result = ADTLS_E_IO;
	assert_int_equal(make(&backend, 263, 32, &len), ADTLS_E_IO);
	assert_int_equal(len, 0);
	/* Success without Evidence is none. */
	backend = (struct backend){ .len = 0 };
	assert_int_equal(make(&backend, 263, 32, &len), ADTLS_E_ATTESTER);
	backend.len = ATTESTER_CMW_MAX;
	assert_int_equal(make(&backend, 263, 32, &len), ADTLS_OK);
	assert_int_equal(len, ATTESTER_CMW_MAX);
	backend.len = ATTESTER_CMW_MAX + 1;
	assert_int_equal(make(&backend, 263, 32, &len), ADTLS_E_TOO_LARGE);
	assert_int_equal(len, 0);
}

static void evidence_is_replaced(void **state)
{
	adtls_evidence_t evidence = { 0 };

	(void)state;
	assert_int_equal(adtls_evidence_set(&evidence, "abc", 3), ADTLS_OK);
	assert_int_equal(adtls_evidence_set(&evidence, "de", 2), ADTLS_OK);
	assert_int_equal(evidence.cmw.len, 2);
	assert_memory_equal(evidence.cmw.data, "de", 2);
	assert_int_equal(adtls_evidence_set(&evidence, "", 0), ADTLS_E_INVALID);
	buffer_clear(&evidence.cmw);
}

/* What a vector's device says of itself. */
struct device {
	struct test_bytes key;
	struct test_bytes ueid;
	struct test_bytes measurement;
	adtls_software_attester_params_t params;
};

static void device_init(struct device *device, const json_t *vector)
{
	device->key = evidence_private_key_der(vector);
	device->ueid = test_vector_bytes(vector, "ueid");
	device->measurement = test_vector_bytes(vector, "measurement");
	device->params = (adtls_software_attester_params_t){
		.attestation_key = test_view(&device->key),
		.ueid = test_view(&device->ueid),
		.software_name = test_vector_text(vector, "software_name"),
		.software_version =
			test_vector_text(vector, "software_version"),
		.measurement = test_view(&device->measurement),
		.reproducible = true,
	};
}

static void check_vector(const json_t *vector)
{
	struct test_bytes binder = test_vector_bytes(vector, "binder");
	struct test_bytes tik = test_vector_bytes(vector, "tls_spki");
	adtls_evidence_request_t request = {
		.type = &eat_cwt,
		.binder = test_view(&binder),
		.tik = test_view(&tik),
		.utc_s = (int64_t)test_vector_number(vector, "issued_at"),
	};
	adtls_evidence_t evidence = { 0 };
	adtls_attester_t *attester;
	struct device device;

	device_init(&device, vector);
	assert_int_equal(adtls_software_attester_new(&device.params, &attester),
			 ADTLS_OK);
	/* Nothing is borrowed. */
	memset(&device, 0xff, sizeof(device));
	assert_int_equal(attester_ops(attester)->key_binding,
			 ADTLS_KEY_BINDING_ECHO);
	assert_int_equal(attester_make_evidence(attester, &request, &evidence),
			 ADTLS_OK);
	test_assert_field(vector, "cmw", evidence.cmw.data, evidence.cmw.len);
	buffer_clear(&evidence.cmw);
	adtls_attester_unref(attester);
}

static void evidence_is_the_peers(void **state)
{
	(void)state;
	assert_true(test_vectors_each("evidence", check_vector) > 0);
}

/* Without version and time, with a binder of 48 bytes, not reproducible. */
static void check_optional_claims(const json_t *vector)
{
	struct test_bytes spki = test_vector_bytes(vector, "attestation_spki");
	struct test_bytes tik = test_vector_bytes(vector, "tls_spki");
	static const uint8_t binder[48] = { 1 };
	adtls_evidence_request_t request = {
		.type = &eat_cwt,
		.binder = bytes_of(binder, sizeof(binder)),
		.tik = test_view(&tik),
		.utc_s = ADTLS_UTC_UNKNOWN,
	};
	struct crypto_public_key *key =
		crypto_public_key_new_spki(test_view(&spki));
	adtls_evidence_t evidence = { 0 };
	adtls_attester_t *attester;
	struct cose_sign1 message;
	struct cmw_record record;
	struct device device;
	const char *problem;
	struct eat eat;

	device_init(&device, vector);
	device.params.software_version = NULL;
	device.params.reproducible = false;
	assert_int_equal(adtls_software_attester_new(&device.params, &attester),
			 ADTLS_OK);
	assert_int_equal(attester_make_evidence(attester, &request, &evidence),
			 ADTLS_OK);
	assert_int_equal(cmw_read(buffer_bytes(&evidence.cmw), &record),
			 CMW_OK);
	assert_true(cose_sign1_read(record.value, &message, &problem));
	assert_true(cose_sign1_verify(&message, key));
	assert_true(eat_read(message.payload, &eat, &problem));
	assert_int_equal(eat.software_version.len, 0);
	assert_true(eat.issued_at == ADTLS_UTC_UNKNOWN);
	assert_true(bytes_equal(eat.nonce, request.binder));
	buffer_clear(&evidence.cmw);
	adtls_attester_unref(attester);
	crypto_public_key_free(key);
}

static void optional_claims_may_be_missing(void **state)
{
	(void)state;
	assert_true(test_vectors_each("evidence", check_optional_claims) > 0);
}

/* Ed25519 (RFC 8410 §10.1), P-256 cut off, and nothing. */
static const char *const other_keys[] = {
	("302a300506032b6570032100"
	 "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"),
	"3059301306072a8648ce3d020106082a8648ce3d03010703420004",
	"",
};

static void check_other_tik(const json_t *vector)
{
	struct test_bytes binder = test_vector_bytes(vector, "binder");
	adtls_attester_t *attester;
	struct device device;

	device_init(&device, vector);
	assert_int_equal(adtls_software_attester_new(&device.params, &attester),
			 ADTLS_OK);
	for (size_t i = 0; i < sizeof(other_keys) / sizeof(other_keys[0]);
	     i++) {
		struct test_bytes tik = test_hex(other_keys[i]);
		adtls_evidence_request_t request = {
			.type = &eat_cwt,
			.binder = test_view(&binder),
			.tik = test_view(&tik),
		};
		adtls_evidence_t evidence = { 0 };

		assert_int_equal(
			attester_make_evidence(attester, &request, &evidence),
			ADTLS_E_UNSUPPORTED);
		assert_int_equal(evidence.cmw.len, 0);
	}
	adtls_attester_unref(attester);
}

static void tik_must_be_on_p256(void **state)
{
	(void)state;
	assert_true(test_vectors_each("evidence", check_other_tik) > 0);
}

static int try_params(const adtls_software_attester_params_t *params)
{
	adtls_attester_t *attester;
	int result = adtls_software_attester_new(params, &attester);

	assert_int_equal(attester != NULL, result == ADTLS_OK);
	adtls_attester_unref(attester);
	return result;
}

static void check_bad_params(const json_t *vector)
{
	adtls_software_attester_params_t params;
	char long_name[ADTLS_NAME_MAX + 1] = { 0 };
	struct device device;

	device_init(&device, vector);
	memset(long_name, 'a', ADTLS_NAME_MAX);
	assert_int_equal(try_params(&device.params), ADTLS_OK);
	params = device.params;
	params.ueid.len = 6;
	assert_int_equal(try_params(&params), ADTLS_E_INVALID);
	params = device.params;
	params.ueid = test_view(&device.measurement);
	assert_int_equal(try_params(&params), ADTLS_E_INVALID);
	params = device.params;
	params.software_name = NULL;
	assert_int_equal(try_params(&params), ADTLS_E_INVALID);
	params.software_name = "";
	assert_int_equal(try_params(&params), ADTLS_E_INVALID);
	params.software_name = "a\nb";
	assert_int_equal(try_params(&params), ADTLS_E_INVALID);
	params.software_name = long_name;
	assert_int_equal(try_params(&params), ADTLS_E_INVALID);
	long_name[ADTLS_NAME_MAX - 1] = '\0';
	assert_int_equal(try_params(&params), ADTLS_OK);
	params = device.params;
	params.software_version = "";
	assert_int_equal(try_params(&params), ADTLS_E_INVALID);
	params = device.params;
	params.measurement.len = 31;
	assert_int_equal(try_params(&params), ADTLS_E_INVALID);
	params = device.params;
	params.attestation_key.len--;
	assert_int_equal(try_params(&params), ADTLS_E_CREDENTIALS);
	params.attestation_key.len = 0;
	assert_int_equal(try_params(&params), ADTLS_E_CREDENTIALS);
}

static void bad_params_are_refused(void **state)
{
	(void)state;
	assert_true(test_vectors_each("evidence", check_bad_params) > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_are_counted),
		cmocka_unit_test(unusable_backends_are_refused),
		cmocka_unit_test(results_of_a_backend_are_checked),
		cmocka_unit_test(evidence_is_replaced),
		cmocka_unit_test(evidence_is_the_peers),
		cmocka_unit_test(optional_claims_may_be_missing),
		cmocka_unit_test(tik_must_be_on_p256),
		cmocka_unit_test(bad_params_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
