# Sources of lib/engine, headers included, one per line.

libadtls_core_la_SOURCES += \
	lib/engine/cid_table.c \
	lib/engine/cid_table.h \
	lib/engine/data_queue.c \
	lib/engine/data_queue.h \
	lib/engine/deadline_heap.c \
	lib/engine/deadline_heap.h \
	lib/engine/endpoint.c \
	lib/engine/endpoint.h \
	lib/engine/endpoint_input.c \
	lib/engine/endpoint_limits.c \
	lib/engine/endpoint_meet.c \
	lib/engine/endpoint_paths.c \
	lib/engine/engine.c \
	lib/engine/engine.h \
	lib/engine/engine_cids.c \
	lib/engine/engine_events.c \
	lib/engine/engine_input.c \
	lib/engine/engine_memory.c \
	lib/engine/engine_mtu.c \
	lib/engine/engine_output.c \
	lib/engine/engine_paths.c \
	lib/engine/engine_tickets.c \
	lib/engine/engine_time.c \
	lib/engine/front_door.c \
	lib/engine/front_door.h \
	lib/engine/hello_table.c \
	lib/engine/hello_table.h \
	lib/engine/memory_account.h \
	lib/engine/path_check.c \
	lib/engine/path_check.h \
	lib/engine/peer_queue.c \
	lib/engine/peer_queue.h \
	lib/engine/peer_table.c \
	lib/engine/peer_table.h \
	lib/engine/source_table.c \
	lib/engine/source_table.h
