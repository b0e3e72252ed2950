/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads binder and TLS identity key out of Evidence, format by format. */
#include "rats/evidence_claims.h"

#include "rats/content_type.h"
#include "rats/cose_sign1.h"
#include "rats/eat.h"

#include <string.h>

bool evidence_claims_can_read(const adtls_evidence_type_t *type)
{
	struct content_type content_type = content_type_of(type);

	return content_type_is(&content_type, CONTENT_FORMAT_EAT_CWT);
}

static void use_eat(const struct eat *eat, struct evidence_claims *out)
{
	out->nonce = eat->nonce;
	out->nonce_count = eat->nonce_count;
	out->has_tik = eat->key_x.len == sizeof(out->tik_x) &&
		       eat->key_y.len == sizeof(out->tik_y);
	if (out->has_tik) {
		memcpy(out->tik_x, eat->key_x.data, sizeof(out->tik_x));
		memcpy(out->tik_y, eat->key_y.data, sizeof(out->tik_y));
	}
}

bool evidence_claims_read(const adtls_evidence_type_t *type,
			  adtls_bytes_t evidence, struct evidence_claims *out)
{
	struct cose_sign1 message;
	struct eat eat;
	const char *problem;

	*out = (struct evidence_claims){ 0 };
	if (!evidence_claims_can_read(type) ||
	    !cose_sign1_read(evidence, &message, &problem) ||
	    !eat_read(message.payload, &eat, &problem))
		return false;
	use_eat(&eat, out);
	return true;
}
