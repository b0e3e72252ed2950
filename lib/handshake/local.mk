# Sources of lib/handshake, headers included, one per line.

libadtls_core_la_SOURCES += \
	lib/handshake/alpn.c \
	lib/handshake/alpn.h \
	lib/handshake/application_extension.c \
	lib/handshake/authentication.c \
	lib/handshake/certificate_type.c \
	lib/handshake/certificate_type.h \
	lib/handshake/channel.c \
	lib/handshake/channel.h \
	lib/handshake/client_states.c \
	lib/handshake/connected.c \
	lib/handshake/connected.h \
	lib/handshake/config.c \
	lib/handshake/config.h \
	lib/handshake/cookie.c \
	lib/handshake/cookie.h \
	lib/handshake/exchange.c \
	lib/handshake/exchange.h \
	lib/handshake/extension_table.c \
	lib/handshake/extension_table.h \
	lib/handshake/handshake.c \
	lib/handshake/handshake.h \
	lib/handshake/handshake_keys.c \
	lib/handshake/hello_offer.c \
	lib/handshake/hello_offer.h \
	lib/handshake/hooks.h \
	lib/handshake/job.c \
	lib/handshake/job.h \
	lib/handshake/key_updating.c \
	lib/handshake/message_table.c \
	lib/handshake/message_table.h \
	lib/handshake/retry_request.c \
	lib/handshake/retry_request.h \
	lib/handshake/server_name.c \
	lib/handshake/server_name.h \
	lib/handshake/server_states.c \
	lib/handshake/verify_peer.c \
	lib/handshake/verify_peer.h
