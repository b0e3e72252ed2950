/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a CoAP request to its answer: repeated? allowed? complete? then the
 * resource's own work, in one table.
 */
#include "gateway_resources.h"

#include <adtls/coap.h>
#include <time.h>

#include "access.h"
#include "answer.h"
#include "exchange.h"
#include "readings.h"

/* One request on its way through the table. */
struct request {
	struct gateway *gateway;
	coap_session_t *session;
	const coap_pdu_t *pdu;
	struct access_peer peer;
	gnutls_datum_t certificate; /* the device's, DER, borrowed */
	gnutls_datum_t body;
	struct est_refusal refusal; /* reason NULL: none */
};

/* Does a resource's work once the device may and the body is whole. */
typedef void (*resource_work_t)(struct request *request, struct answer *answer);

struct resource_rule {
	const char *path;
	coap_request_t method;
	enum access_need need;
	int accepted_formats[2]; /* of the request's body, -1 for none */
	size_t body_max;
	const char *resource_type; /* RFC 9148 §4.1, quoted */
	const char *content_formats;
	resource_work_t work;
};

/* Refuses a request in our own words. */
static void refuse(struct request *request, coap_pdu_code_t code,
		   const char *reason, const char *sentence,
		   struct answer *answer)
{
	est_refuse(&request->refusal, reason, "%s", sentence);
	answer_refuse(answer, code, &request->refusal);
}

/* Reads an option with an unsigned value; the default if it is not there. */
static int read_option(const coap_pdu_t *pdu, coap_option_num_t number,
		       int otherwise)
{
	coap_opt_iterator_t iterator;
	coap_opt_t *option = coap_check_option(pdu, number, &iterator);

	return option == NULL
		       ? otherwise
		       : (int)coap_decode_var_bytes(coap_opt_value(option),
						    coap_opt_length(option));
}

/* The format asked for; certs-only if the client has no preference (RFC 9148
 * §4.3). False if we cannot write it. */
static bool choose_format(struct request *request, unsigned *out_format,
			  struct answer *answer)
{
	int accept = read_option(request->pdu, COAP_OPTION_ACCEPT,
				 EST_FORMAT_CERTS_ONLY);

	*out_format = (unsigned)accept;
	if (accept == EST_FORMAT_CERTS_ONLY || accept == EST_FORMAT_PKIX_CERT)
		return true;
	refuse(request, COAP_RESPONSE_CODE_NOT_ACCEPTABLE,
	       "format-not-available",
	       "certificates are sent in Content-Format 281 or 287", answer);
	return false;
}

/* The response code for a refusal by the EST server. */
static coap_pdu_code_t est_code(const char *reason)
{
	if (reason == EST_REASON_TOO_LARGE)
		return COAP_RESPONSE_CODE_REQUEST_TOO_LARGE;
	if (reason == EST_REASON_FORMAT)
		return COAP_RESPONSE_CODE_NOT_ACCEPTABLE;
	if (reason == EST_REASON_IDENTITY ||
	    reason == EST_REASON_NOT_ISSUED_HERE)
		return COAP_RESPONSE_CODE_FORBIDDEN;
	if (reason == EST_REASON_INTERNAL)
		return COAP_RESPONSE_CODE_INTERNAL_ERROR;
	return COAP_RESPONSE_CODE_BAD_REQUEST;
}

/* /crts */
static void send_cacerts(struct request *request, struct answer *answer)
{
	unsigned format;

	if (!choose_format(request, &format, answer))
		return;
	if (!est_server_cacerts(request->gateway->est, format, &answer->payload,
				&request->refusal)) {
		answer_refuse(answer, est_code(request->refusal.reason),
			      &request->refusal);
		return;
	}
	answer->code = COAP_RESPONSE_CODE_CONTENT;
	answer->format = (int)format;
}

/* One of est_server_enrol and est_server_reenrol. */
typedef bool (*certifier_t)(const est_server_t *server,
			    const struct est_enrolment *enrolment,
			    gnutls_datum_t *out, struct est_refusal *refusal);

/* /sen and /sren */
static void certify(struct request *request, certifier_t certifier,
		    struct answer *answer)
{
	struct est_enrolment enrolment = {
		.request = request->body,
		.certificate = request->certificate,
		.now = time(NULL),
	};

	if (!choose_format(request, &enrolment.format, answer))
		return;
	if (!certifier(request->gateway->est, &enrolment, &answer->payload,
		       &request->refusal)) {
		answer_refuse(answer, est_code(request->refusal.reason),
			      &request->refusal);
		return;
	}
	answer->code = COAP_RESPONSE_CODE_CHANGED;
	answer->format = (int)enrolment.format;
}

