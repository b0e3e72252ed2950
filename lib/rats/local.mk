# Sources of lib/rats, headers included, one per line.

libadtls_core_la_SOURCES += \
	lib/rats/cbor_check.c \
	lib/rats/cbor_check.h \
	lib/rats/cbor_head.c \
	lib/rats/cbor_head.h \
	lib/rats/cbor_reader.c \
	lib/rats/cbor_reader.h \
	lib/rats/cbor_writer.c \
	lib/rats/cbor_writer.h \
	lib/rats/cmw.c \
	lib/rats/cmw.h \
	lib/rats/content_type.c \
	lib/rats/content_type.h \
	lib/rats/cose_sign1.c \
	lib/rats/cose_sign1.h \
	lib/rats/eat.c \
	lib/rats/eat.h \
	lib/rats/evidence_claims.c \
	lib/rats/evidence_claims.h
