/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who a device is: the ueid (RFC 9711 §4.2.1) that its certificate carries in
 * hexadecimal as the subject's serialNumber, and the URN made from it.
 */
#ifndef ADTLS_ONBOARDING_DEVICE_IDENTITY_H
#define ADTLS_ONBOARDING_DEVICE_IDENTITY_H

#include <gnutls/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* RFC 9711 §4.2.1: a UEID has at most 33 bytes, and none defined there has
 * fewer than 7. */
#define DEVICE_UEID_MIN	     7
#define DEVICE_UEID_MAX	     33
#define DEVICE_UEID_HEX_SIZE (2 * DEVICE_UEID_MAX + 1)

/* "urn:dev:ueid:" and 33 bytes in base64url without padding. */
#define DEVICE_URN_SIZE 64

struct device_identity {
	uint8_t ueid[DEVICE_UEID_MAX];
	size_t ueid_len;
	char hex[DEVICE_UEID_HEX_SIZE]; /* lower case, terminated */
};

/* Reads a ueid written in hexadecimal; false if it is not one. */
bool device_identity_from_hex(const char *text, struct device_identity *out);

/* Reads the ueid in the subject serialNumber; false if there is none. */
bool device_identity_from_certificate(gnutls_x509_crt_t certificate,
				      struct device_identity *out);

/* The same for a certificate in DER, as a connection hands it out. */
bool device_identity_from_der(const gnutls_datum_t *certificate,
			      struct device_identity *out);

/* Writes "urn:dev:ueid:..." (RFC 9711 §10.3, RFC 9039). */
bool device_identity_urn(const struct device_identity *identity,
			 char out_urn[DEVICE_URN_SIZE]);

#endif
