/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CertificateRequest, Certificate, CertificateVerify (RFC 8446 §4.3.2, §4.4)
 * and Attestation (protocol §4). */
#ifndef ADTLS_MESSAGES_AUTHENTICATION_H
#define ADTLS_MESSAGES_AUTHENTICATION_H

#include "base/wire.h"

struct certificate_request {
	adtls_bytes_t context;
	adtls_bytes_t extensions;
};

bool certificate_request_read(adtls_bytes_t body,
			      struct certificate_request *out);

/* Certificates in a chain that we look at. */
#define CERTIFICATE_CHAIN_MAX 8

struct certificate_message {
	adtls_bytes_t context;
	adtls_bytes_t chain[CERTIFICATE_CHAIN_MAX];
	size_t count;
	/* An entry's extensions: none was asked for, so none is allowed. */
	bool has_entry_extensions;
};

enum certificate_result {
	CERTIFICATE_OK,
	CERTIFICATE_MALFORMED,
	CERTIFICATE_TOO_LONG	/* over CERTIFICATE_CHAIN_MAX */
};

enum certificate_result
certificate_message_read(adtls_bytes_t body, struct certificate_message *out);
void certificate_message_write(struct wire_writer *writer,
			       adtls_bytes_t context,
			       const adtls_bytes_t *chain, size_t count);

struct certificate_verify {
	uint16_t scheme;
	adtls_bytes_t signature;
};

bool certificate_verify_read(adtls_bytes_t body, struct certificate_verify *out);
void certificate_verify_write(struct wire_writer *writer, uint16_t scheme,
			      adtls_bytes_t signature);

/* struct { opaque cmw_payload<1..2^24-1>; } Attestation; */
#define ATTESTATION_PREFIX_LEN 3

bool attestation_message_read(adtls_bytes_t body, adtls_bytes_t *out_cmw);
void attestation_message_write(struct wire_writer *writer, adtls_bytes_t cmw);

#endif
