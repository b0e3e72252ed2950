/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals as a descriptor. */
#include "stopping.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>

#include "options.h"

int cli_stopping_fd(void)
{
	sigset_t signals;
	int fd;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	fd = signalfd(-1, &signals, SFD_CLOEXEC);
	if (fd < 0)
		cli_fail(CLI_NETWORK, "signals: %s", strerror(errno));
	return fd;
}
