/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is CBOR from a stranger well-formed, and small enough to be looked at?
 *
 * Stricter than RFC 8949 asks: definite lengths, shortest heads and unique
 * keys (RFC 8949 §4.2), so that one value has one reading; and text is UTF-8
 * (§5.3.1), so that it can go into a log. */
#ifndef ADTLS_RATS_CBOR_CHECK_H
#define ADTLS_RATS_CBOR_CHECK_H

#include <adtls/types.h>

/* What an Attestation message can hold, protocol §4. */
#define CBOR_CHECK_LEN_MAX 0xffffff
/* COSE around EAT with submodules and their claims needs about ten. */
#define CBOR_CHECK_DEPTH_MAX 16
/* Evidence of composite devices has some hundred claims. */
#define CBOR_CHECK_ITEM_MAX 1024
/* Keys in all maps that are open at one place. */
#define CBOR_CHECK_KEY_MAX 256
/* A key, encoded: keeps the search for its double short. */
#define CBOR_CHECK_KEY_LEN_MAX 64

/* One whole data item and nothing behind it, within the bounds above; keys
 * are integers or strings. Allocates nothing, does not recurse. */
bool cbor_check(adtls_bytes_t input);

#endif
