/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Drives NSS's DTLS 1.3 over a non-blocking socket: every wait is bounded by
 * NSS's own retransmission and ACK timers.
 */
#include "nss_connection.h"

#include <prerror.h>
#include <secerr.h>
#include <sslerr.h>
#include <sslexp.h>
#include <sslproto.h>
#include <string.h>

enum {
	MESSAGE_MAX = 2048,
	RESEND_MS = 300, /* longer than NSS's first retransmissions */
	PACE_MS = 20	 /* between texts that wait for new epochs */
};

static SSLHelloRetryRequestAction
demand_cookie(PRBool is_first, const PRUint8 *token, unsigned int token_len,
	      PRUint8 *out_token, unsigned int *out_token_len,
	      unsigned int token_max, void *unused)
{
	(void)token, (void)token_len, (void)out_token, (void)token_max;
	(void)unused;
	*out_token_len = 0;
	return is_first ? ssl_hello_retry_request : ssl_hello_retry_accept;
}

static SECStatus give_certificate(void *credentials, PRFileDesc *connection,
				  CERTDistNames *names,
				  CERTCertificate **out_certificate,
				  SECKEYPrivateKey **out_key)
{
	const struct nss_credentials *own = credentials;
	CERTCertificate *leaf = nss_credentials_leaf(own);

	(void)connection, (void)names;
	if (leaf == NULL || own->key == NULL)
		return SECFailure;
	*out_certificate = CERT_DupCertificate(leaf);
	*out_key = SECKEY_CopyPrivateKey(own->key);
	return SECSuccess;
}

static void note_alert(json_t *report, const char *member,
		       const SSLAlert *alert)
{
	if (alert->description != 0) /* close_notify is reported as closed */
		json_object_set_new(report, member,
				    json_integer(alert->description));
}

static void note_alert_received(const PRFileDesc *connection, void *report,
				const SSLAlert *alert)
{
	(void)connection;
	note_alert(report, "alert_received", alert);
}

static void note_alert_sent(const PRFileDesc *connection, void *report,
			    const SSLAlert *alert)
{
	(void)connection;
	note_alert(report, "alert_sent", alert);
}

static bool set_up_protocol(PRFileDesc *connection,
			    const struct nss_settings *settings)
{
	static const SSLVersionRange only = { SSL_LIBRARY_VERSION_TLS_1_3,
					      SSL_LIBRARY_VERSION_TLS_1_3 };

	return SSL_OptionSet(connection, SSL_SECURITY, PR_TRUE) == SECSuccess &&
	       SSL_OptionSet(connection, SSL_HANDSHAKE_AS_SERVER,
			     settings->is_server) == SECSuccess &&
	       SSL_OptionSet(connection, SSL_HANDSHAKE_AS_CLIENT,
			     !settings->is_server) == SECSuccess &&
	       SSL_OptionSet(connection, SSL_ENABLE_DTLS_SHORT_HEADER,
			     settings->short_header) == SECSuccess &&
	       SSL_OptionSet(connection, SSL_ENABLE_SESSION_TICKETS,
			     settings->tickets) == SECSuccess &&
	       SSL_VersionRangeSet(connection, &only) == SECSuccess &&
	       (settings->group_count == 0 ||
		SSL_NamedGroupConfig(connection, settings->groups,
				     settings->group_count) == SECSuccess);
}

/* One name, with its length before it (RFC 7301 §3.1). */
static bool set_up_protocol_name(PRFileDesc *connection, const char *name)
{
	unsigned char list[256];
	size_t length = strlen(name);

	if (length == 0 || length > 255)
		return false;
	list[0] = (unsigned char)length;
	memcpy(list + 1, name, length);
	return SSL_SetNextProtoNego(connection, list,
				    (unsigned int)length + 1) == SECSuccess;
}

/* The one certificate is for every name; the report gets what was called. */
static PRInt32 note_name(PRFileDesc *connection, const SECItem *names,
			 PRUint32 count, void *report)
{
	(void)connection;
	if (count > 0)
		json_object_set_new(report, "server_name",
				    json_stringn((const char *)names[0].data,
						 names[0].len));
	return SSL_SNI_CURRENT_CONFIG_IS_USED;
}

