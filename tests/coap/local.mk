# The libcoap backend under libcoap's own examples and under two programs of
# ours.

script_tests += tests/coap/test_credentials.py tests/coap/test_libcoap.py

coap_test_program = \
	tests/coap/program.c \
	tests/coap/program.h \
	tests/coap/program_credentials.c \
	tests/coap/program_credentials.h

check_PROGRAMS += \
	tests/coap/coap_client \
	tests/coap/coap_server \
	tests/coap/session_client
tests_coap_session_client_CPPFLAGS = $(public_cppflags)
tests_coap_session_client_SOURCES = tests/coap/session_client.c
tests_coap_session_client_LDADD = libadtls.la
tests_coap_coap_client_CPPFLAGS = $(public_cppflags) $(COAP_CFLAGS)
tests_coap_coap_client_SOURCES = tests/coap/coap_client.c $(coap_test_program)
tests_coap_coap_client_LDADD = $(coap_ldadd)
tests_coap_coap_client_LDFLAGS = $(coap_ldflags)
tests_coap_coap_server_CPPFLAGS = $(public_cppflags) $(COAP_CFLAGS)
tests_coap_coap_server_SOURCES = tests/coap/coap_server.c $(coap_test_program)
tests_coap_coap_server_LDADD = $(coap_ldadd)
tests_coap_coap_server_LDFLAGS = $(coap_ldflags)

EXTRA_DIST += tests/coap/coap_case.py tests/coap/harness.py
