/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that libcoap calls: all of them in one object, which takes the
 * place of libcoap's coap_notls.o. */
#include "backend_events.h"
#include "backend_hello.h"
#include "backend_log.h"
#include "backend_session.h"

#include <adtls/version.h>
#include <stdlib.h>

/* What there is. */

int coap_dtls_is_supported(void)
{
	return 1;
}

int coap_tls_is_supported(void)
{
	return 0;
}

/* "1.2.3" -> 0x010203, as GnuTLS counts. */
static uint64_t version_number(const char *version)
{
	uint64_t number = 0;
	char *end;

	for (int part = 0; part < 3; part++) {
		number = number << 8 | strtoul(version, &end, 10);
		version = *end == '.' ? end + 1 : end;
	}
	return number;
}

coap_tls_version_t *coap_get_tls_library_version(void)
{
	static _Thread_local coap_tls_version_t version;

	version.type = ADTLS_COAP_TLS_LIBRARY;
	version.version = version_number(adtls_check_version(NULL));
	version.built_version = version_number(ADTLS_VERSION);
	return &version;
}

void coap_dtls_startup(void)
{
}

void coap_dtls_shutdown(void)
{
}

void coap_dtls_set_log_level(libcoap_log_level_t level)
{
	backend_log_set_level((int)level);
}

libcoap_log_level_t coap_dtls_get_log_level(void)
{
	return (libcoap_log_level_t)backend_log_level();
}

/* Contexts. */

void *coap_dtls_new_context(coap_context_t *coap)
{
	return backend_context_new(coap);
}

void coap_dtls_free_context(void *backend)
{
	backend_context_free(backend);
}

int coap_dtls_context_set_pki(coap_context_t *coap,
			      const coap_dtls_pki_t *setup,
			      const coap_dtls_role_t role)
{
	struct backend_context *context = backend_context_to_change(coap);
	adtls_role_t side = role == COAP_DTLS_ROLE_SERVER ? ADTLS_SERVER :
							    ADTLS_CLIENT;

	if (context == NULL)
		return 0;
	backend_context_renew(context);
	return backend_pki_set(&context->config.pki[side], role, setup);
}

int coap_dtls_context_set_pki_root_cas(coap_context_t *coap,
				       const char *ca_file, const char *ca_dir)
{
	struct backend_context *context = backend_context_to_change(coap);

	if (context == NULL)
		return 0;
	backend_context_renew(context);
	return backend_roots_set(&context->config.roots, ca_file, ca_dir);
}

int coap_dtls_context_set_cpsk(coap_context_t *coap, coap_dtls_cpsk_t *setup)
{
	struct backend_context *context = backend_context_to_change(coap);

	return context != NULL &&
	       backend_client_psk_set(&context->config.client_psk, setup);
}

int coap_dtls_context_set_spsk(coap_context_t *coap, coap_dtls_spsk_t *setup)
{
	struct backend_context *context = backend_context_to_change(coap);

	if (context == NULL)
		return 0;
	backend_context_renew(context);
	return backend_server_psk_set(&context->config.server_psk, setup);
}

/* Asked when a coaps endpoint is made: what cannot work fails here. The door
 * is made again for the first visitor, since the MTU may be set until then. */
int coap_dtls_context_check_keys_enabled(coap_context_t *coap)
{
	struct backend_context *context = backend_context_find(coap);
	bool works = context != NULL &&
		     backend_context_door(context, COAP_DEFAULT_MTU) != NULL;

	if (works)
		backend_context_renew(context);
	return works;
}

/* Timers: libcoap's own ones only run during handshakes, so all of ours hang
 * on this one, which is asked each time round the loop. */

int coap_dtls_is_context_timeout(void)
{
	return 1;
}

coap_tick_t coap_dtls_get_context_timeout(void *backend)
{
	struct backend_context *context = backend;

	backend_context_run(context);
	return backend_wake_ticks(&context->wake);
}

coap_tick_t coap_dtls_get_timeout(coap_session_t *coap, coap_tick_t now)
{
	(void)coap;
	(void)now;
	return 0;
}

int coap_dtls_handle_timeout(coap_session_t *coap)
{
	(void)coap;
	return 0;
}

/* Sessions. */

static struct backend_session *find(const coap_session_t *coap)
{
	struct backend_context *context = backend_context_of(coap);

