/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Types that every public header shares. */
#ifndef ADTLS_TYPES_H
#define ADTLS_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A borrowed view of bytes; who lends them says for how long. */
typedef struct adtls_bytes {
	const uint8_t *data;
	size_t len;
} adtls_bytes_t;

/** What "no UTC source" looks like in adtls_time_t. */
#define ADTLS_UTC_UNKNOWN INT64_MIN

/** What "no deadline" looks like where a monotonic time is returned. */
#define ADTLS_NEVER UINT64_MAX

/**
 * The time, passed into every call that needs it: adtls reads no clock.
 * @monotonic_us: microseconds of a clock that never goes back; for timers.
 * @utc_s: seconds since 1970-01-01 UTC, or ADTLS_UTC_UNKNOWN; for
 *   certificates, Evidence and cookies.
 */
typedef struct adtls_time {
	uint64_t monotonic_us;
	int64_t utc_s;
} adtls_time_t;

typedef enum adtls_role {
	ADTLS_CLIENT = 0,
	ADTLS_SERVER = 1
} adtls_role_t;

/** Kinds of certificate (IANA TLS Certificate Types). */
typedef enum adtls_certificate_type {
	ADTLS_CERTIFICATE_X509 = 0,
	/** A SubjectPublicKeyInfo alone (RFC 7250). */
	ADTLS_CERTIFICATE_RAW_PUBLIC_KEY = 2
} adtls_certificate_type_t;

/** Largest label, name or identity that adtls keeps, in bytes with NUL. */
#define ADTLS_NAME_MAX 256

#ifdef __cplusplus
}
#endif

#endif
