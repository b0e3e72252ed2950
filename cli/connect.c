/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* adtls-cli connect: a client. What is received goes to stdout, what there is
 * to say of the connection to stderr. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "commands.h"
#include "dialogue.h"
#include "report.h"
#include "settings.h"
#include "stopping.h"
#include "summary.h"
#include "tickets.h"

/* As long as the default handshake deadline. */
#define TIMEOUT_DEFAULT_S 60
#define TIMEOUT_MAX_S	  86400

#define LINGER_DEFAULT_S 1

/* How long to wait for room in the socket for the last datagrams. */
#define BYE_TIMEOUT_MS 1000

#define DEFAULT_TEXT "hello"

struct connect_options {
	const char *name;
	const char *resume;
	const char *save_ticket;
	const char *send;
	const char *expect;
	const char *linger;
	bool echo_once;
	bool inline_commands;
};

#define MEMBER(member) offsetof(struct connect_options, member)

/* clang-format off */
static const struct cli_option name_options[] = {
	{ "name", "NAME", "that the server is called by (SNI) and certified "
	  "for\n(default HOST; \"\": any)",
	  MEMBER(name) },
	{ "resume", "FILE", "the connection whose ticket this is; the file is "
	  "used up,\nand may be missing", MEMBER(resume) },
	{ "save-ticket", "FILE", "ask for a ticket, and keep it for --resume",
	  MEMBER(save_ticket) },
	{ 0 },
};

static const struct cli_option data_options[] = {
	{ "send", "TEXT", "one record, in place of the lines of standard input",
	  MEMBER(send) },
	{ "expect", "TEXT", "stay until this record comes, --timeout at most; "
	  "repeat\n--send each second meanwhile",
	  MEMBER(expect) },
	{ "echo-once", NULL, "send --send (default \"" DEFAULT_TEXT "\") and "
	  "expect it back", MEMBER(echo_once) },
	{ "linger", "SECONDS", "to listen when all is sent (default 1)",
	  MEMBER(linger) },
	{ "inline-commands", NULL, "^session^, ^statistics^, ^rekey^, ^close^ "
	  "are commands", MEMBER(inline_commands) },
	{ 0 },
};
/* clang-format on */

/* All that one connection is made of. */
struct connection {
	struct cli_settings settings;
	struct connect_options options;
	struct cli_report report;
	struct cli_export export;
	adtls_config_t *config;
	adtls_session_t *session;
	int fd;
	char peer[CLI_ADDRESS_SIZE];
	char exported[CLI_EXPORT_SIZE];
};

static const char *read_options(struct connection *connection, int argc,
				char **argv)
{
	struct cli_settings *settings = &connection->settings;
	struct connect_options *options = &connection->options;
	const struct cli_usage usage = {
		.program = "adtls-cli connect",
		.synopsis = "HOST[:PORT] --ca FILE [OPTION]...",
		.purpose = "Connects to a DTLS 1.3 server and sends it each "
			   "line of standard input as a\nrecord. What comes "
			   "back goes to standard output, the rest to standard "
			   "error.\nPORT is " CLI_DEFAULT_PORT
			   " if it is not given.",
		.sections = {
			{ "Identity and trust", cli_identity_options,
			  &settings->identity },
			{ NULL, name_options, options },
			{ "Protocol", cli_protocol_options,
			  &settings->protocol },
			{ "Attestation of this device", cli_attester_options,
			  &settings->attester },
			{ "Data", data_options, options },
			{ "What to show", cli_report_options,
			  &connection->report },
			{ NULL, cli_diagnosis_options, &settings->diagnosis },
		},
		.epilogue = "Exit status: 0 done; 1 refused, by the server or "
			    "by us; 2 wrong command line or\nfile; 3 network "
			    "or time-out.",
		.operands_min = 1,
		.operands_max = 1,
	};
	char **operands;

	cli_options_read(&usage, argc, argv, &operands);
	if (settings->identity.ca == NULL && settings->identity.pin == NULL &&
	    settings->identity.psk_key_file == NULL)
		cli_usage_fail(&usage,
			       "--ca is missing, or --pin, or --psk-key-file");
	settings->protocol.resumption = options->save_ticket != NULL;
	if (options->echo_once && options->expect != NULL)
		cli_usage_fail(&usage,
			       "--echo-once and --expect exclude each other");
	if (options->echo_once && options->send == NULL)
		options->send = DEFAULT_TEXT;
	if (options->echo_once)
		options->expect = options->send;
	connection->export = cli_export_read(connection->report.export);
	return operands[0];
}

/* Tries one address after the other while nobody listens there. */
static int connect_to(struct connection *connection, const struct addrinfo *to)
{
	int result = ADTLS_E_IO;

	for (; to != NULL && result == ADTLS_E_IO; to = to->ai_next) {
		int fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		cli_address_format(to->ai_addr, to->ai_addrlen,
				   connection->peer);
		if (connection->fd >= 0)
			close(connection->fd);
		connection->fd = fd;
		if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen) != 0)
			continue;
		adtls_session_set_fd(connection->session, fd);
		result = adtls_session_handshake(connection->session);
	}
	if (result == ADTLS_OK)
		result = adtls_session_wait_authorized(connection->session);
	return result;
}

