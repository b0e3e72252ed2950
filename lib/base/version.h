/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Version numbers in a form that compares.
 */
#ifndef ADTLS_BASE_VERSION_H
#define ADTLS_BASE_VERSION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads "major.minor.patch", 16 bits each, into one number that orders as
 * versions do; false for any other text.
 */
bool version_parse(const char *text, uint64_t *out_version);

#endif
