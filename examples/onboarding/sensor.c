/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sensor: a libcoap client on adtls that attests itself on every
 * connection, enrols with its manufacturer certificate, and reports with the
 * certificate that it got.
 */
#include <coap3/coap.h>
#include <err.h>
#include <gnutls/gnutls.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor_steps.h"

/* One run. */
struct sensor {
	struct sensor_options options;
	struct sensor_state state;
	struct attestation_claims claims;
	struct est_refusal refusal;
	json_t *connections; /* for the summary */
};

/* The things a sensor connects for, in order. */
enum purpose {
	PURPOSE_ENROL,
	PURPOSE_RENEW,
	PURPOSE_REPORT,
};

static const char *const purpose_names[] = { "enrol", "renew", "report" };

/* Finds out who we are: --ueid, or what the manufacturer's certificate says. */
static bool find_identity(const struct sensor_options *options,
			  struct device_identity *out)
{
	gnutls_datum_t pem;
	gnutls_x509_crt_t certificate;
	bool is_found = false;

	if (options->ueid != NULL) {
		if (device_identity_from_hex(options->ueid, out))
			return true;
		warnx("--ueid %s: not %d to %d bytes in hexadecimal",
		      options->ueid, DEVICE_UEID_MIN, DEVICE_UEID_MAX);
		return false;
	}
	if (!file_read(options->certificate_file, "certificate", &pem))
		return false;
	if (gnutls_x509_crt_init(&certificate) >= 0) {
		is_found = gnutls_x509_crt_import(certificate, &pem,
						  GNUTLS_X509_FMT_PEM) >= 0 &&
			   device_identity_from_certificate(certificate, out);
		gnutls_x509_crt_deinit(certificate);
	}
	if (!is_found)
		warnx("certificate %s: no ueid in its subject serialNumber; "
		      "say --ueid",
		      options->certificate_file);
	file_release(&pem);
	return is_found;
}

/* Notes a finished connection for the summary. */
static void note_connection(struct sensor *sensor, enum purpose purpose,
			    const coap_client_t *client)
{
	adtls_statistics_t statistics;

	coap_client_statistics(client, &statistics);
	json_array_append_new(
		sensor->connections,
		json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:f}", "purpose",
			  purpose_names[purpose], "retransmissions",
			  (json_int_t)statistics.retransmissions,
			  "datagrams_sent",
			  (json_int_t)statistics.datagrams_sent, "bytes_sent",
			  (json_int_t)statistics.bytes_sent,
			  "datagrams_received",
			  (json_int_t)statistics.datagrams_received,
			  "bytes_received",
			  (json_int_t)statistics.bytes_received, "handshake_ms",
			  (double)statistics.handshake_us / 1000.0));
}

/* Does on a connection what it was made for. */
static enum sensor_status work(struct sensor *sensor, enum purpose purpose,
			       coap_client_t *client)
{
	gnutls_x509_crt_t current;
	enum sensor_status status;

	if (purpose == PURPOSE_REPORT)
		return sensor_report(client, &sensor->options,
				     &sensor->claims.device, &sensor->refusal);
	if (purpose == PURPOSE_ENROL)
		return sensor_enrol(client, &sensor->state, NULL,
				    &sensor->refusal);
	if (!sensor_state_certificate(&sensor->state, &current))
		return SENSOR_LOCAL;
	status =
		sensor_enrol(client, &sensor->state, current, &sensor->refusal);
	gnutls_x509_crt_deinit(current);
	return status;
}

/* Makes a connection for a purpose: enrolment as the manufacturer's device,
 * the rest with the operational key. */
static enum sensor_status connect_once(struct sensor *sensor,
				       enum purpose purpose)
{
	const struct sensor_options *options = &sensor->options;
	bool is_first = purpose == PURPOSE_ENROL;
	const struct coap_client_options client_options = {
		.host = options->host,
		.port = options->port,
		.ca_file = options->ca_file,
		.certificate_file = is_first ? options->certificate_file
					     : sensor->state.operational_file,
		.key_file = is_first ? options->key_file
				     : sensor->state.operational_file,
		.claims = &sensor->claims,
		.timeout_seconds = options->timeout_seconds,
	};
	coap_client_t *client = coap_client_open(&client_options);
	enum sensor_status status;

