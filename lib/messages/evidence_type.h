/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EvidenceType and the lists of it in hello extensions (protocol §3). */
#ifndef ADTLS_MESSAGES_EVIDENCE_TYPE_H
#define ADTLS_MESSAGES_EVIDENCE_TYPE_H

#include "base/wire.h"

/* Types in one list; the list is at most 255 bytes, a type at least 3. */
#define EVIDENCE_TYPES_MAX 85

struct evidence_type {
	bool is_media_type;
	uint16_t content_format;
	adtls_bytes_t media_type;	/* view, ASCII */
};

enum evidence_type_result {
	EVIDENCE_TYPE_OK,
	EVIDENCE_TYPE_MALFORMED,	/* decode_error */
	EVIDENCE_TYPE_ILLEGAL		/* illegal_parameter */
};

/* ClientHello: supported_evidence_types. */
enum evidence_type_result
evidence_type_list_read(adtls_bytes_t body,
			struct evidence_type out[EVIDENCE_TYPES_MAX],
			size_t *out_count);
void evidence_type_list_write(struct wire_writer *writer,
			      const struct evidence_type *types, size_t count);

/* EncryptedExtensions: selected_evidence_type. */
enum evidence_type_result evidence_type_read(adtls_bytes_t body,
					     struct evidence_type *out);
void evidence_type_write(struct wire_writer *writer,
			 const struct evidence_type *type);

/* Byte for byte, as offer and answer compare. */
bool evidence_type_equal(const struct evidence_type *a,
			 const struct evidence_type *b);

#endif
