# Benchmarks, built by make and run by hand:
#
#   noinst_PROGRAMS += bench/adtls-bench
#   bench_adtls_bench_CPPFLAGS = $(public_cppflags)
#   bench_adtls_bench_SOURCES = bench/adtls-bench.c
#   bench_adtls_bench_LDADD = libadtls.la $(GNUTLS_LIBS)

