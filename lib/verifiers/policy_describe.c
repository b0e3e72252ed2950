/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A policy in words: what it demands, whom it believes, what it takes for
 * good. */
#include "verifiers/policy.h"

#include "base/text.h"
#include "verifiers/policy_schema.h"

/* A name of ADTLS_NAME_MAX bytes, each as \xNN, and what stands around it. */
#define LINE_MAX (4 * ADTLS_NAME_MAX + 256)

#define US_PER_S 1000000

/* Whom the lines go to, and the one that is being put together. */
struct description {
	void (*write)(void *context, const char *line);
	void *context;
	struct text line;
	char space[LINE_MAX];
};

static struct text *begin(struct description *description, const char *start)
{
	text_init(&description->line, description->space, LINE_MAX);
	text_append(&description->line, start);
	return &description->line;
}

static void end(struct description *description)
{
	description->write(description->context, description->space);
}

static void describe_word(struct description *description, const char *member,
			  const char *word)
{
	text_append(begin(description, member), word);
	end(description);
}

static void describe_seconds(struct description *description,
			     const char *member, int64_t seconds)
{
	struct text *line = begin(description, member);

	text_append_number(line, seconds);
	text_append(line, " s");
	end(description);
}

static void describe_key_bindings(struct description *description,
				  const adtls_policy_t *policy)
{
	struct text *line = begin(description, "accept-key-binding:");

	for (size_t i = 0; i < POLICY_KEY_BINDING_COUNT; i++) {
		if (!policy->accepts_key_binding[i])
			continue;
		text_append(line, " ");
		text_append(line, policy_key_binding_names[i]);
	}
	end(description);
}

/* trust anchor "maker": echo, not accepted; device 01ab...; key id 089b... */
static void describe_trust_anchor(struct description *description,
				  const adtls_policy_t *policy,
				  const struct policy_trust_anchor *anchor)
{
	struct text *line = begin(description, "trust anchor \"");

	text_append_escaped(line, anchor->name);
	text_append(line, "\": ");
	text_append(line, policy_key_binding_names[anchor->key_binding]);
	if (!policy->accepts_key_binding[anchor->key_binding])
		text_append(line, ", which accept-key-binding leaves out: it "
				  "can grant nothing");
	text_append(line, "; ");
	if (anchor->ueid.len > 0) {
		text_append(line, "device ");
		text_append_hex(line, buffer_bytes(&anchor->ueid));
	} else {
		text_append(line, "any device");
	}
	text_append(line, "; key id ");
	text_append_hex(line, (adtls_bytes_t){ anchor->key_id,
					       sizeof(anchor->key_id) });
	end(description);
}

static void
describe_reference_value(struct description *description,
			 const struct policy_reference_value *reference)
{
	struct text *line = begin(description, "reference value \"");

	text_append_escaped(line, reference->software_name);
	text_append(line, "\": sha-256:");
	text_append_hex(line,
			(adtls_bytes_t){ reference->measurement,
					 sizeof(reference->measurement) });
	end(description);
}

static void describe_times(struct description *description,
			   const adtls_policy_t *policy)
{
	if (policy->maximum_age_s == 0)
		describe_word(description,
			      "maximum-evidence-age: ", "not checked");
	else
		describe_seconds(description, "maximum-evidence-age: ",
				 policy->maximum_age_s);
	describe_seconds(description, "clock-skew: ", policy->clock_skew_s);
	describe_seconds(description, "grant-lifetime: ", policy->grant_s);
	describe_seconds(description, "maximum-resumption-age: ",
			 policy->resumption_age_s);
	describe_seconds(description, "appraisal-deadline: ",
			 (int64_t)(policy->appraisal_deadline_us / US_PER_S));
}

/**
 * adtls_policy_describe:
 * @policy: a policy
 * @write: gets one line of printable ASCII at a time, without line end; it is
 *   valid during the call
 * @context: the first argument of @write
 *
 * Says what a policy demands of a peer, member by member as in docs/policy.md
 * with the defaults filled in, then each trust anchor and reference value. Of
 * a policy that could not be loaded it says that it refuses everything.
 **/
void adtls_policy_describe(const adtls_policy_t *policy,
			   void (*write)(void *context, const char *line),
			   void *context)
{
	struct description description = { .write = write, .context = context };

	if (policy->is_refusing) {
		describe_word(&description,
			      "refuses everything: ", "it could not be loaded");
		return;
	}
	describe_word(&description, "peer-attestation: ",
		      policy_demand_names[policy->peer_attestation]);
	describe_key_bindings(&description, policy);
	describe_word(&description, "explain-to-peer: ",
		      policy->explains_to_peer ? "true" : "false");
	describe_word(&description, "deliver-while-pending: ",
		      policy->delivers_while_pending ? "true" : "false");
	describe_word(&description, "accept-device-keys: ",
		      policy->accepts_device_keys ? "true" : "false");
	describe_times(&description, policy);
	for (size_t i = 0; i < policy->trust_anchor_count; i++)
		describe_trust_anchor(&description, policy,
				      &policy->trust_anchors[i]);
	for (size_t i = 0; i < policy->reference_value_count; i++)
		describe_reference_value(&description,
					 &policy->reference_values[i]);
}
