/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything adtls offers, in one include.
 */
#ifndef ADTLS_ADTLS_H
#define ADTLS_ADTLS_H

#include <adtls/version.h>

#endif