	if (client == NULL)
		return SENSOR_LOCAL;
	status = work(sensor, purpose, client);
	note_connection(sensor, purpose, client);
	coap_client_close(client);
	return status;
}

/* Does one step, on a new connection each time that the network fails. */
static enum sensor_status run(struct sensor *sensor, enum purpose purpose)
{
	enum sensor_status status = SENSOR_NETWORK;

	for (unsigned i = 0;
	     status == SENSOR_NETWORK && i < sensor->options.attempts; i++) {
		sensor->refusal.reason = NULL;
		status = connect_once(sensor, purpose);
		if (sensor->refusal.reason != NULL)
			warnx("%s: %s: %s", purpose_names[purpose],
			      sensor->refusal.reason, sensor->refusal.sentence);
	}
	if (status == SENSOR_DONE)
		printf("%s: done\n", purpose_names[purpose]);
	return status;
}

/* The word for a status in the summary. */
static const char *status_name(enum sensor_status status)
{
	switch (status) {
	case SENSOR_DONE:
		return "done";
	case SENSOR_LOCAL:
		return "local-error";
	case SENSOR_REFUSED:
		return "refused";
	case SENSOR_NETWORK:
		return "network";
	case SENSOR_UNTRUSTED:
		return "untrusted-gateway";
	}
	return "unknown";
}

/* Writes the summary, if one is wanted. */
static bool summarize(const struct sensor *sensor, enum sensor_status status)
{
	json_t *summary = json_pack("{s:s, s:s, s:O}", "device",
				    sensor->claims.device.hex, "outcome",
				    status_name(status), "connections",
				    sensor->connections);
	bool is_written;

	if (summary != NULL && sensor->refusal.reason != NULL)
		json_object_update_new(
			summary, json_pack("{s:s, s:s}", "reason",
					   sensor->refusal.reason, "sentence",
					   sensor->refusal.sentence));
	is_written = summary != NULL &&
		     json_dump_file(summary, sensor->options.json_file,
				    JSON_INDENT(2)) == 0;
	if (!is_written)
		warn("summary %s", sensor->options.json_file);
	json_decref(summary);
	return is_written;
}

/* Does everything the command line asks for, until something fails. */
static enum sensor_status run_all(struct sensor *sensor)
{
	const struct sensor_options *options = &sensor->options;
	enum sensor_status status = SENSOR_DONE;

	if (options->is_enrolling)
		status = run(sensor, PURPOSE_ENROL);
	if (status == SENSOR_DONE && options->is_renewing)
		status = run(sensor, PURPOSE_RENEW);
	if (status == SENSOR_DONE && options->reading_count > 0)
		status = run(sensor, PURPOSE_REPORT);
	return status;
}

int main(int argc, char **argv)
{
	struct sensor sensor = { .connections = json_array() };
	enum sensor_status status = SENSOR_LOCAL;

	sensor_options_parse(argc, argv, &sensor.options);
	coap_startup();
	coap_set_log_level(sensor.options.is_verbose ? LOG_DEBUG : LOG_CRIT);
	coap_dtls_set_log_level(LOG_CRIT);
	setvbuf(stdout, NULL, _IOLBF, 0);
	sensor.claims = (struct attestation_claims){
		.key_file = sensor.options.attestation_key_file,
		.firmware_file = sensor.options.firmware_file,
		.software_name = sensor.options.software_name,
	};
	if (find_identity(&sensor.options, &sensor.claims.device) &&
	    sensor_state_open(sensor.options.state_directory, &sensor.state))
		status = run_all(&sensor);
	if (sensor.options.json_file != NULL && !summarize(&sensor, status) &&
	    status == SENSOR_DONE)
		status = SENSOR_LOCAL;
	json_decref(sensor.connections);
	coap_cleanup();
	return (int)status;
}
