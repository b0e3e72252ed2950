/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates and credentials for tests, made with GnuTLS. */
#include "tests/support/test_credentials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "base/buffer.h"
#include "crypto/group.h"

#define SECP256R1  0x0017
#define SCALAR_LEN 32
#define YEAR_S	   (365 * TEST_DAY_S)

const struct test_certificate test_root = {
	.name = "root",
	.is_authority = true,
};

const struct test_certificate test_intermediate = {
	.name = "intermediate",
	.issuer = "root",
	.is_authority = true,
};

const struct test_certificate test_server = {
	.name = TEST_SERVER_NAME,
	.issuer = "intermediate",
	.dns_name = TEST_SERVER_NAME,
	.purpose = GNUTLS_KP_TLS_WWW_SERVER,
	.usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
};

const struct test_certificate test_client = {
	.name = TEST_CLIENT_NAME,
	.issuer = "intermediate",
	.dns_name = TEST_CLIENT_NAME,
	.purpose = GNUTLS_KP_TLS_WWW_CLIENT,
	.usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
};

/* "RSA": 2048 bits. */
static const char rsa_2048_key[] =
	"-----BEGIN RSA PRIVATE KEY-----\n"
	"MIIEogIBAAKCAQEAnxEEl5/14l6luAFaMLGGSpEob46tHMNBVvCes4raWBVA97CA\n"
	"FOfe3oiAcuzWBUXAYt19TXLwitn7TXyKYNCGrO13d+oQZvnuMDO4MEvtuUNq5EHu\n"
	"xgw5av3eoslnR90EYh2TptSEl2dMYP4k6FwLB4UoPTIkObdk8gQ2LBjzkOML96tU\n"
	"118S10DMbwSK4WTVQR9bL+OZ92khIEj9NarD+TL6QkNsFWlR4t6wh7Y4KrA9eUSc\n"
	"JagYATi4mPrjhGOY6gzIsrVOhkRw3a2cWAKfR/7QaOmHivG/gjpnj/CRgoTjwJpQ\n"
	"XRIj1H16L9vpMnlnurM7JiUvWwlA1s6oGi1nIQIDAQABAoIBAATc3NKT0c0DTrai\n"
	"1/KAItZZvK44YuNrtq4lOfzMJGOn9q37x9abxgzwiFi7E8nieYCsO73n4yGji1Kx\n"
	"mXtfNJbJxaq1TZ4QSu9PTXSwhYpx3K0wtM96JTE3pJw+Yvln8M/dDpv9iDYmsseO\n"
	"TWuLEM1AjVvdkgzvpdbeORe9BYkq02Yfo0uLgKrmqlNsZdj8x4ux8yGOOtGm7Edm\n"
	"C4WiIlyoeEPkTWiUSvfk+nldOh2hW8xvjUOTPqTdRXOsngfXQgaeJH1YLtkkOzJP\n"
	"3c+md9o4eyr5IbM3zOa37t+ADFNprgXSkXJE+pKBY+OmnEqb2I9Oi/qH20gJPBkj\n"
	"Whk27KECgYEAzfDECqvK132WJtieKfOCw3LEQ+fjyXuygjii53PZ/+28bp2hXE8D\n"
	"s5kDL2fz5IDoZntxKJwCwBct5/YItI2fili5qhzb/+kCXdUT5DjRxfs65UkCcq4W\n"
	"RULwocsFEzMgd71V9zXvWLADow4g4VVABxyGXI1WFb/4EnRTp+Mu2+kCgYEAxbti\n"
	"B4LwpqF/jqPqZqFD0HOimqJ7lPReBEEdX9g4ZJ9SZQIoH+PS3G2DjBGtkNKLaSFN\n"
	"lHzd+/cWFTIL99Vxd2yRRNslPts4MT9H3Nr8hig+FkFHJa89uOtL3oCiLAbxPV/D\n"
	"9mcInp1LFnCRkxzGfCJYqQx3uZhyFRno7BTgBnkCgYAkyZyLd3Ktmc6Hs+xU/B3g\n"
	"whCTPMoxBLq3jlxzUfugPxyI+fmIHsk/fNbX0g78Q5bAL87f/TZ0j+9wXz/g2Oel\n"
	"9AF+hNc72KjGkDiUbR3z6tPzf15DlBuAVdvcWwLWEiz7lsPTfDv8ML0FlJGFDxB3\n"
	"9L1/rPOywO8UhNkoxWlqeQKBgAy55LNLECYJWuZZUmrMkkrGRn7hWkbZ+3sWncdf\n"
	"aTHAt1Lc8qwqw5WATuki8iLSCjr388BM0RS4cGlo0TBgQm9HQ4pE+H61KUayJfPm\n"
	"/D2+NVDFXsjkIHrYWge2C7n9sGUc1sXzF7Dturl1AUmQno26wC4RKVt+nkkRY9Zd\n"
	"+ZUxAoGAHKpxKbCZo3nNzxtlc1M5Z6RA00Vo2skkILPJRNbWkj8ImYMhDHXRL0iN\n"
	"HIsyL8co4wOSyBUY78nXGa/mIFJfYQKdAQko/5e5AEa2zkJEraYITqUp11xrnyy+\n"
	"PKk9eBTfVT0/ZKqMGZj1DZYRVX9kjHBHqZFsaOYIx7VRHre2MvM=\n"
	"-----END RSA PRIVATE KEY-----\n";

