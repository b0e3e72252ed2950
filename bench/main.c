/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* adtls-bench: what adtls costs, beside other libraries' DTLS 1.2 and beside its
 * primitives, in the same run. */
#include <getopt.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench_check.h"
#include "bench_figures.h"

#define SECONDS_DEFAULT 1.0
#define SECONDS_MAX 3600.0

static void print_usage(void)
{
	puts("Usage: adtls-bench [--json] [--seconds N] [--help]\n"
	     "\n"
	     "Measures adtls, DTLS 1.3, and beside it the DTLS 1.2 of GnuTLS and"
	     " of the\n"
	     "libraries that configure has found (OpenSSL, wolfSSL): handshakes"
	     " and records per\n"
	     "second on one core, what a handshake sends, and the heap that a"
	     " connection\n"
	     "takes; \"primitives\" is what the cryptography alone would do."
	     " Client and server\n"
	     "are both in this process; there is no network. docs/bench.md says"
	     " what each\n"
	     "figure means.\n"
	     "\n"
	     "  --json       print JSON instead of a table\n"
	     "  --seconds N  how long to measure each rate of each library;"
	     " 1 by default,\n"
	     "               fractions are fine\n"
	     "  --help       print this");
}

static double parse_seconds(const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	bench_check(end != text && *end == '\0' && isfinite(seconds) &&
			    seconds > 0 && seconds <= SECONDS_MAX,
		    "--seconds %s: not a number above 0 and up to %.0f", text,
		    SECONDS_MAX);
	return seconds;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "seconds", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	static struct bench_report report = { .seconds = SECONDS_DEFAULT };
	bool is_json = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'j':
			is_json = true;
			break;
		case 's':
			report.seconds = parse_seconds(optarg);
			break;
		case 'h':
			print_usage();
			return EXIT_SUCCESS;
		default:
			fputs("Try adtls-bench --help\n", stderr);
			return EXIT_FAILURE;
		}
	}
	bench_check(optind == argc, "unknown argument %s", argv[optind]);
	/* One heap, so that the account of one thread tells of all. */
	mallopt(M_ARENA_MAX, 1);
	bench_figures_measure(&report);
	if (is_json)
		bench_report_print_json(&report);
	else
		bench_report_print(&report);
	return EXIT_SUCCESS;
}
