/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the runner orders, done to an engine; what comes out, sent to the
 * runner. Each message is echoed with all its bits inverted. */
#include "interop/bogo/bogo_peer.h"
#include "interop/bogo/bogo_expectations.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* First byte of an alert in plaintext. */
#define PLAINTEXT_ALERT 21
#define START_US	1000000
/* Further off than that, a deadline is the handshake's as a whole. */
#define TIMER_MAX_US  (3600 * UINT64_C(1000000))
#define INITIAL_WRITE "hello"

bool bogo_peer_init(struct bogo_peer *peer, const struct bogo_options *options,
		    adtls_config_t *config, struct bogo_link *link,
		    adtls_ticket_t *ticket)
{
	int error;

	*peer = (struct bogo_peer){ .options = options,
				    .link = link,
				    .config = config };
	peer->now =
		(adtls_time_t){ .monotonic_us = START_US, .utc_s = time(NULL) };
	if (options->server)
		error = adtls_endpoint_new(config, peer->now, &peer->endpoint);
	else
		error = adtls_engine_new_client_resuming(
			config, options->host_name, ticket, peer->now,
			&peer->engine);
	if (error != ADTLS_OK)
		fprintf(stderr, "bogo_shim: %s\n", adtls_strerror_name(error));
	return error == ADTLS_OK;
}

void bogo_peer_clear(struct bogo_peer *peer)
{
	adtls_ticket_free(peer->ticket);
	adtls_engine_free(peer->engine);
	adtls_endpoint_free(peer->endpoint);
}

adtls_ticket_t *bogo_peer_take_ticket(struct bogo_peer *peer)
{
	adtls_ticket_t *ticket = peer->ticket;

	peer->ticket = NULL;
	return ticket;
}

/* Of the front door: the only answers without an engine. An alert ends it for
 * this one client. */
static enum bogo_result send_replies(struct bogo_peer *peer)
{
	enum bogo_result result = BOGO_GOES_ON;
	adtls_address_t to;
	size_t len;

	while ((len = adtls_endpoint_next_datagram(peer->endpoint, peer->now,
						   &to, peer->out,
						   sizeof(peer->out))) > 0) {
		bogo_link_send(peer->link, peer->out, len);
		if (peer->out[0] != PLAINTEXT_ALERT)
			continue;
		fprintf(stderr, "bogo_shim: refused at the door with %s\n",
			adtls_alert_name(peer->out[len - 1]));
		result = BOGO_FAILURE;
	}
	return result;
}

static void send_datagrams(struct bogo_peer *peer)
{
	size_t len;

	while ((len = adtls_engine_next_datagram(peer->engine, peer->now,
						 peer->out,
						 sizeof(peer->out))) > 0)
		bogo_link_send(peer->link, peer->out, len);
}

static enum bogo_result send_data(struct bogo_peer *peer, const uint8_t *data,
				  size_t len)
{
	int error = adtls_engine_send(peer->engine, peer->now, data, len);

	if (error == ADTLS_OK)
		return BOGO_GOES_ON;
	fprintf(stderr, "bogo_shim: send %zu: %s\n", len,
		adtls_strerror_name(error));
	return BOGO_FAILURE;
}

static enum bogo_result send_exported(struct bogo_peer *peer)
{
	const struct bogo_options *options = peer->options;
	const char *context =
		options->export_context != NULL ? options->export_context : "";
	uint8_t secret[4096];
	int error;

	if (options->export_len > sizeof(secret))
		return BOGO_NOT_IMPLEMENTED;
	error = adtls_engine_export(
		peer->engine, options->export_label,
		(adtls_bytes_t){ (const uint8_t *)context, strlen(context) },
		secret, (size_t)options->export_len);
	if (error == ADTLS_OK)
		return send_data(peer, secret, (size_t)options->export_len);
	fprintf(stderr, "bogo_shim: export: %s\n", adtls_strerror_name(error));
	return BOGO_FAILURE;
}

