/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Echoes what its clients send over DTLS 1.3. */
#include <adtls/adtls.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/address.h"
#include "cli/options.h"
#include "options.h"

/* Threads for what would keep other clients waiting: appraisals. */
#define WORKERS 2

static void log_connected(const char *address, const adtls_engine_t *peer)
{
	adtls_parameters_t parameters;

	adtls_engine_parameters(peer, &parameters);
	printf("%s connected: %s, %s, %s%s%s\n", address, parameters.suite,
	       parameters.group, parameters.signature,
	       *adtls_engine_peer_identity(peer) ? ", " : "",
	       adtls_engine_peer_identity(peer));
}

static void log_event(adtls_server_t *server, adtls_engine_t *peer,
		      const adtls_event_t *event)
{
	char address[80];
	char text[512];

	adtls_server_peer_address(server, peer, address, sizeof(address));
	switch (event->type) {
	case ADTLS_EVENT_CONNECTED:
		log_connected(address, peer);
		break;
	case ADTLS_EVENT_AUTHORIZED:
	case ADTLS_EVENT_REFUSED:
		adtls_verdict_explain(adtls_engine_verdict(peer), text,
				      sizeof(text));
		printf("%s %s\n", address, text);
		break;
	case ADTLS_EVENT_CLOSED:
		adtls_engine_reason(peer, text, sizeof(text));
		printf("%s closed: %s: %s\n", address,
		       adtls_reason_name(event->reason), text);
		break;
	default:
		break;
	}
}

int main(int argc, char **argv)
{
	struct echo_server_options options;
	char address[CLI_ADDRESS_SIZE];
	adtls_engine_t *peer;
	adtls_event_t event;
	adtls_server_t *server;
	int status = CLI_REFUSED;

	adtls_config_t *config = echo_server_options_read(argc, argv, &options);
	int fd = cli_address_listen(options.address, address);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("listening on %s\n", address);
	if (adtls_server_new(config, fd, &server) != ADTLS_OK ||
	    adtls_server_set_workers(server, WORKERS) != ADTLS_OK)
		cli_fail(CLI_NETWORK, "not enough memory or threads");
	while (adtls_server_next(server, -1, &peer, &event) == ADTLS_OK) {
		log_event(server, peer, &event);
		if (event.type == ADTLS_EVENT_DATA)
			adtls_server_send(server, peer, event.data.data,
					  event.data.len);
		if (event.type == ADTLS_EVENT_CONNECTED)
			status = CLI_DONE;
		if (event.type == ADTLS_EVENT_REFUSED)
			status = CLI_REFUSED;
		if (event.type == ADTLS_EVENT_CLOSED && options.once)
			break;
	}
	adtls_server_free(server);
	adtls_config_unref(config);
	close(fd);
	return status;
}
