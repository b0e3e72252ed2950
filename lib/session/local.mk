# Sources of lib/session, headers included, one per line.

libadtls_core_la_SOURCES += \
	lib/session/address.c \
	lib/session/address.h \
	lib/session/clock.c \
	lib/session/clock.h \
	lib/session/driver.c \
	lib/session/driver.h \
	lib/session/job_pool.c \
	lib/session/job_runner.c \
	lib/session/job_runner.h \
	lib/session/server.c \
	lib/session/server_watch.c \
	lib/session/server_watch.h \
	lib/session/session.c \
	lib/session/transport.c \
	lib/session/transport.h \
	lib/session/udp_socket.c \
	lib/session/udp_socket.h
