/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading, writing and measuring files, with complaints a user can act on.
 */
#include "file.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads exactly size bytes. */
static bool read_whole(int descriptor, unsigned char *data, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got = read(descriptor, data + done, size - done);

		if (got == 0)
			errno = EIO;
		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		if (got > 0)
			done += (size_t)got;
	}
	return true;
}

/* Reads an open file after checking that it is one we want to read. */
static bool read_open(int descriptor, const char *path, const char *what,
		      gnutls_datum_t *out)
{
	struct stat status;

	if (fstat(descriptor, &status) < 0) {
		warn("%s %s", what, path);
		return false;
	}
	if (!S_ISREG(status.st_mode) || status.st_size <= 0 ||
	    status.st_size > FILE_SIZE_MAX) {
		warnx("%s %s: not a file of 1 to %d bytes", what, path,
		      FILE_SIZE_MAX);
		return false;
	}
	out->data = calloc(1, (size_t)status.st_size + 1);
	out->size = (unsigned)status.st_size;
	if (out->data != NULL && read_whole(descriptor, out->data, out->size))
		return true;
	warn("%s %s", what, path);
	file_release(out);
	return false;
}

bool file_read(const char *path, const char *what, gnutls_datum_t *out)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is_read;

	out->data = NULL;
	out->size = 0;
	if (descriptor < 0) {
		warn("%s %s", what, path);
		return false;
	}
	is_read = read_open(descriptor, path, what, out);
	close(descriptor);
	return is_read;
}

bool file_is_readable(const char *path, const char *what)
{
	if (access(path, R_OK) == 0)
		return true;
	warn("%s %s", what, path);
	return false;
}

void file_release(gnutls_datum_t *contents)
{
	if (contents->data != NULL)
		explicit_bzero(contents->data, contents->size);
	free(contents->data);
	contents->data = NULL;
	contents->size = 0;
}

/* Writes all bytes and makes them last. */
static bool write_whole(int descriptor, const gnutls_datum_t *contents)
{
	size_t done = 0;

	while (done < contents->size) {
		ssize_t put = write(descriptor, contents->data + done,
				    contents->size - done);

		if (put < 0 && errno != EINTR)
			return false;
		if (put > 0)
			done += (size_t)put;
	}
	return fsync(descriptor) == 0;
}

bool file_write(const char *path, mode_t mode, const gnutls_datum_t *contents)
{
	char temporary[FILE_PATH_SIZE];
	int length = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	int descriptor;
	bool is_written;

	if (length < 0 || (size_t)length >= sizeof(temporary)) {
		warnx("%s: path too long", path);
		return false;
	}
	descriptor = mkostemp(temporary, O_CLOEXEC);
	if (descriptor < 0) {
		warn("%s", path);
		return false;
	}
	is_written = fchmod(descriptor, mode) == 0 &&
		     write_whole(descriptor, contents);
	is_written = close(descriptor) == 0 && is_written &&
		     rename(temporary, path) == 0;
	if (!is_written) {
		warn("%s", path);
		unlink(temporary);
	}
	return is_written;
}

bool file_make_directory(const char *path)
{
	struct stat status;

	if (mkdir(path, 0700) == 0)
		return true;
	if (errno == EEXIST && stat(path, &status) == 0) {
		if (S_ISDIR(status.st_mode))
			return true;
		errno = ENOTDIR;
	}
	warn("directory %s", path);
	return false;
}

bool file_join(const char *directory, const char *name,
	       char out_path[FILE_PATH_SIZE])
{
	int length =
		snprintf(out_path, FILE_PATH_SIZE, "%s/%s", directory, name);

	if (length > 0 && length < FILE_PATH_SIZE)
		return true;
	warnx("%s/%s: path too long", directory, name);
	return false;
}

/* Feeds an open file to a hash. */
static bool hash_open(int descriptor, gnutls_hash_hd_t hash)
{
	unsigned char chunk[8192];
	ssize_t got;

	do {
		got = read(descriptor, chunk, sizeof(chunk));
		if (got > 0 && gnutls_hash(hash, chunk, (size_t)got) < 0)
			return false;
	} while (got > 0 || (got < 0 && errno == EINTR));
	return got == 0;
}

bool file_measure(const char *path, unsigned char out[FILE_DIGEST_LEN])
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	gnutls_hash_hd_t hash;
	bool is_measured;

	if (descriptor < 0 || gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0) {
		warn("firmware %s", path);
		if (descriptor >= 0)
			close(descriptor);
		return false;
	}
	is_measured = hash_open(descriptor, hash);
	if (!is_measured)
		warn("firmware %s", path);
	gnutls_hash_deinit(hash, out);
	close(descriptor);
	return is_measured;
}
