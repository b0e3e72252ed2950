#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each public header compiles alone, in C11 and in C++17.
set -eu

include=${srcdir:?}/lib/include
warnings='-Wall -Wextra -Wpedantic -Werror'
count=0

# The compilers and their flags are lists of words.
# shellcheck disable=SC2086
compiles() {
	name=$1
	shift
	count=$((count + 1))
	if printf '#include <adtls/%s>\n' "$name" |
		"$@" $warnings $HEADER_CPPFLAGS -I"$include" -fsyntax-only -; then
		echo "ok $count - $name as $language"
	else
		echo "not ok $count - $name as $language"
	fi
}

for header in "$include"/adtls/*.h; do
	name=${header##*/}
	language=C11
	# shellcheck disable=SC2086
	compiles "$name" ${CC:-cc} -x c -std=c11
	language=C++17
	# shellcheck disable=SC2086
	compiles "$name" ${CXX:-c++} -x c++ -std=c++17
done
echo "1..$count"
