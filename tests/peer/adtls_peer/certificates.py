# SPDX-License-Identifier: LGPL-2.1-or-later
"""Test certificates on P-256, and the path validation that a test needs."""

import datetime
import ipaddress
from typing import Optional

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from . import signing
from .codepoints import Alert, ProtocolError

ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")  # RFC 5758 §3.2
NOT_BEFORE = datetime.datetime(2020, 1, 1)
NOT_AFTER = datetime.datetime(2049, 12, 31)
LONGEST_PATH = 8


def _der(tag: int, content: bytes) -> bytes:
    """A DER element of definite length."""
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def _sign(builder: x509.CertificateBuilder, issuer_key) -> x509.Certificate:
    """As the builder does, but with a signature that repeats (RFC 6979)."""
    tbs = builder.sign(issuer_key, hashes.SHA256()).tbs_certificate_bytes
    signature = _der(0x03, b"\0" + signing.sign_der(issuer_key, tbs))
    return x509.load_der_x509_certificate(
        _der(0x30, tbs + ECDSA_WITH_SHA256 + signature))


def _builder(subject: str, issuer: str, public_key,
             serial: int) -> x509.CertificateBuilder:
    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    return (x509.CertificateBuilder().subject_name(name(subject))
            .issuer_name(name(issuer)).public_key(public_key).serial_number(serial)
            .not_valid_before(NOT_BEFORE).not_valid_after(NOT_AFTER))


class TestAuthority:
    """A certification authority and what it issued."""

    __test__ = False  # not a test case for those who collect by name

    def __init__(self, random_bytes, name: str = "Test CA") -> None:
        self.name = name
        self.random_bytes = random_bytes
        self.key = signing.generate_private_key(random_bytes)
        builder = _builder(name, name, self.key.public_key(), 1).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.certificate = _sign(builder, self.key)
        self.issued = 1

    def issue(self, name: str, key=None) -> tuple:
        """The private key and the DER chain of an end entity."""
        key = key or signing.generate_private_key(self.random_bytes)
        self.issued += 1
        builder = _builder(name, self.name, key.public_key(), self.issued)
        builder = builder.add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        certificate = _sign(builder, self.key)
        return key, [to_der(certificate)]


def to_der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def load(der: bytes) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
        return certificate
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise ProtocolError(Alert.BAD_CERTIFICATE,
                            f"a certificate does not parse: {error}") from error


def spki_of(der: bytes) -> bytes:
    """The SubjectPublicKeyInfo exactly as it stands in a certificate (RFC 5280 §4.1):
    the binder is made of these bytes, so they are cut out and never re-encoded.
    """
    certificate = _elements(_elements(der)[0][1])
    fields = _elements(certificate[0][1])
    has_version = fields[0][0][0] == 0xA0
    return fields[5 + has_version][0]


def _elements(data: bytes) -> list:
    """The DER elements that follow each other in data: (whole, content)."""
    elements = []
    while data:
        size, start = data[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[2:start], "big")
        elements.append((data[:start + size], data[start:start + size]))
        data = data[start + size:]
    return elements


def load_pem_chain(pem: bytes) -> list:
    """The certificates of a PEM file, in its order."""
    marker = b"-----BEGIN CERTIFICATE-----"
    return [x509.load_pem_x509_certificate(marker + part)
            for part in pem.split(marker)[1:]]


def verify(chain: list, anchors: list, utc: float, name: Optional[str]) -> None:
    """Path and name of the peer's chain; an alert says what is wrong."""
    try:
        _verify(chain, anchors, utc, name)
    except (ValueError, KeyError, UnsupportedAlgorithm) as error:
        # The library parses names when they are asked for, KeyError included.
        raise ProtocolError(Alert.BAD_CERTIFICATE, str(error)) from error


def _verify(chain: list, anchors: list, utc: float, name: Optional[str]) -> None:
    certificates = [load(der) for der in chain]
    leaf = certificates[0]
    if not signing.schemes_of(leaf.public_key()):
        raise ProtocolError(Alert.UNSUPPORTED_CERTIFICATE, "not a key that we verify")
    _verify_path(certificates, anchors, datetime.datetime.utcfromtimestamp(utc))
    if name is not None and not _has_name(leaf, name):
        raise ProtocolError(Alert.BAD_CERTIFICATE, f"the certificate is not {name}'s")


def _verify_path(certificates: list, anchors: list, when: datetime.datetime) -> None:
    candidates = certificates[1:]
    current = certificates[0]
    for _ in range(LONGEST_PATH):
        if not current.not_valid_before <= when <= current.not_valid_after:
            raise ProtocolError(Alert.CERTIFICATE_EXPIRED,
                                "a certificate is out of date")
        if current in anchors or any(_issued(anchor, current) for anchor in anchors):
            return
        current = next((candidate for candidate in candidates
                        if _issued(candidate, current)), None)
        if current is None:
            break
    raise ProtocolError(Alert.UNKNOWN_CA, "no path to a trust anchor")


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    if issuer.subject != certificate.issuer or not _is_authority(issuer):
        return False
    key = issuer.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes,
                   ec.ECDSA(certificate.signature_hash_algorithm))
    except InvalidSignature:
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(
            x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _has_name(certificate: x509.Certificate, name: str) -> bool:
    try:
        names = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    if is_address(name):
        return ipaddress.ip_address(name) in names.get_values_for_type(x509.IPAddress)
    return name.lower() in (
        each.lower() for each in names.get_values_for_type(x509.DNSName))


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
