/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of resumption share: servers that give tickets, and connections
 * that use them. */
#ifndef TESTS_SCENARIO_RESUMING_H
#define TESTS_SCENARIO_RESUMING_H

#include <adtls/ticket.h>

#include "base/buffer.h"
#include "tests/support/simulation.h"

#define SECOND 1000000ull
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

extern const uint8_t ticket_keys[4][ADTLS_TICKET_KEY_LEN];

/* What the servers of the next worlds do. */
struct given_tickets {
	unsigned count;
	uint32_t lifetime_s;
	const uint8_t *key;	/* NULL: its own */
};
extern struct given_tickets given;

void give_as_usual(void);
void give_key(adtls_config_t *config, const uint8_t *key);
/* For simulation_options. */
void configure_tickets(adtls_config_t *client, adtls_config_t *server);

/* Connect, and let what follows arrive. */
void connect_both(struct simulation *world);
bool is_resumed(struct simulation *world);
adtls_ticket_t *take_ticket(struct simulation *world);
/* Connect again with the newest ticket. */
bool resumes(struct simulation *world);
/* Data go both ways. */
void echo(struct simulation *world);
adtls_ticket_t *copy_of(const adtls_ticket_t *ticket);

#endif