	return context != NULL ? backend_session_find(context, coap) : NULL;
}

/* With a PSK there are none: another session's would be of another identity. */
static adtls_ticket_t *take_ticket(struct backend_context *context,
				   const coap_session_t *coap)
{
	if (backend_psk_is_of(coap))
		return NULL;
	return backend_tickets_take(&context->config.tickets,
				    coap_session_get_addr_remote(coap));
}

void *coap_dtls_new_client_session(coap_session_t *coap)
{
	struct backend_context *context = backend_context_of(coap);
	struct backend_session *session;
	const char *server_name;
	adtls_config_t *config;
	adtls_engine_t *engine;

	/* libcoap would reconnect to a client, which has no server for us. */
	if (context == NULL ||
	    coap_session_get_type(coap) != COAP_SESSION_TYPE_CLIENT)
		return NULL;
	config = backend_config_of_client(
		&context->config, coap,
		backend_hello_mtu(coap, LIBCOAP_OVERHEAD), &server_name);
	if (config == NULL ||
	    adtls_engine_new_client_resuming(config, server_name,
					     take_ticket(context, coap),
					     backend_now(), &engine) !=
		    ADTLS_OK)
		return NULL;
	session = backend_session_new(context, coap, engine);
	if (session == NULL)
		return NULL;
	backend_session_flush(session, engine);
	backend_wake_by(&context->wake, backend_session_deadline(session));
	return session;
}

/* libcoap delivers the ClientHello with the cookie here, and never again. The
 * session is not libcoap's idea of one yet, so events have to wait. */
int coap_dtls_hello(coap_session_t *coap, const uint8_t *data, size_t len)
{
	struct backend_context *context = backend_context_of(coap);
	struct backend_session *session = NULL;
	adtls_engine_t *engine;

	if (context == NULL)
		return -1;
	engine = backend_hello_receive(context, coap, NULL, data, len);
	if (engine != NULL)
		session = backend_session_new(context, coap, engine);
	if (session == NULL) {
		backend_hellos_add(context, coap);
		return 0;
	}
	backend_hellos_remove(context, coap);
	backend_session_flush(session, engine);
	session->has_news = true;
	backend_wake_by(&context->wake, backend_session_deadline(session));
	return 1;
}

void *coap_dtls_new_server_session(coap_session_t *coap)
{
	return find(coap);
}

void coap_dtls_free_session(coap_session_t *coap)
{
	struct backend_context *context = backend_context_of(coap);
	struct backend_session *session;

	if (context == NULL)
		return;
	session = backend_session_find(context, coap);
	if (session != NULL)
		backend_session_let_go(session);
	else
		backend_hellos_remove(context, coap);
}

void coap_dtls_session_update_mtu(coap_session_t *coap)
{
	/* backend_session_overhead() reckons with what it is. */
	(void)coap;
}

libcoap_sent_t coap_dtls_send(coap_session_t *coap, const uint8_t *data,
			      size_t len)
{
	struct backend_session *session = find(coap);

	return session != NULL ? backend_session_send(session, data, len) : -1;
}

int coap_dtls_receive(coap_session_t *coap, const uint8_t *data, size_t len)
{
	struct backend_session *session = find(coap);

	if (session == NULL)
		return -1;
	backend_session_receive(session, data, len);
	return 0;
}

unsigned int coap_dtls_get_overhead(coap_session_t *coap)
{
	struct backend_session *session = find(coap);

	return session != NULL ? backend_session_overhead(session) :
				 LIBCOAP_OVERHEAD;
}

void *coap_dtls_get_tls(const coap_session_t *coap,
			coap_tls_library_t *out_library)
{
	const struct backend_session *session = find(coap);

	if (out_library != NULL)
		*out_library = ADTLS_COAP_TLS_LIBRARY;
	return session != NULL ? session->current.engine : NULL;
}

/* TLS over TCP: there is none. */

void coap_tls_free_session(coap_session_t *coap)
{
	(void)coap;
}

ssize_t coap_tls_write(coap_session_t *coap, const uint8_t *data, size_t len)
{
	(void)coap;
	(void)data;
	(void)len;
	return -1;
}

ssize_t coap_tls_read(coap_session_t *coap, uint8_t *data, size_t len)
{
	(void)coap;
	(void)data;
	(void)len;
	return -1;
}
