# Sources of lib/flight, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/flight/example.c \
#   	lib/flight/example.h

