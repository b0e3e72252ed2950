/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wolfSSL's DTLS 1.2 in the bench: I/O callbacks on queues, and the cookie
 * exchange that its servers have by default. Debian's cannot be given another
 * MTU than its 1400 bytes, which is what records are measured with. */
#include <wolfssl/options.h>

#include <stdlib.h>
#include <string.h>
#include <wolfssl/ssl.h>

#include "bench_check.h"
#include "bench_wire.h"

#define CIPHER "ECDHE-ECDSA-AES128-GCM-SHA256"
/* Far more turns than a handshake takes. */
#define TURNS_MAX 64

struct world;

/* One side of a connection. */
struct side {
	struct world *world;
	WOLFSSL *ssl;
	enum bench_direction sends;
};

struct world {
	enum bench_handshake handshake;
	unsigned short group;
	WOLFSSL_CTX *client;
	WOLFSSL_CTX *server;
	struct bench_wire wire;
	size_t side_count;
	struct side sides[];	/* client, server, client, server, ... */
};

static void check(bool ok, const char *what)
{
	bench_check(ok, "wolfSSL: %s", what);
}

/* The network */

static int send_datagram(WOLFSSL *ssl, char *data, int len, void *context)
{
	struct side *side = context;

	(void)ssl;
	bench_wire_push(&side->world->wire, side->sends, data, (size_t)len);
	return len;
}

static int receive_datagram(WOLFSSL *ssl, char *out, int out_len,
			    void *context)
{
	struct side *side = context;
	enum bench_direction from = side->sends == BENCH_TO_SERVER ?
					    BENCH_TO_CLIENT :
					    BENCH_TO_SERVER;

	(void)ssl;
	if (!bench_wire_has(&side->world->wire, from))
		return WOLFSSL_CBIO_ERR_WANT_READ;
	return (int)bench_wire_pull(&side->world->wire, from, out,
				    (size_t)out_len);
}

/* What wolfSSL makes its cookie of beside the hello: the peer's address. */
static int make_cookie(WOLFSSL *ssl, unsigned char *out, int out_len,
		       void *context)
{
	(void)ssl;
	memset(out, 0, (size_t)out_len);
	memcpy(out, &context, sizeof(context));
	return out_len;
}

/* The world */

static bool can(enum bench_handshake handshake)
{
	return handshake != BENCH_ATTESTED;
}

static WOLFSSL_CTX *make_context(WOLFSSL_METHOD *method,
				 const gnutls_datum_t *root,
				 const struct bench_identity *identity)
{
	WOLFSSL_CTX *context = wolfSSL_CTX_new(method);

	check(context != NULL, "context");
	check(wolfSSL_CTX_set_cipher_list(context, CIPHER) == WOLFSSL_SUCCESS,
	      "cipher");
	check(wolfSSL_CTX_load_verify_buffer(context, root->data,
					     (long)root->size,
					     WOLFSSL_FILETYPE_PEM) ==
		      WOLFSSL_SUCCESS,
	      "trust");
	if (identity != NULL)
		check(wolfSSL_CTX_use_certificate_buffer(
			      context, identity->certificate.data,
			      (long)identity->certificate.size,
			      WOLFSSL_FILETYPE_PEM) == WOLFSSL_SUCCESS &&
			      wolfSSL_CTX_use_PrivateKey_buffer(
				      context, identity->key.data,
				      (long)identity->key.size,
				      WOLFSSL_FILETYPE_PEM) == WOLFSSL_SUCCESS,
		      "key");
	wolfSSL_CTX_SetIOSend(context, send_datagram);
	wolfSSL_CTX_SetIORecv(context, receive_datagram);
	return context;
}

static void *world_new(const struct bench_world_options *options)
{
	const struct bench_credentials *credentials = options->credentials;
	size_t side_count = 2 * options->connections;
	struct world *world =
		calloc(1, sizeof(*world) + side_count * sizeof(struct side));
	bool is_mutual = options->handshake == BENCH_MUTUAL;

	bench_check(world != NULL, "out of memory");
	check(wolfSSL_Init() == WOLFSSL_SUCCESS, "start");
	world->handshake = options->handshake;
	world->group = strcmp(options->group, "X25519") == 0 ?
			       WOLFSSL_ECC_X25519 :
			       WOLFSSL_ECC_SECP256R1;
	world->side_count = side_count;
	world->client = make_context(wolfDTLSv1_2_client_method(),
				     &credentials->root,
				     is_mutual ? &credentials->client : NULL);
	world->server = make_context(wolfDTLSv1_2_server_method(),
				     &credentials->root, &credentials->server);
	wolfSSL_CTX_set_verify(world->client, WOLFSSL_VERIFY_PEER, NULL);
	wolfSSL_CTX_set_verify(world->server,
			       is_mutual ? WOLFSSL_VERIFY_PEER |
					       WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT :
					   WOLFSSL_VERIFY_NONE,
			       NULL);
	wolfSSL_CTX_SetGenCookie(world->server, make_cookie);
	return world;
}

