/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line of nss_peer: one table of names, each with the member that
 * it sets.
 */
#include "nss_options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Debian 12's headers are older than this group. */
enum { GROUP_X25519MLKEM768 = 0x11EC };

static const char usage[] =
	"Usage: nss_peer --client HOST:PORT --ca FILE [OPTION]...\n"
	"       nss_peer --server --cert FILE --key FILE [OPTION]...\n"
	"\n"
	"A DTLS 1.3 echo client, or a server for one client, on NSS. It ends\n"
	"with one line of JSON that says what happened, and with status 0 if\n"
	"everything was echoed. SSLKEYLOGFILE names a key log, if NSS was "
	"built\n"
	"to write one (Firefox's is, Debian's is not).\n"
	"\n"
	"  --ca FILE        PEM certificates that the peer must chain to\n"
	"  --cert FILE      own PEM certificate chain\n"
	"  --key FILE       own PEM key: PKCS#8, not encrypted\n"
	"  --group NAME     x25519, p256, p384 or x25519mlkem768; again for\n"
	"                   more, preferred first\n"
	"  --alpn NAME      an application protocol\n"
	"  --short-header   send the shortest record headers\n"
	"  --update-keys    update both sides' keys with each text\n"
	"  --drop-nth N     lose the Nth datagram sent\n"
	"  --mtu N          lose datagrams over N bytes, and the first three,\n"
	"                   upon which NSS steps down to 228 bytes\n"
	"  --timeout MS     for the handshake and for each text (10000)\n"
	"  --connections N  one after another: with more than one, the later\n"
	"                   resume by tickets (1)\n"
	"\n"
	"Client:\n"
	"  --hostname NAME  name in the server's certificate (HOST)\n"
	"  --send TEXT      text to be echoed; again for more (hello)\n"
	"  --until-epoch N  send the first again until both sides write in N\n"
	"\n"
	"Server, which prints `listening on ADDR:PORT` first:\n"
	"  --port N         port on the loopback address (0: any)\n"
	"  --cookie         send a HelloRetryRequest with a cookie\n"
	"  --client-auth    require a certificate that chains to --ca\n"
	"  --idle MS        silence that ends the connection (2000)\n";

enum option_kind {
	OPTION_TEXT,
	OPTION_NUMBER,
	OPTION_SWITCH,
	OPTION_GROUP,
	OPTION_SEND
};

struct option_record {
	const char *name;
	enum option_kind kind;
	size_t member; /* of struct nss_options */
};

#define MEMBER(name) offsetof(struct nss_options, name)

static const struct option_record records[] = {
	{ "--client", OPTION_TEXT, MEMBER(target) },
	{ "--server", OPTION_SWITCH, MEMBER(settings.is_server) },
	{ "--port", OPTION_NUMBER, MEMBER(port) },
	{ "--ca", OPTION_TEXT, MEMBER(ca_path) },
	{ "--cert", OPTION_TEXT, MEMBER(certificate_path) },
	{ "--key", OPTION_TEXT, MEMBER(key_path) },
	{ "--group", OPTION_GROUP, MEMBER(settings.groups) },
	{ "--alpn", OPTION_TEXT, MEMBER(settings.protocol) },
	{ "--hostname", OPTION_TEXT, MEMBER(settings.hostname) },
	{ "--send", OPTION_SEND, MEMBER(texts) },
	{ "--cookie", OPTION_SWITCH, MEMBER(settings.cookie) },
	{ "--client-auth", OPTION_SWITCH, MEMBER(settings.client_auth) },
	{ "--short-header", OPTION_SWITCH, MEMBER(settings.short_header) },
	{ "--update-keys", OPTION_SWITCH, MEMBER(settings.update_keys) },
	{ "--until-epoch", OPTION_NUMBER, MEMBER(settings.until_epoch) },
	{ "--drop-nth", OPTION_NUMBER, MEMBER(link.drop_nth) },
	{ "--mtu", OPTION_NUMBER, MEMBER(link.mtu) },
	{ "--timeout", OPTION_NUMBER, MEMBER(timeout_ms) },
	{ "--connections", OPTION_NUMBER, MEMBER(connections) },
	{ "--idle", OPTION_NUMBER, MEMBER(idle_ms) },
};

enum { RECORD_COUNT = sizeof(records) / sizeof(records[0]) };

