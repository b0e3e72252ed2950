/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The shim's command line: one table of names, each with the member that it
 * sets. What is not in it is not implemented. */
#include "interop/bogo/bogo_options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As on the wire, and as TLS numbers it. */
#define DTLS13 0xfefc
#define TLS13 0x0304
#define DTLS12 0xfefd
#define TLS12 0x0303

enum option_kind {
	OPTION_SWITCH,
	OPTION_NUMBER,
	OPTION_NUMBERS,
	OPTION_TEXT,
	/* Changes nothing here, for the reason next to it. */
	OPTION_IDLE,
	OPTION_IDLE_VALUE
};

struct option_record {
	const char *name;
	enum option_kind kind;
	size_t member;			/* of struct bogo_options */
};

#define MEMBER(name) offsetof(struct bogo_options, name)

static const struct option_record records[] = {
	{ "-port", OPTION_NUMBER, MEMBER(port) },
	{ "-shim-id", OPTION_NUMBER, MEMBER(shim_id) },
	{ "-ipv6", OPTION_SWITCH, MEMBER(ipv6) },
	{ "-trace", OPTION_SWITCH, MEMBER(trace) },
	{ "-resume-count", OPTION_NUMBER, MEMBER(resume_count) },
	{ "-dtls", OPTION_SWITCH, MEMBER(dtls) },
	{ "-server", OPTION_SWITCH, MEMBER(server) },
	{ "-min-version", OPTION_NUMBER, MEMBER(min_version) },
	{ "-max-version", OPTION_NUMBER, MEMBER(max_version) },
	{ "-mtu", OPTION_NUMBER, MEMBER(mtu) },
	{ "-initial-timeout-duration-ms", OPTION_NUMBER, MEMBER(timeout_ms) },
	{ "-host-name", OPTION_TEXT, MEMBER(host_name) },
	{ "-advertise-alpn", OPTION_TEXT, MEMBER(advertise_alpn) },
	{ "-select-alpn", OPTION_TEXT, MEMBER(select_alpn) },
	{ "-reject-alpn", OPTION_SWITCH, MEMBER(reject_alpn) },
	{ "-no-ticket", OPTION_SWITCH, MEMBER(no_ticket) },
	{ "-curves", OPTION_NUMBERS, MEMBER(groups) },
	{ "-signing-prefs", OPTION_NUMBERS, MEMBER(signing_schemes) },
	{ "-verify-prefs", OPTION_NUMBERS, MEMBER(verified_schemes) },
	{ "-cert-file", OPTION_TEXT, MEMBER(certificate_file) },
	{ "-key-file", OPTION_TEXT, MEMBER(key_file) },
	{ "-trust-cert", OPTION_TEXT, MEMBER(trust_file) },
	{ "-new-x509-credential", OPTION_SWITCH, MEMBER(new_certificate) },
	{ "-verify-peer", OPTION_SWITCH, MEMBER(verify_peer) },
	{ "-verify-fail", OPTION_SWITCH, MEMBER(verify_fail) },
	{ "-expect-verify-result", OPTION_SWITCH,
	  MEMBER(expect_verify_result) },
	{ "-require-any-client-certificate", OPTION_SWITCH,
	  MEMBER(require_client_certificate) },
	{ "-export-keying-material", OPTION_NUMBER, MEMBER(export_len) },
	{ "-export-label", OPTION_TEXT, MEMBER(export_label) },
	{ "-export-context", OPTION_TEXT, MEMBER(export_context) },
	{ "-key-update-before-read", OPTION_SWITCH, MEMBER(update_keys) },
	{ "-shim-writes-first", OPTION_SWITCH, MEMBER(writes_first) },
	{ "-expect-hrr", OPTION_SWITCH, MEMBER(expect_hrr) },
	{ "-expect-no-hrr", OPTION_SWITCH, MEMBER(expect_no_hrr) },
	{ "-expect-no-peer-cert", OPTION_SWITCH,
	  MEMBER(expect_no_peer_certificate) },
	{ "-expect-session-miss", OPTION_SWITCH, MEMBER(expect_session_miss) },
	{ "-expect-no-session", OPTION_SWITCH, MEMBER(expect_no_session) },
	{ "-expect-alpn", OPTION_TEXT, MEMBER(expect_alpn) },
	{ "-expect-server-name", OPTION_TEXT, MEMBER(expect_server_name) },
	{ "-expect-version", OPTION_NUMBER, MEMBER(expect_version) },
	{ "-expect-cipher", OPTION_NUMBER, MEMBER(expect_cipher) },
	{ "-expect-curve-id", OPTION_NUMBER, MEMBER(expect_group) },
	{ "-expect-peer-signature-algorithm", OPTION_NUMBER,
	  MEMBER(expect_peer_scheme) },
	{ "-expect-selected-credential", OPTION_NUMBER,
	  MEMBER(expect_credential) },
	{ "-expect-peer-cert-file", OPTION_TEXT,
	  MEMBER(expect_peer_certificate_file) },
	/* The engine is always driven by events. */
	{ "-async", OPTION_IDLE, 0 },
	{ "-implicit-handshake", OPTION_IDLE, 0 },
	{ "-use-custom-verify-callback", OPTION_IDLE, 0 },
	{ "-use-old-client-cert-callback", OPTION_IDLE, 0 },
	/* What is not configured is not selected; and an application is told
	 * what was selected, not what was offered. */
	{ "-decline-alpn", OPTION_IDLE, 0 },
	{ "-expect-advertised-alpn", OPTION_IDLE_VALUE, 0 },
	/* Which codepoint an extension of QUIC's has, which is not for DTLS. */
	{ "-quic-use-legacy-codepoint", OPTION_IDLE_VALUE, 0 },
	/* Versions that adtls never speaks. */
	{ "-no-tls1", OPTION_IDLE, 0 },
	{ "-no-tls11", OPTION_IDLE, 0 },
	{ "-no-tls12", OPTION_IDLE, 0 },
	/* DTLS 1.3 has no session ids, and the runner's own shim checks the
	 * reason why there is no early data in TLS alone. */
	{ "-expect-no-session-id", OPTION_IDLE, 0 },
	{ "-expect-early-data-reason", OPTION_IDLE_VALUE, 0 },
	/* An empty context is none (RFC 8446 §7.5). */
	{ "-use-export-context", OPTION_IDLE, 0 },
};

