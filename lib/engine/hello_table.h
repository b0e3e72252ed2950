/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bounded table of fragmented ClientHellos: all that a server remembers of
 * clients without a valid cookie (protocol §7). */
#ifndef ADTLS_ENGINE_HELLO_TABLE_H
#define ADTLS_ENGINE_HELLO_TABLE_H

#include "flight/reassembly.h"

#include <adtls/endpoint.h>

#define HELLO_TABLE_ENTRIES 64
/* Per entry, bookkeeping included: two large key shares, of X25519MLKEM768 and
 * MLKEM1024, make a ClientHello of 3.4 KB.
 *
 * deviation: protocol §7 has 2 KiB, which turns such clients away. */
#define HELLO_TABLE_BYTES 4096

struct hello_entry {
	adtls_address_t address;
	uint16_t message_seq;
	uint64_t used;		/* when, in steps; 0: free */
	size_t received;	/* bytes of datagrams, for the amplification bound */
	struct reassembly reassembly;
};

struct hello_table {
	struct hello_entry *entries;	/* HELLO_TABLE_ENTRIES */
	uint64_t step;
	uint64_t evicted;	/* hellos */
	uint64_t kept;		/* fragments */
	uint64_t refused;
};

/* False: out of memory. */
bool hello_table_init(struct hello_table *table);
void hello_table_clear(struct hello_table *table);
/* Add a fragment of @from's ClientHello, @received bytes of datagram. True: it
 * is whole, its body is moved into @out_body, and the entry is free again. */
bool hello_table_add(struct hello_table *table, const adtls_address_t *from,
		     const struct handshake_fragment *fragment, size_t received,
		     struct buffer *out_body, size_t *out_received);

#endif
