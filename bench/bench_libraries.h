/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The libraries that this bench was built with. */
#ifndef ADTLS_BENCH_BENCH_LIBRARIES_H
#define ADTLS_BENCH_BENCH_LIBRARIES_H

#include "bench_library.h"
#include "bench_report.h"

/* In the order of a figure's values; NULL: not there when it was built. */
extern const struct bench_library *const bench_libraries[BENCH_LIBRARIES];

#endif
