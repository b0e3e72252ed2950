/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IANA's codepoints next to GnuTLS's names. */
#include "interop/bogo/bogo_names.h"

#include <stddef.h>
#include <string.h>

static const struct bogo_name suites[] = {
	{ 0x1301, "TLS_AES_128_GCM_SHA256" },
	{ 0x1302, "TLS_AES_256_GCM_SHA384" },
	{ 0x1303, "TLS_CHACHA20_POLY1305_SHA256" },
	{ 0x1304, "TLS_AES_128_CCM_SHA256" },
	{ 0x1305, "TLS_AES_128_CCM_8_SHA256" },
	{ 0, NULL },
};

static const struct bogo_name groups[] = {
	{ 23, "SECP256R1" },
	{ 24, "SECP384R1" },
	{ 29, "X25519" },
	{ 30, "X448" },
	{ 0, NULL },
};

static const struct bogo_name schemes[] = {
	{ 0x0403, "ECDSA-SECP256R1-SHA256" },
	{ 0x0503, "ECDSA-SECP384R1-SHA384" },
	{ 0x0807, "EdDSA-Ed25519" },
	{ 0x0804, "RSA-PSS-RSAE-SHA256" },
	{ 0x0805, "RSA-PSS-RSAE-SHA384" },
	{ 0x0806, "RSA-PSS-RSAE-SHA512" },
	{ 0, NULL },
};

static const char *find_name(const struct bogo_name *names, uint64_t codepoint)
{
	for (; names->name != NULL; names++) {
		if (names->codepoint == codepoint)
			return names->name;
	}
	return NULL;
}

static uint64_t find_codepoint(const struct bogo_name *names, const char *name)
{
	for (; names->name != NULL; names++) {
		if (strcmp(names->name, name) == 0)
			return names->codepoint;
	}
	return 0;
}

const char *bogo_group_name(uint64_t codepoint)
{
	return find_name(groups, codepoint);
}

const char *bogo_scheme_name(uint64_t codepoint)
{
	return find_name(schemes, codepoint);
}

uint64_t bogo_group_codepoint(const char *name)
{
	return find_codepoint(groups, name);
}

uint64_t bogo_scheme_codepoint(const char *name)
{
	return find_codepoint(schemes, name);
}

uint64_t bogo_suite_codepoint(const char *name)
{
	return find_codepoint(suites, name);
}
