# Whole handshakes in the simulator. A program has one cmocka group:
#
#   cmocka_programs += tests/scenario/example
#   tests_scenario_example_SOURCES = tests/scenario/example.c

