/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Those functions that libcoap calls which differ between its versions. */
#include "libcoap_internal.h"

#include <gnutls/crypto.h>
#include <string.h>

#if LIBCOAP_VERSION < 4003002U

void *coap_tls_new_client_session(coap_session_t *session, int *out_connected)
{
	(void)session;
	*out_connected = 0;
	return NULL;
}

void *coap_tls_new_server_session(coap_session_t *session, int *out_connected)
{
	(void)session;
	*out_connected = 0;
	return NULL;
}

#else

/* COSE's number for SHA-1, which WebSockets are accepted with. */
#define ALGORITHM_SHA_1 (-14)
#define SHA_1_SIZE 20

void *coap_tls_new_client_session(coap_session_t *session)
{
	(void)session;
	return NULL;
}

void *coap_tls_new_server_session(coap_session_t *session)
{
	(void)session;
	return NULL;
}

int coap_dtls_psk_is_supported(void)
{
	return 1;
}

int coap_dtls_pki_is_supported(void)
{
	return 1;
}

int coap_dtls_pkcs11_is_supported(void)
{
	return 1;
}

int coap_dtls_rpk_is_supported(void)
{
	return 0;
}

int coap_oscore_is_supported(void)
{
	return 0;
}

int coap_crypto_hash(int algorithm, const coap_bin_const_t *data,
		     coap_bin_const_t **out)
{
	uint8_t hash[SHA_1_SIZE];

	if (algorithm != ALGORITHM_SHA_1 ||
	    gnutls_hash_fast(GNUTLS_DIG_SHA1, data->s, data->length, hash) < 0)
		return 0;
	*out = coap_new_bin_const(hash, sizeof(hash));
	return *out != NULL;
}

int coap_crypto_check_cipher_alg(int algorithm)
{
	(void)algorithm;
	return 0;
}

int coap_crypto_check_hkdf_alg(int algorithm)
{
	(void)algorithm;
	return 0;
}

int coap_crypto_aead_encrypt(const struct coap_crypto_param_t *parameters,
			     coap_bin_const_t *data, coap_bin_const_t *aad,
			     uint8_t *out, size_t *out_len)
{
	(void)parameters;
	(void)data;
	(void)aad;
	(void)out;
	*out_len = 0;
	return 0;
}

int coap_crypto_aead_decrypt(const struct coap_crypto_param_t *parameters,
			     coap_bin_const_t *data, coap_bin_const_t *aad,
			     uint8_t *out, size_t *out_len)
{
	(void)parameters;
	(void)data;
	(void)aad;
	(void)out;
	*out_len = 0;
	return 0;
}

int coap_crypto_hmac(int algorithm, coap_bin_const_t *key,
		     coap_bin_const_t *data, coap_bin_const_t **out)
{
	(void)algorithm;
	(void)key;
	(void)data;
	(void)out;
	return 0;
}

#endif

#if LIBCOAP_VERSION >= 4003005U

int coap_dtls_cid_is_supported(void)
{
	return 0;
}

int coap_dtls_set_cid_tuple_change(coap_context_t *context, uint8_t every)
{
	(void)context;
	(void)every;
	return 0;
}

int coap_tls_engine_configure(coap_str_const_t *configuration)
{
	(void)configuration;
	return 0;
}

int coap_tls_engine_remove(void)
{
	return 0;
}

#endif
