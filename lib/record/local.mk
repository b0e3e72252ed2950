# Sources of lib/record, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/record/example.c \
#   	lib/record/example.h

libadtls_core_la_SOURCES += \
	lib/record/record.h \
	lib/record/record_cids.c \
	lib/record/record_cids.h \
	lib/record/record_keys.c \
	lib/record/record_number.c \
	lib/record/record_number.h \
	lib/record/record_open.c \
	lib/record/record_seal.c \
	lib/record/replay_window.c \
	lib/record/replay_window.h \
	lib/record/unified_header.h
