/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and numbers to sockets, by getaddrinfo(). */
#include "address.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "options.h"

/* An address taken apart; port is NULL if none is named. */
struct parts {
	const char *host;
	size_t host_len;
	const char *port;
};

/* "[HOST]" or "[HOST]:PORT" */
static bool split_bracketed(const char *text, struct parts *out)
{
	const char *end = strchr(text, ']');

	if (end == NULL || (end[1] != '\0' && end[1] != ':'))
		return false;
	*out = (struct parts){ text + 1, (size_t)(end - text) - 1,
			       end[1] == ':' ? end + 2 : NULL };
	return true;
}

/* "HOST" or "HOST:PORT", where an IPv6 address has several colons and no
 * port. */
static bool split(const char *text, struct parts *out)
{
	const char *colon = strchr(text, ':');

	if (text[0] == '[')
		return split_bracketed(text, out);
	if (colon == NULL || strchr(colon + 1, ':') != NULL)
		*out = (struct parts){ text, strlen(text), NULL };
	else
		*out = (struct parts){ text, (size_t)(colon - text),
				       colon + 1 };
	return true;
}

struct addrinfo *cli_address_resolve(const char *text, char **out_host)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found;
	struct parts parts;
	int error;

	if (!split(text, &parts) || parts.host_len == 0 ||
	    (parts.port != NULL && *parts.port == '\0'))
		cli_fail(CLI_USAGE, "\"%s\" is not HOST[:PORT]", text);
	*out_host = strndup(parts.host, parts.host_len);
	if (*out_host == NULL)
		cli_fail(CLI_NETWORK, "%s: %s", text, strerror(errno));
	error = getaddrinfo(*out_host,
			    parts.port != NULL ? parts.port : CLI_DEFAULT_PORT,
			    &hints, &found);
	if (error != 0)
		cli_fail(CLI_NETWORK, "%s: %s", text, gai_strerror(error));
	return found;
}

void cli_address_format(const struct sockaddr *address, socklen_t len,
			char out[CLI_ADDRESS_SIZE])
{
	char host[NI_MAXHOST];
	char port[NI_MAXSERV];

	snprintf(out, CLI_ADDRESS_SIZE, "?");
	if (getnameinfo(address, len, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(out, CLI_ADDRESS_SIZE,
			 strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host,
			 port);
}

static bool bind_to(int fd, const struct addrinfo *to,
		    struct sockaddr_storage *out_bound, socklen_t *out_len)
{
	*out_len = sizeof(*out_bound);
	return fd >= 0 && bind(fd, to->ai_addr, to->ai_addrlen) == 0 &&
	       getsockname(fd, (struct sockaddr *)out_bound, out_len) == 0;
}

int cli_address_listen(const char *text, char out_bound[CLI_ADDRESS_SIZE])
{
	char *host;
	struct addrinfo *found = cli_address_resolve(text, &host);
	int fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage bound;
	socklen_t len;
	bool is_bound = bind_to(fd, found, &bound, &len);
	int cause = errno;

	freeaddrinfo(found);
	free(host);
	if (!is_bound)
		cli_fail(CLI_NETWORK, "%s: %s", text, strerror(cause));
	cli_address_format((struct sockaddr *)&bound, len, out_bound);
	return fd;
}
