/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Settings about connection IDs and about peers that move. */
#include "handshake/config.h"

#include "record/record_cids.h"

int adtls_config_set_connection_id(adtls_config_t *config, size_t len)
{
	if (atomic_load(&config->is_sealed) || len > RECORD_CID_LEN_MAX)
		return ADTLS_E_INVALID;
	config->connection_id.is_on = true;
	config->connection_id.len = len;
	return ADTLS_OK;
}

int adtls_config_set_migration(adtls_config_t *config,
			       adtls_migration_t migration)
{
	if (atomic_load(&config->is_sealed) ||
	    migration > ADTLS_MIGRATION_UNCHECKED)
		return ADTLS_E_INVALID;
	config->migration = migration;
	return ADTLS_OK;
}
