/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GnuTLS's DTLS 1.2 in the bench, as its manual writes a server: a cookie
 * before any session, then push and pull functions, here on queues. */
#include <errno.h>
#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_check.h"
#include "bench_library.h"

/* What adtls speaks, said in DTLS 1.2; a group's name follows. SECP256R1 is
 * allowed in any case: in DTLS 1.2 the certificates' curve is a group too. */
#define PRIORITY                                               \
	"NORMAL:-VERS-ALL:+VERS-DTLS1.2:-KX-ALL:+ECDHE-ECDSA:" \
	"-CIPHER-ALL:+AES-128-GCM:-SIGN-ALL:+SIGN-ECDSA-SHA256:" \
	"-GROUP-ALL:+GROUP-%s:+GROUP-SECP256R1"

/* Far more than a flight has. */
#define QUEUE_LEN 16
/* Far more turns than a handshake takes. */
#define TURNS_MAX 64

struct queue {
	size_t first;
	size_t count;
	size_t len[QUEUE_LEN];
	uint8_t data[QUEUE_LEN][BENCH_DATAGRAM_MAX];
};

struct world;

/* One side of a connection, and what its push and pull functions get. */
struct side {
	struct world *world;
	gnutls_session_t session;
	enum bench_direction sends;
};

struct world {
	enum bench_handshake handshake;
	size_t mtu;
	gnutls_priority_t priority;
	gnutls_certificate_credentials_t client_credentials;
	gnutls_certificate_credentials_t server_credentials;
	gnutls_datum_t cookie_key;
	struct queue queues[BENCH_DIRECTIONS];	/* one connection at a time */
	struct bench_traffic traffic;
	size_t side_count;
	struct side sides[];	/* client, server, client, server, ... */
};

static void check(int result, const char *what)
{
	bench_check(result >= 0, "GnuTLS, %s: %s", what,
		    gnutls_strerror(result));
}

/* Time */

static time_t passed_s;

static time_t read_time(time_t *out)
{
	time_t now = time(NULL) + passed_s;

	if (out != NULL)
		*out = now;
	return now;
}

static void pass_time(void *opaque)
{
	(void)opaque;
	gnutls_global_set_time_function(read_time);
	passed_s += BENCH_PASSED_S;
}

/* The network */

static ssize_t push(gnutls_transport_ptr_t pointer, const void *data,
		    size_t len)
{
	struct side *side = pointer;
	struct world *world = side->world;
	struct queue *queue = &world->queues[side->sends];
	size_t at = (queue->first + queue->count) % QUEUE_LEN;

	bench_check(len <= BENCH_DATAGRAM_MAX && queue->count < QUEUE_LEN,
		    "GnuTLS sends more than there is room for");
	memcpy(queue->data[at], data, len);
	queue->len[at] = len;
	queue->count++;
	world->traffic.datagrams[side->sends]++;
	world->traffic.bytes[side->sends] += len;
	return (ssize_t)len;
}

static struct queue *queue_to(const struct side *side)
{
	return &side->world->queues[side->sends == BENCH_TO_SERVER ?
					    BENCH_TO_CLIENT :
					    BENCH_TO_SERVER];
}

static void drop_first(struct queue *queue)
{
	queue->first = (queue->first + 1) % QUEUE_LEN;
	queue->count--;
}

static ssize_t pull(gnutls_transport_ptr_t pointer, void *out, size_t out_len)
{
	struct side *side = pointer;
	struct queue *queue = queue_to(side);
	size_t len = queue->len[queue->first];

	if (queue->count == 0) {
		gnutls_transport_set_errno(side->session, EAGAIN);
		return -1;
	}
	if (len > out_len)
		len = out_len;
	memcpy(out, queue->data[queue->first], len);
	drop_first(queue);
	return (ssize_t)len;
}

static int pull_timeout(gnutls_transport_ptr_t pointer, unsigned wait_ms)
{
	(void)wait_ms;
	return queue_to(pointer)->count > 0;
}

