/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies and attesters for the simulation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attesters/attester.h"
#include "crypto/signature.h"
#include "rats/cbor_writer.h"
#include "rats/cmw.h"
#include "rats/cose_sign1.h"
#include "tests/support/simulation.h"
#include "tests/support/simulation_credentials.h"

#define SOFTWARE "sensor-firmware"
#define REFERENCE_BYTE "aa"

static const uint8_t ueid[] = { 0x01, 0, 1, 2, 3, 4, 5, 6, 7 };

/* The PEM text as the inside of a JSON string. */
static void escape_newlines(const char *text, char *out)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			*out++ = '\\';
			*out++ = 'n';
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

static adtls_policy_t *load_policy(const char *peer_attestation,
				   const char *of_anchor, const char *members)
{
	char key[512], measurement[65] = "", json[2048], message[256];
	adtls_policy_t *policy;
	int error;

	escape_newlines(simulation_attestation_public_key, key);
	for (size_t i = 0; i < 32; i++)
		strcat(measurement, REFERENCE_BYTE);
	snprintf(json, sizeof(json),
		 "{\"version\": 1, \"peer-attestation\": \"%s\","
		 " \"accept-key-binding\": [\"key-attested\", \"echo\"],"
		 " \"trust-anchors\": [{\"name\": \"simulation\","
		 " \"public-key\": \"%s\", \"key-binding\": \"echo\"%s}],"
		 " \"reference-values\": [{\"software-name\": \"%s\","
		 " \"measurement\": \"sha-256:%s\"}]%s}",
		 peer_attestation, key, of_anchor, SOFTWARE, measurement,
		 members);
	error = adtls_policy_load_mem(
		(adtls_bytes_t){ (const uint8_t *)json, strlen(json) }, NULL,
		&policy, message, sizeof(message));
	if (error != ADTLS_OK)
		fail_msg("policy: %s", message);
	return policy;
}

adtls_policy_t *simulation_policy(const char *peer_attestation)
{
	return load_policy(peer_attestation, "", "");
}

adtls_policy_t *simulation_device_policy(const char *peer_attestation,
					 const char *ueid_hex,
					 const char *members)
{
	char of_anchor[128];

	snprintf(of_anchor, sizeof(of_anchor), ", \"ueid\": \"%s\"", ueid_hex);
	return load_policy(peer_attestation, of_anchor, members);
}

static adtls_bytes_t attestation_key(void)
{
	return (adtls_bytes_t){ (const uint8_t *)simulation_attestation_key,
				strlen(simulation_attestation_key) };
}

adtls_attester_t *simulation_attester(uint8_t measurement_byte)
{
	adtls_software_attester_params_t params = {
		.attestation_key = attestation_key(),
		.ueid = { ueid, sizeof(ueid) },
		.software_name = SOFTWARE,
		.reproducible = true,
	};
	uint8_t measurement[32];
	adtls_attester_t *attester;

	memset(measurement, measurement_byte, sizeof(measurement));
	params.measurement = bytes_of(measurement, sizeof(measurement));
	assert_int_equal(adtls_software_attester_new(&params, &attester),
			 ADTLS_OK);
	return attester;
}

