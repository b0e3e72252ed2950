/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Anchors of a context, and revocation lists: PEM files hold both, and
 * libcoap's API has no place of its own for the latter. */
#include "backend_roots.h"

#include "backend_keys.h"
#include "backend_log.h"

#include <adtls/error.h>
#include <adtls/verification.h>
#include <dirent.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CRL_MARK "-----BEGIN X509 CRL-----"
#define PATH_LEN_MAX 4096

static bool copy_text(char **out, const char *text)
{
	*out = NULL;
	if (text == NULL || *text == '\0')
		return true;
	*out = strdup(text);
	return *out != NULL;
}

bool backend_roots_set(struct backend_roots *roots, const char *file,
		       const char *dir)
{
	backend_roots_clear(roots);
	return copy_text(&roots->file, file) && copy_text(&roots->dir, dir);
}

void backend_roots_clear(struct backend_roots *roots)
{
	free(roots->file);
	free(roots->dir);
	*roots = (struct backend_roots){ 0 };
}

bool backend_roots_are_there(const struct backend_roots *roots)
{
	return roots->file != NULL || roots->dir != NULL;
}

static bool add_directory(adtls_credentials_t *credentials, const char *dir)
{
	gnutls_x509_trust_list_t list;

	if (gnutls_x509_trust_list_init(&list, 0) < 0)
		return backend_is_done(ADTLS_E_MEMORY, "trust list", NULL);
	if (gnutls_x509_trust_list_add_trust_dir(
		    list, dir, NULL, GNUTLS_X509_FMT_PEM, 0, 0) <= 0) {
		backend_log(BACKEND_LOG_ERROR,
			    "there is no CA certificate in '%s'", dir);
		gnutls_x509_trust_list_deinit(list, 1);
		return false;
	}
	return backend_is_done(adtls_credentials_set_trust(credentials, list),
			       "CA directory", dir);
}

bool backend_roots_fill(const struct backend_roots *roots,
			adtls_credentials_t *credentials)
{
	/* The directory comes first: it replaces what is there. */
	if (roots->dir != NULL && !add_directory(credentials, roots->dir))
		return false;
	return roots->file == NULL ||
	       backend_is_done(adtls_credentials_add_trust_file(credentials,
								roots->file),
			       "CA file", roots->file);
}

bool backend_roots_add_crls_of(const gnutls_datum_t *ca,
			       adtls_credentials_t *credentials,
			       unsigned *count)
{
	const uint8_t *first = ca->size > 0 ? memmem(ca->data, ca->size,
						     CRL_MARK,
						     strlen(CRL_MARK)) :
					      NULL;

	if (first == NULL)
		return true;
	++*count;
	return backend_is_done(adtls_credentials_add_crl_mem(
				       credentials,
				       (adtls_bytes_t){ first,
							(size_t)(ca->data +
								 ca->size -
								 first) }),
			       "revocation list beside the CA", NULL);
}

static bool add_crls_of_file(const char *file,
			     adtls_credentials_t *credentials, unsigned *count)
{
	gnutls_datum_t bytes;
	bool ok;

	/* What cannot be read has been noticed as an anchor, or is none. */
	if (file == NULL || gnutls_load_file(file, &bytes) < 0)
		return true;
	ok = backend_roots_add_crls_of(&bytes, credentials, count);
	gnutls_free(bytes.data);
	return ok;
}

bool backend_roots_add_crls(const struct backend_roots *roots,
			    adtls_credentials_t *credentials, unsigned *count)
{
	char path[PATH_LEN_MAX];
	struct dirent *entry;
	bool ok = true;
	DIR *dir;

	if (!add_crls_of_file(roots->file, credentials, count))
		return false;
	dir = roots->dir != NULL ? opendir(roots->dir) : NULL;
	while (dir != NULL && ok && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", roots->dir,
			 entry->d_name);
		ok = add_crls_of_file(path, credentials, count);
	}
	if (dir != NULL)
		closedir(dir);
	return ok;
}
