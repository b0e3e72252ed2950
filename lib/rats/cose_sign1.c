/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads, verifies and makes COSE_Sign1 messages. */
#include "rats/cose_sign1.h"

#include "crypto/hash.h"
#include "rats/cbor_reader.h"
#include "rats/cbor_writer.h"

#include <string.h>

#define TAG_COSE_SIGN1 18 /* RFC 9052 §2 */
#define TAG_CWT	       61 /* RFC 8392 §6 */

/* Header parameters, RFC 9052 §3.1. */
#define HEADER_ALGORITHM 1
#define HEADER_CRITICAL	 2
#define HEADER_KEY_ID	 4

static bool refuse(const char *problem, const char **out_problem)
{
	*out_problem = problem;
	return false;
}

/* What is read of a protected or unprotected bucket. */
struct header {
	bool has_algorithm;
	bool has_critical;
	int64_t algorithm;
	adtls_bytes_t key_id;
};

static void read_parameter(struct cbor_reader *reader, struct header *out)
{
	int64_t label = 0;

	if (cbor_reader_at(reader, CBOR_KIND_TEXT))
		cbor_skip(reader);
	else
		label = cbor_read_integer(reader);
	switch (label) {
	case HEADER_ALGORITHM:
		out->has_algorithm = true;
		out->algorithm = cbor_read_integer(reader);
		break;
	case HEADER_KEY_ID:
		out->key_id = cbor_read_bytes(reader);
		if (out->key_id.len == 0)
			cbor_reader_fail(reader);
		break;
	case HEADER_CRITICAL:
		out->has_critical = true;
		cbor_skip(reader);
		break;
	default:
		cbor_skip(reader);
	}
}

static void read_header(struct cbor_reader *reader, struct header *out)
{
	size_t count = cbor_read_map(reader);

	*out = (struct header){ 0 };
	while (count-- > 0 && !cbor_reader_failed(reader))
		read_parameter(reader, out);
}

/* Both buckets together must make sense, RFC 9052 §3. */
static bool use_headers(const struct header *protected_header,
			const struct header *unprotected,
			struct cose_sign1 *out, const char **out_problem)
{
	if (protected_header->has_critical || unprotected->has_critical)
		return refuse("a critical header parameter", out_problem);
	if (!protected_header->has_algorithm || unprotected->has_algorithm)
		return refuse("no algorithm in its protected header alone",
			      out_problem);
	if (protected_header->key_id.len > 0 && unprotected->key_id.len > 0)
		return refuse("two key ids", out_problem);
	out->algorithm = protected_header->algorithm;
	out->key_id = protected_header->key_id.len > 0
			      ? protected_header->key_id
			      : unprotected->key_id;
	return true;
}

bool cose_sign1_read(adtls_bytes_t message, struct cose_sign1 *out,
		     const char **out_problem)
{
	struct cbor_reader reader;
	struct cbor_reader protected_reader;
	struct header protected_header;
	struct header unprotected;

	*out = (struct cose_sign1){ 0 };
	cbor_reader_init(&reader, message);
	if (cbor_reader_failed(&reader))
		return refuse("not well-formed, deterministic CBOR",
			      out_problem);
	if (cbor_reader_at_tag(&reader, TAG_CWT))
		cbor_read_tag(&reader);
	if (!cbor_reader_at_tag(&reader, TAG_COSE_SIGN1))
		return refuse("no tag of COSE_Sign1", out_problem);
	cbor_read_tag(&reader);
	if (cbor_read_array(&reader) != 4)
		cbor_reader_fail(&reader);
	out->protected_header = cbor_read_bytes(&reader);
	read_header(&reader, &unprotected);
	out->payload = cbor_read_bytes(&reader);
	out->signature = cbor_read_bytes(&reader);
	if (!cbor_reader_finished(&reader) ||
	    out->signature.len != COSE_SIGNATURE_LEN)
		return refuse("no COSE_Sign1 with attached payload",
			      out_problem);
	cbor_reader_init(&protected_reader, out->protected_header);
	read_header(&protected_reader, &protected_header);
	if (!cbor_reader_finished(&protected_reader))
		return refuse("a bad protected header", out_problem);
	return use_headers(&protected_header, &unprotected, out, out_problem);
}

/* RFC 9052 §4.4: what is signed. */
static bool write_signature_input(adtls_bytes_t protected_header,
				  adtls_bytes_t payload, struct buffer *out)
{
	static const char context[] = "Signature1";
	struct cbor_writer writer;

	cbor_writer_init(&writer, out);
	cbor_write_array(&writer, 4);
	cbor_write_text(&writer, bytes_of(context, sizeof(context) - 1));
	cbor_write_bytes(&writer, protected_header);
	cbor_write_bytes(&writer, (adtls_bytes_t){ 0 }); /* external_aad */
	cbor_write_bytes(&writer, payload);
	return !writer.failed;
}

bool cose_sign1_verify(const struct cose_sign1 *message,
		       const struct crypto_public_key *key)
{
	struct buffer input = { 0 };
	bool is_good;

	is_good = message->algorithm == COSE_ALGORITHM_ES256 &&
		  write_signature_input(message->protected_header,
					message->payload, &input) &&
		  crypto_verify_es256(key, buffer_bytes(&input),
				      message->signature);
	buffer_clear(&input);
	return is_good;
}

static bool write_protected_header(struct buffer *out)
{
	struct cbor_writer writer;

	cbor_writer_init(&writer, out);
	cbor_write_map(&writer, 1);
	cbor_write_integer(&writer, HEADER_ALGORITHM);
	cbor_write_integer(&writer, COSE_ALGORITHM_ES256);
	return !writer.failed;
}

static bool write_message(adtls_bytes_t protected_header, adtls_bytes_t key_id,
			  adtls_bytes_t payload, adtls_bytes_t signature,
			  struct buffer *out)
{
	struct cbor_writer writer;

	cbor_writer_init(&writer, out);
	cbor_write_tag(&writer, TAG_COSE_SIGN1);
	cbor_write_array(&writer, 4);
	cbor_write_bytes(&writer, protected_header);
	cbor_write_map(&writer, 1);
	cbor_write_integer(&writer, HEADER_KEY_ID);
	cbor_write_bytes(&writer, key_id);
	cbor_write_bytes(&writer, payload);
	cbor_write_bytes(&writer, signature);
	return !writer.failed;
}

bool cose_sign1_write(const struct crypto_private_key *key, bool reproducible,
		      adtls_bytes_t key_id, adtls_bytes_t payload,
		      struct buffer *out)
{
	uint8_t signature[COSE_SIGNATURE_LEN];
	struct buffer header = { 0 };
	struct buffer input = { 0 };
	bool is_done;

	is_done =
		write_protected_header(&header) &&
		write_signature_input(buffer_bytes(&header), payload, &input) &&
		crypto_sign_es256(key, reproducible, buffer_bytes(&input),
				  signature) &&
		write_message(buffer_bytes(&header), key_id, payload,
			      bytes_of(signature, sizeof(signature)), out);
	buffer_clear(&header);
	buffer_clear(&input);
	return is_done;
}

bool cose_key_id(adtls_bytes_t spki, uint8_t out[COSE_KEY_ID_LEN])
{
	uint8_t digest[CRYPTO_HASH_MAX];

	if (!crypto_hash_compute(&crypto_sha256, spki, digest))
		return false;
	memcpy(out, digest, COSE_KEY_ID_LEN);
	return true;
}
