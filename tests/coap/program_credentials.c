/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of the CoAP test programs -> coap_dtls_pki_t, _cpsk_t, _spsk_t. */
#include "program_credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_LEN 16384

/* "NAME=VALUE": the value if the name is @name, or NULL. */
static const char *value_of(const char *pair, const char *name, size_t name_len)
{
	return strncmp(pair, name, name_len) == 0 && pair[name_len] == '=' ?
		       pair + name_len + 1 :
		       NULL;
}

static const char *find_value(const struct list *list, const char *name,
			      size_t name_len)
{
	const char *value = NULL;

	for (unsigned i = 0; value == NULL && i < list->count; i++)
		value = value_of(list->items[i], name, name_len);
	return value;
}

static coap_bin_const_t binary_of(const char *text)
{
	return (coap_bin_const_t){ text != NULL ? strlen(text) : 0,
				   (const uint8_t *)text };
}

/* PKI */

static int validate_name(const char *name, const uint8_t *der, size_t len,
			 coap_session_t *session, unsigned depth,
			 int validated, void *argument)
{
	const struct options *options = argument;
	uint8_t pinned[FILE_MAX_LEN];

	printf("callback cn=%s len=%zu session=%d depth=%u validated=%d\n",
	       name, len, session != NULL, depth, validated);
	if (options->ends_session)
		coap_session_disconnected(session, COAP_NACK_TLS_FAILED);
	if (options->pinned != NULL)
		return read_file(options->pinned, pinned, sizeof(pinned)) ==
			       len &&
		       memcmp(pinned, der, len) == 0;
	return options->refuse == NULL || strcmp(name, options->refuse) != 0;
}

/* A file's bytes, for as long as the program runs. */
static const uint8_t *load(const char *file, size_t *out_len)
{
	uint8_t *bytes = NULL;

	*out_len = 0;
	if (file == NULL)
		return NULL;
	bytes = malloc(FILE_MAX_LEN);
	if (bytes != NULL)
		*out_len = read_file(file, bytes, FILE_MAX_LEN);
	return bytes;
}

static void load_buffers(const struct options *options, coap_dtls_key_t *out)
{
	static coap_pki_key_pem_buf_t loaded;

	if (loaded.private_key == NULL) {
		loaded.ca_cert = load(options->ca, &loaded.ca_cert_len);
		loaded.public_cert = load(options->certificate,
					  &loaded.public_cert_len);
		loaded.private_key = load(options->key,
					  &loaded.private_key_len);
	}
	if (out->key_type == COAP_PKI_KEY_PEM_BUF) {
		out->key.pem_buf = loaded;
		return;
	}
	out->key.asn1 = (coap_pki_key_asn1_t){
		.ca_cert = loaded.ca_cert,
		.ca_cert_len = loaded.ca_cert_len,
		.public_cert = loaded.public_cert,
		.public_cert_len = loaded.public_cert_len,
		.private_key = loaded.private_key,
		.private_key_len = loaded.private_key_len,
		.private_key_type = COAP_ASN1_PKEY_EC,
	};
}

static coap_dtls_key_t make_key(const struct options *options)
{
	const char *kind = options->key_kind != NULL ? options->key_kind :
						       "pem";
	coap_dtls_key_t key = {
		.key_type = COAP_PKI_KEY_PEM,
		.key.pem = {
			.ca_file = options->ca,
			.public_cert = options->certificate,
			.private_key = options->key,
		},
	};

	if (strcmp(kind, "token") == 0) {
		key.key_type = COAP_PKI_KEY_PKCS11;
		key.key.pkcs11 = (coap_pki_key_pkcs11_t){
			.ca = options->ca,
			.public_cert = options->certificate,
			.private_key = options->key,
			.user_pin = options->token_pin,
		};
	} else if (strcmp(kind, "pem") != 0) {
		key.key_type = strcmp(kind, "der") == 0 ? COAP_PKI_KEY_ASN1 :
							  COAP_PKI_KEY_PEM_BUF;
		load_buffers(options, &key);
	}
	return key;
}

/* --names NAME=FILE: the file has certificate and key. The empty name is that
 * of clients that call none. */
static coap_dtls_key_t *choose_key(const char *name, void *argument)
{
	static coap_dtls_key_t key;
	const struct options *options = argument;
	const char *file = find_value(&options->names, name, strlen(name));

	printf("callback sni=%s\n", name);
	if (file == NULL)
		return NULL;
	key = make_key(options);
	if (*file != '\0') {
		key.key_type = COAP_PKI_KEY_PEM;
		key.key.pem = (coap_pki_key_pem_t){ options->ca, file, file };
	}
	return &key;
}

static int set_up_more(void *tls, coap_dtls_pki_t *setup)
{
	printf("callback setup tls=%d verify=%u\n", tls != NULL,
	       setup->verify_peer_cert);
	return setup->client_sni == NULL ||
	       strcmp(setup->client_sni, "unwanted") != 0;
}

