/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One core that sends garbage with sendmmsg(), from the addresses of sessions
 * and from those of strangers. */
#include "flood.h"

#include <errno.h>
#include <string.h>

#include "tests/support/client_hello.h"
#include "tests/support/seeded_random.h"

#define BATCH	    64
#define DATAGRAM_MAX 1500

struct attacker {
	const struct flood_options *options;
	const struct flood_board *board;
	struct seeded_random random;
	struct test_client_hello hello;
	struct test_bytes body;
	uint8_t datagrams[BATCH][DATAGRAM_MAX];
	struct iovec payloads[BATCH];
	struct mmsghdr messages[BATCH];
};

static void fill(struct attacker *attacker, uint8_t *data, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++, word >>= 8) {
		if (i % 8 == 0)
			word = seeded_random_next(&attacker->random);
		data[i] = (uint8_t)word;
	}
}

/* Random bytes; half of them begin like a record. */
static size_t make_noise(struct attacker *attacker, uint8_t *out)
{
	size_t len = 1 + seeded_random_below(&attacker->random, 300);

	fill(attacker, out, len);
	if (len % 2 == 0)
		out[0] = 0x2c | (out[0] & 3);
	return len;
}

/* A genuine record of some session with one bit turned, or two, or cut. */
static size_t make_damaged_record(struct attacker *attacker, uint8_t *out)
{
	unsigned session = seeded_random_below(&attacker->random,
					       attacker->options->sessions);
	const struct flood_record *record = &attacker->board->records[session];
	size_t len = record->len;

	memcpy(out, record->data, len);
	for (uint32_t n = 1 + seeded_random_below(&attacker->random, 2); n > 0;
	     n--)
		out[seeded_random_below(&attacker->random, (uint32_t)len)] ^=
			(uint8_t)(1u
				  << seeded_random_below(&attacker->random, 8));
	if (seeded_random_below(&attacker->random, 8) == 0)
		len = 1 + seeded_random_below(&attacker->random,
					      (uint32_t)len - 1);
	return len;
}

static size_t put(const struct test_bytes *bytes, uint8_t *out)
{
	memcpy(out, bytes->data, bytes->len);
	return bytes->len;
}

/* A hello with a random of its own, whole or its first half. */
static size_t make_hello(struct attacker *attacker, uint8_t *out)
{
	size_t half = attacker->body.len / 2;
	struct test_bytes datagram;

	fill(attacker, attacker->body.data + 2, HELLO_RANDOM_LEN);
	datagram = test_client_hello_datagram(
		&attacker->body, 0, 0,
		seeded_random_below(&attacker->random, 2) == 0 ?
			half :
			attacker->body.len);
	return put(&datagram, out);
}

static size_t make_garbage(struct attacker *attacker, uint8_t *out)
{
	switch (seeded_random_below(&attacker->random, 3)) {
	case 0:
		return make_noise(attacker, out);
	case 1:
		return make_damaged_record(attacker, out);
	default:
		return make_hello(attacker, out);
	}
}

/* From one socket; a session's own record, damaged, is the most of what comes
 * from it. */
static void send_batch(struct attacker *attacker, int fd, unsigned index,
		       uint64_t *sent)
{
	const struct flood_record *own =
		index < attacker->options->sessions ?
			&attacker->board->records[index] :
			NULL;
	int count;

	for (size_t i = 0; i < BATCH; i++) {
		size_t len = make_garbage(attacker, attacker->datagrams[i]);

		if (own != NULL && i % 2 == 0) {
			len = own->len;
			memcpy(attacker->datagrams[i], own->data, len);
			attacker->datagrams[i][len - 1 - i / 2 % len] ^= 1;
		}
		attacker->payloads[i].iov_base = attacker->datagrams[i];
		attacker->payloads[i].iov_len = len;
		attacker->messages[i].msg_hdr.msg_iov = &attacker->payloads[i];
		attacker->messages[i].msg_hdr.msg_iovlen = 1;
	}
	count = sendmmsg(fd, attacker->messages, BATCH, 0);
	if (count > 0)
		*sent += (uint64_t)count;
}

void flood_attack(const struct flood_options *options, const int *fds,
		  struct flood_board *board)
{
	static struct attacker attacker;
	uint64_t until_ms = flood_now_ms() + 1000ull * options->seconds;
	unsigned count = options->sessions + FLOOD_STRANGERS;

	attacker.options = options;
	attacker.board = board;
	attacker.random = seeded_random_of(1);
	test_client_hello_init(&attacker.hello);
	attacker.body = test_client_hello_body(&attacker.hello);
	while (flood_now_ms() < until_ms) {
		/* As often from strangers as from sessions. */
		unsigned index =
			seeded_random_below(&attacker.random, 2) == 0 ?
				options->sessions +
					seeded_random_below(&attacker.random,
							    FLOOD_STRANGERS) :
				seeded_random_below(&attacker.random, count);

		send_batch(&attacker, fds[index], index, &board->sent);
	}
}
