/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sealing and opening share: the unified header (RFC 9147 §4) and the
 * nonce.
 *
 *     0 0 1 C S L E E
 */
#ifndef ADTLS_RECORD_UNIFIED_HEADER_H
#define ADTLS_RECORD_UNIFIED_HEADER_H

#include "record/record.h"

#define UNIFIED_HEADER_FIXED_MASK  0xe0
#define UNIFIED_HEADER_FIXED	   0x20
#define UNIFIED_HEADER_CID	   0x10 /* a connection ID follows */
#define UNIFIED_HEADER_SEQUENCE_16 0x08 /* 16 bits of sequence number, or 8 */
#define UNIFIED_HEADER_LENGTH	   0x04 /* a length follows */
#define UNIFIED_HEADER_EPOCH_MASK  0x03

#define LEGACY_RECORD_VERSION 0xfefd /* DTLS 1.2, RFC 9147 §4 */

/* The AEAD's nonce: the IV, xor the whole sequence number without the epoch
 * (RFC 8446 §5.3, RFC 9147 §4). */
static inline void record_nonce(const struct record_keys *keys,
				uint64_t sequence,
				uint8_t out[CRYPTO_NONCE_LEN])
{
	for (unsigned i = 0; i < CRYPTO_NONCE_LEN; i++)
		out[i] = keys->iv[i];
	for (unsigned i = CRYPTO_NONCE_LEN; i > CRYPTO_NONCE_LEN - 8; i--) {
		out[i - 1] ^= (uint8_t)sequence;
		sequence >>= 8;
	}
}

#endif
