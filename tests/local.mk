# Every test speaks TAP, so that each case counts: cmocka programs by
# CMOCKA_MESSAGE_OUTPUT, Python unittest modules by run_unittest.py, shell
# scripts by themselves. Tests run with these variables set:
#
#   srcdir             top of the source tree (tests/vectors is in it)
#   abs_top_builddir   top of the build tree
#   CC, CXX            the compilers in use
#   SANITIZER_CFLAGS   what a sanitized build adds to them
#   HEADER_CPPFLAGS    what public headers need besides their own folder
#
# Internal functions are at hand: test programs link libadtls_core and what
# tests/support offers.

TEST_EXTENSIONS = .sh .py
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_DRIVER = $(LOG_DRIVER)
# Only a test that hangs is stopped.
time_limit = timeout 600
LOG_COMPILER = $(time_limit)
SH_LOG_COMPILER = $(time_limit) $(SHELL)
PY_LOG_COMPILER = $(time_limit) /usr/bin/python3 \
	$(srcdir)/tests/support/run_unittest.py
AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE; \
	abs_top_builddir='$(abs_top_builddir)'; export abs_top_builddir; \
	CC='$(CC)'; export CC; CXX='$(CXX)'; export CXX; \
	SANITIZER_CFLAGS='$(SANITIZER_CFLAGS)'; export SANITIZER_CFLAGS; \
	HEADER_CPPFLAGS='$(GNUTLS_CFLAGS) $(COAP_CFLAGS)'; \
	export HEADER_CPPFLAGS;

# cmocka_programs: one test program each, from its own _SOURCES, linked with
# $(LDADD). script_tests: .sh and .py.
cmocka_programs =
script_tests =
interop_tests =
# What interop_tests run besides the programs of the build.
interop_programs =

LDADD = tests/support/.libs/libsupport.a .libs/libadtls_core.a $(CMOCKA_LIBS) \
	$(core_libs)
tests/support/.libs/libsupport.a: tests/support/libsupport.la ;
.libs/libadtls_core.a: libadtls_core.la ;

# Archives alone need no libtool, whose script takes longer than the linker.
link_options = $(AM_CFLAGS) $(CFLAGS) $(AM_LDFLAGS) $(LDFLAGS) -o $@
LINK = $(if $(filter $(cmocka_programs),$@),$(CCLD) $(link_options),\
	$(LIBTOOL) $(AM_V_lt) --tag=CC --mode=link $(CCLD) $(link_options))

include tests/support/local.mk
include tests/unit/local.mk
include tests/scenario/local.mk
include tests/coap/local.mk
include tests/peer/local.mk
include tests/style/local.mk
include tests/constant_time/local.mk
include tests/fuzz/local.mk
include tests/flood/local.mk

if HAVE_CMOCKA
check_LTLIBRARIES += tests/support/libsupport.la
check_PROGRAMS += $(cmocka_programs) $(flood_programs)
TESTS = $(script_tests) $(cmocka_programs)
else
TESTS = tests/support/no-cmocka.sh
endif

EXTRA_DIST += $(script_tests) $(interop_tests) \
	tests/support/run_unittest.py tests/support/no-cmocka.sh \
	tests/vectors

# The tests that need other people's software, or minutes.
check-interop: all $(interop_programs)
	@if test -n '$(interop_tests)'; then \
	  $(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(interop_tests)' \
	    TEST_SUITE_LOG=interop-suite.log; \
	fi
.PHONY: check-interop
