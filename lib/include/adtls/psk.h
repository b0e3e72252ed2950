/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pre-shared keys that were agreed on elsewhere (RFC 8446 §2.2, §4.2.11).
 *
 * A PSK proves both sides to each other, without certificates. It is only used
 * together with (EC)DHE (psk_dhe_ke), so that who learns it later cannot read
 * what was sent before. Credentials may have certificates too: a server then
 * serves both kinds of client, a client takes what the server chooses.
 *
 * A short or guessable key can be searched for by whoever watches one handshake
 * of it: use 16 random bytes or more, another key for each pair of peers, and no
 * key of (D)TLS 1.2 (RFC 9257). */
#ifndef ADTLS_PSK_H
#define ADTLS_PSK_H

#include <adtls/credentials.h>
#include <adtls/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Largest identity and key, in bytes. */
#define ADTLS_PSK_IDENTITY_MAX 256
#define ADTLS_PSK_KEY_MAX 64

/** The hash that a PSK is used with: only suites that have it can be chosen. */
typedef enum adtls_psk_hash {
	ADTLS_PSK_SHA256 = 0,	/* RFC 8446's default */
	ADTLS_PSK_SHA384 = 1
} adtls_psk_hash_t;

/** A PSK, to be filled in by a callback; adtls wipes it after use. */
typedef struct adtls_psk {
	adtls_psk_hash_t hash;
	uint8_t identity[ADTLS_PSK_IDENTITY_MAX];
	size_t identity_len;
	uint8_t key[ADTLS_PSK_KEY_MAX];
	size_t key_len;
} adtls_psk_t;

/* Who uses one key as client and as server can be made to talk to itself: its
 * hello comes back, and the key proves nothing (RFC 9257 §4.1, the Selfie attack).
 * So a key belongs to two peers in fixed roles. Two keys, or an identity that is
 * good in one direction alone, serve peers that call each other. */

/**
 * adtls_credentials_set_psk:
 * @credentials: not yet in use by a sealed configuration
 * @identity: 1 to ADTLS_PSK_IDENTITY_MAX bytes, sent in the clear; copied
 * @key: 1 to ADTLS_PSK_KEY_MAX bytes; copied
 *
 * One PSK: a client offers it to every server, a server accepts it from every
 * client. The callbacks below choose among several.
 *
 * For one role: once a client has been made of the credentials, no endpoint can
 * be, and the other way round (ADTLS_E_CREDENTIALS). What the callbacks give,
 * and what several credentials hold, is for the application to keep apart.
 *
 * Returns: ADTLS_OK or ADTLS_E_INVALID.
 */
int adtls_credentials_set_psk(adtls_credentials_t *credentials,
			      adtls_bytes_t identity, adtls_bytes_t key,
			      adtls_psk_hash_t hash);

/**
 * adtls_credentials_set_psk_file: The same, with the key in a file.
 * @key_file: hexadecimal digits, as psktool writes them after its colon; white
 *   space around them is ignored
 *
 * Returns: ADTLS_OK, ADTLS_E_FILE, ADTLS_E_DECODE, or ADTLS_E_INVALID.
 */
int adtls_credentials_set_psk_file(adtls_credentials_t *credentials,
				   adtls_bytes_t identity, const char *key_file,
				   adtls_psk_hash_t hash);

/**
 * The PSK for a server, wanted once per connection.
 * @server_name: as given to adtls_engine_new_client(), or NULL
 * @out: zero; to be filled in
 *
 * Returns: 1 with a PSK; 0: there is none for this server; a negative error ends
 * the handshake.
 */
typedef int (*adtls_psk_client_func)(void *context, const char *server_name,
				     adtls_psk_t *out);

/**
 * The key of a client's identity. Called once its address is checked, for each
 * identity offered (8 at most) until one is known. It must not take long: the
 * other connections of its thread wait.
 * @server_name: the name that the client asked for (SNI), or NULL
 * @identity: as sent: any bytes, 1 to 65535, unauthenticated
 * @out: zero; hash, key and its length are to be filled in
 *
 * Returns: 1 with a key; 0: the identity is unknown; a negative error ends the
 * handshake.
 */
typedef int (*adtls_psk_server_func)(void *context, const char *server_name,
				     adtls_bytes_t identity, adtls_psk_t *out);

/** adtls_credentials_set_psk_client: As a client, ask @find for the PSK; NULL: none. @context outlives the credentials. */
int adtls_credentials_set_psk_client(adtls_credentials_t *credentials,
				     adtls_psk_client_func find, void *context);

/** adtls_credentials_set_psk_server: As a server, ask @find for keys; NULL: none. @context outlives the credentials. */
int adtls_credentials_set_psk_server(adtls_credentials_t *credentials,
				     adtls_psk_server_func find, void *context);

#ifdef __cplusplus
}
#endif

#endif