/* The world */

static bool can(enum bench_handshake handshake)
{
	return handshake != BENCH_ATTESTED;
}

static gnutls_certificate_credentials_t
make_credentials(const gnutls_datum_t *root,
		 const struct bench_identity *identity)
{
	gnutls_certificate_credentials_t credentials;

	check(gnutls_certificate_allocate_credentials(&credentials),
	      "credentials");
	check(gnutls_certificate_set_x509_trust_mem(credentials, root,
						    GNUTLS_X509_FMT_PEM),
	      "trust");
	if (identity != NULL)
		check(gnutls_certificate_set_x509_key_mem(
			      credentials, &identity->certificate,
			      &identity->key, GNUTLS_X509_FMT_PEM),
		      "key");
	return credentials;
}

static gnutls_priority_t make_priority(const char *group_name)
{
	gnutls_priority_t priority;
	char text[256];

	snprintf(text, sizeof(text), PRIORITY, group_name);
	check(gnutls_priority_init(&priority, text, NULL), "priorities");
	return priority;
}

static void *world_new(const struct bench_world_options *options)
{
	const struct bench_credentials *credentials = options->credentials;
	size_t side_count = 2 * options->connections;
	struct world *world =
		calloc(1, sizeof(*world) + side_count * sizeof(struct side));

	bench_check(world != NULL, "out of memory");
	world->handshake = options->handshake;
	world->mtu = options->mtu;
	world->side_count = side_count;
	world->client_credentials = make_credentials(
		&credentials->root, options->handshake == BENCH_MUTUAL ?
					    &credentials->client :
					    NULL);
	world->server_credentials =
		make_credentials(&credentials->root, &credentials->server);
	world->priority = make_priority(options->group);
	check(gnutls_key_generate(&world->cookie_key,
				  GNUTLS_COOKIE_KEY_SIZE),
	      "cookie key");
	return world;
}

static void free_side(struct side *side)
{
	if (side->session != NULL)
		gnutls_deinit(side->session);
	side->session = NULL;
}

static void free_client(void *opaque, size_t index)
{
	struct world *world = opaque;

	free_side(&world->sides[2 * index]);
}

static void free_server(void *opaque, size_t index)
{
	struct world *world = opaque;

	free_side(&world->sides[2 * index + 1]);
}

static void world_free(void *opaque)
{
	struct world *world = opaque;

	for (size_t i = 0; i < world->side_count; i++)
		free_side(&world->sides[i]);
	gnutls_certificate_free_credentials(world->client_credentials);
	gnutls_certificate_free_credentials(world->server_credentials);
	gnutls_priority_deinit(world->priority);
	gnutls_free(world->cookie_key.data);
	free(world);
}

/* Connections */

static void start_side(struct side *side, unsigned role,
		       gnutls_certificate_credentials_t credentials)
{
	struct world *world = side->world;

	check(gnutls_init(&side->session,
			  role | GNUTLS_DATAGRAM | GNUTLS_NONBLOCK),
	      "session");
	check(gnutls_priority_set(side->session, world->priority),
	      "priorities");
	check(gnutls_credentials_set(side->session, GNUTLS_CRD_CERTIFICATE,
				     credentials),
	      "credentials");
	if (world->mtu != 0)
		gnutls_dtls_set_mtu(side->session, (unsigned)world->mtu);
	gnutls_transport_set_ptr(side->session, side);
	gnutls_transport_set_push_function(side->session, push);
	gnutls_transport_set_pull_function(side->session, pull);
	gnutls_transport_set_pull_timeout_function(side->session,
						   pull_timeout);
}

static void start_client(struct side *side)
{
	side->sends = BENCH_TO_SERVER;
	start_side(side, GNUTLS_CLIENT, side->world->client_credentials);
	check(gnutls_server_name_set(side->session, GNUTLS_NAME_DNS,
				     BENCH_SERVER_NAME,
				     strlen(BENCH_SERVER_NAME)),
	      "server name");
	gnutls_session_set_verify_cert(side->session, BENCH_SERVER_NAME, 0);
}

