/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration: made once, sealed, then shared by all connections. */
#ifndef ADTLS_CONFIG_H
#define ADTLS_CONFIG_H

#include <adtls/attester.h>
#include <adtls/credentials.h>
#include <adtls/error.h>
#include <adtls/policy.h>
#include <adtls/types.h>
#include <adtls/verifier.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Reference-counted. Setters work until the first engine or endpoint is made
 * of it, or adtls_config_seal() is called; after that they return
 * ADTLS_E_INVALID, and the configuration may be used by several threads.
 */
typedef struct adtls_config adtls_config_t;

/** adtls_config_new: Returns: ADTLS_OK, or ADTLS_E_MEMORY; release with adtls_config_unref(). */
int adtls_config_new(adtls_config_t **out);
adtls_config_t *adtls_config_ref(adtls_config_t *config);
void adtls_config_unref(adtls_config_t *config);

/**
 * adtls_config_seal:
 * @out_message: receives what cannot work and why, or ""; may be NULL
 * @message_len: its size in bytes with NUL
 *
 * Checks that the parts fit together. Engines and endpoints seal for
 * themselves; call it to get the message.
 *
 * Returns: ADTLS_OK, or the error of the part at fault.
 */
int adtls_config_seal(adtls_config_t *config, char *out_message,
		      size_t message_len);

/** adtls_config_set_credentials: Takes a reference. Mandatory for servers and for clients. */
int adtls_config_set_credentials(adtls_config_t *config,
				 adtls_credentials_t *credentials);

/** adtls_config_set_priority: A GnuTLS priority string; ADTLS_PRIORITY_DEFAULT until it is called. Returns: ADTLS_OK or ADTLS_E_PRIORITY (see adtls_priority_describe()). */
int adtls_config_set_priority(adtls_config_t *config, const char *priority);

typedef enum adtls_client_authentication {
	ADTLS_CLIENT_AUTHENTICATION_NONE = 0,
	/** Ask; a client without a certificate may connect. */
	ADTLS_CLIENT_AUTHENTICATION_REQUEST = 1,
	ADTLS_CLIENT_AUTHENTICATION_REQUIRE = 2
} adtls_client_authentication_t;

/**
 * adtls_config_set_client_authentication: For servers; NONE by default.
 *
 * REQUIRE is about clients that use certificates or raw public keys. A client with
 * an external PSK (adtls/psk.h) is authenticated by it and shows none: who wants a
 * certificate of every client sets no PSK. A client that resumes shows none again,
 * but its ticket is only taken if it had shown one.
 *
 * Attestation negotiated for a client requires its certificate by itself.
 */
int adtls_config_set_client_authentication(adtls_config_t *config,
					   adtls_client_authentication_t mode);

/** adtls_config_set_send_authorities: Whether the names of the trust anchors are sent (certificate_authorities, RFC 8446 §4.2.4), by a server that asks for certificates and by a client, so that a peer with several can choose. False by default; with more than 2048 bytes of names adtls_config_seal() fails (ADTLS_E_TOO_LARGE). */
int adtls_config_set_send_authorities(adtls_config_t *config, bool on);

/** adtls_config_set_mtu: Largest datagram sent, in bytes of UDP payload: 256 to 65507, 1200 by default. */
int adtls_config_set_mtu(adtls_config_t *config, size_t mtu);

/**
 * adtls_config_set_record_size_limit:
 * @limit: largest protected record that we take, in bytes of content, content
 *   type and padding together: 64 to 16385; 0 (default): none is asked for
 *
 * For devices with little memory for records (RFC 8449). A client offers it,
 * and a server answers a client that does; a peer without it may go on sending
 * what fits a datagram. A peer that has agreed to it and sends more gets
 * record_overflow. What the peer asks for is honoured in any case, also by
 * adtls_engine_max_data().
 *
 * Returns: ADTLS_OK or ADTLS_E_INVALID.
 */
int adtls_config_set_record_size_limit(adtls_config_t *config, size_t limit);

/**
 * adtls_config_set_record_padding:
 * @block: protected records are padded so that content, content type and
 *   padding take a multiple of so many bytes, at most 16384; 0 (default): no
 *   padding
 *
 * Hides the length of what is sent (RFC 8446 §5.4), at the price of the bytes.
 * Padding never makes a record larger than the datagram or the peer's
 * record_size_limit allow: records of the last, incomplete block all have the
 * largest length.
 *
 * Returns: ADTLS_OK or ADTLS_E_INVALID.
 */
int adtls_config_set_record_padding(adtls_config_t *config, size_t block);

typedef enum adtls_timer_policy {
	/** Retransmission time-out from measured round trips (RFC 9147 §5.8.2). */
	ADTLS_TIMER_MEASURED = 0,
	/** Time-out doubling from the initial value, whatever is measured. */
	ADTLS_TIMER_FIXED = 1
} adtls_timer_policy_t;

