# libadtls exports adtls_* alone. Its objects are made once, as libadtls_core,
# which unit tests link to reach internal functions. Each folder's local.mk
# adds to libadtls_core_la_SOURCES.

noinst_LTLIBRARIES += libadtls_core.la
lib_LTLIBRARIES += libadtls.la

core_libs = $(GNUTLS_LIBS) $(HOGWEED_LIBS) $(NETTLE_LIBS) $(GMP_LIBS) \
	$(CBOR_LIBS) $(JANSSON_LIBS)
libadtls_core_la_SOURCES =
libadtls_core_la_LIBADD = $(core_libs)

libadtls_la_SOURCES =
libadtls_la_LIBADD = libadtls_core.la
libadtls_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined \
	-Wl,--version-script,$(srcdir)/lib/libadtls.map
EXTRA_libadtls_la_DEPENDENCIES = lib/libadtls.map
EXTRA_DIST += lib/libadtls.map
CONFIGURE_DEPENDENCIES = $(srcdir)/lib/include/adtls/version.h

# Public headers, installed as <adtls/...>.
adtlsincludedir = $(includedir)/adtls
adtlsinclude_HEADERS = \
	lib/include/adtls/address.h \
	lib/include/adtls/adtls.h \
	lib/include/adtls/attester.h \
	lib/include/adtls/coap.h \
	lib/include/adtls/config.h \
	lib/include/adtls/credentials.h \
	lib/include/adtls/endpoint.h \
	lib/include/adtls/engine.h \
	lib/include/adtls/error.h \
	lib/include/adtls/job.h \
	lib/include/adtls/job_pool.h \
	lib/include/adtls/policy.h \
	lib/include/adtls/priority.h \
	lib/include/adtls/psk.h \
	lib/include/adtls/server.h \
	lib/include/adtls/session.h \
	lib/include/adtls/ticket.h \
	lib/include/adtls/types.h \
	lib/include/adtls/verdict.h \
	lib/include/adtls/verification.h \
	lib/include/adtls/verifier.h \
	lib/include/adtls/version.h

include lib/base/local.mk
include lib/crypto/local.mk
include lib/rats/local.mk
include lib/messages/local.mk
include lib/record/local.mk
include lib/keys/local.mk
include lib/flight/local.mk
include lib/attesters/local.mk
include lib/verifiers/local.mk
include lib/handshake/local.mk
include lib/attestation/local.mk
include lib/engine/local.mk
include lib/session/local.mk
