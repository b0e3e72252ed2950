/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HKDF (RFC 5869) and its labelled form (RFC 8446 §7.1), on GnuTLS. */
#include <gnutls/crypto.h>
#include <string.h>

#include "base/buffer.h"
#include "base/wire.h"
#include "crypto/datum.h"
#include "crypto/hash.h"

/* HkdfLabel: uint16 length, label and context with a length byte each. */
#define HKDF_LABEL_MAX (2 + 1 + 255 + 1 + 255)

static gnutls_mac_algorithm_t mac_of(const struct crypto_hash *hash)
{
	return (gnutls_mac_algorithm_t)hash->gnutls_id;
}

bool crypto_hkdf_extract(const struct crypto_hash *hash, adtls_bytes_t salt,
			 adtls_bytes_t input, struct secret *out)
{
	gnutls_datum_t salt_datum = datum_of(salt);
	gnutls_datum_t input_datum = datum_of(input);

	out->len = hash->len;
	return gnutls_hkdf_extract(mac_of(hash), &input_datum, &salt_datum,
				   out->data) == 0;
}

bool crypto_hkdf_expand(const struct crypto_hash *hash, adtls_bytes_t secret,
			adtls_bytes_t info, uint8_t *out, size_t out_len)
{
	gnutls_datum_t secret_datum = datum_of(secret);
	gnutls_datum_t info_datum = datum_of(info);

	return gnutls_hkdf_expand(mac_of(hash), &secret_datum, &info_datum, out,
				  out_len) == 0;
}

bool crypto_hkdf_expand_label(const struct crypto_hash *hash,
			      const char *label_prefix, adtls_bytes_t secret,
			      const char *label, adtls_bytes_t context,
			      uint8_t *out, size_t out_len)
{
	uint8_t info[HKDF_LABEL_MAX];
	struct wire_writer writer;
	size_t mark;

	if (out_len > UINT16_MAX)
		return false;
	wire_writer_init(&writer, info, sizeof(info));
	wire_write_u16(&writer, (uint16_t)out_len);
	mark = wire_write_begin(&writer, 1);
	wire_write_bytes(&writer, label_prefix, strlen(label_prefix));
	wire_write_bytes(&writer, label, strlen(label));
	wire_write_end(&writer, 1, mark);
	wire_write_vector(&writer, 1, context.data, context.len);
	return !writer.failed &&
	       crypto_hkdf_expand(hash, secret, wire_written(&writer), out,
				  out_len);
}
