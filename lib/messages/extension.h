/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Extension lists (RFC 8446 §4.2), and the numbers of the extensions. */
#ifndef ADTLS_MESSAGES_EXTENSION_H
#define ADTLS_MESSAGES_EXTENSION_H

#include "base/wire.h"

/* Extensions in one message that we are willing to look at: real ClientHellos
 * have some twenty. */
#define EXTENSIONS_MAX 64

enum extension_type {
	EXTENSION_SERVER_NAME = 0,
	EXTENSION_SUPPORTED_GROUPS = 10,
	EXTENSION_SIGNATURE_ALGORITHMS = 13,
	EXTENSION_ALPN = 16,	/* application_layer_protocol_negotiation */
	EXTENSION_CLIENT_CERTIFICATE_TYPE = 19,
	EXTENSION_SERVER_CERTIFICATE_TYPE = 20,
	EXTENSION_PADDING = 21,
	EXTENSION_RECORD_SIZE_LIMIT = 28,	/* RFC 8449 */
	EXTENSION_PRE_SHARED_KEY = 41,
	EXTENSION_EARLY_DATA = 42,
	EXTENSION_SUPPORTED_VERSIONS = 43,
	EXTENSION_COOKIE = 44,
	EXTENSION_PSK_KEY_EXCHANGE_MODES = 45,
	EXTENSION_CERTIFICATE_AUTHORITIES = 47,
	EXTENSION_SIGNATURE_ALGORITHMS_CERT = 50,
	EXTENSION_KEY_SHARE = 51,
	EXTENSION_CONNECTION_ID = 54,
	EXTENSION_RRC = 61,
	EXTENSION_EVIDENCE_REQUEST = 0xff60,	/* protocol §2 */
	EXTENSION_EVIDENCE_PROPOSAL = 0xff61,
	EXTENSION_RESULTS_REQUEST = 0xff62,
	EXTENSION_RESULTS_PROPOSAL = 0xff63
};

struct extension {
	uint16_t type;
	adtls_bytes_t body;
};

/* All extensions of one message, as views. */
struct extension_list {
	struct extension items[EXTENSIONS_MAX];
	size_t count;
};

enum extension_list_result {
	EXTENSION_LIST_OK,
	EXTENSION_LIST_MALFORMED,
	EXTENSION_LIST_DUPLICATE	/* illegal_parameter, RFC 8446 §4.2 */
};

/* Read the contents of an extensions vector. */
enum extension_list_result extension_list_read(adtls_bytes_t vector,
					       struct extension_list *out);
/* NULL if there is none of @type. */
const struct extension *extension_list_find(const struct extension_list *list,
					    uint16_t type);

/* Begin and end an extension whose body the caller writes between. */
size_t extension_begin(struct wire_writer *writer, uint16_t type);
void extension_end(struct wire_writer *writer, size_t mark);

#endif
