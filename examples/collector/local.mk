# The collector of readings, and a sensor that sends them. What stands on their
# command lines they share with adtls-cli.

collector_cppflags = $(public_cppflags) $(JANSSON_CFLAGS) -I$(srcdir) \
	-I$(srcdir)/examples/collector
collector_ldadd = cli/libcli.a libadtls.la $(GNUTLS_LIBS) $(JANSSON_LIBS)

noinst_PROGRAMS += examples/collector/collector \
	examples/collector/telemetry-sensor

examples_collector_collector_CPPFLAGS = $(collector_cppflags)
examples_collector_collector_SOURCES = \
	examples/collector/collector.c \
	examples/collector/collector_options.c \
	examples/collector/collector_options.h \
	examples/collector/journal.c \
	examples/collector/journal.h \
	examples/collector/reading.c \
	examples/collector/reading.h \
	examples/collector/sensors.c \
	examples/collector/sensors.h
examples_collector_collector_LDADD = $(collector_ldadd)

examples_collector_telemetry_sensor_CPPFLAGS = $(collector_cppflags)
examples_collector_telemetry_sensor_SOURCES = \
	examples/collector/reading.c \
	examples/collector/reading.h \
	examples/collector/telemetry-sensor.c \
	examples/collector/telemetry_options.c \
	examples/collector/telemetry_options.h
examples_collector_telemetry_sensor_LDADD = $(collector_ldadd)

EXTRA_DIST += examples/collector/README.md
