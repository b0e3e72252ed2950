/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collects readings: many sensors, one UDP socket, and a loop of its own around
 * adtls_server_fd(). */
#include <adtls/adtls.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "cli/address.h"
#include "cli/options.h"
#include "collector_options.h"
#include "journal.h"

/* Threads for what would keep other sensors waiting: appraisals. */
#define WORKERS 2
/* Sensors report in bursts, after an outage say: room for some thousands of
 * datagrams, as far as the system's net.core.rmem_max goes. */
#define SOCKET_BUFFER (4 * 1024 * 1024)

struct collector {
	struct collector_options options;
	adtls_server_t *server;
	struct sensors sensors;
	FILE *journal;
	int signal_fd;
	int timer_fd;
};

static void take_reading(struct collector *collector,
			 const struct journal_peer *peer, adtls_engine_t *engine,
			 adtls_bytes_t data)
{
	struct sensor *sensor = sensors_get(&collector->sensors, engine);
	char answer[READING_MAX];
	struct reading reading;

	if (sensor == NULL)
		return;
	if (!reading_parse(data.data, data.len, &reading)) {
		sensor->malformed++;
		return;
	}
	sensor->readings++;
	journal_reading(collector->journal, peer, &reading);
	if (!collector->options.no_answer)
		adtls_server_send(collector->server, engine, answer,
				  reading_answer_write(reading.seq, answer));
}

static void take_event(struct collector *collector, adtls_engine_t *engine,
		       const adtls_event_t *event)
{
	char address[CLI_ADDRESS_SIZE];
	struct journal_peer peer = {
		.engine = engine,
		.address = address,
		.sensor = sensors_get(&collector->sensors, engine),
	};

	adtls_server_peer_address(collector->server, engine, address,
				  sizeof(address));
	switch (event->type) {
	case ADTLS_EVENT_CONNECTED:
		journal_connected(collector->journal, &peer);
		break;
	case ADTLS_EVENT_AUTHORIZED:
	case ADTLS_EVENT_REFUSED:
		journal_verdict(collector->journal, &peer);
		break;
	case ADTLS_EVENT_DATA:
		take_reading(collector, &peer, engine, event->data);
		break;
	case ADTLS_EVENT_CLOSED:
		journal_closed(collector->journal, &peer);
		sensors_forget(&collector->sensors, engine);
		break;
	default:
		break;
	}
}

static void take_events(struct collector *collector)
{
	adtls_engine_t *engine;
	adtls_event_t event;
	int result;

	while ((result = adtls_server_next(collector->server, 0, &engine,
					   &event)) == ADTLS_OK)
		take_event(collector, engine, &event);
	if (result != ADTLS_E_TIMEOUT)
		cli_fail(CLI_NETWORK, "socket: %s", strerror(errno));
}

/* SIGUSR1 asks for the counters. True: another signal says to stop. */
static bool take_signal(const struct collector *collector)
{
	struct signalfd_siginfo info;

	if (read(collector->signal_fd, &info, sizeof(info)) != sizeof(info))
		return false;
	if (info.ssi_signo != SIGUSR1)
		return true;
	journal_statistics(collector->journal, collector->server);
	return false;
}

static void take_time(const struct collector *collector)
{
	uint64_t count;

	if (read(collector->timer_fd, &count, sizeof(count)) == sizeof(count))
		journal_statistics(collector->journal, collector->server);
}

static void collect(struct collector *collector)
{
	struct pollfd fds[] = {
		{ .fd = adtls_server_fd(collector->server), .events = POLLIN },
		{ .fd = collector->signal_fd, .events = POLLIN },
		{ .fd = collector->timer_fd, .events = POLLIN },
	};

	for (;;) {
		take_events(collector);
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			cli_fail(CLI_NETWORK, "poll: %s", strerror(errno));
		if (fds[1].revents != 0 && take_signal(collector))
			return;
		if (fds[2].revents != 0)
			take_time(collector);
	}
}

static int watch_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Once every @seconds; never for 0. */
static int watch_time(unsigned seconds)
{
	const struct itimerspec every = {
		.it_interval.tv_sec = (time_t)seconds,
		.it_value.tv_sec = (time_t)seconds,
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0)
		timerfd_settime(fd, 0, &every, NULL);
	return fd;
}

static FILE *open_journal(const char *file)
{
	FILE *journal = stdout;

	if (file != NULL)
		journal = fopen(file, "ae");
	if (journal == NULL)
		cli_fail(CLI_USAGE, "--output %s: %s", file, strerror(errno));
	return journal;
}

int main(int argc, char **argv)
{
	const int buffer = SOCKET_BUFFER;
	struct collector collector = { 0 };
	char address[CLI_ADDRESS_SIZE];
	adtls_config_t *config =
		collector_options_read(argc, argv, &collector.options);
	int fd = cli_address_listen(collector.options.address, address);

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	collector.journal = open_journal(collector.options.output);
	collector.signal_fd = watch_signals();
	collector.timer_fd = watch_time(collector.options.statistics_s);
	if (collector.signal_fd < 0 || collector.timer_fd < 0 ||
	    adtls_server_new(config, fd, &collector.server) != ADTLS_OK ||
	    adtls_server_set_workers(collector.server, WORKERS) != ADTLS_OK)
		cli_fail(CLI_NETWORK, "not enough memory, files or threads");
	cli_limits_set(&collector.options.limits,
		       adtls_server_endpoint(collector.server));
	journal_listening(collector.journal, address);
	collect(&collector);
	journal_statistics(collector.journal, collector.server);
	adtls_server_free(collector.server);
	sensors_clear(&collector.sensors);
	adtls_config_unref(config);
	close(fd);
	return CLI_DONE;
}
