/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing events as text and as JSON lines.
 */
#include "event_log.h"

#include <arpa/inet.h>
#include <err.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attestation.h"

/* "[IPv6]:port" */
#define PEER_SIZE (INET6_ADDRSTRLEN + 9)

/* The longest name, claim or value that goes into a line. */
#define FIELD_SIZE ADTLS_NAME_MAX

/* Room for any verdict in a line. */
#define LINE_SIZE 1280

/* A UTC time as RFC 3339 writes it. */
#define TIME_SIZE 32

struct event_log {
	FILE *json; /* or NULL */
};

event_log_t *event_log_open(const char *json_file)
{
	event_log_t *log = calloc(1, sizeof(*log));

	if (log == NULL) {
		warnx("out of memory");
		return NULL;
	}
	if (json_file != NULL) {
		log->json = fopen(json_file, "ae");
		if (log->json == NULL) {
			warn("log %s", json_file);
			free(log);
			return NULL;
		}
		setvbuf(log->json, NULL, _IOLBF, 0);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	return log;
}

void event_log_close(event_log_t *log)
{
	if (log == NULL)
		return;
	if (log->json != NULL && fclose(log->json) != 0)
		warn("log");
	free(log);
}

/* Copies a peer's words, with what could forge a line or a terminal's state
 * replaced. */
static const char *clean(const char *text, char out[FIELD_SIZE])
{
	size_t i;

	if (text == NULL)
		text = "";
	for (i = 0; i + 1 < FIELD_SIZE && text[i] != '\0'; i++)
		out[i] = text[i];
	for (size_t j = 0; j < i; j++)
		if (out[j] < ' ' || out[j] > '~')
			out[j] = '?';
	out[i] = '\0';
	return out;
}

/* Writes UTC seconds as RFC 3339. */
static const char *format_time(int64_t utc, char out[TIME_SIZE])
{
	time_t seconds = (time_t)utc;
	struct tm parts;

	out[0] = '\0';
	if (utc != ADTLS_UTC_UNKNOWN && gmtime_r(&seconds, &parts) != NULL)
		strftime(out, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
	return out;
}

/* Writes the peer's address and port. */
static const char *format_peer(const coap_session_t *session,
			       char out[PEER_SIZE])
{
	const coap_address_t *address = coap_session_get_addr_remote(session);
	char host[INET6_ADDRSTRLEN] = "?";
	bool is_ipv6 = address->addr.sa.sa_family == AF_INET6;
	const void *number =
		is_ipv6 ? (const void *)&address->addr.sin6.sin6_addr
			: &address->addr.sin.sin_addr;

	inet_ntop(address->addr.sa.sa_family, number, host, sizeof(host));
	snprintf(out, PEER_SIZE, is_ipv6 ? "[%s]:%u" : "%s:%u", host,
		 (unsigned)coap_address_get_port(address));
	return out;
}

/* Begins a line of text with the time. */
static void begin_line(void)
{
	char text[TIME_SIZE];

	printf("%s ", format_time(time(NULL), text));
}

/* Writes an event as a JSON line and frees it. */
static void write_json(event_log_t *log, json_t *event)
{
	if (log->json == NULL || event == NULL) {
		json_decref(event);
		return;
	}
	json_object_set_new(event, "time", json_integer(time(NULL)));
	if (json_dumpf(event, log->json, JSON_COMPACT) < 0 ||
	    fputc('\n', log->json) == EOF)
		warn("log");
	json_decref(event);
}

void event_log_listening(event_log_t *log, const char *host, unsigned port)
{
	begin_line();
	printf("listening on coaps://%s:%u\n", host, port);
	write_json(log, json_pack("{s:s, s:s, s:i}", "event", "listening",
				  "host", host, "port", (int)port));
}

/* The word for what became of a connection. */
static const char *outcome_name(adtls_coap_outcome_type_t type)
{
	switch (type) {
	case ADTLS_COAP_ESTABLISHED:
		return "established";
	case ADTLS_COAP_REFUSED:
		return "refused";
	case ADTLS_COAP_FAILED:
		return "failed";
	case ADTLS_COAP_CLOSED:
		return "closed";
	}
	return "unknown";
}

/* Writes what the appraisal found, and how long it took. */
static void print_verdict(const adtls_coap_outcome_t *outcome)
{
	char line[LINE_SIZE];
	char time_text[TIME_SIZE];
	adtls_statistics_t statistics;

	adtls_engine_statistics(outcome->engine, &statistics);
	adtls_verdict_explain(outcome->verdict, line, sizeof(line));
	printf("%s; Evidence %s appraised by %s at %s in %.1f ms", line,
	       adtls_verdict_evidence_type(outcome->verdict),
	       adtls_verdict_verifier(outcome->verdict),
	       format_time(adtls_verdict_appraised_at(outcome->verdict),
			   time_text),
	       (double)statistics.appraisal_us / 1000.0);
}

/* Writes why a connection was refused or failed, if it was. */
static void print_reason(const adtls_coap_outcome_t *outcome)
{
	char sentence[EST_SENTENCE_SIZE];
	char field[FIELD_SIZE];

	attestation_explain(outcome, sentence);
	/* A verdict has named its reason already. */
	if (outcome->reason == adtls_verdict_reason(outcome->verdict))
		printf("; %s", clean(sentence, field));
	else
		printf(": %s: %s", adtls_reason_name(outcome->reason),
		       clean(sentence, field));
}

/* Writes the decision on a connection as text. */
static void print_outcome(const adtls_coap_outcome_t *outcome)
{
	char peer[PEER_SIZE];
	char field[FIELD_SIZE];

	begin_line();
	printf("%s ", format_peer(outcome->session, peer));
	if (outcome->verdict == NULL)
		printf("device unknown (%s) %s",
		       *outcome->identity != '\0'
			       ? clean(outcome->identity, field)
			       : "no identity",
		       outcome_name(outcome->type));
	else
		print_verdict(outcome);
	if (outcome->reason != ADTLS_REASON_NONE)
		print_reason(outcome);
	putchar('\n');
}

/* Finds the first failed check of a verdict. */
static bool find_failure(const adtls_verdict_t *verdict, adtls_check_t *out)
{
	for (size_t i = 0; adtls_verdict_check(verdict, i, out); i++)
		if (out->reason != ADTLS_REASON_NONE)
			return true;
	return false;
}

/* Adds what the appraisal found. */
static void add_verdict(json_t *event, const adtls_verdict_t *verdict)
{
	char device[FIELD_SIZE];
	char software[FIELD_SIZE];
	char expected[FIELD_SIZE];
	char got[FIELD_SIZE];
	adtls_check_t failure;

	json_object_update_new(
		event,
		json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "attested_device",
			  clean(adtls_verdict_device(verdict), device),
			  "software",
			  clean(adtls_verdict_software(verdict), software),
			  "evidence", adtls_verdict_evidence_type(verdict),
			  "verifier", adtls_verdict_verifier(verdict),
			  "appraised_at",
			  (json_int_t)adtls_verdict_appraised_at(verdict),
			  "expires_at",
			  (json_int_t)adtls_verdict_expires_at(verdict)));
	if (find_failure(verdict, &failure))
		json_object_update_new(
			event,
			json_pack("{s:s, s:s, s:s}", "claim", failure.claim,
				  "expected", clean(failure.expected, expected),
				  "got", clean(failure.got, got)));
}

/* Adds the connection's counters. */
static void add_statistics(json_t *event, const adtls_engine_t *engine)
{
	adtls_statistics_t statistics;

	adtls_engine_statistics(engine, &statistics);
	json_object_update_new(
		event,
		json_pack("{s:I, s:I, s:I, s:I, s:I}", "retransmissions",
			  (json_int_t)statistics.retransmissions, "bytes_sent",
			  (json_int_t)statistics.bytes_sent, "bytes_received",
			  (json_int_t)statistics.bytes_received, "handshake_us",
			  (json_int_t)statistics.handshake_us, "appraisal_us",
			  (json_int_t)statistics.appraisal_us));
}

void event_log_outcome(event_log_t *log, const adtls_coap_outcome_t *outcome)
{
	char peer[PEER_SIZE];
	char text[FIELD_SIZE];
	json_t *event = json_pack("{s:s, s:s, s:s}", "event",
				  outcome_name(outcome->type), "peer",
				  format_peer(outcome->session, peer),
				  "identity", clean(outcome->identity, text));

	/* That a device hangs up after its work is no news to a reader. */
	if (outcome->type != ADTLS_COAP_CLOSED)
		print_outcome(outcome);
	if (event != NULL && outcome->verdict != NULL)
		add_verdict(event, outcome->verdict);
	if (event != NULL && outcome->engine != NULL)
		add_statistics(event, outcome->engine);
	if (event != NULL && outcome->reason != ADTLS_REASON_NONE)
		json_object_update_new(
			event,
			json_pack("{s:s, s:s}", "reason",
				  adtls_reason_name(outcome->reason), "detail",
				  clean(outcome->detail, text)));
	write_json(log, event);
}

void event_log_request(event_log_t *log, const coap_session_t *session,
		       const struct event_log_request *request)
{
	char peer[PEER_SIZE];
	char sentence[FIELD_SIZE];
	json_t *event;

	format_peer(session, peer);
	clean(request->sentence, sentence);
	begin_line();
	printf("%s device %s /%s: %u.%02u", peer, request->device,
	       request->resource, request->code / 100, request->code % 100);
	if (request->reason != NULL)
		printf(" %s: %s", request->reason, sentence);
	putchar('\n');
	event = json_pack("{s:s, s:s, s:s, s:s, s:i}", "event", "request",
			  "peer", peer, "device", request->device, "resource",
			  request->resource, "code", (int)request->code);
	if (event != NULL && request->reason != NULL)
		json_object_update_new(event, json_pack("{s:s, s:s}", "reason",
							request->reason,
							"sentence", sentence));
	write_json(log, event);
}
