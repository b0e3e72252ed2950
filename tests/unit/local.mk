# Unit tests, one program for each module of lib/. A program has one cmocka
# group:
#
#   cmocka_programs += tests/unit/test_example
#   tests_unit_test_example_SOURCES = tests/unit/test_example.c

cmocka_programs += tests/unit/test_version
tests_unit_test_version_SOURCES = tests/unit/test_version.c

cmocka_programs += tests/unit/test_base_buffer
tests_unit_test_base_buffer_SOURCES = tests/unit/test_base_buffer.c

cmocka_programs += tests/unit/test_base_error
tests_unit_test_base_error_SOURCES = tests/unit/test_base_error.c

cmocka_programs += tests/unit/test_base_siphash
tests_unit_test_base_siphash_SOURCES = tests/unit/test_base_siphash.c

cmocka_programs += tests/unit/test_base_wire
tests_unit_test_base_wire_SOURCES = tests/unit/test_base_wire.c

cmocka_programs += tests/unit/test_flight_ack
tests_unit_test_flight_ack_SOURCES = tests/unit/test_flight_ack.c

cmocka_programs += tests/unit/test_flight_flight
tests_unit_test_flight_flight_SOURCES = tests/unit/test_flight_flight.c

cmocka_programs += tests/unit/test_flight_range_set
tests_unit_test_flight_range_set_SOURCES = tests/unit/test_flight_range_set.c

cmocka_programs += tests/unit/test_flight_reassembly
tests_unit_test_flight_reassembly_SOURCES = tests/unit/test_flight_reassembly.c

cmocka_programs += tests/unit/test_flight_retransmission_timer
tests_unit_test_flight_retransmission_timer_SOURCES = tests/unit/test_flight_retransmission_timer.c

cmocka_programs += tests/unit/test_flight_simulation
tests_unit_test_flight_simulation_SOURCES = tests/unit/test_flight_simulation.c

cmocka_programs += tests/unit/test_messages_authentication
tests_unit_test_messages_authentication_SOURCES = tests/unit/test_messages_authentication.c

cmocka_programs += tests/unit/test_messages_evidence_type
tests_unit_test_messages_evidence_type_SOURCES = tests/unit/test_messages_evidence_type.c

cmocka_programs += tests/unit/test_messages_extension
tests_unit_test_messages_extension_SOURCES = tests/unit/test_messages_extension.c

cmocka_programs += tests/unit/test_messages_handshake_header
tests_unit_test_messages_handshake_header_SOURCES = tests/unit/test_messages_handshake_header.c

cmocka_programs += tests/unit/test_messages_hello
tests_unit_test_messages_hello_SOURCES = tests/unit/test_messages_hello.c

cmocka_programs += tests/unit/test_messages_hello_extensions
tests_unit_test_messages_hello_extensions_SOURCES = tests/unit/test_messages_hello_extensions.c

cmocka_programs += tests/unit/test_messages_key_update
tests_unit_test_messages_key_update_SOURCES = tests/unit/test_messages_key_update.c

cmocka_programs += tests/unit/test_messages_protocol_list
tests_unit_test_messages_protocol_list_SOURCES = tests/unit/test_messages_protocol_list.c

cmocka_programs += tests/unit/test_handshake_alpn
tests_unit_test_handshake_alpn_SOURCES = \
	tests/unit/test_handshake_alpn.c \
	tests/unit/lone_handshake.c \
	tests/unit/lone_handshake.h

cmocka_programs += tests/unit/test_handshake_certificate_authorities
tests_unit_test_handshake_certificate_authorities_SOURCES = \
	tests/unit/test_handshake_certificate_authorities.c \
	tests/unit/lone_handshake.c \
	tests/unit/lone_handshake.h

cmocka_programs += tests/unit/test_handshake_application_extension
tests_unit_test_handshake_application_extension_SOURCES = tests/unit/test_handshake_application_extension.c

cmocka_programs += tests/unit/test_handshake_authentication
tests_unit_test_handshake_authentication_SOURCES = \
	tests/unit/test_handshake_authentication.c \
	tests/unit/lone_handshake.c \
	tests/unit/lone_handshake.h

