/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A walk through a certificate to its SubjectPublicKeyInfo (RFC 5280 §4.1).
 *
 * The attestation binder covers these bytes as they were sent, and GnuTLS only
 * gives them re-encoded. libtasn1 would bring a dependency and a compiled
 * ASN.1 module for what is eight elements in a row. */
#include "crypto/certificate.h"

#include "base/wire.h"

#define DER_INTEGER    0x02
#define DER_BIT_STRING 0x03
#define DER_SEQUENCE   0x30
#define DER_VERSION    0xa0 /* [0] EXPLICIT, absent from version 1 */
#define DER_LONG_FORM  0x80
#define DER_LENGTH_MAX 3 /* bytes of length: 16 MiB, as TLS has it */

struct element {
	uint8_t tag;
	adtls_bytes_t whole;
	adtls_bytes_t contents;
};

/* Definite lengths in as few bytes as possible (X.690 §10.1). */
static size_t read_length(struct wire_reader *reader)
{
	uint8_t first = wire_read_u8(reader);
	unsigned count = first & ~(unsigned)DER_LONG_FORM;
	size_t len = 0;

	if ((first & DER_LONG_FORM) == 0)
		return first;
	if (count > DER_LENGTH_MAX)
		wire_reader_fail(reader);
	for (unsigned i = 0; i < count && !reader->failed; i++)
		len = len << 8 | wire_read_u8(reader);
	if (len < DER_LONG_FORM || len >> 8 * (count - 1) == 0)
		wire_reader_fail(reader);
	return len;
}

static struct element read_element(struct wire_reader *reader)
{
	size_t start = reader->pos;
	struct element element = { .tag = wire_read_u8(reader) };

	element.contents = wire_read_bytes(reader, read_length(reader));
	if (!reader->failed)
		element.whole = (adtls_bytes_t){ reader->data + start,
						 reader->pos - start };
	return element;
}

static struct element expect(struct wire_reader *reader, uint8_t tag)
{
	struct element element = read_element(reader);

	if (element.tag != tag)
		wire_reader_fail(reader);
	return element;
}

static void skip_to_spki(struct wire_reader *tbs)
{
	struct element first = read_element(tbs);

	if (first.tag == DER_VERSION)
		first = read_element(tbs);
	if (first.tag != DER_INTEGER)
		wire_reader_fail(tbs);
	expect(tbs, DER_SEQUENCE); /* signature */
	expect(tbs, DER_SEQUENCE); /* issuer */
	expect(tbs, DER_SEQUENCE); /* validity */
	expect(tbs, DER_SEQUENCE); /* subject */
}

bool certificate_find_spki(adtls_bytes_t certificate, adtls_bytes_t *out)
{
	struct wire_reader outer;
	struct wire_reader inner;
	struct wire_reader tbs;

	wire_reader_init_bytes(&outer, certificate);
	wire_reader_init_bytes(&inner, expect(&outer, DER_SEQUENCE).contents);
	wire_reader_init_bytes(&tbs, expect(&inner, DER_SEQUENCE).contents);
	skip_to_spki(&tbs);
	*out = expect(&tbs, DER_SEQUENCE).whole;
	return wire_reader_finished(&outer) && !inner.failed && !tbs.failed;
}

/* SEQUENCE { algorithm SEQUENCE, subjectPublicKey BIT STRING } */
bool certificate_is_spki(adtls_bytes_t spki)
{
	struct wire_reader outer;
	struct wire_reader inner;

	wire_reader_init_bytes(&outer, spki);
	wire_reader_init_bytes(&inner, expect(&outer, DER_SEQUENCE).contents);
	expect(&inner, DER_SEQUENCE);
	expect(&inner, DER_BIT_STRING);
	return wire_reader_finished(&outer) && wire_reader_finished(&inner);
}
