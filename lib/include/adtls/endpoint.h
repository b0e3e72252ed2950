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

/**
 * A peer's address as the application writes it, compared byte for byte;
 * adtls_address_set() writes one of a sockaddr.
 *
 * Limits per address are per host: of peers whose first @host_len bytes are the
 * same. A port belongs behind them, and of an IPv6 address all but its /64
 * prefix. 0: every address is a host of its own.
 */
typedef struct adtls_address {
	uint8_t data[ADTLS_ADDRESS_MAX];
	size_t len;
	size_t host_len;
} adtls_address_t;

/**
 * adtls_endpoint_new:
 * @config: with credentials; a reference is taken; sealed if it is not yet
 *
 * Returns: ADTLS_OK, ADTLS_E_MEMORY, what adtls_config_seal() found, or
 * ADTLS_E_CREDENTIALS for a PSK that a client uses (adtls_credentials_set_psk()).
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

/** adtls_endpoint_next_datagram: A datagram to be sent to *@out_to, of any engine or of the front door; engines take turns. The address need not be the peer's, as others are asked before it moves. The front door has one answer at a time, so ask after every adtls_endpoint_receive(). Returns: its length or 0. */
size_t adtls_endpoint_next_datagram(adtls_endpoint_t *endpoint,
				    adtls_time_t now, adtls_address_t *out_to,
				    uint8_t *out, size_t out_len);

/** adtls_endpoint_next_event: The next event of any engine, which *@out_engine names; engines take turns. */
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
/** adtls_endpoint_address: The address of an engine that the endpoint owns, as it is now: ADTLS_EVENT_PEER_MOVED says when it has changed. */
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

/**
 * What an endpoint takes on. 0: no limit.
 *
 * Over a limit nothing that is established ends. A new handshake has to wait:
 * its second ClientHello is dropped, which the client repeats with a cookie that
 * is good for a minute. ClientHellos without a cookie are still answered by one,
 * even where cookies are switched off (adtls_config_set_cookie()).
 */
typedef struct adtls_endpoint_limits {
	/** Handshakes under way at once; 2048. Where cookies are switched off they are switched on from half of it. */
	size_t handshakes;
	/** The same of one host (adtls_address_t); 256, as hosts behind one NAT count as one. */
	size_t handshakes_per_host;
	/** Handshakes that one host may start per second in the long run, at most 1,000,000; 100. */
	unsigned starts_per_second;
	/** How many of them may come at once; 256. */
	unsigned starts_at_once;
	/** Connections, with handshakes and those just closed; 100,000. A host that is connected may replace its connection. */
	size_t connections;
	/** Heap that peers hold in all, in bytes; 512 MiB. Beyond it nothing more is kept of what they send: held data is dropped and counted, fragments are not acknowledged, adtls_engine_send() returns ADTLS_E_AGAIN. */
	size_t memory;
	/** The same of one peer; 384 KiB. At least ADTLS_MEMORY_PER_PEER_MIN. */
	size_t memory_per_peer;
} adtls_endpoint_limits_t;

/** What a handshake with ordinary certificates needs. */
#define ADTLS_MEMORY_PER_PEER_MIN 32768

/** adtls_endpoint_limits: The limits in force. To change some, get them, change them, and set them. */
void adtls_endpoint_limits(const adtls_endpoint_t *endpoint,
			   adtls_endpoint_limits_t *out);

/** adtls_endpoint_set_limits: At any time; what is there already stays. Returns: ADTLS_OK, or ADTLS_E_INVALID, and nothing changes. */
int adtls_endpoint_set_limits(adtls_endpoint_t *endpoint,
			      const adtls_endpoint_limits_t *limits);

/** adtls_endpoint_set_busy: Whether no new handshake is to start for now, for reasons of the application's own: its workers have no room, say. As over a limit, cookies are still answered. */
void adtls_endpoint_set_busy(adtls_endpoint_t *endpoint, bool busy);

typedef struct adtls_endpoint_statistics {
	uint64_t engines;		/* now */
	uint64_t handshakes;		/* of them, under way */
	uint64_t memory;		/* heap that they hold, in bytes: an estimate */
	uint64_t accepted;		/* engines made */
	uint64_t datagrams_received;
	uint64_t datagrams_sent;

	/* Before a connection; a datagram counts once. */
	uint64_t cookies_sent;
	uint64_t cookies_refused;	/* bad or expired */
	uint64_t hellos_refused;	/* by an alert: nothing in common, say */
	uint64_t dropped;		/* all kinds: the sum of the four below */
	uint64_t dropped_no_hello;	/* no ClientHello, or the record of one */
	uint64_t dropped_malformed;	/* ClientHellos that cannot be read */
	uint64_t dropped_unanswered;	/* the answer was over twice their bytes, or could not be made */
	uint64_t dropped_fragments;	/* of ClientHellos, bad or too large */
	uint64_t fragments_kept;	/* of ClientHellos, until the others come */
	uint64_t fragments_evicted;	/* hellos, from the table of fragmented ones */

	/* Good cookies whose handshake has to wait: see the limits. */
	uint64_t refused;		/* all kinds: the sum of those below */
	uint64_t refused_busy;
	uint64_t refused_handshakes;
	uint64_t refused_host;
	uint64_t refused_rate;
	uint64_t refused_connections;
	uint64_t refused_memory;

	/* Of connections, those that are gone included. */
	uint64_t records_dropped;	/* as in adtls_statistics_t */
	uint64_t memory_refusals;	/* what was not kept for a limit of memory */
	uint64_t closed_idle;		/* adtls_config_set_idle_expiry() */
	uint64_t moves;			/* of peers to other addresses */
} adtls_endpoint_statistics_t;

void adtls_endpoint_statistics(const adtls_endpoint_t *endpoint,
			       adtls_endpoint_statistics_t *out);

#ifdef __cplusplus
}
#endif

#endif
