/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configurations of adtls that the bench measures: the defaults. */
#ifndef ADTLS_BENCH_BENCH_ADTLS_CONFIG_H
#define ADTLS_BENCH_BENCH_ADTLS_CONFIG_H

#include <adtls/config.h>

#include "bench_library.h"

/* Release with adtls_config_unref(). */
adtls_config_t *
bench_adtls_client_config(const struct bench_world_options *options);
adtls_config_t *
bench_adtls_server_config(const struct bench_world_options *options);

#endif
