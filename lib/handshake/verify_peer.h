/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdict on what a peer shows in its Certificate message. */
#ifndef ADTLS_HANDSHAKE_VERIFY_PEER_H
#define ADTLS_HANDSHAKE_VERIFY_PEER_H

#include "messages/authentication.h"

#include <adtls/verification.h>

struct handshake;

struct config_verification {
	adtls_verify_func verify; /* NULL: the application has no say */
	bool may_accept;
	void *context;
};

/* Take the key of a Certificate message that is not empty, if the peer may have
 * it. False: hs_fail() has been called. */
bool hs_verify_peer(struct handshake *hs,
		    const struct certificate_message *message);

#endif
