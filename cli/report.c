/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections as lines of text. */
#include "report.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#define MEMBER(member) offsetof(struct cli_report, member)

#define DETAIL_SIZE 512

/* clang-format off */
const struct cli_option cli_report_options[] = {
	{ "statistics", NULL, "print the connection's counters at its end",
	  MEMBER(statistics) },
	{ "export", "LABEL,LEN", "print keying material in hexadecimal",
	  MEMBER(export) },
	{ "json", NULL, "print a summary of the connection as a line of JSON",
	  MEMBER(json) },
	{ 0 },
};
/* clang-format on */

struct cli_export cli_export_read(const char *text)
{
	struct cli_export export = { 0 };
	const char *comma;
	size_t label_len;

	if (text == NULL)
		return export;
	comma = strrchr(text, ',');
	if (comma == NULL || comma == text)
		cli_fail(CLI_USAGE, "--export: \"%s\" is not LABEL,LEN", text);
	label_len = (size_t)(comma - text);
	/* RFC 8446 §7.1: label<7..255>, of which 6 bytes are the prefix. */
	if (label_len > 240)
		cli_fail(CLI_USAGE, "--export: the label is over 240 bytes");
	memcpy(export.label, text, label_len);
	export.len = cli_number("--export", comma + 1, 1, CLI_EXPORT_MAX);
	return export;
}

int cli_export_compute(const struct cli_export *export,
		       const adtls_engine_t *engine, char out[CLI_EXPORT_SIZE])
{
	static const adtls_bytes_t no_context = { 0 };
	uint8_t bytes[CLI_EXPORT_MAX];
	int result = adtls_engine_export(engine, export->label, no_context,
					 bytes, export->len);

	out[0] = '\0';
	if (result != ADTLS_OK)
		return result;
	for (size_t i = 0; i < export->len; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	explicit_bzero(bytes, sizeof(bytes));
	return ADTLS_OK;
}

void cli_print_clean(FILE *file, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte < 0x80 && isprint(byte) && byte != '\\')
			fputc(byte, file);
		else
			fprintf(file, "\\x%02x", byte);
	}
}

static void print_field(FILE *file, const char *name, const char *text)
{
	fputs(name, file);
	if (*text != '\0')
		cli_print_clean(file, text, strlen(text));
	else
		fputs("none", file);
}

static void print_cid(FILE *file, const char *name, adtls_bytes_t cid)
{
	fputs(name, file);
	for (size_t i = 0; i < cid.len; i++)
		fprintf(file, "%02x", cid.data[i]);
	if (cid.len == 0)
		fputs("none", file);
}

static void print_cids(FILE *file, const char *prefix,
		       const adtls_engine_t *engine)
{
	adtls_connection_ids_t ids;

	adtls_engine_connection_ids(engine, &ids);
	if (!ids.negotiated)
		return;
	fprintf(file, "%sconnection ID: ", prefix);
	print_cid(file, "ours ", ids.own);
	print_cid(file, ", the peer's ", ids.peers);
	fprintf(file, ", %s\n",
		ids.return_routability
			? "an address change is checked"
			: "no return routability check");
}

void cli_print_session(FILE *file, const char *prefix,
		       const adtls_engine_t *engine)
{
	adtls_parameters_t parameters;

	adtls_engine_parameters(engine, &parameters);
	fprintf(file, "%ssuite: %s\n", prefix, parameters.suite);
	fprintf(file, "%sgroup: %s%s\n", prefix, parameters.group,
		parameters.hello_retry_request ? ", after HelloRetryRequest"
					       : "");
	if (parameters.psk || parameters.resumed)
		fprintf(file, "%sauthenticated by: %s\n", prefix,
			parameters.psk ? "pre-shared key"
				       : "ticket (resumed)");
	else
		fprintf(file, "%ssignature: %s\n", prefix,
			parameters.signature);
	if (parameters.application_protocol.len > 0) {
		fprintf(file, "%sapplication protocol: ", prefix);
		cli_print_clean(
			file,
			(const char *)parameters.application_protocol.data,
			parameters.application_protocol.len);
		fputc('\n', file);
	}
	fputs(prefix, file);
	print_field(file, "peer: ", adtls_engine_peer_identity(engine));
	fprintf(file, "\n%sattestation: %s\n", prefix,
		parameters.sends_evidence
			? "the peer asked for our Evidence and got it"
			: "the peer asked for no Evidence");
	print_cids(file, prefix, engine);
}

