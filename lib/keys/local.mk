# Sources of lib/keys, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/keys/example.c \
#   	lib/keys/example.h

