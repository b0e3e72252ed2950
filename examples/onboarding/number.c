/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading numbers strictly.
 */
#include "number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

bool number_parse(const char *text, unsigned minimum, unsigned maximum,
		  unsigned *out)
{
	char *end;
	unsigned long value;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || value < minimum || value > maximum)
		return false;
	*out = (unsigned)value;
	return true;
}
