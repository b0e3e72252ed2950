/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The libraries that configure has found. */
#include "bench_libraries.h"

#ifdef HAVE_OPENSSL
#define OPENSSL_LIBRARY &bench_openssl
#else
#define OPENSSL_LIBRARY NULL
#endif

#ifdef HAVE_WOLFSSL
#define WOLFSSL_LIBRARY &bench_wolfssl
#else
#define WOLFSSL_LIBRARY NULL
#endif

const struct bench_library *const bench_libraries[BENCH_LIBRARIES] = {
	[BENCH_ADTLS] = &bench_adtls,
	[BENCH_GNUTLS] = &bench_gnutls,
	[BENCH_OPENSSL] = OPENSSL_LIBRARY,
	[BENCH_WOLFSSL] = WOLFSSL_LIBRARY,
};
