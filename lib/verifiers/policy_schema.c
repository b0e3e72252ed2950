/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a policy file, member by member. Defaults are the cautious choice;
 * what is not understood is an error, never passed over. */
#include "verifiers/policy_schema.h"

#include "base/text.h"
#include "rats/cose_sign1.h"
#include "verifiers/json_reader.h"
#include "verifiers/trust_anchor_schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA_VERSION 1

#define YEAR_S	 INT64_C(31622400) /* 366 days */
#define DAY_S	 86400
#define US_PER_S 1000000

/* Five minutes: what clocks that are set over a network stay within. */
#define DEFAULT_CLOCK_SKEW_S 300
/* A day: a device that stays connected is appraised anew each day. */
#define DEFAULT_GRANT_S DAY_S
/* An hour: what a device is by then may be another thing. */
#define DEFAULT_RESUMPTION_AGE_S 3600
/* No ticket is good for more than a week (RFC 8446 §4.6.1). */
#define RESUMPTION_AGE_MAX_S ((int64_t)7 * DAY_S)
/* Half of the handshake's own 60 s. */
#define DEFAULT_APPRAISAL_DEADLINE_S 30
#define APPRAISAL_DEADLINE_MAX_S     600

#define MEASUREMENT_PREFIX "sha-256:"

const char *const policy_key_binding_names[POLICY_KEY_BINDING_COUNT] = {
	[ADTLS_KEY_BINDING_KEY_ATTESTED] = "key-attested",
	[ADTLS_KEY_BINDING_MONOLITHIC] = "monolithic",
	[ADTLS_KEY_BINDING_ECHO] = "echo",
};

const char *const policy_demand_names[POLICY_DEMAND_COUNT] = {
	[POLICY_FORBID] = "forbid",
	[POLICY_ALLOW] = "allow",
	[POLICY_REQUIRE] = "require",
};

/* What the readers of members fill in. */
struct draft {
	adtls_policy_t *policy;
	const char *base_dir;
};

static bool read_version(struct json_reader *reader, const json_t *value,
			 void *target)
{
	int64_t version;

	(void)target;
	return json_read_integer(reader, value, SCHEMA_VERSION, SCHEMA_VERSION,
				 &version);
}

static bool read_peer_attestation(struct json_reader *reader,
				  const json_t *value, void *target)
{
	struct draft *draft = target;
	size_t demand;

	if (!json_read_word(reader, value, policy_demand_names,
			    POLICY_DEMAND_COUNT, &demand))
		return false;
	draft->policy->peer_attestation = (enum policy_demand)demand;
	return true;
}

static bool read_accepted_binding(struct json_reader *reader,
				  const json_t *value, void *target)
{
	struct draft *draft = target;
	size_t binding;

	if (!json_read_word(reader, value, policy_key_binding_names,
			    POLICY_KEY_BINDING_COUNT, &binding))
		return false;
	draft->policy->accepts_key_binding[binding] = true;
	return true;
}

static bool read_accepted_bindings(struct json_reader *reader,
				   const json_t *value, void *target)
{
	struct draft *draft = target;

	if (json_array_size(value) == 0)
		return json_reader_fail(reader, "is not an array with an item");
	for (size_t i = 0; i < POLICY_KEY_BINDING_COUNT; i++)
		draft->policy->accepts_key_binding[i] = false;
	return json_read_array(reader, value, read_accepted_binding, target);
}

static bool read_explain_to_peer(struct json_reader *reader,
				 const json_t *value, void *target)
{
	struct draft *draft = target;

	return json_read_boolean(reader, value,
				 &draft->policy->explains_to_peer);
}

static bool read_deliver_while_pending(struct json_reader *reader,
				       const json_t *value, void *target)
{
	struct draft *draft = target;

	return json_read_boolean(reader, value,
				 &draft->policy->delivers_while_pending);
}

static bool read_device_keys(struct json_reader *reader, const json_t *value,
			     void *target)
{
	struct draft *draft = target;

	return json_read_boolean(reader, value,
				 &draft->policy->accepts_device_keys);
}

static bool read_maximum_age(struct json_reader *reader, const json_t *value,
			     void *target)
{
	struct draft *draft = target;

	return json_read_integer(reader, value, 1, YEAR_S,
				 &draft->policy->maximum_age_s);
}

