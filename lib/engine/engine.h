/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine's own state, and what its files ask of one another.
 *
 *   in    engine_input.c    datagram -> records -> messages, ACKs, alerts, data
 *   out   engine_output.c   messages, ACKs, data, alerts -> records -> datagram
 *   time  engine_time.c     deadline -> tick
 *   what  engine_events.c   events; the authorization gate
 *   cost  engine_memory.c   what it holds, and whether it may hold more
 *   where engine_paths.c    the peer's address; engine_cids.c, its CIDs
 */
#ifndef ADTLS_ENGINE_ENGINE_H
#define ADTLS_ENGINE_ENGINE_H

#include "engine/data_queue.h"
#include "engine/memory_account.h"
#include "engine/path_check.h"
#include "handshake/connected.h"

#include <adtls/engine.h>

/* Application data that may wait, protocol §4.3: 64 records, 64 KiB. */
#define ENGINE_QUEUE_RECORDS 64
#define ENGINE_QUEUE_BYTES 65536
/* Events that may wait while data is lent: 32 datagrams of 32 records. Beyond it
 * data is held, as far as that goes: an event takes more room than an empty
 * record. */
#define ENGINE_EVENTS_MAX 1024
/* Records that came before their keys (reordering); a few datagrams' worth. */
#define ENGINE_EARLY_RECORDS 16
#define ENGINE_EARLY_BYTES 8192
/* How long old keys and the alert of a dead connection are kept, so that a peer
 * that missed our last word can still be answered: the longest RTO. */
#define ENGINE_RETENTION_US (60 * 1000000ull)
/* Without an authentic record for so long, a connection is idle: it gives back
 * what can be made again. As long as the former, so that most have one timer for
 * both. */
#define ENGINE_IDLE_US ENGINE_RETENTION_US
/* A tombstone answers at most once in this time. */
#define ENGINE_TOMBSTONE_INTERVAL_US 1000000ull
/* Bytes sent per byte received before an address is known (RFC 9147 §5.1). */
#define ENGINE_AMPLIFICATION 3

extern const struct data_queue_bounds engine_data_bounds;

enum engine_phase {
	ENGINE_HANDSHAKING,
	ENGINE_CONNECTED,
	ENGINE_CLOSING,		/* by us: queued data, then close_notify */
	ENGINE_CLOSED
};

/* The last word, kept so that it can be repeated (protocol §4.3). */
struct tombstone {
	adtls_alert_t alert;		/* NONE: nothing to say */
	bool is_due;			/* to be sent with the next datagram */
	uint64_t last_sent_us;
	uint64_t until_us;		/* ADTLS_NEVER: no tombstone */
};

/* What a datagram from elsewhere has brought, while it is being read. */
enum path_action {
	PATH_ACTION_NONE,
	PATH_ACTION_CHECK,	/* its address is being checked from now on */
	PATH_ACTION_MOVE	/* its address is the peer's from now on */
};

struct arrival {
	enum path path;
	enum path_action action;
	bool is_authentic;
	bool is_newer;		/* than all before */
};

/* What there is to know of the peer's addresses, if it may have several. */
struct engine_paths {
	struct path_check *check;	/* NULL: nothing is under way */
	struct arrival arrival;
	uint32_t dropped_cid;		/* for adtls_statistics_t */
	uint32_t checks;
	uint32_t checks_failed;
	uint32_t moves;
};

/* How large our datagrams are: as configured, until losses or the network say
 * less (RFC 9147 §4.4). */
struct engine_mtu {
	uint16_t current;
	/* The largest datagram with handshake messages since the peer last
	 * acknowledged something. */
	uint16_t largest_flight;
};

struct endpoint_peer;

/* What adtls_statistics_t is made of. 32 bits of drops are enough to see what is
 * wrong, and every connection has them. */
struct engine_statistics {
	uint64_t datagrams_sent;
	uint64_t bytes_sent;
	uint64_t datagrams_received;
	uint64_t bytes_received;
	uint64_t handshake_us;
	uint64_t appraisal_us;
	uint32_t dropped_malformed;
	uint32_t dropped_unknown_epoch;
	uint32_t dropped_replay;
	uint32_t dropped_forged;
	uint32_t dropped_unexpected;
	uint32_t data_held_dropped;
	uint32_t data_too_large;
};

