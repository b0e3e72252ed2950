/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tickets by their server's address. */
#include "backend_tickets.h"

#include <stdlib.h>

void backend_tickets_init(struct backend_tickets *tickets)
{
	*tickets = (struct backend_tickets){ 0 };
	STAILQ_INIT(&tickets->list);
}

/* Returns: its ticket. */
static adtls_ticket_t *remove_one(struct backend_tickets *tickets,
				  struct backend_ticket *one)
{
	adtls_ticket_t *ticket = one->ticket;

	STAILQ_REMOVE(&tickets->list, one, backend_ticket, link);
	tickets->count--;
	free(one);
	return ticket;
}

static void drop_oldest(struct backend_tickets *tickets)
{
	struct backend_ticket *oldest = STAILQ_FIRST(&tickets->list);

	/* The analyzer does not see that who was removed has left the list. */
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	adtls_ticket_free(remove_one(tickets, oldest));
}

void backend_tickets_clear(struct backend_tickets *tickets)
{
	while (tickets->count > 0)
		drop_oldest(tickets);
}

adtls_ticket_t *backend_tickets_take(struct backend_tickets *tickets,
				     const coap_address_t *server)
{
	struct backend_ticket *one = STAILQ_FIRST(&tickets->list);

	while (one != NULL && !coap_address_equals(&one->server, server))
		one = STAILQ_NEXT(one, link);
	return one != NULL ? remove_one(tickets, one) : NULL;
}

void backend_tickets_add(struct backend_tickets *tickets,
			 const coap_address_t *server, adtls_ticket_t *ticket)
{
	struct backend_ticket *one;

	if (ticket == NULL)
		return;
	adtls_ticket_free(backend_tickets_take(tickets, server));
	one = malloc(sizeof(*one));
	if (one == NULL) {
		adtls_ticket_free(ticket);
		return;
	}
	coap_address_copy(&one->server, server);
	one->ticket = ticket;
	STAILQ_INSERT_TAIL(&tickets->list, one, link);
	if (++tickets->count > BACKEND_TICKETS_MAX)
		drop_oldest(tickets);
}
