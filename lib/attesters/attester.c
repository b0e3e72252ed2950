/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attesters: a backend, its context and a reference count. */
#include "attesters/attester.h"

#include "rats/content_type.h"

#include <stdatomic.h>
#include <stdlib.h>

/* SHA-256's length, the shortest hash of any suite: protocol §4.1. */
#define BINDER_MIN 32

struct adtls_attester {
	atomic_uint references;
	const adtls_attester_ops_t *ops;
	void *context;
};

/**
 * adtls_evidence_set:
 * @evidence: as handed to make_evidence()
 * @cmw: one conceptual message wrapper, JSON or CBOR
 * @len: its length in bytes, 1 to 2^24-1 (protocol §4)
 *
 * Copies the CMW; a second call replaces the first.
 *
 * Returns: %ADTLS_OK, %ADTLS_E_INVALID for an empty one, %ADTLS_E_TOO_LARGE
 * or %ADTLS_E_MEMORY.
 **/
int adtls_evidence_set(adtls_evidence_t *evidence, const void *cmw, size_t len)
{
	if (len == 0)
		return ADTLS_E_INVALID;
	if (len > ATTESTER_CMW_MAX)
		return ADTLS_E_TOO_LARGE;
	return buffer_set(&evidence->cmw, cmw, len) ? ADTLS_OK : ADTLS_E_MEMORY;
}

static bool ops_are_usable(const adtls_attester_ops_t *ops)
{
	return ops->name != NULL && ops->make_evidence != NULL &&
	       ops->types != NULL && ops->type_count > 0 &&
	       ops->binder_max >= BINDER_MIN;
}

static void context_free(const adtls_attester_ops_t *ops, void *context)
{
	if (ops->free != NULL)
		ops->free(context);
}

/**
 * adtls_attester_new:
 * @ops: the backend, with static storage; only its free may be %NULL
 * @context: passed to the backend; owned by the attester from here on
 * @out: release with adtls_attester_unref()
 *
 * Makes an attester from a backend. On error @context is freed.
 *
 * Returns: %ADTLS_OK, %ADTLS_E_INVALID if @ops lacks something or its nonce
 * holds no binder of 32 bytes, or %ADTLS_E_MEMORY.
 **/
int adtls_attester_new(const adtls_attester_ops_t *ops, void *context,
		       adtls_attester_t **out)
{
	adtls_attester_t *attester = NULL;
	int result = ADTLS_E_INVALID;

	if (ops_are_usable(ops)) {
		attester = calloc(1, sizeof(*attester));
		result = attester != NULL ? ADTLS_OK : ADTLS_E_MEMORY;
	}
	*out = attester;
	if (attester == NULL) {
		context_free(ops, context);
		return result;
	}
	atomic_init(&attester->references, 1);
	attester->ops = ops;
	attester->context = context;
	return ADTLS_OK;
}

/**
 * adtls_attester_ref:
 * @attester: an attester, or %NULL
 *
 * Takes a reference; from any thread.
 *
 * Returns: @attester.
 **/
adtls_attester_t *adtls_attester_ref(adtls_attester_t *attester)
{
	if (attester != NULL)
		atomic_fetch_add(&attester->references, 1);
	return attester;
}

/**
 * adtls_attester_unref:
 * @attester: an attester, or %NULL
 *
 * Gives a reference back; the last one frees. From any thread.
 **/
void adtls_attester_unref(adtls_attester_t *attester)
{
	if (attester == NULL || atomic_fetch_sub(&attester->references, 1) != 1)
		return;
	context_free(attester->ops, attester->context);
	free(attester);
}

const adtls_attester_ops_t *attester_ops(const adtls_attester_t *attester)
{
	return attester->ops;
}

static bool makes_type(const adtls_attester_ops_t *ops,
		       const adtls_evidence_type_t *type)
{
	struct content_type wanted = content_type_of(type);

	for (size_t i = 0; i < ops->type_count; i++) {
		struct content_type own = content_type_of(&ops->types[i]);

		if (content_type_equal(&own, &wanted))
			return true;
	}
	return false;
}

int attester_make_evidence(const adtls_attester_t *attester,
			   const adtls_evidence_request_t *request,
			   adtls_evidence_t *out)
{
	const adtls_attester_ops_t *ops = attester->ops;
	int result;

	buffer_clear(&out->cmw);
	if (request->binder.len > ops->binder_max ||
	    !makes_type(ops, request->type))
		return ADTLS_E_INVALID;
	result = ops->make_evidence(attester->context, request, out);
	/* An empty message is never sent (protocol §4). */
	if (result == ADTLS_OK && out->cmw.len == 0)
		result = ADTLS_E_ATTESTER;
	if (result != ADTLS_OK)
		buffer_clear(&out->cmw);
	return result;
}
