# SPDX-License-Identifier: LGPL-2.1-or-later
"""Evidence: an Entity Attestation Token as a CWT, signed with COSE_Sign1 ES256."""

from dataclasses import dataclass, field
from typing import Optional

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec

from . import signing
from .keys import digest

COSE_SIGN1_TAG = 18  # RFC 9052 §4.2
ES256 = -7  # RFC 9053 §2.1
HEADER_ALGORITHM, HEADER_KEY_ID = 1, 4

CLAIM_ISSUED_AT = 6  # RFC 8392 §3.1.6
CLAIM_CONFIRMATION = 8  # RFC 8747 §3.1
CLAIM_NONCE = 10  # RFC 9711 §4.1
CLAIM_UEID = 256  # RFC 9711 §4.2.1
CLAIM_SOFTWARE_NAME = 270  # RFC 9711 §4.2.6
CLAIM_SOFTWARE_VERSION = 271  # RFC 9711 §4.2.7
CLAIM_MEASUREMENT = -70001  # private use: a CoSWID hash-entry
HASH_SHA256 = 1  # Named Information Hash Algorithm Registry

CLAIM_NAMES = {CLAIM_ISSUED_AT: "iat", CLAIM_CONFIRMATION: "cnf",
               CLAIM_NONCE: "eat_nonce", CLAIM_UEID: "ueid",
               CLAIM_SOFTWARE_NAME: "swname", CLAIM_SOFTWARE_VERSION: "swversion",
               CLAIM_MEASUREMENT: "measurement"}


def cose_key(public_key: ec.EllipticCurvePublicKey) -> dict:
    """An EC2 COSE_Key on P-256 (RFC 9053 §7.1.1)."""
    numbers = public_key.public_numbers()
    return {1: 2, -1: 1, -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big")}


def key_id(public_key: ec.EllipticCurvePublicKey) -> bytes:
    return digest(signing.spki(public_key))[:8]


@dataclass
class Device:
    """What a software attester says about the device that it runs on."""

    ueid: bytes = b"\1" + bytes(16)
    software_name: str = "sensor-firmware"
    software_version: str = "1.0.0"
    measurement: bytes = field(default_factory=lambda: digest(b"sensor-firmware"))

    def claims(self, nonce: bytes, tls_key: ec.EllipticCurvePublicKey,
               issued_at: int) -> dict:
        return {CLAIM_NONCE: nonce,
                CLAIM_CONFIRMATION: {1: cose_key(tls_key)},
                CLAIM_UEID: self.ueid,
                CLAIM_SOFTWARE_NAME: self.software_name,
                CLAIM_SOFTWARE_VERSION: [self.software_version],
                CLAIM_MEASUREMENT: [HASH_SHA256, self.measurement],
                CLAIM_ISSUED_AT: issued_at}


def signature_input(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure of RFC 9052 §4.4."""
    return cbor2.dumps(["Signature1", protected, b"", payload])


def sign(claims: dict, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The tagged COSE_Sign1 over the claims in deterministic CBOR."""
    return sign_payload(encode_claims(claims), key)


def sign_payload(payload: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The tagged COSE_Sign1 over claims that are encoded already."""
    protected = cbor2.dumps({HEADER_ALGORITHM: ES256})
    signature = signing.sign_raw(key, signature_input(protected, payload))
    message = [protected, {HEADER_KEY_ID: key_id(key.public_key())}, payload,
               signature]
    return cbor2.dumps(cbor2.CBORTag(COSE_SIGN1_TAG, message))


def encode_claims(claims: dict) -> bytes:
    """RFC 8949 §4.2.1: map keys in bytewise order of their encodings.

    cbor2's canonical mode sorts by length first (RFC 7049), which differs for
    claim keys of mixed sign and size; so the order is made here.
    """
    return cbor2.dumps(_ordered(claims))


def _ordered(item):
    if isinstance(item, dict):
        return {key: _ordered(item[key]) for key in sorted(item, key=cbor2.dumps)}
    return item


@dataclass
class Token:
    """A COSE_Sign1 taken apart, its signature not yet verified."""

    protected: bytes
    unprotected: dict
    payload: bytes
    signature: bytes
    claims: dict

    def is_signed_by(self, key: ec.EllipticCurvePublicKey) -> bool:
        return signing.verify_raw(key, self.signature,
                                  signature_input(self.protected, self.payload))

    def key_id(self) -> Optional[bytes]:
        return self.unprotected.get(HEADER_KEY_ID)


def parse(evidence: bytes) -> Token:
    """Raises ValueError for anything but a tagged ES256 COSE_Sign1 over a map."""
    try:
        tagged = cbor2.loads(evidence)
        if not isinstance(tagged, cbor2.CBORTag) or tagged.tag != COSE_SIGN1_TAG:
            raise ValueError("the Evidence is not a tagged COSE_Sign1")
        protected, unprotected, payload, signature = tagged.value
        header, claims = cbor2.loads(protected), cbor2.loads(payload)
    except (cbor2.CBORDecodeError, TypeError, ValueError,
            RecursionError) as error:
        raise ValueError(f"the Evidence is not a COSE_Sign1: {error}") from error
    if not (isinstance(unprotected, dict) and isinstance(signature, bytes)
            and isinstance(claims, dict)):
        raise ValueError("the Evidence is not a CWT")
    if header != {HEADER_ALGORITHM: ES256}:
        raise ValueError("the Evidence is not signed with ES256")
    if encode_claims(claims) != payload:  # shows a claim that comes twice
        raise ValueError("the claims are not deterministically encoded")
    return Token(protected, unprotected, payload, signature, claims)


@dataclass
class Attester:
    """Signs whatever it is asked to: it protects nothing and is for tests."""

    key: ec.EllipticCurvePrivateKey
    device: Device = field(default_factory=Device)
