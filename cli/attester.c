/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the software attester is to say: hexadecimal, files and their hash. */
#include "attester.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UEID_MIN	7
#define UEID_MAX	33
#define MEASUREMENT_LEN 32

/* A key file is small: one that fills this is none. */
#define KEY_FILE_MAX 8192

#define MEMBER(member) offsetof(struct cli_attester, member)

/* clang-format off */
const struct cli_option cli_attester_options[] = {
	{ "attestation-key", "FILE", "private key (P-256) that signs Evidence; "
	  "the attester is\nsoftware and protects "
	  "nothing", MEMBER(key) },
	{ "ueid", "HEX", "the device, 7 to 33 bytes", MEMBER(ueid) },
	{ "software", "NAME", "what it runs", MEMBER(software) },
	{ "measurement", "HEX", "the SHA-256 of that", MEMBER(measurement) },
	{ "firmware", "FILE", "or the file itself, to be measured",
	  MEMBER(firmware) },
	{ "require-attestation", NULL, "do not connect unless the server takes "
	  "our Evidence", MEMBER(require_attestation) },
	{ 0 },
};
/* clang-format on */

/* Reads @len_min to @len_max bytes. */
static size_t read_hex(const char *option, const char *hex, uint8_t *out,
		       size_t len_min, size_t len_max)
{
	size_t len = strlen(hex) / 2;

	if (strspn(hex, "0123456789abcdefABCDEF") != strlen(hex))
		cli_fail(CLI_USAGE, "%s: \"%s\" is not hexadecimal", option,
			 hex);
	if (strlen(hex) % 2 != 0 || len < len_min || len > len_max)
		cli_fail(CLI_USAGE, "%s: \"%s\" is not %zu to %zu bytes",
			 option, hex, len_min, len_max);
	for (size_t i = 0; i < len; i++) {
		char digits[] = { hex[2 * i], hex[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return len;
}

static FILE *open_file(const char *option, const char *file)
{
	FILE *stream = fopen(file, "rbe");

	if (stream == NULL)
		cli_fail(CLI_USAGE, "%s %s: %s", option, file, strerror(errno));
	/* What it holds is not to stay in a buffer of the C library. */
	setvbuf(stream, NULL, _IONBF, 0);
	return stream;
}

static void close_file(const char *option, const char *file, FILE *stream)
{
	if (ferror(stream) != 0)
		cli_fail(CLI_USAGE, "%s %s: %s", option, file, strerror(errno));
	fclose(stream);
}

/* Computes the SHA-256 of a file of any size. */
static void measure(const char *option, const char *file,
		    uint8_t out[MEASUREMENT_LEN])
{
	FILE *stream = open_file(option, file);
	gnutls_hash_hd_t hash;
	uint8_t piece[65536];
	size_t len;

	if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0)
		cli_fail(CLI_USAGE, "%s: SHA-256 is not available", option);
	while ((len = fread(piece, 1, sizeof(piece), stream)) > 0)
		gnutls_hash(hash, piece, len);
	close_file(option, file, stream);
	gnutls_hash_deinit(hash, out);
}

static void read_measurement(const struct cli_attester *options,
			     uint8_t out[MEASUREMENT_LEN])
{
	if (options->firmware != NULL)
		measure("--firmware", options->firmware, out);
	else
		read_hex("--measurement", options->measurement, out,
			 MEASUREMENT_LEN, MEASUREMENT_LEN);
}

/* The key is read here, and wiped when the attester has its copy. */
static adtls_attester_t *new_with_key(const char *file,
				      adtls_software_attester_params_t params)
{
	FILE *stream = open_file("--attestation-key", file);
	uint8_t key[KEY_FILE_MAX];
	adtls_attester_t *attester;
	int result;

	params.attestation_key.data = key;
	params.attestation_key.len = fread(key, 1, sizeof(key), stream);
	close_file("--attestation-key", file, stream);
	result = adtls_software_attester_new(&params, &attester);
	explicit_bzero(key, sizeof(key));
	if (result != ADTLS_OK)
		cli_fail(CLI_USAGE, "--attestation-key %s: %s", file,
			 adtls_strerror(result));
	return attester;
}

static void check_complete(const struct cli_attester *options)
{
	if (options->measurement != NULL && options->firmware != NULL)
		cli_fail(CLI_USAGE, "--measurement and --firmware exclude each "
				    "other");
	if (options->key == NULL || options->ueid == NULL ||
	    options->software == NULL ||
	    (options->measurement == NULL && options->firmware == NULL))
		cli_fail(CLI_USAGE, "Evidence needs --attestation-key, --ueid, "
				    "--software, and --measurement or "
				    "--firmware");
}

adtls_attester_t *cli_attester_new(const struct cli_attester *options)
{
	uint8_t ueid[UEID_MAX];
	uint8_t measurement[MEASUREMENT_LEN];
	adtls_software_attester_params_t params = {
		.ueid.data = ueid,
		.software_name = options->software,
		.measurement = { measurement, sizeof(measurement) },
	};

	if (options->key == NULL && options->ueid == NULL &&
	    options->software == NULL && options->measurement == NULL &&
	    options->firmware == NULL && !options->require_attestation)
		return NULL;
	check_complete(options);
	params.ueid.len =
		read_hex("--ueid", options->ueid, ueid, UEID_MIN, UEID_MAX);
	read_measurement(options, measurement);
	return new_with_key(options->key, params);
}
