# Sources of lib/base, headers included, one per line:
#
#   libadtls_core_la_SOURCES += \
#   	lib/base/example.c \
#   	lib/base/example.h

libadtls_core_la_SOURCES += \
	lib/base/version.c \
	lib/base/version.h
