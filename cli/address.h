/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses of UDP sockets, as people write them. */
#ifndef ADTLS_CLI_ADDRESS_H
#define ADTLS_CLI_ADDRESS_H

#include <netdb.h>
#include <stddef.h>

/* The port of coaps:// (RFC 7252 §12.7), where none is named. */
#define CLI_DEFAULT_PORT "5684"

/* Room for a numeric address with its port. */
#define CLI_ADDRESS_SIZE 80

/* Each complains, naming the address, and exits if it cannot. */

/* The addresses of "HOST[:PORT]" or "[HOST]:PORT", for the caller to free with
 * freeaddrinfo(). @out_host receives HOST, a new string. */
struct addrinfo *cli_address_resolve(const char *text, char **out_host);
/* A UDP socket bound to the address, which @out_bound receives as it is. */
int cli_address_listen(const char *text, char out_bound[CLI_ADDRESS_SIZE]);

/* Write an address as "192.0.2.1:5684" or "[2001:db8::1]:5684". */
void cli_address_format(const struct sockaddr *address, socklen_t len,
			char out[CLI_ADDRESS_SIZE]);

#endif
