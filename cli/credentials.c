/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From options to credentials: ours, those of a server's names, and whom we
 * trust. */
#include "credentials.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_SIZE   4096
#define DIGEST_SIZE ((size_t)32)
#define PROTOCOLS_MAX 64

/* clang-format off */
const struct cli_option cli_identity_options[] = {
	{ "ca", "FILE", "the CAs that the peer's certificate may come from",
	  offsetof(struct cli_identity, ca) },
	{ "cert", "FILE", "the own certificate, followed by its issuers",
	  offsetof(struct cli_identity, cert) },
	{ "key", "FILE", "its private key",
	  offsetof(struct cli_identity, key) },
	{ "raw-key", "FILE", "a private key to show as a raw public key",
	  offsetof(struct cli_identity, raw_key) },
	{ "psk-identity", "TEXT", "of a pre-shared key",
	  offsetof(struct cli_identity, psk_identity) },
	{ "psk-key-file", "FILE", "that key, in hexadecimal digits",
	  offsetof(struct cli_identity, psk_key_file) },
	{ "pin", "PIN[,PIN]...", "raw public keys that the peer may show: "
	  "files, or\nsha256:DIGITS", offsetof(struct cli_identity, pin) },
	{ "crl", "FILE", "certificate revocation lists",
	  offsetof(struct cli_identity, crl) },
	{ "require-crl", NULL, "refuse certificates whose issuer has no list "
	  "here", offsetof(struct cli_identity, require_crl) },
	{ "tolerate", "PROBLEM[,...]", "of the peer's certificate: self-signed, "
	  "purpose,\nno-utc, not-yet-valid, expired, name,\ncrl-missing, "
	  "crl-expired", offsetof(struct cli_identity, tolerate) },
	{ 0 },
};
/* clang-format on */

void cli_check(int result, const char *what)
{
	if (result != ADTLS_OK)
		cli_fail(CLI_USAGE, "%s: %s", what, adtls_strerror(result));
}

void cli_check_readable(const char *option, const char *file)
{
	int fd;

	/* A key in a token. */
	if (strncmp(file, "pkcs11:", 7) == 0 || strncmp(file, "tpmkey:", 7) == 0)
		return;
	fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		cli_fail(CLI_USAGE, "%s %s: %s", option, file, strerror(errno));
	close(fd);
}

static void check_file(int result, const char *option, const char *file)
{
	if (result != ADTLS_OK)
		cli_fail(CLI_USAGE, "%s %s: %s", option, file,
			 adtls_strerror(result));
}

/* The list that an option has as its value, to be taken apart. */
static char *copy_list(const char *option, const char *list,
		       char text[TEXT_SIZE])
{
	if ((size_t)snprintf(text, TEXT_SIZE, "%s", list) >= TEXT_SIZE)
		cli_fail(CLI_USAGE, "%s: the list is too long", option);
	return text;
}

static void set_key(adtls_credentials_t *credentials,
		    const char *certificate_option, const char *certificate,
		    const char *key_option, const char *key)
{
	int result;

	cli_check_readable(certificate_option, certificate);
	cli_check_readable(key_option, key);
	result = adtls_credentials_set_key_file(credentials, certificate, key);
	if (result != ADTLS_OK)
		cli_fail(CLI_USAGE, "%s %s with %s %s: %s", certificate_option,
			 certificate, key_option, key, adtls_strerror(result));
}

static bool read_digest(const char *digits, uint8_t out[DIGEST_SIZE])
{
	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		char pair[3] = { 0 };

		if (!isxdigit((unsigned char)digits[2 * i]) ||
		    !isxdigit((unsigned char)digits[2 * i + 1]))
			return false;
		memcpy(pair, &digits[2 * i], 2);
		out[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return digits[2 * DIGEST_SIZE] == '\0';
}

static void add_pin(adtls_credentials_t *credentials, const char *pin)
{
	static const char prefix[] = "sha256:";
	uint8_t digest[DIGEST_SIZE];

	if (strncmp(pin, prefix, sizeof(prefix) - 1) != 0) {
		cli_check_readable("--pin", pin);
		check_file(adtls_credentials_add_pin_file(credentials, pin),
			   "--pin", pin);
		return;
	}
	if (!read_digest(pin + sizeof(prefix) - 1, digest))
		cli_fail(CLI_USAGE, "--pin %s: not 64 hexadecimal digits", pin);
	cli_check(adtls_credentials_add_pin_digest(credentials, digest),
		  "--pin");
}

static unsigned problem_of(const char *name)
{
	static const struct {
		const char *name;
		unsigned problem;
	} names[] = {
		{ "self-signed", ADTLS_PROBLEM_SELF_SIGNED },
		{ "purpose", ADTLS_PROBLEM_PURPOSE },
		{ "no-utc", ADTLS_PROBLEM_NO_UTC },
		{ "not-yet-valid", ADTLS_PROBLEM_NOT_YET_VALID },
		{ "expired", ADTLS_PROBLEM_EXPIRED },
		{ "name", ADTLS_PROBLEM_NAME },
		{ "crl-missing", ADTLS_PROBLEM_CRL_MISSING },
		{ "crl-expired", ADTLS_PROBLEM_CRL_EXPIRED },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].name, name) == 0)
			return names[i].problem;
	}
	cli_fail(CLI_USAGE, "--tolerate: \"%s\" cannot be tolerated", name);
}

