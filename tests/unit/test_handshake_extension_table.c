/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The extension table: RFC 8446 §4.2's permissions, offers and answers, what is
 * mandatory, and what our own messages carry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "messages/hello_extensions.h"
#include "tests/support/simulation.h"
#include "tests/support/test_vectors.h"
#include "tests/unit/lone_handshake.h"

#define CH  IN_CLIENT_HELLO
#define EE  IN_ENCRYPTED_EXTENSIONS
#define SH  IN_SERVER_HELLO
#define HRR IN_RETRY_REQUEST
#define CR  IN_CERTIFICATE_REQUEST

/* RFC 8446 §4.2 and protocol §3. */
static const struct {
	uint16_t type;
	unsigned allowed;
} permissions[] = {
	{ 0, CH | EE },	       /* server_name */
	{ 10, CH | EE },       /* supported_groups */
	{ 13, CH | CR },       /* signature_algorithms */
	{ 16, CH | EE },       /* application_layer_protocol_negotiation */
	{ 19, CH | EE },       /* client_certificate_type */
	{ 20, CH | EE },       /* server_certificate_type */
	{ 28, CH | EE },       /* record_size_limit */
	{ 41, CH | SH },       /* pre_shared_key */
	{ 43, CH | SH | HRR }, /* supported_versions */
	{ 44, CH | HRR },      /* cookie */
	{ 45, CH },	       /* psk_key_exchange_modes */
	{ 47, CH | CR },       /* certificate_authorities */
	{ 50, CH | CR },       /* signature_algorithms_cert */
	{ 51, CH | SH | HRR }, /* key_share */
	{ 54, CH | SH },       /* connection_id */
	{ 61, CH | SH },       /* rrc */
	{ 0xff60, CH | EE },   /* evidence_request */
	{ 0xff61, CH | EE },   /* evidence_proposal */
	{ 0xff62, CH | EE },   /* results_request */
	{ 0xff63, CH | EE },   /* results_proposal */
};

#define PERMISSIONS (sizeof(permissions) / sizeof(permissions[0]))

static const enum hs_extension_message messages[] = { CH, EE, SH, HRR, CR };

static int setup(void **state)
{
	static struct lone_handshake lone;

	lone_handshake_init(&lone);
	lone_handshake_begin(&lone, ADTLS_CLIENT);
	*state = &lone;
	return 0;
}

static int teardown(void **state)
{
	lone_handshake_clear(*state);
	return 0;
}

static bool read_hex(struct lone_handshake *lone,
		     enum hs_extension_message message, const char *digits)
{
	struct test_bytes vector = test_hex(digits);

	return hs_extensions_read(lone->hs, message, test_view(&vector));
}

static void assert_refused(struct lone_handshake *lone,
			   enum hs_extension_message message,
			   const char *digits, adtls_alert_t alert)
{
	assert_false(read_hex(lone, message, digits));
	assert_int_equal(lone->hs->failure.alert, alert);
	lone_handshake_begin(lone, ADTLS_CLIENT);
}

static void offer_all(struct handshake *hs)
{
	memset(hs->offered, 0xff, sizeof(hs->offered));
}

/* Permissions */

/* What stops it, if not the permission, is its empty body. */
static bool is_allowed(struct lone_handshake *lone, uint16_t type,
		       enum hs_extension_message message)
{
	const uint8_t vector[] = { (uint8_t)(type >> 8), (uint8_t)type, 0, 0 };
	const struct hs_failure *failure;
	bool is_illegal;

	lone_handshake_begin(lone, message == CH ? ADTLS_SERVER : ADTLS_CLIENT);
	offer_all(lone->hs);
	hs_extensions_read(lone->hs, message, bytes_of(vector, sizeof(vector)));
	failure = &lone->hs->failure;
	is_illegal = failure->reason == ADTLS_REASON_ILLEGAL_EXTENSION;
	if (is_illegal)
		assert_int_equal(failure->alert, ADTLS_ALERT_ILLEGAL_PARAMETER);
	return !is_illegal;
}

static void permissions_are_the_rfcs(void **state)
{
	adtls_attester_t *attester = simulation_attester(0xaa);
	struct lone_handshake *lone = *state;

	lone_handshake_end(lone);
	assert_int_equal(adtls_config_set_attester(lone->config, attester),
			 ADTLS_OK);
	adtls_attester_unref(attester);
	for (size_t i = 0; i < PERMISSIONS; i++) {
		for (size_t j = 0; j < 5; j++) {
			bool expected =
				(permissions[i].allowed & messages[j]) != 0;

			if (is_allowed(lone, permissions[i].type,
				       messages[j]) != expected)
				fail_msg("extension %u in message %u",
					 permissions[i].type, messages[j]);
		}
	}
}

