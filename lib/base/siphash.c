/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SipHash-2-4. */
#include "base/siphash.h"

static uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static void compress(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	sip_round(v);
	v[0] ^= word;
}

/* Up to eight bytes, the first one lowest. */
static uint64_t word_at(const uint8_t *data, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++)
		word |= (uint64_t)data[i] << (8 * i);
	return word;
}

uint64_t siphash(const struct siphash_key *key, adtls_bytes_t data)
{
	uint64_t v[4] = {
		key->half[0] ^ 0x736f6d6570736575,
		key->half[1] ^ 0x646f72616e646f6d,
		key->half[0] ^ 0x6c7967656e657261,
		key->half[1] ^ 0x7465646279746573,
	};
	size_t done = 0;

	for (; data.len - done >= 8; done += 8)
		compress(v, word_at(data.data + done, 8));
	compress(v, word_at(data.data + done, data.len - done) |
			    (uint64_t)data.len << 56);
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