/* "RSA-1024": too small for anyone. */
static const char rsa_1024_key[] =
	"-----BEGIN RSA PRIVATE KEY-----\n"
	"MIICXAIBAAKBgQDQwUpSls+4vWG8773hWlYDZsgB27pBV4bKrzUmNK4jnyz2USUj\n"
	"enERVOHzDgOyWB8OP/AKJmqCbK9kAfSpiVmEBEifQSVORbI0ywu+zjmYFgeqo6Lc\n"
	"5kP/1uPciNnhlhEbX9V7Y1LhrKnAoa0vstm4DkmZ4rgmd17YJ7FCBpntSQIDAQAB\n"
	"AoGAUpkYWkNX32X3pTVK8T64J9JkMvAI60/BgrL+maZgfLG/rZp/0mDhGhV27Z/O\n"
	"8KMTbqT3ylxW6lIst6pabzZsVywUeDRCNDqp5hOORa5ScgpfqzCTt3uYuXov2iAk\n"
	"C33zg/+y/CjcA/ogxXzd2uWD5wxyq1euwyLWyXHlcjuXz60CQQDpKceSL0qgtJ7a\n"
	"9mxq2hIpmxELu8OxucbAAhdiKg3fz90pv4PvJHvEJtu8wpP15VHem+L0DbwrDsbU\n"
	"t3N/vx1jAkEA5TODLcRwubYcx6IAIr9Zug7vde7Ra5YMopKNICZPCZPTY+nWrd0Z\n"
	"0hLs+S5VxOJY0MxUsGPM0XjJz9ovL8UwYwJAQ16HA34WmgiWPb4l5VnNFahwbGt8\n"
	"R8Xd32y7ROnRyHFO/dkQTfDEshBoPUobZlk0JpX0JYAydl52pM+815Ro8QJAOgir\n"
	"BGGi8ULtUpbwVdwBihzSARhxKj6aAGf/F87bYF9vvPKuiuNa8FgebJGQ4gM13dh+\n"
	"8RKz/64H23sxS3UwZQJBAI9ye7nwDhBeIGCNj6CIvMI7Hv9jRFQKTj/FnyT/iLr4\n"
	"mw5xlGhClZhdGOFjIwbFF8m5ec+mUMn60iNMro4FbN0=\n"
	"-----END RSA PRIVATE KEY-----\n";

