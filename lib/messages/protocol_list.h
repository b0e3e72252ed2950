/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of application_layer_protocol_negotiation: names of application
 * protocols (RFC 7301 §3.1). */
#ifndef ADTLS_MESSAGES_PROTOCOL_LIST_H
#define ADTLS_MESSAGES_PROTOCOL_LIST_H

#include "base/wire.h"

#define PROTOCOL_NAME_MAX 255

/* The names in an extension's body, as protocol_list_next() takes them apart.
 * False: it is empty, or a name in it is, or it is cut. */
bool protocol_list_read(adtls_bytes_t body, adtls_bytes_t *out_names);
void protocol_list_write(struct wire_writer *writer, adtls_bytes_t names);

/* Take the next name off the front of @names. False: there is none. */
bool protocol_list_next(adtls_bytes_t *names, adtls_bytes_t *out_name);
bool protocol_list_contains(adtls_bytes_t names, adtls_bytes_t name);
/* A name as the list has it. */
void protocol_name_write(struct wire_writer *writer, adtls_bytes_t name);

#endif
