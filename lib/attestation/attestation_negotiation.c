/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Negotiation (protocol §3): the four extensions, and what the policies of both
 * sides make of them. */
#include "attestation/attestation.h"

#include "attesters/attester.h"
#include "rats/evidence_claims.h"
#include "verifiers/policy.h"
#include "verifiers/verifier.h"

#include <string.h>

/* What this build appraises, in order of preference: types that it can read
 * binder and key from, in each encoding they may be offered in. */
static const adtls_evidence_type_t appraisable[] = {
	{ 263, NULL },
	{ -1, "application/eat+cwt" },
};

static struct evidence_type wire_type(const adtls_evidence_type_t *type)
{
	if (type->media_type != NULL)
		return (struct evidence_type){
			.is_media_type = true,
			.media_type = bytes_of(type->media_type,
					       strlen(type->media_type))
		};
	return (struct evidence_type){
		.content_format = (uint16_t)type->content_format
	};
}

static bool fail_codec(struct handshake *hs, const struct hs_extension *row,
		       enum evidence_type_result result)
{
	if (result == EVIDENCE_TYPE_ILLEGAL)
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_ILLEGAL_PARAMETER,
				 "%s has an unknown encoding or an empty type",
				 row->name);
	return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
			 ADTLS_REASON_MALFORMED_MESSAGE, "%s", row->name);
}

/* evidence_proposal in ClientHello: what our attester can make. */
static enum hs_extension_answer offer_types(const struct attestation *attestation,
					    struct wire_writer *body)
{
	struct evidence_type types[EVIDENCE_TYPES_MAX];
	const adtls_attester_ops_t *ops;

	if (attestation->config->attestation.attester == NULL)
		return EXTENSION_OMIT;
	ops = attester_ops(attestation->config->attestation.attester);
	for (size_t i = 0; i < ops->type_count; i++)
		types[i] = wire_type(&ops->types[i]);
	evidence_type_list_write(body, types, ops->type_count);
	return EXTENSION_SEND;
}

static enum hs_extension_answer
send_evidence_proposal(struct handshake *hs, const struct hs_extension *row,
		       enum hs_extension_message message,
		       struct wire_writer *body)
{
	struct attestation *attestation = hs->layer;
	struct evidence_type type;

	(void)row;
	if (message == IN_CLIENT_HELLO)
		return offer_types(attestation, body);
	if (attestation->type == NULL)
		return EXTENSION_OMIT;
	type = wire_type(attestation->type);
	evidence_type_write(body, &type);
	return EXTENSION_SEND;
}

static bool is_demanded(const struct attestation *attestation)
{
	const adtls_policy_t *policy = attestation->config->attestation.policy;

	return policy != NULL && policy->peer_attestation != POLICY_FORBID;
}

/* The server's own order decides (protocol §3). */
static void select_type(struct attestation *attestation,
			const struct evidence_type *offered, size_t count)
{
	const adtls_verifier_t *verifier =
		attestation->config->attestation.verifier;

	for (size_t i = 0; i < sizeof(appraisable) / sizeof(appraisable[0]);
	     i++) {
		struct evidence_type own = wire_type(&appraisable[i]);

		if (!evidence_claims_can_read(&appraisable[i]) ||
		    !verifier_accepts(verifier, &appraisable[i]))
			continue;
		for (size_t j = 0; j < count; j++) {
			if (evidence_type_equal(&own, &offered[j])) {
				attestation->type = &appraisable[i];
				return;
			}
		}
	}
}

static bool receive_offer(struct handshake *hs, const struct hs_extension *row,
			  adtls_bytes_t body)
{
	struct attestation *attestation = hs->layer;
	struct evidence_type types[EVIDENCE_TYPES_MAX];
	enum evidence_type_result result;
	size_t count;

	result = evidence_type_list_read(body, types, &count);
	if (result != EVIDENCE_TYPE_OK)
		return fail_codec(hs, row, result);
	attestation->was_offered = true;
	if (is_demanded(attestation) && !hs_has_psk(hs))
		select_type(attestation, types, count);
	return true;
}

/* The server's selection must be one of our own, byte for byte. */
static bool receive_selection(struct handshake *hs,
			      const struct hs_extension *row,
			      adtls_bytes_t body)
{
	struct attestation *attestation = hs->layer;
	const adtls_attester_ops_t *ops =
		attester_ops(attestation->config->attestation.attester);
	enum evidence_type_result result;
	struct evidence_type selected;

	if (hs_has_psk(hs))
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_ILLEGAL_EXTENSION,
				 "%s together with a PSK", row->name);
	result = evidence_type_read(body, &selected);
	if (result != EVIDENCE_TYPE_OK)
		return fail_codec(hs, row, result);
	for (size_t i = 0; i < ops->type_count; i++) {
		struct evidence_type own = wire_type(&ops->types[i]);

		if (evidence_type_equal(&own, &selected)) {
			attestation->type = &ops->types[i];
			return true;
		}
	}
	return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
			 ADTLS_REASON_ILLEGAL_PARAMETER,
			 "the server selected an Evidence type that we did "
			 "not offer");
}

