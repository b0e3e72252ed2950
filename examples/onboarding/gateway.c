/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The onboarding gateway: a libcoap server on adtls that lets in attested
 * devices, enrols them and keeps their readings.
 */
#include <coap3/coap.h>
#include <err.h>
#include <gnutls/gnutls.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "attestation.h"
#include "event_log.h"
#include "exchange.h"
#include "file.h"
#include "gateway_options.h"
#include "gateway_resources.h"

/* How long the loop may sleep before it looks at the stop flag again. */
#define LOOP_MS 1000

/* A device that says nothing for so long is forgotten. */
#define SESSION_TIMEOUT_SECONDS 120

/* Bounds on what devices, and strangers, can make us remember. */
#define IDLE_SESSIONS_MAX 4096
#define HANDSHAKES_MAX	  1024

#define SECONDS_PER_DAY 86400

static volatile sig_atomic_t is_stopped;

static void stop(int signal_number)
{
	(void)signal_number;
	is_stopped = 1;
}

/* Reads the CA that enrols devices. */
static bool open_est_server(const struct gateway_options *options,
			    struct gateway *gateway)
{
	gnutls_datum_t chain;
	gnutls_datum_t key = { NULL, 0 };
	struct est_refusal refusal;
	bool is_open = false;

	if (!file_read(options->operational_ca_file, "operational CA", &chain))
		return false;
	if (file_read(options->operational_key_file, "operational CA key",
		      &key)) {
		is_open = est_server_new(&chain, &key,
					 (time_t)options->validity_days *
						 SECONDS_PER_DAY,
					 &gateway->est, &refusal);
		if (!is_open)
			warnx("operational CA %s, key %s: %s",
			      options->operational_ca_file,
			      options->operational_key_file, refusal.sentence);
	}
	file_release(&key);
	file_release(&chain);
	return is_open;
}

/* Reads the manufacturers' CA certificates. */
static bool read_manufacturers(const char *path, struct gateway *gateway)
{
	gnutls_datum_t pem;
	int result;

	if (!file_read(path, "manufacturer CA", &pem))
		return false;
	result = gnutls_x509_crt_list_import2(&gateway->manufacturers,
					      &gateway->manufacturer_count,
					      &pem, GNUTLS_X509_FMT_PEM, 0);
	file_release(&pem);
	if (result < 0)
		warnx("manufacturer CA %s: %s", path, gnutls_strerror(result));
	return result >= 0;
}

/* Opens everything that requests need. */
static bool open_gateway(const struct gateway_options *options,
			 struct gateway *gateway)
{
	gateway->readings_directory = options->readings_directory;
	gateway->log = event_log_open(options->json_log_file);
	return gateway->log != NULL && open_est_server(options, gateway) &&
	       read_manufacturers(options->manufacturer_ca_file, gateway) &&
	       file_make_directory(options->readings_directory);
}

static void close_gateway(struct gateway *gateway)
{
	for (unsigned i = 0; i < gateway->manufacturer_count; i++)
		gnutls_x509_crt_deinit(gateway->manufacturers[i]);
	gnutls_free(gateway->manufacturers);
	est_server_free(gateway->est);
	event_log_close(gateway->log);
}

/* Forgets a device when libcoap does. */
static int on_event(coap_session_t *session, const coap_event_t event)
{
	if (event == COAP_EVENT_SERVER_SESSION_DEL)
		exchange_forget(session);
	return 0;
}

/* Logs what came of a connection. */
static void on_outcome(void *argument, const adtls_coap_outcome_t *outcome)
{
	const struct gateway *gateway = argument;

	event_log_outcome(gateway->log, outcome);
}

/* Gives a context our certificate and the devices' authorities. */
static bool set_credentials(coap_context_t *context,
			    const struct gateway_options *options)
{
	const char *const ca_files[] = { options->manufacturer_ca_file,
					 options->operational_ca_file };
	coap_dtls_pki_t pki = {
		.version = COAP_DTLS_PKI_SETUP_VERSION,
		.verify_peer_cert = 1,
		.pki_key.key_type = COAP_PKI_KEY_PEM,
		.pki_key.key.pem = {
			.ca_file = options->manufacturer_ca_file,
			.public_cert = options->certificate_file,
			.private_key = options->key_file,
		},
	};

	if (!attestation_check_files(options->certificate_file,
				     options->key_file, ca_files, 2))
		return false;
	if (coap_context_set_pki_root_cas(context, options->operational_ca_file,
					  NULL) &&
	    coap_context_set_pki(context, &pki))
		return true;
	warnx("certificate %s, key %s: cannot be used",
	      options->certificate_file, options->key_file);
	return false;
}

/* Binds the address and prints where that is. */
static bool listen_on(coap_context_t *context,
		      const struct gateway_options *options, event_log_t *log)
{
	coap_address_t address;
	coap_endpoint_t *endpoint;
	const char *port;

	if (!address_from_number(options->address, options->port, &address))
		return false;
	endpoint = coap_new_endpoint(context, &address, COAP_PROTO_DTLS);
	if (endpoint == NULL) {
		warn("%s port %u", options->address, options->port);
		return false;
	}
	port = strrchr(coap_endpoint_str(endpoint), ':');
	event_log_listening(log, options->address,
			    port != NULL ? (unsigned)strtoul(port + 1, NULL, 10)
					 : options->port);
	return true;
}

/* Prepares a context and serves until a signal. */
static bool serve(coap_context_t *context,
		  const struct gateway_options *options,
		  struct gateway *gateway)
{
	coap_context_set_block_mode(context, COAP_BLOCK_USE_LIBCOAP);
	coap_context_set_session_timeout(context, SESSION_TIMEOUT_SECONDS);
	coap_context_set_max_idle_sessions(context, IDLE_SESSIONS_MAX);
	coap_context_set_max_handshake_sessions(context, HANDSHAKES_MAX);
	coap_register_event_handler(context, on_event);
	if (!attestation_require(context, options->policy_file, on_outcome,
				 gateway) ||
	    !set_credentials(context, options) ||
	    !gateway_resources_add(context, gateway) ||
	    !listen_on(context, options, gateway->log))
		return false;
	while (!is_stopped) {
		if (coap_io_process(context, LOOP_MS) < 0) {
			warn("the network loop failed");
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	struct gateway_options options;
	struct gateway gateway = { 0 };
	coap_context_t *context = NULL;
	bool is_good;

	gateway_options_parse(argc, argv, &options);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	coap_startup();
	coap_set_log_level(options.is_verbose ? LOG_DEBUG : LOG_ERR);
	coap_dtls_set_log_level(LOG_ERR);
	is_good = open_gateway(&options, &gateway);
	if (is_good) {
		context = coap_new_context(NULL);
		is_good = context != NULL && serve(context, &options, &gateway);
	}
	coap_free_context(context);
	exchange_forget_all();
	coap_cleanup();
	close_gateway(&gateway);
	return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