/**
 * adtls_config_set_timer:
 * @initial_us: first time-out, 10 ms to 60 s in microseconds, 1 s by default
 * @attempts: time-outs in a row before giving up; 0 (default): only the
 *   handshake deadline ends it
 *
 * Returns: ADTLS_OK or ADTLS_E_INVALID.
 */
int adtls_config_set_timer(adtls_config_t *config, adtls_timer_policy_t policy,
			   uint64_t initial_us, unsigned attempts);

/** adtls_config_set_handshake_deadline: Microseconds for a whole handshake, 60 s by default. */
int adtls_config_set_handshake_deadline(adtls_config_t *config,
					uint64_t deadline_us);

/**
 * adtls_config_set_idle_expiry:
 * @idle_us: how long a connection lives without an authentic record from the
 *   peer, in microseconds; 0 (default): for ever
 * @tells_peer: whether close_notify goes out then, which is repeated for a
 *   minute to a peer that speaks up after all; else the connection ends in
 *   silence
 *
 * Of what the two sides send only what is received counts, as a peer that is
 * gone receives nothing: a side that only sends wants no expiry. The reason is
 * ADTLS_REASON_IDLE.
 *
 * Returns: ADTLS_OK or ADTLS_E_INVALID.
 */
int adtls_config_set_idle_expiry(adtls_config_t *config, uint64_t idle_us,
				 bool tells_peer);

/**
 * adtls_config_set_forgery_limit:
 * @records: how many records that fail authentication are borne under one key
 *   before it is given up, at least 1; a suite's own limit, where it is lower,
 *   stays in force (RFC 9147 §4.5.3)
 *
 * TLS_AES_128_CCM_8_SHA256 has no safe limit of its own: with it in the
 * priority string, adtls_config_seal() demands one from the deployment. Whoever
 * can send that many datagrams to us ends the connection; a forger has a chance
 * of @records / 2^64.
 *
 * Returns: ADTLS_OK or ADTLS_E_INVALID.
 */
int adtls_config_set_forgery_limit(adtls_config_t *config, uint64_t records);

/** adtls_config_set_cookie: Whether a server checks a client's address by a cookie; true by default. */
int adtls_config_set_cookie(adtls_config_t *config, bool on);

/* A server that goes by several names. */

/**
 * adtls_config_add_server_name:
 * @name: a DNS name, or "*." and one, which stands for any one label and that
 *   name; at most 255 bytes, and 1024 names in all
 * @credentials: with a key; takes a reference
 *
 * A client that calls @name (server_name, RFC 6066 §3) meets these credentials,
 * trust included, all others those of adtls_config_set_credentials(). An exact
 * name goes before a wildcard, a wildcard before those added after it.
 *
 * Returns: ADTLS_OK, ADTLS_E_INVALID, ADTLS_E_CREDENTIALS (no key), or
 * ADTLS_E_MEMORY.
 */
int adtls_config_add_server_name(adtls_config_t *config, const char *name,
				 adtls_credentials_t *credentials);

/**
 * Find credentials for a client that calls @name, which is letters, digits,
 * "-", "_" and "." alone. Must be quick: whoever sends a datagram has it
 * called, in the thread that took it, and twice for one client.
 *
 * Returns: credentials with a key and a reference for the caller, or NULL: the
 * default ones.
 */
typedef adtls_credentials_t *(*adtls_server_name_func)(void *context,
						       const char *name);

/** adtls_config_set_server_name_callback: @choose is asked for names that were not added. */
int adtls_config_set_server_name_callback(adtls_config_t *config,
					  adtls_server_name_func choose,
					  void *context);

/** adtls_config_set_refuse_unknown_names: Whether a client that calls a name for which there are no credentials is refused (unrecognized_name) or meets the default ones. False by default. A client that calls no name meets the default ones. */
int adtls_config_set_refuse_unknown_names(adtls_config_t *config, bool on);

typedef enum adtls_alpn_flags {
	/** Not without an application protocol: a peer that does not use ALPN
	 * is refused. */
	ADTLS_ALPN_MANDATORY = 1
} adtls_alpn_flags_t;

/**
 * adtls_config_set_alpn:
 * @protocols: names of application protocols, the favourite first, 1 to 255
 *   bytes each ("coap", without a length); copied, in place of those before
 * @count: 0: no ALPN, as by default
 * @flags: or-ed adtls_alpn_flags_t, or 0
 *
 * ALPN (RFC 7301). A server selects by its own order. With nothing in common,
 * where both sides use ALPN, it refuses with no_application_protocol; that a
 * peer does not use it matters only with ADTLS_ALPN_MANDATORY. What was
 * selected is in adtls_parameters_t.
 *
 * Returns: ADTLS_OK, ADTLS_E_INVALID, ADTLS_E_TOO_LARGE (over 512 bytes in all,
 * each name with one for its length), or ADTLS_E_MEMORY.
 */
int adtls_config_set_alpn(adtls_config_t *config,
			  const adtls_bytes_t *protocols, size_t count,
			  unsigned flags);

/* Connection IDs, and peers that move. */

