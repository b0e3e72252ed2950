/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages after the handshake, both ways, by one mechanism: a table says which
 * there are, who may send them, and who handles them (RFC 9147 §5.8.4).
 *
 *   connected_send -> exchange -> flight ... ACK -> the row's delivered()
 *   reassembly -> connected_run -> the row's receive()
 */
#ifndef ADTLS_HANDSHAKE_CONNECTED_H
#define ADTLS_HANDSHAKE_CONNECTED_H

#include "handshake/exchange.h"
#include "handshake/handshake.h"
#include "handshake/ticket_box.h"

/* The part of an engine that messages after the handshake are about. */
struct connected {
	const struct adtls_config *config;
	adtls_role_t role;
	struct channel *channel;
	struct hs_facts *facts;
	struct exchanges *exchanges;
	bool *out_updated;	/* set when keys have changed, either way */
	bool *out_new_cids;	/* set when the peer has given new CIDs */
	adtls_time_t now;
	struct ticket_box *tickets;	/* client */
	struct ticket_origin ticket_origin;
};

/* Who may send a message; or-ed in connected_message.senders. */
enum connected_sender {
	FROM_CLIENT = 1,
	FROM_SERVER = 2
};

/* One kind of message. */
struct connected_message {
	uint8_t type;
	unsigned senders;
	size_t body_max;	/* that is accepted */
	bool is_single;		/* RFC 9147 §5.8.4: not before the last one of
				 * its kind is acknowledged */
	bool ends_epoch;	/* RFC 9147 §8: KeyUpdate */
	/* The peer's has come, in its order. NULL: taken and not used. False:
	 * @out_failure says why the connection ends. */
	bool (*receive)(const struct connected *connected, adtls_bytes_t body,
			struct hs_failure *out_failure);
	/* One of ours has arrived. NULL: nobody cares. False: out of memory. */
	bool (*delivered)(const struct connected *connected);
};

/* What to do with a fragment, by its type and epoch. */
enum hs_fragment_use
connected_fragment_use(const struct connected *connected, uint64_t epoch,
		       const struct handshake_fragment *fragment);
/* The largest body of @type that is accepted; reassembly's bound. */
size_t connected_message_max(const void *unused, uint8_t type);
/* Handle what is complete, note what has been delivered, send what may go now:
 * after anything that came in. False: @out_failure says why it ends here. */
bool connected_run(const struct connected *connected,
		   struct hs_failure *out_failure);
/* Send a message as an exchange of its own, now or as soon as its turn has come;
 * moves @body in. False: out of memory, or too many under way, and @body is
 * unchanged. */
bool connected_send(const struct connected *connected, uint8_t type,
		    struct buffer *body);
/* For handlers: fill @out; always false. */
bool connected_fail(struct hs_failure *out, adtls_alert_t alert,
		    adtls_reason_t reason, const char *detail);

/* ticket_box.c */

bool connected_receive_ticket(const struct connected *connected,
			      adtls_bytes_t body, struct hs_failure *out);

/* key_updating.c */

/* Start an update of our keys, and of the peer's if @request says so. False:
 * out of memory or epochs. */
bool connected_update_keys(const struct connected *connected, bool request);
bool connected_receive_key_update(const struct connected *connected,
				  adtls_bytes_t body, struct hs_failure *out);
bool connected_key_update_delivered(const struct connected *connected);

/* connection_id_updating.c */

/* The largest NewConnectionId of ours, and the largest that is accepted: 255 CIDs
 * of 20 bytes, which is more than anybody can have asked for. */
#define CONNECTED_NEW_CID_MAX (2 + RECORD_CIDS_MAX * (1 + RECORD_CID_LEN_MAX) + 1)
#define CONNECTED_NEW_CID_ACCEPTED (2 + 255 * 21 + 1)

/* Does the peer write CIDs, and do we? Without, none may be offered, or asked
 * for. */
bool connected_receives_cids(const struct connected *connected);
bool connected_writes_cids(const struct connected *connected);
/* Make up to @count new CIDs and send them. False: out of memory, or too much
 * under way. */
bool connected_offer_cids(const struct connected *connected, size_t count,
			  bool immediate, size_t *out_count);
/* Ask for @count new ones. False: as above. */
bool connected_request_cids(const struct connected *connected, uint8_t count);
bool connected_receive_request_connection_id(const struct connected *connected,
					     adtls_bytes_t body,
					     struct hs_failure *out);
bool connected_receive_new_connection_id(const struct connected *connected,
					 adtls_bytes_t body,
					 struct hs_failure *out);

#endif
