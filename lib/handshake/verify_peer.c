/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of a peer's certificate or raw public key: the credentials look
 * at it, then the application, if it wants a say. */
#include "handshake/verify_peer.h"

#include "handshake/handshake.h"

#include <string.h>

int adtls_config_set_verify_callback(adtls_config_t *config,
				     adtls_verify_func verify, bool may_accept,
				     void *context)
{
	if (atomic_load(&config->is_sealed))
		return ADTLS_E_INVALID;
	config->verification = (struct config_verification){
		.verify = verify,
		.may_accept = verify != NULL && may_accept,
		.context = context
	};
	return ADTLS_OK;
}

static adtls_role_t peer_role(const struct handshake *hs)
{
	return hs->role == ADTLS_CLIENT ? ADTLS_SERVER : ADTLS_CLIENT;
}

/* Evidence may stand in for a pin (protocol §1). */
static void ask_layer(struct handshake *hs)
{
	const struct hs_layer *layer = hs->config->layer;

	if (layer == NULL || hs->peer.reason != ADTLS_REASON_KEY_NOT_PINNED ||
	    !layer->takes_key(hs->layer))
		return;
	hs->peer.alert = ADTLS_ALERT_NONE;
	hs->peer.reason = ADTLS_REASON_NONE;
}

/* The application can neither read nor use what we cannot. */
static void ask_application(struct handshake *hs,
			    const struct certificate_message *message)
{
	const struct config_verification *asked = &hs->config->verification;
	const adtls_presented_t presented = {
		.role = peer_role(hs),
		.type = hs->peer_type,
		.chain = message->chain,
		.chain_count = message->count,
		.identity = hs->peer.subject,
		.server_name = hs->role == ADTLS_CLIENT ?
				       hs->server_name :
				       hs->facts->server_name,
		.problems = hs->peer.problems,
		.reason = hs->peer.reason,
	};
	bool accepts;

	if (asked->verify == NULL || hs->peer.key == NULL)
		return;
	accepts = asked->verify(asked->context, hs->engine, &presented);
	if (accepts && asked->may_accept) {
		hs->peer.alert = ADTLS_ALERT_NONE;
		hs->peer.reason = ADTLS_REASON_NONE;
	} else if (!accepts && hs->peer.reason == ADTLS_REASON_NONE) {
		hs->peer.alert = ADTLS_ALERT_ACCESS_DENIED;
		hs->peer.reason = ADTLS_REASON_CERTIFICATE_REFUSED;
	}
}

bool hs_verify_peer(struct handshake *hs,
		    const struct certificate_message *message)
{
	const char *name = hs->server_name;
	struct hs_facts *facts = hs->facts;
	bool is_raw = hs->peer_type == ADTLS_CERTIFICATE_RAW_PUBLIC_KEY;

	if (is_raw && message->count > 1)
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_ILLEGAL_PARAMETER,
				 "more than one raw public key");
	if (is_raw)
		credentials_validate_raw_key(hs->credentials,
					     message->chain[0], &hs->peer);
	else
		credentials_validate(hs->credentials, peer_role(hs),
				     message->chain, message->count, name,
				     hs->now.utc_s, &hs->peer);
	ask_layer(hs);
	ask_application(hs, message);
	if (!hs_facts_set_identity(facts, hs->peer.subject)) {
		hs_fail_memory(hs);
		return false;
	}
	if (hs->peer.alert != ADTLS_ALERT_NONE)
		return hs_refuse(hs, hs->peer.alert, hs->peer.reason,
				 "%s \"%.100s\"%s%.60s",
				 is_raw ? "raw public key" : "certificate of",
				 hs->peer.subject,
				 name != NULL ? " for " : "",
				 name != NULL ? name : "");
	facts->peer_type = hs->peer_type;
	if (!buffer_set(&facts->peer_certificate, message->chain[0].data,
			message->chain[0].len)) {
		hs_fail_memory(hs);
		return false;
	}
	return true;
}