/**
 * adtls_config_set_connection_id:
 * @len: bytes of the connection IDs that the peer is to write to us, 1 to 20; 0:
 *   none, but we are willing to write the peer's
 *
 * Offers and accepts connection IDs (RFC 9146, RFC 9147 §9), which are off by
 * default. With them a connection outlives a change of addresses: an endpoint
 * finds its peers by them. They are random; 8 bytes are plenty. All connections
 * of an endpoint have the same length.
 *
 * Returns: ADTLS_OK or ADTLS_E_INVALID.
 */
int adtls_config_set_connection_id(adtls_config_t *config, size_t len);

/** What an endpoint does when a peer with a connection ID appears at another address. */
typedef enum adtls_migration {
	/** Ask at the old address first, then at the new one: nobody who merely
	 * copies datagrams moves a peer (draft-ietf-tls-dtls-rrc, "enhanced"). */
	ADTLS_MIGRATION_ENHANCED = 0,
	/** Ask at the new address at once: faster after a NAT's rebinding, and
	 * open to who can race copies of the peer's datagrams. */
	ADTLS_MIGRATION_BASIC = 1,
	/** Stay with the address of the handshake; rrc is not offered. */
	ADTLS_MIGRATION_NEVER = 2,
	/** As ENHANCED; but a peer that does not know rrc moves unasked, which
	 * makes us send to whoever's address is in a copied datagram. */
	ADTLS_MIGRATION_UNCHECKED = 3
} adtls_migration_t;

/** adtls_config_set_migration: ADTLS_MIGRATION_ENHANCED by default; without effect unless connection IDs are on. */
int adtls_config_set_migration(adtls_config_t *config,
			       adtls_migration_t migration);

/** adtls_config_set_random: A source of randomness instead of gnutls_rnd(): for simulations that replay. @fill returns 0 on success. */
int adtls_config_set_random(adtls_config_t *config,
			    int (*fill)(void *context, uint8_t *out,
					size_t len),
			    void *context);

/** adtls_config_set_key_log: @write gets one NSS key log line without newline. Anyone who reads it can read the traffic. */
int adtls_config_set_key_log(adtls_config_t *config,
			     void (*write)(void *context, const char *line),
			     void *context);

/** adtls_config_set_trace: @write gets one line, without secrets, per thing that happens. */
int adtls_config_set_trace(adtls_config_t *config,
			   void (*write)(void *context, const char *line),
			   void *context);

/* Attestation: what we can prove, and what we demand. */

/** adtls_config_set_attester: A client with an attester offers its Evidence to servers. Takes a reference. */
int adtls_config_set_attester(adtls_config_t *config,
			      adtls_attester_t *attester);

/**
 * adtls_config_set_policy: What a server demands of its clients' attestation,
 * and the Verifier that appraises it. Takes references.
 * @verifier: NULL: the local Verifier on the same policy
 */
int adtls_config_set_policy(adtls_config_t *config, adtls_policy_t *policy,
			    adtls_verifier_t *verifier);

/** adtls_config_set_attestation_limit: Largest Attestation accepted, in bytes of its CMW, inclusive; 65536 by default. */
int adtls_config_set_attestation_limit(adtls_config_t *config, size_t limit);

/** adtls_config_set_require_attestation: A client that must not connect unless the server takes its Evidence, and so offers no external PSK. False by default; true needs an attester (ADTLS_E_INVALID when sealed). */
int adtls_config_set_require_attestation(adtls_config_t *config, bool on);

/* An application's own hello extensions, as gnutls_session_ext_register(). */

/** Messages that an extension may appear in, or-ed. */
typedef enum adtls_ext_messages {
	ADTLS_EXT_CLIENT_HELLO = 1,
	ADTLS_EXT_ENCRYPTED_EXTENSIONS = 2
} adtls_ext_messages_t;

struct adtls_engine;

/**
 * Write the extension's body into @out, at most @out_len bytes; set
 * *@out_written. Returns: 1 to send it, 0 to leave it out, a negative error
 * to end the handshake with internal_error. On a server it is asked only if
 * the client sent the extension.
 */
typedef int (*adtls_ext_send_func)(void *context, struct adtls_engine *engine,
				   uint8_t *out, size_t out_len,
				   size_t *out_written);
/** Take the peer's body. Returns: ADTLS_ALERT_NONE, or the alert that ends the handshake. */
typedef adtls_alert_t (*adtls_ext_receive_func)(void *context,
						struct adtls_engine *engine,
						adtls_bytes_t body);

/**
 * adtls_ext_register:
 * @name: for traces
 * @id: extension type; not one that adtls itself uses
 * @send: NULL: never sent
 * @receive: NULL: ignored when received
 *
 * Returns: ADTLS_OK, or ADTLS_E_INVALID (taken, or too many: 8).
 */
int adtls_ext_register(adtls_config_t *config, const char *name, uint16_t id,
		       unsigned messages, adtls_ext_send_func send,
		       adtls_ext_receive_func receive, void *context);

#ifdef __cplusplus
}
#endif

#endif
