# A flood over real sockets: see docs/endpoint.md. make check runs a short one.

flood_programs = tests/flood/flood
tests_flood_flood_SOURCES = \
	tests/flood/flood.h \
	tests/flood/flood_attacker.c \
	tests/flood/flood_clients.c \
	tests/flood/flood_server.c \
	tests/flood/main.c

script_tests += tests/flood/test_flood.sh
