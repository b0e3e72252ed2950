/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RATS Conceptual Message Wrapper (draft-ietf-rats-msg-wrap), in CBOR. */
#ifndef ADTLS_RATS_CMW_H
#define ADTLS_RATS_CMW_H

#include "base/buffer.h"

#include <adtls/attester.h>

/* Indicator bits: what kind of conceptual message it is. */
#define CMW_INDICATOR_REFERENCE_VALUES 1
#define CMW_INDICATOR_ENDORSEMENTS     2
#define CMW_INDICATOR_EVIDENCE	       4
#define CMW_INDICATOR_RESULTS	       8

/* A record, or a tag, which is a record without an indicator. */
struct cmw_record {
	int content_format;	  /* -1: media type */
	adtls_bytes_t media_type; /* view; empty: Content-Format */
	adtls_bytes_t value;	  /* view into the payload */
	bool has_indicator;
	uint32_t indicator;
};

enum cmw_result {
	CMW_OK,
	CMW_MALFORMED,
	CMW_UNSUPPORTED /* well-formed, of a form not handled here */
};

/* Read one CBOR record or tag; views point into @payload, which is bounded and
 * checked for well-formedness first. */
enum cmw_result cmw_read(adtls_bytes_t payload, struct cmw_record *out);
/* Write a CBOR record with a Content-Format type. False: out of memory. */
bool cmw_write_record(uint16_t content_format, adtls_bytes_t value,
		      uint32_t indicator, struct buffer *out);

/* Is the record's type that of @type, as canonical types (protocol §4)? */
bool cmw_type_matches(const struct cmw_record *record,
		      const adtls_evidence_type_t *type);

#endif
