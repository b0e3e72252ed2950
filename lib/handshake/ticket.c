/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client's ticket. */
#include "handshake/ticket.h"

#include "base/wire.h"
#include "handshake/ticket_state.h"
#include "keys/key_schedule.h"

#include <stdlib.h>
#include <string.h>

#define EXPORT_MAGIC "ATKT"
#define EXPORT_VERSION 1

void adtls_ticket_free(adtls_ticket_t *ticket)
{
	if (ticket == NULL)
		return;
	buffer_clear(&ticket->identity);
	bytes_wipe(ticket, sizeof(*ticket));
	free(ticket);
}

static bool set_name(char *out, size_t size, adtls_bytes_t name)
{
	if (name.len >= size ||
	    (name.len > 0 && memchr(name.data, 0, name.len) != NULL))
		return false;
	if (name.len > 0)
		memcpy(out, name.data, name.len);
	out[name.len] = '\0';
	return true;
}

static adtls_bytes_t bytes_of_text(const char *text)
{
	return text != NULL ? bytes_of(text, strlen(text)) : bytes_of(NULL, 0);
}

/* Servers must not say more than seven days, clients not keep for longer
 * (RFC 8446 §4.6.1). */
static uint32_t bounded_lifetime(uint32_t lifetime_s)
{
	return lifetime_s < TICKET_LIFETIME_MAX_S ? lifetime_s :
						    TICKET_LIFETIME_MAX_S;
}

static bool fill(adtls_ticket_t *ticket,
		 const struct new_session_ticket *message,
		 const struct ticket_origin *origin)
{
	ticket->suite = origin->suite;
	ticket->lifetime_s = bounded_lifetime(message->lifetime_s);
	ticket->age_add = message->age_add;
	ticket->received_s = origin->now.utc_s;
	ticket->received_us = origin->now.monotonic_us;
	ticket->is_attested = origin->is_attested;
	return set_name(ticket->server_name, sizeof(ticket->server_name),
			bytes_of_text(origin->server_name)) &&
	       set_name(ticket->peer_identity, sizeof(ticket->peer_identity),
			bytes_of_text(origin->peer_identity)) &&
	       buffer_set(&ticket->identity, message->ticket.data,
			  message->ticket.len) &&
	       key_resumption_psk(origin->suite->hash, KEY_LABEL_PREFIX_DTLS13,
				  origin->resumption_main, message->nonce,
				  &ticket->psk);
}

adtls_ticket_t *ticket_new(const struct new_session_ticket *message,
			   const struct ticket_origin *origin)
{
	adtls_ticket_t *ticket;

	if (message->lifetime_s == 0 || message->ticket.len > TICKET_LEN_MAX)
		return NULL;
	ticket = calloc(1, sizeof(*ticket));
	if (ticket != NULL && !fill(ticket, message, origin)) {
		adtls_ticket_free(ticket);
		return NULL;
	}
	return ticket;
}

/* How old a ticket is: by UTC where there is one, which goes on while a device
 * sleeps. False: nobody knows. */
static bool find_age(const adtls_ticket_t *ticket, adtls_time_t now,
		     int64_t *out_ms)
{
	if (ticket->received_s != ADTLS_UTC_UNKNOWN &&
	    now.utc_s != ADTLS_UTC_UNKNOWN) {
		int64_t age_s;

		if (__builtin_sub_overflow(now.utc_s, ticket->received_s,
					   &age_s) ||
		    age_s < 0 || age_s > TICKET_LIFETIME_MAX_S)
			return false;
		*out_ms = age_s * 1000;
		return true;
	}
	if (ticket->is_imported || now.monotonic_us < ticket->received_us)
		return false;
	*out_ms = (int64_t)((now.monotonic_us - ticket->received_us) / 1000);
	return true;
}

bool ticket_is_usable(const adtls_ticket_t *ticket, const char *server_name,
		      adtls_time_t now, uint32_t *out_age_ms)
{
	const char *name = server_name != NULL ? server_name : "";
	int64_t age_ms;

	if (strcmp(name, ticket->server_name) != 0 ||
	    !find_age(ticket, now, &age_ms) ||
	    age_ms >= (int64_t)ticket->lifetime_s * 1000)
		return false;
	*out_age_ms = (uint32_t)age_ms;
	return true;
}