static void report_connected(struct connection *connection)
{
	const adtls_engine_t *engine =
		adtls_session_engine(connection->session);
	adtls_statistics_t statistics;
	int result;

	adtls_engine_statistics(engine, &statistics);
	fprintf(stderr, "- connected to %s in %.1f ms\n", connection->peer,
		(double)statistics.handshake_us / 1000);
	cli_print_session(stderr, "- ", engine);
	if (connection->export.len == 0)
		return;
	result = cli_export_compute(&connection->export, engine,
				    connection->exported);
	if (result == ADTLS_OK)
		fprintf(stderr, "- exported: %s\n", connection->exported);
	else
		fprintf(stderr, "- not exported: %s\n", adtls_strerror(result));
}

static uint64_t milliseconds(const char *option, const char *seconds,
			     unsigned long by_default)
{
	if (seconds == NULL)
		return by_default * 1000u;
	return cli_number(option, seconds, 0, TIMEOUT_MAX_S) * 1000u;
}

static void init_dialogue(const struct connection *connection,
			  struct dialogue *out)
{
	const struct connect_options *options = &connection->options;

	out->session = connection->session;
	out->send = options->send;
	out->expect = options->expect;
	out->expect_ms = milliseconds("--timeout",
				      connection->settings.protocol.timeout,
				      TIMEOUT_DEFAULT_S);
	out->linger_ms =
		milliseconds("--linger", options->linger, LINGER_DEFAULT_S);
	out->takes_commands = options->inline_commands;
}

/* What a call's @result means, of which @cause is errno, in words. */
static void complain(const struct connection *connection, int result, int cause)
{
	const adtls_engine_t *engine =
		adtls_session_engine(connection->session);
	const char *expect = connection->options.expect;

	fprintf(stderr, "%s: %s: ", program_invocation_short_name,
		connection->peer);
	if (result == ADTLS_E_IO)
		fprintf(stderr, "%s\n", strerror(cause));
	else if (adtls_engine_is_closed(engine))
		cli_print_reason(stderr, engine);
	else if (result == ADTLS_E_TIMEOUT && expect != NULL)
		fprintf(stderr, "\"%s\" did not come\n", expect);
	else
		fprintf(stderr, "%s\n", adtls_strerror(result));
}

/* Complains if a call failed. Returns: the exit status. */
static enum cli_status judge(const struct connection *connection, int result)
{
	const adtls_engine_t *engine =
		adtls_session_engine(connection->session);
	enum cli_status status = cli_status_of(engine);

	if (result == ADTLS_OK)
		return CLI_DONE;
	complain(connection, result, errno);
	if (!adtls_engine_is_closed(engine))
		return CLI_NETWORK;
	/* It was closed in good order, but too early. */
	return status == CLI_DONE ? CLI_REFUSED : status;
}

static void finish(struct connection *connection, enum cli_status status)
{
	const adtls_engine_t *engine =
		adtls_session_engine(connection->session);
	const struct cli_summary summary = {
		.engine = engine,
		.peer = connection->peer,
		.status = status,
		.exported = *connection->exported != '\0' ? connection->exported
							  : NULL,
	};

	if (connection->options.save_ticket != NULL)
		cli_ticket_save(connection->options.save_ticket,
				adtls_engine_take_ticket(
					adtls_session_engine(
						connection->session)));
	adtls_session_set_timeout(connection->session, BYE_TIMEOUT_MS);
	adtls_session_bye(connection->session);
	if (connection->report.statistics)
		cli_print_statistics(stderr, "- ", engine);
	if (connection->report.json)
		cli_summary_print(&summary);
	explicit_bzero(connection->exported, sizeof(connection->exported));
	adtls_session_free(connection->session);
	adtls_config_unref(connection->config);
	if (connection->fd >= 0)
		close(connection->fd);
}

int connect_command(int argc, char **argv)
{
	static struct connection connection = { .fd = -1 };
	static struct dialogue dialogue;
	const char *address = read_options(&connection, argc, argv);
	const char *name = connection.options.name;
	struct addrinfo *addresses;
	adtls_ticket_t *ticket = NULL;
	enum cli_status status;
	char *host;
	int result;

	connection.config = cli_settings_configure(&connection.settings);
	init_dialogue(&connection, &dialogue);
	addresses = cli_address_resolve(address, &host);
	if (name == NULL)
		name = host;
	if (connection.options.resume != NULL)
		ticket = cli_ticket_take("--resume", connection.options.resume);
	if (adtls_session_new_client_resuming(connection.config,
					      *name != '\0' ? name : NULL,
					      ticket, 0,
					      &connection.session) !=
		    ADTLS_OK ||
	    adtls_session_set_workers(connection.session, 1) != ADTLS_OK)
		cli_fail(CLI_NETWORK, "not enough memory or threads");
	dialogue.session = connection.session;
	result = connect_to(&connection, addresses);
	if (result == ADTLS_OK) {
		report_connected(&connection);
		dialogue.fd = connection.fd;
		dialogue.signal_fd = cli_stopping_fd();
		result = dialogue_run(&dialogue);
	}
	status = judge(&connection, result);
	finish(&connection, status);
	freeaddrinfo(addresses);
	free(host);
	return (int)status;
}
