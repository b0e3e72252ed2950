/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From options to a configuration and a socket: files, numbers and names. */
#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UEID_MIN	7
#define UEID_MAX	33
#define MEASUREMENT_LEN 32

static void check(int result, const char *what)
{
	if (result != ADTLS_OK)
		echo_fail(ECHO_USAGE, "%s: %s", what, adtls_strerror(result));
}

static adtls_credentials_t *credentials(const struct echo_options *options)
{
	adtls_credentials_t *made;

	check(adtls_credentials_new(0, &made), "credentials");
	if (options->ca != NULL)
		check(adtls_credentials_add_trust_file(made, options->ca),
		      options->ca);
	if (options->cert != NULL)
		check(adtls_credentials_set_key_file(made, options->cert,
						     options->key),
		      options->cert);
	return made;
}

/* Reads @len_min to @len_max bytes. */
static size_t from_hex(const char *option, const char *hex, uint8_t *out,
		       size_t len_min, size_t len_max)
{
	size_t len = strlen(hex) / 2;

	if (strspn(hex, "0123456789abcdefABCDEF") != strlen(hex))
		echo_fail(ECHO_USAGE, "%s: \"%s\" is not hexadecimal", option,
			  hex);
	if (strlen(hex) % 2 != 0 || len < len_min || len > len_max)
		echo_fail(ECHO_USAGE, "%s: \"%s\" is not %zu to %zu bytes",
			  option, hex, len_min, len_max);
	for (size_t i = 0; i < len; i++) {
		char digits[] = { hex[2 * i], hex[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return len;
}

/* A key file is small: more than this is none. */
static size_t read_file(const char *name, uint8_t *out, size_t out_len)
{
	FILE *file = fopen(name, "rb");
	size_t len;

	if (file == NULL)
		echo_fail(ECHO_USAGE, "%s: %s", name, strerror(errno));
	len = fread(out, 1, out_len, file);
	fclose(file);
	return len;
}

static adtls_attester_t *attester(const struct echo_options *options)
{
	uint8_t key[8192];
	uint8_t ueid[UEID_MAX];
	uint8_t measurement[MEASUREMENT_LEN];
	adtls_software_attester_params_t params = { 0 };
	adtls_attester_t *made;

	if (options->ueid == NULL || options->software == NULL ||
	    options->measurement == NULL)
		echo_fail(ECHO_USAGE, "--attestation-key needs --ueid, "
				      "--software and --measurement");
	params.attestation_key.data = key;
	params.attestation_key.len =
		read_file(options->attestation_key, key, sizeof(key));
	params.ueid.data = ueid;
	params.ueid.len =
		from_hex("--ueid", options->ueid, ueid, UEID_MIN, UEID_MAX);
	params.software_name = options->software;
	params.measurement.data = measurement;
	params.measurement.len = from_hex("--measurement", options->measurement,
					  measurement, MEASUREMENT_LEN,
					  MEASUREMENT_LEN);
	check(adtls_software_attester_new(&params, &made),
	      options->attestation_key);
	explicit_bzero(key, sizeof(key));
	return made;
}

static void set_policy(adtls_config_t *config, const char *file)
{
	adtls_policy_t *policy;
	char message[512];

	if (adtls_policy_load_file(file, &policy, message, sizeof(message)) !=
	    ADTLS_OK)
		echo_fail(ECHO_USAGE, "%s: %s", file, message);
	check(adtls_config_set_policy(config, policy, NULL), file);
	adtls_policy_unref(policy);
}

static void write_line(void *context, const char *line)
{
	dprintf((int)(intptr_t)context, "%s\n", line);
}

/* Whoever reads the file can read the traffic, so only its owner may. */
static void set_key_log(adtls_config_t *config, const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		echo_fail(ECHO_USAGE, "%s: %s", file, strerror(errno));
	check(adtls_config_set_key_log(config, write_line,
				       (void *)(intptr_t)fd),
	      "--key-log");
}

static void set_priority(adtls_config_t *config, const char *priority)
{
	char description[1024];

	if (adtls_config_set_priority(config, priority) == ADTLS_OK)
		return;
	adtls_priority_describe(priority, description, sizeof(description));
	echo_fail(ECHO_USAGE, "--priority: %s", description);
}

static void set_forgery_limit(adtls_config_t *config, const char *limit)
{
	char *end;
	unsigned long long records = strtoull(limit, &end, 10);

	if (*limit == '\0' || *end != '\0' ||
	    adtls_config_set_forgery_limit(config, records) != ADTLS_OK)
		echo_fail(ECHO_USAGE, "--forgery-limit: \"%s\" is no number",
			  limit);
}

static void set_mtu(adtls_config_t *config, const char *mtu)
{
	char *end;
	unsigned long bytes = strtoul(mtu, &end, 10);

	if (*mtu == '\0' || *end != '\0' ||
	    adtls_config_set_mtu(config, bytes) != ADTLS_OK)
		echo_fail(ECHO_USAGE, "--mtu: \"%s\" is not 256 to 65507", mtu);
}

adtls_config_t *echo_config(const struct echo_options *options)
{
	adtls_credentials_t *made = credentials(options);
	adtls_config_t *config;
	char message[512];

	check(adtls_config_new(&config), "configuration");
	check(adtls_config_set_credentials(config, made), "credentials");
	adtls_credentials_unref(made);
	if (options->priority != NULL)
		set_priority(config, options->priority);
	if (options->forgery_limit != NULL)
		set_forgery_limit(config, options->forgery_limit);
	if (options->mtu != NULL)
		set_mtu(config, options->mtu);
	if (options->key_log != NULL)
		set_key_log(config, options->key_log);
	if (options->policy != NULL)
		set_policy(config, options->policy);
	if (options->attestation_key != NULL) {
		adtls_attester_t *device = attester(options);

		check(adtls_config_set_attester(config, device), "attester");
		adtls_attester_unref(device);
	}
	if (options->no_cookie)
		check(adtls_config_set_cookie(config, false), "--no-cookie");
	if (options->require_client_cert)
		check(adtls_config_set_client_authentication(
			      config, ADTLS_CLIENT_AUTHENTICATION_REQUIRE),
		      "--require-client-cert");
	if (adtls_config_seal(config, message, sizeof(message)) != ADTLS_OK)
		echo_fail(ECHO_USAGE, "%s", message);
	return config;
}

struct addrinfo *echo_resolve(const char *address, char **out_host)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	const char *colon = strrchr(address, ':');
	struct addrinfo *found;
	int error;

	if (colon == NULL || colon == address)
		echo_fail(ECHO_USAGE, "\"%s\" is not HOST:PORT", address);
	if (address[0] == '[' && colon[-1] == ']')
		*out_host = strndup(address + 1, (size_t)(colon - address) - 2);
	else
		*out_host = strndup(address, (size_t)(colon - address));
	if (*out_host == NULL)
		echo_fail(ECHO_NETWORK, "%s", strerror(errno));
	error = getaddrinfo(*out_host, colon + 1, &hints, &found);
	if (error != 0)
		echo_fail(ECHO_NETWORK, "%s: %s", address, gai_strerror(error));
	return found;
}

static void print_listening(int fd)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	char host[NI_MAXHOST];
	char port[NI_MAXSERV];

	getsockname(fd, (struct sockaddr *)&bound, &len);
	if (getnameinfo((struct sockaddr *)&bound, len, host, sizeof(host),
			port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		echo_fail(ECHO_NETWORK, "unknown kind of address");
	printf(strchr(host, ':') != NULL ? "listening on [%s]:%s\n"
					 : "listening on %s:%s\n",
	       host, port);
	fflush(stdout);
}

int echo_listen(const char *address)
{
	char *host;
	struct addrinfo *found = echo_resolve(address, &host);
	int fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result = -1;

	if (fd >= 0)
		result = bind(fd, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	free(host);
	if (result != 0)
		echo_fail(ECHO_NETWORK, "%s: %s", address, strerror(errno));
	print_listening(fd);
	return fd;
}

int echo_status(const adtls_session_t *session, int result)
{
	const adtls_engine_t *engine = adtls_session_engine(session);
	const char *cause = strerror(errno);
	char detail[512] = "";

	if (result >= 0)
		return ECHO_DONE;
	if (result != ADTLS_E_IO) {
		adtls_reason_t reason =
			adtls_engine_reason(engine, detail, sizeof(detail));

		cause = adtls_reason_name(reason);
	}
	fprintf(stderr, "%s: %s: %s%s%s\n", program_invocation_short_name,
		adtls_strerror(result), cause, *detail ? ": " : "", detail);
	if (result == ADTLS_E_IO || result == ADTLS_E_TIMEOUT)
		return ECHO_NETWORK;
	return ECHO_REFUSED;
}
