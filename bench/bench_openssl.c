/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* OpenSSL's DTLS 1.2 in the bench: a BIO of ours on queues, and a cookie
 * exchange before the handshake. */
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "bench_check.h"
#include "bench_wire.h"

#define CIPHER "ECDHE-ECDSA-AES128-GCM-SHA256"
/* What IPv4 and UDP add to a datagram. */
#define OVERHEAD 28
/* Far more turns than a handshake takes. */
#define TURNS_MAX 64

struct world;

/* One side of a connection. */
struct side {
	struct world *world;
	SSL *ssl;
	enum bench_direction sends;
};

struct world {
	enum bench_handshake handshake;
	size_t mtu;
	SSL_CTX *client;
	SSL_CTX *server;
	BIO_METHOD *method;
	struct bench_wire wire;
	size_t side_count;
	struct side sides[];	/* client, server, client, server, ... */
};

static void check(bool ok, const char *what)
{
	bench_check(ok, "OpenSSL, %s: %s", what,
		    ERR_error_string(ERR_peek_last_error(), NULL));
}

/* The network */

static int bio_write(BIO *bio, const char *data, int len)
{
	struct side *side = BIO_get_data(bio);

	bench_wire_push(&side->world->wire, side->sends, data, (size_t)len);
	return len;
}

static int bio_read(BIO *bio, char *out, int out_len)
{
	struct side *side = BIO_get_data(bio);
	enum bench_direction from = side->sends == BENCH_TO_SERVER ?
					    BENCH_TO_CLIENT :
					    BENCH_TO_SERVER;

	BIO_clear_retry_flags(bio);
	if (!bench_wire_has(&side->world->wire, from)) {
		BIO_set_retry_read(bio);
		return -1;
	}
	return (int)bench_wire_pull(&side->world->wire, from, out,
				    (size_t)out_len);
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	switch (command) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
		return OVERHEAD;
	default:
		return 0;
	}
}

static BIO_METHOD *make_method(void)
{
	BIO_METHOD *method = BIO_meth_new(
		BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bench");

	check(method != NULL && BIO_meth_set_write(method, bio_write) &&
		      BIO_meth_set_read(method, bio_read) &&
		      BIO_meth_set_ctrl(method, bio_ctrl),
	      "BIO");
	return method;
}

/* The cookie: a MAC under a key of this process. */

static unsigned char cookie_key[32];

static int make_cookie(SSL *ssl, unsigned char *cookie, unsigned *len)
{
	const struct side *side = SSL_get_app_data(ssl);

	return HMAC(EVP_sha256(), cookie_key, sizeof(cookie_key),
		    (const unsigned char *)&side, sizeof(side), cookie,
		    len) != NULL;
}

static int check_cookie(SSL *ssl, const unsigned char *cookie, unsigned len)
{
	unsigned char expected[EVP_MAX_MD_SIZE];
	unsigned expected_len;

	return make_cookie(ssl, expected, &expected_len) &&
	       len == expected_len && CRYPTO_memcmp(cookie, expected, len) == 0;
}

/* The world */

static bool can(enum bench_handshake handshake)
{
	return handshake != BENCH_ATTESTED;
}

static BIO *open_pem(const gnutls_datum_t *pem)
{
	return BIO_new_mem_buf(pem->data, (int)pem->size);
}

static void use_identity(SSL_CTX *context,
			 const struct bench_identity *identity)
{
	BIO *certificate_pem = open_pem(&identity->certificate);
	BIO *key_pem = open_pem(&identity->key);
	X509 *certificate = PEM_read_bio_X509(certificate_pem, NULL, NULL,
					      NULL);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(key_pem, NULL, NULL, NULL);

	check(SSL_CTX_use_certificate(context, certificate) == 1 &&
		      SSL_CTX_use_PrivateKey(context, key) == 1,
	      "key");
	X509_free(certificate);
	EVP_PKEY_free(key);
	BIO_free(certificate_pem);
	BIO_free(key_pem);
}

static SSL_CTX *make_context(const SSL_METHOD *method,
			     const struct bench_world_options *options,
			     const struct bench_identity *identity)
{
	bool is_x25519 = strcmp(options->group, "X25519") == 0;
	SSL_CTX *context = SSL_CTX_new(method);
	BIO *pem = open_pem(&options->credentials->root);
	X509 *root = PEM_read_bio_X509(pem, NULL, NULL, NULL);

	check(context != NULL &&
		      SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) &&
		      SSL_CTX_set_cipher_list(context, CIPHER) &&
		      SSL_CTX_set1_groups_list(context, is_x25519 ?
								"X25519:P-256" :
								"P-256"),
	      "context");
	check(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), root) == 1,
	      "trust");
	if (identity != NULL)
		use_identity(context, identity);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU);
	X509_free(root);
	BIO_free(pem);
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
	world->handshake = options->handshake;
	world->mtu = options->mtu;
	world->side_count = side_count;
	world->method = make_method();
	world->client = make_context(DTLS_client_method(), options,
				     is_mutual ? &credentials->client : NULL);
	world->server = make_context(DTLS_server_method(), options,
				     &credentials->server);
	SSL_CTX_set_verify(world->client, SSL_VERIFY_PEER, NULL);
	if (is_mutual)
		SSL_CTX_set_verify(world->server,
				   SSL_VERIFY_PEER |
					   SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
				   NULL);
	SSL_CTX_set_options(world->server, SSL_OP_COOKIE_EXCHANGE);
	SSL_CTX_set_cookie_generate_cb(world->server, make_cookie);
	SSL_CTX_set_cookie_verify_cb(world->server, check_cookie);
	check(RAND_bytes(cookie_key, sizeof(cookie_key)) == 1, "random");
	return world;
}

