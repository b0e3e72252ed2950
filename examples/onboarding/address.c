/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * getaddrinfo() for libcoap's addresses.
 */
#include "address.h"

#include <err.h>
#include <netdb.h>
#include <string.h>

/* Takes the first address that getaddrinfo() offers. */
static bool find(const char *host, unsigned port, int flags,
		 coap_address_t *out)
{
	struct addrinfo hints = {
		.ai_flags = flags,
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *found;
	int result = getaddrinfo(host, NULL, &hints, &found);

	if (result != 0) {
		warnx("address %s: %s", host, gai_strerror(result));
		return false;
	}
	coap_address_init(out);
	memcpy(&out->addr, found->ai_addr, found->ai_addrlen);
	out->size = found->ai_addrlen;
	coap_address_set_port(out, (uint16_t)port);
	freeaddrinfo(found);
	return true;
}

bool address_from_number(const char *host, unsigned port, coap_address_t *out)
{
	return find(host, port, AI_NUMERICHOST, out);
}

bool address_from_name(const char *host, unsigned port, coap_address_t *out)
{
	return find(host, port, 0, out);
}
