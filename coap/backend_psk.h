/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pre-shared keys: coap_dtls_cpsk_t and coap_dtls_spsk_t -> adtls's callbacks.
 *
 * DTLS 1.3 has no identity hint: a client's callback is asked with an empty
 * one, a server's hint is only known to its own callbacks. */
#ifndef ADTLS_COAP_BACKEND_PSK_H
#define ADTLS_COAP_BACKEND_PSK_H

#include "libcoap_internal.h"

#include <adtls/credentials.h>
#include <adtls/psk.h>

/* A client's, set last in its context; identity and key are the session's. */
struct backend_client_psk {
	bool is_set;
	char *server_name; /* NULL: none is sent */
	coap_dtls_ih_callback_t validate_hint;
	void *validate_hint_argument;
	/* Of the configuration that is sealed; wiped when freed. */
	adtls_psk_t current;
};

struct backend_server_psk {
	bool is_set;
	coap_bin_const_t *hint;
	coap_bin_const_t *key;
	coap_dtls_id_callback_t validate_identity;
	void *validate_identity_argument;
	coap_dtls_psk_sni_callback_t validate_name;
	void *validate_name_argument;
};

/* What a server's client was let in with; NULLs: a certificate, or nothing. */
struct backend_psk_choice {
	coap_bin_const_t *identity;
	coap_bin_const_t *key;
	coap_bin_const_t *hint;
};

/* Replace what is there. False, with a line in the log: nothing is set. */
bool backend_client_psk_set(struct backend_client_psk *psk,
			    const coap_dtls_cpsk_t *setup);
bool backend_server_psk_set(struct backend_server_psk *psk,
			    const coap_dtls_spsk_t *setup);
void backend_client_psk_clear(struct backend_client_psk *psk);
void backend_server_psk_clear(struct backend_server_psk *psk);

/* Was @session, a client's, made with a PSK? */
bool backend_psk_is_of(const coap_session_t *session);
/* Take identity and key of @session, after its callback was asked.
 * *@out_changed: they are not those of before. False, with a line in the
 * log. */
bool backend_client_psk_take(struct backend_client_psk *psk,
			     coap_session_t *session, bool *out_changed);

/* The key of @identity, as adtls_psk_server_func has it: what libcoap's
 * callbacks say of @session, which is as before afterwards; *@choice on
 * success. */
int backend_server_psk_find(const struct backend_server_psk *psk,
			    coap_session_t *session, const char *server_name,
			    adtls_bytes_t identity, adtls_psk_t *out,
			    struct backend_psk_choice *choice);

/* Tell libcoap's session what its client was let in with. */
void backend_psk_choice_apply(const struct backend_psk_choice *choice,
			      coap_session_t *session);
void backend_psk_choice_clear(struct backend_psk_choice *choice);

#endif
