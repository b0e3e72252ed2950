/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options and contexts of the CoAP test programs. */
#include "program.h"

#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option_code {
	OPTION_CERTIFICATE = 1,
	OPTION_KEY,
	OPTION_CA,
	OPTION_CA_DIR,
	OPTION_POLICY,
	OPTION_ATTESTATION_KEY,
	OPTION_MEASUREMENT,
	OPTION_NAME,
	OPTION_KEY_KIND,
	OPTION_TOKEN_PIN,
	OPTION_REFUSE,
	OPTION_REFUSE_LATER,
	OPTION_PINNED,
	OPTION_PSK,
	OPTION_IDENTITY,
	OPTION_HINT,
	OPTION_PIN,
	OPTION_SET,
	OPTION_NAMES,
	OPTION_IDENTITIES,
	OPTION_PSK_NAMES,
	OPTION_PORT,
	OPTION_BIND_PORT,
	OPTION_SESSIONS,
	OPTION_MTU,
	OPTION_OWN_LOOP,
	OPTION_ENDS_SESSION,
	OPTION_MORE_SETUP,
	OPTION_CHANGES_SETTINGS,
	OPTION_TRACE
};

static const struct option long_options[] = {
	{ "certificate", required_argument, NULL, OPTION_CERTIFICATE },
	{ "key", required_argument, NULL, OPTION_KEY },
	{ "ca", required_argument, NULL, OPTION_CA },
	{ "ca-dir", required_argument, NULL, OPTION_CA_DIR },
	{ "policy", required_argument, NULL, OPTION_POLICY },
	{ "attestation-key", required_argument, NULL, OPTION_ATTESTATION_KEY },
	{ "measurement", required_argument, NULL, OPTION_MEASUREMENT },
	{ "name", required_argument, NULL, OPTION_NAME },
	{ "key-kind", required_argument, NULL, OPTION_KEY_KIND },
	{ "token-pin", required_argument, NULL, OPTION_TOKEN_PIN },
	{ "refuse", required_argument, NULL, OPTION_REFUSE },
	{ "refuse-later", required_argument, NULL, OPTION_REFUSE_LATER },
	{ "pinned", required_argument, NULL, OPTION_PINNED },
	{ "psk", required_argument, NULL, OPTION_PSK },
	{ "identity", required_argument, NULL, OPTION_IDENTITY },
	{ "hint", required_argument, NULL, OPTION_HINT },
	{ "pin", required_argument, NULL, OPTION_PIN },
	{ "set", required_argument, NULL, OPTION_SET },
	{ "names", required_argument, NULL, OPTION_NAMES },
	{ "identities", required_argument, NULL, OPTION_IDENTITIES },
	{ "psk-names", required_argument, NULL, OPTION_PSK_NAMES },
	{ "port", required_argument, NULL, OPTION_PORT },
	{ "bind-port", required_argument, NULL, OPTION_BIND_PORT },
	{ "sessions", required_argument, NULL, OPTION_SESSIONS },
	{ "mtu", required_argument, NULL, OPTION_MTU },
	{ "own-loop", no_argument, NULL, OPTION_OWN_LOOP },
	{ "ends-session", no_argument, NULL, OPTION_ENDS_SESSION },
	{ "more-setup", no_argument, NULL, OPTION_MORE_SETUP },
	{ "changes-settings", no_argument, NULL, OPTION_CHANGES_SETTINGS },
	{ "trace", no_argument, NULL, OPTION_TRACE },
	{ NULL, 0, NULL, 0 },
};

static void read_text(int code, struct options *out)
{
	const char **const places[] = {
		[OPTION_CERTIFICATE] = &out->certificate,
		[OPTION_KEY] = &out->key,
		[OPTION_CA] = &out->ca,
		[OPTION_CA_DIR] = &out->ca_dir,
		[OPTION_POLICY] = &out->policy,
		[OPTION_ATTESTATION_KEY] = &out->attestation_key,
		[OPTION_MEASUREMENT] = &out->measurement,
		[OPTION_NAME] = &out->name,
		[OPTION_KEY_KIND] = &out->key_kind,
		[OPTION_TOKEN_PIN] = &out->token_pin,
		[OPTION_REFUSE] = &out->refuse,
		[OPTION_REFUSE_LATER] = &out->refuse_later,
		[OPTION_PINNED] = &out->pinned,
		[OPTION_PSK] = &out->psk,
		[OPTION_IDENTITY] = &out->identity,
		[OPTION_HINT] = &out->hint,
	};

	*places[code] = optarg;
}

static struct list *list_place(int code, struct options *out)
{
	switch (code) {
	case OPTION_PIN:
		return &out->pins;
	case OPTION_SET:
		return &out->sets;
	case OPTION_NAMES:
		return &out->names;
	case OPTION_IDENTITIES:
		return &out->identities;
	case OPTION_PSK_NAMES:
		return &out->psk_names;
	default:
		return NULL;
	}
}

static void append(struct list *list, const char *item)
{
	if (list->count == LIST_MAX)
		exit(2);
	list->items[list->count++] = item;
}

static unsigned *number_place(int code, struct options *out)
{
	switch (code) {
	case OPTION_PORT:
		return &out->port;
	case OPTION_BIND_PORT:
		return &out->bind_port;
	case OPTION_SESSIONS:
		return &out->sessions;
	case OPTION_MTU:
		return &out->mtu;
	default:
		return NULL;
	}
}

