# A client and a server that echoes what it sends, by the session API.

echo_common = \
	examples/echo/options.c \
	examples/echo/options.h \
	examples/echo/setup.c \
	examples/echo/setup.h

noinst_PROGRAMS += examples/echo-client
examples_echo_client_CPPFLAGS = $(public_cppflags)
examples_echo_client_SOURCES = examples/echo/echo-client.c $(echo_common)
examples_echo_client_LDADD = libadtls.la $(GNUTLS_LIBS)

noinst_PROGRAMS += examples/echo-server
examples_echo_server_CPPFLAGS = $(public_cppflags)
examples_echo_server_SOURCES = examples/echo/echo-server.c $(echo_common)
examples_echo_server_LDADD = libadtls.la $(GNUTLS_LIBS)
