/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* As the attester: the binder goes to the attesting environment, the Evidence
 * comes back (protocol §4.1, §4.2). The environment gets the TLS identity
 * key's public part and the binder, no secrets. */
#include "attestation/attestation.h"

#include "attesters/attester.h"
#include "messages/authentication.h"

#include <stdlib.h>

struct evidence_job {
	struct adtls_job base;
	adtls_attester_t *attester;
	const adtls_evidence_type_t *type;
	struct secret binder;
	struct buffer tik;
	int64_t utc_s;
	struct adtls_evidence evidence;
	int error;
};

static void run_evidence_job(struct adtls_job *base)
{
	struct evidence_job *job = (struct evidence_job *)base;
	adtls_evidence_request_t request = {
		.type = job->type,
		.binder = bytes_of(job->binder.data, job->binder.len),
		.tik = buffer_bytes(&job->tik),
		.utc_s = job->utc_s,
	};

	job->error = attester_make_evidence(job->attester, &request,
					    &job->evidence);
}

static void free_evidence_job(struct adtls_job *base)
{
	struct evidence_job *job = (struct evidence_job *)base;

	adtls_attester_unref(job->attester);
	secret_wipe(&job->binder);
	buffer_clear(&job->tik);
	buffer_clear(&job->evidence.cmw);
	free(job);
}

bool attestation_check_reflection(struct handshake *hs)
{
	adtls_bytes_t own = credentials_spki(hs->credentials, hs->own_type);

	if (own.len > 0 && bytes_equal(own, buffer_bytes(&hs->peer.spki)))
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_REFLECTED_KEY,
				 "the peer presents our own key");
	return true;
}

adtls_job_t *attestation_start_evidence(void *layer, struct handshake *hs)
{
	const struct attestation *attestation = layer;
	adtls_bytes_t tik = credentials_spki(hs->credentials, hs->own_type);
	struct evidence_job *job;

	if (!attestation_check_reflection(hs))
		return NULL;
	job = calloc(1, sizeof(*job));
	if (job == NULL) {
		hs_fail_memory(hs);
		return NULL;
	}
	job->base.kind = ADTLS_JOB_EVIDENCE;
	job->base.is_slow = true;
	job->base.run = run_evidence_job;
	job->base.free = free_evidence_job;
	job->attester =
		adtls_attester_ref(attestation->config->attestation.attester);
	job->type = attestation->type;
	job->utc_s = hs->now.utc_s;
	job->error = ADTLS_E_ATTESTER;
	if (!hs_attestation_binder(hs, ADTLS_CLIENT, tik, &job->binder) ||
	    !buffer_set(&job->tik, tik.data, tik.len)) {
		free_evidence_job(&job->base);
		hs_fail_memory(hs);
		return NULL;
	}
	return &job->base;
}

bool attestation_finish_evidence(void *layer, struct handshake *hs,
				 adtls_job_t *base, struct buffer *out_body)
{
	const struct evidence_job *job = (const struct evidence_job *)base;
	adtls_bytes_t cmw = buffer_bytes(&job->evidence.cmw);
	struct wire_writer writer;

	(void)layer;
	if (job->error != ADTLS_OK || cmw.len == 0)
		return hs_refuse(hs, ADTLS_ALERT_INTERNAL_ERROR,
				 ADTLS_REASON_EVIDENCE_UNAVAILABLE,
				 "attester %s made no Evidence: %s",
				 attester_ops(job->attester)->name,
				 adtls_strerror(job->error));
	if (!buffer_reserve(out_body, ATTESTATION_PREFIX_LEN + cmw.len)) {
		hs_fail_memory(hs);
		return false;
	}
	wire_writer_init(&writer, out_body->data, out_body->capacity);
	attestation_message_write(&writer, cmw);
	out_body->len = wire_written(&writer).len;
	return true;
}
