/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bytes of an address, as adtls_address_set() lays them out:
 *
 *   IPv4    kind 4, address 4, port 2
 *   IPv6    kind 6, address 16, scope 4, port 2
 *   other   kind 0, the sockaddr
 *
 * The host comes first. The server writes its own address behind it: two
 * connections of one peer to two addresses of ours are two. */
#ifndef ADTLS_SESSION_ADDRESS_H
#define ADTLS_SESSION_ADDRESS_H

#include <adtls/address.h>

#include <netinet/in.h>

enum address_kind {
	ADDRESS_OTHER = 0,
	ADDRESS_IPV4 = 4,
	ADDRESS_IPV6 = 6
};

/* Bytes of the peer's part, by kind; 0 for other families. */
#define ADDRESS_IPV4_LEN 7
#define ADDRESS_IPV6_LEN 23

/* Write our own address, in the form of IPv6 with IPv4 mapped, behind a peer's
 * of adtls_address_set(). */
void address_append_own(adtls_address_t *address, const struct in6_addr *own);
/* Read it again. False: none was written. */
bool address_own(const adtls_address_t *address, struct in6_addr *out);

#endif
