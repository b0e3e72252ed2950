/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the handshake asks of credentials about pre-shared keys. */
#ifndef ADTLS_CRYPTO_CREDENTIALS_PSK_H
#define ADTLS_CRYPTO_CREDENTIALS_PSK_H

#include "crypto/credentials.h"
#include "crypto/hash.h"

#include <adtls/psk.h>

enum credentials_psk_result {
	CREDENTIALS_PSK_FOUND,
	CREDENTIALS_PSK_NONE,
	CREDENTIALS_PSK_FAILED	/* the callback did, or gave nonsense */
};

bool credentials_has_client_psk(const struct adtls_credentials *credentials);
bool credentials_has_server_psk(const struct adtls_credentials *credentials);
/* Has it what a server needs: a key with its certificate, or PSKs? */
bool credentials_can_serve(const struct adtls_credentials *credentials);
/* The one that was set, or NULL. */
const adtls_psk_t *
credentials_own_psk(const struct adtls_credentials *credentials);

/* Use the PSK that was set, if one was, as @role from here on. False: it is in
 * use as the other (RFC 9257 §4.1, §5). */
bool credentials_take_psk_role(struct adtls_credentials *credentials,
			       adtls_role_t role);

/* The PSK to offer to @server_name. Wipe @out. */
enum credentials_psk_result
credentials_client_psk(const struct adtls_credentials *credentials,
		       const char *server_name, adtls_psk_t *out);
/* The key of a client's @identity. Wipe @out. */
enum credentials_psk_result
credentials_server_psk(const struct adtls_credentials *credentials,
		       const char *server_name, adtls_bytes_t identity,
		       adtls_psk_t *out);

const struct crypto_hash *credentials_psk_hash(const adtls_psk_t *psk);
void credentials_psk_wipe(adtls_psk_t *psk);

#endif
