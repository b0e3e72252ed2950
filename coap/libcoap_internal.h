/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libcoap's (D)TLS backends define and call, which its installed headers
 * do not declare; and all that differs between libcoap's versions. */
#ifndef ADTLS_COAP_LIBCOAP_INTERNAL_H
#define ADTLS_COAP_LIBCOAP_INTERNAL_H

#include <coap3/coap.h>
#include <stdint.h>
#include <sys/types.h>

/* Called: libcoap's own functions, all in its static library. */

void coap_session_connected(coap_session_t *session);
int coap_handle_dgram(coap_context_t *context, coap_session_t *session,
		      uint8_t *data, size_t len);
void coap_session_free(coap_session_t *session);
coap_session_t *coap_session_new_dtls_session(coap_session_t *session,
					      coap_tick_t now);
/* Each replaces what the session has; NULL or an empty one: by none. */
int coap_session_refresh_psk_hint(coap_session_t *session,
				  const coap_bin_const_t *hint);
int coap_session_refresh_psk_key(coap_session_t *session,
				 const coap_bin_const_t *key);
int coap_session_refresh_psk_identity(coap_session_t *session,
				      const coap_bin_const_t *identity);

#if LIBCOAP_VERSION < 4003002U

ssize_t coap_session_send(coap_session_t *session, const uint8_t *data,
			  size_t len);
#define LIBCOAP_SEND coap_session_send
typedef int libcoap_log_level_t;
typedef int libcoap_sent_t;

#else

ssize_t coap_netif_dgrm_write(coap_session_t *session, const uint8_t *data,
			      size_t len);
#define LIBCOAP_SEND coap_netif_dgrm_write
typedef coap_log_t libcoap_log_level_t;
typedef ssize_t libcoap_sent_t;

#endif

#if LIBCOAP_VERSION < 4003005U

#define LIBCOAP_DISCONNECT coap_session_disconnected
#define LIBCOAP_HANDLE_EVENT coap_handle_event
#define LIBCOAP_REFERENCE coap_session_reference
#define LIBCOAP_RELEASE coap_session_release
#define LIBCOAP_MAX_PDU_SIZE coap_session_max_pdu_size

#else

/* The caller holds the context's lock. */
void coap_session_disconnected_lkd(coap_session_t *session,
				   coap_nack_reason_t reason);
int coap_handle_event_lkd(coap_context_t *context, coap_event_t event,
			  coap_session_t *session);
coap_session_t *coap_session_reference_lkd(coap_session_t *session);
void coap_session_release_lkd(coap_session_t *session);
size_t coap_session_max_pdu_size_lkd(const coap_session_t *session);
#define LIBCOAP_DISCONNECT coap_session_disconnected_lkd
#define LIBCOAP_HANDLE_EVENT coap_handle_event_lkd
#define LIBCOAP_REFERENCE coap_session_reference_lkd
#define LIBCOAP_RELEASE coap_session_release_lkd
#define LIBCOAP_MAX_PDU_SIZE coap_session_max_pdu_size_lkd

#endif

/* The overhead that libcoap assumes of DTLS until it asks. */
#define LIBCOAP_OVERHEAD 29
/* The header that coap_session_max_pdu_size() leaves out. */
#define LIBCOAP_HEADER 4
/* The largest datagram that libcoap receives, in bytes of UDP payload. */
#define LIBCOAP_DATAGRAM_MAX COAP_RXBUFFER_SIZE

/* Defined: the backend, as libcoap calls it. */

#define LIBCOAP_DIGEST_SIZE 32
typedef struct coap_digest_t {
	uint8_t key[LIBCOAP_DIGEST_SIZE];
} coap_digest_t;
typedef void coap_digest_ctx_t;

coap_digest_ctx_t *coap_digest_setup(void);
void coap_digest_free(coap_digest_ctx_t *context);
int coap_digest_update(coap_digest_ctx_t *context, const uint8_t *data,
		       size_t len);
int coap_digest_final(coap_digest_ctx_t *context, coap_digest_t *out);

void coap_dtls_startup(void);
void coap_dtls_shutdown(void);
void *coap_dtls_new_context(coap_context_t *coap);
void coap_dtls_free_context(void *backend);
int coap_dtls_context_set_pki(coap_context_t *coap,
			      const coap_dtls_pki_t *setup,
			      const coap_dtls_role_t role);
int coap_dtls_context_set_pki_root_cas(coap_context_t *coap,
				       const char *ca_file, const char *ca_dir);
int coap_dtls_context_set_cpsk(coap_context_t *coap,
			       coap_dtls_cpsk_t *setup);
int coap_dtls_context_set_spsk(coap_context_t *coap,
			       coap_dtls_spsk_t *setup);
int coap_dtls_context_check_keys_enabled(coap_context_t *coap);
void *coap_dtls_new_client_session(coap_session_t *coap);
void *coap_dtls_new_server_session(coap_session_t *coap);
void coap_dtls_free_session(coap_session_t *coap);
void coap_dtls_session_update_mtu(coap_session_t *coap);
libcoap_sent_t coap_dtls_send(coap_session_t *coap, const uint8_t *data,
			      size_t len);
int coap_dtls_receive(coap_session_t *coap, const uint8_t *data, size_t len);
int coap_dtls_hello(coap_session_t *coap, const uint8_t *data, size_t len);
int coap_dtls_is_context_timeout(void);
coap_tick_t coap_dtls_get_context_timeout(void *backend);
coap_tick_t coap_dtls_get_timeout(coap_session_t *coap, coap_tick_t now);
int coap_dtls_handle_timeout(coap_session_t *coap);
unsigned int coap_dtls_get_overhead(coap_session_t *coap);
void *coap_dtls_get_tls(const coap_session_t *coap,
			coap_tls_library_t *out_library);

void coap_tls_free_session(coap_session_t *coap);
ssize_t coap_tls_write(coap_session_t *coap, const uint8_t *data,
		       size_t len);
ssize_t coap_tls_read(coap_session_t *coap, uint8_t *data, size_t len);

#if LIBCOAP_VERSION < 4003002U

void *coap_tls_new_client_session(coap_session_t *session, int *out_connected);
void *coap_tls_new_server_session(coap_session_t *session, int *out_connected);

#else

void *coap_tls_new_client_session(coap_session_t *session);
void *coap_tls_new_server_session(coap_session_t *session);

/* OSCORE's cryptography; its algorithm identifiers are libcoap's enums. */
struct coap_crypto_param_t;
int coap_crypto_hash(int algorithm, const coap_bin_const_t *data,
		     coap_bin_const_t **out);
int coap_crypto_check_cipher_alg(int algorithm);
int coap_crypto_check_hkdf_alg(int algorithm);
int coap_crypto_aead_encrypt(const struct coap_crypto_param_t *parameters,
			     coap_bin_const_t *data, coap_bin_const_t *aad,
			     uint8_t *out, size_t *out_len);
int coap_crypto_aead_decrypt(const struct coap_crypto_param_t *parameters,
			     coap_bin_const_t *data, coap_bin_const_t *aad,
			     uint8_t *out, size_t *out_len);
int coap_crypto_hmac(int algorithm, coap_bin_const_t *key,
		     coap_bin_const_t *data, coap_bin_const_t **out);

#endif

#if LIBCOAP_VERSION >= 4003005U

int coap_dtls_set_cid_tuple_change(coap_context_t *context, uint8_t every);

#endif

#endif
