/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Credentials by the keys that they were made of. */
#include "backend_names.h"

#include <stdlib.h>
#include <string.h>

void backend_names_init(struct backend_names *names)
{
	*names = (struct backend_names){ 0 };
	STAILQ_INIT(&names->known);
}

static void remove_oldest(struct backend_names *names)
{
	struct backend_named *oldest = STAILQ_FIRST(&names->known);

	STAILQ_REMOVE_HEAD(&names->known, link);
	names->count--;
	adtls_credentials_unref(oldest->credentials);
	free(oldest);
}

void backend_names_clear(struct backend_names *names)
{
	while (names->count > 0)
		remove_oldest(names);
}

adtls_credentials_t *
backend_names_find(const struct backend_names *names,
		   const uint8_t fingerprint[BACKEND_FINGERPRINT_LEN])
{
	const struct backend_named *named = STAILQ_FIRST(&names->known);

	while (named != NULL && memcmp(named->fingerprint, fingerprint,
				       BACKEND_FINGERPRINT_LEN) != 0)
		named = STAILQ_NEXT(named, link);
	return named != NULL ? named->credentials : NULL;
}

void backend_names_add(struct backend_names *names,
		       const uint8_t fingerprint[BACKEND_FINGERPRINT_LEN],
		       adtls_credentials_t *credentials)
{
	struct backend_named *named = malloc(sizeof(*named));

	if (named == NULL)
		return;
	memcpy(named->fingerprint, fingerprint, BACKEND_FINGERPRINT_LEN);
	named->credentials = adtls_credentials_ref(credentials);
	STAILQ_INSERT_TAIL(&names->known, named, link);
	if (++names->count > BACKEND_NAMES_MAX)
		remove_oldest(names);
}
