/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages after the handshake: KeyUpdate both ways (RFC 9147 §8), tickets,
 * which are taken and not used.
 *
 *   KeyUpdate ->            (epoch N)
 *             <- ACK        the sender writes in N + 1
 */
#ifndef ADTLS_HANDSHAKE_CONNECTED_H
#define ADTLS_HANDSHAKE_CONNECTED_H

#include "handshake/handshake.h"

/* An update of our own keys under way. */
struct key_update {
	bool is_pending;	/* sent, not yet acknowledged */
	bool owes_answer;	/* the peer asked meanwhile */
	uint16_t message_seq;	/* of ours */
};

struct connected {
	adtls_role_t role;
	struct channel *channel;
	struct hs_facts *facts;
	struct key_update *update;
	bool *out_updated;	/* set when keys have changed, either way */
};

/* What to do with a fragment, by its type and epoch. */
enum hs_fragment_use
connected_fragment_use(const struct connected *connected, uint64_t epoch,
		       const struct handshake_fragment *fragment);
/* The largest body of @type that is accepted; reassembly's bound. */
size_t connected_message_max(const void *unused, uint8_t type);
/* Handle what is complete. False: @out_failure says why it ends here. */
bool connected_receive(const struct connected *connected,
		       struct hs_failure *out_failure);
/* Start an update of our keys, and of the peer's if @request says so. False:
 * one is under way already, or out of memory or epochs. */
bool connected_update_keys(const struct connected *connected, bool request);
/* An ACK has come: if it was for our KeyUpdate, write with the new keys. False:
 * out of memory. */
bool connected_acknowledged(const struct connected *connected);
/* Has one of the keys, ours or the peer's, had half of what it may do (RFC 9147
 * §4.5.3)? */
bool connected_needs_update(const struct connected *connected,
			    bool *out_peers_too);

#endif
