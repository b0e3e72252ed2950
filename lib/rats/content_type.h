/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The type of a conceptual message: a CoAP Content-Format or the media type
 * that it stands for, with parameters (RFC 9193 §2). */
#ifndef ADTLS_RATS_CONTENT_TYPE_H
#define ADTLS_RATS_CONTENT_TYPE_H

#include <adtls/attester.h>

/* CoAP Content-Formats, IANA; the others are in content_type.c. */
#define CONTENT_FORMAT_EAT_CWT 263

struct content_type {
	int content_format;	  /* -1: media type */
	adtls_bytes_t media_type; /* view */
};

struct content_type content_type_of(const adtls_evidence_type_t *type);
/* Are they the same canonical type (protocol §4)? A media type that is not
 * one equals nothing. */
bool content_type_equal(const struct content_type *a,
			const struct content_type *b);
/* The same, for a bare Content-Format. */
bool content_type_is(const struct content_type *type, int content_format);

#endif
