/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections as JSON. */
#include "summary.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define DETAIL_SIZE 512

/* A peer's text, in printable ASCII and so in UTF-8; NULL without memory. */
static json_t *clean_string(const char *text)
{
	char *clean = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&clean, &len);
	json_t *string = NULL;

	if (stream == NULL)
		return NULL;
	cli_print_clean(stream, text, strlen(text));
	if (fclose(stream) == 0)
		string = json_stringn(clean, len);
	free(clean);
	return string;
}

static json_t *checks_of(const adtls_verdict_t *verdict)
{
	json_t *checks = json_array();
	adtls_check_t check;

	for (size_t i = 0; adtls_verdict_check(verdict, i, &check); i++)
		json_array_append_new(
			checks, json_pack("{s:o, s:o, s:o, s:s}", "claim",
					  clean_string(check.claim), "expected",
					  clean_string(check.expected), "got",
					  clean_string(check.got), "reason",
					  adtls_reason_name(check.reason)));
	return checks;
}

/* Seconds of UTC, or null. */
static json_t *time_of(int64_t utc_s)
{
	return utc_s == ADTLS_UTC_UNKNOWN ? json_null()
					  : json_integer((json_int_t)utc_s);
}

static json_t *verdict_of(const adtls_verdict_t *verdict)
{
	bool is_granted = adtls_verdict_authorization(verdict) ==
			  ADTLS_AUTHORIZATION_GRANTED;

	if (verdict == NULL)
		return json_null();
	return json_pack(
		"{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "reason",
		adtls_reason_name(adtls_verdict_reason(verdict)), "device",
		clean_string(adtls_verdict_device(verdict)), "software",
		clean_string(adtls_verdict_software(verdict)), "evidence_type",
		clean_string(adtls_verdict_evidence_type(verdict)), "verifier",
		clean_string(adtls_verdict_verifier(verdict)), "appraised_at",
		time_of(adtls_verdict_appraised_at(verdict)), "expires_at",
		is_granted ? time_of(adtls_verdict_expires_at(verdict))
			   : json_null(),
		"checks", checks_of(verdict));
}

static json_t *statistics_of(const adtls_engine_t *engine)
{
	json_t *object = json_object();
	adtls_statistics_t statistics;
	const char *name;
	uint64_t value;

	adtls_engine_statistics(engine, &statistics);
	for (size_t i = 0;
	     (name = cli_statistic(&statistics, i, &value)) != NULL; i++)
		json_object_set_new(object, name,
				    json_integer((json_int_t)value));
	return object;
}

/* A name of ALPN's is bytes; where it is no text, JSON gets none of it. */
static json_t *protocol_of(const adtls_parameters_t *parameters)
{
	json_t *text = json_stringn(
		(const char *)parameters->application_protocol.data,
		parameters->application_protocol.len);

	if (parameters->application_protocol.len == 0 || text == NULL) {
		json_decref(text);
		return json_null();
	}
	return text;
}

static json_t *parameters_of(const adtls_engine_t *engine)
{
	adtls_parameters_t parameters;

	adtls_engine_parameters(engine, &parameters);
	return json_pack("{s:s, s:s, s:s, s:b, s:b, s:o, s:o, s:b, s:b, s:b}", "suite",
			 parameters.suite, "group", parameters.group,
			 "signature", parameters.signature, "psk",
			 parameters.psk, "resumed", parameters.resumed,
			 "server_name",
			 clean_string(parameters.server_name),
			 "application_protocol",
			 protocol_of(&parameters),
			 "hello_retry_request", parameters.hello_retry_request,
			 "sends_evidence", parameters.sends_evidence,
			 "receives_evidence", parameters.receives_evidence);
}

static const char *authorization_name(adtls_authorization_t authorization)
{
	static const char *const names[] = {
		[ADTLS_AUTHORIZATION_NONE] = "none",
		[ADTLS_AUTHORIZATION_PENDING] = "pending",
		[ADTLS_AUTHORIZATION_GRANTED] = "granted",
		[ADTLS_AUTHORIZATION_DENIED] = "denied",
	};

	return names[authorization];
}

static json_t *closing_of(const adtls_engine_t *engine)
{
	char detail[DETAIL_SIZE] = "";
	adtls_reason_t reason =
		adtls_engine_reason(engine, detail, sizeof(detail));

	return json_pack("{s:i, s:s, s:s, s:o}", "code", (int)reason, "reason",
			 adtls_reason_name(reason), "sentence",
			 adtls_reason_describe(reason), "detail",
			 clean_string(detail));
}

/* Takes @object, which is NULL if there was no memory for it. */
static void print(json_t *object)
{
	if (object == NULL ||
	    json_dumpf(object, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) != 0)
		cli_fail(CLI_NETWORK, "--json: cannot be written");
	json_decref(object);
	putchar('\n');
	fflush(stdout);
}

void cli_summary_print(const struct cli_summary *summary)
{
	const adtls_engine_t *engine = summary->engine;

	print(json_pack(
		"{s:s, s:s, s:s, s:i, s:b, s:o, s:o, s:s, s:o, s:s?, s:o, s:o}",
		"event", "connection", "role",
		adtls_engine_role(engine) == ADTLS_CLIENT ? "client" : "server",
		"peer", summary->peer, "exit_status", (int)summary->status,
		"connected", cli_was_connected(engine), "parameters",
		parameters_of(engine), "identity",
		clean_string(adtls_engine_peer_identity(engine)),
		"authorization",
		authorization_name(adtls_engine_authorization(engine)),
		"verdict", verdict_of(adtls_engine_verdict(engine)), "exported",
		summary->exported, "closing", closing_of(engine), "statistics",
		statistics_of(engine)));
}

void cli_summary_print_listening(const char *address)
{
	print(json_pack("{s:s, s:s}", "event", "listening", "address",
			address));
}
