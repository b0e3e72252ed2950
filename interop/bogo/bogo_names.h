/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Codepoints, which the runner speaks, and names, which adtls speaks. */
#ifndef INTEROP_BOGO_BOGO_NAMES_H
#define INTEROP_BOGO_BOGO_NAMES_H

#include <stdint.h>

struct bogo_name {
	uint64_t codepoint;
	const char *name;
};

/* The name of a codepoint, or NULL; the codepoint of a name, or 0. */
const char *bogo_group_name(uint64_t codepoint);
const char *bogo_scheme_name(uint64_t codepoint);
uint64_t bogo_group_codepoint(const char *name);
uint64_t bogo_scheme_codepoint(const char *name);
uint64_t bogo_suite_codepoint(const char *name);

#endif
