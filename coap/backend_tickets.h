/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tickets of a context's clients, for when libcoap connects again to a server
 * within the same credentials. In memory alone. */
#ifndef ADTLS_COAP_BACKEND_TICKETS_H
#define ADTLS_COAP_BACKEND_TICKETS_H

#include "libcoap_internal.h"

#include <adtls/ticket.h>
#include <sys/queue.h>

/* Servers whose ticket is kept; over that the oldest goes. */
#define BACKEND_TICKETS_MAX 64

struct backend_ticket {
	STAILQ_ENTRY(backend_ticket) link;
	coap_address_t server;
	adtls_ticket_t *ticket;
};
STAILQ_HEAD(backend_ticket_list, backend_ticket);

struct backend_tickets {
	struct backend_ticket_list list; /* the newest last */
	unsigned count;
};

void backend_tickets_init(struct backend_tickets *tickets);
void backend_tickets_clear(struct backend_tickets *tickets);
/* Takes over @ticket (NULL: none came), in place of what there was for
 * @server. Without memory it is forgotten. */
void backend_tickets_add(struct backend_tickets *tickets,
			 const coap_address_t *server, adtls_ticket_t *ticket);
/* The ticket for @server, the caller's from here on, or NULL. */
adtls_ticket_t *backend_tickets_take(struct backend_tickets *tickets,
				     const coap_address_t *server);

#endif