static void misused(const char *argument, const char *problem)
{
	fprintf(stderr, "nss_peer: %s: %s (try --help)\n", argument, problem);
	exit(2);
}

static unsigned int read_number(const char *text)
{
	enum { NUMBER_MAX = 600000 };
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || number > NUMBER_MAX)
		misused(text, "not a number up to 600000");
	return (unsigned int)number;
}

static void add_group(struct nss_settings *settings, const char *name)
{
	static const struct {
		const char *name;
		SSLNamedGroup group;
	} groups[] = {
		{ "x25519", ssl_grp_ec_curve25519 },
		{ "p256", ssl_grp_ec_secp256r1 },
		{ "p384", ssl_grp_ec_secp384r1 },
		{ "x25519mlkem768", (SSLNamedGroup)GROUP_X25519MLKEM768 },
	};
	size_t i = 0;

	while (i < sizeof(groups) / sizeof(groups[0]) &&
	       strcmp(groups[i].name, name) != 0)
		i++;
	if (i == sizeof(groups) / sizeof(groups[0]))
		misused(name, "unknown group");
	if (settings->group_count == NSS_GROUPS_MAX)
		misused(name, "one group too many");
	settings->groups[settings->group_count++] = groups[i].group;
}

static void add_text(struct nss_options *options, const char *text)
{
	if (*text == '\0')
		misused("--send", "an empty text cannot be echoed");
	if (options->text_count == NSS_TEXTS_MAX)
		misused(text, "one text too many");
	options->texts[options->text_count++] = text;
}

static const struct option_record *find_record(const char *name)
{
	size_t i;

	if (strcmp(name, "--help") == 0) {
		fputs(usage, stdout);
		exit(0);
	}
	for (i = 0; i < RECORD_COUNT; i++) {
		if (strcmp(records[i].name, name) == 0)
			return &records[i];
	}
	misused(name, "unknown option");
	return NULL;
}

static void set_member(struct nss_options *options,
		       const struct option_record *record, const char *value)
{
	void *member = (char *)options + record->member;

	switch (record->kind) {
	case OPTION_TEXT:
		*(const char **)member = value;
		break;
	case OPTION_NUMBER:
		*(unsigned int *)member = read_number(value);
		break;
	case OPTION_SWITCH:
		*(bool *)member = true;
		break;
	case OPTION_GROUP:
		add_group(&options->settings, value);
		break;
	case OPTION_SEND:
		add_text(options, value);
		break;
	}
}

/* Split HOST:PORT; the host is the default name in the certificate. */
static void read_target(struct nss_options *options)
{
	const char *colon = strrchr(options->target, ':');
	size_t length = colon == NULL ? 0 : (size_t)(colon - options->target);

	if (length == 0 || length >= sizeof(options->host))
		misused(options->target, "not HOST:PORT");
	memcpy(options->host, options->target, length);
	options->host[length] = '\0';
	options->port = read_number(colon + 1);
	if (options->settings.hostname == NULL)
		options->settings.hostname = options->host;
	if (options->text_count == 0)
		add_text(options, "hello");
}

static void check(const struct nss_options *options)
{
	bool has_certificate = options->certificate_path != NULL;

	if ((options->target != NULL) == options->settings.is_server)
		misused("--client or --server", "give one of them");
	if (has_certificate != (options->key_path != NULL))
		misused("--cert and --key", "give both or none");
	if (options->settings.is_server && !has_certificate)
		misused("--server", "needs --cert and --key");
	if ((!options->settings.is_server || options->settings.client_auth) &&
	    options->ca_path == NULL)
		misused("--ca", "nobody could be trusted without it");
	if (options->port > UINT16_MAX)
		misused("--port", "over 65535");
}

void nss_options_read(struct nss_options *options, int argc, char **argv)
{
	int i;

	memset(options, 0, sizeof(*options));
	options->timeout_ms = 10000;
	options->idle_ms = 2000;
	options->connections = 1;
	for (i = 1; i < argc; i++) {
		const struct option_record *record = find_record(argv[i]);
		const char *value = NULL;

		if (record->kind != OPTION_SWITCH) {
			if (i + 1 == argc)
				misused(argv[i], "needs a value");
			value = argv[++i];
		}
		set_member(options, record, value);
	}
	if (options->target != NULL)
		read_target(options);
	options->settings.tickets = options->connections > 1;
	check(options);
}
