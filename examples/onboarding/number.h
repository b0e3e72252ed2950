/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers on a command line.
 */
#ifndef ADTLS_ONBOARDING_NUMBER_H
#define ADTLS_ONBOARDING_NUMBER_H

#include <stdbool.h>

/* Reads a decimal number from minimum to maximum, with nothing after it. */
bool number_parse(const char *text, unsigned minimum, unsigned maximum,
		  unsigned *out);

#endif
