/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tickets in files. */
#ifndef ADTLS_CLI_TICKETS_H
#define ADTLS_CLI_TICKETS_H

#include <adtls/adtls.h>

/* Reads the ticket in @file and removes the file, as a ticket is for one use.
 * Returns: NULL if there is no such file; anything else that is wrong ends the
 * program. */
adtls_ticket_t *cli_ticket_take(const char *option, const char *file);
/* Writes a ticket that only its owner can read, in place of an older one, and
 * frees it. Returns: false with a word about it on stderr. */
bool cli_ticket_save(const char *file, adtls_ticket_t *ticket);

#endif