static const struct option_record *find_record(const char *name)
{
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		if (strcmp(records[i].name, name) == 0)
			return &records[i];
	}
	return NULL;
}

static bool read_number(const char *text, uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0';
}

static bool add_number(struct bogo_numbers *numbers, const char *text)
{
	return numbers->count < BOGO_NUMBERS_MAX &&
	       read_number(text, &numbers->values[numbers->count++]);
}

/* @value: the next argument, or NULL. */
static bool set_option(struct bogo_options *options,
		       const struct option_record *record, char *value)
{
	void *member = (char *)options + record->member;

	switch (record->kind) {
	case OPTION_SWITCH:
		*(bool *)member = true;
		return true;
	case OPTION_IDLE:
		return true;
	case OPTION_NUMBER:
		return value != NULL && read_number(value, member);
	case OPTION_NUMBERS:
		return value != NULL && add_number(member, value);
	case OPTION_TEXT:
		*(const char **)member = value;
		return value != NULL;
	case OPTION_IDLE_VALUE:
		return value != NULL;
	}
	return false;
}

static bool takes_value(const struct option_record *record)
{
	return record->kind != OPTION_SWITCH && record->kind != OPTION_IDLE;
}

static bool not_implemented(const char *what)
{
	fprintf(stderr, "bogo_shim: not implemented: %s\n", what);
	return false;
}

/* Together, what each alone would not forbid. */
static bool can_do(const struct bogo_options *options)
{
	if (!options->dtls)
		return not_implemented("anything but DTLS");
	if (options->max_version == DTLS12 || options->max_version == TLS12)
		return not_implemented("DTLS 1.2");
	if (options->min_version == DTLS12 || options->min_version == TLS12)
		return not_implemented("versions below DTLS 1.3");
	if (options->max_version != 0 && options->max_version != DTLS13 &&
	    options->max_version != TLS13)
		return not_implemented("-max-version");
	/* Our ticket goes before the ACK of the client's Finished, which the
	 * runner wants first. */
	if (options->server && options->resume_count > 0)
		return not_implemented("a server that gives tickets");
	if (options->expect_credential != 0)
		return not_implemented("more than one certificate");
	return true;
}

/* Take off @prefix, with which an option concerns some connections alone. */
static bool take_prefix(const char **name, const char *prefix)
{
	size_t len = strlen(prefix);

	if (strncmp(*name, prefix, len) != 0)
		return false;
	*name += len;
	return true;
}

/* @name loses its prefix. Does it concern the connections asked for? */
static bool concerns(const char **name, bool resuming)
{
	if (take_prefix(name, "-on-initial"))
		return !resuming;
	return !take_prefix(name, "-on-resume") || resuming;
}

/* Read the option at @argv. Returns how many arguments it takes; 0: it is not
 * implemented. */
static int read_option(struct bogo_options *options, char **argv, char *value)
{
	const char *name = argv[0];
	struct bogo_options others = *options;
	bool is_ours = concerns(&name, options->resuming);
	const struct option_record *record = find_record(name);

	/* One certificate is all that credentials hold. */
	if (record == NULL ||
	    (record->member == MEMBER(certificate_file) &&
	     takes_value(record) && options->certificate_file != NULL) ||
	    !set_option(is_ours ? options : &others, record, value))
		return 0;
	return takes_value(record) ? 2 : 1;
}

bool bogo_options_read(struct bogo_options *options, int argc, char **argv,
		       bool resuming)
{
	*options = (struct bogo_options){ .resuming = resuming };
	for (int i = 1; i < argc;) {
		char *value = i + 1 < argc ? argv[i + 1] : NULL;
		int taken = read_option(options, &argv[i], value);

		if (taken == 0)
			return not_implemented(argv[i]);
		i += taken;
	}
	return can_do(options);
}
