/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server takes on. */
#include "limits.h"

#include <limits.h>

#include "settings.h"

#define LIMIT(member) offsetof(struct cli_limits, member)

#define COUNT_MAX 100000000
#define RATE_MAX  1000000
#define KIB_MAX	  (ULONG_MAX / 1024)

/* clang-format off */
const struct cli_option cli_limits_options[] = {
	{ "max-handshakes", "N", "under way at once; others wait (default "
	  "2048;\n0: no limit, also below)", LIMIT(handshakes) },
	{ "max-handshakes-per-host", "N", "of one IPv4 address or IPv6 /64 "
	  "(default 256)", LIMIT(handshakes_per_host) },
	{ "start-rate", "N", "handshakes that a host starts per second "
	  "(default 100)", LIMIT(start_rate) },
	{ "max-connections", "N", "handshakes included (default 100000)",
	  LIMIT(connections) },
	{ "max-memory", "KIB", "of heap for connections (default 524288)",
	  LIMIT(memory) },
	{ 0 },
};
/* clang-format on */

static void set_count(size_t *limit, const char *option, const char *text,
		      size_t unit, unsigned long max)
{
	if (text != NULL)
		*limit = unit * cli_number(option, text, 0, max);
}

void cli_limits_set(const struct cli_limits *limits,
		    adtls_endpoint_t *endpoint)
{
	adtls_endpoint_limits_t in_force;

	adtls_endpoint_limits(endpoint, &in_force);
	set_count(&in_force.handshakes, "--max-handshakes", limits->handshakes,
		  1, COUNT_MAX);
	set_count(&in_force.handshakes_per_host, "--max-handshakes-per-host",
		  limits->handshakes_per_host, 1, COUNT_MAX);
	set_count(&in_force.connections, "--max-connections",
		  limits->connections, 1, COUNT_MAX);
	set_count(&in_force.memory, "--max-memory", limits->memory, 1024,
		  KIB_MAX);
	if (limits->start_rate != NULL)
		in_force.starts_per_second = (unsigned)cli_number(
			"--start-rate", limits->start_rate, 0, RATE_MAX);
	cli_check(adtls_endpoint_set_limits(endpoint, &in_force),
		  "--max-memory");
}
