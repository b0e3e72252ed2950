# The libcoap backend. It sees public headers only:
#
#   lib_LTLIBRARIES += libadtls-coap.la
#   libadtls_coap_la_CPPFLAGS = $(public_cppflags) $(COAP_CFLAGS)
#   libadtls_coap_la_SOURCES = coap/example.c coap/example.h
#   libadtls_coap_la_LIBADD = libadtls.la