static bool receive_evidence_proposal(struct handshake *hs,
				      const struct hs_extension *row,
				      enum hs_extension_message message,
				      adtls_bytes_t body)
{
	if (message == IN_CLIENT_HELLO)
		return receive_offer(hs, row, body);
	return receive_selection(hs, row, body);
}

/* evidence_request: a server that is no attester leaves it out of its answer,
 * but does not let nonsense pass. */
static bool receive_evidence_request(struct handshake *hs,
				     const struct hs_extension *row,
				     enum hs_extension_message message,
				     adtls_bytes_t body)
{
	struct evidence_type types[EVIDENCE_TYPES_MAX];
	enum evidence_type_result result;
	size_t count;

	(void)message;
	result = evidence_type_list_read(body, types, &count);
	return result == EVIDENCE_TYPE_OK || fail_codec(hs, row, result);
}

/* results_*: a list of VerifierIdentity, not empty any of them. */
static bool receive_verifiers(struct handshake *hs,
			      const struct hs_extension *row,
			      enum hs_extension_message message,
			      adtls_bytes_t body)
{
	struct wire_reader outer, reader;

	(void)message;
	wire_reader_init_bytes(&outer, body);
	wire_reader_init_bytes(&reader,
			       wire_read_vector_bounded(&outer, 1, 1, 255));
	if (!wire_reader_finished(&outer))
		return fail_codec(hs, row, EVIDENCE_TYPE_MALFORMED);
	while (wire_reader_more(&reader)) {
		adtls_bytes_t identity = wire_read_vector(&reader, 2);

		if (reader.failed)
			return fail_codec(hs, row, EVIDENCE_TYPE_MALFORMED);
		if (identity.len == 0)
			return fail_codec(hs, row, EVIDENCE_TYPE_ILLEGAL);
	}
	return true;
}

const struct hs_extension attestation_extensions[ATTESTATION_EXTENSIONS] = {
	{ EXTENSION_EVIDENCE_REQUEST, "evidence_request",
	  IN_CLIENT_HELLO | IN_ENCRYPTED_EXTENSIONS,
	  NULL, receive_evidence_request, 0 },
	{ EXTENSION_EVIDENCE_PROPOSAL, "evidence_proposal",
	  IN_CLIENT_HELLO | IN_ENCRYPTED_EXTENSIONS,
	  send_evidence_proposal, receive_evidence_proposal, 0 },
	{ EXTENSION_RESULTS_REQUEST, "results_request",
	  IN_CLIENT_HELLO | IN_ENCRYPTED_EXTENSIONS,
	  NULL, receive_verifiers, 0 },
	{ EXTENSION_RESULTS_PROPOSAL, "results_proposal",
	  IN_CLIENT_HELLO | IN_ENCRYPTED_EXTENSIONS,
	  NULL, receive_verifiers, 0 },
};

static bool negotiate_as_server(const struct attestation *attestation,
				struct handshake *hs)
{
	const adtls_policy_t *policy = attestation->config->attestation.policy;

	if (attestation->type != NULL || policy == NULL ||
	    policy->peer_attestation != POLICY_REQUIRE)
		return true;
	if (attestation->was_offered)
		return hs_refuse(hs, ADTLS_ALERT_UNSUPPORTED_EVIDENCE,
				 ADTLS_REASON_EVIDENCE_TYPE_UNSUPPORTED,
				 "the client offers no Evidence type that we "
				 "can appraise");
	return hs_refuse(hs, ADTLS_ALERT_ATTESTATION_REQUIRED,
			 ADTLS_REASON_ATTESTATION_NOT_OFFERED,
			 "policy requires Evidence, and the client offers none");
}

bool attestation_negotiate(void *layer, struct handshake *hs)
{
	struct attestation *attestation = layer;

	/* A PSK has no key to attest; who requires more offers and takes none. */
	if (hs_has_psk(hs))
		return true;
	if (attestation->role == ADTLS_SERVER) {
		if (attestation->type != NULL)
			attestation->authorization =
				ADTLS_AUTHORIZATION_PENDING;
		return negotiate_as_server(attestation, hs);
	}
	if (attestation->type == NULL &&
	    attestation->config->attestation.is_required)
		return hs_refuse(hs, ADTLS_ALERT_ATTESTATION_REQUIRED,
				 ADTLS_REASON_ATTESTATION_NOT_NEGOTIATED,
				 "the server does not take our Evidence");
	return true;
}
