/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Negotiation of attestation (protocol §3): offers and answers against the
 * Python peer's bytes, what is selected, and each refusal with its alert. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "attestation/attestation.h"
#include "tests/support/simulation.h"
#include "tests/support/test_vectors.h"
#include "tests/unit/lone_handshake.h"

#define PROPOSAL EXTENSION_EVIDENCE_PROPOSAL

static struct lone_handshake lone;

static int setup(void **state)
{
	(void)state;
	lone_handshake_init(&lone);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lone_handshake_clear(&lone);
	return 0;
}

static void demand(const char *peer_attestation, adtls_verifier_t *verifier)
{
	adtls_policy_t *policy = simulation_policy(peer_attestation);

	lone_handshake_end(&lone);
	assert_int_equal(adtls_config_set_policy(lone.config, policy, verifier),
			 ADTLS_OK);
	adtls_policy_unref(policy);
}

static int make_nothing(void *context, const adtls_evidence_request_t *request,
			adtls_evidence_t *out)
{
	(void)context;
	(void)request;
	(void)out;
	return ADTLS_E_ATTESTER;
}

static const adtls_evidence_type_t both_types[] = {
	{ 263, NULL },
	{ -1, "application/eat+cwt" },
};

static const adtls_attester_ops_t bilingual = {
	.name = "bilingual",
	.binder_max = 64,
	.types = both_types,
	.type_count = 2,
	.make_evidence = make_nothing,
};

static void become_attester(void)
{
	adtls_attester_t *attester;

	lone_handshake_end(&lone);
	assert_int_equal(adtls_attester_new(&bilingual, NULL, &attester),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_attester(lone.config, attester),
			 ADTLS_OK);
	adtls_attester_unref(attester);
}

/* The peer's message with one extension, or with none. */
static bool read_one(adtls_role_t role, uint16_t type, adtls_bytes_t body)
{
	uint8_t vector[TEST_BYTES_MAX];
	struct wire_writer writer;

	lone_handshake_begin(&lone, role);
	memset(lone.hs->offered, 0xff, sizeof(lone.hs->offered));
	wire_writer_init(&writer, vector, sizeof(vector));
	wire_write_u16(&writer, type);
	wire_write_vector(&writer, 2, body.data, body.len);
	return hs_extensions_read(lone.hs,
				  role == ADTLS_SERVER
					  ? IN_CLIENT_HELLO
					  : IN_ENCRYPTED_EXTENSIONS,
				  wire_written(&writer));
}

static bool read_hex(adtls_role_t role, uint16_t type, const char *digits)
{
	struct test_bytes body = test_hex(digits);

	return read_one(role, type, test_view(&body));
}

static bool negotiate(void)
{
	return lone.config->layer->negotiate(lone.layer, lone.hs);
}

static void assert_failed(adtls_alert_t alert, adtls_reason_t reason)
{
	assert_int_equal(lone.hs->failure.alert, alert);
	assert_int_equal(lone.hs->failure.reason, reason);
}

/* The body that we send of an extension; false: it is left out. */
static bool sends(enum hs_extension_message message, uint16_t type,
		  struct test_bytes *out)
{
	const struct extension *item;
	uint8_t bytes[1024];
	struct extension_list list;
	struct wire_writer writer;
	struct wire_reader reader;

	wire_writer_init(&writer, bytes, sizeof(bytes));
	assert_true(hs_extensions_write(lone.hs, message, &writer));
	wire_reader_init_bytes(&reader, wire_written(&writer));
	assert_int_equal(
		extension_list_read(wire_read_vector(&reader, 2), &list),
		EXTENSION_LIST_OK);
	item = extension_list_find(&list, type);
	if (item == NULL)
		return false;
	memcpy(out->data, item->body.data, item->body.len);
	out->len = item->body.len;
	return true;
}

static bool sends_any(enum hs_extension_message message)
{
	struct test_bytes body;

	for (uint16_t type = EXTENSION_EVIDENCE_REQUEST;
	     type <= EXTENSION_RESULTS_PROPOSAL; type++) {
		if (sends(message, type, &body))
			return true;
	}
	return false;
}

/* The Python peer's offers */

