/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What BoringSSL's test runner asks of a shim on its command line. */
#ifndef INTEROP_BOGO_BOGO_OPTIONS_H
#define INTEROP_BOGO_BOGO_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define BOGO_NUMBERS_MAX 16

/* Numbers of an option that may be repeated, in the order given. */
struct bogo_numbers {
	uint64_t values[BOGO_NUMBERS_MAX];
	unsigned count;
};

struct bogo_options {
	/* Where the runner is. */
	uint64_t port;
	uint64_t shim_id;
	bool ipv6;
	bool trace;			/* ours: tell on stderr what happens */
	uint64_t resume_count;		/* connections after the first */
	bool resuming;			/* these are options of such a one */

	/* The connection. */
	bool dtls;
	bool server;
	uint64_t min_version;
	uint64_t max_version;
	uint64_t mtu;
	uint64_t timeout_ms;
	const char *host_name;
	const char *advertise_alpn;	/* as on the wire */
	const char *select_alpn;
	bool reject_alpn;
	bool no_ticket;
	struct bogo_numbers groups;
	struct bogo_numbers signing_schemes;
	struct bogo_numbers verified_schemes;

	/* Authentication. */
	const char *certificate_file;
	const char *key_file;
	const char *trust_file;
	bool new_certificate;
	bool verify_peer;
	bool verify_fail;
	bool expect_verify_result;
	bool require_client_certificate;

	/* After the handshake. */
	uint64_t export_len;
	const char *export_label;
	const char *export_context;
	bool writes_first;
	bool update_keys;		/* before each message is read */

	/* What is to be true after it; 0 and NULL: do not care. */
	bool expect_hrr;
	bool expect_no_hrr;
	bool expect_no_peer_certificate;
	bool expect_session_miss;	/* resumption is declined */
	bool expect_no_session;		/* no ticket comes */
	const char *expect_alpn;
	const char *expect_server_name;
	uint64_t expect_version;
	uint64_t expect_cipher;
	uint64_t expect_group;
	uint64_t expect_peer_scheme;
	uint64_t expect_credential;
	const char *expect_peer_certificate_file;
};

/* Read the command line as it concerns the first connection or, with
 * @resuming, those after it. False: something in it is not implemented, which
 * has been said on stderr. */
bool bogo_options_read(struct bogo_options *options, int argc, char **argv,
		       bool resuming);

#endif