static void enrol(struct request *request, struct answer *answer)
{
	certify(request, est_server_enrol, answer);
}

static void reenrol(struct request *request, struct answer *answer)
{
	certify(request, est_server_reenrol, answer);
}

/* /reading */
static void store_reading(struct request *request, struct answer *answer)
{
	struct readings_report report = {
		.device = &request->peer.identity,
		.is_senml = read_option(request->pdu,
					COAP_OPTION_CONTENT_FORMAT, 0) ==
			    COAP_MEDIATYPE_APPLICATION_SENML_JSON,
		.body = (const char *)request->body.data,
		.body_len = request->body.size,
		.now = time(NULL),
	};
	size_t count;

	if (readings_store(request->gateway->readings_directory, &report,
			   &count, &request->refusal)) {
		answer->code = COAP_RESPONSE_CODE_CHANGED;
		return;
	}
	answer_refuse(answer,
		      request->refusal.reason == READINGS_REASON_STORAGE
			      ? COAP_RESPONSE_CODE_INTERNAL_ERROR
			      : COAP_RESPONSE_CODE_BAD_REQUEST,
		      &request->refusal);
}

/* clang-format off */
static const struct resource_rule rules[] = {
	{ EST_PATH_CACERTS, COAP_REQUEST_GET, ACCESS_NEED_ANY_DEVICE,
	  { -1, -1 }, 0,
	  "\"ace.est.crts\"", "\"281 287\"", send_cacerts },
	{ EST_PATH_ENROL, COAP_REQUEST_POST, ACCESS_NEED_MANUFACTURER,
	  { EST_FORMAT_PKCS10, -1 }, EST_REQUEST_MAX,
	  "\"ace.est.sen\"", "\"281 287\"", enrol },
	{ EST_PATH_REENROL, COAP_REQUEST_POST, ACCESS_NEED_OPERATIONAL,
	  { EST_FORMAT_PKCS10, -1 }, EST_REQUEST_MAX,
	  "\"ace.est.sren\"", "\"281 287\"", reenrol },
	{ "reading", COAP_REQUEST_POST, ACCESS_NEED_OPERATIONAL,
	  { COAP_MEDIATYPE_TEXT_PLAIN, COAP_MEDIATYPE_APPLICATION_SENML_JSON },
	  READINGS_BODY_MAX,
	  "\"adtls.reading\"", "\"0 110\"", store_reading },
};
/* clang-format on */

#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

/* Whose certificate it is. */
static enum access_certificate classify(const struct gateway *gateway,
					const gnutls_datum_t *certificate)
{
	if (certificate->size == 0)
		return ACCESS_CERTIFICATE_NONE;
	if (est_server_is_issuer(gateway->est, certificate))
		return ACCESS_CERTIFICATE_OPERATIONAL;
	if (est_is_der_issued_by(certificate, gateway->manufacturers,
				 gateway->manufacturer_count))
		return ACCESS_CERTIFICATE_MANUFACTURER;
	return ACCESS_CERTIFICATE_UNKNOWN;
}

/* Collects what the connection has shown of the device. */
static void meet_peer(struct request *request)
{
	adtls_bytes_t certificate =
		adtls_coap_peer_certificate(request->session);
	struct access_peer *peer = &request->peer;

	request->certificate.data = (unsigned char *)certificate.data;
	request->certificate.size = (unsigned)certificate.len;
	peer->certificate = classify(request->gateway, &request->certificate);
	peer->has_identity = device_identity_from_der(&request->certificate,
						      &peer->identity);
	peer->authorization = adtls_coap_authorization(request->session);
	peer->attested_device =
		adtls_verdict_device(adtls_coap_verdict(request->session));
}

/* Checks that the device may; answers if not. */
static bool is_allowed(struct request *request,
		       const struct resource_rule *rule, struct answer *answer)
{
	switch (access_decide(&request->peer, rule->need, &request->refusal)) {
	case ACCESS_GRANTED:
		return true;
	case ACCESS_UNAUTHORIZED:
		answer_refuse(answer, COAP_RESPONSE_CODE_UNAUTHORIZED,
			      &request->refusal);
		return false;
	case ACCESS_LATER:
		answer_refuse(answer, COAP_RESPONSE_CODE_SERVICE_UNAVAILABLE,
			      &request->refusal);
		return false;
	case ACCESS_FORBIDDEN:
		break;
	}
	answer_refuse(answer, COAP_RESPONSE_CODE_FORBIDDEN, &request->refusal);
	return false;
}

