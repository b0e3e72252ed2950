# Sources of lib/attestation, headers included, one per line.

libadtls_core_la_SOURCES += \
	lib/attestation/attestation.h \
	lib/attestation/attestation_appraisal.c \
	lib/attestation/attestation_binder.c \
	lib/attestation/attestation_config.c \
	lib/attestation/attestation_layer.c \
	lib/attestation/attestation_negotiation.c \
	lib/attestation/attestation_resumption.c \
	lib/attestation/ticket_denials.c \
	lib/attestation/ticket_denials.h
