/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a ClientHello offers and what the server picks from it. */
#include "handshake/hello_offer.h"

#include "base/buffer.h"

static bool refuse(struct hello_offer *offer, adtls_alert_t alert,
		   adtls_reason_t reason)
{
	offer->alert = alert;
	offer->reason = reason;
	return false;
}

static bool malformed(struct hello_offer *offer)
{
	return refuse(offer, ADTLS_ALERT_DECODE_ERROR,
		      ADTLS_REASON_MALFORMED_MESSAGE);
}

/* RFC 9147 §5.3: the fields that DTLS 1.2 left behind. */
static bool check_legacy_fields(struct hello_offer *offer)
{
	const struct client_hello *hello = &offer->hello;

	if (hello->legacy_cookie.len != 0 || hello->compression.len != 1 ||
	    hello->compression.data[0] != 0)
		return refuse(offer, ADTLS_ALERT_ILLEGAL_PARAMETER,
			      ADTLS_REASON_ILLEGAL_PARAMETER);
	return true;
}

static bool check_version(struct hello_offer *offer)
{
	const struct extension *extension;
	adtls_bytes_t versions;

	extension = extension_list_find(&offer->extensions,
					EXTENSION_SUPPORTED_VERSIONS);
	if (extension == NULL)
		return refuse(offer, ADTLS_ALERT_PROTOCOL_VERSION,
			      ADTLS_REASON_VERSION);
	if (!number_list_read(extension->body, 1, &versions))
		return malformed(offer);
	if (!hello_list_contains(versions, HELLO_VERSION_DTLS13))
		return refuse(offer, ADTLS_ALERT_PROTOCOL_VERSION,
			      ADTLS_REASON_VERSION);
	return true;
}

/* Our favourite of the client's suites, but first of those that the PSK it
 * prefers can be used with: the length of the binder tells, so that the front
 * door needs to know no keys. */
static bool pick_suite(const struct priority *priority,
		       struct hello_offer *offer)
{
	bool has_psk = offer->has_dhe_ke && offer->psks.count > 0;

	for (size_t i = 0; i < priority->suite_count; i++) {
		const struct crypto_suite *suite = priority->suites[i];

		if (!hello_list_contains(offer->hello.suites, suite->id))
			continue;
		if (offer->suite == NULL)
			offer->suite = suite;
		if (has_psk &&
		    suite->hash->len == offer->psks.items[0].binder.len) {
			offer->suite = suite;
			return true;
		}
	}
	if (offer->suite == NULL)
		return refuse(offer, ADTLS_ALERT_HANDSHAKE_FAILURE,
			      ADTLS_REASON_NO_COMMON_SUITE);
	return true;
}

/* The client's list of 16-bit numbers in a mandatory extension. */
static bool read_mandatory_list(struct hello_offer *offer, uint16_t type,
				adtls_bytes_t *out)
{
	const struct extension *extension =
		extension_list_find(&offer->extensions, type);

	if (extension == NULL)
		return refuse(offer, ADTLS_ALERT_MISSING_EXTENSION,
			      ADTLS_REASON_MISSING_EXTENSION);
	if (!number_list_read(extension->body, 2, out))
		return malformed(offer);
	return true;
}

/* Our favourite among the groups that the client has sent a share of; else
 * our favourite among those it supports, at the price of a round trip. */
static bool pick_group(const struct priority *priority,
		       struct hello_offer *offer)
{
	const struct extension *shares;
	adtls_bytes_t groups;

	if (!read_mandatory_list(offer, EXTENSION_SUPPORTED_GROUPS, &groups))
		return false;
	shares = extension_list_find(&offer->extensions, EXTENSION_KEY_SHARE);
	if (shares == NULL)
		return refuse(offer, ADTLS_ALERT_MISSING_EXTENSION,
			      ADTLS_REASON_MISSING_EXTENSION);
	for (size_t i = 0; i < priority->group_count; i++) {
		const struct crypto_group *group = priority->groups[i];
		enum key_share_result found =
			key_share_list_find(shares->body, group->id,
					    &offer->share, &offer->share_count);

		if (found == KEY_SHARE_MALFORMED)
			return malformed(offer);
		if (found == KEY_SHARE_DUPLICATE)
			return refuse(offer, ADTLS_ALERT_ILLEGAL_PARAMETER,
				      ADTLS_REASON_BAD_KEY_SHARE);
		if (!hello_list_contains(groups, group->id)) {
			if (found == KEY_SHARE_FOUND)
				return refuse(offer,
					      ADTLS_ALERT_ILLEGAL_PARAMETER,
					      ADTLS_REASON_BAD_KEY_SHARE);
			continue;
		}
		if (found == KEY_SHARE_FOUND) {
			offer->group = group;
			offer->has_share = true;
			return true;
		}
		if (offer->group == NULL)
			offer->group = group;
	}
	if (offer->group == NULL)
		return refuse(offer, ADTLS_ALERT_HANDSHAKE_FAILURE,
			      ADTLS_REASON_NO_COMMON_GROUP);
	return true;
}

static bool read_server_name(struct hello_offer *offer)
{
	const struct extension *extension =
		extension_list_find(&offer->extensions, EXTENSION_SERVER_NAME);

	if (extension == NULL)
		return true;
	if (!server_name_read(extension->body, &offer->server_name))
		return malformed(offer);
	if (!server_name_is_valid(offer->server_name))
		return refuse(offer, ADTLS_ALERT_ILLEGAL_PARAMETER,
			      ADTLS_REASON_SERVER_NAME_INVALID);
	return true;
}

