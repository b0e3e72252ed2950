# Sources of lib/messages, headers included, one per line.

libadtls_core_la_SOURCES += \
	lib/messages/handshake_header.c \
	lib/messages/handshake_header.h