static void read_switch(int code, struct options *out)
{
	switch (code) {
	case OPTION_OWN_LOOP:
		out->own_loop = true;
		return;
	case OPTION_ENDS_SESSION:
		out->ends_session = true;
		return;
	case OPTION_MORE_SETUP:
		out->more_setup = true;
		return;
	case OPTION_CHANGES_SETTINGS:
		out->changes_settings = true;
		return;
	case OPTION_TRACE:
		coap_set_log_level(LOG_DEBUG);
		coap_dtls_set_log_level(LOG_DEBUG);
		return;
	default:
		exit(2);
	}
}

void read_options(int argc, char **argv, struct options *out)
{
	struct list *list;
	unsigned *number;
	int code;

	*out = (struct options){ .sessions = 1 };
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((code = getopt_long(argc, argv, "", long_options, NULL)) > 0) {
		number = number_place(code, out);
		list = list_place(code, out);
		if (list != NULL)
			append(list, optarg);
		else if (number != NULL)
			*number = (unsigned)strtoul(optarg, NULL, 10);
		else if (code <= OPTION_HINT)
			read_text(code, out);
		else
			read_switch(code, out);
	}
	while (optind < argc && out->action_count < ACTIONS_MAX)
		out->actions[out->action_count++] = argv[optind++];
}

coap_address_t make_address(unsigned port)
{
	coap_address_t address;

	coap_address_init(&address);
	address.size = sizeof(address.addr.sin);
	address.addr.sin.sin_family = AF_INET;
	address.addr.sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.addr.sin.sin_port = htons((uint16_t)port);
	return address;
}

static void tell_outcome(void *argument, const adtls_coap_outcome_t *outcome)
{
	static const char *const names[] = {
		[ADTLS_COAP_ESTABLISHED] = "established",
		[ADTLS_COAP_REFUSED] = "refused",
		[ADTLS_COAP_FAILED] = "failed",
		[ADTLS_COAP_CLOSED] = "closed",
	};
	adtls_parameters_t parameters;

	(void)argument;
	adtls_engine_parameters(outcome->engine, &parameters);
	printf("outcome %s%s %s alert=%s%s identity=%s detail=%s\n",
	       names[outcome->type], parameters.resumed ? " resumed" : "",
	       adtls_reason_name(outcome->reason),
	       outcome->alert_received ? "received:" : "",
	       outcome->alert == ADTLS_ALERT_NONE ?
		       "none" :
		       adtls_alert_name(outcome->alert),
	       outcome->identity, outcome->detail);
}

static void give_up(const char *what, const char *why)
{
	fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

size_t read_file(const char *file, uint8_t *out, size_t out_len)
{
	FILE *stream = fopen(file, "rb");
	size_t len = 0;

	if (stream != NULL) {
		len = fread(out, 1, out_len, stream);
		fclose(stream);
	}
	return len;
}

static void set_attester(coap_context_t *context, const struct options *options)
{
	static const uint8_t ueid[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	uint8_t key[4096], measurement[32];
	adtls_software_attester_params_t params = {
		.attestation_key = { key, read_file(options->attestation_key,
						    key, sizeof(key)) },
		.ueid = { ueid, sizeof(ueid) },
		.software_name = "test",
		.measurement = { measurement,
				 read_file(options->measurement, measurement,
					   sizeof(measurement)) },
	};
	adtls_attester_t *attester;
	int error = adtls_software_attester_new(&params, &attester);

	if (error != ADTLS_OK)
		give_up("attester", adtls_strerror(error));
	adtls_coap_set_attester(context, attester);
	adtls_attester_unref(attester);
}

static void set_policy(coap_context_t *context, const char *file)
{
	adtls_policy_t *policy;
	char message[256];

	if (adtls_policy_load_file(file, &policy, message, sizeof(message)) !=
	    ADTLS_OK)
		give_up(file, message);
	adtls_coap_set_policy(context, policy, NULL);
	adtls_policy_unref(policy);
}

static void add_pin(coap_context_t *context, const char *file)
{
	uint8_t key[4096];
	adtls_bytes_t bytes = { key, read_file(file, key, sizeof(key)) };

	if (adtls_coap_add_pin(context, ADTLS_CLIENT, bytes) != ADTLS_OK ||
	    adtls_coap_add_pin(context, ADTLS_SERVER, bytes) != ADTLS_OK)
		give_up(file, "not a key to be pinned");
}

coap_context_t *make_context(const struct options *options)
{
	coap_context_t *context = coap_new_context(NULL);

	if (context == NULL)
		give_up("context", "cannot be made");
	coap_context_set_block_mode(context, COAP_BLOCK_USE_LIBCOAP |
						     COAP_BLOCK_SINGLE_BODY);
	adtls_coap_set_outcome_handler(context, tell_outcome, NULL);
	if (options->ca_dir != NULL)
		coap_context_set_pki_root_cas(context, NULL, options->ca_dir);
	if (options->mtu > 0 &&
	    adtls_coap_set_mtu(context, options->mtu) != ADTLS_OK)
		give_up("mtu", "not accepted");
	for (unsigned i = 0; i < options->pins.count; i++)
		add_pin(context, options->pins.items[i]);
	if (options->policy != NULL)
		set_policy(context, options->policy);
	if (options->attestation_key != NULL)
		set_attester(context, options);
	return context;
}

void run_once(coap_context_t *context, const struct options *options,
	      unsigned wait_ms)
{
	struct pollfd fd = { .fd = coap_context_get_coap_fd(context),
			     .events = POLLIN };

	if (!options->own_loop) {
		coap_io_process(context, wait_ms);
		return;
	}
	poll(&fd, 1, (int)wait_ms);
	coap_io_process(context, COAP_IO_NO_WAIT);
}
