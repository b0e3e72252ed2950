# adtls-cli, the tool to try and to debug connections with. What makes sockets
# and configurations of command lines is a library, for other programs too.

noinst_LIBRARIES += cli/libcli.a
cli_libcli_a_CPPFLAGS = $(public_cppflags)
cli_libcli_a_SOURCES = \
	cli/address.c \
	cli/address.h \
	cli/attester.c \
	cli/attester.h \
	cli/credentials.c \
	cli/credentials.h \
	cli/limits.c \
	cli/limits.h \
	cli/options.c \
	cli/options.h \
	cli/settings.c \
	cli/settings.h

bin_PROGRAMS += cli/adtls-cli
cli_adtls_cli_CPPFLAGS = $(public_cppflags) $(JANSSON_CFLAGS)
cli_adtls_cli_SOURCES = \
	cli/adtls-cli.c \
	cli/commands.h \
	cli/connect.c \
	cli/dialogue.c \
	cli/dialogue.h \
	cli/inform.c \
	cli/report.c \
	cli/report.h \
	cli/serve.c \
	cli/stopping.c \
	cli/stopping.h \
	cli/summary.c \
	cli/summary.h \
	cli/tickets.c \
	cli/tickets.h
cli_adtls_cli_LDADD = cli/libcli.a libadtls.la $(GNUTLS_LIBS) $(JANSSON_LIBS)

dist_man_MANS = cli/adtls-cli.1
