# The bench: built by make, run by hand; a test holds that it runs.

noinst_PROGRAMS += bench/adtls-bench
bench_adtls_bench_CPPFLAGS = $(public_cppflags) $(JANSSON_CFLAGS)
bench_adtls_bench_SOURCES = \
	bench/bench_adtls.c \
	bench/bench_adtls_config.c \
	bench/bench_adtls_config.h \
	bench/bench_check.c \
	bench/bench_check.h \
	bench/bench_credentials.c \
	bench/bench_credentials.h \
	bench/bench_figures.c \
	bench/bench_figures.h \
	bench/bench_gnutls.c \
	bench/bench_heap.c \
	bench/bench_heap.h \
	bench/bench_library.h \
	bench/bench_rate.c \
	bench/bench_rate.h \
	bench/bench_report.c \
	bench/bench_report.h \
	bench/main.c
bench_adtls_bench_LDADD = libadtls.la $(GNUTLS_LIBS) $(JANSSON_LIBS)

script_tests += bench/test_bench.py
EXTRA_DIST += bench/plot
