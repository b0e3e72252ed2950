/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client says and hears once it is connected. */
#ifndef ADTLS_CLI_DIALOGUE_H
#define ADTLS_CLI_DIALOGUE_H

#include <adtls/adtls.h>

/* The largest record. */
#define DIALOGUE_RECORD_MAX 65536

struct dialogue {
	adtls_session_t *session;
	int fd;		     /* its socket */
	int signal_fd;	     /* readable: make an end */
	const char *send;    /* NULL: lines of standard input */
	const char *expect;  /* a record to be received; NULL: none */
	uint64_t expect_ms;  /* for how long; --send is repeated meanwhile */
	uint64_t linger_ms;  /* how long to listen once all is sent */
	bool takes_commands; /* ^NAME^ in a line */

	/* The dialogue's own; zeroed. */
	bool is_over;
	bool is_input_open;
	uint64_t end_ms;
	uint64_t repeat_ms;
	size_t line_len;
	char line[DIALOGUE_RECORD_MAX];
	char record[DIALOGUE_RECORD_MAX];
};

/* Sends, and prints what is received, until one side has had enough. Returns:
 * ADTLS_OK; ADTLS_E_TIMEOUT if what is expected did not come; ADTLS_E_CLOSED
 * if the peer closed before it came; or as adtls_session_recv(). */
int dialogue_run(struct dialogue *dialogue);

#endif
