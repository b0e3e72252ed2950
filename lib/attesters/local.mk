# Sources of lib/attesters, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/attesters/example.c \
#   	lib/attesters/example.h

