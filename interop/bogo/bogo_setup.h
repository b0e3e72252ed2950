/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration that the options ask for. */
#ifndef INTEROP_BOGO_BOGO_SETUP_H
#define INTEROP_BOGO_BOGO_SETUP_H

#include "interop/bogo/bogo_options.h"

#include <adtls/config.h>

enum bogo_setup {
	BOGO_SETUP_DONE,
	BOGO_SETUP_FAILED,		/* said on stderr */
	BOGO_SETUP_NOT_IMPLEMENTED	/* the same */
};

enum bogo_setup bogo_setup_config(const struct bogo_options *options,
				  adtls_config_t **out);

#endif