/* Takes in the request's payload; false while there is more to come, or if it
 * was refused. */
static bool take_body(struct request *request, struct exchange *exchange,
		      coap_resource_t *resource,
		      const struct resource_rule *rule, struct answer *answer)
{
	int format = read_option(request->pdu, COAP_OPTION_CONTENT_FORMAT,
				 COAP_MEDIATYPE_TEXT_PLAIN);

	if (format != rule->accepted_formats[0] &&
	    format != rule->accepted_formats[1]) {
		refuse(request, COAP_RESPONSE_CODE_UNSUPPORTED_CONTENT_FORMAT,
		       "format-not-accepted",
		       "the request has another Content-Format than this "
		       "resource takes",
		       answer);
		return false;
	}
	switch (exchange_add(exchange, resource, request->pdu,
			     rule->body_max)) {
	case BODY_COMPLETE:
		request->body.data = exchange->body.data;
		request->body.size = (unsigned)exchange->body.len;
		return true;
	case BODY_MORE:
		answer->code = COAP_RESPONSE_CODE_CONTINUE;
		return false;
	case BODY_TOO_LARGE:
		refuse(request, COAP_RESPONSE_CODE_REQUEST_TOO_LARGE,
		       "body-size", "the request's body is too large", answer);
		break;
	case BODY_GAP:
		refuse(request, COAP_RESPONSE_CODE_INCOMPLETE, "body-gap",
		       "a block of the request's body is missing", answer);
		break;
	}
	body_clear(&exchange->body);
	return false;
}

/* Runs a request through the checks and the rule's work. */
static void handle(struct request *request, struct exchange *exchange,
		   coap_resource_t *resource, const struct resource_rule *rule,
		   struct answer *answer)
{
	meet_peer(request);
	if (!is_allowed(request, rule, answer))
		return;
	if (rule->method == COAP_REQUEST_GET) {
		rule->work(request, answer);
		return;
	}
	if (!take_body(request, exchange, resource, rule, answer))
		return;
	rule->work(request, answer);
	body_clear(&exchange->body);
}

/* Tells the operator of an answered request. */
static void log_request(const struct request *request,
			const struct resource_rule *rule,
			const struct answer *answer)
{
	struct event_log_request event = {
		.device = request->peer.identity.hex,
		.resource = rule->path,
		.code = (unsigned)(answer->code >> 5) * 100 +
			(answer->code & 0x1f),
		.reason = request->refusal.reason,
		.sentence = request->refusal.sentence,
	};

	event_log_request(request->gateway->log, request->session, &event);
}

/* What libcoap calls for every request to a resource of the table. */
static void on_request(coap_resource_t *resource, coap_session_t *session,
		       const coap_pdu_t *pdu, const coap_string_t *query,
		       coap_pdu_t *response)
{
	const struct resource_rule *rule = coap_resource_get_userdata(resource);
	struct exchange *exchange = exchange_of(session);
	struct request request = {
		.gateway = coap_get_app_data(coap_session_get_context(session)),
		.session = session,
		.pdu = pdu,
	};
	struct answer answer = { .format = ANSWER_DIAGNOSTIC };

	if (exchange == NULL) {
		coap_pdu_set_code(response, COAP_RESPONSE_CODE_INTERNAL_ERROR);
		return;
	}
	if (!exchange_is_repeated(exchange, pdu)) {
		handle(&request, exchange, resource, rule, &answer);
		if (answer.code != COAP_RESPONSE_CODE_CONTINUE)
			log_request(&request, rule, &answer);
		exchange_answered(exchange, pdu, &answer);
	}
	answer_send(&exchange->answer, resource, session, pdu, query, response);
}

bool gateway_resources_add(coap_context_t *context, struct gateway *gateway)
{
	coap_set_app_data(context, gateway);
	for (size_t i = 0; i < RULE_COUNT; i++) {
		const struct resource_rule *rule = &rules[i];
		coap_resource_t *resource =
			coap_resource_init(coap_make_str_const(rule->path), 0);

		if (resource == NULL)
			return false;
		coap_register_request_handler(resource, rule->method,
					      on_request);
		coap_resource_set_userdata(resource, (void *)rule);
		coap_add_attr(resource, coap_make_str_const("rt"),
			      coap_make_str_const(rule->resource_type), 0);
		coap_add_attr(resource, coap_make_str_const("ct"),
			      coap_make_str_const(rule->content_formats), 0);
		coap_add_resource(context, resource);
	}
	return true;
}
