/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HelloRetryRequest, written the same way by the front door that sends it and
 * by the handshake that needs it in its transcript. */
#ifndef ADTLS_HANDSHAKE_RETRY_REQUEST_H
#define ADTLS_HANDSHAKE_RETRY_REQUEST_H

#include "base/wire.h"
#include "crypto/group.h"
#include "crypto/suite.h"

/* Body of at most this size: fixed fields, three extensions, a cookie. */
#define RETRY_REQUEST_MAX 320

/* @group NULL: the client's share is fine, only the cookie is new. */
void retry_request_write(struct wire_writer *writer,
			 const struct crypto_suite *suite,
			 const struct crypto_group *group,
			 adtls_bytes_t cookie);

#endif
