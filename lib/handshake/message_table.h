/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The index of the handshake: which message may come in which state, and who
 * handles it; which states send. */
#ifndef ADTLS_HANDSHAKE_MESSAGE_TABLE_H
#define ADTLS_HANDSHAKE_MESSAGE_TABLE_H

#include "handshake/handshake.h"

/* Handlers return the next state, or HS_STAY, or HS_FAILED. */
typedef enum hs_state (*hs_send_func)(struct handshake *hs);
typedef enum hs_state (*hs_receive_func)(struct handshake *hs,
					 adtls_bytes_t body);

/* NULL: a state that receives. */
hs_send_func hs_sender(enum hs_state state);
/* NULL: unexpected_message. */
hs_receive_func hs_receiver(enum hs_state state, uint8_t type);

/* client_states.c, in the order of the protocol */
enum hs_state client_send_hello(struct handshake *hs);
enum hs_state client_receive_server_hello(struct handshake *hs,
					  adtls_bytes_t body);
enum hs_state client_receive_encrypted_extensions(struct handshake *hs,
						  adtls_bytes_t body);
enum hs_state client_receive_certificate_request(struct handshake *hs,
						 adtls_bytes_t body);
enum hs_state client_receive_certificate(struct handshake *hs,
					 adtls_bytes_t body);
enum hs_state client_receive_certificate_verify(struct handshake *hs,
						adtls_bytes_t body);
enum hs_state client_receive_finished(struct handshake *hs, adtls_bytes_t body);
enum hs_state client_send_certificate(struct handshake *hs);
enum hs_state client_send_certificate_verify(struct handshake *hs);
enum hs_state client_send_attestation(struct handshake *hs);
enum hs_state client_send_finished(struct handshake *hs);

/* server_states.c, in the order of the protocol */
enum hs_state server_receive_client_hello(struct handshake *hs,
					  const struct hs_start *start);
enum hs_state server_send_hello(struct handshake *hs);
enum hs_state server_send_certificate_verify(struct handshake *hs);
enum hs_state server_send_finished(struct handshake *hs);
enum hs_state server_receive_certificate(struct handshake *hs,
					 adtls_bytes_t body);
enum hs_state server_receive_certificate_verify(struct handshake *hs,
						adtls_bytes_t body);
enum hs_state server_receive_attestation(struct handshake *hs,
					 adtls_bytes_t body);
enum hs_state server_receive_finished(struct handshake *hs, adtls_bytes_t body);

#endif
