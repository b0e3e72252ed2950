/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends a text over DTLS 1.3 and prints what comes back. */
#include <adtls/adtls.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/address.h"
#include "cli/options.h"
#include "options.h"

/* Datagrams get lost: the text is sent once a second until it comes back. */
#define ATTEMPTS   10
#define ATTEMPT_MS 1000

/* Tries one address after the other while nobody listens there. */
static int connect_to(adtls_session_t *session, const struct addrinfo *to)
{
	int result = ADTLS_E_IO;

	for (; to != NULL && result == ADTLS_E_IO; to = to->ai_next) {
		int fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen) != 0)
			continue;
		adtls_session_set_fd(session, fd);
		result = adtls_session_handshake(session);
	}
	return result;
}

static ssize_t echo(adtls_session_t *session, const char *text, char *reply,
		    size_t reply_len)
{
	ssize_t result = ADTLS_E_TIMEOUT;

	adtls_session_set_timeout(session, ATTEMPT_MS);
	for (int i = 0; i < ATTEMPTS && result == ADTLS_E_TIMEOUT; i++) {
		result = adtls_session_send(session, text, strlen(text));
		if (result >= 0)
			result = adtls_session_recv(session, reply, reply_len);
	}
	return result == 0 ? ADTLS_E_CLOSED : result;
}

/* Says why the session failed, if it did. Returns: the exit status. */
static int judge(const adtls_session_t *session, int result)
{
	const char *cause = strerror(errno);
	char detail[512] = "";

	if (result >= 0)
		return CLI_DONE;
	if (result != ADTLS_E_IO)
		cause = adtls_reason_name(adtls_engine_reason(
			adtls_session_engine(session), detail, sizeof(detail)));
	fprintf(stderr, "echo-client: %s: %s%s%s\n", adtls_strerror(result),
		cause, *detail ? ": " : "", detail);
	return result == ADTLS_E_IO || result == ADTLS_E_TIMEOUT ? CLI_NETWORK
								 : CLI_REFUSED;
}

int main(int argc, char **argv)
{
	struct echo_client_options options;
	adtls_session_t *session;
	char reply[65536];
	char *host;
	ssize_t result;

	adtls_config_t *config = echo_client_options_read(argc, argv, &options);
	struct addrinfo *addresses =
		cli_address_resolve(options.address, &host);
	if (options.hostname == NULL)
		options.hostname = host;
	if (adtls_session_new_client(config, options.hostname, 0, &session) !=
		    ADTLS_OK ||
	    adtls_session_set_workers(session, 1) != ADTLS_OK)
		cli_fail(CLI_NETWORK, "not enough memory or threads");
	result = connect_to(session, addresses);
	if (result == ADTLS_OK)
		result = echo(session, options.text ? options.text : "Hello",
			      reply, sizeof(reply));
	if (result > 0)
		printf("%.*s\n", (int)result, reply);
	int status = judge(session, (int)result);
	adtls_session_bye(session);
	adtls_session_free(session);
	adtls_config_unref(config);
	freeaddrinfo(addresses);
	free(host);
	return status;
}