/* A client's, while it may need any. */
struct engine_tickets {
	adtls_ticket_t *offered;	/* to resume with; NULL once it did */
	bool is_attested;		/* the one offered has a grant */
	struct ticket_box box;		/* received */
};

struct adtls_engine {
	struct adtls_config *config;
	struct endpoint_peer *peer;	/* of the endpoint that owns it, or NULL */
	struct memory_account *account;	/* the endpoint's, or NULL */
	size_t accounted;		/* bytes, of this engine in it */
	uint64_t id;			/* of all engines of this process */
	uint64_t job_serial;
	adtls_role_t role;
	enum engine_phase phase;
	adtls_authorization_t authorization;	/* as last told */
	adtls_reason_t reason;		/* why it closed */
	char *detail;			/* in a sentence; NULL: no memory */
	char *server_name;

	struct channel channel;
	struct handshake *hs;		/* NULL once it completed */
	struct hs_facts facts;
	struct exchanges exchanges;
	struct engine_tickets *tickets;	/* client: NULL unless it resumes */
	struct engine_paths *paths;	/* NULL: no CIDs are configured */
	void *layer;

	struct data_queue outgoing;	/* to be sent */
	struct data_queue held;		/* received, to be delivered */
	struct data_queue early;	/* records before their keys */

	adtls_event_t *events;		/* from event_head on */
	uint32_t event_head;
	uint32_t event_count;
	uint32_t event_capacity;
	bool lends_held;		/* the oldest of held is lent out */
	bool keys_were_updated;		/* to be told */
	bool has_new_cids;		/* to be told */
	bool is_address_validated;
	bool has_restarted;		/* a client, after a refused cookie */
	struct tombstone tombstone;

	uint64_t started_us;
	uint64_t retire_us;		/* when handshake keys go */
	uint64_t active_us;		/* when a record last came, a datagram went */
	uint64_t rest_us;		/* when to look whether it is idle */
	uint64_t heard_us;		/* the peer's last authentic record */
	struct engine_statistics statistics;
	adtls_alert_t remembered_alert;	/* unauthenticated; a hint */
	struct engine_mtu mtu;
};

/* A client whose cookie was not good (any more) starts once again without it:
 * its address or the server's keys may have changed meanwhile (protocol §7).
 * False: not the time for it; or out of memory, which ends the connection. */
bool engine_restart_without_cookie(struct adtls_engine *engine,
				   adtls_time_t now);

/* A server's engine, from the front door. @registry may be NULL. */
int engine_new_server(struct adtls_config *config, const struct hs_start *start,
		      const struct cid_registry *registry, adtls_time_t now,
		      struct adtls_engine **out);

/* engine_events.c */

/* Queue an event. False: out of memory (the engine closes). */
bool engine_emit(struct adtls_engine *engine, const adtls_event_t *event);
/* Give back the room for events, if there are none. */
void engine_trim_events(struct adtls_engine *engine);
/* Would adtls_engine_next_event() have one? */
bool engine_has_events(const struct adtls_engine *engine);
/* May application data pass, both ways? */
bool engine_gate_is_open(const struct adtls_engine *engine);
/* After anything that may have moved the handshake or the authorization: emit
 * what changed. */
