/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options about who we are and whom we trust, and the credentials that they
 * make. All of this names the option or file at fault and exits. */
#ifndef ADTLS_CLI_CREDENTIALS_H
#define ADTLS_CLI_CREDENTIALS_H

#include <adtls/adtls.h>

#include "options.h"

/* Values are as given on the command line; NULL or false: not given. */
struct cli_identity {
	const char *ca;
	const char *cert;
	const char *key;
	const char *raw_key;
	const char *psk_identity;
	const char *psk_key_file;
	const char *pin;
	const char *crl;
	bool require_crl;
	const char *tolerate;
};

extern const struct cli_option cli_identity_options[];

/* Returns: credentials for the caller to unref. */
adtls_credentials_t *cli_credentials_new(const struct cli_identity *identity);
/* NAME:CERT:KEY[,...]: certificates for more names, with the same trust. */
void cli_add_server_names(adtls_config_t *config,
			  const struct cli_identity *identity,
			  const char *list);
/* NAME[,...] */
void cli_set_alpn(adtls_config_t *config, const char *list);

/* Exits unless @result is ADTLS_OK, with what it means for @what. */
void cli_check(int result, const char *what);
void cli_check_readable(const char *option, const char *file);

#endif
