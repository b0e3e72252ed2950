/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ClientHellos of strangers.
 *
 * libcoap makes a session for each source address before it asks the backend,
 * and starves real clients once there are 100. So sessions that only got a
 * cookie are freed as soon as libcoap is out of the way; a client that returns
 * its cookie gets a new one. */
#ifndef ADTLS_COAP_BACKEND_HELLO_H
#define ADTLS_COAP_BACKEND_HELLO_H

#include "backend_context.h"

/* Is it a plaintext ClientHello? libcoap's own test for new peers. */
bool backend_hello_is(const uint8_t *data, size_t len);
/* Show a ClientHello from the peer of @session to the front door, and send its
 * answer. @known: the newest engine for that peer, or NULL. Returns: an engine,
 * the caller's, once the cookie was checked, and what it was let in with is
 * context->config.visitor.choice, to be taken; @known, if it is to have a look
 * at the hello; or NULL. */
adtls_engine_t *backend_hello_receive(struct backend_context *context,
				      coap_session_t *session,
				      adtls_engine_t *known,
				      const uint8_t *data, size_t len);
/* The MTU that libcoap has in mind for @session, while it assumes @overhead. */
size_t backend_hello_mtu(const coap_session_t *session, unsigned overhead);

/* @session got a cookie: free it soon. */
void backend_hellos_add(struct backend_context *context,
			coap_session_t *session);
/* libcoap frees @session itself, or it became more than that. */
void backend_hellos_remove(struct backend_context *context,
			   const coap_session_t *session);
/* Free those sessions now. */
void backend_hellos_free(struct backend_context *context);
/* Forget them. */
void backend_hellos_clear(struct backend_context *context);

#endif
