/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes the claims of Evidence. */
#include "rats/eat.h"

#include "rats/cbor_reader.h"
#include "rats/cbor_writer.h"

/* Claims, in the order of their encodings. */
enum {
	CLAIM_EXPIRES_AT = 4,	/* RFC 8392 §3.1.4 */
	CLAIM_NOT_BEFORE = 5,	/* RFC 8392 §3.1.5 */
	CLAIM_ISSUED_AT = 6,	/* RFC 8392 §3.1.6 */
	CLAIM_CONFIRMATION = 8, /* RFC 8747 §3.1 */
	CLAIM_NONCE = 10,	/* RFC 9711 §4.1 */
	CLAIM_UEID = 256,	/* RFC 9711 §4.2.1 */
	CLAIM_SOFTWARE_NAME = 270,
	CLAIM_SOFTWARE_VERSION = 271,
	/* Private use (RFC 8392 §9.1): a CoSWID hash-entry (RFC 9393 §2.9.1)
	 * of the firmware. EAT's own measurements claim wants whole CoSWIDs. */
	CLAIM_MEASUREMENT = -70001,
};

#define CONFIRMATION_COSE_KEY 1 /* RFC 8747 §3.1 */

/* COSE_Key, RFC 9052 §7.1 and RFC 9053 §7.1.1. */
#define KEY_TYPE       1
#define KEY_TYPE_EC2   2
#define KEY_CURVE      (-1)
#define KEY_CURVE_P256 1
#define KEY_X	       (-2)
#define KEY_Y	       (-3)

#define HASH_SHA256 1 /* Named Information Hash Algorithm, RFC 6920 §9.4 */

static adtls_bytes_t read_sized(struct cbor_reader *reader, size_t min,
				size_t max)
{
	adtls_bytes_t bytes = cbor_read_bytes(reader);

	if (bytes.len < min || bytes.len > max)
		cbor_reader_fail(reader);
	return bytes;
}

static adtls_bytes_t read_text(struct cbor_reader *reader)
{
	adtls_bytes_t text = cbor_read_text(reader);

	if (!eat_text_is_valid(text))
		cbor_reader_fail(reader);
	return text;
}

/* A key of a map; 0, which none of ours is, for a text. */
static int64_t read_label(struct cbor_reader *reader)
{
	if (!cbor_reader_at(reader, CBOR_KIND_TEXT))
		return cbor_read_integer(reader);
	cbor_skip(reader);
	return 0;
}

static void read_nonce(struct cbor_reader *reader, struct eat *out)
{
	bool is_array = cbor_reader_at(reader, CBOR_KIND_ARRAY);
	size_t count = is_array ? cbor_read_array(reader) : 1;

	out->nonce_count = count;
	for (size_t i = 0; i < count && !cbor_reader_failed(reader); i++) {
		adtls_bytes_t nonce =
			read_sized(reader, EAT_NONCE_MIN, EAT_NONCE_MAX);

		if (i == 0)
			out->nonce = nonce;
	}
}

static void read_cose_key(struct cbor_reader *reader, struct eat *out)
{
	size_t count = cbor_read_map(reader);
	int64_t type = 0;
	int64_t curve = 0;

	while (count-- > 0 && !cbor_reader_failed(reader)) {
		int64_t label = read_label(reader);

		if (label == KEY_TYPE)
			type = cbor_read_integer(reader);
		else if (label == KEY_CURVE)
			curve = cbor_read_integer(reader);
		else if (label == KEY_X)
			out->key_x = read_sized(reader, EAT_COORDINATE_LEN,
						EAT_COORDINATE_LEN);
		else if (label == KEY_Y)
			out->key_y = read_sized(reader, EAT_COORDINATE_LEN,
						EAT_COORDINATE_LEN);
		else
			cbor_skip(reader);
	}
	if (type != KEY_TYPE_EC2 || curve != KEY_CURVE_P256 ||
	    out->key_x.len == 0 || out->key_y.len == 0)
		cbor_reader_fail(reader);
}

