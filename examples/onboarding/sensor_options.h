/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sensor's command line.
 */
#ifndef ADTLS_ONBOARDING_SENSOR_OPTIONS_H
#define ADTLS_ONBOARDING_SENSOR_OPTIONS_H

#include <stdbool.h>

/* Readings that one command line may post. */
#define SENSOR_READINGS_MAX 32

/* The longest host name (RFC 1035) with its NUL. */
#define SENSOR_HOST_SIZE 256

/* Strings are the command line's own; NULL where optional and not given. */
struct sensor_options {
	char host[SENSOR_HOST_SIZE];
	unsigned port;
	const char *ca_file;
	const char *certificate_file;
	const char *key_file;
	const char *firmware_file;
	const char *software_name;
	const char *attestation_key_file;
	const char *ueid;
	const char *state_directory;
	const char *json_file;
	const char *reading_name;
	const char *reading_unit;
	double readings[SENSOR_READINGS_MAX];
	unsigned reading_count;
	unsigned timeout_seconds;
	unsigned attempts;
	bool is_enrolling;
	bool is_renewing;
	bool is_verbose;
};

/* Reads the command line; explains itself and exits with status 2 if it is
 * wrong. */
void sensor_options_parse(int argc, char **argv,
			  struct sensor_options *options);

#endif
