/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shim between BoringSSL's test runner and adtls: one connection as the
 * command line and the runner's orders want it. README.md says how to run it.
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

static enum bogo_result connect_and_run(const struct bogo_options *options,
					adtls_config_t *config)
{
	static struct bogo_peer peer;
	struct bogo_link link;
	enum bogo_result result = BOGO_FAILURE;

	if (!bogo_link_open(&link, (uint16_t)options->port, options->ipv6,
			    options->shim_id))
		return BOGO_FAILURE;
	if (bogo_peer_init(&peer, options, config, &link))
		result = bogo_peer_run(&peer);
	bogo_peer_clear(&peer);
	bogo_link_close(&link);
	return result;
}

static int run(const struct bogo_options *options)
{
	adtls_config_t *config;
	enum bogo_result result;

	switch (bogo_setup_config(options, &config)) {
	case BOGO_SETUP_DONE:
		break;
	case BOGO_SETUP_NOT_IMPLEMENTED:
		return EXIT_UNIMPLEMENTED;
	case BOGO_SETUP_FAILED:
		return 1;
	}
	result = connect_and_run(options, config);
	adtls_config_unref(config);
	return exit_code(result);
}

int main(int argc, char **argv)
{
	struct bogo_options options;

	/* There is no second process that could do our handshakes. */
	if (strcmp(argv[argc - 1], "-is-handshaker-supported") == 0) {
		puts("No");
		return 0;
	}
	if (!bogo_options_read(&options, argc, argv))
		return EXIT_UNIMPLEMENTED;
	return run(&options);
}
