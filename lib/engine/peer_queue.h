/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A queue of peers that take turns: whoever has had his goes to the end, so
 * that a busy one holds up nobody. A peer is in it once, and can leave from
 * anywhere. */
#ifndef ADTLS_ENGINE_PEER_QUEUE_H
#define ADTLS_ENGINE_PEER_QUEUE_H

#include <adtls/types.h>

/* Embedded in a peer, one for each queue that it may be in. */
struct peer_place {
	struct peer_place *next;
	struct peer_place *previous;
	bool is_taken;
};

struct peer_queue {
	struct peer_place *first;
	struct peer_place *last;
};

/* To the end of the queue, unless it is there already. */
void peer_queue_add(struct peer_queue *queue, struct peer_place *place);
void peer_queue_remove(struct peer_queue *queue, struct peer_place *place);
/* It had its turn. */
void peer_queue_rotate(struct peer_queue *queue);

#endif
