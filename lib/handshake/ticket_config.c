/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an application sets of tickets. */
#include "handshake/config.h"
#include "handshake/resumption.h"
#include "handshake/ticket_state.h"

#include <adtls/ticket.h>

int adtls_config_set_resumption(adtls_config_t *config, bool on)
{
	if (atomic_load(&config->is_sealed))
		return ADTLS_E_INVALID;
	config->tickets.are_wanted = on;
	return ADTLS_OK;
}

int adtls_config_set_tickets(adtls_config_t *config, unsigned count,
			     uint32_t lifetime_s)
{
	if (atomic_load(&config->is_sealed) || count > RESUMPTION_TICKETS_MAX ||
	    lifetime_s == 0 || lifetime_s > TICKET_LIFETIME_MAX_S)
		return ADTLS_E_INVALID;
	config->tickets.count = count;
	config->tickets.lifetime_s = lifetime_s;
	return ADTLS_OK;
}

int adtls_config_set_ticket_key(adtls_config_t *config, adtls_bytes_t key)
{
	if (key.len != TICKET_KEY_LEN)
		return ADTLS_E_INVALID;
	return ticket_keys_give(config->tickets.keys, key.data) ?
		       ADTLS_OK :
		       ADTLS_E_CRYPTO;
}