void engine_settle(struct adtls_engine *engine, adtls_time_t now);
/* End the connection: @alert is sent unless NONE. */
void engine_fail(struct adtls_engine *engine, adtls_time_t now,
		 adtls_alert_t alert, adtls_reason_t reason,
		 const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* Why it ended, in a sentence. */
const char *engine_detail(const struct adtls_engine *engine);
/* The peer ended it. */
void engine_closed_by_peer(struct adtls_engine *engine, adtls_alert_t alert);

/* Records dropped so far, of all kinds. */
uint64_t engine_records_dropped(const struct adtls_engine *engine);

/* The part of the engine that messages after the handshake are about. */
struct connected engine_connected(struct adtls_engine *engine,
				  adtls_time_t now);

/* engine_tickets.c */

/* As a server: the peer may go on, so that it may come back. */
void engine_give_tickets(struct adtls_engine *engine, adtls_time_t now);
/* As a client: offer @ticket, which is taken over (NULL: none), and make room for
 * those to come, if they are wanted. False: out of memory. */
bool engine_prepare_tickets(struct adtls_engine *engine, adtls_ticket_t *ticket);
/* The handshake is over: what was offered is used up. */
void engine_use_up_ticket(struct adtls_engine *engine);
/* None is to be given or kept any more. */
void engine_forget_tickets(struct adtls_engine *engine);
struct ticket_origin engine_ticket_origin(const struct adtls_engine *engine,
					  adtls_time_t now);

/* engine_mtu.c */

/* A datagram of @len bytes with handshake messages goes out. */
void engine_mtu_sent(struct adtls_engine *engine, size_t len);
/* The flight timed out: repeated losses may be the datagrams' size. */
void engine_mtu_timed_out(struct adtls_engine *engine);
/* Bytes of content that fit a datagram of one record. */
size_t engine_content_room(const struct adtls_engine *engine);

/* engine_time.c */

/* An authentic record has come, or a datagram has gone: the connection is not
 * idle. */
void engine_note_activity(struct adtls_engine *engine, uint64_t now_us);
/* Look some time later whether it is, as something is being done: so that
 * strangers can have keys made once in that time. */
void engine_plan_rest(struct adtls_engine *engine, uint64_t now_us);
/* A job may have begun or ended: hold the flight for it, or no more. */
void engine_hold_for_job(struct adtls_engine *engine, uint64_t now_us);
/* Until when the flight waits; ADTLS_NEVER: it does not. */
uint64_t engine_held_until(const struct adtls_engine *engine);
/* Nobody needs its last words any more. */
void engine_drop_tombstone(struct adtls_engine *engine);

/* engine_cids.c */

/* Forget our CIDs that the peer has ceased to use. */
void engine_retire_cids(struct adtls_engine *engine, uint64_t now_us);
uint64_t engine_cid_deadline(const struct adtls_engine *engine);
/* Nobody finds the engine by its CIDs any more. */
void engine_leave_registry(struct adtls_engine *engine);

/* engine_paths.c */

/* False: out of memory. */
bool engine_init_paths(struct adtls_engine *engine);
void engine_clear_paths(struct adtls_engine *engine);
/* The path of the datagram that is being read. */
enum path engine_arrival_path(const struct adtls_engine *engine);
/* What is under way, or NULL. */
struct path_check *engine_path_check(const struct adtls_engine *engine);
/* What a record must reach to be newer than all before. */
struct record_number engine_next_record(const struct adtls_engine *engine);
/* An authentic record has come; @expected was the above before it. */
void engine_note_path(struct adtls_engine *engine, adtls_time_t now,
		      struct record_number expected,
		      const struct record *record);
void engine_receive_path_message(struct adtls_engine *engine, adtls_time_t now,
				 const struct record *record);
/* adtls_engine_receive() for a datagram that did not come from the peer's
 * address. */
enum path_action engine_receive_elsewhere(struct adtls_engine *engine,
					  adtls_time_t now, enum path path,
					  uint8_t *datagram, size_t len);
/* A datagram with a message of a check; 0: none now. */
size_t engine_write_path_message(struct adtls_engine *engine, adtls_time_t now,
				 uint8_t *out, size_t out_len,
				 enum path *out_path);
uint64_t engine_path_deadline(const struct adtls_engine *engine);
void engine_tick_paths(struct adtls_engine *engine, adtls_time_t now);

/* engine_output.c */

/* adtls_engine_next_datagram(), and the path that it is to take. */
size_t engine_next_datagram_on(struct adtls_engine *engine, adtls_time_t now,
			       uint8_t *out, size_t out_len,
			       enum path *out_path);

/* engine_input.c */

/* Run the handshake, and open early records for which there now are keys. */
void engine_advance(struct adtls_engine *engine, adtls_time_t now);
/* adtls_engine_receive() for a datagram that is gone after the call. */
void engine_receive_passing(struct adtls_engine *engine, adtls_time_t now,
			    uint8_t *datagram, size_t len);

#endif
