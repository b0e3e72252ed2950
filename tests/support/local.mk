# What tests share: the simulator, fixed credentials, helpers.
#
#   tests_support_libsupport_la_SOURCES += \
#   	tests/support/example.c \
#   	tests/support/example.h

tests_support_libsupport_la_SOURCES =
tests_support_libsupport_la_SOURCES += tests/support/test_vectors.c
tests_support_libsupport_la_SOURCES += tests/support/test_vectors.h
