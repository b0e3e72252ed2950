/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HelloRetryRequest (RFC 8446 §4.1.4). */
#include "handshake/retry_request.h"

#include "messages/extension.h"
#include "messages/hello.h"
#include "messages/hello_extensions.h"

void retry_request_write(struct wire_writer *writer,
			 const struct crypto_suite *suite,
			 const struct crypto_group *group, adtls_bytes_t cookie)
{
	adtls_bytes_t no_session_id = { 0 };
	size_t extensions, mark;

	server_hello_write_start(writer, NULL, no_session_id, suite->id);
	extensions = wire_write_begin(writer, 2);
	mark = extension_begin(writer, EXTENSION_SUPPORTED_VERSIONS);
	wire_write_u16(writer, HELLO_VERSION_DTLS13);
	extension_end(writer, mark);
	if (group != NULL) {
		mark = extension_begin(writer, EXTENSION_KEY_SHARE);
		wire_write_u16(writer, group->id);
		extension_end(writer, mark);
	}
	mark = extension_begin(writer, EXTENSION_COOKIE);
	cookie_write(writer, cookie);
	extension_end(writer, mark);
	wire_write_end(writer, 2, extensions);
}