static void read_confirmation(struct cbor_reader *reader, struct eat *out)
{
	size_t count = cbor_read_map(reader);

	while (count-- > 0 && !cbor_reader_failed(reader)) {
		if (read_label(reader) == CONFIRMATION_COSE_KEY)
			read_cose_key(reader, out);
		else
			cbor_skip(reader);
	}
}

static void read_ueid(struct cbor_reader *reader, struct eat *out)
{
	out->ueid = cbor_read_bytes(reader);
	if (!eat_ueid_is_valid(out->ueid))
		cbor_reader_fail(reader);
}

static void read_software_name(struct cbor_reader *reader, struct eat *out)
{
	out->software_name = read_text(reader);
}

/* [version, ? version-scheme] */
static void read_software_version(struct cbor_reader *reader, struct eat *out)
{
	size_t count = cbor_read_array(reader);

	if (count != 1 && count != 2)
		cbor_reader_fail(reader);
	out->software_version = read_text(reader);
	if (count == 2)
		cbor_skip(reader);
}

/* [algorithm, hash] */
static void read_measurement(struct cbor_reader *reader, struct eat *out)
{
	if (cbor_read_array(reader) != 2 ||
	    cbor_read_integer(reader) != HASH_SHA256)
		cbor_reader_fail(reader);
	out->measurement =
		read_sized(reader, EAT_MEASUREMENT_LEN, EAT_MEASUREMENT_LEN);
}

/* NumericDate (RFC 8392 §2), in whole seconds and not before 1970. */
static int64_t read_time(struct cbor_reader *reader)
{
	int64_t time = cbor_read_integer(reader);

	if (time < 0)
		cbor_reader_fail(reader);
	return time;
}

static void read_issued_at(struct cbor_reader *reader, struct eat *out)
{
	out->issued_at = read_time(reader);
}

static void read_expires_at(struct cbor_reader *reader, struct eat *out)
{
	out->expires_at = read_time(reader);
}

static void read_not_before(struct cbor_reader *reader, struct eat *out)
{
	out->not_before = read_time(reader);
}

static const struct claim {
	int64_t label;
	void (*read)(struct cbor_reader *reader, struct eat *out);
	const char *problem;
} claims_known[] = {
	{ CLAIM_EXPIRES_AT, read_expires_at,
	  "exp is not a time in whole seconds" },
	{ CLAIM_NOT_BEFORE, read_not_before,
	  "nbf is not a time in whole seconds" },
	{ CLAIM_ISSUED_AT, read_issued_at,
	  "iat is not a time in whole seconds" },
	{ CLAIM_CONFIRMATION, read_confirmation,
	  "cnf is not a COSE_Key on P-256" },
	{ CLAIM_NONCE, read_nonce, "a nonce is not 8 to 64 bytes" },
	{ CLAIM_UEID, read_ueid, "ueid is not 7 to 33 bytes of a known type" },
	{ CLAIM_SOFTWARE_NAME, read_software_name,
	  "swname is not 1 to 255 printable bytes" },
	{ CLAIM_SOFTWARE_VERSION, read_software_version,
	  "swversion is not an array of 1 to 255 printable bytes" },
	{ CLAIM_MEASUREMENT, read_measurement,
	  "the measurement is not a hash-entry of SHA-256" },
};

static const struct claim *claim_find(int64_t label)
{
	for (size_t i = 0; i < sizeof(claims_known) / sizeof(claims_known[0]);
	     i++) {
		if (claims_known[i].label == label)
			return &claims_known[i];
	}
	return NULL;
}

/* One pair; what is wrong with it, or NULL. */
static const char *read_claim(struct cbor_reader *reader, struct eat *out)
{
	const struct claim *claim;

	claim = claim_find(read_label(reader));
	if (claim == NULL) {
		cbor_skip(reader);
		return NULL;
	}
	claim->read(reader, out);
	return cbor_reader_failed(reader) ? claim->problem : NULL;
}

