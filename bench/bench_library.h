/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the bench asks of a DTLS library: both sides of connections, without a
 * network. A call that fails ends the program. */
#ifndef ADTLS_BENCH_BENCH_LIBRARY_H
#define ADTLS_BENCH_BENCH_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench_credentials.h"

/* Who proves what in the handshake. */
enum bench_handshake {
	BENCH_SERVER_CERTIFICATE,
	BENCH_MUTUAL,		/* both have certificates */
	BENCH_ATTESTED		/* as mutual; the client sends Evidence */
};
#define BENCH_HANDSHAKES 3

enum bench_direction {
	BENCH_TO_SERVER,
	BENCH_TO_CLIENT
};
#define BENCH_DIRECTIONS 2

/* What went over the wire: UDP payloads. */
struct bench_traffic {
	unsigned datagrams[BENCH_DIRECTIONS];
	size_t bytes[BENCH_DIRECTIONS];
};

struct bench_world_options {
	const struct bench_credentials *credentials;
	enum bench_handshake handshake;
	const char *group;	/* for other libraries: that adtls has taken */
	size_t mtu;		/* largest datagram; 0: the library's default */
	size_t connections;	/* that may exist at once */
};

/* A world is one server and its clients, numbered from 0. */
struct bench_library {
	const char *name;
	const char *(*version)(void);
	bool (*can)(enum bench_handshake handshake);
	void *(*world_new)(const struct bench_world_options *options);
	void (*world_free)(void *world);
	/* A whole handshake, until nobody has anything left to send. */
	void (*connect)(void *world, size_t index);
	/* Seal @len bytes on one side, open them on the other. */
	void (*pass_record)(void *world, size_t index,
			    enum bench_direction direction,
			    const uint8_t *data, size_t len);
	/* Let two minutes pass by the library's clock, not by ours: its timers
	 * give up what they keep for a late retransmission. */
	void (*pass_time)(void *world);
	/* The group that a connection's keys were exchanged in. */
	const char *(*group)(const void *world, size_t index);
	void (*free_client)(void *world, size_t index);
	void (*free_server)(void *world, size_t index);
	/* Since the world began. */
	const struct bench_traffic *(*traffic)(const void *world);
};

#define BENCH_PASSED_S 120
#define BENCH_DATAGRAM_MAX 2048

extern const struct bench_library bench_adtls;
extern const struct bench_library bench_gnutls;
/* Optional: see bench_libraries.h. */
extern const struct bench_library bench_openssl;
extern const struct bench_library bench_wolfssl;

#endif
