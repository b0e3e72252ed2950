/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One loop over standard input, the connection and the clock. */
#include "dialogue.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

#define NEVER UINT64_MAX

/* Datagrams get lost: --send is repeated so often while an answer is due. */
#define REPEAT_MS 1000

/* How long a record may wait for room in the socket. */
#define SEND_TIMEOUT_MS 1000

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int send_record(struct dialogue *dialogue, const char *text, size_t len)
{
	ssize_t result;

	adtls_session_set_timeout(dialogue->session, SEND_TIMEOUT_MS);
	result = adtls_session_send(dialogue->session, text, len);
	if (result >= 0)
		return ADTLS_OK;
	if (result != ADTLS_E_TOO_LARGE && result != ADTLS_E_TIMEOUT)
		return (int)result;
	fprintf(stderr, "- not sent: %zu bytes: %s\n", len,
		adtls_strerror((int)result));
	return ADTLS_OK;
}

/* Nothing more is sent, but something may still come. */
static void end_input(struct dialogue *dialogue)
{
	dialogue->is_input_open = false;
	if (dialogue->expect == NULL)
		dialogue->end_ms = now_ms() + dialogue->linger_ms;
}

static void close_command(struct dialogue *dialogue)
{
	dialogue->is_over = true;
}

static void session_command(struct dialogue *dialogue)
{
	cli_print_session(stderr, "- ",
			  adtls_session_engine(dialogue->session));
}

static void statistics_command(struct dialogue *dialogue)
{
	cli_print_statistics(stderr, "- ",
			     adtls_session_engine(dialogue->session));
}

/* New keys for both directions. */
static void rekey_command(struct dialogue *dialogue)
{
	int result = adtls_session_update_keys(dialogue->session, true);

	if (result != ADTLS_OK)
		fprintf(stderr, "- keys not updated: %s\n",
			adtls_strerror(result));
}

/* Returns: false if the line is no command but is to be sent. */
static bool run_command(struct dialogue *dialogue, const char *line, size_t len)
{
	static const struct {
		const char *line;
		void (*run)(struct dialogue *dialogue);
	} commands[] = {
		{ "^close^", close_command },
		{ "^rekey^", rekey_command },
		{ "^session^", session_command },
		{ "^statistics^", statistics_command },
	};

	if (!dialogue->takes_commands)
		return false;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strlen(commands[i].line) == len &&
		    strncmp(commands[i].line, line, len) == 0) {
			commands[i].run(dialogue);
			return true;
		}
	}
	return false;
}

static int take_line(struct dialogue *dialogue, const char *line, size_t len)
{
	if (run_command(dialogue, line, len))
		return ADTLS_OK;
	return send_record(dialogue, line, len);
}

/* Sends the lines that are complete, and all of them at the end. */
static int take_lines(struct dialogue *dialogue, bool is_end)
{
	char *start = dialogue->line;
	char *stop = start + dialogue->line_len;
	char *newline;
	int result = ADTLS_OK;

	while (result == ADTLS_OK && !dialogue->is_over &&
	       (newline = memchr(start, '\n', (size_t)(stop - start)))) {
		result = take_line(dialogue, start, (size_t)(newline - start));
		start = newline + 1;
	}
	/* No record holds a line that fills all of this. */
	if (result == ADTLS_OK && !dialogue->is_over && start < stop &&
	    (is_end || stop - start == DIALOGUE_RECORD_MAX)) {
		result = take_line(dialogue, start, (size_t)(stop - start));
		start = stop;
	}
	dialogue->line_len = (size_t)(stop - start);
	memmove(dialogue->line, start, dialogue->line_len);
	return result;
}

static int read_input(struct dialogue *dialogue)
{
	ssize_t len = read(STDIN_FILENO, dialogue->line + dialogue->line_len,
			   sizeof(dialogue->line) - dialogue->line_len);

	if (len < 0 && (errno == EINTR || errno == EAGAIN))
		return ADTLS_OK;
	if (len > 0)
		dialogue->line_len += (size_t)len;
	else
		end_input(dialogue);
	return take_lines(dialogue, len <= 0);
}

