/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the runner expects of a connection that has come about. */
#ifndef INTEROP_BOGO_BOGO_EXPECTATIONS_H
#define INTEROP_BOGO_BOGO_EXPECTATIONS_H

#include "interop/bogo/bogo_options.h"

#include <adtls/engine.h>

/* False: not as expected, which has been said on stderr. */
bool bogo_expectations_hold(const struct bogo_options *options,
			    const adtls_engine_t *engine);

#endif
