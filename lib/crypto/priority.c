/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Priority strings: GnuTLS parses and orders them, and what adtls does not
 * have drops out. GnuTLS 3.7 has no name for DTLS 1.3, so that VERS-TLS1.3
 * stands for it. */
#include "crypto/priority.h"

#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

#include <adtls/priority.h>

#define STRING_MAX	 1024
#define NAMES_MAX	 1024 /* more than GnuTLS has of any category */

/* What becomes of a name of GnuTLS's. */
enum fate {
	DROPPED, /* adtls does not have it */
	KEPT,
	KEPT_BESIDE /* kept, but no handshake works with it alone */
};

/* A category of negotiable things, named as by GnuTLS and by adtls alike. */
struct category {
	const char *name;
	/* The name at @index in GnuTLS's order: NULL at the end, "" for what
	 * is not of TLS 1.3. */
	const char *(*name_at)(gnutls_priority_t gnutls, unsigned index);
	/* Add what has this name, if adtls has it. */
	enum fate (*keep)(struct priority *out, const char *name);
};

static const char *or_nothing(const char *name)
{
	return name != NULL ? name : "";
}

static const char *suite_at(gnutls_priority_t gnutls, unsigned index)
{
	gnutls_protocol_t version;
	unsigned suite;
	const char *name;
	int result =
		gnutls_priority_get_cipher_suite_index(gnutls, index, &suite);

	if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return NULL;
	if (result < 0)
		return "";
	name = gnutls_cipher_suite_info(suite, NULL, NULL, NULL, NULL,
					&version);
	return version == GNUTLS_TLS1_3 ? or_nothing(name) : "";
}

static enum fate keep_suite(struct priority *out, const char *name)
{
	size_t count;
	const struct crypto_suite *const *suites = crypto_suites(&count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(suites[i]->name, name) == 0 &&
		    out->suite_count < PRIORITY_LIST_MAX) {
			out->suites[out->suite_count++] = suites[i];
			return KEPT;
		}
	}
	return DROPPED;
}

static const char *group_at(gnutls_priority_t gnutls, unsigned index)
{
	const unsigned *list;
	int count = gnutls_priority_group_list(gnutls, &list);

	if (count < 0 || index >= (unsigned)count)
		return NULL;
	return or_nothing(gnutls_group_get_name((gnutls_group_t)list[index]));
}

static enum fate keep_group(struct priority *out, const char *name)
{
	size_t count;
	const struct crypto_group *const *groups = crypto_groups(&count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(groups[i]->name, name) == 0 &&
		    out->group_count < PRIORITY_LIST_MAX) {
			out->groups[out->group_count++] = groups[i];
			return KEPT;
		}
	}
	return DROPPED;
}

static const char *scheme_at(gnutls_priority_t gnutls, unsigned index)
{
	const unsigned *list;
	int count = gnutls_priority_sign_list(gnutls, &list);

	if (count < 0 || index >= (unsigned)count)
		return NULL;
	return or_nothing(
		gnutls_sign_get_name((gnutls_sign_algorithm_t)list[index]));
}

static enum fate keep_scheme(struct priority *out, const char *name)
{
	size_t count;
	const struct crypto_scheme *const *schemes = crypto_schemes(&count);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(schemes[i]->name, name) == 0 &&
		    out->scheme_count < PRIORITY_LIST_MAX) {
			out->schemes[out->scheme_count++] = schemes[i];
			return schemes[i]->is_for_certificates ? KEPT_BESIDE
							       : KEPT;
		}
	}
	return DROPPED;
}

static const char *version_at(gnutls_priority_t gnutls, unsigned index)
{
	const unsigned *list;
	int count = gnutls_priority_protocol_list(gnutls, &list);

	if (count < 0 || index >= (unsigned)count)
		return NULL;
	return or_nothing(
		gnutls_protocol_get_name((gnutls_protocol_t)list[index]));
}

/* There is but one version to keep. */
static enum fate keep_version(struct priority *out, const char *name)
{
	(void)out;
	return strcmp(name, "TLS1.3") == 0 ? KEPT : DROPPED;
}

/* Without groups or signatures GnuTLS drops TLS 1.3, and without that its
 * suites: in this order the first that is missing is the cause. */
static const struct category categories[] = {
	{ "groups", group_at, keep_group },
	{ "signatures", scheme_at, keep_scheme },
	{ "versions", version_at, keep_version },
	{ "suites", suite_at, keep_suite },
};

#define CATEGORY_COUNT (sizeof(categories) / sizeof(categories[0]))

