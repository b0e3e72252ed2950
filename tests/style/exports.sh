#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The shared libraries export what the public headers declare: no more, and
# no less.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo 1..2

# What the preprocessor leaves of the headers holds no comments or macros.
# shellcheck disable=SC2086
for header in "${srcdir:?}"/lib/include/adtls/*.h; do
	${CC:-cc} -E -P -std=c11 $HEADER_CPPFLAGS -I"$srcdir/lib/include" "$header"
done | grep -oE '\badtls_[a-z0-9_]+ *\([^*]' | sed 's/ *(.*//' |
	sort -u >"$work/declared"
# Of the archive's names those that libcoap calls are left to tests/coap.
{
	for library in "${abs_top_builddir:?}"/.libs/libadtls*.so; do
		nm -D --defined-only "$library"
	done
	nm -g --defined-only "$abs_top_builddir/coap/libadtls-coap.a" |
		grep -v ' T coap_'
} | awk 'NF == 3 && $2 != "A" { sub(/@.*/, "", $3); print $3 }' |
	sort -u >"$work/exported"

# Tells which names only the first file has.
report() {
	if test -s "$work/exported" && ! comm -23 "$1" "$2" | grep .; then
		echo "ok $3"
	else
		echo "not ok $3"
	fi
}
report "$work/declared" "$work/exported" '1 - every declared function is there'
report "$work/exported" "$work/declared" '2 - every exported symbol is declared'
