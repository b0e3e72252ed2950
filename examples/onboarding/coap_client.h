/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One attested connection to a gateway, and requests on it one at a time.
 */
#ifndef ADTLS_ONBOARDING_COAP_CLIENT_H
#define ADTLS_ONBOARDING_COAP_CLIENT_H

#include <coap3/coap.h>
#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stdint.h>

#include "attestation.h"
#include "body.h"
#include "est.h"

typedef struct coap_client coap_client_t;

/* Where to connect and as whom; borrowed until coap_client_close(). */
struct coap_client_options {
	const char *host;
	unsigned port;
	const char *ca_file;
	const char *certificate_file;
	const char *key_file;
	const struct attestation_claims *claims;
	unsigned timeout_seconds; /* for everything on the connection */
};

/* How a request ended. */
enum coap_client_result {
	COAP_CLIENT_ANSWERED,  /* with any response code */
	COAP_CLIENT_REFUSED,   /* the gateway refused the connection */
	COAP_CLIENT_NETWORK,   /* nobody answered in time */
	COAP_CLIENT_UNTRUSTED, /* the gateway is not whom we trust */
	COAP_CLIENT_LOCAL,     /* a file, a key, the attester or memory */
};

struct coap_client_request {
	coap_request_t method;
	const char *path;
	int format; /* Content-Format of the payload, -1 for none */
	int accept; /* wanted Content-Format, -1 for any */
	gnutls_datum_t payload;
};

struct coap_client_response {
	unsigned code; /* 205 for 2.05 */
	int format;    /* -1 if not stated */
	struct body body;
};

/* Opens a connection: the handshake begins, and ends with the first request.
 * Complains and returns NULL if a file cannot be used. */
coap_client_t *coap_client_open(const struct coap_client_options *options);

/* Says good-bye and frees the connection. */
void coap_client_close(coap_client_t *client);

/*
 * Sends a request and waits for its answer, again and again while there is
 * time. Anything but COAP_CLIENT_ANSWERED explains itself in refusal. The
 * caller clears response->body.
 */
enum coap_client_result coap_client_request(
	coap_client_t *client, const struct coap_client_request *request,
	struct coap_client_response *response, struct est_refusal *refusal);

/* Reads the connection's counters, also after its end. */
void coap_client_statistics(const coap_client_t *client,
			    adtls_statistics_t *out);

#endif