cmocka_programs += tests/unit/test_handshake_channel
tests_unit_test_handshake_channel_SOURCES = tests/unit/test_handshake_channel.c

cmocka_programs += tests/unit/test_messages_connection_id
tests_unit_test_messages_connection_id_SOURCES = tests/unit/test_messages_connection_id.c

cmocka_programs += tests/unit/test_engine_path_check
tests_unit_test_engine_path_check_SOURCES = tests/unit/test_engine_path_check.c

cmocka_programs += tests/unit/test_engine_cid_table
tests_unit_test_engine_cid_table_SOURCES = tests/unit/test_engine_cid_table.c

cmocka_programs += tests/unit/test_handshake_exchange
tests_unit_test_handshake_exchange_SOURCES = tests/unit/test_handshake_exchange.c

cmocka_programs += tests/unit/test_handshake_config
tests_unit_test_handshake_config_SOURCES = tests/unit/test_handshake_config.c

cmocka_programs += tests/unit/test_handshake_cookie
tests_unit_test_handshake_cookie_SOURCES = tests/unit/test_handshake_cookie.c

cmocka_programs += tests/unit/test_handshake_extension_table
tests_unit_test_handshake_extension_table_SOURCES = \
	tests/unit/test_handshake_extension_table.c \
	tests/unit/lone_handshake.c \
	tests/unit/lone_handshake.h

cmocka_programs += tests/unit/test_handshake_handshake
tests_unit_test_handshake_handshake_SOURCES = \
	tests/unit/test_handshake_handshake.c \
	tests/unit/lone_handshake.c \
	tests/unit/lone_handshake.h

cmocka_programs += tests/unit/test_handshake_handshake_keys
tests_unit_test_handshake_handshake_keys_SOURCES = \
	tests/unit/test_handshake_handshake_keys.c \
	tests/unit/lone_handshake.c \
	tests/unit/lone_handshake.h

cmocka_programs += tests/unit/test_handshake_hello_offer
tests_unit_test_handshake_hello_offer_SOURCES = tests/unit/test_handshake_hello_offer.c

cmocka_programs += tests/unit/test_handshake_message_table
tests_unit_test_handshake_message_table_SOURCES = tests/unit/test_handshake_message_table.c

cmocka_programs += tests/unit/test_handshake_psk
tests_unit_test_handshake_psk_SOURCES = tests/unit/test_handshake_psk.c

cmocka_programs += tests/unit/test_handshake_retry_request
tests_unit_test_handshake_retry_request_SOURCES = tests/unit/test_handshake_retry_request.c

cmocka_programs += tests/unit/test_attestation_appraisal
tests_unit_test_attestation_appraisal_SOURCES = \
	tests/unit/test_attestation_appraisal.c \
	tests/unit/lone_handshake.c \
	tests/unit/lone_handshake.h

cmocka_programs += tests/unit/test_attestation_layer
tests_unit_test_attestation_layer_SOURCES = \
	tests/unit/test_attestation_layer.c \
	tests/unit/lone_handshake.c \
	tests/unit/lone_handshake.h \
	tests/unit/policy_text.h

cmocka_programs += tests/unit/test_attestation_negotiation
tests_unit_test_attestation_negotiation_SOURCES = \
	tests/unit/test_attestation_negotiation.c \
	tests/unit/lone_handshake.c \
	tests/unit/lone_handshake.h

cmocka_programs += tests/unit/test_engine_data_queue
tests_unit_test_engine_data_queue_SOURCES = tests/unit/test_engine_data_queue.c

cmocka_programs += tests/unit/test_engine_deadline_heap
tests_unit_test_engine_deadline_heap_SOURCES = tests/unit/test_engine_deadline_heap.c

cmocka_programs += tests/unit/test_engine_front_door
tests_unit_test_engine_front_door_SOURCES = tests/unit/test_engine_front_door.c

cmocka_programs += tests/unit/test_engine_hello_table
tests_unit_test_engine_hello_table_SOURCES = tests/unit/test_engine_hello_table.c

