#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes tests/vectors/*.json, which the unit tests of the library check against.

Each file is an array of flat objects: byte strings are lower-case hex,
numbers are numbers, labels and names are text. The output never changes
between runs; --check says whether the files in the tree are up to date. Only
signature.json does, as OpenSSL draws keys and salts for it: --signatures writes it.
"""

import argparse
import json
import random
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adtls_peer import (attestation, evidence, keys, messages, record, signing, suites,
                        wire)
from adtls_peer.codepoints import (CipherSuite, ContentType, ExtensionType,
                                   HandshakeType, NamedGroup, SignatureScheme)
from adtls_peer.key_exchange import KeyShare

DIRECTORY = Path(__file__).resolve().parent.parent / "vectors"


def pattern(first: int, length: int) -> bytes:
    """Recognisable bytes for secrets that come from nowhere."""
    return bytes((first + i) % 256 for i in range(length))


def flat(**fields) -> dict:
    return {name: value.hex() if isinstance(value, bytes) else value
            for name, value in fields.items()}


def hkdf_labels() -> list:
    """HKDF-Expand-Label with the prefix of DTLS, and that of TLS beside it."""
    secret = pattern(0x40, 32)
    cases = [(b"key", b"", 16), (b"iv", b"", 12), (b"sn", b"", 16),
             (b"finished", b"", 32), (b"derived", keys.digest(b""), 32),
             (b"c hs traffic", pattern(0, 32), 32),
             (b"attestation", pattern(0, 255), 32),
             (b"c attestation main", pattern(0, 32), 32),
             (b"exporter", b"", 100)]
    return [flat(name=f"{prefix.decode()}{label.decode()}", prefix=prefix.decode(),
                 label=label.decode(), secret=secret, context=context, length=length,
                 info=keys.hkdf_label(label, context, length, prefix),
                 output=keys.hkdf_expand_label(secret, label, context, length, prefix))
            for prefix in (keys.DTLS_PREFIX, keys.TLS_PREFIX)
            for label, context, length in cases]


class Hellos:
    """A ClientHello and a ServerHello of one key exchange, with or without retry."""

    def __init__(self, group: int, retry: bool,
                 suite: suites.Suite = suites.DEFAULT) -> None:
        self.group = group
        self.suite = suite
        draw = random.Random(1000 * group + retry).randbytes
        client, server = KeyShare(group, draw), KeyShare(group, draw)
        hello = messages.ClientHello(draw(32), [suite.number], [
            (ExtensionType.SUPPORTED_VERSIONS,
             messages.encode_supported_versions([messages.DTLS_1_3])),
            (ExtensionType.SUPPORTED_GROUPS, messages.encode_groups([group])),
            (ExtensionType.SIGNATURE_ALGORITHMS,
             messages.encode_signature_algorithms()),
            (ExtensionType.KEY_SHARE, messages.encode_client_shares(
                [(group, client.key_exchange())])),
            (ExtensionType.EVIDENCE_PROPOSAL, attestation.encode_offer(
                [attestation.EvidenceType(attestation.EAT_CWT)]))])
        self.client_hello1 = hello.encode()
        self.retry_request = None
        self.transcript = keys.Transcript(suite.hash_name)
        self.transcript.add(self.client_hello1.encode())
        if retry:
            self._retry(hello, draw(24))
        self.client_hello = hello.encode()
        self.server_hello = messages.ServerHello(draw(32), suite.number, [
            (ExtensionType.SUPPORTED_VERSIONS, messages.encode_selected_version()),
            (ExtensionType.KEY_SHARE, messages.encode_share(
                group, server.key_exchange()))]).encode()
        self.transcript.add(self.server_hello.encode())
        self.shared_secret = client.shared_secret(server.key_exchange())

    def _retry(self, hello: messages.ClientHello, cookie: bytes) -> None:
        self.retry_request = messages.ServerHello(
            messages.RETRY_RANDOM, self.suite.number, [
                (ExtensionType.SUPPORTED_VERSIONS,
                 messages.encode_selected_version()),
                (ExtensionType.COOKIE, wire.vector(cookie, 2))]).encode()
        hello.extensions.append((ExtensionType.COOKIE, wire.vector(cookie, 2)))
        self.transcript.replace_by_message_hash()
        self.transcript.add(self.retry_request.encode())
        self.transcript.add(hello.encode().encode())

    def fields(self) -> dict:
        """client_hello1 and hello_retry_request are empty without a retry."""
        retry = self.retry_request
        return {"client_hello1": self.client_hello1.encode() if retry else b"",
                "hello_retry_request": retry.encode() if retry else b"",
                "client_hello": self.client_hello.encode(),
                "server_hello": self.server_hello.encode(),
                "shared_secret": self.shared_secret,
                "hello_transcript_hash": self.transcript.hash()}


def all_hellos() -> list:
    """Each group with SHA-256, and one with SHA-384."""
    sha384 = suites.SUITES[CipherSuite.TLS_AES_256_GCM_SHA384]
    pairs = [(group, suites.DEFAULT) for group in NamedGroup]
    pairs.append((NamedGroup.X25519, sha384))
    return [(f"{group.name.lower()}{', SHA-384' if suite is sha384 else ''}"
             f"{' with HelloRetryRequest' if retry else ''}",
             Hellos(group, retry, suite))
            for group, suite in pairs for retry in (False, True)]


def scheduled(prefix: bytes, hellos: Hellos) -> tuple[keys.KeySchedule, dict]:
    """The schedule with made-up hashes for the later transcripts."""
    schedule = keys.KeySchedule(prefix, hellos.suite.hash_name)
    schedule.enter_handshake(hellos.shared_secret, hellos.transcript.hash())
    length = hellos.suite.hash_length
    later = {"server_finished_transcript_hash": pattern(0x10, length),
             "client_finished_transcript_hash": pattern(0x80, length)}
    schedule.enter_application(later["server_finished_transcript_hash"])
    schedule.complete(later["client_finished_transcript_hash"])
    return schedule, later


def key_schedules() -> list:
    vectors = []
    for prefix in (keys.DTLS_PREFIX, keys.TLS_PREFIX):
        for name, hellos in all_hellos():
            schedule, later = scheduled(prefix, hellos)
            secrets = {name: value for name, value in vars(schedule).items()
                       if name.endswith("_secret")}
            fields = {**hellos.fields(), **later, **secrets}
            fields.update(name=f"{name}, prefix {prefix.decode()!r}",
                          prefix=prefix.decode())
            for secret in ("client_handshake_traffic", "server_handshake_traffic",
                           "client_application_traffic",
                           "server_application_traffic"):
                fields.update(traffic_fields(secret, prefix,
                                             fields[f"{secret}_secret"],
                                             hellos.suite))
            hash_ = later["server_finished_transcript_hash"]
            fields["server_finished_verify_data"] = keys.finished_verify_data(
                schedule.server_handshake_traffic_secret, hash_, prefix)
            fields["exporter_label"] = "EXPORTER-adtls-test"
            fields["exporter_context"] = b"context"
            fields["exporter_output"] = keys.export(
                schedule.exporter_secret, b"EXPORTER-adtls-test", b"context", 48,
                prefix)
            vectors.append(flat(**fields))
    return vectors


def traffic_fields(name: str, prefix: bytes, secret: bytes,
                   suite: suites.Suite) -> dict:
    traffic = keys.TrafficKeys.derive(secret, prefix, suite)
    return {f"{name}_key": traffic.key, f"{name}_iv": traffic.iv,
            f"{name}_record_number_key": traffic.record_number_key,
            f"{name}_finished_key": keys.finished_key(secret, prefix)}


def rsa_like_spki(length: int) -> bytes:
    """Stands for a key whose SubjectPublicKeyInfo has the given length."""
    return pattern(0x30, length)


def binders() -> list:
    client = signing.spki(signing.private_key(0xC11E47).public_key())
    server = signing.spki(signing.private_key(0x5E12FE2).public_key())
    pairs = [("P-256 keys", client, server),
             ("255 bytes, the longest unhashed", rsa_like_spki(255), server),
             ("256 bytes, hashed", rsa_like_spki(256), server),
             ("550 bytes, hashed, both", rsa_like_spki(550), rsa_like_spki(551))]
    vectors = []
    for hello_name, hellos in all_hellos():
        schedule, _ = scheduled(keys.DTLS_PREFIX, hellos)
        for name, client_spki, server_spki in pairs:
            vectors.append(flat(
                name=f"{hello_name}, {name}", **hellos.fields(),
                main_secret=schedule.main_secret,
                client_attestation_main_secret=schedule.client_attestation_main_secret,
                server_attestation_main_secret=schedule.server_attestation_main_secret,
                client_spki=client_spki, server_spki=server_spki,
                client_binder_context=attestation.binder_context(
                    client_spki, hellos.suite.hash_name),
                server_binder_context=attestation.binder_context(
                    server_spki, hellos.suite.hash_name),
                client_binder=attestation.binder(
                    schedule.client_attestation_main_secret, client_spki),
                server_binder=attestation.binder(
                    schedule.server_attestation_main_secret, server_spki)))
    return vectors


def protected_records() -> list:
    return [vector for suite in suites.SUITES.values()
            for vector in records_of(suite)]


def records_of(suite: suites.Suite) -> list:
    """record = header with encrypted number, then ciphertext."""
    secret = pattern(0x60, suite.hash_length)
    traffic = keys.TrafficKeys.derive(secret, suite=suite)
    shapes = [("16-bit number, length", False, True), ("16-bit number", False, False),
              ("8-bit number, length", True, True), ("8-bit number", True, False)]
    cases = [(2, 0, ContentType.HANDSHAKE, pattern(0, 40), 0),
             (2, 1, ContentType.ACK, b"", 0),
             (3, 255, ContentType.APPLICATION_DATA, b"hello", 0),
             (3, 256, ContentType.APPLICATION_DATA, b"padded", 27),
             (3, 65535, ContentType.ALERT, b"\1\0", 0),
             (3, 65536, ContentType.APPLICATION_DATA, pattern(7, 1200), 0),
             (6, 2**40 + 3, ContentType.APPLICATION_DATA, b"late epoch", 0)]
    if suite is not suites.DEFAULT:  # shapes are no business of the suite
        shapes = [shapes[0], shapes[-1]]
    vectors = []
    for epoch, sequence, kind, content, padding in cases:
        for shape, short, with_length in shapes:
            sealed = record.seal(traffic, record.RecordNumber(epoch, sequence), kind,
                                 content, padding, short, with_length)
            header_length = (2 if short else 3) + (2 if with_length else 0)
            number = wire.uint(sequence, 8)[-1 if short else -2:]
            length = sealed[header_length - 2:header_length] if with_length else b""
            vectors.append(flat(
                name=f"{suite.number.name}, epoch {epoch}, sequence {sequence}, "
                f"{shape}", suite=int(suite.number), secret=secret, key=traffic.key, iv=traffic.iv,
                record_number_key=traffic.record_number_key, epoch=epoch,
                sequence=sequence, content_type=int(kind), padding=padding,
                short_sequence=short, with_length=with_length, content=content,
                nonce=record.nonce(traffic.iv, sequence),
                additional_data=sealed[:1] + number + length,
                mask=suite.mask(traffic.record_number_key,
                                sealed[header_length:])[:16],
                record=sealed))
    return vectors


def record_number_masks() -> list:
    """RFC 9001 Appendix A.2 and A.5, whose masks are made in the same way, and what
    FIPS 197 and RFC 8439 say of the ciphers themselves."""
    samples = [("RFC 9001 A.2 AES", "aes", "9f50449e04a0e810283a1e9933adedd2",
                "d1b1c98dd7689fb8ec11d242b123dc9b", suites.aes_mask),
               ("RFC 9001 A.5 ChaCha20", "chacha20",
                "25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4",
                "5e5cd55c41f69080575d7999c25a5bfb", suites.chacha_mask),
               ("FIPS 197 C.3, AES-256", "aes", bytes(range(32)).hex(),
                "00112233445566778899aabbccddeeff", suites.aes_mask),
               ("RFC 8439 2.3.2, counter 1", "chacha20", bytes(range(32)).hex(),
                "01000000" "000000090000004a00000000", suites.chacha_mask)]
    return [flat(name=name, cipher=cipher, key=key, sample=sample,
                 mask=make(bytes.fromhex(key), bytes.fromhex(sample))[:16])
            for name, cipher, key, sample, make in samples]


def sequence_numbers() -> list:
    """RFC 9147 §4.2.2: the full number nearest to the expected one."""
    cases = [(0, 8, 0), (255, 8, 0), (0, 8, 255), (0, 8, 256), (1, 8, 254),
             (254, 8, 257), (127, 8, 256), (129, 8, 256), (0, 16, 65535),
             (65535, 16, 65536), (5, 16, 65530), (65530, 16, 131073),
             (9, 16, 2**40 + 1)]
    return [flat(name=f"{bits} bits, {low} near {expected}", low=low, bits=bits,
                 expected=expected,
                 sequence=record.reconstruct_sequence(low, bits, expected))
            for low, bits, expected in cases]


def evidences() -> list:
    attestation_key, tls_key = signing.private_key(0xA77E57), signing.private_key(0x71C)
    nonce = pattern(0xB0, 32)
    devices = [("genuine", evidence.Device()),
               ("other firmware", evidence.Device(
                   ueid=b"\1" + pattern(1, 32), software_version="1.0.1",
                   measurement=keys.digest(b"tampered-firmware")))]
    vectors = []
    for name, device in devices:
        claims = device.claims(nonce, tls_key.public_key(), 1_790_000_000)
        token = evidence.sign(claims, attestation_key)
        parsed = evidence.parse(token)
        cmw = attestation.encode_cmw_record(attestation.EAT_CWT, token)
        body = attestation.encode_attestation(cmw)
        vectors.append(flat(
            name=name,
            attestation_private_key=(0xA77E57).to_bytes(32, "big"),
            attestation_spki=signing.spki(attestation_key.public_key()),
            key_id=parsed.key_id(),
            tls_spki=signing.spki(tls_key.public_key()),
            binder=nonce, ueid=device.ueid, software_name=device.software_name,
            software_version=device.software_version, measurement=device.measurement,
            issued_at=1_790_000_000, protected_header=parsed.protected,
            claims=parsed.payload,
            signature_input=evidence.signature_input(parsed.protected, parsed.payload),
            signature=parsed.signature, evidence=token, cmw=cmw,
            attestation_message=messages.HandshakeMessage(
                HandshakeType.ATTESTATION, body).encode()))
    return vectors


def negotiations() -> list:
    """The four extensions as ClientHello and as EncryptedExtensions carry them."""
    eat = attestation.EvidenceType(attestation.EAT_CWT)
    media = attestation.EvidenceType("application/eat+cwt")
    verifiers = [attestation.VerifierIdentity(b"verifier.example"),
                 attestation.VerifierIdentity(b"\1\2\3")]
    cases = [("one Content-Format", ExtensionType.EVIDENCE_PROPOSAL, [eat]),
             ("Content-Format and media type", ExtensionType.EVIDENCE_REQUEST,
              [eat, media]),
             ("one Verifier", ExtensionType.RESULTS_PROPOSAL, verifiers[:1]),
             ("two Verifiers", ExtensionType.RESULTS_REQUEST, verifiers)]
    return [flat(name=name, extension=int(extension), extension_name=extension.name
                 .lower(), count=len(items), offer=attestation.encode_offer(items),
                 answer=attestation.encode_answer(items[0]))
            for name, extension, items in cases]


def certificate_verifies() -> list:
    key = signing.private_key(0x71C)
    vectors = []
    for side in ("client", "server"):
        content = messages.certificate_verify_content(side == "server",
                                                      pattern(0x20, 32))
        vectors.append(flat(name=side, transcript_hash=pattern(0x20, 32),
                            content=content, spki=signing.spki(key.public_key()),
                            signature=signing.sign_der(key, content)))
    return vectors


def signatures() -> list:
    """Each signature scheme, and what must not verify although it nearly would."""
    content = messages.certificate_verify_content(True, pattern(0x20, 48))
    rsa2048, rsa3072 = (rsa.generate_private_key(65537, bits) for bits in (2048, 3072))
    p384, edwards = ec.generate_private_key(ec.SECP384R1()), Ed25519PrivateKey.generate()
    vectors = []

    def add(name, scheme, key, signature, is_valid=True):
        vectors.append(flat(name=name, scheme=int(scheme), content=content,
                            spki=signing.spki(key.public_key()),
                            signature=signature, is_valid=is_valid))

    for key in (p384, edwards, rsa2048, rsa3072):
        for scheme in signing.schemes_of(key):
            add(f"{scheme.name.lower()}, {len(signing.spki(key.public_key()))} bytes "
                "of SPKI", scheme, key, signing.sign(scheme, key, content))
    scheme, sha256 = SignatureScheme.RSA_PSS_RSAE_SHA256, hashes.SHA256()
    for salt_length in (0, 20, 31, 33, 222):
        add(f"rsa_pss_rsae_sha256, salt of {salt_length} bytes", scheme, rsa2048,
            rsa2048.sign(content, signing.pss(sha256, salt_length), sha256), False)
    add("rsa_pss_rsae_sha256, MGF1 with SHA-384", scheme, rsa2048, rsa2048.sign(
        content, padding.PSS(padding.MGF1(hashes.SHA384()), 32), sha256), False)
    add("rsa_pss_rsae_sha256, PKCS #1 v1.5", scheme, rsa2048, rsa2048.sign(
        content, padding.PKCS1v15(), sha256), False)
    add("rsa_pss_rsae_sha384 with SHA-256", SignatureScheme.RSA_PSS_RSAE_SHA384,
        rsa2048, signing.sign(scheme, rsa2048, content), False)
    signature = signing.sign(scheme, rsa2048, content)
    add("rsa_pss_rsae_sha256, a zero before", scheme, rsa2048, b"\0" + signature, False)
    add("rsa_pss_rsae_sha256, not below the modulus", scheme, rsa2048, (
        int.from_bytes(signature, "big") + rsa2048.public_key().public_numbers().n)
        .to_bytes(257, "big"), False)
    add("ecdsa_secp384r1_sha384 with SHA-256", SignatureScheme.ECDSA_SECP384R1_SHA384,
        p384, p384.sign(content, ec.ECDSA(sha256)), False)
    signature = edwards.sign(content)
    order = 2**252 + 27742317777372353535851937790883648493
    malleable = int.from_bytes(signature[32:], "little") + order
    add("ed25519, S not below the order", SignatureScheme.ED25519, edwards,
        signature[:32] + malleable.to_bytes(32, "little"), False)
    return vectors


FILES = {"hkdf_label": hkdf_labels, "key_schedule": key_schedules,
         "binder": binders, "record_protection": protected_records,
         "record_number_mask": record_number_masks,
         "sequence_number": sequence_numbers, "evidence": evidences,
         "negotiation": negotiations, "certificate_verify": certificate_verifies}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true",
                        help="write nothing; fail if a file differs")
    parser.add_argument("--signatures", action="store_true",
                        help="write signature.json too, with new keys")
    arguments = parser.parse_args()
    if arguments.signatures:
        path = DIRECTORY / "signature.json"
        path.write_text(json.dumps(signatures(), indent=1) + "\n")
    stale = []
    for name, make in FILES.items():
        path = DIRECTORY / f"{name}.json"
        text = json.dumps(make(), indent=1) + "\n"
        if not arguments.check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(path.name)
    for name in stale:
        print(f"vectors: {name} is not what vectors.py writes", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
