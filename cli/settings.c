/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From options to a configuration. */
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_SIZE	 512
#define DESCRIPTION_SIZE 1024

#define US_PER_MS 1000u
#define US_PER_S  1000000u

/* A day: nobody waits longer for a handshake. */
#define TIMEOUT_MAX_S 86400
/* A year: who is silent for longer has been forgotten. */
#define IDLE_MAX_S 31536000

/* What adtls_config_set_mtu() and adtls_config_set_timer() take. */
#define MTU_MIN	     256
#define MTU_MAX	     65507
#define TIMER_MIN_MS 10
#define TIMER_MAX_MS 60000

/* What adtls_config_set_connection_id() takes. */
#define CID_MAX 20

#define PROTOCOL(member)  offsetof(struct cli_protocol, member)
#define ADMISSION(member) offsetof(struct cli_admission, member)
#define DIAGNOSIS(member) offsetof(struct cli_diagnosis, member)

/* clang-format off */
const struct cli_option cli_protocol_options[] = {
	{ "priority", "STRING", "GnuTLS priority string; 'adtls-cli "
	  "priorities'\nsays the default",
	  PROTOCOL(priority) },
	{ "alpn", "NAME[,NAME]...", "application protocols, the favourite "
	  "first", PROTOCOL(alpn) },
	{ "forgery-limit", "RECORDS", "that may fail under one key; suites "
	  "with CCM_8 need it", PROTOCOL(forgery_limit) },
	{ "mtu", "BYTES", "UDP payload at most, 256 to 65507 (default 1200)",
	  PROTOCOL(mtu) },
	{ "timer", "KIND[,MS[,N]]", "retransmission: measured (default) or "
	  "fixed; first\ntime-out in ms (default "
	  "1000); give up after N", PROTOCOL(timer) },
	{ "timeout", "SECONDS", "for the handshake (default 60)",
	  PROTOCOL(timeout) },
	{ "idle", "SECONDS", "without a word from the peer, then goodbye "
	  "(default: never)", PROTOCOL(idle) },
	{ "cid", "LENGTH", "use connection IDs: of so many bytes for us, 1 to "
	  "20;\n0: only for the peer", PROTOCOL(cid) },
	{ "migration", "KIND", "of a peer with a connection ID: enhanced "
	  "(default),\nbasic, never or unchecked", PROTOCOL(migration) },
	{ 0 },
};

const struct cli_option cli_admission_options[] = {
	{ "require-client-cert", NULL, "refuse clients without a certificate",
	  ADMISSION(require_client_cert) },
	{ "request-client-cert", NULL, "ask for one, and do without",
	  ADMISSION(request_client_cert) },
	{ "server-credentials", "NAME:CERT:KEY[,...]", "certificates for "
	  "clients that call by these names,\n*.NAME for all of a domain",
	  ADMISSION(server_credentials) },
	{ "refuse-unknown-names", NULL, "refuse clients that call by any other "
	  "name", ADMISSION(refuse_unknown_names) },
	{ "no-cookie", NULL, "check no client's address, if the answer is "
	  "short", ADMISSION(no_cookie) },
	{ "policy", "FILE", "the attestation policy for clients",
	  ADMISSION(policy) },
	{ 0 },
};

const struct cli_option cli_diagnosis_options[] = {
	{ "trace", NULL, "print each event to stderr, with its time in "
	  "seconds", DIAGNOSIS(trace) },
	{ "key-log", "FILE", "append the secrets that decrypt the traffic",
	  DIAGNOSIS(key_log) },
	{ 0 },
};
/* clang-format on */

static void set_identity(adtls_config_t *config,
			 const struct cli_identity *identity)
{
	adtls_credentials_t *credentials = cli_credentials_new(identity);

	cli_check(adtls_config_set_credentials(config, credentials),
		  "credentials");
	adtls_credentials_unref(credentials);
}

static void set_priority(adtls_config_t *config, const char *priority)
{
	char description[DESCRIPTION_SIZE];

	if (adtls_config_set_priority(config, priority) == ADTLS_OK)
		return;
	adtls_priority_describe(priority, description, sizeof(description));
	cli_fail(CLI_USAGE, "--priority: %s", description);
}

/* KIND[,MS[,N]] */
static void set_timer(adtls_config_t *config, const char *timer)
{
	char text[64];
	char *rest = text;
	const char *kind;
	unsigned long first_ms = 1000;
	unsigned long attempts = 0;
	bool is_fixed;

	if ((size_t)snprintf(text, sizeof(text), "%s", timer) >= sizeof(text))
		cli_fail(CLI_USAGE, "--timer: \"%s\" is too long", timer);
	kind = strsep(&rest, ",");
	is_fixed = strcmp(kind, "fixed") == 0;
	if (!is_fixed && strcmp(kind, "measured") != 0)
		cli_fail(CLI_USAGE,
			 "--timer: \"%s\" is neither measured nor fixed", kind);
	if (rest != NULL)
		first_ms = cli_number("--timer", strsep(&rest, ","),
				      TIMER_MIN_MS, TIMER_MAX_MS);
	if (rest != NULL)
		attempts = cli_number("--timer", rest, 0, 1000);
	cli_check(adtls_config_set_timer(
			  config,
			  is_fixed ? ADTLS_TIMER_FIXED : ADTLS_TIMER_MEASURED,
			  first_ms * US_PER_MS, (unsigned)attempts),
		  "--timer");
}