static void set_tolerated(adtls_credentials_t *credentials, const char *list)
{
	char text[TEXT_SIZE];
	char *rest = copy_list("--tolerate", list, text);
	unsigned problems = 0;

	while (rest != NULL)
		problems |= problem_of(strsep(&rest, ","));
	cli_check(adtls_credentials_set_tolerated(credentials, problems),
		  "--tolerate");
}

/* Whom we trust, and how far. */
static void set_trust(adtls_credentials_t *credentials,
		      const struct cli_identity *identity)
{
	char text[TEXT_SIZE];
	char *pins = NULL;

	if (identity->ca != NULL) {
		cli_check_readable("--ca", identity->ca);
		check_file(adtls_credentials_add_trust_file(credentials,
							    identity->ca),
			   "--ca", identity->ca);
	}
	if (identity->pin != NULL)
		pins = copy_list("--pin", identity->pin, text);
	while (pins != NULL)
		add_pin(credentials, strsep(&pins, ","));
	/* Behind the CAs, which sign it. */
	if (identity->crl != NULL) {
		cli_check_readable("--crl", identity->crl);
		check_file(adtls_credentials_add_crl_file(credentials,
							  identity->crl),
			   "--crl", identity->crl);
	}
	if (identity->require_crl)
		cli_check(adtls_credentials_set_crl_required(credentials, true),
			  "--require-crl");
	if (identity->tolerate != NULL)
		set_tolerated(credentials, identity->tolerate);
}

static void set_psk(adtls_credentials_t *credentials,
		    const struct cli_identity *identity)
{
	const char *text = identity->psk_identity;
	const char *file = identity->psk_key_file;

	if ((text == NULL) != (file == NULL))
		cli_fail(CLI_USAGE,
			 "--psk-identity and --psk-key-file belong together");
	if (text == NULL)
		return;
	cli_check_readable("--psk-key-file", file);
	check_file(adtls_credentials_set_psk_file(
			   credentials,
			   (adtls_bytes_t){ (const uint8_t *)text,
					    strlen(text) },
			   file, ADTLS_PSK_SHA256),
		   "--psk-key-file", file);
}

adtls_credentials_t *cli_credentials_new(const struct cli_identity *identity)
{
	adtls_credentials_t *credentials;

	cli_check(adtls_credentials_new(0, &credentials), "credentials");
	set_trust(credentials, identity);
	if ((identity->cert == NULL) != (identity->key == NULL))
		cli_fail(CLI_USAGE, "--cert and --key belong together");
	if (identity->cert != NULL)
		set_key(credentials, "--cert", identity->cert, "--key",
			identity->key);
	if (identity->raw_key != NULL) {
		cli_check_readable("--raw-key", identity->raw_key);
		check_file(adtls_credentials_set_raw_key_file(
				   credentials, identity->raw_key),
			   "--raw-key", identity->raw_key);
	}
	set_psk(credentials, identity);
	return credentials;
}

/* NAME:CERT:KEY */
static void add_name(adtls_config_t *config,
		     const struct cli_identity *identity, char *text)
{
	const char *name = strsep(&text, ":");
	const char *certificate = strsep(&text, ":");
	const char *key = strsep(&text, ":");
	adtls_credentials_t *credentials;

	if (key == NULL || text != NULL)
		cli_fail(CLI_USAGE,
			 "--server-credentials: \"%s\" is not NAME:CERT:KEY",
			 name);
	cli_check(adtls_credentials_new(0, &credentials), "credentials");
	set_trust(credentials, identity);
	set_key(credentials, "--server-credentials", certificate,
		"--server-credentials", key);
	if (adtls_config_add_server_name(config, name, credentials) != ADTLS_OK)
		cli_fail(CLI_USAGE,
			 "--server-credentials: \"%s\" cannot be a DNS name",
			 name);
	adtls_credentials_unref(credentials);
}

void cli_add_server_names(adtls_config_t *config,
			  const struct cli_identity *identity, const char *list)
{
	char text[TEXT_SIZE];
	char *rest = copy_list("--server-credentials", list, text);

	while (rest != NULL)
		add_name(config, identity, strsep(&rest, ","));
}

void cli_set_alpn(adtls_config_t *config, const char *list)
{
	adtls_bytes_t protocols[PROTOCOLS_MAX];
	char text[TEXT_SIZE];
	char *rest = copy_list("--alpn", list, text);
	size_t count = 0;

	while (rest != NULL) {
		const char *name = strsep(&rest, ",");

		if (count == PROTOCOLS_MAX)
			cli_fail(CLI_USAGE, "--alpn: too many names");
		protocols[count++] = (adtls_bytes_t){ (const uint8_t *)name,
						      strlen(name) };
	}
	cli_check(adtls_config_set_alpn(config, protocols, count, 0), "--alpn");
}
