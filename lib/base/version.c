/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The library's version at run time, which may be newer than the headers an
 * application was compiled with.
 */

#include <adtls/version.h>

#include <stddef.h>
#include <stdint.h>

#include "base/version.h"

/* Reads one run of digits; each part of a version fits 16 bits. */
static bool read_number(const char **text, uint32_t *out_number)
{
	const char *at = *text;
	uint32_t number = 0;

	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		number = number * 10 + (uint32_t)(*at - '0');
		if (number > UINT16_MAX)
			return false;
	}
	*text = at;
	*out_number = number;
	return true;
}

bool version_parse(const char *text, uint64_t *out_version)
{
	uint64_t version = 0;

	for (int part = 0; part < 3; part++) {
		uint32_t number;

		if (part > 0 && *text++ != '.')
			return false;
		if (!read_number(&text, &number))
			return false;
		version = version << 16 | number;
	}
	*out_version = version;
	return *text == '\0';
}

/**
 * adtls_check_version:
 * @required: the lowest version that will do, as "major.minor.patch", or %NULL
 *
 * Compares the version of the library that is running with @required.
 *
 * Returns: the version of the library as a constant string; %NULL if it is
 * lower than @required, or if @required is not a version.
 **/
const char *adtls_check_version(const char *required)
{
	uint64_t wanted;
	uint64_t running;

	if (required == NULL)
		return ADTLS_VERSION;
	if (!version_parse(required, &wanted) ||
	    !version_parse(ADTLS_VERSION, &running) || running < wanted)
		return NULL;
	return ADTLS_VERSION;
}
