/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a bench that cannot go on. */
#include "bench_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void bench_check(bool ok, const char *format, ...)
{
	va_list arguments;

	if (ok)
		return;
	va_start(arguments, format);
	fputs("adtls-bench: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(EXIT_FAILURE);
}
