# Comparisons with secrets, watched by valgrind's memcheck.

EXTRA_DIST += \
	tests/constant_time/secret_comparisons.c \
	tests/constant_time/under_valgrind.sh

if CONSTANT_TIME
check_PROGRAMS += tests/constant_time/secret_comparisons
script_tests += tests/constant_time/under_valgrind.sh
tests_constant_time_secret_comparisons_SOURCES = \
	tests/constant_time/secret_comparisons.c \
	tests/unit/lone_handshake.c \
	tests/unit/lone_handshake.h
# Without debugging information: Debian 12's valgrind gives up on clang's
# DWARF 5.
tests_constant_time_secret_comparisons_LDFLAGS = \
	$(AM_LDFLAGS) -Wl,--wrap=crypto_equal -Wl,--strip-debug
endif