/* While something is not yet acknowledged it has to wait. */
static enum bogo_result update_keys(struct bogo_peer *peer)
{
	int error;

	if (!peer->wants_keys)
		return BOGO_GOES_ON;
	error = adtls_engine_update_keys(peer->engine, peer->now, false);
	if (error == ADTLS_E_AGAIN)
		return BOGO_GOES_ON;
	peer->wants_keys = false;
	if (error == ADTLS_OK)
		return BOGO_GOES_ON;
	fprintf(stderr, "bogo_shim: update keys: %s\n",
		adtls_strerror_name(error));
	return BOGO_FAILURE;
}

static enum bogo_result on_connected(struct bogo_peer *peer)
{
	enum bogo_result result = BOGO_GOES_ON;

	peer->connected = true;
	if (!bogo_expectations_hold(peer->options, peer->engine))
		return BOGO_FAILURE;
	if (peer->options->export_len > 0)
		result = send_exported(peer);
	if (result == BOGO_GOES_ON && peer->options->writes_first)
		result = send_data(peer, (const uint8_t *)INITIAL_WRITE,
				   strlen(INITIAL_WRITE));
	peer->wants_keys = peer->options->update_keys;
	return result;
}

/* Only the newest will be used. */
static void keep_ticket(struct bogo_peer *peer)
{
	adtls_ticket_t *ticket = adtls_engine_take_ticket(peer->engine);

	if (ticket == NULL)
		return;
	adtls_ticket_free(peer->ticket);
	peer->ticket = ticket;
}

static enum bogo_result echo(struct bogo_peer *peer, adtls_bytes_t data)
{
	uint8_t *inverted = malloc(data.len + 1);
	enum bogo_result result;

	if (inverted == NULL)
		return BOGO_FAILURE;
	for (size_t i = 0; i < data.len; i++)
		inverted[i] = data.data[i] ^ 0xff;
	result = send_data(peer, inverted, data.len);
	free(inverted);
	peer->wants_keys = peer->options->update_keys;
	return result;
}

static enum bogo_result on_closed(struct bogo_peer *peer,
				  const adtls_event_t *event)
{
	char detail[256];

	if (event->reason == ADTLS_REASON_CLOSED_BY_PEER && peer->connected)
		return BOGO_SUCCESS;
	adtls_engine_reason(peer->engine, detail, sizeof(detail));
	fprintf(stderr, "bogo_shim: closed: %s: %s; alert %s: %s\n",
		adtls_reason_name(event->reason), detail,
		event->alert_received ? "received" : "sent",
		event->alert == ADTLS_ALERT_NONE
			? "none"
			: adtls_alert_name(event->alert));
	return BOGO_FAILURE;
}

static enum bogo_result handle_event(struct bogo_peer *peer,
				     const adtls_event_t *event)
{
	switch (event->type) {
	case ADTLS_EVENT_CONNECTED:
		return on_connected(peer);
	case ADTLS_EVENT_DATA:
		return echo(peer, event->data);
	case ADTLS_EVENT_JOB:
		adtls_job_run(event->job);
		adtls_engine_finish_job(peer->engine, peer->now, event->job);
		return BOGO_GOES_ON;
	case ADTLS_EVENT_CLOSED:
		return on_closed(peer, event);
	case ADTLS_EVENT_AUTHORIZED:
	case ADTLS_EVENT_KEYS_UPDATED:
	case ADTLS_EVENT_PEER_MOVED:
	case ADTLS_EVENT_CONNECTION_IDS:
	case ADTLS_EVENT_REFUSED:
		break;
	case ADTLS_EVENT_TICKET:
		keep_ticket(peer);
		break;
	}
	return BOGO_GOES_ON;
}

/* Take all that the last call brought about. What is still to be sent goes out
 * whatever the result is. */
static enum bogo_result settle(struct bogo_peer *peer)
{
	enum bogo_result result = BOGO_GOES_ON;
	adtls_event_t event;

