# Sources of lib/flight, headers included, one per line.

libadtls_core_la_SOURCES += \
	lib/flight/ack.c \
	lib/flight/ack.h \
	lib/flight/flight.c \
	lib/flight/flight.h \
	lib/flight/flight_message.c \
	lib/flight/flight_message.h \
	lib/flight/range_set.c \
	lib/flight/range_set.h \
	lib/flight/reassembly.c \
	lib/flight/reassembly.h \
	lib/flight/retransmission_timer.c \
	lib/flight/retransmission_timer.h \
	lib/flight/sent_records.c \
	lib/flight/sent_records.h
