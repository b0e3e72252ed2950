/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exporter and the key log: the same on both sides, and one by the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "keys/key_schedule.h"
#include "tests/support/simulation.h"
#include "tests/support/test_vectors.h"
#define MINUTE 60000000ull

#define LOG_LINES_MAX 16

struct key_log {
	char lines[LOG_LINES_MAX][300];
	size_t count;
};

static struct key_log client_log, server_log;

static void log_line(void *context, const char *line)
{
	struct key_log *log = context;

	assert_in_range(log->count, 0, LOG_LINES_MAX - 1);
	snprintf(log->lines[log->count++], sizeof(log->lines[0]), "%s", line);
}

static void log_both(adtls_config_t *client, adtls_config_t *server)
{
	client_log.count = server_log.count = 0;
	adtls_config_set_key_log(client, log_line, &client_log);
	adtls_config_set_key_log(server, log_line, &server_log);
}

/* What stands behind "LABEL " in a log; NULL if it is not there, or twice. */
static const char *logged(const struct key_log *log, const char *label)
{
	const char *found = NULL;
	size_t len = strlen(label);

	for (size_t i = 0; i < log->count; i++) {
		if (strncmp(log->lines[i], label, len) != 0 ||
		    log->lines[i][len] != ' ')
			continue;
		if (found != NULL)
			return NULL;
		found = log->lines[i] + len + 1;
	}
	return found;
}

static char first_random[2 * 32 + 1];

/* ClientHello.random: behind record header, handshake header and version. */
static enum simulation_fate note_random(struct simulation *world,
					enum simulation_direction direction,
					unsigned index, uint8_t *datagram,
					size_t *len)
{
	(void)world;
	(void)len;
	for (size_t i = 0; direction == TO_SERVER && index == 0 && i < 32; i++)
		snprintf(first_random + 2 * i, 3, "%02x",
			 datagram[13 + 12 + 2 + i]);
	return DELIVER;
}

static void the_key_log_has_all_secrets(void **state)
{
	static const char *const labels[] = {
		"CLIENT_HANDSHAKE_TRAFFIC_SECRET",
		"SERVER_HANDSHAKE_TRAFFIC_SECRET",
		"CLIENT_TRAFFIC_SECRET_0",
		"SERVER_TRAFFIC_SECRET_0",
		"EXPORTER_SECRET",
		"CLIENT_ATTESTATION_MAIN_SECRET",
	};
	struct simulation_options options = {
		.seed = 14,
		.attester = simulation_attester(0xaa),
		.policy = simulation_policy("require"),
		.configure = log_both,
		.filter = note_random,
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		const char *clients = logged(&client_log, labels[i]);
		const char *servers = logged(&server_log, labels[i]);

		if (clients == NULL || servers == NULL)
			fail_msg("no %s, or several", labels[i]);
		assert_string_equal(clients, servers);
		assert_memory_equal(clients, first_random, 64);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(clients,
						logged(&client_log, labels[j]));
	}
	assert_int_equal(client_log.count, 6);
	assert_int_equal(server_log.count, 6);
	simulation_clear(&world);
	adtls_attester_unref(options.attester);
	adtls_policy_unref(options.policy);
}

static struct test_bytes export(const adtls_engine_t *engine, const char *label,
				const char *context)
{
	struct test_bytes out = { .len = 48 };

	assert_int_equal(adtls_engine_export(engine, label,
					     bytes_of(context, strlen(context)),
					     out.data, out.len),
			 ADTLS_OK);
	return out;
}

static bool is_same(const struct test_bytes *a, const struct test_bytes *b)
{
	return bytes_equal(test_view(a), test_view(b));
}

/* Both sides export the same, and it is what the logged secret gives. */
static void exporters_agree(void **state)
{
	struct simulation_options options = { .seed = 15,
					      .configure = log_both };
	struct test_bytes client, server, other, expected = { .len = 48 };
	struct test_bytes secret_bytes;
	struct secret secret = { .len = 32 };
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	client = export(world.client_engine, "EXPORTER-test", "context");
	server = export(world.server_engine, "EXPORTER-test", "context");
	assert_true(is_same(&client, &server));
	secret_bytes = test_hex(logged(&client_log, "EXPORTER_SECRET") + 65);
	secret.len = secret_bytes.len;
	memcpy(secret.data, secret_bytes.data, secret.len);
	assert_true(key_export(&crypto_sha256, "dtls13", &secret,
			       "EXPORTER-test", bytes_of("context", 7),
			       expected.data, 48));
	assert_true(is_same(&client, &expected));
	other = export(world.client_engine, "EXPORTER-tesT", "context");
	assert_false(is_same(&client, &other));
	other = export(world.client_engine, "EXPORTER-test", "");
	assert_false(is_same(&client, &other));
	simulation_clear(&world);
}

static int export_of_size(const adtls_engine_t *engine, size_t label_len,
			  size_t len)
{
	static uint8_t out[255 * 32 + 1];
	char label[300];

	memset(label, 'x', label_len);
	label[label_len] = '\0';
	return adtls_engine_export(engine, label, bytes_of(NULL, 0), out, len);
}

static void exports_have_bounds(void **state)
{
	struct simulation_options options = { .seed = 16 };
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	assert_int_equal(export_of_size(world.client_engine, 240, 1), ADTLS_OK);
	assert_int_equal(export_of_size(world.client_engine, 241, 1),
			 ADTLS_E_INVALID);
	assert_int_equal(export_of_size(world.client_engine, 8, 0),
			 ADTLS_E_INVALID);
	assert_int_equal(export_of_size(world.client_engine, 8, 255 * 32),
			 ADTLS_OK);
	assert_int_equal(export_of_size(world.client_engine, 8, 255 * 32 + 1),
			 ADTLS_E_INVALID);
	simulation_clear(&world);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_log_has_all_secrets),
		cmocka_unit_test(exporters_agree),
		cmocka_unit_test(exports_have_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
