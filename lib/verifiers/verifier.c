/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifiers: a backend, its context and a reference count. */
#include "verifiers/verifier.h"

#include <stdatomic.h>
#include <stdlib.h>

struct adtls_verifier {
	atomic_uint references;
	const adtls_verifier_ops_t *ops;
	void *context;
};

static bool ops_are_usable(const adtls_verifier_ops_t *ops)
{
	return ops->name != NULL && ops->accepts != NULL &&
	       ops->appraise != NULL;
}

static void context_free(const adtls_verifier_ops_t *ops, void *context)
{
	if (ops->free != NULL)
		ops->free(context);
}

/**
 * adtls_verifier_new:
 * @ops: the backend, with static storage; only its free may be %NULL
 * @context: passed to the backend; owned by the Verifier from here on
 * @out: release with adtls_verifier_unref()
 *
 * Makes a Verifier from a backend. On error @context is freed.
 *
 * Returns: %ADTLS_OK, %ADTLS_E_INVALID if @ops lacks something, or
 * %ADTLS_E_MEMORY.
 **/
int adtls_verifier_new(const adtls_verifier_ops_t *ops, void *context,
		       adtls_verifier_t **out)
{
	adtls_verifier_t *verifier = NULL;
	int result = ADTLS_E_INVALID;

	if (ops_are_usable(ops)) {
		verifier = calloc(1, sizeof(*verifier));
		result = verifier != NULL ? ADTLS_OK : ADTLS_E_MEMORY;
	}
	*out = verifier;
	if (verifier == NULL) {
		context_free(ops, context);
		return result;
	}
	atomic_init(&verifier->references, 1);
	verifier->ops = ops;
	verifier->context = context;
	return ADTLS_OK;
}

/**
 * adtls_verifier_ref:
 * @verifier: a Verifier, or %NULL
 *
 * Takes a reference; from any thread.
 *
 * Returns: @verifier.
 **/
adtls_verifier_t *adtls_verifier_ref(adtls_verifier_t *verifier)
{
	if (verifier != NULL)
		atomic_fetch_add(&verifier->references, 1);
	return verifier;
}

/**
 * adtls_verifier_unref:
 * @verifier: a Verifier, or %NULL
 *
 * Gives a reference back; the last one frees. From any thread.
 **/
void adtls_verifier_unref(adtls_verifier_t *verifier)
{
	if (verifier == NULL || atomic_fetch_sub(&verifier->references, 1) != 1)
		return;
	context_free(verifier->ops, verifier->context);
	free(verifier);
}

const char *verifier_name(const adtls_verifier_t *verifier)
{
	return verifier->ops->name;
}

bool verifier_accepts(const adtls_verifier_t *verifier,
		      const adtls_evidence_type_t *type)
{
	return verifier->ops->accepts(verifier->context, type);
}

int verifier_appraise(const adtls_verifier_t *verifier,
		      const adtls_appraisal_t *appraisal,
		      adtls_verdict_t *verdict)
{
	return verifier->ops->appraise(verifier->context, appraisal, verdict);
}
