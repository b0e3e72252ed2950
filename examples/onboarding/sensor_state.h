/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a sensor keeps between runs: its operational key with its certificate
 * in one file, so that they can never be those of two enrolments, and the CA
 * certificates.
 */
#ifndef ADTLS_ONBOARDING_SENSOR_STATE_H
#define ADTLS_ONBOARDING_SENSOR_STATE_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdbool.h>

#include "est_client.h"
#include "file.h"

struct sensor_state {
	char operational_file[FILE_PATH_SIZE]; /* key and certificate, 0600 */
	char authorities_file[FILE_PATH_SIZE]; /* CA certificates */
};

/* Prepares a state directory; complains on failure. */
bool sensor_state_open(const char *directory, struct sensor_state *state);

/* Keeps a new key with its certificate; complains on failure. */
bool sensor_state_save(const struct sensor_state *state, gnutls_privkey_t key,
		       gnutls_x509_crt_t certificate,
		       const struct est_certificates *authorities);

/* Reads the current operational certificate; complains on failure. The caller
 * frees *out. */
bool sensor_state_certificate(const struct sensor_state *state,
			      gnutls_x509_crt_t *out);

#endif
