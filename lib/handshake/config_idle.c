/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long a connection lives when its peer says nothing. */
#include "handshake/config.h"

int adtls_config_set_idle_expiry(adtls_config_t *config, uint64_t idle_us,
				 bool tells_peer)
{
	if (atomic_load(&config->is_sealed) || idle_us > UINT64_MAX / 2)
		return ADTLS_E_INVALID;
	config->idle.expiry_us = idle_us;
	config->idle.tells_peer = tells_peer;
	return ADTLS_OK;
}
