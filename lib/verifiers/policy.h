/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a policy says, for the attestation layer and the local Verifier. */
#ifndef ADTLS_VERIFIERS_POLICY_H
#define ADTLS_VERIFIERS_POLICY_H

#include "crypto/signature.h"

#include <adtls/attester.h>
#include <adtls/policy.h>

#include <stdatomic.h>

/* What is demanded of the peer (protocol §3). */
enum policy_demand { POLICY_FORBID, POLICY_ALLOW, POLICY_REQUIRE };
#define POLICY_DEMAND_COUNT 3

/* adtls_key_binding_t's values. */
#define POLICY_KEY_BINDING_COUNT 3

/* Who may sign Evidence, and how well it holds TLS keys. */
struct policy_trust_anchor {
	char *name;
	struct crypto_public_key *key;
	uint8_t key_id[8]; /* first 8 bytes of SHA-256 of its SPKI */
	adtls_key_binding_t key_binding;
	struct buffer ueid; /* the only device it speaks for; empty: any */
};

/* Software that is known to be good. */
struct policy_reference_value {
	char *software_name;
	uint8_t measurement[32]; /* SHA-256 */
};

struct adtls_policy {
	atomic_uint references;
	bool is_refusing; /* unreadable: refuse everything */
	enum policy_demand peer_attestation;
	bool accepts_key_binding
		[POLICY_KEY_BINDING_COUNT]; /* echo by name only */
	bool explains_to_peer;		    /* finer alerts (protocol §2) */
	bool delivers_while_pending;
	bool accepts_device_keys; /* raw ones, not pinned (protocol §1) */
	int64_t maximum_age_s; /* of Evidence, by its iat; 0: any */
	int64_t clock_skew_s;  /* tolerated iat in the future */
	int64_t grant_s;       /* how long a grant holds */
	int64_t resumption_age_s; /* of one in a ticket; 0: never */
	uint64_t appraisal_deadline_us;
	struct policy_trust_anchor *trust_anchors;
	size_t trust_anchor_count;
	struct policy_reference_value *reference_values;
	size_t reference_value_count;
};

#endif