int64_t adtls_ticket_expires_at(const adtls_ticket_t *ticket)
{
	return ticket->received_s != ADTLS_UTC_UNKNOWN ?
		       ticket->received_s + ticket->lifetime_s :
		       ADTLS_UTC_UNKNOWN;
}

const char *adtls_ticket_server_name(const adtls_ticket_t *ticket)
{
	return ticket->server_name;
}

int adtls_ticket_export(const adtls_ticket_t *ticket, uint8_t *out,
			size_t out_len, size_t *out_written)
{
	adtls_bytes_t name = bytes_of_text(ticket->server_name);
	adtls_bytes_t peer = bytes_of_text(ticket->peer_identity);
	struct wire_writer writer;

	if (ticket->is_attested || ticket->received_s == ADTLS_UTC_UNKNOWN)
		return ADTLS_E_UNSUPPORTED;
	wire_writer_init(&writer, out, out_len);
	wire_write_bytes(&writer, EXPORT_MAGIC, 4);
	wire_write_u8(&writer, EXPORT_VERSION);
	wire_write_u16(&writer, ticket->suite->id);
	wire_write_vector(&writer, 1, ticket->psk.data, ticket->psk.len);
	wire_write_u32(&writer, ticket->lifetime_s);
	wire_write_u32(&writer, ticket->age_add);
	wire_write_u64(&writer, (uint64_t)ticket->received_s);
	wire_write_vector(&writer, 1, name.data, name.len);
	wire_write_vector(&writer, 1, peer.data, peer.len);
	wire_write_vector(&writer, 2, ticket->identity.data,
			  ticket->identity.len);
	*out_written = wire_written(&writer).len;
	if (!writer.failed)
		return ADTLS_OK;
	bytes_wipe(out, out_len);
	return ADTLS_E_TOO_LARGE;
}

/* What follows version and suite. */
static bool read_rest(struct wire_reader *reader, adtls_ticket_t *ticket)
{
	adtls_bytes_t psk = wire_read_vector(reader, 1);
	adtls_bytes_t name, peer, identity;

	ticket->lifetime_s = wire_read_u32(reader);
	ticket->age_add = wire_read_u32(reader);
	ticket->received_s = (int64_t)wire_read_u64(reader);
	name = wire_read_vector(reader, 1);
	peer = wire_read_vector(reader, 1);
	identity = wire_read_vector_bounded(reader, 2, 1, TICKET_LEN_MAX);
	if (!wire_reader_finished(reader) ||
	    psk.len != ticket->suite->hash->len ||
	    ticket->lifetime_s > TICKET_LIFETIME_MAX_S ||
	    ticket->received_s < 0 ||
	    ticket->received_s > INT64_MAX - TICKET_LIFETIME_MAX_S)
		return false;
	memcpy(ticket->psk.data, psk.data, psk.len);
	ticket->psk.len = psk.len;
	return set_name(ticket->server_name, sizeof(ticket->server_name),
			name) &&
	       set_name(ticket->peer_identity, sizeof(ticket->peer_identity),
			peer) &&
	       buffer_set(&ticket->identity, identity.data, identity.len);
}

int adtls_ticket_import(adtls_bytes_t bytes, adtls_ticket_t **out)
{
	struct wire_reader reader;
	adtls_ticket_t *ticket;
	adtls_bytes_t magic;

	*out = NULL;
	wire_reader_init_bytes(&reader, bytes);
	magic = wire_read_bytes(&reader, 4);
	if (!bytes_equal(magic, bytes_of(EXPORT_MAGIC, 4)))
		return ADTLS_E_DECODE;
	if (wire_read_u8(&reader) != EXPORT_VERSION)
		return reader.failed ? ADTLS_E_DECODE : ADTLS_E_UNSUPPORTED;
	ticket = calloc(1, sizeof(*ticket));
	if (ticket == NULL)
		return ADTLS_E_MEMORY;
	ticket->is_imported = true;
	ticket->suite = crypto_suite_find(wire_read_u16(&reader));
	if (ticket->suite == NULL || !read_rest(&reader, ticket)) {
		int error = ticket->suite == NULL && !reader.failed ?
				    ADTLS_E_UNSUPPORTED :
				    ADTLS_E_DECODE;

		adtls_ticket_free(ticket);
		return error;
	}
	*out = ticket;
	return ADTLS_OK;
}
