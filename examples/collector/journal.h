/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the collector writes: one line of JSON for each thing that happens. */
#ifndef ADTLS_COLLECTOR_JOURNAL_H
#define ADTLS_COLLECTOR_JOURNAL_H

#include <adtls/adtls.h>
#include <stdio.h>

#include "reading.h"
#include "sensors.h"

/* Whom a line is about. */
struct journal_peer {
	const adtls_engine_t *engine;
	const char *address;
	const struct sensor *sensor;
};

/* Each exits when it cannot write. */
void journal_listening(FILE *journal, const char *address);
void journal_connected(FILE *journal, const struct journal_peer *peer);
/* Authorized, or refused. */
void journal_verdict(FILE *journal, const struct journal_peer *peer);
void journal_reading(FILE *journal, const struct journal_peer *peer,
		     const struct reading *reading);
void journal_closed(FILE *journal, const struct journal_peer *peer);
void journal_statistics(FILE *journal, const adtls_server_t *server);

#endif
