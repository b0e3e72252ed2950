# Unit tests, one program for each module of lib/. A program has one cmocka
# group:
#
#   cmocka_programs += tests/unit/test_example
#   tests_unit_test_example_SOURCES = tests/unit/test_example.c

cmocka_programs += tests/unit/test_version
tests_unit_test_version_SOURCES = tests/unit/test_version.c

