/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A DTLS 1.3 echo client, or a server for one client after another, on NSS:
 * what the interoperability tests run against. Its last line of output is JSON.
 */
#include "nss_options.h"

#include <nss.h>
#include <prerror.h>
#include <secerr.h>
#include <stdio.h>

/* Report the step that failed, and NSS's error; always false. */
static bool failed(json_t *report, const char *step)
{
	PRErrorCode code = PR_GetError();
	const char *name = PR_ErrorToName(code);

	json_object_set_new(report, "failed", json_string(step));
	json_object_set_new(report, "error",
			    json_string(name == NULL ? "?" : name));
	fprintf(stderr, "nss_peer: %s: %s\n", step,
		PR_ErrorToString(code, PR_LANGUAGE_I_DEFAULT));
	return false;
}

static PRIntervalTime timeout_of(const struct nss_options *options)
{
	return PR_MillisecondsToInterval(options->timeout_ms);
}

/* A socket to or from the peer, or NULL with the failure reported. */
static PRFileDesc *open_link(struct nss_options *options, json_t *report)
{
	PRFileDesc *socket;
	uint16_t port = (uint16_t)options->port;

	if (!options->settings.is_server) {
		socket = nss_link_connect(&options->link, options->host, port);
		if (socket == NULL)
			failed(report, options->target);
		return socket;
	}
	socket = nss_link_listen(&options->link, port, &port);
	if (socket == NULL) {
		failed(report, "listen");
		return NULL;
	}
	options->port = port; /* for the connections to come */
	printf("listening on 127.0.0.1:%u\n", port);
	fflush(stdout);
	if (nss_link_accept(socket, timeout_of(options)) != PR_SUCCESS) {
		failed(report, "wait for a client");
		PR_Close(socket);
		return NULL;
	}
	return socket;
}

static bool ask_all(const struct nss_options *options, PRFileDesc *connection,
		    json_t *report)
{
	unsigned int i;

	for (i = 0; i < options->text_count; i++) {
		if (!nss_connection_ask(connection, options->texts[i],
					timeout_of(options)))
			return failed(report, "echo");
	}
	if (!nss_connection_ask_until(connection, &options->settings,
				      options->texts[0], timeout_of(options)))
		return failed(report, "new epoch");
	json_object_set_new(report, "echoed", json_integer(i));
	return true;
}

static bool serve(const struct nss_options *options, PRFileDesc *connection,
		  json_t *report)
{
	int echoed = nss_connection_serve(
		connection, &options->settings,
		PR_MillisecondsToInterval(options->idle_ms));

	if (echoed < 0)
		return failed(report, "serve");
	json_object_set_new(report, "echoed", json_integer(echoed));
	return echoed > 0;
}

/* Everything that happens on one connection; the report is the last one's. */
static bool talk(struct nss_options *options, json_t *report)
{
	PRFileDesc *socket = open_link(options, report);
	PRFileDesc *connection;
	bool is_done;

	if (socket == NULL)
		return false;
	connection = nss_connection_new(&options->settings, socket);
	if (connection == NULL) {
		failed(report, "set up");
		PR_Close(socket);
		return false;
	}
	if (!nss_connection_handshake(connection, report, timeout_of(options)))
		is_done = failed(report, "handshake");
	else if (options->settings.is_server)
		is_done = serve(options, connection, report);
	else
		is_done = ask_all(options, connection, report);
	nss_connection_report_epochs(connection, report);
	PR_Close(connection);
	return is_done;
}

static bool talk_to_all(struct nss_options *options, json_t *report)
{
	unsigned int i;

	for (i = 0; i < options->connections; i++) {
		if (!talk(options, report))
			return false;
	}
	return true;
}

static bool read_credentials(const struct nss_options *options,
			     struct nss_credentials *credentials)
{
	return (options->ca_path == NULL ||
		nss_credentials_trust(credentials, options->ca_path)) &&
	       (options->certificate_path == NULL ||
		nss_credentials_own(credentials, options->certificate_path,
				    options->key_path));
}

static void report_link(const struct nss_link *link, json_t *report)
{
	json_object_set_new(report, "datagrams", json_integer(link->sent));
	json_object_set_new(report, "lost", json_integer(link->lost));
	json_object_set_new(report, "largest", json_integer(link->largest));
}

int main(int argc, char **argv)
{
	struct nss_credentials credentials = { NULL, NULL, NULL };
	struct nss_options options;
	json_t *report = json_object();
	bool is_done = false;

	nss_options_read(&options, argc, argv);
	options.settings.credentials = &credentials;
	options.settings.report = report;
	json_object_set_new(report, "nss", json_string(NSS_GetVersion()));
	json_object_set_new(
		report, "role",
		json_string(options.settings.is_server ? "server" : "client"));
	if (NSS_NoDB_Init(NULL) != SECSuccess)
		failed(report, "start NSS");
	else if (read_credentials(&options, &credentials))
		is_done = talk_to_all(&options, report);
	report_link(&options.link, report);
	json_object_set_new(report, "ok", json_boolean(is_done));
	json_dumpf(report, stdout, JSON_COMPACT);
	putchar('\n');
	SSL_ClearSessionCache();
	nss_credentials_clear(&credentials);
	(void)NSS_Shutdown();
	json_decref(report);
	return is_done ? 0 : 1;
}