/* Of the four only evidence_proposal is answered: a server that is no attester
 * and takes no Results leaves the others out. */
static void check_offer(const json_t *vector)
{
	uint16_t type = (uint16_t)test_vector_number(vector, "extension");
	struct test_bytes offer = test_vector_bytes(vector, "offer");
	struct test_bytes answer = { .len = 0 };

	demand("allow", NULL);
	assert_true(read_one(ADTLS_SERVER, type, test_view(&offer)));
	assert_true(negotiate());
	if (type != PROPOSAL) {
		assert_false(sends_any(IN_ENCRYPTED_EXTENSIONS));
		return;
	}
	assert_true(sends(IN_ENCRYPTED_EXTENSIONS, PROPOSAL, &answer));
	test_assert_field(vector, "answer", answer.data, answer.len);
	assert_true(lone.config->layer->needs_client_certificate(lone.layer));
	assert_true(lone.config->layer->has_message(lone.layer, ADTLS_CLIENT));
	assert_false(lone.config->layer->has_message(lone.layer, ADTLS_SERVER));
	assert_int_equal(lone.config->layer->authorization(lone.layer),
			 ADTLS_AUTHORIZATION_PENDING);
}

static void offers_of_the_peer(void **state)
{
	(void)state;
	assert_true(test_vectors_each("negotiation", check_offer) >= 4);
}

static void check_offer_truncations(const json_t *vector)
{
	uint16_t type = (uint16_t)test_vector_number(vector, "extension");
	struct test_bytes offer = test_vector_bytes(vector, "offer");

	for (size_t len = 0; len < offer.len; len++) {
		assert_false(read_one(ADTLS_SERVER, type,
				      bytes_of(offer.data, len)));
		assert_failed(ADTLS_ALERT_DECODE_ERROR,
			      ADTLS_REASON_MALFORMED_MESSAGE);
	}
	assert_false(read_one(ADTLS_SERVER, type,
			      bytes_of(offer.data, offer.len + 1)));
	assert_failed(ADTLS_ALERT_DECODE_ERROR, ADTLS_REASON_MALFORMED_MESSAGE);
}

static void truncated_offers_are_decode_errors(void **state)
{
	(void)state;
	demand("allow", NULL);
	test_vectors_each("negotiation", check_offer_truncations);
}

static void nonsense_in_offers_is_illegal(void **state)
{
	(void)state;
	demand("allow", NULL);
	assert_false(read_hex(ADTLS_SERVER, PROPOSAL, "03 02 0107"));
	assert_failed(ADTLS_ALERT_ILLEGAL_PARAMETER,
		      ADTLS_REASON_ILLEGAL_PARAMETER);
	assert_false(read_hex(ADTLS_SERVER, EXTENSION_EVIDENCE_REQUEST,
			      "03 01 0000"));
	assert_failed(ADTLS_ALERT_ILLEGAL_PARAMETER,
		      ADTLS_REASON_ILLEGAL_PARAMETER);
	assert_false(
		read_hex(ADTLS_SERVER, EXTENSION_RESULTS_REQUEST, "02 0000"));
	assert_failed(ADTLS_ALERT_ILLEGAL_PARAMETER,
		      ADTLS_REASON_ILLEGAL_PARAMETER);
	assert_false(read_hex(ADTLS_SERVER, EXTENSION_RESULTS_PROPOSAL,
			      "05 000161 0000"));
	assert_failed(ADTLS_ALERT_ILLEGAL_PARAMETER,
		      ADTLS_REASON_ILLEGAL_PARAMETER);
}

/* What a server selects */

static void assert_selects(const char *offer, const char *answer)
{
	struct test_bytes expected = test_hex(answer), actual;

	assert_true(read_hex(ADTLS_SERVER, PROPOSAL, offer));
	assert_true(negotiate());
	assert_true(sends(IN_ENCRYPTED_EXTENSIONS, PROPOSAL, &actual));
	assert_true(bytes_equal(test_view(&actual), test_view(&expected)));
}

#define NUMBER	   "000107"
#define MEDIA_TYPE "01 0013 6170706c69636174696f6e2f6561742b637774"

