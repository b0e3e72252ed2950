# Sources of lib/session, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/session/example.c \
#   	lib/session/example.h

