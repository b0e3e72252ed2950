/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backend's lines in libcoap's log. */
#ifndef ADTLS_COAP_BACKEND_LOG_H
#define ADTLS_COAP_BACKEND_LOG_H

#include "libcoap_internal.h"

#include <stdbool.h>

/* Syslog's levels, which libcoap renamed between its versions. */
enum backend_log_level {
	BACKEND_LOG_ERROR = 3,
	BACKEND_LOG_WARNING = 4,
	BACKEND_LOG_INFO = 6,
	BACKEND_LOG_DEBUG = 7
};

void backend_log(enum backend_log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same, about @session. */
void backend_log_session(enum backend_log_level level,
			 const coap_session_t *session, const char *format,
			 ...) __attribute__((format(printf, 3, 4)));

/* What coap_dtls_set_log_level() was told: from DEBUG on engines are traced. */
void backend_log_set_level(int level);
int backend_log_level(void);

#endif
