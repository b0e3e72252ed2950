# Sources of lib/crypto, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/crypto/example.c \
#   	lib/crypto/example.h

