/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the CoAP test programs share: options, a context made of them, and
 * lines that say what came of connections. */
#ifndef ADTLS_COAP_PROGRAM_H
#define ADTLS_COAP_PROGRAM_H

#include <adtls/coap.h>

#define ACTIONS_MAX 32

struct options {
	const char *certificate;
	const char *key;
	const char *ca;
	const char *ca_dir;
	const char *policy;	     /* a server's */
	const char *attestation_key; /* a client's */
	const char *measurement;     /* of its firmware, a file of 32 bytes */
	const char *name;	     /* of the server; NULL: any */
	const char *refuse;	     /* for validate_cn_call_back */
	unsigned port;
	unsigned bind_port; /* a client's own; 0: any */
	unsigned sessions;
	unsigned mtu;
	bool verify; /* peers' certificates */
	bool own_loop; /* poll() around libcoap */
	bool unsupported; /* ask for raw public keys */
	const char *actions[ACTIONS_MAX];
	unsigned action_count;
};

/* Exits with 2 if they make no sense. */
void read_options(int argc, char **argv, struct options *out);
/* A context with all of it set. Exits with 1, the log says why. */
coap_context_t *make_context(const struct options *options);
/* The coap_dtls_pki_t of the options. */
coap_dtls_pki_t make_pki(const struct options *options);
/* 127.0.0.1:port. */
coap_address_t make_address(unsigned port);
/* One round of the context's loop, of at most @wait_ms. */
void run_once(coap_context_t *context, const struct options *options,
	      unsigned wait_ms);

#endif
