# Example programs. They see public headers only:
#
#   noinst_PROGRAMS += examples/echo-client
#   examples_echo_client_CPPFLAGS = $(public_cppflags)
#   examples_echo_client_SOURCES = examples/echo-client.c
#   examples_echo_client_LDADD = libadtls.la $(GNUTLS_LIBS)


include examples/onboarding/local.mk
