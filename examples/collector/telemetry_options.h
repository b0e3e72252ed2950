/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sensor's command line. */
#ifndef ADTLS_COLLECTOR_TELEMETRY_OPTIONS_H
#define ADTLS_COLLECTOR_TELEMETRY_OPTIONS_H

#include <adtls/adtls.h>

/* As given; numbers are read at the end. */
struct telemetry_texts {
	const char *hostname;
	const char *name;
	const char *value;
	const char *interval;
	const char *count;
	const char *rebind_every;
	bool no_answer;
};

struct telemetry_options {
	struct telemetry_texts texts;
	const char *address;
	double value;
	int interval_ms;
	unsigned long count;		/* 0: until the end of days */
	unsigned long rebind_every;	/* readings; 0: never */
};

/* Read a command line, or print what is wrong with it and exit. Returns: a
 * sealed configuration; the caller's to unref. */
adtls_config_t *telemetry_options_read(int argc, char **argv,
				       struct telemetry_options *out);

#endif
