# Sources of lib/attestation, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/attestation/example.c \
#   	lib/attestation/example.h

