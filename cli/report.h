/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What there is to say of a connection, in lines of text. Each line begins
 * with a prefix, by which connections are told apart. */
#ifndef ADTLS_CLI_REPORT_H
#define ADTLS_CLI_REPORT_H

#include <adtls/adtls.h>
#include <stdio.h>

#include "options.h"

/* As given on the command line. */
struct cli_report {
	bool statistics;
	bool json;
	const char *export;
};

extern const struct cli_option cli_report_options[];

/* RFC 8446 §7.5 with HKDF's bound of 255 hashes, the shorter one. */
#define CLI_EXPORT_MAX ((size_t)255 * 32)
/* Room for them in hexadecimal. */
#define CLI_EXPORT_SIZE (2 * CLI_EXPORT_MAX + 1)

/* What --export asks for. */
struct cli_export {
	char label[ADTLS_NAME_MAX];
	size_t len; /* 0: nothing is asked for */
};

/* Reads "LABEL,LEN", or complains and exits; NULL asks for nothing. */
struct cli_export cli_export_read(const char *text);
/* Writes keying material in hexadecimal. Returns: as adtls_engine_export(). */
int cli_export_compute(const struct cli_export *export,
		       const adtls_engine_t *engine, char out[CLI_EXPORT_SIZE]);

/* Writes text of a peer's with all but printable ASCII as \xNN. */
void cli_print_clean(FILE *file, const char *text, size_t len);

/* Writes what was negotiated and with whom; several lines. */
void cli_print_session(FILE *file, const char *prefix,
		       const adtls_engine_t *engine);

/* Writes each check of a verdict, and what else it says; several lines. */
void cli_print_verdict(FILE *file, const char *prefix,
		       const adtls_verdict_t *verdict);

/* Writes all counters of a connection in one line. */
void cli_print_statistics(FILE *file, const char *prefix,
			  const adtls_engine_t *engine);
/* One counter. Returns: its name, or NULL if there is none @index. */
const char *cli_statistic(const adtls_statistics_t *statistics, size_t index,
			  uint64_t *out);

/* Writes why a connection ended: reason, sentence and detail. */
void cli_print_reason(FILE *file, const adtls_engine_t *engine);

/* Whether the handshake of a connection, closed or not, was completed. */
bool cli_was_connected(const adtls_engine_t *engine);

/* The exit status that an ended connection deserves. */
enum cli_status cli_status_of(const adtls_engine_t *engine);

#endif
