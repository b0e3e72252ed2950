# Sources of lib/verifiers, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/verifiers/example.c \
#   	lib/verifiers/example.h

