/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of our trust anchors, as certificate_authorities has them (RFC 8446
 * §4.2.4): DistinguishedNames in DER, two bytes of length before each. */
#include "crypto/credentials_object.h"
#include "crypto/datum.h"

#include "base/wire.h"

static bool append_name(void *names, gnutls_x509_crt_t anchor)
{
	uint8_t prefix[2];
	struct wire_writer writer;
	gnutls_datum_t name;
	bool ok;

	if (gnutls_x509_crt_get_raw_dn(anchor, &name) < 0)
		return false;
	wire_writer_init(&writer, prefix, sizeof(prefix));
	wire_write_u16(&writer, (uint16_t)name.size);
	ok = name.size > 0 && name.size <= 0xffff &&
	     buffer_append(names, prefix, sizeof(prefix)) &&
	     buffer_append(names, name.data, name.size);
	datum_clear(&name);
	return ok;
}

bool credentials_authorities(const struct adtls_credentials *credentials,
			     struct buffer *out)
{
	return credentials_each_anchor(credentials, append_name, out);
}

/* Did the authority of @name issue @certificate? */
static bool is_issuer(adtls_bytes_t certificate, adtls_bytes_t name)
{
	gnutls_datum_t der = datum_of(certificate);
	gnutls_datum_t issuer = { 0 };
	gnutls_x509_crt_t parsed;
	bool is_same;

	if (gnutls_x509_crt_init(&parsed) < 0)
		return false;
	is_same = gnutls_x509_crt_import(parsed, &der, GNUTLS_X509_FMT_DER) ==
			  0 &&
		  gnutls_x509_crt_get_raw_issuer_dn(parsed, &issuer) == 0 &&
		  bytes_equal(bytes_of(issuer.data, issuer.size), name);
	datum_clear(&issuer);
	gnutls_x509_crt_deinit(parsed);
	return is_same;
}

bool credentials_have_issuer(const struct adtls_credentials *credentials,
			     adtls_bytes_t authorities)
{
	adtls_bytes_t chain[CREDENTIALS_CHAIN_MAX];
	size_t count =
		credentials_chain(credentials, ADTLS_CERTIFICATE_X509, chain);
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, authorities);
	while (wire_reader_more(&reader)) {
		adtls_bytes_t name = wire_read_vector(&reader, 2);

		for (size_t i = 0; i < count; i++) {
			if (is_issuer(chain[i], name))
				return true;
		}
	}
	return false;
}
