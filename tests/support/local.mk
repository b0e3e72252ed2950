# What tests share: the simulator, fixed credentials, helpers.
#
#   tests_support_libsupport_la_SOURCES += \
#   	tests/support/example.c \
#   	tests/support/example.h

tests_support_libsupport_la_SOURCES =
tests_support_libsupport_la_SOURCES += tests/support/client_hello.c
tests_support_libsupport_la_SOURCES += tests/support/client_hello.h
tests_support_libsupport_la_SOURCES += tests/support/test_vectors.c
tests_support_libsupport_la_SOURCES += tests/support/test_vectors.h
tests_support_libsupport_la_SOURCES += tests/support/seeded_random.h
tests_support_libsupport_la_SOURCES += tests/support/simulation.c
tests_support_libsupport_la_SOURCES += tests/support/simulation.h
tests_support_libsupport_la_SOURCES += tests/support/simulation_attestation.c
tests_support_libsupport_la_SOURCES += tests/support/simulation_credentials.c
tests_support_libsupport_la_SOURCES += tests/support/simulation_credentials.h
tests_support_libsupport_la_SOURCES += tests/support/test_authority.c
tests_support_libsupport_la_SOURCES += tests/support/test_authority.h
tests_support_libsupport_la_SOURCES += tests/support/test_credentials.c
tests_support_libsupport_la_SOURCES += tests/support/test_credentials.h
tests_support_libsupport_la_SOURCES += tests/support/wiretap.c
tests_support_libsupport_la_SOURCES += tests/support/wiretap.h
