/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The endpoint: a server's socket-sized object, its front door.
 *
 * Clients without a valid cookie leave no state but a bounded table of
 * fragmented ClientHellos (protocol §7). */
#ifndef ADTLS_ENDPOINT_H
#define ADTLS_ENDPOINT_H

#include <adtls/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct adtls_endpoint adtls_endpoint_t;

/** Largest address, in bytes: room for a sockaddr_storage. */
#define ADTLS_ADDRESS_MAX 128

/** A peer's address as the application writes it; compared byte for byte. */
typedef struct adtls_address {
	uint8_t data[ADTLS_ADDRESS_MAX];
	size_t len;
} adtls_address_t;

/**
 * adtls_endpoint_new:
 * @config: with credentials; a reference is taken; sealed if it is not yet
 *
 * Returns: ADTLS_OK, ADTLS_E_MEMORY, or what adtls_config_seal() found.
 */
int adtls_endpoint_new(adtls_config_t *config, adtls_time_t now,
		       adtls_endpoint_t **out);

/** adtls_endpoint_free: Frees the engines that are still its own. */
void adtls_endpoint_free(adtls_endpoint_t *endpoint);

/**
 * adtls_endpoint_receive:
 * @from: where it came from
 * @datagram: its payload; decrypted in place, and to stay until all events are
 *   taken: ADTLS_EVENT_DATA lends from it
 * @out_is_new: set to whether the engine was made by this datagram; may be NULL
 *
 * Returns: the engine that took the datagram, owned by the endpoint until
 * adtls_endpoint_detach() or adtls_endpoint_release(), or NULL (answered by a
 * cookie, or dropped).
 */
adtls_engine_t *adtls_endpoint_receive(adtls_endpoint_t *endpoint,
				       adtls_time_t now,
				       const adtls_address_t *from,
				       uint8_t *datagram, size_t len,
				       bool *out_is_new);

/** adtls_endpoint_next_datagram: A datagram to be sent to *@out_to, of any engine or of the front door. Returns: its length or 0. */
size_t adtls_endpoint_next_datagram(adtls_endpoint_t *endpoint,
				    adtls_time_t now, adtls_address_t *out_to,
				    uint8_t *out, size_t out_len);

/** adtls_endpoint_next_event: The next event of any engine, which *@out_engine names. */
bool adtls_endpoint_next_event(adtls_endpoint_t *endpoint,
			       adtls_engine_t **out_engine,
			       adtls_event_t *out);

/** adtls_endpoint_deadline: The earliest deadline of all, or ADTLS_NEVER. */
uint64_t adtls_endpoint_deadline(const adtls_endpoint_t *endpoint);
void adtls_endpoint_tick(adtls_endpoint_t *endpoint, adtls_time_t now);

/** adtls_endpoint_finish_job: As adtls_engine_finish_job(), for whichever engine the job is of. */
void adtls_endpoint_finish_job(adtls_endpoint_t *endpoint, adtls_time_t now,
			       adtls_job_t *job);

/** adtls_endpoint_touch: Tell the endpoint that an engine it owns was called directly (send, close), so that its datagrams and deadline are looked at. */
void adtls_endpoint_touch(adtls_endpoint_t *endpoint, adtls_engine_t *engine);

/** adtls_endpoint_find: The engine that talks to @address, or NULL. */
adtls_engine_t *adtls_endpoint_find(const adtls_endpoint_t *endpoint,
				    const adtls_address_t *address);
/** adtls_endpoint_address: The address of an engine that the endpoint owns. */
const adtls_address_t *
adtls_endpoint_address(const adtls_endpoint_t *endpoint,
		       const adtls_engine_t *engine);

/** adtls_endpoint_detach: The caller owns @engine from here on, and feeds it itself. */
void adtls_endpoint_detach(adtls_endpoint_t *endpoint, adtls_engine_t *engine);
/**
 * adtls_endpoint_meet:
 * For who feeds detached engines: a ClientHello from an address that has one.
 * @from: where it came from
 * @known: the newest engine of that address, which is looked at only
 * @datagram: as for adtls_endpoint_receive()
 *
 * Nobody starts anew at an address without a cookie (RFC 9147 §5.11).
 *
 * Returns: a new engine, the caller's, whose handshake may take the place of one
 * under way at once, and of a connection once it is connected itself; @known,
 * which is to receive the datagram: it may belong to its handshake; or NULL
 * (answered by a cookie).
 */
adtls_engine_t *adtls_endpoint_meet(adtls_endpoint_t *endpoint,
				    adtls_time_t now,
				    const adtls_address_t *from,
				    adtls_engine_t *known, uint8_t *datagram,
				    size_t len);
/** adtls_endpoint_release: Forget and free @engine. Engines that closed are released by the endpoint once their tombstone's time is over. */
void adtls_endpoint_release(adtls_endpoint_t *endpoint, adtls_engine_t *engine);

typedef struct adtls_endpoint_statistics {
	uint64_t engines;		/* now */
	uint64_t accepted;		/* engines made */
	uint64_t cookies_sent;
	uint64_t cookies_refused;	/* bad or expired */
	uint64_t dropped;		/* datagrams before a valid cookie */
	uint64_t fragments_evicted;	/* from the table of fragmented ClientHellos */
} adtls_endpoint_statistics_t;

void adtls_endpoint_statistics(const adtls_endpoint_t *endpoint,
			       adtls_endpoint_statistics_t *out);

#ifdef __cplusplus
}
#endif

#endif