/* The binders cover what stands before them, so that pre_shared_key is last
 * (RFC 8446 §4.2.11); without psk_key_exchange_modes it says nothing (§4.2.9). */
static bool read_psks(struct hello_offer *offer)
{
	const struct extension_list *list = &offer->extensions;
	const struct extension *psks =
		extension_list_find(list, EXTENSION_PRE_SHARED_KEY);
	const struct extension *modes =
		extension_list_find(list, EXTENSION_PSK_KEY_EXCHANGE_MODES);

	if (modes != NULL && !psk_modes_read(modes->body, &offer->has_dhe_ke))
		return malformed(offer);
	if (psks == NULL)
		return true;
	if (psks != &list->items[list->count - 1])
		return refuse(offer, ADTLS_ALERT_ILLEGAL_PARAMETER,
			      ADTLS_REASON_ILLEGAL_EXTENSION);
	if (modes == NULL)
		return refuse(offer, ADTLS_ALERT_MISSING_EXTENSION,
			      ADTLS_REASON_MISSING_EXTENSION);
	switch (offered_psks_read(psks->body, &offer->psks)) {
	case OFFERED_PSKS_OK:
		return true;
	case OFFERED_PSKS_UNEQUAL:
		return refuse(offer, ADTLS_ALERT_ILLEGAL_PARAMETER,
			      ADTLS_REASON_ILLEGAL_PARAMETER);
	default:
		return malformed(offer);
	}
}

/* Mandatory unless a PSK may do (RFC 8446 §9.2). */
static bool read_signature_schemes(struct hello_offer *offer)
{
	if (offer->psks.count > 0 &&
	    extension_list_find(&offer->extensions,
				EXTENSION_SIGNATURE_ALGORITHMS) == NULL)
		return true;
	return read_mandatory_list(offer, EXTENSION_SIGNATURE_ALGORITHMS,
				   &offer->signature_schemes);
}

static bool read_cookie(struct hello_offer *offer)
{
	const struct extension *extension =
		extension_list_find(&offer->extensions, EXTENSION_COOKIE);

	if (extension != NULL && !cookie_read(extension->body, &offer->cookie))
		return malformed(offer);
	return true;
}

bool hello_offer_read(const struct adtls_config *config, adtls_bytes_t body,
		      struct hello_offer *out)
{
	*out = (struct hello_offer){ .alert = ADTLS_ALERT_NONE };
	if (!client_hello_read(body, &out->hello))
		return malformed(out);
	switch (extension_list_read(out->hello.extensions, &out->extensions)) {
	case EXTENSION_LIST_OK:
		break;
	case EXTENSION_LIST_MALFORMED:
		return malformed(out);
	case EXTENSION_LIST_DUPLICATE:
		return refuse(out, ADTLS_ALERT_ILLEGAL_PARAMETER,
			      ADTLS_REASON_ILLEGAL_EXTENSION);
	}
	return check_version(out) && check_legacy_fields(out) &&
	       read_psks(out) && pick_suite(&config->priority, out) &&
	       pick_group(&config->priority, out) &&
	       read_signature_schemes(out) && read_server_name(out) &&
	       read_cookie(out);
}

/* Extensions that may come, go or change with HelloRetryRequest. */
static bool may_change(uint16_t type)
{
	switch (type) {
	case EXTENSION_KEY_SHARE:
	case EXTENSION_COOKIE:
	case EXTENSION_PADDING:
	case EXTENSION_PRE_SHARED_KEY:
	case EXTENSION_EARLY_DATA:
		return true;
	default:
		return false;
	}
}

/* The extension that comes next in ascending order of type, or NULL. */
static const struct extension *next_by_type(const struct extension_list *list,
					    int after)
{
	const struct extension *next = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct extension *item = &list->items[i];

		if (item->type > after &&
		    (next == NULL || item->type < next->type))
			next = item;
	}
	return next;
}

static bool hash_field(struct crypto_hash_state *hash, uint16_t name,
		       adtls_bytes_t field)
{
	uint8_t header[4];
	struct wire_writer writer;

	wire_writer_init(&writer, header, sizeof(header));
	wire_write_u16(&writer, name);
	wire_write_u16(&writer, (uint16_t)field.len);
	return crypto_hash_update(hash, header, sizeof(header)) &&
	       crypto_hash_update(hash, field.data, field.len);
}

bool hello_offer_digest(const struct hello_offer *offer, uint8_t out[32])
{
	struct crypto_hash_state *hash = crypto_hash_new(&crypto_sha256);
	const struct extension *item = NULL;
	bool ok = hash != NULL &&
		  hash_field(hash, 0, offer->hello.random) &&
		  hash_field(hash, 0, offer->hello.session_id) &&
		  hash_field(hash, 0, offer->hello.suites);

	while (ok && (item = next_by_type(&offer->extensions,
					  item != NULL ? item->type : -1)) !=
			     NULL) {
		if (!may_change(item->type))
			ok = hash_field(hash, item->type, item->body);
	}
	ok = ok && crypto_hash_peek(hash, out);
	crypto_hash_free(hash);
	return ok;
}
