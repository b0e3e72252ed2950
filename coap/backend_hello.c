/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front door, and the sessions that did not get through it. */
#include "backend_hello.h"

#include "backend_log.h"

#include <adtls/address.h>
#include <adtls/error.h>
#include <stdlib.h>
#include <string.h>

#define CONTENT_HANDSHAKE 22
#define MESSAGE_CLIENT_HELLO 1
#define RECORD_HEADER_LEN 13

bool backend_hello_is(const uint8_t *data, size_t len)
{
	return len > RECORD_HEADER_LEN && data[0] == CONTENT_HANDSHAKE &&
	       data[RECORD_HEADER_LEN] == MESSAGE_CLIENT_HELLO;
}

size_t backend_hello_mtu(const coap_session_t *session, unsigned overhead)
{
	return LIBCOAP_MAX_PDU_SIZE(session) + LIBCOAP_HEADER + overhead;
}

/* Without engines of its own the door only answers its visitor. */
static void answer(adtls_endpoint_t *door, coap_session_t *session)
{
	uint8_t datagram[LIBCOAP_DATAGRAM_MAX];
	adtls_address_t to;
	size_t len;

	while ((len = adtls_endpoint_next_datagram(door, backend_now(), &to,
						   datagram,
						   sizeof(datagram))) > 0)
		LIBCOAP_SEND(session, datagram, len);
}

static adtls_engine_t *knock(adtls_endpoint_t *door,
			     const adtls_address_t *from, adtls_engine_t *known,
			     uint8_t *datagram, size_t len)
{
	adtls_engine_t *engine;

	if (known != NULL)
		return adtls_endpoint_meet(door, backend_now(), from, known,
					   datagram, len);
	engine = adtls_endpoint_receive(door, backend_now(), from, datagram,
					len, NULL);
	if (engine != NULL)
		adtls_endpoint_detach(door, engine);
	return engine;
}

adtls_engine_t *backend_hello_receive(struct backend_context *context,
				      coap_session_t *session,
				      adtls_engine_t *known,
				      const uint8_t *data, size_t len)
{
	adtls_endpoint_t *door = backend_context_door(
		context, backend_hello_mtu(session, LIBCOAP_OVERHEAD));
	const coap_address_t *remote = coap_session_get_addr_remote(session);
	struct backend_visitor *visitor = &context->config.visitor;
	uint8_t datagram[LIBCOAP_DATAGRAM_MAX];
	adtls_engine_t *engine;
	adtls_address_t from;

	if (door == NULL || len > sizeof(datagram))
		return NULL;
	memcpy(datagram, data, len);
	if (adtls_address_set(&from, &remote->addr.sa, remote->size) !=
	    ADTLS_OK)
		return NULL;
	backend_psk_choice_clear(&visitor->choice);
	visitor->session = session;
	engine = knock(door, &from, known, datagram, len);
	visitor->session = NULL;
	if (engine == NULL)
		backend_psk_choice_clear(&visitor->choice);
	answer(door, session);
	return engine;
}

void backend_hellos_add(struct backend_context *context,
			coap_session_t *session)
{
	struct backend_hello *hello;

	backend_hellos_remove(context, session);
	hello = malloc(sizeof(*hello));
	/* libcoap itself would free it after 30 s. */
	if (hello == NULL)
		return;
	hello->session = session;
	STAILQ_INSERT_TAIL(&context->hellos, hello, link);
}

void backend_hellos_remove(struct backend_context *context,
			   const coap_session_t *session)
{
	struct backend_hello *hello = STAILQ_FIRST(&context->hellos);

	while (hello != NULL && hello->session != session)
		hello = STAILQ_NEXT(hello, link);
	if (hello == NULL)
		return;
	STAILQ_REMOVE(&context->hellos, hello, backend_hello, link);
	free(hello);
}

void backend_hellos_free(struct backend_context *context)
{
	struct backend_hello *hello;

	while ((hello = STAILQ_FIRST(&context->hellos)) != NULL) {
		coap_session_t *session = hello->session;

		/* First: freeing it calls us back. */
		STAILQ_REMOVE_HEAD(&context->hellos, link);
		free(hello);
		LIBCOAP_HANDLE_EVENT(context->coap,
				     COAP_EVENT_SERVER_SESSION_DEL, session);
		coap_session_free(session);
	}
}

void backend_hellos_clear(struct backend_context *context)
{
	struct backend_hello *hello;

	while ((hello = STAILQ_FIRST(&context->hellos)) != NULL) {
		STAILQ_REMOVE_HEAD(&context->hellos, link);
		free(hello);
	}
}
