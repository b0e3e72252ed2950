# Whole handshakes in the simulator. A program has one cmocka group:
#
#   cmocka_programs += tests/scenario/example
#   tests_scenario_example_SOURCES = tests/scenario/example.c

steps = tests/scenario/steps.c tests/scenario/steps.h

cmocka_programs += tests/scenario/test_handshake
tests_scenario_test_handshake_SOURCES = tests/scenario/test_handshake.c

cmocka_programs += tests/scenario/test_deadlines
tests_scenario_test_deadlines_SOURCES = tests/scenario/test_deadlines.c

cmocka_programs += tests/scenario/test_exporter
tests_scenario_test_exporter_SOURCES = tests/scenario/test_exporter.c

cmocka_programs += tests/scenario/test_loss
tests_scenario_test_loss_SOURCES = tests/scenario/test_loss.c

cmocka_programs += tests/scenario/test_attestation
tests_scenario_test_attestation_SOURCES = \
	tests/scenario/test_attestation.c \
	$(steps)

cmocka_programs += tests/scenario/test_algorithms
tests_scenario_test_algorithms_SOURCES = tests/scenario/test_algorithms.c

script_tests += tests/scenario/test_cli.py
script_tests += tests/scenario/test_collector.py

crowd = tests/scenario/crowd.c tests/scenario/crowd.h

cmocka_programs += tests/scenario/test_credentials
tests_scenario_test_credentials_SOURCES = \
	tests/scenario/test_credentials.c \
	$(crowd)

cmocka_programs += tests/scenario/test_alpn
tests_scenario_test_alpn_SOURCES = \
	tests/scenario/test_alpn.c \
	$(crowd)

cmocka_programs += tests/scenario/test_device_keys
tests_scenario_test_device_keys_SOURCES = tests/scenario/test_device_keys.c

cmocka_programs += tests/scenario/test_raw_keys
tests_scenario_test_raw_keys_SOURCES = \
	tests/scenario/test_raw_keys.c \
	$(crowd)

cmocka_programs += tests/scenario/test_verification
tests_scenario_test_verification_SOURCES = \
	tests/scenario/test_verification.c \
	$(crowd)

cmocka_programs += tests/scenario/test_server_name
tests_scenario_test_server_name_SOURCES = \
	tests/scenario/test_server_name.c \
	$(crowd)

cmocka_programs += tests/scenario/test_extensions
tests_scenario_test_extensions_SOURCES = \
	tests/scenario/test_extensions.c \
	$(crowd)

cmocka_programs += tests/scenario/test_close
tests_scenario_test_close_SOURCES = \
	tests/scenario/test_close.c \
	$(crowd)

cmocka_programs += tests/scenario/test_endpoint
tests_scenario_test_endpoint_SOURCES = \
	tests/scenario/test_endpoint.c \
	$(crowd)

script_tests += tests/scenario/test_echo.py

script_tests += tests/scenario/test_onboarding.py

cmocka_programs += tests/scenario/test_acknowledged
tests_scenario_test_acknowledged_SOURCES = tests/scenario/test_acknowledged.c

cmocka_programs += tests/scenario/test_key_update
tests_scenario_test_key_update_SOURCES = \
	tests/scenario/test_key_update.c \
	$(steps)

attacker = tests/scenario/attacker.c tests/scenario/attacker.h $(steps)

cmocka_programs += tests/scenario/test_attacks_engine
tests_scenario_test_attacks_engine_SOURCES = \
	tests/scenario/test_attacks_engine.c \
	$(attacker)

cmocka_programs += tests/scenario/test_attacks_endpoint
tests_scenario_test_attacks_endpoint_SOURCES = \
	tests/scenario/test_attacks_endpoint.c \
	$(attacker)

cmocka_programs += tests/scenario/test_endpoint_meet
tests_scenario_test_endpoint_meet_SOURCES = \
	tests/scenario/test_endpoint_meet.c

cmocka_programs += tests/scenario/test_psk
tests_scenario_test_psk_SOURCES = \
	tests/scenario/test_psk.c \
	$(steps)

resuming = tests/scenario/resuming.c tests/scenario/resuming.h

cmocka_programs += tests/scenario/test_resumption
tests_scenario_test_resumption_SOURCES = \
	tests/scenario/test_resumption.c \
	$(resuming)

cmocka_programs += tests/scenario/test_resumption_grants
tests_scenario_test_resumption_grants_SOURCES = \
	tests/scenario/test_resumption_grants.c \
	$(resuming)

cmocka_programs += tests/scenario/test_endpoint_limits
tests_scenario_test_endpoint_limits_SOURCES = \
	tests/scenario/test_endpoint_limits.c \
	$(crowd)

cmocka_programs += tests/scenario/test_flood
tests_scenario_test_flood_SOURCES = \
	tests/scenario/test_flood.c \
	$(crowd)

cmocka_programs += tests/scenario/test_connection_ids
tests_scenario_test_connection_ids_SOURCES = \
	tests/scenario/test_connection_ids.c \
	$(steps)

cmocka_programs += tests/scenario/test_migration
tests_scenario_test_migration_SOURCES = \
	tests/scenario/test_migration.c \
	$(steps)

cmocka_programs += tests/scenario/test_datagrams
tests_scenario_test_datagrams_SOURCES = \
	tests/scenario/test_datagrams.c \
	$(steps)

cmocka_programs += tests/scenario/test_record_size
tests_scenario_test_record_size_SOURCES = \
	tests/scenario/test_record_size.c \
	$(attacker)

cmocka_programs += tests/scenario/test_mtu
tests_scenario_test_mtu_SOURCES = \
	tests/scenario/test_mtu.c \
	$(attacker)

cmocka_programs += tests/scenario/test_reliability
tests_scenario_test_reliability_SOURCES = \
	tests/scenario/test_reliability.c \
	$(attacker)

cmocka_programs += tests/scenario/test_recovery
tests_scenario_test_recovery_SOURCES = \
	tests/scenario/test_recovery.c \
	$(steps)
