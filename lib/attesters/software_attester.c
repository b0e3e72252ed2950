/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The software attester: EAT signed by a key in this process.
 *
 * It protects nothing. The key, the measurement and the TLS identity key are
 * whatever this process says they are, so its key binding is "echo". */
#include "attesters/attester.h"

#include "crypto/signature.h"
#include "rats/cmw.h"
#include "rats/content_type.h"
#include "rats/cose_sign1.h"
#include "rats/eat.h"

#include <stdlib.h>
#include <string.h>

/* The scheme of a key that ES256 can use (RFC 9053 §2.1, RFC 8446 §4.2.3). */
#define SCHEME_P256 0x0403

struct software_attester {
	struct crypto_private_key *key;
	uint8_t key_id[COSE_KEY_ID_LEN];
	struct buffer ueid;
	struct buffer software_name;
	struct buffer software_version; /* empty: not stated */
	uint8_t measurement[EAT_MEASUREMENT_LEN];
	bool is_reproducible;
};

static void software_attester_free(void *context)
{
	struct software_attester *attester = context;

	crypto_private_key_unref(attester->key);
	buffer_clear(&attester->ueid);
	buffer_clear(&attester->software_name);
	buffer_clear(&attester->software_version);
	free(attester);
}

/* The coordinates of a TLS identity key; only P-256 fits cnf as we make it. */
static bool tik_coordinates(adtls_bytes_t spki, uint8_t *x, uint8_t *y)
{
	struct crypto_public_key *key = crypto_public_key_new_spki(spki);
	bool is_p256 = key != NULL && crypto_public_key_p256(key, x, y);

	crypto_public_key_free(key);
	return is_p256;
}

/* Claims, then COSE_Sign1, then CMW, each into its own buffer. */
static bool wrap_claims(const struct software_attester *attester,
			const struct eat *eat, struct buffer *claims,
			struct buffer *token, struct buffer *cmw)
{
	adtls_bytes_t key_id =
		bytes_of(attester->key_id, sizeof(attester->key_id));

	return eat_write(eat, claims) &&
	       cose_sign1_write(attester->key, attester->is_reproducible,
				key_id, buffer_bytes(claims), token) &&
	       cmw_write_record(CONTENT_FORMAT_EAT_CWT, buffer_bytes(token),
				CMW_INDICATOR_EVIDENCE, cmw);
}

static int
software_attester_make_evidence(void *context,
				const adtls_evidence_request_t *request,
				adtls_evidence_t *out)
{
	const struct software_attester *attester = context;
	uint8_t x[EAT_COORDINATE_LEN];
	uint8_t y[EAT_COORDINATE_LEN];
	struct eat eat = {
		.nonce = request->binder,
		.nonce_count = 1,
		.key_x = { .data = x, .len = sizeof(x) },
		.key_y = { .data = y, .len = sizeof(y) },
		.ueid = buffer_bytes(&attester->ueid),
		.software_name = buffer_bytes(&attester->software_name),
		.software_version = buffer_bytes(&attester->software_version),
		.measurement = { .data = attester->measurement,
				 .len = sizeof(attester->measurement) },
		.issued_at = request->utc_s,
	};
	struct buffer claims = { 0 };
	struct buffer token = { 0 };
	struct buffer cmw = { 0 };
	int result = ADTLS_E_ATTESTER;

	if (request->binder.len < EAT_NONCE_MIN ||
	    !tik_coordinates(request->tik, x, y))
		return ADTLS_E_UNSUPPORTED;
	if (wrap_claims(attester, &eat, &claims, &token, &cmw))
		result = adtls_evidence_set(out, cmw.data, cmw.len);
	buffer_clear(&claims);
	buffer_clear(&token);
	buffer_clear(&cmw);
	return result;
}

static const adtls_evidence_type_t software_attester_types[] = {
	{ .content_format = CONTENT_FORMAT_EAT_CWT },
};

static const adtls_attester_ops_t software_attester_ops = {
	.name = "software",
	.key_binding = ADTLS_KEY_BINDING_ECHO,
	.binder_max = EAT_NONCE_MAX,
	.types = software_attester_types,
	.type_count = 1,
	.make_evidence = software_attester_make_evidence,
	.free = software_attester_free,
};

/* NULL counts as empty. */
static adtls_bytes_t text_bytes(const char *text)
{
	return text != NULL ? bytes_of(text, strlen(text))
			    : (adtls_bytes_t){ 0 };
}

static bool params_are_valid(const adtls_software_attester_params_t *params)
{
	adtls_bytes_t version = text_bytes(params->software_version);

	return eat_ueid_is_valid(params->ueid) &&
	       eat_text_is_valid(text_bytes(params->software_name)) &&
	       (params->software_version == NULL ||
		eat_text_is_valid(version)) &&
	       params->measurement.len == EAT_MEASUREMENT_LEN;
}

static bool copy_claims(struct software_attester *attester,
			const adtls_software_attester_params_t *params)
{
	adtls_bytes_t name = text_bytes(params->software_name);
	adtls_bytes_t version = text_bytes(params->software_version);

	memcpy(attester->measurement, params->measurement.data,
	       sizeof(attester->measurement));
	attester->is_reproducible = params->reproducible;
	return buffer_set(&attester->ueid, params->ueid.data,
			  params->ueid.len) &&
	       buffer_set(&attester->software_name, name.data, name.len) &&
	       buffer_set(&attester->software_version, version.data,
			  version.len);
}

static int take_key(struct software_attester *attester, adtls_bytes_t encoded)
{
	struct buffer spki = { 0 };
	bool is_named;

	attester->key = crypto_private_key_new(encoded);
	if (attester->key == NULL ||
	    !crypto_private_key_fits(attester->key,
				     crypto_scheme_find(SCHEME_P256)))
		return ADTLS_E_CREDENTIALS;
	is_named = crypto_private_key_spki(attester->key, &spki) &&
		   cose_key_id(buffer_bytes(&spki), attester->key_id);
	buffer_clear(&spki);
	return is_named ? ADTLS_OK : ADTLS_E_CREDENTIALS;
}

/**
 * adtls_software_attester_new:
 * @params: copied; nothing is borrowed afterwards
 * @out: release with adtls_attester_unref()
 *
 * Makes an attester that signs EAT (CWT, Content-Format 263) with a key in
 * this process's memory. It protects nothing: whoever controls the process
 * can sign any measurement. It is there for development, and declares
 * %ADTLS_KEY_BINDING_ECHO. It makes Evidence for TLS identity keys on P-256.
 *
 * Returns: %ADTLS_OK, %ADTLS_E_INVALID (a size, a ueid of no known type, a
 * control character), %ADTLS_E_CREDENTIALS (the key), or %ADTLS_E_MEMORY.
 **/
int adtls_software_attester_new(const adtls_software_attester_params_t *params,
				adtls_attester_t **out)
{
	struct software_attester *attester;
	int result;

	*out = NULL;
	if (!params_are_valid(params))
		return ADTLS_E_INVALID;
	attester = calloc(1, sizeof(*attester));
	if (attester == NULL)
		return ADTLS_E_MEMORY;
	result = take_key(attester, params->attestation_key);
	if (result == ADTLS_OK && !copy_claims(attester, params))
		result = ADTLS_E_MEMORY;
	if (result != ADTLS_OK) {
		software_attester_free(attester);
		return result;
	}
	return adtls_attester_new(&software_attester_ops, attester, out);
}
