/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes what reads Evidence: CBOR, CMW, COSE, EAT, and the local Verifier.
 *
 *   input: which reader, then its bytes
 *
 * libcbor agrees that checked CBOR is well-formed; what is granted was signed by
 * the trust anchor and has the reference value. */
#include <cbor.h>
#include <string.h>

#include "rats/cbor_check.h"
#include "rats/cbor_reader.h"
#include "rats/cmw.h"
#include "rats/content_type.h"
#include "rats/cose_sign1.h"
#include "rats/eat.h"
#include "rats/evidence_claims.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/simulation.h"
#include "tests/support/simulation_credentials.h"
#include "verifiers/verdict.h"
#include "verifiers/verifier.h"

#define REFERENCE_BYTE 0xaa	/* simulation_policy()'s measurement */

static const adtls_evidence_type_t eat_cwt = {
	.content_format = CONTENT_FORMAT_EAT_CWT
};

/* libcbor 0.8 takes tags from 6 to 20 in one byte for malformed. */
static bool is_at_small_tag(adtls_bytes_t input,
			    const struct cbor_error *error)
{
	return error->code == CBOR_ERR_MALFORMATED &&
	       error->position < input.len &&
	       input.data[error->position] >= 0xc6 &&
	       input.data[error->position] <= 0xd4;
}

static void check_with_libcbor(adtls_bytes_t input)
{
	struct cbor_load_result result;
	cbor_item_t *item = cbor_load(input.data, input.len, &result);

	if (item == NULL) {
		FUZZ_REQUIRE(is_at_small_tag(input, &result.error));
		return;
	}
	FUZZ_REQUIRE(result.read == input.len);
	cbor_decref(&item);
}

static void fuzz_cbor(adtls_bytes_t input)
{
	struct cbor_reader reader;

	if (!cbor_check(input))
		return;
	check_with_libcbor(input);
	cbor_reader_init(&reader, input);
	cbor_skip(&reader);
	FUZZ_REQUIRE(cbor_reader_finished(&reader));
}

static void fuzz_cmw(adtls_bytes_t input)
{
	struct cmw_record record, again;
	struct buffer out = { 0 };

	if (cmw_read(input, &record) != CMW_OK)
		return;
	FUZZ_REQUIRE(fuzz_is_within(record.value, input));
	FUZZ_REQUIRE(fuzz_is_within(record.media_type, input));
	FUZZ_REQUIRE((record.content_format >= 0) ==
		     (record.media_type.len == 0));
	cmw_type_matches(&record, &eat_cwt);
	if (record.content_format < 0 || !record.has_indicator)
		return;
	FUZZ_REQUIRE(cmw_write_record((uint16_t)record.content_format,
				      record.value, record.indicator, &out));
	FUZZ_REQUIRE(cmw_read(buffer_bytes(&out), &again) == CMW_OK);
	FUZZ_REQUIRE(bytes_equal(again.value, record.value));
	FUZZ_REQUIRE(again.indicator == record.indicator);
	buffer_clear(&out);
}

static void fuzz_content_types(adtls_bytes_t input)
{
	struct wire_reader reader;
	struct content_type a = { .content_format = -1 }, b = a;

	wire_reader_init_bytes(&reader, input);
	a.media_type = fuzz_take(&reader, wire_read_u8(&reader));
	b.media_type = wire_read_rest(&reader);
	FUZZ_REQUIRE(content_type_equal(&a, &b) == content_type_equal(&b, &a));
	content_type_is(&a, CONTENT_FORMAT_EAT_CWT);
}

static void fuzz_cose(adtls_bytes_t input)
{
	struct cose_sign1 message;
	const char *problem = NULL;

	if (!cose_sign1_read(input, &message, &problem)) {
		FUZZ_REQUIRE(problem != NULL);
		return;
	}
	FUZZ_REQUIRE(fuzz_is_within(message.protected_header, input));
	FUZZ_REQUIRE(fuzz_is_within(message.key_id, input));
	FUZZ_REQUIRE(fuzz_is_within(message.payload, input));
	FUZZ_REQUIRE(fuzz_is_within(message.signature, input));
}

static void fuzz_eat(adtls_bytes_t input)
{
	const char *problem = NULL;
	struct eat eat;

	if (!eat_read(input, &eat, &problem)) {
		FUZZ_REQUIRE(problem != NULL);
		return;
	}
	FUZZ_REQUIRE(fuzz_is_within(eat.nonce, input));
	FUZZ_REQUIRE(fuzz_is_within(eat.key_x, input));
	FUZZ_REQUIRE(fuzz_is_within(eat.key_y, input));
	FUZZ_REQUIRE(eat.ueid.len == 0 || eat_ueid_is_valid(eat.ueid));
	FUZZ_REQUIRE(eat.software_name.len == 0 ||
		     eat_text_is_valid(eat.software_name));
	FUZZ_REQUIRE(eat.measurement.len == 0 ||
		     eat.measurement.len == EAT_MEASUREMENT_LEN);
}

