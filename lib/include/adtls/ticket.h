/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tickets: a client connects again without certificates, signatures and a new
 * attestation, by what a server gave it the last time (RFC 8446 §2.2).
 *
 * A resumed handshake has a key exchange of its own (psk_dhe_ke), so that who
 * learns a ticket later cannot read what was sent. There is no 0-RTT: data sent
 * with the first hello could be replayed by anybody who saw it, and a replayed
 * "open the valve" opens the valve; on a constrained network it would save a
 * part of one round trip in an hour or a day.
 *
 * Tickets are for one use: whoever sees the same one twice knows that both
 * connections are of one client (RFC 8446 §C.4). */
#ifndef ADTLS_TICKET_H
#define ADTLS_TICKET_H

#include <adtls/config.h>
#include <adtls/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A client's ticket: a secret, as who has it can connect in its name. */
typedef struct adtls_ticket adtls_ticket_t;

/** adtls_ticket_free: Wipes it. NULL is fine. */
void adtls_ticket_free(adtls_ticket_t *ticket);

/** adtls_ticket_expires_at: Returns: UTC seconds after which it is not offered any more, or ADTLS_UTC_UNKNOWN when it came without UTC. */
int64_t adtls_ticket_expires_at(const adtls_ticket_t *ticket);

/** adtls_ticket_server_name: Returns: the name of the server it is for, as given to adtls_engine_new_client(), or "". */
const char *adtls_ticket_server_name(const adtls_ticket_t *ticket);

/**
 * adtls_ticket_export:
 * @out: receives the ticket, in a format of adtls's own
 * @out_len: its size in bytes; ADTLS_TICKET_EXPORT_MAX always suffices
 * @out_written: set to the length
 *
 * For devices that lose their memory between two connections. What is written
 * is as secret as a private key; it has no traffic keys. Import it once.
 *
 * The ticket of an attested connection stays in memory: the server's grant is
 * for the state that was attested, and whoever starts anew may not be in it.
 *
 * Returns: ADTLS_OK; ADTLS_E_TOO_LARGE; ADTLS_E_UNSUPPORTED for the ticket of an
 * attested connection, or one that came without UTC.
 */
int adtls_ticket_export(const adtls_ticket_t *ticket, uint8_t *out,
			size_t out_len, size_t *out_written);

#define ADTLS_TICKET_EXPORT_MAX 5120

/**
 * adtls_ticket_import:
 * @bytes: what adtls_ticket_export() wrote; copied
 * @out: release with adtls_ticket_free(), or use up
 *
 * A ticket vouches for its server in place of a certificate, by what the client
 * trusted then: one that takes back an anchor or a pin drops its tickets too.
 *
 * Returns: ADTLS_OK, ADTLS_E_MEMORY, ADTLS_E_DECODE, or ADTLS_E_UNSUPPORTED (a
 * version or suite that this build does not know).
 */
int adtls_ticket_import(adtls_bytes_t bytes, adtls_ticket_t **out);

/* What a configuration says. */

/** adtls_config_set_resumption: As a client, ask servers for tickets; false by default. ADTLS_EVENT_TICKET says when one has come. */
int adtls_config_set_resumption(adtls_config_t *config, bool on);

/**
 * adtls_config_set_tickets: As a server.
 * @count: tickets per handshake for clients that ask for them, 0 to 4, 1 by
 *   default; 0: none, and none is accepted
 * @lifetime_s: how long one is good, in seconds, 1 to 604800 (7 days); 86400 by
 *   default
 *
 * Without UTC no ticket is given or accepted. A chain of resumptions ends 7 days
 * after the handshake with certificates that it began with. After a handshake
 * by an external PSK there are no tickets: it is as short as a resumed one.
 *
 * Returns: ADTLS_OK or ADTLS_E_INVALID.
 */
int adtls_config_set_tickets(adtls_config_t *config, unsigned count,
			     uint32_t lifetime_s);

/**
 * adtls_config_set_ticket_key: As a server.
 * @key: ADTLS_TICKET_KEY_LEN random bytes; copied
 *
 * Seals tickets with @key from now on, in place of a key of the configuration's
 * own, so that several processes can share it, or a restart keeps tickets good.
 * The two keys before it still open tickets. Call it again at each change, at
 * most once in the lifetime of a ticket; the first call makes the configuration
 * change keys no more by itself. Allowed at any time, from any thread, also on a
 * sealed configuration.
 *
 * A ticket is good where clients are judged as where it was given: it is bound to
 * a digest of trust anchors, pins, revocation lists, rules and the mode of client
 * authentication, and a grant to policy and Verifier as well. Processes that are
 * configured otherwise, or the same one after a change, fall back to a full
 * handshake. What a verify callback or the Verifier decides by is not known here,
 * nor what a GnuTLS trust list has beside anchors: change the key when that
 * changes.
 *
 * Denials (a device refused later, protocol §6) are remembered by each
 * configuration alone. Where processes share a key, a device that one of them has
 * denied resumes with another by an older ticket, until its grant there is older
 * than the policy's maximum-resumption-age or ends: share keys only as far as that
 * is acceptable, or set the age to 0.
 *
 * Whoever has the key can read and make tickets, and so connect as any client,
 * with any grant: an attesting server makes its keys inside its attested
 * environment, and shares them with none of another state.
 *
 * Returns: ADTLS_OK, ADTLS_E_INVALID, or ADTLS_E_CRYPTO.
 */
int adtls_config_set_ticket_key(adtls_config_t *config, adtls_bytes_t key);

#define ADTLS_TICKET_KEY_LEN 32

#ifdef __cplusplus
}
#endif

#endif
