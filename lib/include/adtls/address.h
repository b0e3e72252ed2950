/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses of peers as bytes, from and to the system's. */
#ifndef ADTLS_ADDRESS_H
#define ADTLS_ADDRESS_H

#include <adtls/endpoint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sockaddr;
struct sockaddr_storage;

/**
 * adtls_address_set:
 * @out: what follows of it may be written on behind @len
 * @peer: of recvfrom()
 * @peer_len: its size in bytes
 *
 * One form for each peer: an IPv4 address that a socket of both families maps
 * into IPv6 is the IPv4 address; flow labels are left out; scopes count for
 * link-local addresses alone. The host (adtls_address_t) is the IPv4 address, or
 * the /64 prefix, which one subscriber has to himself; of link-local addresses,
 * which share one, all of it. Any other family is taken as it is.
 *
 * Returns: ADTLS_OK, or ADTLS_E_INVALID when @peer_len is too small for its
 * family, or too large.
 */
int adtls_address_set(adtls_address_t *out, const struct sockaddr *peer,
		      size_t peer_len);

/**
 * adtls_address_get:
 * @address: of adtls_address_set(); what was written behind it does not matter
 * @family: of the socket that is to send: an AF_INET6 one needs IPv4 addresses
 *   mapped
 *
 * Returns: the length for sendto(), or 0 when it is no such address.
 */
size_t adtls_address_get(const adtls_address_t *address, int family,
			 struct sockaddr_storage *out);

/** adtls_address_format: Writes "192.0.2.1:5684" or "[fe80::1%eth0]:5684", or "" for other families. @out_len: 80 is plenty. Returns: @out. */
const char *adtls_address_format(const adtls_address_t *address, char *out,
				 size_t out_len);

#ifdef __cplusplus
}
#endif

#endif
