/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A grant in a ticket (protocol §6): what a relying party writes into it, and
 * when it stands for a full attested handshake. */
#include "attestation/attestation.h"

#include "verifiers/policy.h"
#include "verifiers/verdict.h"
#include "verifiers/verifier.h"

#include <string.h>

/* The client's Evidence: the only direction there is. */
#define DIRECTION_CLIENT 1

struct ticket_grant {
	int64_t attested_s;	/* UTC, of the appraisal */
	int64_t expires_s;	/* UTC */
	uint32_t generation;	/* 0: of the handshake */
	uint8_t policy_digest[POLICY_DIGEST_LEN];
	uint8_t tik_digest[TIK_DIGEST_LEN];
	adtls_bytes_t device;	/* a view into the ticket's bytes */
};

static bool read_grant(adtls_bytes_t bytes, struct ticket_grant *out)
{
	struct wire_reader reader;
	uint8_t directions;

	wire_reader_init_bytes(&reader, bytes);
	directions = wire_read_u8(&reader);
	out->attested_s = (int64_t)wire_read_u64(&reader);
	out->expires_s = (int64_t)wire_read_u64(&reader);
	out->generation = wire_read_u32(&reader);
	wire_read_copy(&reader, out->policy_digest, POLICY_DIGEST_LEN);
	wire_read_copy(&reader, out->tik_digest, TIK_DIGEST_LEN);
	out->device = wire_read_vector_bounded(&reader, 1, 0,
					       ADTLS_NAME_MAX - 1);
	return wire_reader_finished(&reader) &&
	       directions == DIRECTION_CLIENT && out->generation == 0;
}

/* A grant is good in a ticket until it ends, or is too old for policy: neither
 * is ever extended by a resumption. */
static int64_t ticket_expiry(const struct attestation *attestation)
{
	const adtls_policy_t *policy = attestation->config->attestation.policy;
	int64_t too_old_s =
		attestation->attested_s + policy->resumption_age_s;

	return attestation->expires_s < too_old_s ? attestation->expires_s :
						    too_old_s;
}

bool attestation_write_ticket(const void *layer, struct wire_writer *writer,
			      int64_t *out_expires_s)
{
	const struct attestation *attestation = layer;
	const struct config_attestation *config =
		&attestation->config->attestation;
	const char *device;

	if (attestation->authorization == ADTLS_AUTHORIZATION_NONE)
		return true;
	if (attestation->authorization != ADTLS_AUTHORIZATION_GRANTED ||
	    config->policy->resumption_age_s == 0 ||
	    attestation->attested_s == ADTLS_UTC_UNKNOWN)
		return false;
	device = adtls_verdict_device(attestation->verdict);
	wire_write_u8(writer, DIRECTION_CLIENT);
	wire_write_u64(writer, (uint64_t)attestation->attested_s);
	wire_write_u64(writer, (uint64_t)attestation->expires_s);
	wire_write_u32(writer, 0);
	wire_write_bytes(writer, config->policy_digest, POLICY_DIGEST_LEN);
	wire_write_bytes(writer, attestation->tik_digest, TIK_DIGEST_LEN);
	wire_write_vector(writer, 1, device, strlen(device));
	*out_expires_s = ticket_expiry(attestation);
	return true;
}

static bool is_good(const struct config_attestation *config,
		    const struct ticket_grant *grant, adtls_time_t now)
{
	return bytes_equal(bytes_of(grant->policy_digest, POLICY_DIGEST_LEN),
			   bytes_of(config->policy_digest,
				    POLICY_DIGEST_LEN)) &&
	       now.utc_s < grant->expires_s &&
	       now.utc_s - grant->attested_s <
		       config->policy->resumption_age_s &&
	       !config->policy->is_refusing &&
	       !ticket_denials_has(config->denials, grant->tik_digest,
				   grant->attested_s);
}

/* The verdict of then, as far as the ticket knows it. */
static adtls_verdict_t *make_verdict(const struct config_attestation *config,
				     const struct ticket_grant *grant,
				     const char *identity)
{
	adtls_verdict_t *verdict =
		verdict_new(identity, NULL, verifier_name(config->verifier),
			    grant->attested_s);
	char device[ADTLS_NAME_MAX] = "";

	if (verdict == NULL)
		return NULL;
	if (grant->device.len > 0)
		memcpy(device, grant->device.data, grant->device.len);
	adtls_verdict_set_device(verdict, device);
	adtls_verdict_add_check(verdict, "resumption", "a grant that holds",
				"one in the ticket", ADTLS_REASON_NONE);
	adtls_verdict_grant(verdict, grant->expires_s);
	return verdict;
}

bool attestation_accepts_ticket(void *layer, adtls_time_t now,
				const char *identity, adtls_bytes_t state)
{
	struct attestation *attestation = layer;
	const struct config_attestation *config =
		&attestation->config->attestation;
	struct ticket_grant grant;
	adtls_verdict_t *verdict;

	if (config->policy == NULL ||
	    config->policy->peer_attestation == POLICY_FORBID)
		return true;
	if (state.len == 0)
		return config->policy->peer_attestation != POLICY_REQUIRE;
	if (!read_grant(state, &grant) ||
	    !is_good(config, &grant, now))
		return false;
	verdict = make_verdict(config, &grant, identity);
	if (verdict == NULL || adtls_verdict_authorization(verdict) !=
				       ADTLS_AUTHORIZATION_GRANTED) {
		adtls_verdict_unref(verdict);
		return false;
	}
	adtls_verdict_unref(attestation->resumed);
	attestation->resumed = verdict;
	attestation->attested_s = grant.attested_s;
	attestation->expires_s = grant.expires_s;
	memcpy(attestation->tik_digest, grant.tik_digest, TIK_DIGEST_LEN);
	return true;
}

bool attestation_is_denied_since(const struct attestation *attestation)
{
	return ticket_denials_has(attestation->config->attestation.denials,
				  attestation->tik_digest,
				  attestation->attested_s);
}

bool attestation_note_identity_key(struct attestation *attestation,
				   adtls_bytes_t spki)
{
	return crypto_hash_compute(&crypto_sha256, spki,
				   attestation->tik_digest);
}

void attestation_note_denial(const struct attestation *attestation,
			     int64_t utc_s)
{
	const struct adtls_config *config = attestation->config;

	ticket_denials_add(config->attestation.denials, attestation->tik_digest,
			   utc_s, config->tickets.lifetime_s);
}
