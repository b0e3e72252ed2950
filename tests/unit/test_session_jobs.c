/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions whose jobs take long: a key that signs slowly, a Verifier that
 * decides late. */
#include "tests/unit/session_fixture.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>

#include "tests/support/simulation.h"

/* A key outside of GnuTLS, such as a TPM's, that signs when it is let. */
struct slow_key {
	gnutls_privkey_t key;
	sem_t may_sign;
	pthread_t signer;
};

static int slow_sign(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm,
		     void *context, unsigned flags, const gnutls_datum_t *hash,
		     gnutls_datum_t *out)
{
	struct slow_key *slow = context;

	(void)key;
	sem_wait(&slow->may_sign);
	slow->signer = pthread_self();
	return gnutls_privkey_sign_hash2(slow->key, algorithm, flags, hash,
					 out);
}

static int slow_info(gnutls_privkey_t key, unsigned info, void *context)
{
	(void)key;
	(void)context;
	if (info == GNUTLS_PRIVKEY_INFO_PK_ALGO)
		return GNUTLS_PK_ECDSA;
	if (info == GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS)
		return 256;
	if (info == GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO ||
	    (info & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO))
		return GNUTLS_FLAGS_TO_SIGN_ALGO(info) ==
		       GNUTLS_SIGN_ECDSA_SHA256;
	return -1;
}

static void use_slow_key(struct fixture *fixture, struct slow_key *slow)
{
	adtls_credentials_t *credentials =
		test_authority_credentials(&fixture->authority, NULL);
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t certificate;
	gnutls_privkey_t external;
	gnutls_pcert_st chain;

	/* once for adtls_credentials_set_key(), which tries the key */
	sem_init(&slow->may_sign, 0, 1);
	test_authority_issue(&fixture->authority, "server.example", &key,
			     &certificate);
	gnutls_privkey_init(&slow->key);
	gnutls_privkey_import_x509(slow->key, key,
				   GNUTLS_PRIVKEY_IMPORT_AUTO_RELEASE);
	gnutls_privkey_init(&external);
	assert_int_equal(gnutls_privkey_import_ext4(external, slow, NULL,
						    slow_sign, NULL, NULL,
						    slow_info, 0),
			 0);
	assert_int_equal(gnutls_pcert_import_x509(&chain, certificate, 0), 0);
	assert_int_equal(
		adtls_credentials_set_key(credentials, &chain, 1, external),
		ADTLS_OK);
	assert_int_equal(adtls_config_set_credentials(fixture->server_config,
						      credentials),
			 ADTLS_OK);
	adtls_credentials_unref(credentials);
	gnutls_pcert_deinit(&chain);
	gnutls_x509_crt_deinit(certificate);
}

/* The handshake waits for the worker and for nothing else: the client's
 * retransmissions are answered meanwhile. */
static void slow_jobs_run_on_workers(void **state)
{
	struct fixture *fixture = *state;
	struct slow_key slow;
	struct pollfd worker = { .events = POLLIN };
	unsigned before;
	int client;
	int server;

	use_slow_key(fixture, &slow);
	session_start(fixture, "server.example", ADTLS_NONBLOCK);
	assert_int_equal(adtls_session_set_workers(fixture->server, 1),
			 ADTLS_OK);
	assert_int_equal(adtls_session_set_workers(fixture->server, 1),
			 ADTLS_E_INVALID);
	worker.fd = adtls_session_worker_fd(fixture->server);
	for (int i = 0; i < 6; i++) {
		client = adtls_session_handshake(fixture->client);
		server = adtls_session_handshake(fixture->server);
		assert_int_equal(client, ADTLS_E_AGAIN);
		assert_int_equal(server, ADTLS_E_AGAIN);
		session_wait_for_timers(fixture);
	}
	assert_int_equal(poll(&worker, 1, 0), 0);
	before = fixture->server_end.pushed;
	sem_post(&slow.may_sign);
	assert_int_equal(poll(&worker, 1, -1), 1);
	session_shake_hands(fixture, &client, &server);
	assert_int_equal(client, ADTLS_OK);
	assert_int_equal(server, ADTLS_OK);
	assert_true(fixture->server_end.pushed > before);
	assert_false(pthread_equal(slow.signer, pthread_self()));
	session_assert_carries(fixture->client, fixture->server, "ping");
	gnutls_privkey_deinit(slow.key);
	sem_destroy(&slow.may_sign);
}

static void without_workers_jobs_run_in_the_call(void **state)
{
	struct fixture *fixture = *state;
	struct slow_key slow;

	use_slow_key(fixture, &slow);
	sem_post(&slow.may_sign);
	session_connect(fixture);
	assert_true(pthread_equal(slow.signer, pthread_self()));
	gnutls_privkey_deinit(slow.key);
	sem_destroy(&slow.may_sign);
}

/* A Verifier that decides when and what it is told. */
struct slow_verifier {
	sem_t may_decide;
	bool grants;
};

static bool accepts_eat(void *context, const adtls_evidence_type_t *type)
{
	(void)context;
	return type->content_format == 263;
}

