# Sources of lib/handshake, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/handshake/example.c \
#   	lib/handshake/example.h

