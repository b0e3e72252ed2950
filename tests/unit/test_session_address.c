/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses: one form for each peer, the host in it, and back again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/buffer.h"
#include "session/address.h"

static adtls_address_t ipv4(const char *text, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(port) };
	adtls_address_t address;

	assert_int_equal(inet_pton(AF_INET, text, &in.sin_addr), 1);
	/* The system does not care what is in there. */
	memset(in.sin_zero, port & 0xff, sizeof(in.sin_zero));
	assert_int_equal(adtls_address_set(&address, (struct sockaddr *)&in,
					   sizeof(in)),
			 ADTLS_OK);
	return address;
}

static adtls_address_t ipv6(const char *text, uint16_t port, uint32_t scope)
{
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_scope_id = scope,
		.sin6_flowinfo = port,
	};
	adtls_address_t address;

	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	assert_int_equal(adtls_address_set(&address, (struct sockaddr *)&in6,
					   sizeof(in6)),
			 ADTLS_OK);
	return address;
}

static bool is_same(adtls_address_t a, adtls_address_t b)
{
	return bytes_equal(bytes_of(a.data, a.len), bytes_of(b.data, b.len));
}

static bool is_same_host(adtls_address_t a, adtls_address_t b)
{
	assert_in_range(a.host_len, 1, a.len - 1);
	return bytes_equal(bytes_of(a.data, a.host_len),
			   bytes_of(b.data, b.host_len));
}

static void a_peer_has_one_form(void **state)
{
	(void)state;
	assert_true(is_same(ipv4("192.0.2.1", 5684),
			    ipv6("::ffff:192.0.2.1", 5684, 0)));
	assert_true(is_same(ipv6("2001:db8::1", 5684, 0),
			    ipv6("2001:db8::1", 5684, 7)));
	assert_false(is_same(ipv6("fe80::1", 5684, 1),
			     ipv6("fe80::1", 5684, 2)));
	assert_false(is_same(ipv4("192.0.2.1", 5684), ipv4("192.0.2.1", 5685)));
	assert_false(is_same(ipv4("192.0.2.1", 5684), ipv4("192.0.2.2", 5684)));
	assert_false(is_same(ipv6("2001:db8::1", 5684, 0),
			     ipv6("2001:db8::1", 5685, 0)));
}

static void a_host_is_an_address_or_a_prefix(void **state)
{
	(void)state;
	assert_true(is_same_host(ipv4("192.0.2.1", 1), ipv4("192.0.2.1", 2)));
	assert_false(is_same_host(ipv4("192.0.2.1", 1), ipv4("192.0.2.2", 1)));
	assert_true(is_same_host(ipv6("2001:db8:1:2::1", 1, 0),
				 ipv6("2001:db8:1:2:ffff::", 2, 0)));
	assert_false(is_same_host(ipv6("2001:db8:1:2::1", 1, 0),
				  ipv6("2001:db8:1:3::1", 1, 0)));
	/* All of a link share its prefix. */
	assert_false(is_same_host(ipv6("fe80::1", 1, 1),
				  ipv6("fe80::2", 1, 1)));
	assert_false(is_same_host(ipv6("fe80::1", 1, 1),
				  ipv6("fe80::1", 1, 2)));
	assert_true(is_same_host(ipv6("fe80::1", 1, 1),
				 ipv6("fe80::1", 2, 1)));
	assert_false(is_same_host(ipv4("32.1.13.184", 1),
				  ipv6("2001:db8::", 1, 0)));
}

static void it_can_be_sent_to(void **state)
{
	adtls_address_t local = ipv6("fe80::1", 5684, 3);
	adtls_address_t address = ipv4("192.0.2.1", 5684);
	struct sockaddr_storage out;
	struct sockaddr_in6 in6;
	struct sockaddr_in in;

	(void)state;
	assert_int_equal(adtls_address_get(&address, AF_INET, &out),
			 sizeof(in));
	memcpy(&in, &out, sizeof(in));
	assert_int_equal(in.sin_family, AF_INET);
	assert_int_equal(in.sin_port, htons(5684));
	assert_int_equal(in.sin_addr.s_addr, inet_addr("192.0.2.1"));
	assert_int_equal(adtls_address_get(&address, AF_INET6, &out),
			 sizeof(in6));
	memcpy(&in6, &out, sizeof(in6));
	assert_true(IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr));
	assert_int_equal(in6.sin6_port, htons(5684));
	assert_memory_equal(&in6.sin6_addr.s6_addr[12], &in.sin_addr, 4);
	assert_int_equal(adtls_address_get(&local, AF_INET6, &out),
			 sizeof(in6));
	memcpy(&in6, &out, sizeof(in6));
	assert_int_equal(in6.sin6_scope_id, 3);
	assert_int_equal(in6.sin6_addr.s6_addr[15], 1);
}

/* Our own address, behind the peer's. */
static void it_carries_our_own(void **state)
{
	adtls_address_t address = ipv6("2001:db8::1", 5684, 0);
	adtls_address_t bare = address;
	struct sockaddr_storage out;
	struct in6_addr own = IN6ADDR_LOOPBACK_INIT, got;

	(void)state;
	assert_false(address_own(&address, &got));
	address_append_own(&address, &own);
	assert_true(address_own(&address, &got));
	assert_memory_equal(&got, &own, sizeof(own));
	assert_false(is_same(address, bare));
	assert_true(is_same_host(address, bare));
	assert_int_equal(adtls_address_get(&address, AF_INET6, &out),
			 sizeof(struct sockaddr_in6));
}

static void assert_text(adtls_address_t address, const char *expected)
{
	char text[80];

	assert_string_equal(adtls_address_format(&address, text, sizeof(text)),
			    expected);
}

static void it_can_be_read(void **state)
{
	(void)state;
	assert_text(ipv4("192.0.2.1", 5684), "192.0.2.1:5684");
	assert_text(ipv6("2001:db8::1", 5684, 0), "[2001:db8::1]:5684");
	assert_text(ipv6("::ffff:192.0.2.1", 1, 0), "192.0.2.1:1");
	assert_text((adtls_address_t){ 0 }, "");
}

static void others_are_taken_as_they_are(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/x" };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_storage out;
	adtls_address_t address;

	(void)state;
	assert_int_equal(
		adtls_address_set(&address, (struct sockaddr *)&un, 5),
		ADTLS_OK);
	assert_int_equal(adtls_address_get(&address, AF_UNIX, &out), 5);
	assert_memory_equal(&out, &un, 5);
	assert_text(address, "");
	/* Too short for what they claim, or too long for us. */
	assert_int_equal(adtls_address_set(&address, (struct sockaddr *)&in6,
					   sizeof(in6) - 1),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_address_set(&address, (struct sockaddr *)&in6,
					   1),
			 ADTLS_E_INVALID);
	out = (struct sockaddr_storage){ .ss_family = AF_UNIX };
	assert_int_equal(adtls_address_set(&address, (struct sockaddr *)&out,
					   sizeof(out)),
			 ADTLS_E_INVALID);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_peer_has_one_form),
		cmocka_unit_test(a_host_is_an_address_or_a_prefix),
		cmocka_unit_test(it_can_be_sent_to),
		cmocka_unit_test(it_carries_our_own),
		cmocka_unit_test(it_can_be_read),
		cmocka_unit_test(others_are_taken_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