static void print_time(FILE *file, const char *name, int64_t utc_s)
{
	time_t seconds = (time_t)utc_s;
	char text[32] = "unknown";
	struct tm utc;

	if (utc_s != ADTLS_UTC_UNKNOWN && gmtime_r(&seconds, &utc) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	fprintf(file, "%s%s", name, text);
}

static void print_check(FILE *file, const char *prefix,
			const adtls_check_t *check)
{
	fputs(prefix, file);
	print_field(file, "check ", check->claim);
	fprintf(file, ": %s",
		check->reason == ADTLS_REASON_NONE
			? "passed"
			: adtls_reason_name(check->reason));
	print_field(file, ": expected ", check->expected);
	print_field(file, ", got ", check->got);
	fputc('\n', file);
}

void cli_print_verdict(FILE *file, const char *prefix,
		       const adtls_verdict_t *verdict)
{
	adtls_check_t check;

	if (verdict == NULL)
		return;
	fputs(prefix, file);
	print_field(file, "verdict: device ", adtls_verdict_device(verdict));
	print_field(file, ", software ", adtls_verdict_software(verdict));
	print_field(file, ", Evidence ", adtls_verdict_evidence_type(verdict));
	print_field(file, ", appraised by ", adtls_verdict_verifier(verdict));
	print_time(file, " at ", adtls_verdict_appraised_at(verdict));
	if (adtls_verdict_authorization(verdict) == ADTLS_AUTHORIZATION_GRANTED)
		print_time(file, ", expires ",
			   adtls_verdict_expires_at(verdict));
	fputc('\n', file);
	for (size_t i = 0; adtls_verdict_check(verdict, i, &check); i++)
		print_check(file, prefix, &check);
}

const char *cli_statistic(const adtls_statistics_t *statistics, size_t index,
			  uint64_t *out)
{
#define COUNTER(name)                                     \
	{                                                 \
#name, offsetof(adtls_statistics_t, name) \
	}
	static const struct {
		const char *name;
		size_t offset;
	} counters[] = {
		COUNTER(datagrams_sent),     COUNTER(bytes_sent),
		COUNTER(datagrams_received), COUNTER(bytes_received),
		COUNTER(retransmissions),    COUNTER(handshake_us),
		COUNTER(appraisal_us),	     COUNTER(records_dropped),
		COUNTER(dropped_malformed),  COUNTER(dropped_unknown_epoch),
		COUNTER(dropped_replay),     COUNTER(dropped_forged),
		COUNTER(dropped_unexpected), COUNTER(data_held_dropped),
		COUNTER(dropped_cid),	     COUNTER(path_checks),
		COUNTER(path_checks_failed), COUNTER(moves),
		COUNTER(data_too_large),
	};
#undef COUNTER

	if (index >= sizeof(counters) / sizeof(counters[0]))
		return NULL;
	memcpy(out, (const char *)statistics + counters[index].offset,
	       sizeof(*out));
	return counters[index].name;
}

void cli_print_statistics(FILE *file, const char *prefix,
			  const adtls_engine_t *engine)
{
	adtls_statistics_t statistics;
	const char *name;
	uint64_t value;

	adtls_engine_statistics(engine, &statistics);
	fprintf(file, "%sstatistics:", prefix);
	for (size_t i = 0;
	     (name = cli_statistic(&statistics, i, &value)) != NULL; i++)
		fprintf(file, " %s=%" PRIu64, name, value);
	fputc('\n', file);
}

void cli_print_reason(FILE *file, const adtls_engine_t *engine)
{
	char detail[DETAIL_SIZE] = "";
	adtls_reason_t reason =
		adtls_engine_reason(engine, detail, sizeof(detail));
	const char *sentence = adtls_reason_describe(reason);

	fprintf(file, "%s: %s", adtls_reason_name(reason), sentence);
	if (*detail != '\0' && strcmp(detail, sentence) != 0) {
		fputs(" (", file);
		cli_print_clean(file, detail, strlen(detail));
		fputc(')', file);
	}
	fputc('\n', file);
}

bool cli_was_connected(const adtls_engine_t *engine)
{
	adtls_statistics_t statistics;

	adtls_engine_statistics(engine, &statistics);
	return statistics.handshake_us != 0;
}

enum cli_status cli_status_of(const adtls_engine_t *engine)
{
	switch (adtls_engine_reason(engine, NULL, 0)) {
	case ADTLS_REASON_HANDSHAKE_TIMEOUT:
	case ADTLS_REASON_RETRANSMISSION_LIMIT:
		return CLI_NETWORK;
	case ADTLS_REASON_NONE:
	case ADTLS_REASON_CLOSED_LOCALLY:
	case ADTLS_REASON_CLOSED_BY_PEER:
		return cli_was_connected(engine) ? CLI_DONE : CLI_REFUSED;
	default:
		return CLI_REFUSED;
	}
}