	if (peer->engine == NULL)
		return send_replies(peer);
	while (result == BOGO_GOES_ON &&
	       adtls_engine_next_event(peer->engine, &event)) {
		result = handle_event(peer, &event);
		send_datagrams(peer);
	}
	if (result == BOGO_GOES_ON)
		result = update_keys(peer);
	send_datagrams(peer);
	return result;
}

static void receive(struct bogo_peer *peer, size_t len)
{
	static const adtls_address_t runner = { .data = { 1 }, .len = 1 };

	if (peer->engine != NULL) {
		adtls_engine_receive(peer->engine, peer->now, peer->datagram,
				     len);
		return;
	}
	peer->engine = adtls_endpoint_receive(
		peer->endpoint, peer->now, &runner, peer->datagram, len, NULL);
	if (peer->engine != NULL)
		adtls_endpoint_detach(peer->endpoint, peer->engine);
}

/* Nanoseconds until the next timeout, as the runner counts them. */
static uint64_t next_timeout(const struct bogo_peer *peer)
{
	uint64_t deadline_us;

	if (peer->engine == NULL)
		return BOGO_NO_TIMEOUT;
	deadline_us = adtls_engine_deadline(peer->engine);
	if (deadline_us <= peer->now.monotonic_us)
		return 0;
	deadline_us -= peer->now.monotonic_us;
	return deadline_us > TIMER_MAX_US ? BOGO_NO_TIMEOUT
					  : deadline_us * 1000;
}

static enum bogo_result expect_timeout(const struct bogo_peer *peer,
				       uint64_t expected_ns)
{
	uint64_t timeout_ns = next_timeout(peer);

	/* The engine's clock ticks in microseconds. */
	if (timeout_ns / 1000 == expected_ns / 1000)
		return BOGO_GOES_ON;
	fprintf(stderr,
		"bogo_shim: next timeout in %" PRIu64 " ns, not %" PRIu64
		" (%" PRIu64 ": none)\n",
		timeout_ns, expected_ns, BOGO_NO_TIMEOUT);
	return BOGO_FAILURE;
}

static enum bogo_result advance(struct bogo_peer *peer, uint64_t passed_ns)
{
	if (!bogo_link_confirm_timeout(peer->link))
		return BOGO_FAILURE;
	peer->now.monotonic_us += passed_ns / 1000;
	if (peer->engine != NULL)
		adtls_engine_tick(peer->engine, peer->now);
	return settle(peer);
}

static enum bogo_result hang_up(const struct bogo_peer *peer)
{
	if (peer->connected)
		return BOGO_SUCCESS;
	fprintf(stderr, "bogo_shim: the runner hung up in the handshake\n");
	return BOGO_FAILURE;
}

static enum bogo_result obey(struct bogo_peer *peer,
			     const struct bogo_order *order)
{
	switch (order->kind) {
	case BOGO_ORDER_END:
		return hang_up(peer);
	case BOGO_ORDER_DATAGRAM:
		receive(peer, order->len);
		return settle(peer);
	case BOGO_ORDER_TIMEOUT:
		return advance(peer, order->value);
	case BOGO_ORDER_EXPECT_TIMEOUT:
		return expect_timeout(peer, order->value);
	case BOGO_ORDER_MTU:
	case BOGO_ORDER_INITIAL_TIMEOUT:
		fprintf(stderr,
			"bogo_shim: not implemented: another %s while "
			"connected\n",
			order->kind == BOGO_ORDER_MTU ? "MTU" : "time-out");
		return BOGO_NOT_IMPLEMENTED;
	}
	return BOGO_FAILURE;
}

enum bogo_result bogo_peer_run(struct bogo_peer *peer)
{
	enum bogo_result result = settle(peer);
	struct bogo_order order = { 0 };

	while (result == BOGO_GOES_ON) {
		if (!bogo_link_read(peer->link, &order, peer->datagram))
			return BOGO_FAILURE;
		result = obey(peer, &order);
	}
	return result;
}
