# Tests against other people's DTLS 1.3, run by ./check and make check-interop;
# scripts that speak TAP:
#
#   interop_tests += interop/example.py
#
# Everything such a test needs in a release tarball:
#
#   EXTRA_DIST += interop/example.data

EXTRA_DIST += interop/README.md interop/nss/fetch-nss \
	interop/nss/credentials.py interop/nss/relay.py interop/nss/stacks.py

interop_tests += interop/nss/test_nss.py

if HAVE_NSS
check_PROGRAMS += interop/nss/nss_peer
interop_nss_nss_peer_SOURCES = \
	interop/nss/nss_connection.c interop/nss/nss_connection.h \
	interop/nss/nss_credentials.c interop/nss/nss_credentials.h \
	interop/nss/nss_link.c interop/nss/nss_link.h \
	interop/nss/nss_options.c interop/nss/nss_options.h \
	interop/nss/nss_peer.c
# Nothing of adtls's, and no sanitizer: what leaks here is NSS's.
interop_nss_nss_peer_CPPFLAGS = $(NSS_CFLAGS) $(JANSSON_CFLAGS)
interop_nss_nss_peer_CFLAGS = -std=c11 $(WARNING_CFLAGS)
interop_nss_nss_peer_LDFLAGS =
interop_nss_nss_peer_LDADD = $(NSS_LIBS) $(JANSSON_LIBS)

interop_programs += interop/nss/nss_peer
endif

# A shim for BoringSSL's test runner, which is not part of adtls.
noinst_PROGRAMS += interop/bogo/bogo_shim
interop_bogo_bogo_shim_SOURCES = \
	interop/bogo/bogo_expectations.c interop/bogo/bogo_expectations.h \
	interop/bogo/bogo_link.c interop/bogo/bogo_link.h \
	interop/bogo/bogo_names.c interop/bogo/bogo_names.h \
	interop/bogo/bogo_options.c interop/bogo/bogo_options.h \
	interop/bogo/bogo_peer.c interop/bogo/bogo_peer.h \
	interop/bogo/bogo_setup.c interop/bogo/bogo_setup.h \
	interop/bogo/bogo_shim.c
interop_bogo_bogo_shim_CPPFLAGS = -I$(srcdir) $(public_cppflags)
interop_bogo_bogo_shim_LDADD = libadtls.la $(GNUTLS_LIBS)
EXTRA_DIST += interop/bogo/README.md interop/bogo/config.json \
	interop/bogo/accept-short-headers
