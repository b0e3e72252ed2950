/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines for libcoap's log handler. */
#include "backend_log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#define LINE_MAX_LEN 640

/* Contexts of several threads share it. */
static atomic_int dtls_level;

void backend_log_set_level(int level)
{
	dtls_level = level;
}

int backend_log_level(void)
{
	return dtls_level;
}

static bool is_wanted(enum backend_log_level level)
{
	return (int)level <= (int)coap_get_log_level();
}

void backend_log(enum backend_log_level level, const char *format, ...)
{
	char line[LINE_MAX_LEN];
	va_list arguments;

	if (!is_wanted(level))
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	coap_log_impl((coap_log_t)level, "adtls: %s\n", line);
}

void backend_log_session(enum backend_log_level level,
			 const coap_session_t *session, const char *format, ...)
{
	char line[LINE_MAX_LEN];
	va_list arguments;

	if (!is_wanted(level))
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	coap_log_impl((coap_log_t)level, "***%s: adtls: %s\n",
		      coap_session_str(session), line);
}