static void start_server(struct side *side, gnutls_dtls_prestate_st *prestate)
{
	start_side(side, GNUTLS_SERVER, side->world->server_credentials);
	gnutls_dtls_prestate_set(side->session, prestate);
	if (side->world->handshake != BENCH_MUTUAL)
		return;
	gnutls_certificate_server_set_request(side->session,
					      GNUTLS_CERT_REQUIRE);
	gnutls_session_set_verify_cert(side->session, NULL, 0);
}

/* A ClientHello comes from somebody unknown: answer it with a cookie, or start
 * a session if it has one. */
static void answer_client_hello(struct side *side)
{
	struct world *world = side->world;
	struct queue *queue = &world->queues[BENCH_TO_SERVER];
	gnutls_dtls_prestate_st prestate = { 0 };
	size_t address = (size_t)(side - world->sides);
	int result;

	if (queue->count == 0)
		return;
	side->sends = BENCH_TO_CLIENT;
	result = gnutls_dtls_cookie_verify(&world->cookie_key, &address,
					   sizeof(address),
					   queue->data[queue->first],
					   queue->len[queue->first],
					   &prestate);
	if (result >= 0) {
		start_server(side, &prestate);
		return;
	}
	check(gnutls_dtls_cookie_send(&world->cookie_key, &address,
				      sizeof(address), &prestate, side, push),
	      "cookie");
	drop_first(queue);
}

/* Returns true once the handshake is complete. */
static bool step(struct side *side)
{
	int result = gnutls_handshake(side->session);

	bench_check(result >= 0 || !gnutls_error_is_fatal(result),
		    "GnuTLS, handshake: %s", gnutls_strerror(result));
	return result == GNUTLS_E_SUCCESS;
}

static void connect_client(void *opaque, size_t index)
{
	struct world *world = opaque;
	struct side *client = &world->sides[2 * index];
	struct side *server = client + 1;
	bool client_is_done = false, server_is_done = false;

	client->world = server->world = world;
	start_client(client);
	for (int i = 0; i < TURNS_MAX; i++) {
		if (!client_is_done)
			client_is_done = step(client);
		if (server->session == NULL)
			answer_client_hello(server);
		else if (!server_is_done)
			server_is_done = step(server);
		if (client_is_done && server_is_done)
			return;
	}
	bench_check(false, "a GnuTLS handshake did not complete");
}

static void pass_record(void *opaque, size_t index,
			enum bench_direction direction, const uint8_t *data,
			size_t len)
{
	struct world *world = opaque;
	struct side *client = &world->sides[2 * index];
	struct side *server = client + 1;
	bool is_to_server = direction == BENCH_TO_SERVER;
	uint8_t received[BENCH_DATAGRAM_MAX];
	ssize_t result;

	result = gnutls_record_send(
		is_to_server ? client->session : server->session, data, len);
	bench_check(result == (ssize_t)len, "GnuTLS did not send a record");
	result = gnutls_record_recv(
		is_to_server ? server->session : client->session, received,
		sizeof(received));
	bench_check(result == (ssize_t)len, "GnuTLS lost a record");
}

static const char *group(const void *opaque, size_t index)
{
	const struct world *world = opaque;

	return gnutls_group_get_name(
		gnutls_group_get(world->sides[2 * index].session));
}

static const struct bench_traffic *traffic(const void *opaque)
{
	const struct world *world = opaque;

	return &world->traffic;
}

static const char *version(void)
{
	return gnutls_check_version(NULL);
}

const struct bench_library bench_gnutls = {
	.name = "GnuTLS",
	.version = version,
	.can = can,
	.world_new = world_new,
	.world_free = world_free,
	.connect = connect_client,
	.pass_record = pass_record,
	.pass_time = pass_time,
	.group = group,
	.free_client = free_client,
	.free_server = free_server,
	.traffic = traffic,
};
