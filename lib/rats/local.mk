# Sources of lib/rats, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/rats/example.c \
#   	lib/rats/example.h

