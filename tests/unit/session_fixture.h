/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two sessions and the transport between them, in memory, which may lack
 * room, fail or lose datagrams. */
#ifndef TESTS_UNIT_SESSION_FIXTURE_H
#define TESTS_UNIT_SESSION_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <adtls/session.h>

#include "base/buffer.h"
#include "tests/support/test_authority.h"

#define QUEUE_MAX 64

/* Datagrams on their way to one side. */
struct queue {
	struct buffer datagrams[QUEUE_MAX];
	size_t count;
};

/* One side's view of the wire, and how it is out of order. */
struct end {
	struct queue *in;
	struct queue *out;
	int push_errno;	       /* 0: works */
	unsigned pushed;       /* datagrams until now */
	uint64_t lost;	       /* bit n: the nth pushed, from 0, gets lost */
	size_t longest;	       /* pushed */
	bool has_endless_junk; /* there is always something to pull */
};

struct fixture {
	struct test_authority authority;
	struct queue to_client;
	struct queue to_server;
	struct end client_end;
	struct end server_end;
	adtls_config_t *client_config;
	adtls_config_t *server_config;
	adtls_session_t *client;
	adtls_session_t *server;
};

/* The client trusts the authority, the server is "server.example" of it. */
int session_setup(void **state);
int session_teardown(void **state);
/* A configuration that trusts @authority, with a certificate for @name unless
 * that is NULL. */
adtls_config_t *session_config(const struct test_authority *authority,
			       const char *name);
/* Make both sessions of the configurations. */
void session_start(struct fixture *fixture, const char *server_name,
		   unsigned flags);
/* Sleep until a timer of either side is due, unless a datagram waits. */
void session_wait_for_timers(const struct fixture *fixture);
/* Both handshakes by turns, until neither says ADTLS_E_AGAIN. */
void session_shake_hands(struct fixture *fixture, int *out_client,
			 int *out_server);
/* Make both, non-blocking, and their handshake, which succeeds. */
void session_connect(struct fixture *fixture);
/* Send a text one way and find it at the other end. */
void session_assert_carries(adtls_session_t *from, adtls_session_t *to,
			    const char *text);

#define SESSION_TEST(function)                                   \
	cmocka_unit_test_setup_teardown(function, session_setup, \
					session_teardown)

#endif