static int decide(void *context, const adtls_appraisal_t *appraisal,
		  adtls_verdict_t *verdict)
{
	struct slow_verifier *slow = context;

	(void)appraisal;
	sem_wait(&slow->may_decide);
	adtls_verdict_set_device(verdict, "ueid:01");
	if (slow->grants)
		adtls_verdict_grant(verdict, ADTLS_UTC_UNKNOWN);
	else
		adtls_verdict_add_check(verdict, "measurement", "good", "bad",
					ADTLS_REASON_MEASUREMENT_MISMATCH);
	return ADTLS_OK;
}

static void keep(void *context)
{
	(void)context;
}

static void demand_attestation(struct fixture *fixture,
			       struct slow_verifier *slow)
{
	static const adtls_verifier_ops_t ops = {
		.name = "slow",
		.accepts = accepts_eat,
		.appraise = decide,
		.free = keep,
	};
	adtls_policy_t *policy = simulation_policy("require");
	adtls_attester_t *attester = simulation_attester(0xaa);
	adtls_verifier_t *verifier;

	sem_init(&slow->may_decide, 0, 0);
	assert_int_equal(adtls_verifier_new(&ops, slow, &verifier), ADTLS_OK);
	assert_int_equal(adtls_config_set_policy(fixture->server_config, policy,
						 verifier),
			 ADTLS_OK);
	adtls_config_unref(fixture->client_config);
	fixture->client_config =
		session_config(&fixture->authority, "client.example");
	assert_int_equal(
		adtls_config_set_attester(fixture->client_config, attester),
		ADTLS_OK);
	adtls_verifier_unref(verifier);
	adtls_policy_unref(policy);
	adtls_attester_unref(attester);
}

/* Both are connected, and the server's worker waits for its Verifier. */
static void connect_pending(struct fixture *fixture, struct slow_verifier *slow)
{
	int client;
	int server;

	demand_attestation(fixture, slow);
	session_start(fixture, "server.example", ADTLS_NONBLOCK);
	assert_int_equal(adtls_session_set_workers(fixture->server, 1),
			 ADTLS_OK);
	session_shake_hands(fixture, &client, &server);
	assert_int_equal(client, ADTLS_OK);
	assert_int_equal(server, ADTLS_OK);
	assert_int_equal(adtls_session_wait_authorized(fixture->server),
			 ADTLS_E_AGAIN);
}

static void let_decide(struct fixture *fixture, struct slow_verifier *slow)
{
	struct pollfd worker = {
		.fd = adtls_session_worker_fd(fixture->server),
		.events = POLLIN,
	};

	sem_post(&slow->may_decide);
	assert_int_equal(poll(&worker, 1, -1), 1);
	sem_destroy(&slow->may_decide);
}

static void data_waits_for_the_verdict(void **state)
{
	struct fixture *fixture = *state;
	struct slow_verifier slow = { .grants = true };
	unsigned queued = 0;
	char got[16];

	connect_pending(fixture, &slow);
	adtls_session_send(fixture->client, "early", 5);
	assert_int_equal(adtls_session_recv(fixture->server, got, 16),
			 ADTLS_E_AGAIN);
	while (adtls_session_send(fixture->server, &queued, 4) == 4)
		queued++;
	assert_int_equal(queued, 64);
	assert_int_equal(adtls_session_send(fixture->server, "x", 1),
			 ADTLS_E_AGAIN);
	assert_int_equal(adtls_session_recv(fixture->client, got, 16),
			 ADTLS_E_AGAIN);
	let_decide(fixture, &slow);
	assert_int_equal(adtls_session_wait_authorized(fixture->server),
			 ADTLS_OK);
	assert_int_equal(adtls_session_recv(fixture->server, got, 16), 5);
	assert_memory_equal(got, "early", 5);
	for (unsigned i = 0; i < queued; i++) {
		assert_int_equal(adtls_session_recv(fixture->client, got, 16),
				 4);
		assert_memory_equal(got, &i, 4);
	}
}

static void denied_peer_gets_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct slow_verifier slow = { .grants = false };
	char got[16];

	connect_pending(fixture, &slow);
	adtls_session_send(fixture->client, "early", 5);
	adtls_session_send(fixture->server, "secret", 6);
	let_decide(fixture, &slow);
	assert_int_equal(adtls_session_wait_authorized(fixture->server),
			 ADTLS_E_DENIED);
	assert_int_equal(adtls_session_recv(fixture->server, got, 16),
			 ADTLS_E_DENIED);
	assert_int_equal(adtls_session_send(fixture->server, "x", 1),
			 ADTLS_E_DENIED);
	assert_int_equal(adtls_verdict_reason(adtls_engine_verdict(
				 adtls_session_engine(fixture->server))),
			 ADTLS_REASON_MEASUREMENT_MISMATCH);
	assert_int_equal(adtls_session_recv(fixture->client, got, 16),
			 ADTLS_E_CLOSED);
	assert_int_equal(
		adtls_engine_reason(adtls_session_engine(fixture->client), NULL,
				    0),
		ADTLS_REASON_ALERT_RECEIVED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SESSION_TEST(slow_jobs_run_on_workers),
		SESSION_TEST(without_workers_jobs_run_in_the_call),
		SESSION_TEST(data_waits_for_the_verdict),
		SESSION_TEST(denied_peer_gets_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
