/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies of the hello extensions. */
#include "messages/hello_extensions.h"

#include <string.h>

/* Groups in one client's key_share: more would be a waste of its datagrams. */
#define KEY_SHARES_MAX 16

bool number_list_read(adtls_bytes_t body, unsigned prefix_len,
		      adtls_bytes_t *out)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	*out = wire_read_vector_bounded(&reader, prefix_len, 2, 0xfffe);
	return wire_reader_finished(&reader) && out->len % 2 == 0;
}

void number_list_write(struct wire_writer *writer, unsigned prefix_len,
		       const uint16_t *numbers, size_t count)
{
	size_t mark = wire_write_begin(writer, prefix_len);

	for (size_t i = 0; i < count; i++)
		wire_write_u16(writer, numbers[i]);
	wire_write_end(writer, prefix_len, mark);
}

bool number_read(adtls_bytes_t body, uint16_t *out)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	*out = wire_read_u16(&reader);
	return wire_reader_finished(&reader);
}

static struct key_share read_entry(struct wire_reader *reader)
{
	struct key_share share = { .group = wire_read_u16(reader) };

	share.exchange = wire_read_vector_bounded(reader, 2, 1, 0xffff);
	return share;
}

enum key_share_result key_share_list_find(adtls_bytes_t body, uint16_t group,
					  struct key_share *out,
					  size_t *out_count)
{
	enum key_share_result result = KEY_SHARE_ABSENT;
	uint16_t groups[KEY_SHARES_MAX];
	struct wire_reader outer, reader;
	size_t count = 0;

	wire_reader_init_bytes(&outer, body);
	wire_reader_init_bytes(&reader, wire_read_vector(&outer, 2));
	if (!wire_reader_finished(&outer))
		return KEY_SHARE_MALFORMED;
	while (wire_reader_more(&reader)) {
		struct key_share share = read_entry(&reader);

		if (reader.failed || count == KEY_SHARES_MAX)
			return KEY_SHARE_MALFORMED;
		for (size_t i = 0; i < count; i++) {
			if (groups[i] == share.group)
				return KEY_SHARE_DUPLICATE;
		}
		groups[count++] = share.group;
		if (share.group == group) {
			*out = share;
			result = KEY_SHARE_FOUND;
		}
	}
	*out_count = count;
	return result;
}

bool key_share_read(adtls_bytes_t body, struct key_share *out)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	*out = read_entry(&reader);
	return wire_reader_finished(&reader);
}

void key_share_write(struct wire_writer *writer, uint16_t group,
		     adtls_bytes_t exchange)
{
	wire_write_u16(writer, group);
	wire_write_vector(writer, 2, exchange.data, exchange.len);
}

bool cookie_read(adtls_bytes_t body, adtls_bytes_t *out)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	*out = wire_read_vector_bounded(&reader, 2, 1, 0xffff);
	return wire_reader_finished(&reader);
}

void cookie_write(struct wire_writer *writer, adtls_bytes_t cookie)
{
	wire_write_vector(writer, 2, cookie.data, cookie.len);
}

bool server_name_read(adtls_bytes_t body, adtls_bytes_t *out)
{
	struct wire_reader outer, reader;

	wire_reader_init_bytes(&outer, body);
	wire_reader_init_bytes(&reader,
			       wire_read_vector_bounded(&outer, 2, 1, 0xffff));
	if (wire_read_u8(&reader) != 0)	/* name_type host_name */
		wire_reader_fail(&reader);
	*out = wire_read_vector_bounded(&reader, 2, 1, 0xffff);
	return wire_reader_finished(&reader) && wire_reader_finished(&outer);
}

void server_name_write(struct wire_writer *writer, const char *name)
{
	size_t mark = wire_write_begin(writer, 2);

	wire_write_u8(writer, 0);
	wire_write_vector(writer, 2, name, strlen(name));
	wire_write_end(writer, 2, mark);
}
