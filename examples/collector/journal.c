/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of JSON. */
#include "journal.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <time.h>

#include "cli/options.h"

#define TEXT_SIZE 1280

/* A peer's text: certificates may hold any bytes. */
static json_t *clean_string(const char *text)
{
	char clean[TEXT_SIZE];
	size_t len = 0;

	for (; *text != '\0' && len < sizeof(clean) - 1; text++)
		clean[len++] = *text >= ' ' && *text <= '~' ? *text : '?';
	return json_stringn(clean, len);
}

static void write_line(FILE *journal, const char *event, json_t *object)
{
	if (object == NULL ||
	    json_object_set_new(object, "event", json_string(event)) != 0 ||
	    json_object_set_new(object, "time",
				json_integer((json_int_t)time(NULL))) != 0 ||
	    json_dumpf(object, journal, JSON_COMPACT | JSON_ENSURE_ASCII) !=
		    0 ||
	    fputc('\n', journal) == EOF || fflush(journal) == EOF)
		cli_fail(CLI_NETWORK, "the journal: %s", strerror(errno));
	json_decref(object);
}

static const char *authorization_name(const adtls_engine_t *engine)
{
	switch (adtls_engine_authorization(engine)) {
	case ADTLS_AUTHORIZATION_NONE:
		break;
	case ADTLS_AUTHORIZATION_PENDING:
		return "pending";
	case ADTLS_AUTHORIZATION_GRANTED:
		return "granted";
	case ADTLS_AUTHORIZATION_DENIED:
		return "denied";
	}
	return "none";
}

/* Address, name, device and authorization: what every line about a peer has. */
static json_t *about(const struct journal_peer *peer)
{
	const adtls_verdict_t *verdict = adtls_engine_verdict(peer->engine);
	const char *device = verdict != NULL ? adtls_verdict_device(verdict) :
					       "";

	return json_pack("{s:s, s:o, s:o, s:s}", "peer", peer->address,
			 "identity",
			 clean_string(adtls_engine_peer_identity(peer->engine)),
			 "device", clean_string(device), "authorization",
			 authorization_name(peer->engine));
}

void journal_listening(FILE *journal, const char *address)
{
	write_line(journal, "listening", json_pack("{s:s}", "address", address));
}

void journal_connected(FILE *journal, const struct journal_peer *peer)
{
	json_t *object = about(peer);
	adtls_parameters_t parameters;

	adtls_engine_parameters(peer->engine, &parameters);
	json_object_set_new(object, "suite", json_string(parameters.suite));
	json_object_set_new(object, "group", json_string(parameters.group));
	write_line(journal, "connected", object);
}

void journal_verdict(FILE *journal, const struct journal_peer *peer)
{
	const adtls_verdict_t *verdict = adtls_engine_verdict(peer->engine);
	bool is_granted = adtls_engine_authorization(peer->engine) ==
			  ADTLS_AUTHORIZATION_GRANTED;
	char text[TEXT_SIZE];
	json_t *object = about(peer);

	adtls_verdict_explain(verdict, text, sizeof(text));
	json_object_set_new(object, "reason",
			    json_string(adtls_reason_name(
				    adtls_verdict_reason(verdict))));
	json_object_set_new(object, "verdict", clean_string(text));
	write_line(journal, is_granted ? "authorized" : "refused", object);
}

void journal_reading(FILE *journal, const struct journal_peer *peer,
		     const struct reading *reading)
{
	json_t *object = about(peer);

	json_object_set_new(object, "seq",
			    json_integer((json_int_t)reading->seq));
	json_object_set_new(object, "name", json_string(reading->name));
	json_object_set_new(object, "value", json_real(reading->value));
	json_object_set_new(object, "count",
			    json_integer((json_int_t)peer->sensor->readings));
	write_line(journal, "reading", object);
}

void journal_closed(FILE *journal, const struct journal_peer *peer)
{
	json_t *object = about(peer);
	char detail[TEXT_SIZE];
	adtls_reason_t reason =
		adtls_engine_reason(peer->engine, detail, sizeof(detail));

	json_object_set_new(object, "reason",
			    json_string(adtls_reason_name(reason)));
	json_object_set_new(object, "detail", clean_string(detail));
	if (peer->sensor != NULL) {
		json_object_set_new(
			object, "readings",
			json_integer((json_int_t)peer->sensor->readings));
		json_object_set_new(
			object, "malformed",
			json_integer((json_int_t)peer->sensor->malformed));
	}
	write_line(journal, "closed", object);
}

#define COUNTER(member) { #member, offsetof(adtls_endpoint_statistics_t, member) }

static const struct {
	const char *name;
	size_t offset;
} counters[] = {
	COUNTER(engines),
	COUNTER(handshakes),
	COUNTER(memory),
	COUNTER(accepted),
	COUNTER(datagrams_received),
	COUNTER(datagrams_sent),
	COUNTER(cookies_sent),
	COUNTER(cookies_refused),
	COUNTER(hellos_refused),
	COUNTER(dropped),
	COUNTER(dropped_no_hello),
	COUNTER(dropped_malformed),
	COUNTER(dropped_unanswered),
	COUNTER(dropped_fragments),
	COUNTER(fragments_kept),
	COUNTER(fragments_evicted),
	COUNTER(refused),
	COUNTER(refused_busy),
	COUNTER(refused_handshakes),
	COUNTER(refused_host),
	COUNTER(refused_rate),
	COUNTER(refused_connections),
	COUNTER(refused_memory),
	COUNTER(records_dropped),
	COUNTER(memory_refusals),
	COUNTER(closed_idle),
	COUNTER(moves),
};

void journal_statistics(FILE *journal, const adtls_server_t *server)
{
	adtls_endpoint_statistics_t statistics;
	json_t *object = json_object();
	uint64_t value;

	adtls_endpoint_statistics(adtls_server_endpoint(server), &statistics);
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		memcpy(&value, (const char *)&statistics + counters[i].offset,
		       sizeof(value));
		json_object_set_new(object, counters[i].name,
				    json_integer((json_int_t)value));
	}
	json_object_set_new(
		object, "datagrams_lost",
		json_integer((json_int_t)adtls_server_datagrams_lost(server)));
	write_line(journal, "statistics", object);
}
