/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies, attesters and outcomes, in adtls's words.
 */
#include "attestation.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

#include "file.h"

/* Enough for any message about a policy file. */
#define MESSAGE_SIZE 512

void attestation_explain(const adtls_coap_outcome_t *outcome,
			 char out_sentence[EST_SENTENCE_SIZE])
{
	const char *sentence = adtls_reason_describe(outcome->reason);

	if (*outcome->detail == '\0' || strcmp(outcome->detail, sentence) == 0)
		snprintf(out_sentence, EST_SENTENCE_SIZE, "%s", sentence);
	else
		snprintf(out_sentence, EST_SENTENCE_SIZE, "%s (%s)", sentence,
			 outcome->detail);
}

/* Tries a certificate and its key on fresh credentials. */
static bool check_key(adtls_credentials_t *credentials,
		      const char *certificate_file, const char *key_file)
{
	int result;

	if (!file_is_readable(certificate_file, "certificate") ||
	    !file_is_readable(key_file, "private key"))
		return false;
	result = adtls_credentials_set_key_file(credentials, certificate_file,
						key_file);
	if (result != ADTLS_OK)
		warnx("certificate %s with private key %s: %s",
		      certificate_file, key_file, adtls_strerror(result));
	return result == ADTLS_OK;
}

/* Tries a file of CA certificates on fresh credentials. */
static bool check_ca(adtls_credentials_t *credentials, const char *ca_file)
{
	int result;

	if (!file_is_readable(ca_file, "CA certificate"))
		return false;
	result = adtls_credentials_add_trust_file(credentials, ca_file);
	if (result != ADTLS_OK)
		warnx("CA certificate %s: %s", ca_file, adtls_strerror(result));
	return result == ADTLS_OK;
}

bool attestation_check_files(const char *certificate_file, const char *key_file,
			     const char *const *ca_files, size_t ca_count)
{
	adtls_credentials_t *credentials;
	bool is_good;

	if (adtls_credentials_new(0, &credentials) != ADTLS_OK) {
		warnx("out of memory");
		return false;
	}
	is_good = check_key(credentials, certificate_file, key_file);
	for (size_t i = 0; is_good && i < ca_count; i++)
		is_good = check_ca(credentials, ca_files[i]);
	adtls_credentials_unref(credentials);
	return is_good;
}

bool attestation_require(coap_context_t *context, const char *policy_file,
			 adtls_coap_outcome_func watcher, void *argument)
{
	char message[MESSAGE_SIZE];
	adtls_policy_t *policy;
	int result = adtls_policy_load_file(policy_file, &policy, message,
					    sizeof(message));

	if (result == ADTLS_OK) {
		result = adtls_coap_set_policy(context, policy, NULL);
		if (result == ADTLS_OK)
			result = adtls_coap_set_outcome_handler(
				context, watcher, argument);
		if (result != ADTLS_OK)
			warnx("policy %s: %s", policy_file,
			      adtls_strerror(result));
	} else {
		warnx("policy %s: %s: %s", policy_file, adtls_strerror(result),
		      message);
	}
	adtls_policy_unref(policy);
	return result == ADTLS_OK;
}

/* Makes the software attester from its key file and what it is to say. */
static int new_attester(const struct attestation_claims *claims,
			const unsigned char measurement[FILE_DIGEST_LEN],
			adtls_attester_t **out)
{
	adtls_software_attester_params_t params = {
		.ueid = { claims->device.ueid, claims->device.ueid_len },
		.software_name = claims->software_name,
		.measurement = { measurement, FILE_DIGEST_LEN },
	};
	gnutls_datum_t key;
	int result;

	*out = NULL;
	if (!file_read(claims->key_file, "attestation key", &key))
		return ADTLS_E_FILE;
	params.attestation_key = (adtls_bytes_t){ key.data, key.size };
	result = adtls_software_attester_new(&params, out);
	if (result != ADTLS_OK)
		warnx("attestation key %s: %s", claims->key_file,
		      adtls_strerror(result));
	file_release(&key);
	return result;
}

/* Tells whose doing the end was. */
static enum attestation_end find_end(const adtls_coap_outcome_t *outcome)
{
	switch (outcome->reason) {
	case ADTLS_REASON_ALERT_RECEIVED:
		return ATTESTATION_END_GATEWAY;
	case ADTLS_REASON_NONE:
	case ADTLS_REASON_CLOSED_LOCALLY:
	case ADTLS_REASON_CLOSED_BY_PEER:
	case ADTLS_REASON_HANDSHAKE_TIMEOUT:
	case ADTLS_REASON_RETRANSMISSION_LIMIT:
		return ATTESTATION_END_NETWORK;
	case ADTLS_REASON_INTERNAL:
	case ADTLS_REASON_SIGNING_FAILED:
	case ADTLS_REASON_EVIDENCE_UNAVAILABLE:
		return ATTESTATION_END_LOCAL;
	default:
		return ATTESTATION_END_SENSOR;
	}
}

/* Keeps how the connection ended for when somebody asks. */
static void on_outcome(void *argument, const adtls_coap_outcome_t *outcome)
{
	struct attestation_ending *ending = argument;
	char sentence[EST_SENTENCE_SIZE];

	if (outcome->type == ADTLS_COAP_ESTABLISHED)
		return;
	ending->is_ended = true;
	ending->end = find_end(outcome);
	adtls_engine_statistics(outcome->engine, &ending->statistics);
	if (ending->end == ATTESTATION_END_GATEWAY) {
		est_refuse(&ending->refusal, adtls_alert_name(outcome->alert),
			   "the gateway refused this device with the alert "
			   "%s; its log says why",
			   adtls_alert_name(outcome->alert));
	} else {
		attestation_explain(outcome, sentence);
		est_refuse(&ending->refusal, adtls_reason_name(outcome->reason),
			   "%s", sentence);
	}
}

bool attestation_offer(coap_context_t *context,
		       const struct attestation_claims *claims,
		       struct attestation_ending *ending)
{
	unsigned char measurement[FILE_DIGEST_LEN];
	adtls_attester_t *attester;
	int result;

	if (!file_measure(claims->firmware_file, measurement) ||
	    new_attester(claims, measurement, &attester) != ADTLS_OK)
		return false;
	result = adtls_coap_set_attester(context, attester);
	if (result == ADTLS_OK)
		result = adtls_coap_set_outcome_handler(context, on_outcome,
							ending);
	if (result != ADTLS_OK)
		warnx("attester: %s", adtls_strerror(result));
	adtls_attester_unref(attester);
	return result == ADTLS_OK;
}
