/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CoAP by hand over an adtls session: what libcoap's server makes of key
 * updates between requests, and of a client that resumes by a ticket.
 *
 *   session_client PORT CA CERTIFICATE KEY PATH
 *
 * Prints each answer, and "resumed" if a ticket took the certificates' place.
 */
#include <adtls/adtls.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUESTS 3
#define WAIT_MS 20000
/* A short header, an identifier; an option's type and length in one byte. */
#define HEADER_LEN 4
#define URI_PATH 11
#define PAYLOAD_MARKER 0xff
#define PATH_MAX_LEN 12

static void give_up(const char *what, int error)
{
	fprintf(stderr, "%s: %s\n", what, adtls_strerror(error));
	exit(1);
}

static int connect_to(const char *port)
{
	struct sockaddr_in server = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&server,
			      sizeof(server)) != 0)
		exit(1);
	return fd;
}

static adtls_config_t *make_config(char **argv)
{
	adtls_credentials_t *credentials;
	adtls_config_t *config = NULL;
	int error = adtls_credentials_new(0, &credentials);

	if (error == ADTLS_OK)
		error = adtls_credentials_add_trust_file(credentials, argv[2]);
	if (error == ADTLS_OK)
		error = adtls_credentials_set_key_file(credentials, argv[3],
						       argv[4]);
	if (error == ADTLS_OK)
		error = adtls_config_new(&config);
	if (error == ADTLS_OK)
		error = adtls_config_set_credentials(config, credentials);
	if (error == ADTLS_OK)
		error = adtls_config_set_resumption(config, true);
	if (error != ADTLS_OK)
		give_up("configuration", error);
	adtls_credentials_unref(credentials);
	return config;
}

/* A confirmable GET, RFC 7252 §3. */
static size_t write_request(const char *path, unsigned number,
			    uint8_t out[HEADER_LEN + 1 + PATH_MAX_LEN])
{
	size_t path_len = strlen(path);

	if (path_len > PATH_MAX_LEN)
		exit(2);
	out[0] = 0x40;
	out[1] = 0x01;
	out[2] = 0;
	out[3] = (uint8_t)number;
	out[4] = (uint8_t)(URI_PATH << 4 | path_len);
	memcpy(out + 5, path, path_len);
	return 5 + path_len;
}

static void ask(adtls_session_t *session, const char *path, unsigned number)
{
	uint8_t request[HEADER_LEN + 1 + PATH_MAX_LEN], answer[1500];
	size_t len = write_request(path, number, request);
	const char *payload;
	ssize_t result = adtls_session_send(session, request, len);

	if (result < 0)
		give_up("send", (int)result);
	result = adtls_session_recv(session, answer, sizeof(answer) - 1);
	if (result < HEADER_LEN)
		give_up("receive", (int)result);
	answer[result] = '\0';
	payload = memchr(answer, PAYLOAD_MARKER, (size_t)result);
	printf("answer %u %u.%02u %s\n", answer[3], answer[1] >> 5,
	       answer[1] & 31, payload != NULL ? payload + 1 : "");
}

static adtls_ticket_t *run(adtls_config_t *config, adtls_ticket_t *ticket,
			   char **argv)
{
	adtls_parameters_t parameters;
	adtls_session_t *session;
	int fd = connect_to(argv[1]);
	int error = adtls_session_new_client_resuming(config, "localhost",
						      ticket, 0, &session);

	if (error != ADTLS_OK)
		give_up("session", error);
	adtls_session_set_fd(session, fd);
	adtls_session_set_timeout(session, WAIT_MS);
	error = adtls_session_handshake(session);
	if (error != ADTLS_OK)
		give_up("handshake", error);
	adtls_engine_parameters(adtls_session_engine(session), &parameters);
	if (parameters.resumed)
		puts("resumed");
	for (unsigned i = 1; i <= REQUESTS; i++) {
		ask(session, argv[5], i);
		error = adtls_session_update_keys(session, true);
		if (error != ADTLS_OK && error != ADTLS_E_AGAIN)
			give_up("key update", error);
	}
	ticket = adtls_engine_take_ticket(adtls_session_engine(session));
	adtls_session_bye(session);
	adtls_session_free(session);
	close(fd);
	return ticket;
}

int main(int argc, char **argv)
{
	adtls_ticket_t *ticket = NULL;
	adtls_config_t *config;

	if (argc != 6)
		return 2;
	config = make_config(argv);
	ticket = run(config, ticket, argv);
	if (ticket == NULL)
		puts("no ticket");
	else
		ticket = run(config, ticket, argv);
	adtls_ticket_free(ticket);
	adtls_config_unref(config);
	return 0;
}