static void all_of_them_are_ours(void **state)
{
	(void)state;
	for (unsigned type = 0; type <= 0xffff; type++) {
		bool expected = false;

		for (size_t i = 0; i < PERMISSIONS; i++)
			expected = expected || permissions[i].type == type;
		if (hs_extension_is_ours((uint16_t)type) != expected)
			fail_msg("extension %u", type);
	}
}

/* Offers and answers */

static void strangers_in_requests_are_ignored(void **state)
{
	struct lone_handshake *lone = *state;

	assert_true(read_hex(lone, CR, "000d0004 00020403 fafa0001 aa"));
	lone_handshake_begin(lone, ADTLS_SERVER);
	assert_true(read_hex(lone, CH, "fafa0001 aa fafb0000"));
}

static void strangers_in_answers_are_not(void **state)
{
	struct lone_handshake *lone = *state;

	offer_all(lone->hs);
	assert_refused(lone, EE, "fafa0000", ADTLS_ALERT_UNSUPPORTED_EXTENSION);
	offer_all(lone->hs);
	assert_refused(lone, SH, "002b0002fefc fafa0000",
		       ADTLS_ALERT_UNSUPPORTED_EXTENSION);
	/* Attestation is a stranger where it is not configured. */
	offer_all(lone->hs);
	assert_refused(lone, EE, "ff610003 000107",
		       ADTLS_ALERT_UNSUPPORTED_EXTENSION);
}

static void answers_need_an_offer(void **state)
{
	struct lone_handshake *lone = *state;

	assert_refused(lone, EE, "00000000", ADTLS_ALERT_UNSUPPORTED_EXTENSION);
	assert_refused(lone, SH, "002b0002fefc",
		       ADTLS_ALERT_UNSUPPORTED_EXTENSION);
	assert_refused(lone, HRR, "00330002 0017",
		       ADTLS_ALERT_UNSUPPORTED_EXTENSION);
	/* But nobody offers a cookie. */
	assert_refused(lone, HRR, "002c0003 0001aa",
		       ADTLS_ALERT_MISSING_EXTENSION);
	offer_all(lone->hs);
	assert_true(read_hex(lone, EE, "00000000"));
}

static void mandatory_ones_are_missed(void **state)
{
	static const char share[] =
		"00330024 001d0020 8520f0098930a754748b7ddcb43ef75a"
		"0dbf3a0d26381af4eba4a98eaa9b4e6a";
	struct lone_handshake *lone = *state;

	offer_all(lone->hs);
	assert_refused(lone, SH, share, ADTLS_ALERT_MISSING_EXTENSION);
	offer_all(lone->hs);
	assert_refused(lone, SH, "002b0002fefc", ADTLS_ALERT_MISSING_EXTENSION);
	offer_all(lone->hs);
	assert_refused(lone, HRR, "00330002 0017",
		       ADTLS_ALERT_MISSING_EXTENSION);
	assert_refused(lone, CR, "", ADTLS_ALERT_MISSING_EXTENSION);
	assert_true(read_hex(lone, EE, ""));
}

static void lists_are_checked_as_a_whole(void **state)
{
	struct lone_handshake *lone = *state;

	assert_refused(lone, CR, "000d0004 00020403 000d0004 00020403",
		       ADTLS_ALERT_ILLEGAL_PARAMETER);
	assert_refused(lone, CR, "000d0004 00020403 00",
		       ADTLS_ALERT_DECODE_ERROR);
	assert_refused(lone, CR, "000d0004 000204", ADTLS_ALERT_DECODE_ERROR);
}

/* What a server may answer to a client that offers X25519 and secp256r1 and
 * has sent a share of X25519 */

static void answers_are_checked(void **state)
{
	struct lone_handshake *lone = *state;

	offer_all(lone->hs);
	assert_refused(lone, SH, "002b0002fefd 00330005 001d0001aa",
		       ADTLS_ALERT_ILLEGAL_PARAMETER); /* DTLS 1.2 */
	offer_all(lone->hs);
	assert_refused(lone, SH, "002b0003fefc00 00330005 001d0001aa",
		       ADTLS_ALERT_DECODE_ERROR);
	offer_all(lone->hs);
	assert_refused(lone, SH, "002b0002fefc 00330005 00170001aa",
		       ADTLS_ALERT_ILLEGAL_PARAMETER); /* another group */
	offer_all(lone->hs);
	assert_refused(lone, SH, "002b0002fefc 00330002 001d",
		       ADTLS_ALERT_DECODE_ERROR);
	offer_all(lone->hs);
	assert_refused(lone, EE, "00000001 00", ADTLS_ALERT_DECODE_ERROR);
	offer_all(lone->hs);
	assert_true(read_hex(lone, SH, "002b0002fefc 00330005 001d0001aa"));
	assert_int_equal(lone->hs->peer_share.len, 1);
}