/* --set MEMBER=NUMBER */
static void set_members(const struct list *sets, coap_dtls_pki_t *out)
{
	const struct {
		const char *name;
		uint8_t *place;
	} members[] = {
		{ "verify_peer_cert", &out->verify_peer_cert },
		{ "check_common_ca", &out->check_common_ca },
		{ "allow_self_signed", &out->allow_self_signed },
		{ "allow_expired_certs", &out->allow_expired_certs },
		{ "cert_chain_validation", &out->cert_chain_validation },
		{ "cert_chain_verify_depth", &out->cert_chain_verify_depth },
		{ "check_cert_revocation", &out->check_cert_revocation },
		{ "allow_no_crl", &out->allow_no_crl },
		{ "allow_expired_crl", &out->allow_expired_crl },
		{ "allow_bad_md_hash", &out->allow_bad_md_hash },
		{ "allow_short_rsa_length", &out->allow_short_rsa_length },
		{ "is_rpk_not_cert", &out->is_rpk_not_cert },
	};
	unsigned known = 0;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const char *value = find_value(sets, members[i].name,
					       strlen(members[i].name));

		if (value == NULL)
			continue;
		known++;
		*members[i].place = (uint8_t)strtoul(value, NULL, 10);
	}
	if (known != sets->count)
		exit(2);
}

coap_dtls_pki_t make_pki(const struct options *options)
{
	void *argument = (void *)(uintptr_t)options;
	coap_dtls_pki_t pki = {
		.version = COAP_DTLS_PKI_SETUP_VERSION,
		.verify_peer_cert = 1,
		.client_sni = (char *)(uintptr_t)options->name,
		.pki_key = make_key(options),
	};

	set_members(&options->sets, &pki);
	if (options->refuse != NULL || options->pinned != NULL ||
	    options->ends_session) {
		pki.validate_cn_call_back = validate_name;
		pki.cn_call_back_arg = argument;
	}
	if (options->names.count > 0) {
		pki.validate_sni_call_back = choose_key;
		pki.sni_call_back_arg = argument;
	}
	if (options->more_setup)
		pki.additional_tls_setup_call_back = set_up_more;
	return pki;
}

/* PSK */

static const coap_dtls_cpsk_info_t *take_hint(coap_str_const_t *hint,
					      coap_session_t *session,
					      void *argument)
{
	static coap_dtls_cpsk_info_t info;
	const struct options *options = argument;
	const char *key = find_value(&options->identities, options->hint,
				     strlen(options->hint));

	printf("callback hint=%.*s session=%d\n", (int)hint->length,
	       (const char *)hint->s, session != NULL);
	if (key == NULL)
		return NULL;
	info.identity = binary_of(options->hint);
	info.key = binary_of(key);
	return &info;
}

coap_dtls_cpsk_t make_client_psk(const struct options *options)
{
	coap_dtls_cpsk_t psk = {
		.version = COAP_DTLS_CPSK_SETUP_VERSION,
		.client_sni = (char *)(uintptr_t)options->name,
		.psk_info = {
			.identity = binary_of(options->identity),
			.key = binary_of(options->psk),
		},
	};

	if (options->hint != NULL) {
		psk.validate_ih_call_back = take_hint;
		psk.ih_call_back_arg = (void *)(uintptr_t)options;
	}
	return psk;
}

static void print_binary(const char *what, const coap_bin_const_t *binary)
{
	if (binary != NULL && binary->s != NULL)
		printf(" %s=%.*s", what, (int)binary->length,
		       (const char *)binary->s);
}

/* What the callback is asked for is in use. */
static void change_settings(const coap_session_t *session)
{
	coap_context_t *context = coap_session_get_context(session);
	coap_dtls_spsk_t psk = {
		.version = COAP_DTLS_SPSK_SETUP_VERSION,
		.psk_info.key = binary_of("another"),
	};

	printf("callback change mtu=%d psk=%d\n",
	       adtls_coap_set_mtu(context, 1000) == ADTLS_OK,
	       coap_context_set_psk2(context, &psk));
}

/* --identities IDENTITY=KEY */
static const coap_bin_const_t *find_key(coap_bin_const_t *identity,
					coap_session_t *session, void *argument)
{
	static coap_bin_const_t key;
	const struct options *options = argument;
	const char *text = (const char *)identity->s;

	printf("callback identity=%s", text);
	print_binary("hint", coap_session_get_psk_hint(session));
	print_binary("session", coap_session_get_psk_identity(session));
	printf("\n");
	if (options->changes_settings)
		change_settings(session);
	key = binary_of(find_value(&options->identities, text,
				   identity->length));
	return key.s != NULL ? &key : NULL;
}

/* --psk-names NAME=KEY, and the name is the hint. */
static const coap_dtls_spsk_info_t *
choose_psk(const char *name, coap_session_t *session, void *argument)
{
	static coap_dtls_spsk_info_t info;
	const struct options *options = argument;
	const char *key = find_value(&options->psk_names, name, strlen(name));

	printf("callback psk-sni=%s session=%d\n", name, session != NULL);
	info.hint = binary_of(name);
	info.key = binary_of(key);
	return key != NULL ? &info : NULL;
}

coap_dtls_spsk_t make_server_psk(const struct options *options)
{
	void *argument = (void *)(uintptr_t)options;
	coap_dtls_spsk_t psk = {
		.version = COAP_DTLS_SPSK_SETUP_VERSION,
		.psk_info = {
			.hint = binary_of(options->hint),
			.key = binary_of(options->psk),
		},
	};

	if (options->identities.count > 0) {
		psk.validate_id_call_back = find_key;
		psk.id_call_back_arg = argument;
	}
	if (options->psk_names.count > 0) {
		psk.validate_sni_call_back = choose_psk;
		psk.sni_call_back_arg = argument;
	}
	return psk;
}
