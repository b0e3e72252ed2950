#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes configure from configure.ac; needed once after a clone.
set -eu
cd "$(dirname "$0")"
exec autoreconf --install
