/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The flood: who does what, and what has to be true afterwards. TAP. */
#include "flood.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/test_authority.h"

/* What the allocator has in use beside the peers: tables that grow with them, and
 * what GnuTLS keeps. */
#define HEAP_BESIDE (512 * 1024)
/* Enough for each session, and some handshakes at once; far from what the flood
 * would fill if it could. */
#define MEMORY_PER_SESSION 12288
#define MEMORY_BESIDE	   (2 * 1024 * 1024)

static pid_t children[2];
static unsigned test_count;
static bool any_failed;

void flood_fail(const char *format, ...)
{
	va_list arguments;

	printf("Bail out! ");
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
	fflush(stdout);
	for (size_t i = 0; i < 2; i++) {
		if (children[i] > 0)
			kill(children[i], SIGKILL);
	}
	_exit(1);
}

uint64_t flood_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void check(bool ok, const char *what)
{
	any_failed = any_failed || !ok;
	printf("%sok %u - %s\n", ok ? "" : "not ", ++test_count, what);
}

static adtls_config_t *config_new(const struct test_authority *authority,
				  const char *name)
{
	adtls_credentials_t *credentials =
		test_authority_credentials(authority, name);
	adtls_config_t *config;

	if (adtls_config_new(&config) != ADTLS_OK ||
	    adtls_config_set_credentials(config, credentials) != ADTLS_OK ||
	    adtls_config_seal(config, NULL, 0) != ADTLS_OK)
		flood_fail("no configuration");
	adtls_credentials_unref(credentials);
	return config;
}

static unsigned number_of(const char *text, unsigned max)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || number == 0 || number > max)
		flood_fail("%s: not 1 to %u", text, max);
	return (unsigned)number;
}

static struct flood_options read_options(int argc, char **argv)
{
	struct flood_options options = { .sessions = 100, .seconds = 2 };

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--sessions") == 0)
			options.sessions =
				number_of(argv[i + 1], FLOOD_SESSIONS_MAX);
		else if (strcmp(argv[i], "--seconds") == 0)
			options.seconds = number_of(argv[i + 1], 3600);
		else
			argc = 0;
	}
	if (argc % 2 == 0) {
		fprintf(stderr, "Usage: flood [--sessions N] [--seconds N]\n");
		exit(2);
	}
	options.memory = options.sessions * (size_t)MEMORY_PER_SESSION +
			 MEMORY_BESIDE;
	return options;
}

/* Each session is a socket, and each stranger. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Sockets of addresses all over the loopback's 127.0.0.0/8: hellos look spoofed.
 * Nobody reads the answers. */
static void open_strangers(const struct flood_board *board, int *fds)
{
	for (unsigned i = 0; i < FLOOD_STRANGERS; i++) {
		struct sockaddr_in own = { .sin_family = AF_INET };

		own.sin_addr.s_addr =
			htonl(0x7f000000u + (i + 1) * 0x10203u % 0xffffffu);
		fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		if (fds[i] < 0 ||
		    bind(fds[i], (struct sockaddr *)&own, sizeof(own)) < 0 ||
		    connect(fds[i],
			    (const struct sockaddr *)&board->addresses[1],
			    sizeof(own)) < 0)
			flood_fail("a stranger has no socket");
	}
}

static pid_t start_server(const struct flood_options *options,
			  adtls_config_t *config, struct flood_board *board)
{
	pid_t pid = fork();

	if (pid == 0) {
		flood_serve(options, config, board);
		fflush(stdout);
		_exit(0);
	}
	while (pid > 0 && !atomic_load(&board->is_listening)) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			flood_fail("the server has ended");
		usleep(1000);
	}
	return pid;
}

static void attack(const struct flood_options *options,
		   const struct flood_client *clients,
		   struct flood_board *board)
{
	static int fds[FLOOD_SESSIONS_MAX + FLOOD_STRANGERS];

	for (unsigned i = 0; i < options->sessions; i++)
		fds[i] = clients[i].fd;
	open_strangers(board, fds + options->sessions);
	children[1] = fork();
	if (children[1] == 0) {
		flood_attack(options, fds, board);
		_exit(0);
	}
	waitpid(children[1], NULL, 0);
	children[1] = 0;
	for (unsigned i = 0; i < FLOOD_STRANGERS; i++)
		close(fds[options->sessions + i]);
}

static void report(const struct flood_options *options,
		   const struct flood_board *board, unsigned echoes)
{
	const adtls_endpoint_statistics_t *count = &board->statistics;
	uint64_t answers = count->cookies_sent + count->cookies_refused +
			   count->hellos_refused;

	check(echoes == options->sessions, "all sessions echo afterwards");
	check(board->closed == 0, "no session was closed");
	check(count->engines == options->sessions,
	      "there are no engines but theirs");
	check(board->memory_max <= options->memory,
	      "the account of memory stays under its limit");
	check(board->heap_max <= options->memory + HEAP_BESIDE,
	      "the heap stays under it as well");
	check(answers <= count->datagrams_received &&
		      count->dropped_no_hello > 0 &&
		      count->records_dropped > 0 &&
		      count->cookies_sent > options->sessions,
	      "every kind of garbage came through");
	printf("# %u sessions, %u s: %llu datagrams of garbage sent (%llu/s), "
	       "%llu received\n",
	       options->sessions, options->seconds,
	       (unsigned long long)board->sent,
	       (unsigned long long)board->sent / options->seconds,
	       (unsigned long long)count->datagrams_received);
	printf("# dropped: %llu with no hello, %llu fragments evicted, %llu "
	       "records; %llu cookies sent\n",
	       (unsigned long long)count->dropped_no_hello,
	       (unsigned long long)count->fragments_evicted,
	       (unsigned long long)count->records_dropped,
	       (unsigned long long)count->cookies_sent);
	printf("# memory: %llu KiB of %zu by the account, %llu KiB of heap; "
	       "server %llu ms of CPU\n",
	       (unsigned long long)board->memory_max / 1024,
	       options->memory / 1024,
	       (unsigned long long)board->heap_max / 1024,
	       (unsigned long long)board->cpu_ms);
}

int main(int argc, char **argv)
{
	static struct flood_client clients[FLOOD_SESSIONS_MAX];
	struct flood_options options = read_options(argc, argv);
	adtls_config_t *client_config, *server_config;
	struct test_authority authority;
	struct flood_board *board;
	unsigned echoes;

	setvbuf(stdout, NULL, _IOLBF, 0);
	raise_file_limit();
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		flood_fail("no memory");
	test_authority_init(&authority);
	client_config = config_new(&authority, NULL);
	server_config = config_new(&authority, "server.example");
	children[0] = start_server(&options, server_config, board);
	flood_connect(&options, client_config, board, clients);
	if (flood_echo(&options, clients) != options.sessions)
		flood_fail("not even before the flood do all echo");
	flood_leave_records(&options, board, clients);
	attack(&options, clients, board);
	echoes = flood_echo(&options, clients);
	kill(children[0], SIGTERM);
	waitpid(children[0], NULL, 0);
	printf("1..6\n");
	report(&options, board, echoes);
	for (unsigned i = 0; i < options.sessions; i++) {
		adtls_session_free(clients[i].session);
		close(clients[i].fd);
	}
	adtls_config_unref(client_config);
	adtls_config_unref(server_config);
	test_authority_clear(&authority);
	return any_failed ? 1 : 0;
}