static void free_side(struct side *side)
{
	wolfSSL_free(side->ssl);
	side->ssl = NULL;
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
	wolfSSL_CTX_free(world->client);
	wolfSSL_CTX_free(world->server);
	wolfSSL_Cleanup();
	free(world);
}

/* Connections */

static void start_side(struct side *side, struct world *world,
		       enum bench_direction sends)
{
	bool is_client = sends == BENCH_TO_SERVER;

	side->world = world;
	side->sends = sends;
	side->ssl = wolfSSL_new(is_client ? world->client : world->server);
	check(side->ssl != NULL, "session");
	wolfSSL_SetIOReadCtx(side->ssl, side);
	wolfSSL_SetIOWriteCtx(side->ssl, side);
	wolfSSL_SetCookieCtx(side->ssl, side);
	wolfSSL_dtls_set_using_nonblock(side->ssl, 1);
	if (!is_client)
		return;
	check(wolfSSL_UseSupportedCurve(side->ssl, world->group) ==
			      WOLFSSL_SUCCESS &&
		      wolfSSL_UseSupportedCurve(side->ssl,
						WOLFSSL_ECC_SECP256R1) ==
			      WOLFSSL_SUCCESS,
	      "group");
	check(wolfSSL_UseSNI(side->ssl, WOLFSSL_SNI_HOST_NAME,
			     BENCH_SERVER_NAME,
			     (unsigned short)strlen(BENCH_SERVER_NAME)) ==
			      WOLFSSL_SUCCESS &&
		      wolfSSL_check_domain_name(side->ssl, BENCH_SERVER_NAME) ==
			      WOLFSSL_SUCCESS,
	      "server name");
}

/* Returns true once the handshake is complete. */
static bool step(struct side *side)
{
	int result = side->sends == BENCH_TO_SERVER ?
			     wolfSSL_connect(side->ssl) :
			     wolfSSL_accept(side->ssl);
	int error = wolfSSL_get_error(side->ssl, result);

	bench_check(result == WOLFSSL_SUCCESS ||
			    error == WOLFSSL_ERROR_WANT_READ,
		    "wolfSSL, handshake: error %d", error);
	return result == WOLFSSL_SUCCESS;
}

static void connect_client(void *opaque, size_t index)
{
	struct world *world = opaque;
	struct side *client = &world->sides[2 * index];
	struct side *server = client + 1;
	bool client_is_done = false, server_is_done = false;

	start_side(client, world, BENCH_TO_SERVER);
	start_side(server, world, BENCH_TO_CLIENT);
	for (int i = 0; i < TURNS_MAX; i++) {
		client_is_done = client_is_done || step(client);
		server_is_done = server_is_done || step(server);
		if (client_is_done && server_is_done)
			return;
	}
	bench_check(false, "a wolfSSL handshake did not complete");
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

	check(wolfSSL_write(is_to_server ? client->ssl : server->ssl, data,
			    (int)len) == (int)len,
	      "sending a record");
	check(wolfSSL_read(is_to_server ? server->ssl : client->ssl, received,
			   sizeof(received)) == (int)len,
	      "receiving a record");
}

/* wolfSSL asks the system for the time, and gives nothing up by it. */
static void pass_time(void *opaque)
{
	(void)opaque;
}

static const char *group(const void *opaque, size_t index)
{
	const struct world *world = opaque;
	const char *name = wolfSSL_get_curve_name(world->sides[2 * index].ssl);

	return name != NULL ? name : "";
}

static const struct bench_traffic *traffic(const void *opaque)
{
	const struct world *world = opaque;

	return &world->wire.traffic;
}

static const char *version(void)
{
	return wolfSSL_lib_version();
}

const struct bench_library bench_wolfssl = {
	.name = "wolfSSL",
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
