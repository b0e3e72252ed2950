/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attesters: what makes Evidence about this device. */
#ifndef ADTLS_ATTESTER_H
#define ADTLS_ATTESTER_H

#include <adtls/error.h>
#include <adtls/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How strongly Evidence ties the TLS identity key to the environment (protocol §4.2). */
typedef enum adtls_key_binding {
	/** The environment states itself that the key lives in it. */
	ADTLS_KEY_BINDING_KEY_ATTESTED = 0,
	/** The whole TLS stack runs inside the measured environment. */
	ADTLS_KEY_BINDING_MONOLITHIC = 1,
	/** The environment repeats a key that the host handed in: proves nothing of it. */
	ADTLS_KEY_BINDING_ECHO = 2
} adtls_key_binding_t;

/** An Evidence type as negotiated (protocol §3). */
typedef struct adtls_evidence_type {
	/** CoAP Content-Format, or -1 when @media_type says it. */
	int content_format;
	/** ASCII media type, or NULL. */
	const char *media_type;
} adtls_evidence_type_t;

/** What Evidence is to be made of. Everything is borrowed for the call. */
typedef struct adtls_evidence_request {
	const adtls_evidence_type_t *type;	/* one of the attester's own */
	adtls_bytes_t binder;			/* the nonce: 32 or 48 bytes */
	adtls_bytes_t tik;			/* TLS identity key, SubjectPublicKeyInfo DER */
	int64_t utc_s;				/* or ADTLS_UTC_UNKNOWN */
} adtls_evidence_request_t;

/** Where an attester puts its CMW. */
typedef struct adtls_evidence adtls_evidence_t;

/** adtls_evidence_set: Copies one CMW, JSON or CBOR. Returns: ADTLS_OK, ADTLS_E_INVALID if it is empty, ADTLS_E_TOO_LARGE or ADTLS_E_MEMORY. */
int adtls_evidence_set(adtls_evidence_t *evidence, const void *cmw, size_t len);

/** A backend; const, with static storage. */
typedef struct adtls_attester_ops {
	const char *name;
	adtls_key_binding_t key_binding;
	/** The longest binder that fits its nonce field, in bytes. */
	size_t binder_max;
	const adtls_evidence_type_t *types;
	size_t type_count;
	/**
	 * Make Evidence: may take seconds, is called from any thread, and by
	 * several at once. Returns: ADTLS_OK or an error; on error the
	 * handshake ends with internal_error.
	 */
	int (*make_evidence)(void *context,
			     const adtls_evidence_request_t *request,
			     adtls_evidence_t *out);
	void (*free)(void *context);
} adtls_attester_ops_t;

/** Shared by any number of configurations; reference-counted. */
typedef struct adtls_attester adtls_attester_t;

/** adtls_attester_new: Own backends start here; @context is freed by ops->free with the last reference, also on error. */
int adtls_attester_new(const adtls_attester_ops_t *ops, void *context,
		       adtls_attester_t **out);
adtls_attester_t *adtls_attester_ref(adtls_attester_t *attester);
void adtls_attester_unref(adtls_attester_t *attester);

/** What the software attester says of this device. */
typedef struct adtls_software_attester_params {
	/** PEM or DER P-256 private key that signs Evidence. */
	adtls_bytes_t attestation_key;
	/** Universal Entity ID, RFC 9711 §4.2.1: 7 to 33 bytes. */
	adtls_bytes_t ueid;
	const char *software_name;
	/** NULL: not stated. */
	const char *software_version;
	/** SHA-256 of the firmware, 32 bytes. */
	adtls_bytes_t measurement;
	/** RFC 6979 signatures, for simulations that replay. */
	bool reproducible;
} adtls_software_attester_params_t;

/**
 * adtls_software_attester_new:
 * @params: copied; nothing is borrowed afterwards
 * @out: release with adtls_attester_unref()
 *
 * Signs EAT (CWT, Content-Format 263) with a key in this process's memory. It
 * protects nothing: whoever controls the process can sign any measurement.
 * It is there for development, and declares ADTLS_KEY_BINDING_ECHO.
 *
 * Returns: ADTLS_OK, ADTLS_E_INVALID (a size), ADTLS_E_CREDENTIALS (the key),
 * or ADTLS_E_MEMORY.
 */
int adtls_software_attester_new(const adtls_software_attester_params_t *params,
				adtls_attester_t **out);

#ifdef __cplusplus
}
#endif

#endif