bool eat_read(adtls_bytes_t claims, struct eat *out, const char **out_problem)
{
	struct cbor_reader reader;
	const char *problem = NULL;
	size_t count;

	*out = (struct eat){ .issued_at = ADTLS_UTC_UNKNOWN,
			     .expires_at = ADTLS_UTC_UNKNOWN,
			     .not_before = ADTLS_UTC_UNKNOWN };
	cbor_reader_init(&reader, claims);
	count = cbor_read_map(&reader);
	while (count-- > 0 && problem == NULL && !cbor_reader_failed(&reader))
		problem = read_claim(&reader, out);
	if (problem == NULL && !cbor_reader_finished(&reader))
		problem = "no claims set in well-formed, deterministic CBOR";
	if (problem != NULL)
		*out_problem = problem;
	return problem == NULL;
}

static void write_confirmation(struct cbor_writer *writer,
			       const struct eat *eat)
{
	cbor_write_integer(writer, CLAIM_CONFIRMATION);
	cbor_write_map(writer, 1);
	cbor_write_integer(writer, CONFIRMATION_COSE_KEY);
	cbor_write_map(writer, 4);
	cbor_write_integer(writer, KEY_TYPE);
	cbor_write_integer(writer, KEY_TYPE_EC2);
	cbor_write_integer(writer, KEY_CURVE);
	cbor_write_integer(writer, KEY_CURVE_P256);
	cbor_write_integer(writer, KEY_X);
	cbor_write_bytes(writer, eat->key_x);
	cbor_write_integer(writer, KEY_Y);
	cbor_write_bytes(writer, eat->key_y);
}

static void write_software(struct cbor_writer *writer, const struct eat *eat)
{
	cbor_write_integer(writer, CLAIM_SOFTWARE_NAME);
	cbor_write_text(writer, eat->software_name);
	if (eat->software_version.len > 0) {
		cbor_write_integer(writer, CLAIM_SOFTWARE_VERSION);
		cbor_write_array(writer, 1);
		cbor_write_text(writer, eat->software_version);
	}
	cbor_write_integer(writer, CLAIM_MEASUREMENT);
	cbor_write_array(writer, 2);
	cbor_write_integer(writer, HASH_SHA256);
	cbor_write_bytes(writer, eat->measurement);
}

bool eat_write(const struct eat *eat, struct buffer *out)
{
	bool has_issued_at = eat->issued_at != ADTLS_UTC_UNKNOWN;
	struct cbor_writer writer;
	size_t count = 5;

	count += has_issued_at ? 1 : 0;
	count += eat->software_version.len > 0 ? 1 : 0;
	cbor_writer_init(&writer, out);
	cbor_write_map(&writer, count);
	if (has_issued_at) {
		cbor_write_integer(&writer, CLAIM_ISSUED_AT);
		cbor_write_integer(&writer, eat->issued_at);
	}
	write_confirmation(&writer, eat);
	cbor_write_integer(&writer, CLAIM_NONCE);
	cbor_write_bytes(&writer, eat->nonce);
	cbor_write_integer(&writer, CLAIM_UEID);
	cbor_write_bytes(&writer, eat->ueid);
	write_software(&writer, eat);
	return !writer.failed;
}

/* RFC 9711 §4.2.1: random, IEEE EUI or IMEI. */
bool eat_ueid_is_valid(adtls_bytes_t ueid)
{
	struct wire_reader reader;
	uint8_t type;

	wire_reader_init_bytes(&reader, ueid);
	type = wire_read_u8(&reader);
	return ueid.len >= EAT_UEID_MIN && ueid.len <= EAT_UEID_MAX &&
	       type >= 1 && type <= 3;
}

bool eat_text_is_valid(adtls_bytes_t text)
{
	struct wire_reader reader;

	if (text.len == 0 || text.len >= ADTLS_NAME_MAX)
		return false;
	wire_reader_init_bytes(&reader, text);
	while (wire_reader_more(&reader)) {
		uint8_t c = wire_read_u8(&reader);

		if (c < ' ' || c == 0x7f)
			return false;
	}
	return true;
}
