/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gateway's rules of access, the cheapest proof first: a certificate, its
 * ueid, attestation, that both speak of one device, and the right certificate.
 */
#include "access.h"

#include <stdio.h>
#include <string.h>

/* True if the Evidence speaks of the device that the certificate names. */
static bool is_same_device(const struct access_peer *peer)
{
	char expected[sizeof("ueid:") + DEVICE_UEID_HEX_SIZE];

	snprintf(expected, sizeof(expected), "ueid:%s", peer->identity.hex);
	return peer->attested_device != NULL &&
	       strcmp(peer->attested_device, expected) == 0;
}

/* Refuses and hands the decision through. */
static enum access_decision refuse(enum access_decision decision,
				   struct est_refusal *refusal,
				   const char *reason, const char *sentence)
{
	est_refuse(refusal, reason, "%s", sentence);
	return decision;
}

/* Decides by certificate alone. */
static enum access_decision
decide_by_certificate(const struct access_peer *peer,
		      struct est_refusal *refusal)
{
	if (peer->certificate == ACCESS_CERTIFICATE_NONE)
		return refuse(ACCESS_UNAUTHORIZED, refusal,
			      "certificate-missing",
			      "the device showed no certificate");
	if (peer->certificate == ACCESS_CERTIFICATE_UNKNOWN)
		return refuse(ACCESS_UNAUTHORIZED, refusal,
			      "certificate-unknown",
			      "the device's certificate is neither a known "
			      "manufacturer's nor this gateway's");
	if (!peer->has_identity)
		return refuse(ACCESS_UNAUTHORIZED, refusal, "device-unnamed",
			      "the device's certificate has no ueid in "
			      "hexadecimal as its subject serialNumber");
	return ACCESS_GRANTED;
}

/* Decides by attestation alone. */
static enum access_decision
decide_by_attestation(const struct access_peer *peer,
		      struct est_refusal *refusal)
{
	if (peer->authorization == ADTLS_AUTHORIZATION_PENDING)
		return refuse(ACCESS_LATER, refusal, "attestation-pending",
			      "the device's Evidence is still being appraised");
	if (peer->authorization == ADTLS_AUTHORIZATION_NONE)
		return refuse(ACCESS_UNAUTHORIZED, refusal,
			      "attestation-required",
			      "the device sent no Evidence");
	if (peer->authorization != ADTLS_AUTHORIZATION_GRANTED)
		return refuse(ACCESS_FORBIDDEN, refusal, "attestation-denied",
			      "the device's Evidence was refused");
	if (!is_same_device(peer))
		return refuse(
			ACCESS_FORBIDDEN, refusal, "identity-mismatch",
			"certificate and Evidence name different devices");
	return ACCESS_GRANTED;
}

enum access_decision access_decide(const struct access_peer *peer,
				   enum access_need need,
				   struct est_refusal *refusal)
{
	enum access_decision decision = decide_by_certificate(peer, refusal);

	if (decision == ACCESS_GRANTED)
		decision = decide_by_attestation(peer, refusal);
	if (decision != ACCESS_GRANTED)
		return decision;
	if (need == ACCESS_NEED_MANUFACTURER &&
	    peer->certificate != ACCESS_CERTIFICATE_MANUFACTURER)
		return refuse(ACCESS_FORBIDDEN, refusal,
			      "manufacturer-certificate-needed",
			      "enrolment needs the manufacturer's certificate; "
			      "an enrolled device renews at /sren");
	if (need == ACCESS_NEED_OPERATIONAL &&
	    peer->certificate != ACCESS_CERTIFICATE_OPERATIONAL)
		return refuse(ACCESS_FORBIDDEN, refusal,
			      "operational-certificate-needed",
			      "this needs a certificate of this gateway; enrol "
			      "at /sen first");
	return ACCESS_GRANTED;
}