static void set_migration(adtls_config_t *config, const char *kind)
{
	static const char *const kinds[] = {
		[ADTLS_MIGRATION_ENHANCED] = "enhanced",
		[ADTLS_MIGRATION_BASIC] = "basic",
		[ADTLS_MIGRATION_NEVER] = "never",
		[ADTLS_MIGRATION_UNCHECKED] = "unchecked",
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kind, kinds[i]) != 0)
			continue;
		cli_check(adtls_config_set_migration(config,
						     (adtls_migration_t)i),
			  "--migration");
		return;
	}
	cli_fail(CLI_USAGE,
		 "--migration: \"%s\" is neither enhanced, basic, never nor "
		 "unchecked",
		 kind);
}

static void set_protocol(adtls_config_t *config,
			 const struct cli_protocol *protocol)
{
	if (protocol->priority != NULL)
		set_priority(config, protocol->priority);
	if (protocol->alpn != NULL)
		cli_set_alpn(config, protocol->alpn);
	if (protocol->forgery_limit != NULL)
		cli_check(adtls_config_set_forgery_limit(
				  config, cli_number("--forgery-limit",
						     protocol->forgery_limit, 1,
						     ULONG_MAX)),
			  "--forgery-limit");
	if (protocol->mtu != NULL)
		cli_check(adtls_config_set_mtu(
				  config, cli_number("--mtu", protocol->mtu,
						     MTU_MIN, MTU_MAX)),
			  "--mtu");
	if (protocol->timer != NULL)
		set_timer(config, protocol->timer);
	cli_check(adtls_config_set_resumption(config, protocol->resumption),
		  "--save-ticket");
	if (protocol->idle != NULL)
		cli_check(adtls_config_set_idle_expiry(
				  config,
				  US_PER_S * (uint64_t)cli_number(
						     "--idle", protocol->idle,
						     1, IDLE_MAX_S),
				  true),
			  "--idle");
	if (protocol->timeout != NULL)
		cli_check(adtls_config_set_handshake_deadline(
				  config, US_PER_S * (uint64_t)cli_number(
							     "--timeout",
							     protocol->timeout,
							     1, TIMEOUT_MAX_S)),
			  "--timeout");
	if (protocol->cid != NULL)
		cli_check(adtls_config_set_connection_id(
				  config, cli_number("--cid", protocol->cid, 0,
						     CID_MAX)),
			  "--cid");
	if (protocol->migration != NULL)
		set_migration(config, protocol->migration);
}

static void set_policy(adtls_config_t *config, const char *file)
{
	adtls_policy_t *policy;
	char message[MESSAGE_SIZE];

	cli_check_readable("--policy", file);
	if (adtls_policy_load_file(file, &policy, message, sizeof(message)) !=
	    ADTLS_OK)
		cli_fail(CLI_USAGE, "--policy %s: %s", file, message);
	cli_check(adtls_config_set_policy(config, policy, NULL), "--policy");
	adtls_policy_unref(policy);
}

static void set_admission(adtls_config_t *config,
			  const struct cli_identity *identity,
			  const struct cli_admission *admission)
{
	if (admission->policy != NULL)
		set_policy(config, admission->policy);
	if (admission->no_cookie)
		cli_check(adtls_config_set_cookie(config, false),
			  "--no-cookie");
	if (admission->request_client_cert)
		cli_check(adtls_config_set_client_authentication(
				  config, ADTLS_CLIENT_AUTHENTICATION_REQUEST),
			  "--request-client-cert");
	if (admission->require_client_cert)
		cli_check(adtls_config_set_client_authentication(
				  config, ADTLS_CLIENT_AUTHENTICATION_REQUIRE),
			  "--require-client-cert");
	if (admission->server_credentials != NULL)
		cli_add_server_names(config, identity,
				     admission->server_credentials);
	if (admission->refuse_unknown_names)
		cli_check(adtls_config_set_refuse_unknown_names(config, true),
			  "--refuse-unknown-names");
}

static void set_attester(adtls_config_t *config,
			 const struct cli_attester *options)
{
	adtls_attester_t *attester = cli_attester_new(options);

	if (attester != NULL)
		cli_check(adtls_config_set_attester(config, attester),
			  "--attestation-key");
	adtls_attester_unref(attester);
	if (options->require_attestation)
		cli_check(adtls_config_set_require_attestation(config, true),
			  "--require-attestation");
}

static void write_secret(void *context, const char *line)
{
	dprintf((int)(intptr_t)context, "%s\n", line);
}

/* Whoever reads the file can read the traffic, so only its owner may. */
static void set_key_log(adtls_config_t *config, const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		cli_fail(CLI_USAGE, "--key-log %s: %s", file, strerror(errno));
	cli_check(adtls_config_set_key_log(config, write_secret,
					   (void *)(intptr_t)fd),
		  "--key-log");
}

/* Begins to count with the first event. */
static void write_trace(void *context, const char *line)
{
	static struct timespec start;
	struct timespec now;

	(void)context;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (start.tv_sec == 0 && start.tv_nsec == 0)
		start = now;
	fprintf(stderr, "trace %.6f %s\n",
		(double)(now.tv_sec - start.tv_sec) +
			(double)(now.tv_nsec - start.tv_nsec) / 1e9,
		line);
}

adtls_config_t *cli_settings_configure(const struct cli_settings *settings)
{
	adtls_config_t *config;
	char message[MESSAGE_SIZE];

	cli_check(adtls_config_new(&config), "configuration");
	set_identity(config, &settings->identity);
	set_protocol(config, &settings->protocol);
	set_admission(config, &settings->identity, &settings->admission);
	set_attester(config, &settings->attester);
	if (settings->diagnosis.key_log != NULL)
		set_key_log(config, settings->diagnosis.key_log);
	if (settings->diagnosis.trace)
		cli_check(adtls_config_set_trace(config, write_trace, NULL),
			  "--trace");
	if (adtls_config_seal(config, message, sizeof(message)) != ADTLS_OK)
		cli_fail(CLI_USAGE, "%s", message);
	return config;
}