cmocka_programs += tests/unit/test_engine_peer_table
tests_unit_test_engine_peer_table_SOURCES = tests/unit/test_engine_peer_table.c

cmocka_programs += tests/unit/test_crypto_aead
tests_unit_test_crypto_aead_SOURCES = tests/unit/test_crypto_aead.c

cmocka_programs += tests/unit/test_crypto_group
tests_unit_test_crypto_group_SOURCES = tests/unit/test_crypto_group.c

cmocka_programs += tests/unit/test_crypto_hash
tests_unit_test_crypto_hash_SOURCES = tests/unit/test_crypto_hash.c

cmocka_programs += tests/unit/test_crypto_signature
tests_unit_test_crypto_signature_SOURCES = tests/unit/test_crypto_signature.c

cmocka_programs += tests/unit/test_keys_key_log
tests_unit_test_keys_key_log_SOURCES = tests/unit/test_keys_key_log.c

cmocka_programs += tests/unit/test_keys_key_schedule
tests_unit_test_keys_key_schedule_SOURCES = tests/unit/test_keys_key_schedule.c

cmocka_programs += tests/unit/test_keys_transcript
tests_unit_test_keys_transcript_SOURCES = tests/unit/test_keys_transcript.c

cmocka_programs += tests/unit/test_session_job_pool
tests_unit_test_session_job_pool_SOURCES = tests/unit/test_session_job_pool.c

cmocka_programs += tests/unit/test_rats_cbor
tests_unit_test_rats_cbor_SOURCES = tests/unit/test_rats_cbor.c

cmocka_programs += tests/unit/test_rats_cmw
tests_unit_test_rats_cmw_SOURCES = tests/unit/test_rats_cmw.c

cmocka_programs += tests/unit/test_record_open
tests_unit_test_record_open_SOURCES = tests/unit/test_record_open.c

cmocka_programs += tests/unit/test_record_replay_window
tests_unit_test_record_replay_window_SOURCES = tests/unit/test_record_replay_window.c

cmocka_programs += tests/unit/test_record_seal
tests_unit_test_record_seal_SOURCES = tests/unit/test_record_seal.c

onboarding_est_fixture = $(onboarding_est) $(onboarding_est_server) \
	$(onboarding_est_client) \
	tests/unit/est_fixture.c \
	tests/unit/est_fixture.h

cmocka_programs += tests/unit/test_est_server
tests_unit_test_est_server_SOURCES = tests/unit/test_est_server.c \
	$(onboarding_est_fixture)
tests_unit_test_est_server_CPPFLAGS = $(cmocka_onboarding_cppflags)
tests_unit_test_est_server_LDADD = $(GNUTLS_LIBS) $(CMOCKA_LIBS)

cmocka_programs += tests/unit/test_est_client
tests_unit_test_est_client_SOURCES = tests/unit/test_est_client.c \
	$(onboarding_est_fixture)
tests_unit_test_est_client_CPPFLAGS = $(cmocka_onboarding_cppflags)
tests_unit_test_est_client_LDADD = $(GNUTLS_LIBS) $(CMOCKA_LIBS)

cmocka_programs += tests/unit/test_onboarding
tests_unit_test_onboarding_SOURCES = tests/unit/test_onboarding.c \
	examples/onboarding/access.c \
	examples/onboarding/body.c \
	examples/onboarding/file.c \
	examples/onboarding/number.c \
	examples/onboarding/readings.c \
	$(onboarding_est)
tests_unit_test_onboarding_CPPFLAGS = $(cmocka_onboarding_cppflags)
tests_unit_test_onboarding_LDADD = $(GNUTLS_LIBS) $(JANSSON_LIBS) \
	$(CMOCKA_LIBS)

cmocka_programs += tests/unit/test_rats_cose
tests_unit_test_rats_cose_SOURCES = \
	tests/unit/test_rats_cose.c \
	tests/unit/evidence_keys.h

cmocka_programs += tests/unit/test_rats_eat
tests_unit_test_rats_eat_SOURCES = tests/unit/test_rats_eat.c

