# Sources of lib/engine, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/engine/example.c \
#   	lib/engine/example.h

