#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A short flood: seconds, and a hundred sessions.
exec "${abs_top_builddir:?}/tests/flood/flood" --sessions 120 --seconds 2
