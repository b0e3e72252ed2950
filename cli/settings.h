/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options that make a configuration, and the configuration they make. */
#ifndef ADTLS_CLI_SETTINGS_H
#define ADTLS_CLI_SETTINGS_H

#include <adtls/adtls.h>

#include "attester.h"
#include "credentials.h"
#include "options.h"

/* Values are as given on the command line; NULL or false: not given. */

struct cli_protocol {
	const char *priority;
	const char *alpn;
	const char *forgery_limit;
	const char *mtu;
	const char *timer;
	const char *timeout;
	const char *cid;
	const char *migration;
	bool resumption; /* ask for tickets */
	const char *idle;
};

/* A server's rules for its clients. */
struct cli_admission {
	bool require_client_cert;
	bool request_client_cert;
	const char *server_credentials;
	bool refuse_unknown_names;
	bool no_cookie;
	const char *policy;
};

struct cli_diagnosis {
	bool trace;
	const char *key_log;
};

struct cli_settings {
	struct cli_identity identity;
	struct cli_protocol protocol;
	struct cli_admission admission;
	struct cli_attester attester;
	struct cli_diagnosis diagnosis;
};

/* Their tables, for the sections of a cli_usage. */
extern const struct cli_option cli_protocol_options[];
extern const struct cli_option cli_admission_options[];
extern const struct cli_option cli_diagnosis_options[];

/* Makes a sealed configuration, or names the option or file at fault and
 * exits. Returns: the configuration, for the caller to unref. */
adtls_config_t *cli_settings_configure(const struct cli_settings *settings);

#endif
