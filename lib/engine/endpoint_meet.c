/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ClientHellos for those who own their engines. */
#include "engine/endpoint.h"

#include <string.h>

static adtls_engine_t *make_engine(struct adtls_endpoint *endpoint,
				   adtls_time_t now,
				   const adtls_address_t *from,
				   const struct front_door_answer *answer)
{
	struct source *source;
	adtls_engine_t *engine;

	/* The rate of its starts counts, not how many are under way here. */
	if (!endpoint_admit(endpoint, now, from, true, &source))
		return NULL;
	source_table_leave(&endpoint->sources, source);
	/* Nobody here finds it by its CID. */
	if (engine_new_server(endpoint->config, &answer->start, NULL, now,
			      &engine) != ADTLS_OK)
		return NULL;
	engine->statistics.datagrams_received = 1;
	engine->statistics.bytes_received = answer->received;
	return engine;
}

adtls_engine_t *adtls_endpoint_meet(adtls_endpoint_t *endpoint,
				    adtls_time_t now,
				    const adtls_address_t *from,
				    adtls_engine_t *known, uint8_t *datagram,
				    size_t len)
{
	struct front_door_visitor visitor = {
		.address = from,
		.needs_cookie = true,
		.random = known->hs != NULL ? known->hs->client_random : NULL,
	};
	struct front_door_answer answer;
	adtls_engine_t *engine = NULL;

	endpoint->count.datagrams_received++;
	switch (front_door_receive(&endpoint->door, now, &visitor, datagram,
				   len, &answer)) {
	case FRONT_DOOR_NOTHING:
	case FRONT_DOOR_REPEATED:
		engine = known;
		break;
	case FRONT_DOOR_REPLY:
		memcpy(endpoint->reply, answer.reply, answer.reply_len);
		endpoint->reply_len = answer.reply_len;
		endpoint->reply_to = *from;
		break;
	case FRONT_DOOR_ACCEPT:
		engine = make_engine(endpoint, now, from, &answer);
		break;
	}
	front_door_answer_clear(&answer);
	return engine;
}
