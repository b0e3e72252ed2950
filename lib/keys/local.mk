# Sources of lib/keys, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/keys/example.c \
#   	lib/keys/example.h

libadtls_core_la_SOURCES += \
	lib/keys/key_log.c \
	lib/keys/key_log.h \
	lib/keys/key_schedule.c \
	lib/keys/key_schedule.h \
	lib/keys/transcript.c \
	lib/keys/transcript.h
