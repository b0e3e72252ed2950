/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Priority strings. */
#ifndef ADTLS_PRIORITY_H
#define ADTLS_PRIORITY_H

#include <adtls/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What is used unless a priority string says otherwise: all that "NORMAL" has,
 * with the cheapest first, as small devices want it.
 */
#define ADTLS_PRIORITY_DEFAULT                              \
	"PERFORMANCE:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1" \
	":+GROUP-X448:+GROUP-SECP384R1"

/**
 * adtls_priority_describe:
 * @priority: a GnuTLS priority string; NULL: ADTLS_PRIORITY_DEFAULT
 * @out: receives text, one line per category: what was kept, what GnuTLS
 *   would add that adtls does not have, and on error what is wrong and where
 * @out_len: its size in bytes, with the terminating NUL; 1024 is plenty
 *
 * Returns: ADTLS_OK, or ADTLS_E_PRIORITY for a string that cannot be used.
 */
int adtls_priority_describe(const char *priority, char *out, size_t out_len);

#ifdef __cplusplus
}
#endif

#endif