static void retries_are_checked(void **state)
{
	struct lone_handshake *lone = *state;

	offer_all(lone->hs);
	assert_refused(lone, HRR, "002b0002fefc 00330002 001d",
		       ADTLS_ALERT_ILLEGAL_PARAMETER); /* is there */
	offer_all(lone->hs);
	assert_refused(lone, HRR, "002b0002fefc 00330002 0018",
		       ADTLS_ALERT_ILLEGAL_PARAMETER); /* was not offered */
	offer_all(lone->hs);
	assert_refused(lone, HRR, "002b0002fefc 00330003 001700",
		       ADTLS_ALERT_DECODE_ERROR);
	offer_all(lone->hs);
	assert_refused(lone, HRR, "002b0002fefc 002c0002 0000",
		       ADTLS_ALERT_DECODE_ERROR);
	offer_all(lone->hs);
	assert_true(read_hex(lone, HRR,
			     "002b0002fefc 00330002 0017 002c0004 0002c00c"));
	assert_int_equal(lone->hs->retry_group->id, 0x0017);
	assert_int_equal(lone->hs->cookie.len, 2);
}

/* What our own messages carry */

struct written {
	uint8_t bytes[1024];
	struct extension_list list;
};

static void write_message(struct lone_handshake *lone,
			  enum hs_extension_message message,
			  struct written *out)
{
	struct wire_writer writer;
	struct wire_reader reader;

	wire_writer_init(&writer, out->bytes, sizeof(out->bytes));
	assert_true(hs_extensions_write(lone->hs, message, &writer));
	wire_reader_init_bytes(&reader, wire_written(&writer));
	assert_int_equal(
		extension_list_read(wire_read_vector(&reader, 2), &out->list),
		EXTENSION_LIST_OK);
	assert_true(wire_reader_finished(&reader));
}

static void assert_types(const struct written *written, const uint16_t *types,
			 size_t count)
{
	assert_int_equal(written->list.count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(written->list.items[i].type, types[i]);
}

static void a_client_hello_offers_what_is_configured(void **state)
{
	static const uint16_t with_name[] = { 43, 0, 10, 13, 51 };
	static const uint16_t without_name[] = { 43, 10, 13, 51 };
	static const char *const literals[] = { "192.0.2.1", "2001:db8::1" };
	struct test_bytes groups = test_hex("0004 001d 0017");
	struct lone_handshake *lone = *state;
	struct written written;

	write_message(lone, CH, &written);
	assert_types(&written, without_name, 4);
	assert_true(
		bytes_equal(written.list.items[1].body, test_view(&groups)));
	lone->hs->server_name = "gateway.test";
	write_message(lone, CH, &written);
	assert_types(&written, with_name, 5);
	/* RFC 6066 §3: no address literals */
	for (size_t i = 0; i < 2; i++) {
		lone->hs->server_name = literals[i];
		write_message(lone, CH, &written);
		assert_types(&written, without_name, 4);
	}
}

static void a_server_answers_what_was_offered(void **state)
{
	static const uint16_t types[] = { 43, 51 };
	struct lone_handshake *lone = *state;
	struct written written;

	lone_handshake_begin(lone, ADTLS_SERVER);
	write_message(lone, SH, &written);
	assert_int_equal(written.list.count, 0);
	assert_true(read_hex(lone, CH,
			     "0033 0002 0000 002b 0003 02fefc 000a 0004 "
			     "0002001d"));
	write_message(lone, SH, &written);
	assert_types(&written, types, 2);
	write_message(lone, EE, &written);
	assert_int_equal(written.list.count, 0);
	write_message(lone, CR, &written);
	assert_int_equal(written.list.count, 1);
	assert_int_equal(written.list.items[0].type, 13);
}

static void what_does_not_fit_is_an_internal_error(void **state)
{
	struct lone_handshake *lone = *state;
	struct wire_writer writer;
	uint8_t bytes[40];

	wire_writer_init(&writer, bytes, sizeof(bytes));
	assert_false(hs_extensions_write(lone->hs, CH, &writer));
	assert_int_equal(lone->hs->failure.alert, ADTLS_ALERT_INTERNAL_ERROR);
}

#define with_handshake(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_handshake(permissions_are_the_rfcs),
		cmocka_unit_test(all_of_them_are_ours),
		with_handshake(strangers_in_requests_are_ignored),
		with_handshake(strangers_in_answers_are_not),
		with_handshake(answers_need_an_offer),
		with_handshake(mandatory_ones_are_missed),
		with_handshake(lists_are_checked_as_a_whole),
		with_handshake(answers_are_checked),
		with_handshake(retries_are_checked),
		with_handshake(a_client_hello_offers_what_is_configured),
		with_handshake(a_server_answers_what_was_offered),
		with_handshake(what_does_not_fit_is_an_internal_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