static bool set_up_server(PRFileDesc *connection,
			  const struct nss_settings *settings)
{
	struct nss_credentials *own = settings->credentials;

	if (SSL_ConfigServerSessionIDCache(0, 0, 0, NULL) != SECSuccess ||
	    SSL_ConfigServerCert(connection, nss_credentials_leaf(own),
				 own->key, NULL, 0) != SECSuccess)
		return false;
	if (SSL_SNISocketConfigHook(connection, note_name, settings->report) !=
	    SECSuccess)
		return false;
	if (settings->cookie &&
	    SSL_HelloRetryRequestCallback(connection, demand_cookie, NULL) !=
		    SECSuccess)
		return false;
	if (!settings->client_auth)
		return true;
	return SSL_OptionSet(connection, SSL_REQUEST_CERTIFICATE, PR_TRUE) ==
		       SECSuccess &&
	       SSL_OptionSet(connection, SSL_REQUIRE_CERTIFICATE,
			     SSL_REQUIRE_ALWAYS) == SECSuccess;
}

static bool set_up_client(PRFileDesc *connection,
			  const struct nss_settings *settings)
{
	return SSL_SetURL(connection, settings->hostname) == SECSuccess &&
	       SSL_GetClientAuthDataHook(connection, give_certificate,
					 settings->credentials) == SECSuccess;
}

static bool set_up_hooks(PRFileDesc *connection, json_t *report)
{
	return SSL_AuthCertificateHook(connection, SSL_AuthCertificate,
				       CERT_GetDefaultCertDB()) == SECSuccess &&
	       SSL_AlertReceivedCallback(connection, note_alert_received,
					 report) == SECSuccess &&
	       SSL_AlertSentCallback(connection, note_alert_sent, report) ==
		       SECSuccess;
}

PRFileDesc *nss_connection_new(struct nss_settings *settings,
			       PRFileDesc *socket)
{
	PRFileDesc *connection = DTLS_ImportFD(NULL, socket);
	bool is_ready;

	if (connection == NULL)
		return NULL;
	is_ready = set_up_protocol(connection, settings) &&
		   set_up_hooks(connection, settings->report) &&
		   (settings->protocol == NULL ||
		    set_up_protocol_name(connection, settings->protocol)) &&
		   (settings->is_server ? set_up_server(connection, settings)
					: set_up_client(connection, settings));
	if (!is_ready ||
	    SSL_ResetHandshake(connection, settings->is_server) != SECSuccess)
		return NULL;
	return connection;
}

/* What is left of a timeout that began at start. */
static PRIntervalTime time_left(PRIntervalTime start, PRIntervalTime timeout)
{
	PRIntervalTime passed = PR_IntervalNow() - start;

	return passed < timeout ? timeout - passed : 0;
}

/* Wait for a datagram or for NSS's next timer, at most this long. It is the
 * link that is polled: asked itself, a client that awaits ServerHello says
 * that it wants to write, and polling would spin. */
static void wait_for_datagram(PRFileDesc *connection, PRIntervalTime most)
{
	PRPollDesc poll = { .fd = connection->lower, .in_flags = PR_POLL_READ };
	PRIntervalTime timer;

	if (DTLS_GetHandshakeTimeout(connection, &timer) == SECSuccess &&
	    timer < most)
		most = timer;
	(void)PR_Poll(&poll, 1, most);
}

static void report_protocol(PRFileDesc *connection, json_t *report)
{
	SSLNextProtoState state;
	unsigned char name[255];
	unsigned int length;

	if (SSL_GetNextProto(connection, &state, name, &length, sizeof(name)) ==
		    SECSuccess &&
	    (state == SSL_NEXT_PROTO_NEGOTIATED ||
	     state == SSL_NEXT_PROTO_SELECTED))
		json_object_set_new(report, "application_protocol",
				    json_stringn((const char *)name, length));
}

static void report_agreement(PRFileDesc *connection, json_t *report)
{
	CERTCertificate *peer = SSL_PeerCertificate(connection);
	SSLChannelInfo channel;

	report_protocol(connection, report);
	json_object_set_new(report, "peer_certificate",
			    peer == NULL ? json_null()
					 : json_string(peer->subjectName));
	if (peer != NULL)
		CERT_DestroyCertificate(peer);
	if (SSL_GetChannelInfo(connection, &channel, sizeof(channel)) !=
	    SECSuccess)
		return;
	json_object_set_new(report, "tls_version",
			    json_integer(channel.protocolVersion));
	json_object_set_new(report, "cipher_suite",
			    json_integer(channel.cipherSuite));
	json_object_set_new(report, "group", json_integer(channel.keaGroup));
	json_object_set_new(report, "resumed", json_boolean(channel.resumed));
}

