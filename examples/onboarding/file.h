/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Small files that hold keys and certificates: read with a bound, written
 * whole or not at all.
 */
#ifndef ADTLS_ONBOARDING_FILE_H
#define ADTLS_ONBOARDING_FILE_H

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <sys/types.h>

/* No chain, key or policy comes near this. */
#define FILE_SIZE_MAX (1024 * 1024)

/* SHA-256, as firmware is measured. */
#define FILE_DIGEST_LEN 32

/* Room for a path in a state directory. */
#define FILE_PATH_SIZE 4096

/*
 * Reads a regular file of 1 to FILE_SIZE_MAX bytes; a NUL follows the data,
 * uncounted. On failure it complains on standard error, naming the file as
 * what ("CA certificate", ...). Free with file_release().
 */
bool file_read(const char *path, const char *what, gnutls_datum_t *out);

/* True if a file can be read by others for us; complains if not. */
bool file_is_readable(const char *path, const char *what);

/* Wipes and frees what file_read() read. */
void file_release(gnutls_datum_t *contents);

/* Writes a file of the given mode under another name and moves it into place;
 * complains on standard error. */
bool file_write(const char *path, mode_t mode, const gnutls_datum_t *contents);

/* Makes a directory of mode 0700 unless it exists; complains on failure. */
bool file_make_directory(const char *path);

/* Joins directory and name; complains if the path gets too long. */
bool file_join(const char *directory, const char *name,
	       char out_path[FILE_PATH_SIZE]);

/* Computes the SHA-256 of a file of any size; complains on failure. */
bool file_measure(const char *path, unsigned char out[FILE_DIGEST_LEN]);

#endif
