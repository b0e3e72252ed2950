# Sources of lib/messages, headers included, one per line.

libadtls_core_la_SOURCES += \
	lib/messages/authentication.c \
	lib/messages/authentication.h \
	lib/messages/connection_id.c \
	lib/messages/connection_id.h \
	lib/messages/evidence_type.c \
	lib/messages/evidence_type.h \
	lib/messages/extension.c \
	lib/messages/extension.h \
	lib/messages/handshake_header.c \
	lib/messages/handshake_header.h \
	lib/messages/hello.c \
	lib/messages/hello.h \
	lib/messages/hello_extensions.c \
	lib/messages/hello_extensions.h \
	lib/messages/key_update.c \
	lib/messages/key_update.h \
	lib/messages/new_session_ticket.c \
	lib/messages/new_session_ticket.h \
	lib/messages/pre_shared_key.c \
	lib/messages/pre_shared_key.h \
	lib/messages/protocol_list.c \
	lib/messages/protocol_list.h \
	lib/messages/return_routability.c \
	lib/messages/return_routability.h
