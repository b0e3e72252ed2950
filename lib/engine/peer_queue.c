/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A queue of peers that take turns. */
#include "engine/peer_queue.h"

void peer_queue_add(struct peer_queue *queue, struct peer_place *place)
{
	if (place->is_taken)
		return;
	place->is_taken = true;
	place->next = NULL;
	place->previous = queue->last;
	if (queue->last != NULL)
		queue->last->next = place;
	else
		queue->first = place;
	queue->last = place;
}

void peer_queue_remove(struct peer_queue *queue, struct peer_place *place)
{
	if (!place->is_taken)
		return;
	if (place->previous != NULL)
		place->previous->next = place->next;
	else
		queue->first = place->next;
	if (place->next != NULL)
		place->next->previous = place->previous;
	else
		queue->last = place->previous;
	*place = (struct peer_place){ 0 };
}

void peer_queue_rotate(struct peer_queue *queue)
{
	struct peer_place *first = queue->first;

	if (first == queue->last)
		return;
	peer_queue_remove(queue, first);
	peer_queue_add(queue, first);
}