static bool read_clock_skew(struct json_reader *reader, const json_t *value,
			    void *target)
{
	struct draft *draft = target;

	return json_read_integer(reader, value, 0, DAY_S,
				 &draft->policy->clock_skew_s);
}

static bool read_grant_lifetime(struct json_reader *reader, const json_t *value,
				void *target)
{
	struct draft *draft = target;

	return json_read_integer(reader, value, 1, YEAR_S,
				 &draft->policy->grant_s);
}

static bool read_resumption_age(struct json_reader *reader, const json_t *value,
				void *target)
{
	struct draft *draft = target;

	return json_read_integer(reader, value, 0, RESUMPTION_AGE_MAX_S,
				 &draft->policy->resumption_age_s);
}

static bool read_appraisal_deadline(struct json_reader *reader,
				    const json_t *value, void *target)
{
	struct draft *draft = target;
	int64_t seconds;

	if (!json_read_integer(reader, value, 1, APPRAISAL_DEADLINE_MAX_S,
			       &seconds))
		return false;
	draft->policy->appraisal_deadline_us = (uint64_t)seconds * US_PER_S;
	return true;
}

static bool read_trust_anchor(struct json_reader *reader, const json_t *value,
			      void *target)
{
	struct draft *draft = target;
	adtls_policy_t *policy = draft->policy;
	struct policy_trust_anchor *anchor =
		&policy->trust_anchors[policy->trust_anchor_count++];

	if (!trust_anchor_read(reader, value, draft->base_dir, anchor))
		return false;
	for (size_t i = 0; i + 1 < policy->trust_anchor_count; i++) {
		if (strcmp(policy->trust_anchors[i].name, anchor->name) == 0)
			return json_reader_fail(reader,
						"has the name of another one");
	}
	return true;
}

static bool read_trust_anchors(struct json_reader *reader, const json_t *value,
			       void *target)
{
	struct draft *draft = target;

	if (!policy_reserve_trust_anchors(draft->policy,
					  json_array_size(value)))
		return json_reader_fail(reader, "out of memory");
	return json_read_array(reader, value, read_trust_anchor, target);
}

static bool read_software_name(struct json_reader *reader, const json_t *value,
			       void *target)
{
	struct policy_reference_value *reference = target;
	const char *name;

	if (!json_read_text(reader, value, ADTLS_NAME_MAX, &name))
		return false;
	return json_copy_text(reader, name, &reference->software_name);
}

static bool read_measurement(struct json_reader *reader, const json_t *value,
			     void *target)
{
	struct policy_reference_value *reference = target;
	size_t prefix_len = strlen(MEASUREMENT_PREFIX);
	const char *text;
	size_t len;

	if (!json_read_text(reader, value, ADTLS_NAME_MAX, &text))
		return false;
	if (strncmp(text, MEASUREMENT_PREFIX, prefix_len) == 0 &&
	    text_read_hex(text + prefix_len, reference->measurement,
			  sizeof(reference->measurement), &len) &&
	    len == sizeof(reference->measurement))
		return true;
	return json_reader_fail(
		reader, "is not \"sha-256:\" and 64 hexadecimal digits");
}

static bool read_reference_value(struct json_reader *reader,
				 const json_t *value, void *target)
{
	static const struct json_member members[] = {
		{ "software-name", true, read_software_name },
		{ "measurement", true, read_measurement },
	};
	struct draft *draft = target;
	adtls_policy_t *policy = draft->policy;

	return json_read_object(
		reader, value, members, sizeof(members) / sizeof(members[0]),
		&policy->reference_values[policy->reference_value_count++]);
}

static bool read_reference_values(struct json_reader *reader,
				  const json_t *value, void *target)
{
	struct draft *draft = target;

	if (!policy_reserve_reference_values(draft->policy,
					     json_array_size(value)))
		return json_reader_fail(reader, "out of memory");
	return json_read_array(reader, value, read_reference_value, target);
}

static const struct json_member policy_members[] = {
	{ "version", true, read_version },
	{ "peer-attestation", false, read_peer_attestation },
	{ "accept-key-binding", false, read_accepted_bindings },
	{ "explain-to-peer", false, read_explain_to_peer },
	{ "deliver-while-pending", false, read_deliver_while_pending },
	{ "accept-device-keys", false, read_device_keys },
	{ "maximum-evidence-age", false, read_maximum_age },
	{ "clock-skew", false, read_clock_skew },
	{ "grant-lifetime", false, read_grant_lifetime },
	{ "maximum-resumption-age", false, read_resumption_age },
	{ "appraisal-deadline", false, read_appraisal_deadline },
	{ "trust-anchors", false, read_trust_anchors },
	{ "reference-values", false, read_reference_values },
};

