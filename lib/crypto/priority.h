/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GnuTLS priority strings, as an intersection with what adtls has. */
#ifndef ADTLS_CRYPTO_PRIORITY_H
#define ADTLS_CRYPTO_PRIORITY_H

#include "crypto/group.h"
#include "crypto/signature.h"
#include "crypto/suite.h"

#include <adtls/error.h>

/* No less than adtls has of any category. */
#define PRIORITY_LIST_MAX 16

struct priority {
	const struct crypto_suite *suites[PRIORITY_LIST_MAX];
	size_t suite_count;
	const struct crypto_group *groups[PRIORITY_LIST_MAX];
	size_t group_count;
	const struct crypto_scheme *schemes[PRIORITY_LIST_MAX];
	size_t scheme_count;
};

/* Parse @string (NULL: ADTLS_PRIORITY_DEFAULT). An error names the category or the place in
 * the string in @out_message, @message_len bytes with NUL. */
int priority_parse(const char *string, struct priority *out, char *out_message,
		   size_t message_len);

#endif
