/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shim between BoringSSL's test runner and adtls: one connection as the
 * command line and the runner's orders want it, and others that resume it.
 * README.md says how to run it.
 *
 *   options -> config -> peer <-> link <-> runner
 */
#include "interop/bogo/bogo_link.h"
#include "interop/bogo/bogo_options.h"
#include "interop/bogo/bogo_peer.h"
#include "interop/bogo/bogo_setup.h"

#include <stdio.h>
#include <string.h>

/* The runner's meaning of it. */
#define EXIT_UNIMPLEMENTED 89

static int exit_code(enum bogo_result result)
{
	switch (result) {
	case BOGO_SUCCESS:
		return 0;
	case BOGO_NOT_IMPLEMENTED:
		return EXIT_UNIMPLEMENTED;
	case BOGO_FAILURE:
	case BOGO_GOES_ON:
		break;
	}
	return 1;
}

/* @ticket: from the connection before, to that after. */
static enum bogo_result connect_and_run(const struct bogo_options *options,
					adtls_config_t *config,
					adtls_ticket_t **ticket)
{
	static struct bogo_peer peer;
	struct bogo_link link;
	enum bogo_result result = BOGO_FAILURE;
	adtls_ticket_t *offered = *ticket;

	*ticket = NULL;
	if (!bogo_link_open(&link, (uint16_t)options->port, options->ipv6,
			    options->shim_id)) {
		adtls_ticket_free(offered);
		return BOGO_FAILURE;
	}
	if (bogo_peer_init(&peer, options, config, &link, offered)) {
		result = bogo_peer_run(&peer);
		*ticket = bogo_peer_take_ticket(&peer);
	}
	bogo_peer_clear(&peer);
	bogo_link_close(&link);
	return result;
}

static enum bogo_result run(const struct bogo_options *options,
			    adtls_ticket_t **ticket)
{
	adtls_config_t *config;
	enum bogo_result result;

	switch (bogo_setup_config(options, &config)) {
	case BOGO_SETUP_DONE:
		break;
	case BOGO_SETUP_NOT_IMPLEMENTED:
		return BOGO_NOT_IMPLEMENTED;
	case BOGO_SETUP_FAILED:
		return BOGO_FAILURE;
	}
	if (options->resuming && !options->server && *ticket == NULL) {
		fputs("bogo_shim: no ticket came\n", stderr);
		result = BOGO_FAILURE;
	} else {
		result = connect_and_run(options, config, ticket);
	}
	adtls_config_unref(config);
	if (result != BOGO_SUCCESS || !options->expect_no_session ||
	    *ticket == NULL)
		return result;
	fputs("bogo_shim: a ticket came\n", stderr);
	return BOGO_FAILURE;
}

static enum bogo_result run_all(const struct bogo_options *first,
				const struct bogo_options *others)
{
	adtls_ticket_t *ticket = NULL;
	enum bogo_result result = run(first, &ticket);

	for (uint64_t i = 0;
	     i < first->resume_count && result == BOGO_SUCCESS; i++)
		result = run(others, &ticket);
	adtls_ticket_free(ticket);
	return result;
}

int main(int argc, char **argv)
{
	struct bogo_options first, others;

	/* There is no second process that could do our handshakes. */
	if (strcmp(argv[argc - 1], "-is-handshaker-supported") == 0) {
		puts("No");
		return 0;
	}
	if (!bogo_options_read(&first, argc, argv, false) ||
	    !bogo_options_read(&others, argc, argv, true))
		return EXIT_UNIMPLEMENTED;
	return exit_code(run_all(&first, &others));
}
