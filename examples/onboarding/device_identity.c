/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading a device's ueid from its certificate and writing it as a URN.
 */
#include "device_identity.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* X.520 serialNumber, which GnuTLS has no name for. */
#define OID_SERIAL_NUMBER "2.5.4.5"

bool device_identity_from_hex(const char *text, struct device_identity *out)
{
	size_t text_len = strnlen(text, DEVICE_UEID_HEX_SIZE);
	gnutls_datum_t hex = { (unsigned char *)text, (unsigned)text_len };
	size_t ueid_len = sizeof(out->ueid);

	memset(out, 0, sizeof(*out));
	if (text_len < 2 * DEVICE_UEID_MIN || text_len > 2 * DEVICE_UEID_MAX ||
	    text_len % 2 != 0 ||
	    strspn(text, "0123456789abcdefABCDEF") != text_len)
		return false;
	if (gnutls_hex_decode(&hex, out->ueid, &ueid_len) < 0)
		return false;
	out->ueid_len = ueid_len;
	for (size_t i = 0; i < text_len; i++)
		out->hex[i] = (char)tolower((unsigned char)text[i]);
	return true;
}

bool device_identity_from_certificate(gnutls_x509_crt_t certificate,
				      struct device_identity *out)
{
	char text[DEVICE_UEID_HEX_SIZE];
	size_t text_len = sizeof(text);
	char second[1];
	size_t second_len = sizeof(second);

	memset(out, 0, sizeof(*out));
	/* Two serialNumbers would let each reader choose: no identity. */
	if (gnutls_x509_crt_get_dn_by_oid(certificate, OID_SERIAL_NUMBER, 1, 0,
					  second, &second_len) !=
	    GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return false;
	if (gnutls_x509_crt_get_dn_by_oid(certificate, OID_SERIAL_NUMBER, 0, 0,
					  text, &text_len) < 0)
		return false;
	return strnlen(text, sizeof(text)) == text_len &&
	       device_identity_from_hex(text, out);
}

bool device_identity_from_der(const gnutls_datum_t *certificate,
			      struct device_identity *out)
{
	gnutls_x509_crt_t parsed;
	bool is_found = false;

	memset(out, 0, sizeof(*out));
	if (gnutls_x509_crt_init(&parsed) < 0)
		return false;
	if (gnutls_x509_crt_import(parsed, certificate, GNUTLS_X509_FMT_DER) >=
	    0)
		is_found = device_identity_from_certificate(parsed, out);
	gnutls_x509_crt_deinit(parsed);
	return is_found;
}

/* Turns base64 into base64url without padding (RFC 4648 §5), in place. */
static void base64_to_url_safe(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '+')
			*text = '-';
		else if (*text == '/')
			*text = '_';
		else if (*text == '=')
			*text = '\0';
		if (*text == '\0')
			return;
	}
}

bool device_identity_urn(const struct device_identity *identity,
			 char out_urn[DEVICE_URN_SIZE])
{
	gnutls_datum_t ueid = { (unsigned char *)identity->ueid,
				(unsigned)identity->ueid_len };
	gnutls_datum_t encoded;
	int length;

	if (gnutls_base64_encode2(&ueid, &encoded) < 0)
		return false;
	base64_to_url_safe((char *)encoded.data);
	length = snprintf(out_urn, DEVICE_URN_SIZE, "urn:dev:ueid:%s",
			  (char *)encoded.data);
	gnutls_free(encoded.data);
	return length > 0 && length < DEVICE_URN_SIZE;
}
