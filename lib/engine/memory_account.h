/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much heap the engines of an endpoint hold, in all and each, and whether
 * one may hold more.
 *
 * What a peer can make grow (queues, messages being put together, flights) is
 * counted byte by byte; what a connection has in any case, by constants that
 * were measured. An engine without an account is bounded by its own limits
 * alone. */
#ifndef ADTLS_ENGINE_MEMORY_ACCOUNT_H
#define ADTLS_ENGINE_MEMORY_ACCOUNT_H

#include <adtls/types.h>

struct adtls_engine;

/* What a handshake under way is counted as, at the least, so that those that
 * were let in find room for their flights. */
#define MEMORY_OF_HANDSHAKE 24576

struct memory_account {
	size_t held;
	size_t limit;		/* 0: none */
	size_t limit_per_peer;	/* 0: none */
	uint64_t refusals;	/* of engine_may_hold() */
};

/* Is there room for @more bytes beside what is held? */
bool memory_account_has_room(const struct memory_account *account, size_t more);

/* Heap that @engine holds now, in bytes. */
size_t engine_memory(const struct adtls_engine *engine);
/* May @engine hold @more bytes? They are counted if so, until it is accounted
 * for anew. */
bool engine_may_hold(struct adtls_engine *engine, size_t more);
/* Count what @engine holds now. */
void engine_account(struct adtls_engine *engine);
/* Count it in @account from here on; NULL: in none. */
void engine_set_account(struct adtls_engine *engine,
			struct memory_account *account);

#endif
