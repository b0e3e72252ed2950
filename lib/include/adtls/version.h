/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The version of these headers, and of the library at run time.
 */
#ifndef ADTLS_VERSION_H
#define ADTLS_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/* configure.ac reads the package's version from this line. */
#define ADTLS_VERSION "0.1.0"

const char *adtls_check_version(const char *required);

#ifdef __cplusplus
}
#endif

#endif
