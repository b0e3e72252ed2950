/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* adtls-cli serve: a server that says, line by line, what becomes of each of
 * its clients. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "commands.h"
#include "limits.h"
#include "report.h"
#include "settings.h"
#include "stopping.h"
#include "summary.h"

/* Threads for what would keep other clients waiting: appraisals. */
#define WORKERS 2

#define DEFAULT_ADDRESS "127.0.0.1:" CLI_DEFAULT_PORT

#define VERDICT_SIZE 1280

struct serve_options {
	const char *listen;
	bool sink;
	bool update_keys;
	bool once;
	bool print_verdict;
};

#define MEMBER(member) offsetof(struct serve_options, member)

/* clang-format off */
static const struct cli_option listen_options[] = {
	{ "listen", "ADDRESS[:PORT]", "where (default " DEFAULT_ADDRESS
	  "; port 0: any)", MEMBER(listen) },
	{ "sink", NULL, "print what is received, and send nothing back",
	  MEMBER(sink) },
	{ "update-keys", NULL, "update both sides' keys with each record "
	  "received", MEMBER(update_keys) },
	{ "once", NULL, "end with the first connection, and its exit status", MEMBER(once) },
	{ 0 },
};

static const struct cli_option verdict_options[] = {
	{ "print-verdict", NULL, "print each check of an appraisal: claim, "
	  "expected, got", MEMBER(print_verdict) },
	{ 0 },
};
/* clang-format on */

/* All that the server is made of. */
struct service {
	struct cli_settings settings;
	struct serve_options options;
	struct cli_limits limits;
	struct cli_report report;
	struct cli_export export;
	adtls_server_t *server;
	FILE *log;
	enum cli_status status; /* of the last connection that ended */
	bool has_ended;
};

static void read_options(struct service *service, int argc, char **argv)
{
	struct cli_settings *settings = &service->settings;
	struct serve_options *options = &service->options;
	const struct cli_usage usage = {
		.program = "adtls-cli serve",
		.synopsis = "--cert FILE --key FILE [OPTION]...",
		.purpose = "Serves any number of DTLS 1.3 clients and sends "
			   "back what they send. Each line\nit prints begins "
			   "with a client's address.",
		.sections = {
			{ "Service", listen_options, options },
			{ "Identity and trust", cli_identity_options,
			  &settings->identity },
			{ "Rules for clients", cli_admission_options,
			  &settings->admission },
			{ "Limits", cli_limits_options, &service->limits },
			{ "Protocol", cli_protocol_options,
			  &settings->protocol },
			{ "What to show", cli_report_options,
			  &service->report },
			{ NULL, verdict_options, options },
			{ NULL, cli_diagnosis_options, &settings->diagnosis },
		},
		.epilogue = "With --json lines of text go to standard error.\n"
			    "Exit status: 0 stopped by a signal; 2 wrong "
			    "command line or file; 3 network;\nwith --once "
			    "also 1: the client was refused or refused us.",
	};
	char **operands;

	cli_options_read(&usage, argc, argv, &operands);
	if (settings->identity.raw_key == NULL &&
	    settings->identity.psk_key_file == NULL &&
	    (settings->identity.cert == NULL || settings->identity.key == NULL))
		cli_usage_fail(&usage, "--cert and --key are needed, or "
				       "--raw-key, or --psk-key-file");
	service->export = cli_export_read(service->report.export);
}

static void log_export(const struct service *service, const char *prefix,
		       const adtls_engine_t *peer)
{
	static char exported[CLI_EXPORT_SIZE];
	int result;

	if (service->export.len == 0)
		return;
	result = cli_export_compute(&service->export, peer, exported);
	if (result == ADTLS_OK)
		fprintf(service->log, "%sexported: %s\n", prefix, exported);
	else
		fprintf(service->log, "%snot exported: %s\n", prefix,
			adtls_strerror(result));
	explicit_bzero(exported, sizeof(exported));
}

static void log_connected(const struct service *service, const char *prefix,
			  const adtls_engine_t *peer)
{
	const char *identity = adtls_engine_peer_identity(peer);
	adtls_parameters_t parameters;

	adtls_engine_parameters(peer, &parameters);
	fprintf(service->log, "%sconnected: %s, %s, %s", prefix,
		parameters.suite, parameters.group,
		parameters.psk	       ? "pre-shared key"
		: parameters.resumed ? "ticket"
				     : parameters.signature);
	fputs(*identity != '\0' ? ", " : "", service->log);
	cli_print_clean(service->log, identity, strlen(identity));
	fputc('\n', service->log);
	/* While it is pending there is nothing to be had. */
	if (adtls_engine_authorization(peer) == ADTLS_AUTHORIZATION_NONE)
		log_export(service, prefix, peer);
}

