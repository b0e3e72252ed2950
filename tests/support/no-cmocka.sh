#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Stands in for the whole suite where configure found no cmocka.
echo "1..0 # SKIP cmocka is not installed; configure again when it is"