static void the_servers_order_decides(void **state)
{
	(void)state;
	demand("require", NULL);
	assert_selects("03" NUMBER, NUMBER);
	assert_selects("16" MEDIA_TYPE, MEDIA_TYPE);
	assert_selects("19" NUMBER MEDIA_TYPE, NUMBER);
	assert_selects("19" MEDIA_TYPE NUMBER, NUMBER);
	/* Among strangers, and twice */
	assert_selects("0c 000001" NUMBER NUMBER "00ffff", NUMBER);
}

static bool accepts_media_types(void *context,
				const adtls_evidence_type_t *type)
{
	(void)context;
	return type->media_type != NULL;
}

static int appraise_nothing(void *context, const adtls_appraisal_t *appraisal,
			    adtls_verdict_t *verdict)
{
	(void)context;
	(void)appraisal;
	(void)verdict;
	return ADTLS_OK;
}

static const adtls_verifier_ops_t media_types_only = {
	.name = "media-types-only",
	.accepts = accepts_media_types,
	.appraise = appraise_nothing,
};

/* Nothing is selected that the Verifier cannot appraise. */
static void the_verifier_has_a_say(void **state)
{
	adtls_verifier_t *verifier;

	(void)state;
	assert_int_equal(adtls_verifier_new(&media_types_only, NULL, &verifier),
			 ADTLS_OK);
	demand("require", verifier);
	adtls_verifier_unref(verifier);
	assert_selects("19" NUMBER MEDIA_TYPE, MEDIA_TYPE);
	assert_true(read_hex(ADTLS_SERVER, PROPOSAL, "03" NUMBER));
	assert_false(negotiate());
}

/* Policies of the server */

static void a_demand_that_is_not_met_is_refused(void **state)
{
	(void)state;
	demand("require", NULL);
	assert_true(read_hex(ADTLS_SERVER, PROPOSAL, "03 000001"));
	assert_false(negotiate());
	assert_failed(ADTLS_ALERT_UNSUPPORTED_EVIDENCE,
		      ADTLS_REASON_EVIDENCE_TYPE_UNSUPPORTED);
	/* Compared byte for byte: another case is another type. */
	assert_true(read_hex(ADTLS_SERVER, PROPOSAL,
			     "16 01 0013 "
			     "4170706c69636174696f6e2f6561742b637774"));
	assert_false(negotiate());
	assert_failed(ADTLS_ALERT_UNSUPPORTED_EVIDENCE,
		      ADTLS_REASON_EVIDENCE_TYPE_UNSUPPORTED);
	assert_true(read_hex(ADTLS_SERVER, EXTENSION_RESULTS_PROPOSAL,
			     "03 000161"));
	assert_false(negotiate());
	assert_failed(ADTLS_ALERT_ATTESTATION_REQUIRED,
		      ADTLS_REASON_ATTESTATION_NOT_OFFERED);
}

static void what_is_allowed_may_be_left_out(void **state)
{
	(void)state;
	demand("allow", NULL);
	assert_true(read_hex(ADTLS_SERVER, PROPOSAL, "03 000001"));
	assert_true(negotiate());
	assert_false(sends_any(IN_ENCRYPTED_EXTENSIONS));
	assert_false(lone.config->layer->needs_client_certificate(lone.layer));
	assert_int_equal(lone.config->layer->authorization(lone.layer),
			 ADTLS_AUTHORIZATION_NONE);
}

static void what_is_forbidden_is_left_out(void **state)
{
	(void)state;
	demand("forbid", NULL);
	assert_true(read_hex(ADTLS_SERVER, PROPOSAL, "03" NUMBER));
	assert_true(negotiate());
	assert_false(sends_any(IN_ENCRYPTED_EXTENSIONS));
	/* Nonsense stays nonsense. */
	assert_false(read_hex(ADTLS_SERVER, PROPOSAL, "03 02 0107"));
}

/* The client */