static void log_verdict(const struct service *service, const char *prefix,
			const adtls_engine_t *peer)
{
	const adtls_verdict_t *verdict = adtls_engine_verdict(peer);
	char text[VERDICT_SIZE];

	adtls_verdict_explain(verdict, text, sizeof(text));
	fprintf(service->log, "%s%s\n", prefix, text);
	if (service->options.print_verdict)
		cli_print_verdict(service->log, prefix, verdict);
	if (adtls_engine_authorization(peer) == ADTLS_AUTHORIZATION_GRANTED)
		log_export(service, prefix, peer);
}

static void take_data(const struct service *service, const char *prefix,
		      adtls_engine_t *peer, adtls_bytes_t data)
{
	if (!service->options.sink) {
		adtls_server_send(service->server, peer, data.data, data.len);
		return;
	}
	fprintf(service->log, "%sreceived: ", prefix);
	cli_print_clean(service->log, (const char *)data.data, data.len);
	fputc('\n', service->log);
}

static void end_connection(struct service *service, const char *prefix,
			   const char *address, const adtls_engine_t *peer)
{
	const struct cli_summary summary = {
		.engine = peer,
		.peer = address,
		.status = cli_status_of(peer),
	};

	fprintf(service->log, "%sclosed: ", prefix);
	cli_print_reason(service->log, peer);
	if (service->report.statistics)
		cli_print_statistics(service->log, prefix, peer);
	if (service->report.json)
		cli_summary_print(&summary);
	service->status = summary.status;
	service->has_ended = true;
}

static void take_event(struct service *service, adtls_engine_t *peer,
		       const adtls_event_t *event)
{
	char address[CLI_ADDRESS_SIZE];
	char prefix[CLI_ADDRESS_SIZE + 1];

	adtls_server_peer_address(service->server, peer, address,
				  sizeof(address));
	snprintf(prefix, sizeof(prefix), "%s ", address);
	switch (event->type) {
	case ADTLS_EVENT_CONNECTED:
		log_connected(service, prefix, peer);
		break;
	case ADTLS_EVENT_AUTHORIZED:
	case ADTLS_EVENT_REFUSED:
		log_verdict(service, prefix, peer);
		break;
	case ADTLS_EVENT_PEER_MOVED:
		fprintf(service->log, "%smoved to this address\n", prefix);
		break;
	case ADTLS_EVENT_KEYS_UPDATED:
		fprintf(service->log, "%skeys updated\n", prefix);
		break;
	case ADTLS_EVENT_DATA:
		take_data(service, prefix, peer, event->data);
		if (service->options.update_keys)
			adtls_server_update_keys(service->server, peer, true);
		break;
	case ADTLS_EVENT_CLOSED:
		end_connection(service, prefix, address, peer);
		break;
	default:
		break;
	}
}

/* Takes what there is to be taken without waiting. */
static int take_events(struct service *service)
{
	adtls_engine_t *peer;
	adtls_event_t event;
	int result;

	while ((result = adtls_server_next(service->server, 0, &peer,
					   &event)) == ADTLS_OK) {
		take_event(service, peer, &event);
		if (service->has_ended && service->options.once)
			break;
	}
	return result == ADTLS_E_TIMEOUT ? ADTLS_OK : result;
}

/* Serves until a signal, or with --once the end of a connection. */
static enum cli_status serve(struct service *service)
{
	struct pollfd fds[] = {
		{ .fd = cli_stopping_fd(), .events = POLLIN },
		{ .fd = adtls_server_fd(service->server), .events = POLLIN },
	};

	while (true) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			cli_fail(CLI_NETWORK, "poll: %s", strerror(errno));
		if (fds[0].revents != 0)
			return CLI_DONE;
		if (take_events(service) != ADTLS_OK)
			cli_fail(CLI_NETWORK, "socket: %s", strerror(errno));
		if (service->has_ended && service->options.once)
			return service->status;
	}
}

static int listen_at(const struct service *service)
{
	const char *address = service->options.listen;
	char bound[CLI_ADDRESS_SIZE];
	int fd = cli_address_listen(address != NULL ? address : DEFAULT_ADDRESS,
				    bound);

	if (service->report.json)
		cli_summary_print_listening(bound);
	else
		printf("listening on %s\n", bound);
	return fd;
}

int serve_command(int argc, char **argv)
{
	static struct service service;
	adtls_config_t *config;
	enum cli_status status;
	int fd;

	read_options(&service, argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	service.log = service.report.json ? stderr : stdout;
	config = cli_settings_configure(&service.settings);
	fd = listen_at(&service);
	if (adtls_server_new(config, fd, &service.server) != ADTLS_OK ||
	    adtls_server_set_workers(service.server, WORKERS) != ADTLS_OK)
		cli_fail(CLI_NETWORK, "not enough memory or threads");
	cli_limits_set(&service.limits, adtls_server_endpoint(service.server));
	status = serve(&service);
	adtls_server_free(service.server);
	adtls_config_unref(config);
	close(fd);
	return (int)status;
}
