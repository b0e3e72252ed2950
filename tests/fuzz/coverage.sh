#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What of lib/ the fuzz targets' corpora and reproducers reach, in lines, by
# clang's coverage. Run from anywhere; builds in FOLDER.
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:?usage: tests/fuzz/coverage.sh FOLDER [JOBS]}
jobs=${2:-2}
targets="messages record flight evidence policy engine insider endpoint"

mkdir -p "$folder"
cd "$folder"
if [ ! -e Makefile ]; then
	"$source/configure" -q CC=clang CXX=clang++ \
		CFLAGS='-O1 -g -fprofile-instr-generate -fcoverage-mapping'
fi
programs=
objects=
for target in $targets; do
	programs="$programs tests/fuzz/fuzz_$target"
	objects="$objects -object tests/fuzz/fuzz_$target"
done
# Names of programs, without blanks.
# shellcheck disable=SC2086
make -s -j"$jobs" $programs
for target in $targets; do
	LLVM_PROFILE_FILE=$target.profraw srcdir=$source \
		"tests/fuzz/fuzz_$target" >"$target.log"
done
llvm-profdata merge -o fuzz.profdata ./*.profraw
# shellcheck disable=SC2086
llvm-cov report tests/fuzz/fuzz_engine $objects -instr-profile fuzz.profdata \
	-ignore-filename-regex='(^|/)tests/' >coverage.txt
cat coverage.txt
