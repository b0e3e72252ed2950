# The bench: built by make, run by hand; a test holds that it runs.

noinst_PROGRAMS += bench/adtls-bench
bench_adtls_bench_CPPFLAGS = $(public_cppflags) $(JANSSON_CFLAGS) \
	$(NETTLE_CFLAGS) $(HOGWEED_CFLAGS)
bench_adtls_bench_SOURCES = \
	bench/bench_adtls.c \
	bench/bench_adtls_config.c \
	bench/bench_adtls_config.h \
	bench/bench_bound.c \
	bench/bench_bound.h \
	bench/bench_check.c \
	bench/bench_check.h \
	bench/bench_credentials.c \
	bench/bench_credentials.h \
	bench/bench_figures.c \
	bench/bench_figures.h \
	bench/bench_gnutls.c \
	bench/bench_heap.c \
	bench/bench_heap.h \
	bench/bench_libraries.c \
	bench/bench_libraries.h \
	bench/bench_library.h \
	bench/bench_rate.c \
	bench/bench_rate.h \
	bench/bench_report.c \
	bench/bench_report.h \
	bench/bench_wire.c \
	bench/bench_wire.h \
	bench/main.c
bench_adtls_bench_LDADD = libadtls.la $(GNUTLS_LIBS) $(JANSSON_LIBS) \
	$(HOGWEED_LIBS) $(NETTLE_LIBS)

# Other libraries, a file for each, where configure has found them.
if HAVE_OPENSSL
bench_adtls_bench_CPPFLAGS += -DHAVE_OPENSSL $(OPENSSL_CFLAGS)
bench_adtls_bench_SOURCES += bench/bench_openssl.c
bench_adtls_bench_LDADD += $(OPENSSL_LIBS)
endif
if HAVE_WOLFSSL
bench_adtls_bench_CPPFLAGS += -DHAVE_WOLFSSL $(WOLFSSL_CFLAGS)
bench_adtls_bench_SOURCES += bench/bench_wolfssl.c
bench_adtls_bench_LDADD += $(WOLFSSL_LIBS)
endif

script_tests += bench/test_bench.py
EXTRA_DIST += bench/plot
