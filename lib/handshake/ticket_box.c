/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tickets of one connection. */
#include "handshake/ticket_box.h"

#include "handshake/connected.h"

void ticket_box_clear(struct ticket_box *box)
{
	while (box->count > 0)
		adtls_ticket_free(box->items[--box->count]);
	box->is_new = false;
}

static void push(struct ticket_box *box, adtls_ticket_t *ticket)
{
	if (box->count == TICKET_BOX_MAX) {
		adtls_ticket_free(box->items[0]);
		box->count--;
		for (size_t i = 0; i < box->count; i++)
			box->items[i] = box->items[i + 1];
	}
	box->items[box->count++] = ticket;
	box->is_new = true;
}

bool connected_receive_ticket(const struct connected *connected,
			      adtls_bytes_t body, struct hs_failure *out)
{
	const struct ticket_origin *origin = &connected->ticket_origin;
	struct new_session_ticket message;
	adtls_ticket_t *ticket = NULL;

	if (!new_session_ticket_read(body, &message))
		return connected_fail(out, ADTLS_ALERT_DECODE_ERROR,
				      ADTLS_REASON_MALFORMED_MESSAGE,
				      "NewSessionTicket");
	/* Without a resumption secret it was not wanted. */
	if (origin->resumption_main != NULL && connected->tickets != NULL)
		ticket = ticket_new(&message, origin);
	/* Without memory for it there is none: nothing else depends on it. */
	if (ticket != NULL)
		push(connected->tickets, ticket);
	return true;
}

adtls_ticket_t *ticket_box_take(struct ticket_box *box)
{
	return box->count > 0 ? box->items[--box->count] : NULL;
}
