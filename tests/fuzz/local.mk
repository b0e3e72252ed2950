# Fuzz targets. They replay their corpora in make check; configured with
# --enable-fuzzing they are libFuzzer programs (README.md), made by make fuzz.

fuzz_targets = \
	tests/fuzz/fuzz_messages \
	tests/fuzz/fuzz_record \
	tests/fuzz/fuzz_flight \
	tests/fuzz/fuzz_evidence \
	tests/fuzz/fuzz_policy \
	tests/fuzz/fuzz_engine \
	tests/fuzz/fuzz_insider \
	tests/fuzz/fuzz_endpoint

EXTRA_PROGRAMS = $(fuzz_targets)
fuzz: $(fuzz_targets)
.PHONY: fuzz

if FUZZING
fuzz_sources = tests/fuzz/fuzz.h
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
fuzz_sources = tests/fuzz/fuzz.h tests/fuzz/replay_main.c
fuzz_ldflags = $(AM_LDFLAGS)
cmocka_programs += $(fuzz_targets)
endif

tests_fuzz_fuzz_messages_SOURCES = tests/fuzz/fuzz_messages.c $(fuzz_sources)
tests_fuzz_fuzz_messages_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_record_SOURCES = tests/fuzz/fuzz_record.c $(fuzz_sources)
tests_fuzz_fuzz_record_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_flight_SOURCES = tests/fuzz/fuzz_flight.c $(fuzz_sources)
tests_fuzz_fuzz_flight_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_evidence_SOURCES = tests/fuzz/fuzz_evidence.c $(fuzz_sources)
tests_fuzz_fuzz_evidence_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_policy_SOURCES = tests/fuzz/fuzz_policy.c $(fuzz_sources)
tests_fuzz_fuzz_policy_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_engine_SOURCES = tests/fuzz/fuzz_engine.c \
	tests/fuzz/edit.h tests/fuzz/engine_rules.h \
	tests/fuzz/features.h tests/fuzz/scenario.h $(fuzz_sources)
tests_fuzz_fuzz_engine_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_insider_SOURCES = tests/fuzz/fuzz_insider.c \
	tests/fuzz/edit.h tests/fuzz/engine_rules.h \
	tests/fuzz/features.h tests/fuzz/scenario.h $(fuzz_sources)
tests_fuzz_fuzz_insider_LDFLAGS = $(fuzz_ldflags)

tests_fuzz_fuzz_endpoint_SOURCES = tests/fuzz/fuzz_endpoint.c \
	tests/fuzz/edit.h tests/fuzz/engine_rules.h $(fuzz_sources)
tests_fuzz_fuzz_endpoint_LDFLAGS = $(fuzz_ldflags)

EXTRA_DIST += tests/fuzz/README.md tests/fuzz/coverage.sh tests/fuzz/corpus tests/fuzz/reproducers \
	tests/fuzz/replay_main.c
