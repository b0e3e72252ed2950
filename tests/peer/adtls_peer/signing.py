# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signatures: those with ECDSA on P-256 are made deterministically (RFC 6979).

python3-cryptography draws the per-signature number itself, which would make
no run repeatable; here only the arithmetic modulo the group order is ours.
"""

import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from .codepoints import SignatureScheme

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def private_key(scalar: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(scalar, ec.SECP256R1())


def generate_private_key(random_bytes) -> ec.EllipticCurvePrivateKey:
    """A key from injected randomness; 40 bytes keep the bias negligible."""
    return private_key(int.from_bytes(random_bytes(40), "big") % (ORDER - 1) + 1)


def spki(public_key) -> bytes:
    """The SubjectPublicKeyInfo in DER."""
    return public_key.public_bytes(serialization.Encoding.DER,
                                   serialization.PublicFormat.SubjectPublicKeyInfo)


def _nonces(scalar: int, message_hash: bytes):
    """The candidates for k of RFC 6979 §3.2 with HMAC-SHA-256."""
    reduced = int.from_bytes(message_hash, "big") % ORDER
    seed = scalar.to_bytes(32, "big") + reduced.to_bytes(32, "big")
    value, key = b"\1" * 32, bytes(32)

    def mac(data: bytes) -> bytes:
        return hmac.new(key, data, hashlib.sha256).digest()

    for separator in (b"\0", b"\1"):
        key = mac(value + separator + seed)
        value = mac(value)
    while True:
        value = mac(value)
        candidate = int.from_bytes(value, "big")
        if 0 < candidate < ORDER:
            yield candidate
        key = mac(value + b"\0")
        value = mac(value)


def sign_numbers(key: ec.EllipticCurvePrivateKey, message: bytes) -> tuple[int, int]:
    """The pair (r, s)."""
    scalar = key.private_numbers().private_value
    message_hash = hashlib.sha256(message).digest()
    number = int.from_bytes(message_hash, "big")
    for k in _nonces(scalar, message_hash):
        r = private_key(k).public_key().public_numbers().x % ORDER
        s = pow(k, -1, ORDER) * (number + r * scalar) % ORDER
        if r and s:
            return r, s
    raise AssertionError("unreachable: the candidates never end")


def sign_der(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """As CertificateVerify and X.509 want it."""
    return encode_dss_signature(*sign_numbers(key, message))


def sign_raw(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """As COSE wants it (RFC 9053 §2.1): r and s, 32 bytes each."""
    r, s = sign_numbers(key, message)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify_der(key: ec.EllipticCurvePublicKey, signature: bytes,
               message: bytes) -> bool:
    try:
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def verify_raw(key: ec.EllipticCurvePublicKey, signature: bytes,
               message: bytes) -> bool:
    if len(signature) != 64:
        return False
    numbers = int.from_bytes(signature[:32], "big"), int.from_bytes(
        signature[32:], "big")
    return verify_der(key, encode_dss_signature(*numbers), message)


# The signature schemes of RFC 8446 §4.2.3.

PSS_HASHES = {SignatureScheme.RSA_PSS_RSAE_SHA256: hashes.SHA256(),
              SignatureScheme.RSA_PSS_RSAE_SHA384: hashes.SHA384(),
              SignatureScheme.RSA_PSS_RSAE_SHA512: hashes.SHA512()}


def schemes_of(key) -> list:
    """The schemes that a key, public or private, fits."""
    if isinstance(key, (rsa.RSAPrivateKey, rsa.RSAPublicKey)):
        return list(PSS_HASHES)
    if isinstance(key, (ed25519.Ed25519PrivateKey, ed25519.Ed25519PublicKey)):
        return [SignatureScheme.ED25519]
    if isinstance(key, (ec.EllipticCurvePrivateKey, ec.EllipticCurvePublicKey)):
        return {"secp256r1": [SignatureScheme.ECDSA_SECP256R1_SHA256],
                "secp384r1": [SignatureScheme.ECDSA_SECP384R1_SHA384]}.get(
                    key.curve.name, [])
    return []


def select_scheme(key, offered: list):
    """The first offered one that the key fits, or None."""
    fitting = schemes_of(key)
    return next((scheme for scheme in offered if scheme in fitting), None)


def pss(digest, salt_length=None) -> padding.PSS:
    """RFC 8446 §4.2.3: the salt is as long as the digest."""
    return padding.PSS(padding.MGF1(digest), digest.digest_size
                       if salt_length is None else salt_length)


def sign(scheme: int, key, message: bytes) -> bytes:
    if scheme == SignatureScheme.ECDSA_SECP256R1_SHA256:
        return sign_der(key, message)
    if scheme == SignatureScheme.ECDSA_SECP384R1_SHA384:
        return key.sign(message, ec.ECDSA(hashes.SHA384()))
    if scheme == SignatureScheme.ED25519:
        return key.sign(message)
    digest = PSS_HASHES[SignatureScheme(scheme)]
    return key.sign(message, pss(digest), digest)


def verify(scheme: int, key, signature: bytes, message: bytes) -> bool:
    """With a key that fits the scheme."""
    try:
        if scheme == SignatureScheme.ECDSA_SECP256R1_SHA256:
            return verify_der(key, signature, message)
        if scheme == SignatureScheme.ECDSA_SECP384R1_SHA384:
            key.verify(signature, message, ec.ECDSA(hashes.SHA384()))
        elif scheme == SignatureScheme.ED25519:
            key.verify(signature, message)
        else:
            digest = PSS_HASHES[SignatureScheme(scheme)]
            key.verify(signature, message, pss(digest), digest)
    except InvalidSignature:
        return False
    return True
