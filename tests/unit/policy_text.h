/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pieces of policy files: the public key of the vectors' attestation key, and
 * a policy around it. */
#ifndef TESTS_UNIT_POLICY_TEXT_H
#define TESTS_UNIT_POLICY_TEXT_H

/* attestation_spki of evidence.json, as PEM in a JSON string. */
#define POLICY_KEY                                                         \
	"\"-----BEGIN PUBLIC KEY-----\\n"                                  \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8ov4Tpiwm0GMrxl003/NhR5mDwcE" \
	"\\nVqljQrcTYI0Xd0SXJx+/LtCd4rN4Zy+REurKW4Jr/YBkGasYZ39ZHkk9lw=="  \
	"\\n-----END PUBLIC KEY-----\\n\""

/* Another key on P-256. */
#define POLICY_OTHER_KEY                                                   \
	"\"-----BEGIN PUBLIC KEY-----\\n"                                  \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2swlmGltj+/xaToAOjMk25pgBdpq" \
	"\\nk9m9e3gMoFg/TLs68keKcgp2Km/kfzJD7TpiHnlK7lUyOqKnqWBIoGu9PA=="  \
	"\\n-----END PUBLIC KEY-----\\n\""

/* Measurements of evidence.json: "genuine" and "other firmware". */
#define POLICY_GENUINE \
	"6c2b3ae24bb63bfb43312344e73b885537972a29824c7cb10a6180e4cac74020"
#define POLICY_OTHER \
	"54afc3611c596fb2cf364f8b0ed2f278b1d760a33bd0fb14032122387a7574db"

#define POLICY_ANCHOR(name, key, more)               \
	"{\"name\":\"" name "\",\"public-key\":" key \
	",\"key-binding\":\"echo\"" more "}"
#define POLICY_REFERENCE(name, digits)                                      \
	"{\"software-name\":\"" name "\",\"measurement\":\"sha-256:" digits \
	"\"}"

/* @more begins with a comma, unless it is empty. */
#define POLICY_TEXT(anchors, references, more)       \
	"{\"version\":1,\"trust-anchors\":[" anchors \
	"],\"reference-values\":[" references "]" more "}"

#define POLICY_USUAL_ANCHOR POLICY_ANCHOR("maker", POLICY_KEY, "")
#define POLICY_USUAL_REFERENCE \
	POLICY_REFERENCE("sensor-firmware", POLICY_GENUINE)
#define POLICY_ACCEPT_ECHO ",\"accept-key-binding\":[\"key-attested\",\"echo\"]"

#endif