static void fuzz_claims(adtls_bytes_t input)
{
	struct evidence_claims claims;

	if (!evidence_claims_read(&eat_cwt, input, &claims))
		return;
	FUZZ_REQUIRE(fuzz_is_within(claims.nonce, input));
	FUZZ_REQUIRE(claims.nonce_count > 0 || claims.nonce.len == 0);
}

/* Parts that every run shares: they never change. */
static const adtls_verifier_t *shared_verifier(void)
{
	static adtls_verifier_t *verifier;
	adtls_policy_t *policy;

	if (verifier != NULL)
		return verifier;
	policy = simulation_policy("require");
	FUZZ_REQUIRE(adtls_local_verifier_new(policy, &verifier) == ADTLS_OK);
	adtls_policy_unref(policy);
	return verifier;
}

static const struct crypto_private_key *shared_key(void)
{
	static struct crypto_private_key *key;

	if (key == NULL)
		key = crypto_private_key_new(
			bytes_of(simulation_attestation_key,
				 strlen(simulation_attestation_key)));
	FUZZ_REQUIRE(key != NULL);
	return key;
}

static bool is_granted(adtls_bytes_t evidence)
{
	adtls_appraisal_t appraisal = { .type = &eat_cwt,
					.evidence = evidence,
					.identity = "CN=sensor",
					.utc_s = SIMULATION_UTC };
	const adtls_verifier_t *verifier = shared_verifier();
	adtls_verdict_t *verdict =
		verdict_new("CN=sensor", &eat_cwt, verifier_name(verifier),
			    SIMULATION_UTC);
	char line[512];
	bool granted;

	FUZZ_REQUIRE(verdict != NULL);
	FUZZ_REQUIRE(verifier_appraise(verifier, &appraisal, verdict) ==
		     ADTLS_OK);
	granted = adtls_verdict_authorization(verdict) ==
		  ADTLS_AUTHORIZATION_GRANTED;
	FUZZ_REQUIRE(granted ==
		     (adtls_verdict_reason(verdict) == ADTLS_REASON_NONE));
	adtls_verdict_explain(verdict, line, sizeof(line));
	for (const char *at = line; *at != '\0'; at++)
		FUZZ_REQUIRE((uint8_t)*at >= ' ');
	adtls_verdict_unref(verdict);
	return granted;
}

/* Nobody can sign for the anchor, so nothing from outside is granted. */
static void fuzz_unsigned(adtls_bytes_t input)
{
	FUZZ_REQUIRE(!is_granted(input));
}

/* The anchor signs what the input says. */
static void fuzz_signed(adtls_bytes_t input)
{
	uint8_t reference[EAT_MEASUREMENT_LEN], key_id[COSE_KEY_ID_LEN];
	struct buffer evidence = { 0 }, spki = { 0 };
	const char *problem;
	struct eat eat;

	memset(reference, REFERENCE_BYTE, sizeof(reference));
	FUZZ_REQUIRE(crypto_private_key_spki(shared_key(), &spki));
	FUZZ_REQUIRE(cose_key_id(buffer_bytes(&spki), key_id));
	FUZZ_REQUIRE(cose_sign1_write(shared_key(), true,
				      bytes_of(key_id, sizeof(key_id)), input,
				      &evidence));
	if (is_granted(buffer_bytes(&evidence))) {
		FUZZ_REQUIRE(eat_read(input, &eat, &problem));
		FUZZ_REQUIRE(bytes_equal(eat.measurement,
					 bytes_of(reference,
						  sizeof(reference))));
		FUZZ_REQUIRE(bytes_equal(eat.software_name,
					 bytes_of("sensor-firmware", 15)));
	}
	buffer_clear(&evidence);
	buffer_clear(&spki);
}

static void (*const readers[])(adtls_bytes_t input) = {
	fuzz_cbor, fuzz_cmw,	fuzz_content_types, fuzz_cose,
	fuzz_eat,  fuzz_claims, fuzz_unsigned,	    fuzz_signed,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader input;
	size_t reader;

	wire_reader_init(&input, data, size);
	reader = wire_read_u8(&input) % (sizeof(readers) / sizeof(readers[0]));
	readers[reader](wire_read_rest(&input));
	return 0;
}
