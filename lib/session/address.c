/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses of peers as bytes. */
#include "session/address.h"

#include <adtls/error.h>

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define IPV6_PREFIX_LEN 8	/* a /64 */
#define KIND_LEN	1

static void append(adtls_address_t *address, const void *data, size_t len)
{
	memcpy(address->data + address->len, data, len);
	address->len += len;
}

static void set_ipv4(adtls_address_t *out, const void *address, in_port_t port)
{
	out->data[0] = ADDRESS_IPV4;
	out->len = KIND_LEN;
	append(out, address, sizeof(struct in_addr));
	out->host_len = out->len;
	append(out, &port, sizeof(port));
}

static void set_ipv6(adtls_address_t *out, const struct sockaddr_in6 *peer)
{
	bool is_local = IN6_IS_ADDR_LINKLOCAL(&peer->sin6_addr) ||
			IN6_IS_ADDR_MC_LINKLOCAL(&peer->sin6_addr);
	uint32_t scope = is_local ? peer->sin6_scope_id : 0;

	out->data[0] = ADDRESS_IPV6;
	out->len = KIND_LEN;
	append(out, &peer->sin6_addr, sizeof(peer->sin6_addr));
	append(out, &scope, sizeof(scope));
	out->host_len = is_local ? out->len : KIND_LEN + IPV6_PREFIX_LEN;
	append(out, &peer->sin6_port, sizeof(peer->sin6_port));
}

static int set_other(adtls_address_t *out, const void *peer, size_t len)
{
	if (len > ADTLS_ADDRESS_MAX - KIND_LEN)
		return ADTLS_E_INVALID;
	out->data[0] = ADDRESS_OTHER;
	out->len = KIND_LEN;
	append(out, peer, len);
	return ADTLS_OK;
}

int adtls_address_set(adtls_address_t *out, const struct sockaddr *peer,
		      size_t peer_len)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	out->len = out->host_len = 0;
	if (peer_len < sizeof(peer->sa_family))
		return ADTLS_E_INVALID;
	if (peer->sa_family == AF_INET && peer_len >= sizeof(in)) {
		memcpy(&in, peer, sizeof(in));
		set_ipv4(out, &in.sin_addr, in.sin_port);
		return ADTLS_OK;
	}
	if (peer->sa_family == AF_INET6 && peer_len >= sizeof(in6)) {
		memcpy(&in6, peer, sizeof(in6));
		if (IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr))
			set_ipv4(out, &in6.sin6_addr.s6_addr[12],
				 in6.sin6_port);
		else
			set_ipv6(out, &in6);
		return ADTLS_OK;
	}
	if (peer->sa_family == AF_INET || peer->sa_family == AF_INET6)
		return ADTLS_E_INVALID;
	return set_other(out, peer, peer_len);
}

static void map_ipv4(struct in6_addr *out, const uint8_t address[4])
{
	memset(out, 0, sizeof(*out));
	out->s6_addr[10] = out->s6_addr[11] = 0xff;
	memcpy(&out->s6_addr[12], address, sizeof(struct in_addr));
}

static size_t get_ipv4(const uint8_t *data, int family,
		       struct sockaddr_storage *out)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };

	if (family == AF_INET6) {
		map_ipv4(&in6.sin6_addr, data);
		memcpy(&in6.sin6_port, data + 4, sizeof(in6.sin6_port));
		memcpy(out, &in6, sizeof(in6));
		return sizeof(in6);
	}
	memcpy(&in.sin_addr, data, sizeof(in.sin_addr));
	memcpy(&in.sin_port, data + 4, sizeof(in.sin_port));
	memcpy(out, &in, sizeof(in));
	return sizeof(in);
}

static size_t get_ipv6(const uint8_t *data, struct sockaddr_storage *out)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	memcpy(&in6.sin6_addr, data, sizeof(in6.sin6_addr));
	memcpy(&in6.sin6_scope_id, data + 16, sizeof(in6.sin6_scope_id));
	memcpy(&in6.sin6_port, data + 20, sizeof(in6.sin6_port));
	memcpy(out, &in6, sizeof(in6));
	return sizeof(in6);
}

size_t adtls_address_get(const adtls_address_t *address, int family,
			 struct sockaddr_storage *out)
{
	const uint8_t *data = address->data + KIND_LEN;

	memset(out, 0, sizeof(*out));
	if (address->len >= ADDRESS_IPV4_LEN &&
	    address->data[0] == ADDRESS_IPV4)
		return get_ipv4(data, family, out);
	if (address->len >= ADDRESS_IPV6_LEN &&
	    address->data[0] == ADDRESS_IPV6)
		return get_ipv6(data, out);
	if (address->len <= KIND_LEN || address->len > ADTLS_ADDRESS_MAX ||
	    address->data[0] != ADDRESS_OTHER)
		return 0;
	memcpy(out, data, address->len - KIND_LEN);
	return address->len - KIND_LEN;
}

/* Where our own address stands, or 0. */
static size_t own_at(const adtls_address_t *address)
{
	if (address->data[0] == ADDRESS_IPV4)
		return ADDRESS_IPV4_LEN;
	return address->data[0] == ADDRESS_IPV6 ? ADDRESS_IPV6_LEN : 0;
}

void address_append_own(adtls_address_t *address, const struct in6_addr *own)
{
	if (own_at(address) == address->len)
		append(address, own, sizeof(*own));
}

bool address_own(const adtls_address_t *address, struct in6_addr *out)
{
	size_t at = own_at(address);

	if (at == 0 || address->len != at + sizeof(*out))
		return false;
	memcpy(out, address->data + at, sizeof(*out));
	return true;
}

const char *adtls_address_format(const adtls_address_t *address, char *out,
				 size_t out_len)
{
	struct sockaddr_storage peer;
	size_t len = adtls_address_get(address, AF_UNSPEC, &peer);
	char host[NI_MAXHOST], service[NI_MAXSERV];

	snprintf(out, out_len, "%s", "");
	if (len > 0 &&
	    getnameinfo((const struct sockaddr *)&peer, (socklen_t)len, host,
			sizeof(host), service, sizeof(service),
			NI_NUMERICHOST | NI_NUMERICSERV) == 0 &&
	    peer.ss_family != AF_UNIX)
		snprintf(out, out_len,
			 peer.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s",
			 host, service);
	return out;
}
