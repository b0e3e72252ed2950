/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the CoAP test programs share: options, a context made of them, and
 * lines that say what came of connections. */
#ifndef ADTLS_COAP_PROGRAM_H
#define ADTLS_COAP_PROGRAM_H

#include <adtls/coap.h>

#define ACTIONS_MAX 32
#define LIST_MAX 16

/* An option that was given several times. */
struct list {
	const char *items[LIST_MAX];
	unsigned count;
};

struct options {
	const char *certificate;
	const char *key;
	const char *ca;
	const char *ca_dir;
	const char *policy;	     /* a server's */
	const char *attestation_key; /* a client's */
	const char *measurement;     /* of its firmware, a file of 32 bytes */
	const char *name;	     /* of the server; NULL: any */
	const char *key_kind;	     /* pem, buffer, der, token */
	const char *token_pin;
	const char *refuse;	     /* for validate_cn_call_back: a name */
	const char *refuse_later;    /* the same, once "renew" was asked for */
	const char *pinned;	     /* for it: a file with the DER wanted */
	const char *psk;
	const char *identity; /* a client's */
	const char *hint;     /* a client's: the identity for any */
	struct list pins;     /* files for adtls_coap_add_pin() */
	struct list sets;     /* MEMBER=NUMBER of coap_dtls_pki_t */
	struct list names;    /* NAME=FILE for validate_sni_call_back */
	struct list identities; /* IDENTITY=KEY for validate_id_call_back */
	struct list psk_names;	/* NAME=KEY for PSKs' validate_sni_call_back */
	unsigned port;
	unsigned bind_port; /* a client's own; 0: any */
	unsigned sessions;
	unsigned mtu;
	bool own_loop; /* poll() around libcoap */
	bool ends_session; /* in validate_cn_call_back */
	bool more_setup; /* additional_tls_setup_call_back */
	bool changes_settings; /* in validate_id_call_back */
	const char *actions[ACTIONS_MAX];
	unsigned action_count;
};

/* Exits with 2 if they make no sense. */
void read_options(int argc, char **argv, struct options *out);
/* A context with all of it set. Exits with 1, the log says why. */
coap_context_t *make_context(const struct options *options);
/* Returns: the bytes read, at most @out_len; 0 if there is no such file. */
size_t read_file(const char *file, uint8_t *out, size_t out_len);
/* 127.0.0.1:port. */
coap_address_t make_address(unsigned port);
/* One round of the context's loop, of at most @wait_ms. */
void run_once(coap_context_t *context, const struct options *options,
	      unsigned wait_ms);

#endif
