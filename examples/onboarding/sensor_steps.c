/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * EST over CoAPS (RFC 9148) and SenML (RFC 8428) from the device's side.
 */
#include "sensor_steps.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "est_client.h"

/* What a refusal by the gateway is called when it answered with a code. */
static const char REASON_REFUSED[] = "refused-by-gateway";

/* Copies the gateway's words, with what could upset a terminal replaced. */
static void copy_words(const struct body *body, char *out, size_t out_size)
{
	size_t len = body->len < out_size - 1 ? body->len : out_size - 1;

	for (size_t i = 0; i < len; i++)
		out[i] = body->data[i] < ' ' || body->data[i] > '~'
				 ? '?'
				 : (char)body->data[i];
	out[len] = '\0';
}

/* Sends a request whose only good answer has the given code. */
static enum sensor_status ask(coap_client_t *client,
			      const struct coap_client_request *request,
			      unsigned expected_code,
			      struct coap_client_response *response,
			      struct est_refusal *refusal)
{
	char words[EST_SENTENCE_SIZE - 64];

	switch (coap_client_request(client, request, response, refusal)) {
	case COAP_CLIENT_ANSWERED:
		break;
	case COAP_CLIENT_REFUSED:
		return SENSOR_REFUSED;
	case COAP_CLIENT_NETWORK:
		return SENSOR_NETWORK;
	case COAP_CLIENT_UNTRUSTED:
		return SENSOR_UNTRUSTED;
	case COAP_CLIENT_LOCAL:
		return SENSOR_LOCAL;
	}
	if (response->code == expected_code)
		return SENSOR_DONE;
	copy_words(&response->body, words, sizeof(words));
	est_refuse(refusal, REASON_REFUSED, "/%s answered %u.%02u %s",
		   request->path, response->code / 100, response->code % 100,
		   words);
	return SENSOR_REFUSED;
}

/* A response's body as GnuTLS takes it. */
static gnutls_datum_t body_datum(const struct coap_client_response *response)
{
	return (gnutls_datum_t){ response->body.data,
				 (unsigned)response->body.len };
}

/* GET /crts */
static enum sensor_status get_authorities(coap_client_t *client,
					  struct est_certificates *authorities,
					  struct est_refusal *refusal)
{
	const struct coap_client_request request = {
		.method = COAP_REQUEST_GET,
		.path = EST_PATH_CACERTS,
		.format = -1,
		.accept = EST_FORMAT_CERTS_ONLY,
	};
	struct coap_client_response response;
	enum sensor_status status =
		ask(client, &request, 205, &response, refusal);
	gnutls_datum_t answer = body_datum(&response);

	memset(authorities, 0, sizeof(*authorities));
	if (status == SENSOR_DONE &&
	    !est_client_read(&answer, (unsigned)response.format, authorities,
			     refusal))
		status = SENSOR_UNTRUSTED;
	body_clear(&response.body);
	return status;
}

/* POST /sen or /sren */
static enum sensor_status
get_certificate(coap_client_t *client, gnutls_privkey_t key,
		gnutls_x509_crt_t current,
		const struct est_certificates *authorities,
		gnutls_x509_crt_t *out_certificate, struct est_refusal *refusal)
{
	struct coap_client_request request = {
		.method = COAP_REQUEST_POST,
		.path = current == NULL ? EST_PATH_ENROL : EST_PATH_REENROL,
		.format = EST_FORMAT_PKCS10,
		.accept = EST_FORMAT_PKIX_CERT,
	};
	struct coap_client_response response;
	enum sensor_status status;
	gnutls_datum_t answer;

	*out_certificate = NULL;
	if (!est_client_request(key, current, &request.payload, refusal))
		return SENSOR_LOCAL;
	status = ask(client, &request, 204, &response, refusal);
	answer = body_datum(&response);
	if (status == SENSOR_DONE &&
	    !est_client_accept(&answer, (unsigned)response.format, key,
			       authorities, time(NULL), out_certificate,
			       refusal))
		status = SENSOR_UNTRUSTED;
	body_clear(&response.body);
	gnutls_free(request.payload.data);
	return status;
}

enum sensor_status sensor_enrol(coap_client_t *client,
				const struct sensor_state *state,
				gnutls_x509_crt_t current,
				struct est_refusal *refusal)
{
	struct est_certificates authorities;
	gnutls_privkey_t key = NULL;
	gnutls_x509_crt_t certificate = NULL;
	enum sensor_status status =
		get_authorities(client, &authorities, refusal);

	if (status == SENSOR_DONE && !est_client_generate_key(&key, refusal))
		status = SENSOR_LOCAL;
	if (status == SENSOR_DONE)
		status = get_certificate(client, key, current, &authorities,
					 &certificate, refusal);
	if (status == SENSOR_DONE &&
	    !sensor_state_save(state, key, certificate, &authorities)) {
		est_refuse(refusal, EST_REASON_LOCAL,
			   "the new certificate cannot be kept");
		status = SENSOR_LOCAL;
	}
	gnutls_x509_crt_deinit(certificate);
	gnutls_privkey_deinit(key);
	est_certificates_clear(&authorities);
	return status;
}

/* Writes one reading as SenML JSON; NULL without memory. */
static char *encode_reading(const struct sensor_options *options,
			    const struct device_identity *device, double value)
{
	char name[DEVICE_URN_SIZE + 1];
	json_t *pack;
	char *text;

	if (!device_identity_urn(device, name))
		return NULL;
	strncat(name, ":", sizeof(name) - strlen(name) - 1);
	pack = json_pack("[{s:s, s:s, s:s, s:f}]", "bn", name, "n",
			 options->reading_name, "u", options->reading_unit, "v",
			 value);
	text = pack == NULL ? NULL : json_dumps(pack, JSON_COMPACT);
	json_decref(pack);
	return text;
}

/* POST /reading */
static enum sensor_status post_reading(coap_client_t *client,
				       const struct sensor_options *options,
				       const struct device_identity *device,
				       double value,
				       struct est_refusal *refusal)
{
	char *text = encode_reading(options, device, value);
	struct coap_client_request request = {
		.method = COAP_REQUEST_POST,
		.path = "reading",
		.format = COAP_MEDIATYPE_APPLICATION_SENML_JSON,
		.accept = -1,
		.payload.data = (unsigned char *)text,
	};
	struct coap_client_response response;
	enum sensor_status status;

	if (text == NULL) {
		est_refuse(refusal, EST_REASON_LOCAL,
			   "the reading cannot be encoded");
		return SENSOR_LOCAL;
	}
	request.payload.size = (unsigned)strlen(text);
	status = ask(client, &request, 204, &response, refusal);
	body_clear(&response.body);
	free(text);
	return status;
}

enum sensor_status sensor_report(coap_client_t *client,
				 const struct sensor_options *options,
				 const struct device_identity *device,
				 struct est_refusal *refusal)
{
	enum sensor_status status = SENSOR_DONE;

	for (unsigned i = 0;
	     status == SENSOR_DONE && i < options->reading_count; i++)
		status = post_reading(client, options, device,
				      options->readings[i], refusal);
	return status;
}
