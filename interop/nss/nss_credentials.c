/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads PEM files into NSS: authorities get a trust record that lives in
 * memory, the private key becomes a session object of the software token.
 */
#include "nss_credentials.h"

#include <nss.h>
#include <nssb64.h>
#include <pk11pub.h>
#include <prerror.h>
#include <prio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEM_FILE_MAX = 64 * 1024 };

static const char armor_end[] = "-----END ";
static const char certificate_armor[] = "-----BEGIN CERTIFICATE-----";
static const char private_key_armor[] = "-----BEGIN PRIVATE KEY-----";

static void complain(const char *path, const char *what)
{
	fprintf(stderr, "nss_peer: %s: %s\n", path, what);
}

static void complain_of_nss(const char *path, const char *what)
{
	fprintf(stderr, "nss_peer: %s: %s: %s\n", path, what,
		PR_ErrorToName(PR_GetError()));
}

/* The whole file as a string that the caller frees, or NULL. */
static char *read_file(const char *path)
{
	char *text = calloc(1, PEM_FILE_MAX + 1);
	FILE *file = fopen(path, "rb");

	if (text == NULL || file == NULL ||
	    fread(text, 1, PEM_FILE_MAX, file) == 0) {
		complain(path, "cannot be read");
		free(text);
		text = NULL;
	}
	if (file != NULL)
		fclose(file);
	return text;
}

/* Decode the next block with this armor; moves the cursor behind it. */
static SECItem *next_block(char **cursor, const char *armor)
{
	char *begin = strstr(*cursor, armor);
	char *end = begin == NULL ? NULL : strstr(begin, armor_end);

	if (end == NULL)
		return NULL;
	begin += strlen(armor);
	*cursor = end + strlen(armor_end);
	return NSSBase64_DecodeBuffer(NULL, NULL, begin,
				      (unsigned int)(end - begin));
}

/* All certificates of a PEM file, in their order, or NULL. */
static CERTCertList *read_certificates(const char *path)
{
	CERTCertList *list = CERT_NewCertList();
	char *text = read_file(path);
	char *cursor = text;
	SECItem *der;

	while (text != NULL && list != NULL &&
	       (der = next_block(&cursor, certificate_armor)) != NULL) {
		CERTCertificate *certificate = CERT_NewTempCertificate(
			CERT_GetDefaultCertDB(), der, NULL, PR_FALSE, PR_TRUE);

		SECITEM_FreeItem(der, PR_TRUE);
		if (certificate == NULL) {
			complain_of_nss(path, "a certificate is not readable");
			break;
		}
		CERT_AddCertToListTail(list, certificate);
	}
	free(text);
	if (list != NULL && CERT_LIST_EMPTY(list)) {
		complain(path, "holds no certificate");
		CERT_DestroyCertList(list);
		return NULL;
	}
	return list;
}

bool nss_credentials_trust(struct nss_credentials *credentials,
			   const char *path)
{
	CERTCertListNode *node;
	CERTCertTrust trust;

	credentials->authorities = read_certificates(path);
	if (credentials->authorities == NULL ||
	    CERT_DecodeTrustString(&trust, "CT,,") != SECSuccess)
		return false;
	for (node = CERT_LIST_HEAD(credentials->authorities);
	     !CERT_LIST_END(node, credentials->authorities);
	     node = CERT_LIST_NEXT(node)) {
		if (CERT_ChangeCertTrust(CERT_GetDefaultCertDB(), node->cert,
					 &trust) != SECSuccess) {
			complain_of_nss(path, "cannot be trusted");
			return false;
		}
	}
	return true;
}

/* The first unencrypted PKCS#8 key of a PEM file as a session key, or NULL. */
static SECKEYPrivateKey *read_key(const char *path)
{
	static SECItem nickname = { siBuffer, (unsigned char *)"nss_peer", 8 };
	PK11SlotInfo *slot = PK11_GetInternalKeySlot();
	char *text = read_file(path);
	char *cursor = text;
	SECItem *der = text == NULL ? NULL
				    : next_block(&cursor, private_key_armor);
	SECKEYPrivateKey *key = NULL;

	free(text);
	if (slot == NULL || der == NULL)
		complain(path, "holds no PKCS#8 key (certtool --to-p8)");
	else if (PK11_ImportDERPrivateKeyInfoAndReturnKey(
			 slot, der, &nickname, NULL, PR_FALSE, PR_FALSE, KU_ALL,
			 &key, NULL) != SECSuccess)
		complain_of_nss(path, "the key cannot be imported");
	if (der != NULL)
		SECITEM_ZfreeItem(der, PR_TRUE);
	if (slot != NULL)
		PK11_FreeSlot(slot);
	return key;
}

bool nss_credentials_own(struct nss_credentials *credentials,
			 const char *certificate_path, const char *key_path)
{
	credentials->chain = read_certificates(certificate_path);
	if (credentials->chain == NULL)
		return false;
	credentials->key = read_key(key_path);
	return credentials->key != NULL;
}

CERTCertificate *nss_credentials_leaf(const struct nss_credentials *credentials)
{
	if (credentials->chain == NULL)
		return NULL;
	return CERT_LIST_HEAD(credentials->chain)->cert;
}

void nss_credentials_clear(struct nss_credentials *credentials)
{
	if (credentials->key != NULL)
		SECKEY_DestroyPrivateKey(credentials->key);
	if (credentials->chain != NULL)
		CERT_DestroyCertList(credentials->chain);
	if (credentials->authorities != NULL)
		CERT_DestroyCertList(credentials->authorities);
	memset(credentials, 0, sizeof(*credentials));
}
