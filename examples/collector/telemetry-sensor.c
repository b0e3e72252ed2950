/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends readings, and counts the answers. */
#include <adtls/adtls.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/address.h"
#include "cli/options.h"
#include "reading.h"
#include "telemetry_options.h"

/* How long to wait for the last answers. */
#define LAST_WORD_MS 2000
#define MS_PER_S     1000

struct sensor {
	struct telemetry_options options;
	const struct addrinfo *collector;
	adtls_session_t *session;
	int fd;
	uint64_t sent;
	uint64_t answered;
};

/* A socket of its own, as if this were the first; the collector sees another
 * port. */
static void bind_anew(struct sensor *sensor)
{
	const struct addrinfo *to = sensor->collector;
	int fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, to->ai_addr, to->ai_addrlen) != 0)
		cli_fail(CLI_NETWORK, "socket: %s", strerror(errno));
	adtls_session_set_fd(sensor->session, fd);
	if (sensor->fd >= 0)
		close(sensor->fd);
	sensor->fd = fd;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / 1000000;
}

/* Takes answers for @wait_ms, or until all have come if @is_last. Returns: 0, or
 * what ended the connection. */
static int listen_for(struct sensor *sensor, int wait_ms, bool is_last)
{
	int64_t until_ms = now_ms() + wait_ms;
	char answer[READING_MAX];
	int64_t left_ms;
	uint64_t seq;
	ssize_t len;

	while ((left_ms = until_ms - now_ms()) >= 0 &&
	       !(is_last && sensor->answered == sensor->sent)) {
		adtls_session_set_timeout(sensor->session, (int)left_ms);
		len = adtls_session_recv(sensor->session, answer,
					 sizeof(answer));
		if (len == ADTLS_E_TIMEOUT)
			return 0;
		if (len <= 0)
			return len == 0 ? ADTLS_E_CLOSED : (int)len;
		if (reading_answer_parse(answer, (size_t)len, &seq))
			sensor->answered++;
	}
	return 0;
}

static int send_reading(struct sensor *sensor)
{
	const struct telemetry_options *options = &sensor->options;
	struct reading reading = { .seq = sensor->sent + 1,
				   .value = options->value };
	char text[READING_MAX];
	ssize_t result;
	size_t len;

	snprintf(reading.name, sizeof(reading.name), "%s",
		 options->texts.name);
	len = reading_write(&reading, text);
	result = adtls_session_send(sensor->session, text, len);
	if (result < 0)
		return (int)result;
	sensor->sent++;
	return 0;
}

/* Returns: 0 after the last reading, or what ended the connection. */
static int report(struct sensor *sensor)
{
	const struct telemetry_options *options = &sensor->options;
	int result = 0;

	while (result == 0 &&
	       (options->count == 0 || sensor->sent < options->count)) {
		if (options->rebind_every > 0 && sensor->sent > 0 &&
		    sensor->sent % options->rebind_every == 0)
			bind_anew(sensor);
		result = send_reading(sensor);
		if (result == 0)
			result = listen_for(sensor, options->interval_ms,
					    false);
	}
	if (result == 0 && !options->texts.no_answer)
		result = listen_for(sensor, LAST_WORD_MS, true);
	return result;
}

/* Says why it failed, if it did. Returns: the exit status. */
static int judge(const struct sensor *sensor, int result)
{
	const char *cause = strerror(errno);
	char detail[512] = "";

	printf("%llu sent, %llu answered\n", (unsigned long long)sensor->sent,
	       (unsigned long long)sensor->answered);
	if (result == 0)
		return sensor->options.texts.no_answer ||
				       sensor->answered >= sensor->sent ?
			       CLI_DONE :
			       CLI_NETWORK;
	if (result != ADTLS_E_IO)
		cause = adtls_reason_name(
			adtls_engine_reason(adtls_session_engine(sensor->session),
					    detail, sizeof(detail)));
	fprintf(stderr, "telemetry-sensor: %s: %s%s%s\n",
		adtls_strerror(result), cause, *detail != '\0' ? ": " : "",
		detail);
	return result == ADTLS_E_IO || result == ADTLS_E_TIMEOUT ? CLI_NETWORK :
								   CLI_REFUSED;
}

int main(int argc, char **argv)
{
	struct sensor sensor = { .fd = -1 };
	adtls_config_t *config =
		telemetry_options_read(argc, argv, &sensor.options);
	struct addrinfo *addresses;
	const char *hostname;
	char *host;
	int status, result;

	addresses = cli_address_resolve(sensor.options.address, &host);
	sensor.collector = addresses;
	hostname = sensor.options.texts.hostname;
	if (adtls_session_new_client(config, hostname != NULL ? hostname : host,
				     0, &sensor.session) != ADTLS_OK ||
	    adtls_session_set_workers(sensor.session, 1) != ADTLS_OK)
		cli_fail(CLI_NETWORK, "not enough memory or threads");
	bind_anew(&sensor);
	result = adtls_session_handshake(sensor.session);
	if (result == ADTLS_OK)
		result = report(&sensor);
	status = judge(&sensor, result);
	adtls_session_bye(sensor.session);
	adtls_session_free(sensor.session);
	adtls_config_unref(config);
	freeaddrinfo(addresses);
	close(sensor.fd);
	free(host);
	return status;
}