void policy_set_defaults(adtls_policy_t *policy)
{
	policy->peer_attestation = POLICY_REQUIRE;
	policy->accepts_key_binding[ADTLS_KEY_BINDING_KEY_ATTESTED] = true;
	policy->accepts_key_binding[ADTLS_KEY_BINDING_MONOLITHIC] = true;
	policy->clock_skew_s = DEFAULT_CLOCK_SKEW_S;
	policy->grant_s = DEFAULT_GRANT_S;
	policy->resumption_age_s = DEFAULT_RESUMPTION_AGE_S;
	policy->appraisal_deadline_us =
		(uint64_t)DEFAULT_APPRAISAL_DEADLINE_S * US_PER_S;
}

/* A policy that could never grant is a mistake. */
static bool can_grant(struct json_reader *reader, const adtls_policy_t *policy)
{
	if (policy->peer_attestation == POLICY_FORBID)
		return true;
	if (policy->trust_anchor_count == 0)
		return json_reader_fail(reader,
					"trust-anchors: there is none, and "
					"peer-attestation is not \"forbid\"");
	if (policy->reference_value_count == 0)
		return json_reader_fail(reader,
					"reference-values: there is none, and "
					"peer-attestation is not \"forbid\"");
	return true;
}

/* Where Evidence takes the place of a pin, it must say whose key it is, before
 * any data flows. */
static bool knows_devices(struct json_reader *reader,
			  const adtls_policy_t *policy)
{
	if (!policy->accepts_device_keys)
		return true;
	if (policy->delivers_while_pending)
		return json_reader_fail(reader,
					"accept-device-keys: not together with "
					"deliver-while-pending");
	for (size_t i = 0; i < policy->trust_anchor_count; i++) {
		if (policy->trust_anchors[i].ueid.len == 0)
			return json_reader_fail(
				reader, "accept-device-keys: a trust anchor "
					"names no device (ueid)");
	}
	return true;
}

static bool say_syntax_error(struct json_reader *reader,
			     const json_error_t *error)
{
	char problem[ADTLS_NAME_MAX];
	struct text text;

	text_init(&text, problem, sizeof(problem));
	text_append(&text, "line ");
	text_append_number(&text, error->line);
	text_append(&text, ", column ");
	text_append_number(&text, error->column);
	text_append(&text, ": ");
	text_append(&text, error->text);
	return json_reader_fail(reader, problem);
}

bool policy_read_json(adtls_bytes_t json, const char *base_dir,
		      adtls_policy_t *policy, char *out_message,
		      size_t message_len)
{
	struct draft draft = { .policy = policy, .base_dir = base_dir };
	struct json_reader reader;
	json_error_t error;
	json_t *root;
	bool is_good;

	json_reader_init(&reader, out_message, message_len);
	if (json.len > POLICY_FILE_MAX)
		return json_reader_fail(&reader, "is over 1 MiB");
	root = json_loadb((const char *)json.data, json.len,
			  JSON_REJECT_DUPLICATES, &error);
	if (root == NULL)
		return say_syntax_error(&reader, &error);
	is_good = json_read_object(&reader, root, policy_members,
				   sizeof(policy_members) /
					   sizeof(policy_members[0]),
				   &draft) &&
		  can_grant(&reader, policy) && knows_devices(&reader, policy);
	json_decref(root);
	return is_good;
}

/* Append what is left of @stream, up to @max bytes in all. */
static bool read_stream(FILE *stream, size_t max, struct buffer *out)
{
	uint8_t piece[4096];
	size_t len;

	while ((len = fread(piece, 1, sizeof(piece), stream)) > 0) {
		if (len > max - out->len) {
			errno = EFBIG;
			return false;
		}
		if (!buffer_append(out, piece, len))
			return false;
	}
	return ferror(stream) == 0;
}

bool policy_read_file(const char *file, size_t max, struct buffer *out)
{
	FILE *stream = fopen(file, "rbe");
	bool is_read;

	if (stream == NULL)
		return false;
	is_read = read_stream(stream, max, out);
	if (!is_read)
		buffer_clear(out);
	fclose(stream);
	return is_read;
}
