# The onboarding gateway and its sensors.

onboarding_est = \
	examples/onboarding/device_identity.c \
	examples/onboarding/device_identity.h \
	examples/onboarding/est.c \
	examples/onboarding/est.h

onboarding_est_server = \
	examples/onboarding/est_request.c \
	examples/onboarding/est_request.h \
	examples/onboarding/est_server.c \
	examples/onboarding/est_server.h

onboarding_est_client = \
	examples/onboarding/est_client.c \
	examples/onboarding/est_client.h

onboarding_common = \
	examples/onboarding/address.c \
	examples/onboarding/address.h \
	examples/onboarding/attestation.c \
	examples/onboarding/attestation.h \
	examples/onboarding/body.c \
	examples/onboarding/body.h \
	examples/onboarding/file.c \
	examples/onboarding/file.h \
	examples/onboarding/number.c \
	examples/onboarding/number.h

onboarding_gateway = $(onboarding_common) $(onboarding_est) \
	$(onboarding_est_server) \
	examples/onboarding/access.c \
	examples/onboarding/access.h \
	examples/onboarding/answer.c \
	examples/onboarding/answer.h \
	examples/onboarding/event_log.c \
	examples/onboarding/event_log.h \
	examples/onboarding/exchange.c \
	examples/onboarding/exchange.h \
	examples/onboarding/gateway.c \
	examples/onboarding/gateway_options.c \
	examples/onboarding/gateway_options.h \
	examples/onboarding/gateway_resources.c \
	examples/onboarding/gateway_resources.h \
	examples/onboarding/readings.c \
	examples/onboarding/readings.h

onboarding_sensor = $(onboarding_common) $(onboarding_est) \
	$(onboarding_est_client) \
	examples/onboarding/coap_client.c \
	examples/onboarding/coap_client.h \
	examples/onboarding/sensor.c \
	examples/onboarding/sensor_options.c \
	examples/onboarding/sensor_options.h \
	examples/onboarding/sensor_state.c \
	examples/onboarding/sensor_state.h \
	examples/onboarding/sensor_steps.c \
	examples/onboarding/sensor_steps.h

noinst_PROGRAMS += examples/onboarding/gateway examples/onboarding/sensor

onboarding_cppflags = $(public_cppflags) $(COAP_CFLAGS) $(JANSSON_CFLAGS) \
	-I$(srcdir)/examples/onboarding

examples_onboarding_gateway_CPPFLAGS = $(onboarding_cppflags)
examples_onboarding_gateway_SOURCES = $(onboarding_gateway)
examples_onboarding_gateway_LDADD = $(coap_ldadd) $(JANSSON_LIBS)
examples_onboarding_gateway_LDFLAGS = $(coap_ldflags)

examples_onboarding_sensor_CPPFLAGS = $(onboarding_cppflags)
examples_onboarding_sensor_SOURCES = $(onboarding_sensor)
examples_onboarding_sensor_LDADD = $(coap_ldadd) $(JANSSON_LIBS)
examples_onboarding_sensor_LDFLAGS = $(coap_ldflags)

EXTRA_DIST += \
	examples/onboarding/README.md \
	examples/onboarding/make-credentials \
	examples/onboarding/run-demo

# Their parts that need no network are tested by tests/unit.
cmocka_onboarding_cppflags = $(public_cppflags) $(JANSSON_CFLAGS) \
	-I$(srcdir)/examples/onboarding