/* "Ed448": RFC 8032 §7.4, blank. */
static const char ed448_key[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MEcCAQAwBQYDK2VxBDsEOWyCpWLLgI0Q1jK+ichRPr9skp803fqMn2PJlg7240ij\n"
	"UoyKP8wvBE45o/xblEkvjwMudUmiAJj5Ww==\n"
	"-----END PRIVATE KEY-----\n";

/* "Ed25519": RFC 8032 §7.1, test 1. */
static const char ed25519_key[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
	"-----END PRIVATE KEY-----\n";

static void check(int result)
{
	if (result < 0)
		fail_msg("GnuTLS: %s", gnutls_strerror(result));
}

static gnutls_datum_t datum(const void *data, size_t len)
{
	return (gnutls_datum_t){ .data = (void *)data, .size = (unsigned)len };
}

/* What GnuTLS allocated, copied and released. */
static struct test_bytes taken(gnutls_datum_t *given)
{
	struct test_bytes bytes = { .len = given->size };

	assert_in_range(given->size, 1, sizeof(bytes.data));
	memcpy(bytes.data, given->data, given->size);
	gnutls_free(given->data);
	return bytes;
}

static int give_scalar(void *context, uint8_t *out, size_t len)
{
	assert_int_equal(len, SCALAR_LEN);
	memcpy(out, context, len);
	return 0;
}

/* The scalar is SHA-256 of the name; adtls itself computes its point. */
static gnutls_x509_privkey_t secp256r1_key(const char *name)
{
	uint8_t scalar[SCALAR_LEN] = { 0 };
	struct crypto_random random = { .fill = give_scalar,
					.context = scalar };
	struct crypto_key_exchange *point;
	const uint8_t *share;
	gnutls_x509_privkey_t key;
	gnutls_datum_t x;
	gnutls_datum_t y;
	gnutls_datum_t k = datum(scalar, SCALAR_LEN);

	assert_true(crypto_hash_compute(&crypto_sha256,
					bytes_of(name, strlen(name)), scalar));
	point = crypto_key_exchange_new(crypto_group_find(SECP256R1), &random);
	assert_non_null(point);
	share = crypto_key_exchange_share(point).data;
	x = datum(share + 1, SCALAR_LEN);
	y = datum(share + 1 + SCALAR_LEN, SCALAR_LEN);
	check(gnutls_x509_privkey_init(&key));
	check(gnutls_x509_privkey_import_ecc_raw(
		key, GNUTLS_ECC_CURVE_SECP256R1, &x, &y, &k));
	crypto_key_exchange_free(point);
	return key;
}

static gnutls_x509_privkey_t pem_key(const char *pem)
{
	gnutls_datum_t encoded = datum(pem, strlen(pem));
	gnutls_x509_privkey_t key;

	check(gnutls_x509_privkey_init(&key));
	check(gnutls_x509_privkey_import2(key, &encoded, GNUTLS_X509_FMT_PEM,
					  NULL, 0));
	return key;
}

static gnutls_x509_privkey_t key_of(const char *name)
{
	if (strcmp(name, "RSA-1024") == 0)
		return pem_key(rsa_1024_key);
	if (strncmp(name, "RSA", 3) == 0)
		return pem_key(rsa_2048_key);
	if (strncmp(name, "Ed25519", 7) == 0)
		return pem_key(ed25519_key);
	if (strncmp(name, "Ed448", 5) == 0)
		return pem_key(ed448_key);
	return secp256r1_key(name);
}

gnutls_privkey_t test_key(const char *name)
{
	gnutls_privkey_t key;

	check(gnutls_privkey_init(&key));
	check(gnutls_privkey_import_x509(key, key_of(name),
					 GNUTLS_PRIVKEY_IMPORT_AUTO_RELEASE));
	return key;
}

struct test_bytes test_key_pem(const char *name)
{
	gnutls_x509_privkey_t key = key_of(name);
	gnutls_datum_t pem;

	check(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem));
	gnutls_x509_privkey_deinit(key);
	return taken(&pem);
}

/* A certificate with nothing but a subject and a key. */
static gnutls_x509_crt_t named(const char *name, const char *key_name)
{
	gnutls_x509_privkey_t key = key_of(key_name);
	gnutls_x509_crt_t certificate;

	check(gnutls_x509_crt_init(&certificate));
	check(gnutls_x509_crt_set_version(certificate, 3));
	check(gnutls_x509_crt_set_dn_by_oid(certificate,
					    GNUTLS_OID_X520_COMMON_NAME, 0,
					    name, (unsigned)strlen(name)));
	check(gnutls_x509_crt_set_serial(certificate, "\x42", 1));
	check(gnutls_x509_crt_set_key(certificate, key));
	gnutls_x509_privkey_deinit(key);
	return certificate;
}

static void set_names(gnutls_x509_crt_t certificate,
		      const struct test_certificate *made)
{
	struct in_addr address;

	if (made->dns_name != NULL)
		check(gnutls_x509_crt_set_subject_alt_name(
			certificate, GNUTLS_SAN_DNSNAME, made->dns_name,
			(unsigned)strlen(made->dns_name), GNUTLS_FSAN_APPEND));
	if (made->ip_address == NULL)
		return;
	assert_int_equal(inet_pton(AF_INET, made->ip_address, &address), 1);
	check(gnutls_x509_crt_set_subject_alt_name(
		certificate, GNUTLS_SAN_IPADDRESS, &address, sizeof(address),
		GNUTLS_FSAN_APPEND));
}

static void set_uses(gnutls_x509_crt_t certificate,
		     const struct test_certificate *made)
{
	unsigned usage = made->usage;

	if (made->is_authority) {
		check(gnutls_x509_crt_set_basic_constraints(certificate, 1,
							    -1));
		usage |= GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN;
	}
	if (usage != 0)
		check(gnutls_x509_crt_set_key_usage(certificate, usage));
	if (made->purpose != NULL)
		check(gnutls_x509_crt_set_key_purpose_oid(certificate,
							  made->purpose, 0));
	if (made->critical_oid != NULL)
		check(gnutls_x509_crt_set_extension_by_oid(
			certificate, made->critical_oid, "\x05", 2, 1));
}

static void set_times(gnutls_x509_crt_t certificate,
		      const struct test_certificate *made)
{
	int64_t from = made->from_s != 0 ? made->from_s : TEST_UTC - YEAR_S;
	int64_t until = made->until_s != 0 ? made->until_s : TEST_UTC + YEAR_S;

	check(gnutls_x509_crt_set_activation_time(certificate, from));
	check(gnutls_x509_crt_set_expiration_time(certificate, until));
}

static gnutls_x509_crt_t make(const struct test_certificate *made)
{
	const char *issuer_name = made->issuer != NULL ? made->issuer
						       : made->name;
	gnutls_digest_algorithm_t digest =
		made->digest != 0 ? made->digest : GNUTLS_DIG_SHA256;
	gnutls_x509_crt_t certificate =
		named(made->name, made->key != NULL ? made->key : made->name);
	gnutls_x509_crt_t issuer = named(issuer_name, issuer_name);
	gnutls_privkey_t issuer_key = test_key(issuer_name);

	set_names(certificate, made);
	set_uses(certificate, made);
	set_times(certificate, made);
	check(gnutls_x509_crt_privkey_sign(certificate, issuer, issuer_key,
					   digest,
					   GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE));
	gnutls_x509_crt_deinit(issuer);
	gnutls_privkey_deinit(issuer_key);
	return certificate;
}

static struct test_bytes exported(const struct test_certificate *made,
				  gnutls_x509_crt_fmt_t format)
{
	gnutls_x509_crt_t certificate = make(made);
	gnutls_datum_t encoded;

	check(gnutls_x509_crt_export2(certificate, format, &encoded));
	gnutls_x509_crt_deinit(certificate);
	return taken(&encoded);
}

struct test_bytes test_certificate_der(const struct test_certificate *made)
{
	return exported(made, GNUTLS_X509_FMT_DER);
}

struct test_bytes test_certificate_pem(const struct test_certificate *made)
{
	return exported(made, GNUTLS_X509_FMT_PEM);
}

struct test_bytes test_crl_der(const struct test_crl *made)
{
	int64_t until = made->until_s != 0 ? made->until_s : TEST_UTC + YEAR_S;
	const char *key_name = made->key != NULL ? made->key
						 : made->issuer->name;
	gnutls_x509_crt_t issuer = make(made->issuer);
	gnutls_privkey_t key = test_key(key_name);
	gnutls_datum_t der;
	gnutls_x509_crl_t crl;

	check(gnutls_x509_crl_init(&crl));
	check(gnutls_x509_crl_set_version(crl, 2));
	check(gnutls_x509_crl_set_this_update(crl, TEST_UTC - YEAR_S));
	check(gnutls_x509_crl_set_next_update(crl, until));
	check(gnutls_x509_crl_set_number(crl, "\x01", 1));
	if (made->revokes)
		check(gnutls_x509_crl_set_crt_serial(crl, "\x42", 1,
						     TEST_UTC - TEST_DAY_S));
	check(gnutls_x509_crl_privkey_sign(crl, issuer, key, GNUTLS_DIG_SHA256,
					   GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE));
	check(gnutls_x509_crl_export2(crl, GNUTLS_X509_FMT_DER, &der));
	gnutls_x509_crl_deinit(crl);
	gnutls_x509_crt_deinit(issuer);
	gnutls_privkey_deinit(key);
	return taken(&der);
}

static void add_key(adtls_credentials_t *credentials,
		    const struct test_certificate *leaf)
{
	gnutls_x509_crt_t certificates[] = { make(leaf),
					     make(&test_intermediate) };
	gnutls_pcert_st chain[2];

	for (size_t i = 0; i < 2; i++) {
		check(gnutls_pcert_import_x509(&chain[i], certificates[i], 0));
		gnutls_x509_crt_deinit(certificates[i]);
	}
	assert_int_equal(
		adtls_credentials_set_key(
			credentials, chain, 2,
			test_key(leaf->key != NULL ? leaf->key : leaf->name)),
		0);
	gnutls_pcert_deinit(&chain[0]);
	gnutls_pcert_deinit(&chain[1]);
}

adtls_credentials_t *test_credentials(const struct test_certificate *leaf)
{
	struct test_bytes root = test_certificate_der(&test_root);
	adtls_credentials_t *credentials;

	assert_int_equal(adtls_credentials_new(ADTLS_CREDENTIALS_REPRODUCIBLE,
					       &credentials),
			 0);
	assert_int_equal(
		adtls_credentials_add_trust_mem(credentials, test_view(&root)),
		0);
	if (leaf != NULL)
		add_key(credentials, leaf);
	return credentials;
}
