/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking the application about a peer. */
#include "backend_verify.h"

#include "backend_certificate.h"
#include "backend_log.h"
#include "backend_session.h"

/* Is the application's word alone enough, where @presented is refused? */
static bool may_accept(const struct backend_engine *asking,
		       const adtls_presented_t *presented)
{
	const coap_dtls_pki_t *setup = &asking->setup;

	if (setup->validate_cn_call_back == NULL)
		return false;
	/* Who has pins, means them. */
	if (presented->type == ADTLS_CERTIFICATE_RAW_PUBLIC_KEY)
		return setup->is_rpk_not_cert && !asking->has_pins &&
		       presented->problems == ADTLS_PROBLEM_NOT_PINNED;
	return !setup->verify_peer_cert;
}

static bool ask_for_name(const struct backend_session *session,
			 const coap_dtls_pki_t *setup,
			 const adtls_presented_t *presented)
{
	const adtls_bytes_t *der = &presented->chain[0];
	bool is_raw = presented->type == ADTLS_CERTIFICATE_RAW_PUBLIC_KEY;
	char name[ADTLS_NAME_MAX] = COAP_DTLS_RPK_CERT_CN;

	if (setup->validate_cn_call_back == NULL)
		return true;
	if (!is_raw && !backend_certificate_name(*der, name, sizeof(name))) {
		backend_log_session(BACKEND_LOG_WARNING, session->coap,
				    "there is no name in the certificate that "
				    "validate_cn_call_back could be asked for");
		return false;
	}
	if (setup->validate_cn_call_back(
		    name, der->data, der->len, session->coap, 0,
		    is_raw || presented->reason == ADTLS_REASON_NONE,
		    setup->cn_call_back_arg) != 0)
		return true;
	backend_log(BACKEND_LOG_WARNING, "validate_cn_call_back refused '%s'",
		    name);
	return false;
}

static bool ask_for_more(const struct backend_engine *asking)
{
	coap_dtls_pki_t copy = asking->setup;

	if (copy.additional_tls_setup_call_back == NULL)
		return true;
	if (copy.additional_tls_setup_call_back(asking->engine, &copy) != 0)
		return true;
	backend_log(BACKEND_LOG_WARNING,
		    "additional_tls_setup_call_back refused the peer");
	return false;
}

static struct backend_session *find(const struct backend_context *context,
				    const adtls_engine_t *engine)
{
	struct backend_session *session = TAILQ_FIRST(&context->sessions);

	while (session != NULL && session->current.engine != engine &&
	       session->successor.engine != engine)
		session = TAILQ_NEXT(session, link);
	return session;
}

/* adtls_verify_func. The application may do away with the session meanwhile. */
static bool verify(void *argument, adtls_engine_t *engine,
		   const adtls_presented_t *presented)
{
	struct backend_session *session = find(argument, engine);
	const struct backend_engine *asking;
	bool accepts;

	if (session == NULL || session->coap == NULL)
		return false;
	asking = session->successor.engine == engine ? &session->successor :
						       &session->current;
	if (presented->reason != ADTLS_REASON_NONE &&
	    !may_accept(asking, presented))
		return false;
	backend_session_hold(session);
	session->is_asking = true;
	accepts = ask_for_name(session, &asking->setup, presented) &&
		  session->coap != NULL && ask_for_more(asking) &&
		  session->coap != NULL;
	session->is_asking = false;
	backend_session_drop(session);
	return accepts;
}

int backend_verify_set(struct backend_context *context,
		       const struct backend_pki *pki, adtls_config_t *config)
{
	const coap_dtls_pki_t *setup = &pki->setup;
	bool decides = setup->validate_cn_call_back != NULL &&
		       (setup->is_rpk_not_cert || !setup->verify_peer_cert);

	if (setup->validate_cn_call_back == NULL &&
	    setup->additional_tls_setup_call_back == NULL)
		return ADTLS_OK;
	return adtls_config_set_verify_callback(config, verify, decides,
						context);
}
