# Sources of lib/attesters, headers included, one per line.

libadtls_core_la_SOURCES += \
	lib/attesters/attester.c \
	lib/attesters/attester.h \
	lib/attesters/software_attester.c
