# Sources of lib/record, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/record/example.c \
#   	lib/record/example.h

