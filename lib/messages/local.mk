# Sources of lib/messages, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/messages/example.c \
#   	lib/messages/example.h