bool nss_connection_handshake(PRFileDesc *connection, json_t *report,
			      PRIntervalTime timeout)
{
	PRIntervalTime start = PR_IntervalNow();

	while (SSL_ForceHandshake(connection) != SECSuccess) {
		if (PR_GetError() != PR_WOULD_BLOCK_ERROR)
			return false;
		if (time_left(start, timeout) == 0) {
			PR_SetError(PR_IO_TIMEOUT_ERROR, 0);
			return false;
		}
		wait_for_datagram(connection, time_left(start, timeout));
	}
	report_agreement(connection, report);
	return true;
}

/* Read one message; -1 with PR_IO_TIMEOUT_ERROR when none comes in time. */
static PRInt32 receive(PRFileDesc *connection, char *buffer,
		       PRIntervalTime timeout)
{
	PRIntervalTime start = PR_IntervalNow();

	for (;;) {
		PRInt32 length = PR_Recv(connection, buffer, MESSAGE_MAX, 0,
					 PR_INTERVAL_NO_WAIT);

		if (length >= 0 || PR_GetError() != PR_WOULD_BLOCK_ERROR)
			return length;
		if (time_left(start, timeout) == 0) {
			PR_SetError(PR_IO_TIMEOUT_ERROR, 0);
			return -1;
		}
		wait_for_datagram(connection, time_left(start, timeout));
	}
}

static bool send_message(PRFileDesc *connection, const char *message,
			 PRInt32 length)
{
	return PR_Send(connection, message, length, 0, PR_INTERVAL_NO_WAIT) ==
	       length;
}

bool nss_connection_ask(PRFileDesc *connection, const char *text,
			PRIntervalTime timeout)
{
	PRIntervalTime start = PR_IntervalNow();
	PRInt32 text_length = (PRInt32)strlen(text);
	char answer[MESSAGE_MAX];

	while (time_left(start, timeout) > 0) {
		PRInt32 length;

		if (!send_message(connection, text, text_length))
			return false;
		/* A late echo of an earlier text is passed over. */
		while ((length = receive(
				connection, answer,
				PR_MillisecondsToInterval(RESEND_MS))) > 0) {
			if (length == text_length &&
			    memcmp(answer, text, (size_t)length) == 0)
				return true;
		}
		if (length == 0) {
			PR_SetError(PR_END_OF_FILE_ERROR, 0);
			return false;
		}
		if (PR_GetError() != PR_IO_TIMEOUT_ERROR)
			return false;
	}
	return false;
}

/* Does nothing while an update is under way. */
static bool update_keys(PRFileDesc *connection)
{
	return SSL_KeyUpdate(connection, PR_TRUE) == SECSuccess;
}

static bool has_reached(PRFileDesc *connection, unsigned int epoch)
{
	PRUint16 read;
	PRUint16 write;

	return SSL_GetCurrentEpoch(connection, &read, &write) == SECSuccess &&
	       read >= epoch && write >= epoch;
}

bool nss_connection_ask_until(PRFileDesc *connection,
			      const struct nss_settings *settings,
			      const char *text, PRIntervalTime timeout)
{
	PRIntervalTime start = PR_IntervalNow();
	char late[MESSAGE_MAX];

	while (!has_reached(connection, settings->until_epoch)) {
		if (time_left(start, timeout) == 0) {
			PR_SetError(PR_IO_TIMEOUT_ERROR, 0);
			return false;
		}
		if (settings->update_keys && !update_keys(connection))
			return false;
		if (!nss_connection_ask(connection, text, timeout) ||
		    (receive(connection, late,
			     PR_MillisecondsToInterval(PACE_MS)) < 0 &&
		     PR_GetError() != PR_IO_TIMEOUT_ERROR))
			return false;
	}
	return true;
}

void nss_connection_report_epochs(PRFileDesc *connection, json_t *report)
{
	PRUint16 read;
	PRUint16 write;

	if (SSL_GetCurrentEpoch(connection, &read, &write) != SECSuccess)
		return;
	json_object_set_new(report, "read_epoch", json_integer(read));
	json_object_set_new(report, "write_epoch", json_integer(write));
}

int nss_connection_serve(PRFileDesc *connection,
			 const struct nss_settings *settings,
			 PRIntervalTime timeout)
{
	char message[MESSAGE_MAX];
	int echoed = 0;
	PRInt32 length;

	while ((length = receive(connection, message, timeout)) > 0) {
		if (!send_message(connection, message, length))
			return -1;
		if (settings->update_keys && !update_keys(connection))
			return -1;
		echoed++;
	}
	json_object_set_new(settings->report, "closed",
			    json_boolean(length == 0));
	if (length < 0 && PR_GetError() != PR_IO_TIMEOUT_ERROR &&
	    PR_GetError() != PR_CONNECT_REFUSED_ERROR)
		return -1;
	return echoed;
}