cmocka_programs += tests/unit/test_attesters
tests_unit_test_attesters_SOURCES = \
	tests/unit/test_attesters.c \
	tests/unit/evidence_keys.h

cmocka_programs += tests/unit/test_verifiers_verdict
tests_unit_test_verifiers_verdict_SOURCES = tests/unit/test_verifiers_verdict.c

cmocka_programs += tests/unit/test_verifiers_policy
tests_unit_test_verifiers_policy_SOURCES = \
	tests/unit/test_verifiers_policy.c \
	tests/unit/policy_text.h

cmocka_programs += tests/unit/test_verifiers_eat
tests_unit_test_verifiers_eat_SOURCES = \
	tests/unit/test_verifiers_eat.c \
	tests/unit/local_appraisal.c \
	tests/unit/local_appraisal.h \
	tests/unit/evidence_keys.h \
	tests/unit/policy_text.h

cmocka_programs += tests/unit/test_verifiers_local
tests_unit_test_verifiers_local_SOURCES = \
	tests/unit/test_verifiers_local.c \
	tests/unit/local_appraisal.c \
	tests/unit/local_appraisal.h \
	tests/unit/evidence_keys.h \
	tests/unit/policy_text.h

cmocka_programs += tests/unit/test_crypto_certificate
tests_unit_test_crypto_certificate_SOURCES = tests/unit/test_crypto_certificate.c

cmocka_programs += tests/unit/test_crypto_credentials
tests_unit_test_crypto_credentials_SOURCES = tests/unit/test_crypto_credentials.c

cmocka_programs += tests/unit/test_crypto_credentials_validate
tests_unit_test_crypto_credentials_validate_SOURCES = tests/unit/test_crypto_credentials_validate.c

cmocka_programs += tests/unit/test_crypto_priority
tests_unit_test_crypto_priority_SOURCES = tests/unit/test_crypto_priority.c

cmocka_programs += tests/unit/test_session
tests_unit_test_session_SOURCES = \
	tests/unit/test_session.c \
	tests/unit/session_fixture.c \
	tests/unit/session_fixture.h

cmocka_programs += tests/unit/test_session_jobs
tests_unit_test_session_jobs_SOURCES = \
	tests/unit/test_session_jobs.c \
	tests/unit/session_fixture.c \
	tests/unit/session_fixture.h

cmocka_programs += tests/unit/test_session_server
tests_unit_test_session_server_SOURCES = tests/unit/test_session_server.c

cmocka_programs += tests/unit/test_keys_psk
tests_unit_test_keys_psk_SOURCES = tests/unit/test_keys_psk.c

cmocka_programs += tests/unit/test_messages_new_session_ticket
tests_unit_test_messages_new_session_ticket_SOURCES = tests/unit/test_messages_new_session_ticket.c

cmocka_programs += tests/unit/test_handshake_ticket_keys
tests_unit_test_handshake_ticket_keys_SOURCES = tests/unit/test_handshake_ticket_keys.c

cmocka_programs += tests/unit/test_attestation_ticket_denials
tests_unit_test_attestation_ticket_denials_SOURCES = tests/unit/test_attestation_ticket_denials.c

cmocka_programs += tests/unit/test_crypto_credentials_psk
tests_unit_test_crypto_credentials_psk_SOURCES = tests/unit/test_crypto_credentials_psk.c

cmocka_programs += tests/unit/test_engine_restart
tests_unit_test_engine_restart_SOURCES = tests/unit/test_engine_restart.c \
	tests/unit/lone_handshake.c tests/unit/lone_handshake.h
tests_unit_test_engine_restart_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=handshake_new

cmocka_programs += tests/unit/test_engine_source_table
tests_unit_test_engine_source_table_SOURCES = \
	tests/unit/test_engine_source_table.c

cmocka_programs += tests/unit/test_session_address
tests_unit_test_session_address_SOURCES = tests/unit/test_session_address.c

cmocka_programs += tests/unit/test_session_server_socket
tests_unit_test_session_server_socket_SOURCES = \
	tests/unit/test_session_server_socket.c