/* Claims of a genuine device and one that pads them to any size. */
static void write_claims(const adtls_evidence_request_t *request,
			 size_t padding_len, struct buffer *out)
{
	struct crypto_public_key *tik = crypto_public_key_new_spki(request->tik);
	uint8_t x[32], y[32], measurement[32];
	uint8_t *padding = calloc(1, padding_len);
	struct cbor_writer writer;

	assert_non_null(padding);
	assert_true(crypto_public_key_p256(tik, x, y));
	crypto_public_key_free(tik);
	memset(measurement, 0xaa, sizeof(measurement));
	cbor_writer_init(&writer, out);
	cbor_write_map(&writer, 7);
	cbor_write_integer(&writer, 6);		/* iat */
	cbor_write_integer(&writer, request->utc_s);
	cbor_write_integer(&writer, 8);		/* cnf */
	cbor_write_map(&writer, 1);
	cbor_write_integer(&writer, 1);
	cbor_write_map(&writer, 4);
	cbor_write_integer(&writer, 1);
	cbor_write_integer(&writer, 2);
	cbor_write_integer(&writer, -1);
	cbor_write_integer(&writer, 1);
	cbor_write_integer(&writer, -2);
	cbor_write_bytes(&writer, bytes_of(x, sizeof(x)));
	cbor_write_integer(&writer, -3);
	cbor_write_bytes(&writer, bytes_of(y, sizeof(y)));
	cbor_write_integer(&writer, 10);	/* nonce */
	cbor_write_bytes(&writer, request->binder);
	cbor_write_integer(&writer, 256);	/* ueid */
	cbor_write_bytes(&writer, bytes_of(ueid, sizeof(ueid)));
	cbor_write_integer(&writer, 270);	/* swname */
	cbor_write_text(&writer, bytes_of(SOFTWARE, strlen(SOFTWARE)));
	cbor_write_integer(&writer, -70001);	/* measurement */
	cbor_write_array(&writer, 2);
	cbor_write_integer(&writer, 1);
	cbor_write_bytes(&writer, bytes_of(measurement, sizeof(measurement)));
	cbor_write_integer(&writer, -70002);	/* nobody's */
	cbor_write_bytes(&writer, bytes_of(padding, padding_len));
	assert_false(writer.failed);
	free(padding);
}

static void write_cmw(const adtls_evidence_request_t *request,
		      size_t padding_len, struct buffer *out)
{
	struct crypto_private_key *key =
		crypto_private_key_new(attestation_key());
	struct buffer claims = { 0 }, evidence = { 0 }, spki = { 0 };
	uint8_t key_id[COSE_KEY_ID_LEN];

	assert_non_null(key);
	assert_true(crypto_private_key_spki(key, &spki));
	assert_true(cose_key_id(buffer_bytes(&spki), key_id));
	write_claims(request, padding_len, &claims);
	assert_true(cose_sign1_write(key, true,
				     bytes_of(key_id, sizeof(key_id)),
				     buffer_bytes(&claims), &evidence));
	assert_true(cmw_write_record(263, buffer_bytes(&evidence),
				     CMW_INDICATOR_EVIDENCE, out));
	crypto_private_key_unref(key);
	buffer_clear(&spki);
	buffer_clear(&claims);
	buffer_clear(&evidence);
}

/* The heads of long strings have one size from 256 to 65535 bytes. */
#define PADDING_PROBE 1000

static int make_bulk_evidence(void *context,
			      const adtls_evidence_request_t *request,
			      adtls_evidence_t *out)
{
	const size_t *cmw_len = context;
	struct buffer cmw = { 0 };
	size_t overhead;
	int error;

	write_cmw(request, PADDING_PROBE, &cmw);
	overhead = cmw.len - PADDING_PROBE;
	buffer_clear(&cmw);
	write_cmw(request, *cmw_len - overhead, &cmw);
	assert_int_equal(cmw.len, *cmw_len);
	error = adtls_evidence_set(out, cmw.data, cmw.len);
	buffer_clear(&cmw);
	return error;
}

static const adtls_evidence_type_t eat_cwt = { 263, NULL };

static const adtls_attester_ops_t bulk_ops = {
	.name = "bulk",
	.key_binding = ADTLS_KEY_BINDING_ECHO,
	.binder_max = 64,
	.types = &eat_cwt,
	.type_count = 1,
	.make_evidence = make_bulk_evidence,
	.free = free,
};

adtls_attester_t *simulation_bulk_attester(size_t cmw_len)
{
	size_t *context = malloc(sizeof(*context));
	adtls_attester_t *attester;

	assert_non_null(context);
	*context = cmw_len;
	assert_int_equal(adtls_attester_new(&bulk_ops, context, &attester),
			 ADTLS_OK);
	return attester;
}