static void free_side(struct side *side)
{
	SSL_free(side->ssl);
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
	SSL_CTX_free(world->client);
	SSL_CTX_free(world->server);
	BIO_meth_free(world->method);
	free(world);
}

/* Connections */

static void start_side(struct side *side, struct world *world,
		       enum bench_direction sends)
{
	BIO *bio = BIO_new(world->method);

	side->world = world;
	side->sends = sends;
	side->ssl = SSL_new(sends == BENCH_TO_SERVER ? world->client :
						       world->server);
	check(side->ssl != NULL && bio != NULL, "session");
	BIO_set_data(bio, side);
	BIO_set_init(bio, 1);
	SSL_set_bio(side->ssl, bio, bio);
	SSL_set_app_data(side->ssl, side);
	DTLS_set_link_mtu(side->ssl,
			  world->mtu != 0 ? (long)world->mtu + OVERHEAD : 1280);
	if (sends == BENCH_TO_CLIENT) {
		SSL_set_accept_state(side->ssl);
		return;
	}
	SSL_set_connect_state(side->ssl);
	check(SSL_set_tlsext_host_name(side->ssl, BENCH_SERVER_NAME) == 1 &&
		      SSL_set1_host(side->ssl, BENCH_SERVER_NAME) == 1,
	      "server name");
}

/* Returns true once the handshake is complete. */
static bool step(struct side *side)
{
	int result = SSL_do_handshake(side->ssl);

	check(result == 1 ||
		      SSL_get_error(side->ssl, result) == SSL_ERROR_WANT_READ,
	      "handshake");
	return result == 1;
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
	bench_check(false, "an OpenSSL handshake did not complete");
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

	check(SSL_write(is_to_server ? client->ssl : server->ssl, data,
			(int)len) == (int)len,
	      "sending a record");
	check(SSL_read(is_to_server ? server->ssl : client->ssl, received,
		       sizeof(received)) == (int)len,
	      "receiving a record");
}

/* OpenSSL asks the system for the time, and gives nothing up by it. */
static void pass_time(void *opaque)
{
	(void)opaque;
}

static const char *group(const void *opaque, size_t index)
{
	const struct world *world = opaque;
	const char *name = "SECP256R1";
	EVP_PKEY *key = NULL;

	check(SSL_get_peer_tmp_key(world->sides[2 * index].ssl, &key) == 1,
	      "group");
	if (EVP_PKEY_is_a(key, "X25519"))
		name = "X25519";
	EVP_PKEY_free(key);
	return name;
}

static const struct bench_traffic *traffic(const void *opaque)
{
	const struct world *world = opaque;

	return &world->wire.traffic;
}

static const char *version(void)
{
	return OpenSSL_version(OPENSSL_VERSION_STRING);
}

const struct bench_library bench_openssl = {
	.name = "OpenSSL",
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