static void add_name(char *names, const char *name)
{
	size_t len = strlen(names);

	snprintf(names + len, NAMES_MAX - len, " %s", name);
}

/* Add what adtls has of a category to @out. If not NULL, @kept gets its names
 * and @dropped the others, NAMES_MAX bytes each. False: nothing was kept that
 * a handshake could use. */
static bool intersect(const struct category *category, gnutls_priority_t gnutls,
		      struct priority *out, char *kept, char *dropped)
{
	const char *name;
	bool has_any = false;

	for (unsigned i = 0; (name = category->name_at(gnutls, i)) != NULL;
	     i++) {
		enum fate fate = category->keep(out, name);
		char *names = fate != DROPPED ? kept : dropped;

		has_any = has_any || fate == KEPT;
		if (names != NULL && name[0] != '\0')
			add_name(names, name);
	}
	return has_any;
}

/* GnuTLS says that nothing is left, but not of what: would a version help? */
static const char *missing_category(const char *string)
{
	char longer[STRING_MAX];
	gnutls_priority_t gnutls;
	int len = snprintf(longer, sizeof(longer), "%s:+VERS-TLS1.3", string);

	if (len < 0 || (size_t)len >= sizeof(longer) ||
	    gnutls_priority_init2(&gnutls, longer, NULL, 0) < 0)
		return "suites";
	gnutls_priority_deinit(gnutls);
	return "versions";
}

static int complain_missing(const char *category, char *out_message,
			    size_t message_len)
{
	snprintf(out_message, message_len,
		 "%s: the priority string leaves none that adtls has",
		 category);
	return ADTLS_E_PRIORITY;
}

static int read_string(const char *string, gnutls_priority_t *out,
		       char *out_message, size_t message_len)
{
	const char *place = string;
	int result = gnutls_priority_init2(out, string, &place, 0);

	if (result == 0)
		return ADTLS_OK;
	if (result == GNUTLS_E_MEMORY_ERROR)
		return ADTLS_E_MEMORY;
	if (result == GNUTLS_E_NO_PRIORITIES_WERE_SET)
		return complain_missing(missing_category(string), out_message,
					message_len);
	snprintf(out_message, message_len,
		 "the priority string is not understood at \"%s\"", place);
	return ADTLS_E_PRIORITY;
}

static int intersect_all(gnutls_priority_t gnutls, struct priority *out,
			 char *out_message, size_t message_len)
{
	for (size_t i = 0; i < CATEGORY_COUNT; i++) {
		if (!intersect(&categories[i], gnutls, out, NULL, NULL))
			return complain_missing(categories[i].name, out_message,
						message_len);
	}
	return ADTLS_OK;
}

int priority_parse(const char *string, struct priority *out, char *out_message,
		   size_t message_len)
{
	gnutls_priority_t gnutls;
	int error;

	*out = (struct priority){ 0 };
	if (string == NULL)
		string = ADTLS_PRIORITY_DEFAULT;
	error = read_string(string, &gnutls, out_message, message_len);
	if (error != ADTLS_OK)
		return error;
	error = intersect_all(gnutls, out, out_message, message_len);
	gnutls_priority_deinit(gnutls);
	return error;
}

/* "groups: X25519; not in adtls: X448" */
static void describe(const struct category *category, gnutls_priority_t gnutls,
		     char *out, size_t out_len)
{
	struct priority scratch = { 0 };
	char kept[NAMES_MAX] = "";
	char dropped[NAMES_MAX] = "";
	size_t len = strlen(out);

	intersect(category, gnutls, &scratch, kept, dropped);
	snprintf(out + len, out_len - len, "%s:%s%s%s\n", category->name, kept,
		 dropped[0] != '\0' ? "; not in adtls:" : "", dropped);
}

int adtls_priority_describe(const char *priority, char *out, size_t out_len)
{
	const char *string = priority != NULL ? priority : ADTLS_PRIORITY_DEFAULT;
	struct priority scratch;
	gnutls_priority_t gnutls;
	int error;

	if (out_len == 0)
		return ADTLS_E_INVALID;
	out[0] = '\0';
	error = priority_parse(string, &scratch, out, out_len);
	if (error != ADTLS_OK)
		return error;
	error = read_string(string, &gnutls, out, out_len);
	if (error != ADTLS_OK)
		return error;
	for (size_t i = 0; i < CATEGORY_COUNT; i++)
		describe(&categories[i], gnutls, out, out_len);
	gnutls_priority_deinit(gnutls);
	return ADTLS_OK;
}
