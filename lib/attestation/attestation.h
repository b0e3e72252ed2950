/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attestation of the client with Evidence, as a layer on the handshake's hooks
 * (protocol §3, §4).
 *
 *   attestation_layer.c        the hooks, and the life of one connection's state
 *   attestation_negotiation.c  the four extensions and the policies
 *   attestation_binder.c       binder and Evidence, as the attester
 *   attestation_appraisal.c    binder, TLS identity key and Verifier, as the RP
 *   attestation_resumption.c   grants in tickets
 *   ticket_denials.c           whose tickets are refused
 *   attestation_config.c       what an application sets
 */
#ifndef ADTLS_ATTESTATION_ATTESTATION_H
#define ADTLS_ATTESTATION_ATTESTATION_H

#include "attestation/ticket_denials.h"
#include "handshake/handshake.h"
#include "messages/evidence_type.h"

#include <adtls/attester.h>
#include <adtls/verdict.h>

extern const struct hs_layer attestation_layer;

/* What is kept of a connection; small once the verdict is there. */
struct attestation {
	const struct adtls_config *config;
	adtls_role_t role;

	/* The client's Evidence: the type agreed on, NULL if none. */
	const adtls_evidence_type_t *type;
	bool was_offered;	/* as the server: evidence_proposal came */
	bool must_name_device;	/* instead of a pin */

	/* As the relying party. */
	struct buffer message;		/* the CMW, until it is appraised */
	adtls_job_t *appraisal;		/* to be handed out */
	uint64_t awaited;		/* serial of the appraisal; 0: none */
	int64_t began_s;		/* UTC, of the appraisal */
	uint64_t deadline_us;		/* of the appraisal, then of the grant */
	adtls_authorization_t authorization;
	adtls_verdict_t *verdict;

	/* For tickets, and of one: what outlives a connection. */
	uint8_t tik_digest[TIK_DIGEST_LEN];
	int64_t attested_s;		/* UTC, of the grant */
	int64_t expires_s;		/* UTC */
	adtls_verdict_t *resumed;	/* of a ticket, until the client is finished */
};

/* attestation_negotiation.c */

#define ATTESTATION_EXTENSIONS 4
extern const struct hs_extension attestation_extensions[ATTESTATION_EXTENSIONS];
bool attestation_negotiate(void *layer, struct handshake *hs);

/* attestation_binder.c */

/* Our own key as the peer's: somebody reflects us (protocol §3). False:
 * hs_fail() has been called. */
bool attestation_check_reflection(struct handshake *hs);
adtls_job_t *attestation_start_evidence(void *layer, struct handshake *hs);
bool attestation_finish_evidence(void *layer, struct handshake *hs,
				 adtls_job_t *job, struct buffer *out_body);

/* attestation_resumption.c */

bool attestation_write_ticket(const void *layer, struct wire_writer *writer,
			      int64_t *out_expires_s);
bool attestation_accepts_ticket(void *layer, adtls_time_t now,
				const char *identity, adtls_bytes_t state);
/* Was the device denied since the ticket was accepted? */
bool attestation_is_denied_since(const struct attestation *attestation);
/* Note whose tickets these will be. */
bool attestation_note_identity_key(struct attestation *attestation,
				   adtls_bytes_t spki);
/* The peer was refused: its tickets of until @utc_s are good no more. */
void attestation_note_denial(const struct attestation *attestation,
			     int64_t utc_s);

/* attestation_appraisal.c */

/* A job that appraises attestation->message. NULL: hs_fail() called. */
adtls_job_t *attestation_new_appraisal(struct attestation *attestation,
				       struct handshake *hs);
/* The verdict of a job that has run, a new reference; NULL: it did not. */
adtls_verdict_t *attestation_appraisal_verdict(const adtls_job_t *base);

#endif
