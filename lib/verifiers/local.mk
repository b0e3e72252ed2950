# Sources of lib/verifiers, headers included, one per line.

libadtls_core_la_SOURCES += \
	lib/verifiers/eat_appraisal.c \
	lib/verifiers/eat_appraisal.h \
	lib/verifiers/json_reader.c \
	lib/verifiers/json_reader.h \
	lib/verifiers/local_verifier.c \
	lib/verifiers/policy.c \
	lib/verifiers/policy.h \
	lib/verifiers/policy_describe.c \
	lib/verifiers/policy_schema.c \
	lib/verifiers/policy_schema.h \
	lib/verifiers/trust_anchor_schema.c \
	lib/verifiers/trust_anchor_schema.h \
	lib/verifiers/verdict.c \
	lib/verifiers/verdict.h \
	lib/verifiers/verdict_explain.c \
	lib/verifiers/verdict_object.h \
	lib/verifiers/verdict_reading.c \
	lib/verifiers/verifier.c \
	lib/verifiers/verifier.h
