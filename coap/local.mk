# The libcoap backend (docs/coap.md). It sees public headers only.
#
# libadtls-coap.a has one object, which takes the place of coap_notls.o in
# libcoap's static library and exports nothing but what libcoap calls and
# <adtls/coap.h> declares. libcoap-3-adtls.a is a linker script that joins the
# two, for applications to be linked with -lcoap-3-adtls.

noinst_LIBRARIES += coap/libbackend.a
coap_libbackend_a_CPPFLAGS = $(public_cppflags) $(COAP_CFLAGS)
coap_libbackend_a_SOURCES = \
	coap/application.c \
	coap/backend_certificate.c \
	coap/backend_certificate.h \
	coap/backend_config.c \
	coap/backend_config.h \
	coap/backend_context.c \
	coap/backend_context.h \
	coap/backend_credentials.c \
	coap/backend_credentials.h \
	coap/backend_digest.c \
	coap/backend_events.c \
	coap/backend_events.h \
	coap/backend_hello.c \
	coap/backend_hello.h \
	coap/backend_jobs.c \
	coap/backend_jobs.h \
	coap/backend_keys.c \
	coap/backend_keys.h \
	coap/backend_keys_fill.c \
	coap/backend_log.c \
	coap/backend_log.h \
	coap/backend_names.c \
	coap/backend_names.h \
	coap/backend_outcome.c \
	coap/backend_outcome.h \
	coap/backend_pins.c \
	coap/backend_pins.h \
	coap/backend_pki.c \
	coap/backend_pki.h \
	coap/backend_psk.c \
	coap/backend_psk.h \
	coap/backend_roots.c \
	coap/backend_roots.h \
	coap/backend_session.c \
	coap/backend_session.h \
	coap/backend_symbols.c \
	coap/backend_symbols_version.c \
	coap/backend_tickets.c \
	coap/backend_tickets.h \
	coap/backend_verify.c \
	coap/backend_verify.h \
	coap/backend_wake.c \
	coap/backend_wake.h \
	coap/libcoap_internal.h

backenddir = $(libdir)
backend_DATA = coap/libadtls-coap.a coap/libcoap-3-adtls.a
pkgconfig_DATA += coap/libcoap-3-adtls.pc

coap/libadtls-coap.a: coap/libbackend.a
	$(AM_V_GEN)rm -f $@ && \
	$(LD) -r -o coap/libadtls-coap.o --whole-archive coap/libbackend.a && \
	$(OBJCOPY) --wildcard --keep-global-symbol='coap_*' \
	  --keep-global-symbol='adtls_coap_*' coap/libadtls-coap.o && \
	$(AR) cr $@ coap/libadtls-coap.o && $(RANLIB) $@

coap/libcoap-3-adtls.a: coap/libcoap-3-adtls.ld
	$(AM_V_GEN)cp $(srcdir)/coap/libcoap-3-adtls.ld $@

EXTRA_DIST += coap/libcoap-3-adtls.ld
CLEANFILES += coap/libadtls-coap.o $(backend_DATA)

# What programs of this tree are linked with in place of libcoap's own -l.
coap_ldadd = coap/libadtls-coap.a $(COAP_STATIC_LIBS) libadtls.la \
	$(GNUTLS_LIBS)
coap_ldflags = $(AM_LDFLAGS) -Wl,--undefined=coap_dtls_new_context
