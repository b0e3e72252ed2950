# Sources of lib/base, headers included, one per line.

libadtls_core_la_SOURCES += \
	lib/base/buffer.c \
	lib/base/buffer.h \
	lib/base/error.c \
	lib/base/siphash.c \
	lib/base/siphash.h \
	lib/base/text.c \
	lib/base/text.h \
	lib/base/version.c \
	lib/base/version.h \
	lib/base/wire.c \
	lib/base/wire.h