static void print_record(struct dialogue *dialogue, size_t len)
{
	fwrite(dialogue->record, 1, len, stdout);
	if (dialogue->record[len - 1] != '\n')
		putchar('\n');
	fflush(stdout);
	if (dialogue->expect != NULL && strlen(dialogue->expect) == len &&
	    strncmp(dialogue->record, dialogue->expect, len) == 0)
		dialogue->is_over = true;
}

/* Prints what is there already, and lets the connection's timers run. */
static int receive(struct dialogue *dialogue)
{
	ssize_t result = ADTLS_OK;

	adtls_session_set_timeout(dialogue->session, 0);
	while (!dialogue->is_over) {
		result = adtls_session_recv(dialogue->session, dialogue->record,
					    sizeof(dialogue->record));
		if (result <= 0)
			break;
		print_record(dialogue, (size_t)result);
	}
	if (dialogue->is_over || result == ADTLS_E_TIMEOUT)
		return ADTLS_OK;
	if (result != 0)
		return (int)result;
	dialogue->is_over = true;
	return dialogue->expect == NULL ? ADTLS_OK : ADTLS_E_CLOSED;
}

/* Does what is due by the clock. */
static int keep_time(struct dialogue *dialogue)
{
	uint64_t now = now_ms();

	if (now >= dialogue->end_ms) {
		dialogue->is_over = true;
		return dialogue->expect == NULL ? ADTLS_OK : ADTLS_E_TIMEOUT;
	}
	if (now < dialogue->repeat_ms)
		return ADTLS_OK;
	dialogue->repeat_ms = now + REPEAT_MS;
	return send_record(dialogue, dialogue->send, strlen(dialogue->send));
}

/* Until the first of the dialogue's times and the connection's timer. */
static int wait_ms(const struct dialogue *dialogue)
{
	uint64_t now = now_ms();
	uint64_t first = dialogue->end_ms < dialogue->repeat_ms
				 ? dialogue->end_ms
				 : dialogue->repeat_ms;
	int timer = adtls_session_get_timeout_ms(dialogue->session);
	uint64_t wait = first <= now ? 0 : first - now;

	if (first == NEVER || (timer >= 0 && (uint64_t)timer < wait))
		return timer;
	return wait > INT32_MAX ? INT32_MAX : (int)wait;
}

static int wait_for_input(struct dialogue *dialogue)
{
	struct pollfd fds[] = {
		{ .fd = dialogue->is_input_open ? STDIN_FILENO : -1,
		  .events = POLLIN },
		{ .fd = dialogue->signal_fd, .events = POLLIN },
		{ .fd = dialogue->fd, .events = POLLIN },
		{ .fd = adtls_session_worker_fd(dialogue->session),
		  .events = POLLIN },
	};

	if (poll(fds, 4, wait_ms(dialogue)) < 0)
		return errno == EINTR ? ADTLS_OK : ADTLS_E_IO;
	if (fds[1].revents != 0)
		dialogue->is_over = true;
	else if (fds[0].revents != 0)
		return read_input(dialogue);
	return ADTLS_OK;
}

static int begin(struct dialogue *dialogue)
{
	bool repeats = dialogue->send != NULL && dialogue->expect != NULL;

	dialogue->is_input_open = dialogue->send == NULL;
	dialogue->repeat_ms = repeats ? now_ms() + REPEAT_MS : NEVER;
	dialogue->end_ms = dialogue->expect != NULL
				   ? now_ms() + dialogue->expect_ms
				   : NEVER;
	if (dialogue->send == NULL)
		return ADTLS_OK;
	end_input(dialogue);
	return send_record(dialogue, dialogue->send, strlen(dialogue->send));
}

int dialogue_run(struct dialogue *dialogue)
{
	int result = begin(dialogue);

	while (result == ADTLS_OK) {
		result = receive(dialogue);
		if (result == ADTLS_OK && !dialogue->is_over)
			result = keep_time(dialogue);
		if (result != ADTLS_OK || dialogue->is_over)
			break;
		result = wait_for_input(dialogue);
	}
	return result;
}
