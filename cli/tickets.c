/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tickets in files: they hold a secret, and are gone once they are used. */
#include "tickets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"

adtls_ticket_t *cli_ticket_take(const char *option, const char *file)
{
	uint8_t bytes[ADTLS_TICKET_EXPORT_MAX + 1];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	adtls_ticket_t *ticket;
	ssize_t len;
	int result;

	if (fd < 0 && errno == ENOENT)
		return NULL;
	len = fd >= 0 ? read(fd, bytes, sizeof(bytes)) : -1;
	if (len < 0)
		cli_fail(CLI_USAGE, "%s %s: %s", option, file, strerror(errno));
	close(fd);
	result = adtls_ticket_import((adtls_bytes_t){ bytes, (size_t)len },
				     &ticket);
	explicit_bzero(bytes, sizeof(bytes));
	if (result != ADTLS_OK)
		cli_fail(CLI_USAGE, "%s %s: %s", option, file,
			 adtls_strerror(result));
	unlink(file);
	return ticket;
}

static bool write_file(const char *file, const uint8_t *bytes, size_t len)
{
	int fd;
	bool ok;

	unlink(file);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		  S_IRUSR | S_IWUSR);
	if (fd < 0)
		return false;
	ok = write(fd, bytes, len) == (ssize_t)len;
	return close(fd) == 0 && ok;
}

bool cli_ticket_save(const char *file, adtls_ticket_t *ticket)
{
	uint8_t bytes[ADTLS_TICKET_EXPORT_MAX];
	size_t len;
	int result;
	bool ok;

	if (ticket == NULL) {
		fprintf(stderr, "- no ticket came\n");
		return false;
	}
	result = adtls_ticket_export(ticket, bytes, sizeof(bytes), &len);
	adtls_ticket_free(ticket);
	if (result != ADTLS_OK) {
		fprintf(stderr,
			"- the ticket is not saved: that of an attested "
			"connection stays in memory\n");
		return false;
	}
	ok = write_file(file, bytes, len);
	explicit_bzero(bytes, sizeof(bytes));
	if (ok)
		fprintf(stderr, "- ticket saved to %s\n", file);
	else
		fprintf(stderr, "- %s: %s\n", file, strerror(errno));
	return ok;
}
