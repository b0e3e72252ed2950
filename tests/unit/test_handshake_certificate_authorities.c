/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* certificate_authorities (RFC 8446 §4.2.4): what is sent, and what is made of
 * a peer's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/test_credentials.h"
#include "tests/support/test_vectors.h"
#include "tests/unit/lone_handshake.h"

static char traced[256];

static void trace(void *context, const char *line)
{
	(void)context;
	snprintf(traced, sizeof(traced), "%s", line);
}

static int setup(void **state)
{
	static struct lone_handshake lone;

	traced[0] = '\0';
	lone_handshake_init(&lone);
	assert_int_equal(adtls_config_set_trace(lone.config, trace, NULL), 0);
	*state = &lone;
	return 0;
}

static int teardown(void **state)
{
	lone_handshake_clear(*state);
	return 0;
}

/* A DistinguishedName with one common name, by hand (RFC 5280 §4.1.2.4). */
static struct test_bytes name_of(const char *common_name)
{
	uint8_t len = (uint8_t)strlen(common_name);
	struct test_bytes name = {
		.data = { 0x30, (uint8_t)(len + 11), 0x31, (uint8_t)(len + 9),
			  0x30, (uint8_t)(len + 7), 0x06, 0x03, 0x55, 0x04,
			  0x03, 0x13, len }
	};

	assert_in_range(len, 1, 100);
	memcpy(name.data + 13, common_name, len);
	name.len = 13u + len;
	return name;
}

static bool send(struct lone_handshake *lone, enum hs_extension_message message,
		 struct test_bytes *out)
{
	uint8_t vector[4096];
	struct wire_writer writer;
	struct wire_reader reader;
	struct extension_list list;
	const struct extension *found;

	lone_handshake_begin(lone, message == IN_CERTIFICATE_REQUEST ?
					   ADTLS_SERVER :
					   ADTLS_CLIENT);
	wire_writer_init(&writer, vector, sizeof(vector));
	assert_true(hs_extensions_write(lone->hs, message, &writer));
	wire_reader_init_bytes(&reader, wire_written(&writer));
	assert_int_equal(
		extension_list_read(wire_read_vector(&reader, 2), &list),
		EXTENSION_LIST_OK);
	found = extension_list_find(&list, EXTENSION_CERTIFICATE_AUTHORITIES);
	if (found == NULL)
		return false;
	assert_in_range(found->body.len, 0, sizeof(out->data));
	memcpy(out->data, found->body.data, found->body.len);
	out->len = found->body.len;
	return true;
}

static void nothing_unless_it_is_asked_for(void **state)
{
	struct test_bytes body;

	assert_false(send(*state, IN_CERTIFICATE_REQUEST, &body));
	assert_false(send(*state, IN_CLIENT_HELLO, &body));
}

static void the_names_of_the_anchors(void **state)
{
	struct test_bytes name = name_of(test_root.name);
	struct lone_handshake *lone = *state;
	struct test_bytes body;

	assert_int_equal(adtls_config_set_send_authorities(lone->config, true),
			 ADTLS_OK);
	for (int i = 0; i < 2; i++) {
		assert_true(send(lone, i == 0 ? IN_CERTIFICATE_REQUEST :
						IN_CLIENT_HELLO,
				 &body));
		assert_int_equal(body.len, name.len + 4);
		assert_int_equal(body.data[1], name.len + 2);
		assert_int_equal(body.data[3], name.len);
		assert_memory_equal(body.data + 4, name.data, name.len);
	}
}

static void too_many_names_are_told_when_sealing(void **state)
{
	struct lone_handshake *lone = *state;
	char message[200];

	assert_int_equal(adtls_config_set_send_authorities(lone->config, true),
			 ADTLS_OK);
	for (int i = 0; i < 40; i++) {
		char name[64];
		const struct test_certificate authority = {
			.name = name, .key = "root", .issuer = "root",
			.is_authority = true
		};
		struct test_bytes der;

		snprintf(name, sizeof(name), "%050d", i);
		der = test_certificate_der(&authority);
		assert_int_equal(adtls_credentials_add_trust_mem(
					 lone->config->credentials,
					 test_view(&der)),
				 ADTLS_OK);
	}
	assert_int_equal(adtls_config_seal(lone->config, message,
					   sizeof(message)),
			 ADTLS_E_TOO_LARGE);
	assert_non_null(strstr(message, "trust anchors"));
}

/* A peer's list */

static bool receive(struct lone_handshake *lone, const struct test_bytes *names,
		    size_t cut)
{
	uint8_t vector[512];
	struct wire_writer writer;
	size_t list, body;

	lone_handshake_begin(lone, ADTLS_SERVER);
	wire_writer_init(&writer, vector, sizeof(vector));
	body = extension_begin(&writer, EXTENSION_CERTIFICATE_AUTHORITIES);
	list = wire_write_begin(&writer, 2);
	if (names != NULL)
		wire_write_vector(&writer, 2, names->data, names->len);
	writer.len -= cut;
	wire_write_end(&writer, 2, list);
	extension_end(&writer, body);
	return hs_extensions_read(lone->hs, IN_CLIENT_HELLO,
				  wire_written(&writer));
}

static void a_list_is_compared_with_our_chain(void **state)
{
	struct test_bytes ours = name_of(test_intermediate.name);
	struct test_bytes other = name_of("stranger");

	assert_true(receive(*state, &ours, 0));
	assert_null(strstr(traced, "authorities"));
	assert_true(receive(*state, &other, 0));
	assert_non_null(strstr(traced, "authorities"));
}

static void what_is_no_list_is_refused(void **state)
{
	struct test_bytes ours = name_of(test_intermediate.name);
	struct test_bytes nothing = { 0 };
	struct lone_handshake *lone = *state;

	assert_false(receive(lone, NULL, 0));
	assert_int_equal(lone->hs->failure.alert, ADTLS_ALERT_DECODE_ERROR);
	assert_false(receive(lone, &nothing, 0));
	assert_int_equal(lone->hs->failure.alert, ADTLS_ALERT_DECODE_ERROR);
	assert_false(receive(lone, &ours, 1));
	assert_int_equal(lone->hs->failure.alert, ADTLS_ALERT_DECODE_ERROR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(nothing_unless_it_is_asked_for),
		TEST(the_names_of_the_anchors),
		TEST(too_many_names_are_told_when_sealing),
		TEST(a_list_is_compared_with_our_chain),
		TEST(what_is_no_list_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
