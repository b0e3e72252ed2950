#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs the comparisons under memcheck; they ask it themselves what it found.
set -eu

exec valgrind -q --leak-check=no --show-error-list=no --log-file=/dev/null \
	"${abs_top_builddir:?}/tests/constant_time/secret_comparisons"