static void an_attester_offers_its_types(void **state)
{
	struct test_bytes expected = test_hex("19" NUMBER MEDIA_TYPE);
	struct test_bytes offer;

	(void)state;
	become_attester();
	lone_handshake_begin(&lone, ADTLS_CLIENT);
	assert_true(sends(IN_CLIENT_HELLO, PROPOSAL, &offer));
	assert_true(bytes_equal(test_view(&offer), test_view(&expected)));
	assert_false(
		sends(IN_CLIENT_HELLO, EXTENSION_EVIDENCE_REQUEST, &offer));
	assert_false(sends(IN_CLIENT_HELLO, EXTENSION_RESULTS_REQUEST, &offer));
	assert_false(
		sends(IN_CLIENT_HELLO, EXTENSION_RESULTS_PROPOSAL, &offer));
}

static void who_is_no_attester_offers_nothing(void **state)
{
	(void)state;
	demand("require", NULL);
	lone_handshake_begin(&lone, ADTLS_CLIENT);
	assert_false(sends_any(IN_CLIENT_HELLO));
}

static void check_answer(const json_t *vector)
{
	struct test_bytes answer = test_vector_bytes(vector, "answer");

	if (test_vector_number(vector, "extension") != PROPOSAL)
		return;
	assert_true(read_one(ADTLS_CLIENT, PROPOSAL, test_view(&answer)));
	assert_true(negotiate());
	assert_true(lone.config->layer->has_message(lone.layer, ADTLS_CLIENT));
	assert_int_equal(lone.config->layer->authorization(lone.layer),
			 ADTLS_AUTHORIZATION_NONE);
	for (size_t len = 0; len < answer.len; len++) {
		assert_false(read_one(ADTLS_CLIENT, PROPOSAL,
				      bytes_of(answer.data, len)));
		assert_failed(ADTLS_ALERT_DECODE_ERROR,
			      ADTLS_REASON_MALFORMED_MESSAGE);
	}
}

static void answers_of_the_peer(void **state)
{
	(void)state;
	become_attester();
	test_vectors_each("negotiation", check_answer);
	assert_true(read_hex(ADTLS_CLIENT, PROPOSAL, MEDIA_TYPE));
}

static void an_answer_must_be_one_of_the_offers(void **state)
{
	(void)state;
	become_attester();
	assert_false(read_hex(ADTLS_CLIENT, PROPOSAL, "000001"));
	assert_failed(ADTLS_ALERT_ILLEGAL_PARAMETER,
		      ADTLS_REASON_ILLEGAL_PARAMETER);
	assert_false(lone.config->layer->has_message(lone.layer, ADTLS_CLIENT));
	assert_false(read_hex(ADTLS_CLIENT, PROPOSAL, "02 0107"));
	assert_failed(ADTLS_ALERT_ILLEGAL_PARAMETER,
		      ADTLS_REASON_ILLEGAL_PARAMETER);
	assert_false(read_hex(ADTLS_CLIENT, PROPOSAL, NUMBER "00"));
	assert_failed(ADTLS_ALERT_DECODE_ERROR, ADTLS_REASON_MALFORMED_MESSAGE);
}

static void a_client_may_insist(void **state)
{
	(void)state;
	become_attester();
	lone_handshake_begin(&lone, ADTLS_CLIENT);
	assert_true(negotiate());
	lone_handshake_end(&lone);
	adtls_config_set_require_attestation(lone.config, true);
	lone_handshake_begin(&lone, ADTLS_CLIENT);
	assert_false(negotiate());
	assert_failed(ADTLS_ALERT_ATTESTATION_REQUIRED,
		      ADTLS_REASON_ATTESTATION_NOT_NEGOTIATED);
	assert_true(read_hex(ADTLS_CLIENT, PROPOSAL, NUMBER));
	assert_true(negotiate());
}

#define with_handshake(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_handshake(offers_of_the_peer),
		with_handshake(truncated_offers_are_decode_errors),
		with_handshake(nonsense_in_offers_is_illegal),
		with_handshake(the_servers_order_decides),
		with_handshake(the_verifier_has_a_say),
		with_handshake(a_demand_that_is_not_met_is_refused),
		with_handshake(what_is_allowed_may_be_left_out),
		with_handshake(what_is_forbidden_is_left_out),
		with_handshake(an_attester_offers_its_types),
		with_handshake(who_is_no_attester_offers_nothing),
		with_handshake(answers_of_the_peer),
		with_handshake(an_answer_must_be_one_of_the_offers),
		with_handshake(a_client_may_insist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
