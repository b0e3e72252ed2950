# A client and a server that echoes what it sends, by the session API. What
# stands on their command lines they share with adtls-cli.

echo_common = \
	examples/echo/options.c \
	examples/echo/options.h
echo_cppflags = $(public_cppflags) -I$(srcdir)
echo_ldadd = cli/libcli.a libadtls.la $(GNUTLS_LIBS)

noinst_PROGRAMS += examples/echo-client
examples_echo_client_CPPFLAGS = $(echo_cppflags)
examples_echo_client_SOURCES = examples/echo/echo-client.c $(echo_common)
examples_echo_client_LDADD = $(echo_ldadd)

noinst_PROGRAMS += examples/echo-server
examples_echo_server_CPPFLAGS = $(echo_cppflags)
examples_echo_server_SOURCES = examples/echo/echo-server.c $(echo_common)
examples_echo_server_LDADD = $(echo_ldadd)
