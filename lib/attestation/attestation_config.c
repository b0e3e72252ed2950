/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an application sets of attestation. Setting any of it puts the layer on
 * the handshake; a program that sets none carries none of it. */
#include "attestation/attestation.h"

#include "attesters/attester.h"
#include "verifiers/verifier.h"

#include <string.h>

int adtls_config_set_attester(adtls_config_t *config,
			      adtls_attester_t *attester)
{
	const adtls_attester_ops_t *ops;

	if (atomic_load(&config->is_sealed) || attester == NULL)
		return ADTLS_E_INVALID;
	ops = attester_ops(attester);
	if (ops->type_count == 0 || ops->type_count > EVIDENCE_TYPES_MAX)
		return ADTLS_E_INVALID;
	adtls_attester_unref(config->attestation.attester);
	config->attestation.attester = adtls_attester_ref(attester);
	config->layer = &attestation_layer;
	return ADTLS_OK;
}

static void hash_line(void *context, const char *line)
{
	crypto_hash_update(context, line, strlen(line) + 1);
}

/* A digest of what @policy demands, however it is written down, and of who
 * decides whether it is so. */
static bool digest_policy(const adtls_policy_t *policy,
			  const adtls_verifier_t *verifier,
			  uint8_t out[POLICY_DIGEST_LEN])
{
	struct crypto_hash_state *hash = crypto_hash_new(&crypto_sha256);
	bool ok = hash != NULL;

	if (ok) {
		adtls_policy_describe(policy, hash_line, hash);
		hash_line(hash, verifier_name(verifier));
		ok = crypto_hash_peek(hash, out);
	}
	crypto_hash_free(hash);
	return ok;
}

/* What tickets of an earlier connection are measured by. */
static bool prepare_tickets(adtls_config_t *config,
			    const adtls_policy_t *policy,
			    const adtls_verifier_t *verifier)
{
	if (config->attestation.denials == NULL)
		config->attestation.denials = ticket_denials_new();
	return config->attestation.denials != NULL &&
	       digest_policy(policy, verifier,
			     config->attestation.policy_digest);
}

int adtls_config_set_policy(adtls_config_t *config, adtls_policy_t *policy,
			    adtls_verifier_t *verifier)
{
	adtls_verifier_t *local = NULL;
	int error;

	if (atomic_load(&config->is_sealed) || policy == NULL)
		return ADTLS_E_INVALID;
	if (verifier == NULL) {
		error = adtls_local_verifier_new(policy, &local);
		if (error != ADTLS_OK)
			return error;
		verifier = local;
	}
	if (!prepare_tickets(config, policy, verifier)) {
		adtls_verifier_unref(local);
		return ADTLS_E_MEMORY;
	}
	adtls_policy_unref(config->attestation.policy);
	adtls_verifier_unref(config->attestation.verifier);
	config->attestation.policy = adtls_policy_ref(policy);
	config->attestation.verifier = adtls_verifier_ref(verifier);
	adtls_verifier_unref(local);
	config->layer = &attestation_layer;
	return ADTLS_OK;
}

int adtls_config_set_attestation_limit(adtls_config_t *config, size_t limit)
{
	if (atomic_load(&config->is_sealed) || limit == 0 || limit > 0xffffff)
		return ADTLS_E_INVALID;
	config->attestation.limit = limit;
	return ADTLS_OK;
}

int adtls_config_set_require_attestation(adtls_config_t *config, bool on)
{
	if (atomic_load(&config->is_sealed))
		return ADTLS_E_INVALID;
	config->attestation.is_required = on;
	return ADTLS_OK;
}
