/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The index of the handshake.
 *
 *   client                                server
 *   ClientHello            -------->
 *                          <--------      HelloRetryRequest (front door)
 *   ClientHello            -------->
 *                                         ServerHello, EncryptedExtensions,
 *                                         CertificateRequest*, Certificate,
 *                          <--------      CertificateVerify, Finished
 *   Certificate*, CertificateVerify*,
 *   Attestation*, Finished -------->
 *                          <--------      ACK
 */
#include "handshake/message_table.h"

static const struct {
	enum hs_state state;
	hs_send_func send;
} senders[] = {
	{ CLIENT_SEND_HELLO, client_send_hello },
	{ CLIENT_SEND_CERTIFICATE, client_send_certificate },
	{ CLIENT_SEND_CERTIFICATE_VERIFY, client_send_certificate_verify },
	{ CLIENT_SEND_ATTESTATION, client_send_attestation },
	{ CLIENT_SEND_FINISHED, client_send_finished },

	{ SERVER_SEND_HELLO, server_send_hello },
	{ SERVER_SEND_CERTIFICATE_VERIFY, server_send_certificate_verify },
	{ SERVER_SEND_FINISHED, server_send_finished },
};

static const struct {
	enum hs_state state;
	uint8_t type;
	hs_receive_func receive;
} receivers[] = {
	{ CLIENT_RECEIVE_SERVER_HELLO, HANDSHAKE_SERVER_HELLO,
	  client_receive_server_hello },
	{ CLIENT_RECEIVE_ENCRYPTED_EXTENSIONS, HANDSHAKE_ENCRYPTED_EXTENSIONS,
	  client_receive_encrypted_extensions },
	{ CLIENT_RECEIVE_CERTIFICATE_REQUEST, HANDSHAKE_CERTIFICATE_REQUEST,
	  client_receive_certificate_request },
	{ CLIENT_RECEIVE_CERTIFICATE_REQUEST, HANDSHAKE_CERTIFICATE,
	  client_receive_certificate },
	{ CLIENT_RECEIVE_CERTIFICATE, HANDSHAKE_CERTIFICATE,
	  client_receive_certificate },
	{ CLIENT_RECEIVE_CERTIFICATE_VERIFY, HANDSHAKE_CERTIFICATE_VERIFY,
	  client_receive_certificate_verify },
	{ CLIENT_RECEIVE_FINISHED, HANDSHAKE_FINISHED,
	  client_receive_finished },

	/* SERVER_RECEIVE_CLIENT_HELLO: handshake_start_server() */
	{ SERVER_RECEIVE_CERTIFICATE, HANDSHAKE_CERTIFICATE,
	  server_receive_certificate },
	{ SERVER_RECEIVE_CERTIFICATE_VERIFY, HANDSHAKE_CERTIFICATE_VERIFY,
	  server_receive_certificate_verify },
	{ SERVER_RECEIVE_ATTESTATION, HANDSHAKE_ATTESTATION,
	  server_receive_attestation },
	{ SERVER_RECEIVE_FINISHED, HANDSHAKE_FINISHED,
	  server_receive_finished },
};

hs_send_func hs_sender(enum hs_state state)
{
	for (size_t i = 0; i < sizeof(senders) / sizeof(senders[0]); i++) {
		if (senders[i].state == state)
			return senders[i].send;
	}
	return NULL;
}

hs_receive_func hs_receiver(enum hs_state state, uint8_t type)
{
	for (size_t i = 0; i < sizeof(receivers) / sizeof(receivers[0]); i++) {
		if (receivers[i].state == state && receivers[i].type == type)
			return receivers[i].receive;
	}
	return NULL;
}
