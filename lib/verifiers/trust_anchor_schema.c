/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a trust anchor: a name, a P-256 key and what Evidence it may sign. */
#include "verifiers/trust_anchor_schema.h"

#include "base/text.h"
#include "crypto/pem.h"
#include "rats/cose_sign1.h"
#include "rats/eat.h"
#include "verifiers/policy_schema.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* A public key takes some hundred bytes, with comments around it. */
#define KEY_FILE_MAX 0x10000

/* What the readers of members fill in. */
struct draft {
	struct policy_trust_anchor *anchor;
	const char *base_dir;
};

static bool read_name(struct json_reader *reader, const json_t *value,
		      void *target)
{
	struct draft *draft = target;
	const char *name;

	if (!json_read_text(reader, value, ADTLS_NAME_MAX, &name))
		return false;
	return json_copy_text(reader, name, &draft->anchor->name);
}

static bool read_key_binding(struct json_reader *reader, const json_t *value,
			     void *target)
{
	struct draft *draft = target;
	size_t binding;

	if (!json_read_word(reader, value, policy_key_binding_names,
			    POLICY_KEY_BINDING_COUNT, &binding))
		return false;
	draft->anchor->key_binding = (adtls_key_binding_t)binding;
	return true;
}

static bool read_ueid(struct json_reader *reader, const json_t *value,
		      void *target)
{
	struct draft *draft = target;
	uint8_t ueid[EAT_UEID_MAX];
	const char *text;
	size_t len;

	if (!json_read_text(reader, value, ADTLS_NAME_MAX, &text))
		return false;
	if (!text_read_hex(text, ueid, sizeof(ueid), &len) ||
	    !eat_ueid_is_valid(bytes_of(ueid, len)))
		return json_reader_fail(reader,
					"is not 7 to 33 bytes in hexadecimal "
					"that begin with 01, 02 or 03");
	return buffer_set(&draft->anchor->ueid, ueid, len) ||
	       json_reader_fail(reader, "out of memory");
}

static bool use_spki(struct json_reader *reader,
		     struct policy_trust_anchor *anchor, adtls_bytes_t spki)
{
	uint8_t x[EAT_COORDINATE_LEN];
	uint8_t y[EAT_COORDINATE_LEN];

	if (anchor->key != NULL)
		return json_reader_fail(reader,
					"stands beside another public key");
	anchor->key = crypto_public_key_new_spki(spki);
	if (anchor->key == NULL || !crypto_public_key_p256(anchor->key, x, y))
		return json_reader_fail(reader, "is not a key on P-256");
	return cose_key_id(spki, anchor->key_id) ||
	       json_reader_fail(reader, "cannot be hashed");
}

static bool use_pem(struct json_reader *reader, struct draft *draft,
		    adtls_bytes_t pem)
{
	struct buffer spki = { 0 };
	bool is_used;

	if (crypto_pem_public_key(pem, &spki))
		is_used = use_spki(reader, draft->anchor, buffer_bytes(&spki));
	else
		is_used =
			json_reader_fail(reader, "holds no PEM \"PUBLIC KEY\"");
	buffer_clear(&spki);
	return is_used;
}

static bool read_public_key(struct json_reader *reader, const json_t *value,
			    void *target)
{
	const char *pem = json_string_value(value);

	if (pem == NULL)
		return json_reader_fail(reader, "is not a text");
	return use_pem(reader, target, bytes_of(pem, strlen(pem)));
}

static bool say_unreadable(struct json_reader *reader, const char *path)
{
	char problem[PATH_MAX];
	struct text text;

	text_init(&text, problem, sizeof(problem));
	text_append(&text, path);
	text_append(&text, ": ");
	text_append(&text, strerror(errno));
	return json_reader_fail(reader, problem);
}

static bool read_public_key_file(struct json_reader *reader,
				 const json_t *value, void *target)
{
	struct draft *draft = target;
	struct buffer pem = { 0 };
	char path[PATH_MAX];
	struct text path_text;
	const char *name;
	bool is_used;

	if (!json_read_text(reader, value, sizeof(path), &name))
		return false;
	text_init(&path_text, path, sizeof(path));
	if (*name != '/' && draft->base_dir != NULL) {
		text_append(&path_text, draft->base_dir);
		text_append(&path_text, "/");
	}
	text_append(&path_text, name);
	if (!policy_read_file(path, KEY_FILE_MAX, &pem))
		is_used = say_unreadable(reader, path);
	else
		is_used = use_pem(reader, draft, buffer_bytes(&pem));
	buffer_clear(&pem);
	return is_used;
}

bool trust_anchor_read(struct json_reader *reader, const json_t *value,
		       const char *base_dir, struct policy_trust_anchor *out)
{
	static const struct json_member members[] = {
		{ "name", true, read_name },
		{ "public-key", false, read_public_key },
		{ "public-key-file", false, read_public_key_file },
		{ "key-binding", true, read_key_binding },
		{ "ueid", false, read_ueid },
	};
	struct draft draft = { .anchor = out, .base_dir = base_dir };

	if (!json_read_object(reader, value, members,
			      sizeof(members) / sizeof(members[0]), &draft))
		return false;
	if (out->key == NULL)
		return json_reader_fail(
			reader, "has neither public-key nor public-key-file");
	return true;
}
