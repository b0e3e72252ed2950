# SPDX-License-Identifier: LGPL-2.1-or-later
"""Peers that lie: one small class for each lie, one table of all of them.

A lie overrides a hook of Misbehaviour, which the honest handshake calls at
every place where something can go wrong. What it sends is otherwise
consistent: the transcript holds what was really sent, unless on_wire() plays
the man in the middle.
"""

import re
from typing import Union

import cbor2

from . import ack, attestation, evidence, messages, record, signing, wire
from .codepoints import Alert, ContentType, ExtensionType, HandshakeType
from .messages import Fragment, HandshakeMessage

COMPLETES = "completes"  # the peer must not be disturbed
SILENCE = "silence"  # the peer cannot tell: the handshake times out


class Misbehaviour:
    """The honest peer: every hook returns what it was given."""

    name = "none"
    role = "both"
    expected: Union[tuple, str] = COMPLETES

    def __init__(self, replayed_evidence: bytes = b"") -> None:
        self.replayed_evidence = replayed_evidence

    def client_hello(self, connection, hello) -> None:
        """May edit the ClientHello; connection.retried tells the second."""

    def server_hello(self, connection, hello) -> None:
        """May edit the ServerHello or HelloRetryRequest."""

    def encrypted_extensions(self, connection, answer) -> None:
        """May edit the EncryptedExtensions."""

    def certificate_request(self, connection, request) -> None:
        """May edit the CertificateRequest."""

    def server_flight(self, connection, steps: list) -> list:
        """The messages after ServerHello, by the names of their send_ methods."""
        return steps

    def final_flight(self, connection, steps: list) -> list:
        """The client's Certificate to Finished, likewise."""
        return steps

    def claims(self, connection, claims: dict) -> dict:
        return claims

    def evidence(self, connection, token: bytes) -> bytes:
        return token

    def cmw(self, connection, payload: bytes) -> bytes:
        return payload

    def messages(self, connection, message: HandshakeMessage) -> list:
        """What is sent, and enters the transcript, for a message."""
        return [message]

    def on_wire(self, connection, message: HandshakeMessage) -> HandshakeMessage:
        """What travels, while the transcript keeps the original."""
        return message

    def fragments(self, connection, fragments: list) -> list:
        return fragments

    def acks(self, connection, content: bytes) -> list:
        return [content]

    def datagrams(self, connection, datagrams: list) -> list:
        return datagrams

    def connected(self, connection) -> None:
        """Called once when the handshake is complete."""


TABLE: dict[str, type] = {}


def misbehaviour(role: str, *expected):
    """Enters a class in the table, with the answers that an honest peer may give."""
    def enter(cls):
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()
        cls.role = role
        cls.expected = (expected[0] if isinstance(expected[0], str)
                        else tuple(expected))
        TABLE[cls.name] = cls
        return cls
    return enter


def describe(cls: type) -> str:
    return " ".join((cls.__doc__ or "").split())


def expected_names(cls: type) -> str:
    if isinstance(cls.expected, str):
        return cls.expected
    return " or ".join(alert.name.lower() for alert in cls.expected)


def set_extension(extensions: list, kind: int, data: bytes) -> None:
    """Replaces an extension where it stands, or appends it."""
    for index, (known, _) in enumerate(extensions):
        if known == kind:
            extensions[index] = (kind, data)
            return
    extensions.append((kind, data))


def drop_extension(extensions: list, kind: int) -> None:
    extensions[:] = [(known, data) for known, data in extensions if known != kind]


def flip_last_byte(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


# The Attestation message at the wrong place.


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationStripped(Misbehaviour):
    """Leaves the negotiated Attestation out."""

    def final_flight(self, connection, steps):
        return [step for step in steps if step != "attestation"]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationRepeated(Misbehaviour):
    """Sends the Attestation twice."""

    def final_flight(self, connection, steps):
        index = steps.index("attestation")
        return steps[:index] + ["attestation"] + steps[index:]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationBeforeCertificateVerify(Misbehaviour):
    """Sends the Attestation before CertificateVerify."""

    def final_flight(self, connection, steps):
        return ["certificate", "attestation", "certificate_verify", "finished"]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationBeforeCertificate(Misbehaviour):
    """Sends the Attestation before Certificate."""

    def final_flight(self, connection, steps):
        return ["attestation", "certificate", "certificate_verify", "finished"]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationAfterFinished(Misbehaviour):
    """Sends the Attestation after Finished instead of before it."""

    def final_flight(self, connection, steps):
        return ["certificate", "certificate_verify", "finished", "attestation"]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationRepeatedAfterFinished(Misbehaviour):
    """Sends a second Attestation after Finished, under handshake keys."""

    def final_flight(self, connection, steps):
        return steps + ["attestation"]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationAfterHandshake(Misbehaviour):
    """Sends a second Attestation under application keys."""

    def connected(self, connection):
        connection.flight = connection.flight or type(connection.flight)()
        connection.send_attestation(epoch=3)


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationUnnegotiated(Misbehaviour):
    """Sends an Attestation that the server did not select, or that was never
    offered (for a server that does not require one)."""

    def client_hello(self, connection, hello):
        drop_extension(hello.extensions, ExtensionType.EVIDENCE_PROPOSAL)

    def final_flight(self, connection, steps):
        return steps[:-1] + ["attestation", "finished"]


# The Attestation message with the wrong shape.


class AttestationBody(Misbehaviour):
    """Replaces the body of the Attestation."""

    def body(self, body: bytes) -> bytes:
        raise NotImplementedError

    def messages(self, connection, message):
        if message.kind != HandshakeType.ATTESTATION:
            return [message]
        return [HandshakeMessage(message.kind, self.body(message.body))]


@misbehaviour("client", Alert.DECODE_ERROR)
class AttestationEmpty(AttestationBody):
    """Sends an Attestation with an empty cmw_payload."""

    def body(self, body):
        return bytes(3)


@misbehaviour("client", Alert.DECODE_ERROR)
class AttestationWithoutBody(AttestationBody):
    """Sends an Attestation of no bytes at all."""

    def body(self, body):
        return b""


@misbehaviour("client", Alert.DECODE_ERROR)
class AttestationTruncated(AttestationBody):
    """Announces a longer cmw_payload than it sends."""

    def body(self, body):
        return body[:-1]


@misbehaviour("client", Alert.DECODE_ERROR)
class AttestationTrailingByte(AttestationBody):
    """Sends a byte after the cmw_payload."""

    def body(self, body):
        return body + b"\0"


@misbehaviour("client", Alert.HANDSHAKE_FAILURE)
class AttestationTooLong(AttestationBody):
    """Sends a cmw_payload one byte over the default limit of 64 KiB."""

    def body(self, body):
        return attestation.encode_attestation(
            bytes(attestation.DEFAULT_MESSAGE_LIMIT + 1))


# Evidence that does not hold.


class Claims(Misbehaviour):
    """Replaces claims of the Evidence; a value of None removes the claim."""

    def changed(self, connection, claims: dict) -> dict:
        raise NotImplementedError

    def claims(self, connection, claims):
        claims = {**claims, **self.changed(connection, claims)}
        return {key: value for key, value in claims.items() if value is not None}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceWrongBinder(Claims):
    """Puts another nonce than the binder into the Evidence."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_NONCE: flip_last_byte(claims[evidence.CLAIM_NONCE])}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceServerBinder(Claims):
    """Derives the binder from the server's attestation main secret."""

    def changed(self, connection, claims):
        spki = signing.spki(connection.config.key.public_key())
        return {evidence.CLAIM_NONCE: attestation.binder(
            connection.schedule.server_attestation_main_secret, spki)}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidencePeerKeyBinder(Claims):
    """Derives the binder for the server's public key."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_NONCE: attestation.binder(
            connection.schedule.client_attestation_main_secret,
            connection.peer_spki)}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceWithoutNonce(Claims):
    """Leaves the nonce out."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_NONCE: None}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceTwoNonces(Claims):
    """Sends the binder among two nonces."""

    def changed(self, connection, claims):
        nonce = claims[evidence.CLAIM_NONCE]
        return {evidence.CLAIM_NONCE: [nonce, flip_last_byte(nonce)]}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceLongNonce(Claims):
    """Sends the binder with more bytes after it."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_NONCE: claims[evidence.CLAIM_NONCE] + b"\1" * 8}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceShortNonce(Claims):
    """Sends the first half of the binder."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_NONCE: claims[evidence.CLAIM_NONCE][:16]}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceForAnotherKey(Claims):
    """Relays a genuine device's Evidence, which names that device's TLS key:
    the attacker handed it the binder of its own connection."""

    def changed(self, connection, claims):
        other = signing.generate_private_key(connection.config.random_bytes)
        return {evidence.CLAIM_CONFIRMATION: {
            1: evidence.cose_key(other.public_key())}}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceWithoutKey(Claims):
    """Leaves the TLS identity key out of the Evidence."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_CONFIRMATION: None}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceServerKey(Claims):
    """Names the server's TLS identity key in the Evidence."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_CONFIRMATION: {
            1: evidence.cose_key(connection.peer_key)}}


@misbehaviour("client", Alert.ATTESTATION_FAILED, Alert.EVIDENCE_STALE)
class EvidenceStale(Claims):
    """Dates the Evidence thirty days back."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_ISSUED_AT:
                claims[evidence.CLAIM_ISSUED_AT] - 30 * 86400}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceFromTheFuture(Claims):
    """Dates the Evidence a day ahead."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_ISSUED_AT: claims[evidence.CLAIM_ISSUED_AT] + 86400}


@misbehaviour("client", Alert.ATTESTATION_FAILED, Alert.MEASUREMENT_REJECTED)
class EvidenceOtherMeasurement(Claims):
    """Reports firmware that is not among the reference values."""

    def changed(self, connection, claims):
        algorithm, digest = claims[evidence.CLAIM_MEASUREMENT]
        return {evidence.CLAIM_MEASUREMENT: [algorithm, flip_last_byte(digest)]}


@misbehaviour("client", Alert.ATTESTATION_FAILED, Alert.MEASUREMENT_REJECTED)
class EvidenceWithoutMeasurement(Claims):
    """Reports no measurement at all."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_MEASUREMENT: None}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceReplayed(Misbehaviour):
    """Replays the Evidence of another connection (needs --replay-evidence)."""

    def evidence(self, connection, token):
        return self.replayed_evidence


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceWrongSignature(Misbehaviour):
    """Damages the signature of the Evidence."""

    def evidence(self, connection, token):
        return flip_last_byte(token)


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceUnknownSigner(Misbehaviour):
    """Signs the Evidence with a key that nobody trusts, under the key id of
    the trusted one."""

    def evidence(self, connection, token):
        parsed = evidence.parse(token)
        stranger = signing.generate_private_key(connection.config.random_bytes)
        forged = evidence.parse(evidence.sign_payload(parsed.payload, stranger))
        return cbor2.dumps(cbor2.CBORTag(evidence.COSE_SIGN1_TAG, [
            parsed.protected, parsed.unprotected, parsed.payload, forged.signature]))


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceSignedByTlsKey(Misbehaviour):
    """Signs the Evidence with the TLS identity key."""

    def evidence(self, connection, token):
        return evidence.sign_payload(evidence.parse(token).payload,
                                     connection.config.key)


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceUntagged(Misbehaviour):
    """Sends the COSE_Sign1 array without its tag."""

    def evidence(self, connection, token):
        return token[1:]


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceTagMac0(Misbehaviour):
    """Sends the array under the tag of COSE_Mac0."""

    def evidence(self, connection, token):
        return b"\xd1" + token[1:]


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceOtherAlgorithm(Misbehaviour):
    """Names ES512 in the protected header of an ES256 signature."""

    def evidence(self, connection, token):
        parsed = evidence.parse(token)
        protected = cbor2.dumps({evidence.HEADER_ALGORITHM: -36})
        signature = signing.sign_raw(
            connection.config.attester.key,
            evidence.signature_input(protected, parsed.payload))
        return cbor2.dumps(cbor2.CBORTag(evidence.COSE_SIGN1_TAG, [
            protected, parsed.unprotected, parsed.payload, signature]))


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceDuplicateClaim(Misbehaviour):
    """Sends the nonce claim twice: a wrong one, then the binder."""

    def evidence(self, connection, token):
        claims = dict(evidence.parse(token).claims)
        wrong = flip_last_byte(claims[evidence.CLAIM_NONCE])
        pairs = [(evidence.CLAIM_NONCE, wrong), *claims.items()]
        payload = bytes([0xA0 | len(pairs)]) + b"".join(
            cbor2.dumps(key) + cbor2.dumps(value) for key, value in pairs)
        return evidence.sign_payload(payload, connection.config.attester.key)


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceUnsignedClaims(Misbehaviour):
    """Sends the claims without any signature around them."""

    def evidence(self, connection, token):
        return evidence.parse(token).payload


# A CMW that does not fit.


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class CmwOtherType(Misbehaviour):
    """Wraps the Evidence as application/eat+jwt, which was not negotiated."""

    def cmw(self, connection, payload):
        _, token, indicator = attestation.decode_cmw_record(payload)
        return attestation.encode_cmw_record(264, token, indicator)


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class CmwResultsIndicator(Misbehaviour):
    """Wraps the Evidence as Attestation Results."""

    def cmw(self, connection, payload):
        kind, token, _ = attestation.decode_cmw_record(payload)
        return attestation.encode_cmw_record(kind, token, 8)


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class CmwNotCbor(Misbehaviour):
    """Sends bytes that are no CBOR."""

    def cmw(self, connection, payload):
        return b"\xff" * 64


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class CmwTrailingByte(Misbehaviour):
    """Sends a byte after the CMW."""

    def cmw(self, connection, payload):
        return payload + b"\0"


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class CmwLyingLength(Misbehaviour):
    """Announces an array of 2^28 items in a few bytes."""

    def cmw(self, connection, payload):
        return b"\x9a\x10\0\0\0" + payload[1:]


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class CmwLyingString(Misbehaviour):
    """Announces a byte string of 4 GiB."""

    def cmw(self, connection, payload):
        return b"\x83\x19\x01\x07\x5b" + wire.uint(2**32, 8) + payload[7:]


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class CmwDeeplyNested(Misbehaviour):
    """Sends ten thousand nested arrays."""

    def cmw(self, connection, payload):
        return b"\x81" * 10_000 + b"\x00"


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class CmwIndefiniteLength(Misbehaviour):
    """Encodes the record as an array of indefinite length."""

    def cmw(self, connection, payload):
        return b"\x9f" + payload[1:] + b"\xff"


# Negotiation.


@misbehaviour("client", Alert.ATTESTATION_REQUIRED)
class ProposalMissing(Misbehaviour):
    """Offers no attestation to a server that requires it."""

    def client_hello(self, connection, hello):
        drop_extension(hello.extensions, ExtensionType.EVIDENCE_PROPOSAL)


class Proposal(Misbehaviour):
    """Replaces evidence_proposal in both ClientHellos."""

    data = b""

    def client_hello(self, connection, hello):
        set_extension(hello.extensions, ExtensionType.EVIDENCE_PROPOSAL, self.data)


@misbehaviour("client", Alert.UNSUPPORTED_EVIDENCE)
class ProposalUnknownType(Proposal):
    """Offers a Content-Format that nobody has heard of."""

    data = attestation.encode_offer([attestation.EvidenceType(64999)])


@misbehaviour("client", Alert.DECODE_ERROR)
class ProposalEmptyList(Proposal):
    """Offers an empty list."""

    data = b"\0"


@misbehaviour("client", Alert.DECODE_ERROR)
class ProposalTruncated(Proposal):
    """Announces a longer list than it sends."""

    data = b"\x06\0\x01\x07"


@misbehaviour("client", Alert.DECODE_ERROR)
class ProposalTrailingByte(Proposal):
    """Sends a byte after the list."""

    data = b"\x03\0\x01\x07\0"


@misbehaviour("client", Alert.ILLEGAL_PARAMETER)
class ProposalUnknownEncoding(Proposal):
    """Offers a type with an unknown type_encoding."""

    data = b"\x03\x02\x01\x07"


@misbehaviour("client", Alert.ILLEGAL_PARAMETER)
class ProposalEmptyMediaType(Proposal):
    """Offers an empty media type."""

    data = b"\x03\x01\0\0"


@misbehaviour("client", Alert.ILLEGAL_PARAMETER)
class SecondHelloDropsProposal(Misbehaviour):
    """Leaves evidence_proposal out of the ClientHello after a retry."""

    def client_hello(self, connection, hello):
        if connection.retried:
            drop_extension(hello.extensions, ExtensionType.EVIDENCE_PROPOSAL)


@misbehaviour("client", Alert.ILLEGAL_PARAMETER)
class SecondHelloEditsProposal(Misbehaviour):
    """Offers another type in the ClientHello after a retry."""

    def client_hello(self, connection, hello):
        if connection.retried:
            set_extension(hello.extensions, ExtensionType.EVIDENCE_PROPOSAL,
                          attestation.encode_offer([
                              attestation.EvidenceType(attestation.EAT_CWT),
                              attestation.EvidenceType(273)]))


@misbehaviour("client", Alert.ILLEGAL_PARAMETER)
class SecondHelloAddsRequest(Misbehaviour):
    """Adds evidence_request to the ClientHello after a retry."""

    def client_hello(self, connection, hello):
        if connection.retried:
            set_extension(hello.extensions, ExtensionType.EVIDENCE_REQUEST,
                          attestation.encode_offer([
                              attestation.EvidenceType(attestation.EAT_CWT)]))


@misbehaviour("client", Alert.ILLEGAL_PARAMETER)
class SecondHelloEditsCookie(Misbehaviour):
    """Damages the cookie."""

    def client_hello(self, connection, hello):
        cookie = dict(hello.extensions).get(ExtensionType.COOKIE)
        if cookie:
            set_extension(hello.extensions, ExtensionType.COOKIE,
                          flip_last_byte(cookie))


@misbehaviour("client", Alert.ILLEGAL_PARAMETER)
class SecondHelloNewRandom(Misbehaviour):
    """Changes the random of the ClientHello after a retry."""

    def client_hello(self, connection, hello):
        if connection.retried:
            hello.random = flip_last_byte(hello.random)


@misbehaviour("client", SILENCE)
class ProposalStrippedInFlight(Misbehaviour):
    """A man in the middle takes evidence_proposal out of every ClientHello (for a
    server that does not require it): the keys of the two sides then differ."""

    def on_wire(self, connection, message):
        if message.kind != HandshakeType.CLIENT_HELLO:
            return message
        hello = messages.ClientHello.decode(message.body)
        drop_extension(hello.extensions, ExtensionType.EVIDENCE_PROPOSAL)
        return hello.encode()


@misbehaviour("client", SILENCE)
class ProposalEditedInFlight(Misbehaviour):
    """A man in the middle adds a type to the offer in every ClientHello."""

    def on_wire(self, connection, message):
        if message.kind != HandshakeType.CLIENT_HELLO:
            return message
        hello = messages.ClientHello.decode(message.body)
        set_extension(hello.extensions, ExtensionType.EVIDENCE_PROPOSAL,
                      attestation.encode_offer([
                          attestation.EvidenceType(attestation.EAT_CWT),
                          attestation.EvidenceType(273)]))
        return hello.encode()


# The client's authentication.


@misbehaviour("client", Alert.CERTIFICATE_REQUIRED)
class CertificateEmpty(Misbehaviour):
    """Sends no certificate where one is required."""

    def messages(self, connection, message):
        if message.kind == HandshakeType.CERTIFICATE:
            return [messages.Certificate([]).encode()]
        return [message]

    def final_flight(self, connection, steps):
        return [step for step in steps if step != "certificate_verify"]


@misbehaviour("client", Alert.ILLEGAL_PARAMETER)
class CertificateReflected(Misbehaviour):
    """Presents the server's own certificate to it."""

    def messages(self, connection, message):
        if message.kind == HandshakeType.CERTIFICATE:
            return [messages.Certificate(connection.peer_chain).encode()]
        return [message]


@misbehaviour("both", Alert.DECRYPT_ERROR)
class CertificateVerifyOtherKey(Misbehaviour):
    """Signs CertificateVerify with a key that is not the certificate's."""

    def messages(self, connection, message):
        if message.kind != HandshakeType.CERTIFICATE_VERIFY:
            return [message]
        key = signing.generate_private_key(connection.config.random_bytes)
        content = messages.certificate_verify_content(connection.is_server,
                                                      connection.transcript.hash())
        return [messages.CertificateVerify(signing.sign_der(key, content)).encode()]


@misbehaviour("both", Alert.DECRYPT_ERROR)
class CertificateVerifyOtherSide(Misbehaviour):
    """Signs CertificateVerify with the context string of the other side."""

    def messages(self, connection, message):
        if message.kind != HandshakeType.CERTIFICATE_VERIFY:
            return [message]
        content = messages.certificate_verify_content(not connection.is_server,
                                                      connection.transcript.hash())
        return [messages.CertificateVerify(
            signing.sign_der(connection.config.key, content)).encode()]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class CertificateVerifyMissing(Misbehaviour):
    """Leaves CertificateVerify out."""

    def final_flight(self, connection, steps):
        return [step for step in steps if step != "certificate_verify"]


@misbehaviour("both", Alert.DECRYPT_ERROR)
class FinishedDamaged(Misbehaviour):
    """Damages Finished."""

    def messages(self, connection, message):
        if message.kind != HandshakeType.FINISHED:
            return [message]
        return [HandshakeMessage(message.kind, flip_last_byte(message.body))]


@misbehaviour("both", Alert.DECODE_ERROR, Alert.DECRYPT_ERROR)
class FinishedShort(Misbehaviour):
    """Sends half a Finished."""

    def messages(self, connection, message):
        if message.kind != HandshakeType.FINISHED:
            return [message]
        return [HandshakeMessage(message.kind, message.body[:16])]


# The server's hellos.


@misbehaviour("server", Alert.UNEXPECTED_MESSAGE)
class RetryTwice(Misbehaviour):
    """Sends a second HelloRetryRequest."""

    def server_hello(self, connection, hello):
        if not hello.is_retry:
            hello.random = messages.RETRY_RANDOM
            hello.extensions = [
                (ExtensionType.SUPPORTED_VERSIONS,
                 messages.encode_selected_version()),
                (ExtensionType.COOKIE, wire.vector(b"second", 2))]


@misbehaviour("server", Alert.ILLEGAL_PARAMETER)
class RetryWithoutChange(Misbehaviour):
    """Asks for a retry that changes nothing."""

    def server_hello(self, connection, hello):
        if hello.is_retry:
            hello.extensions = [(ExtensionType.SUPPORTED_VERSIONS,
                                 messages.encode_selected_version())]


@misbehaviour("server", Alert.ILLEGAL_PARAMETER)
class RetryUnofferedGroup(Misbehaviour):
    """Asks for a share of a group that was not offered."""

    def server_hello(self, connection, hello):
        if hello.is_retry:
            set_extension(hello.extensions, ExtensionType.KEY_SHARE, b"\x12\x34")


@misbehaviour("server", Alert.ILLEGAL_PARAMETER)
class HelloAttestationExtension(Misbehaviour):
    """Answers evidence_proposal in ServerHello."""

    def server_hello(self, connection, hello):
        if not hello.is_retry:
            hello.extensions.append((
                ExtensionType.EVIDENCE_PROPOSAL, attestation.encode_answer(
                    attestation.EvidenceType(attestation.EAT_CWT))))


@misbehaviour("server", Alert.MISSING_EXTENSION)
class HelloWithoutShare(Misbehaviour):
    """Leaves key_share out of ServerHello."""

    def server_hello(self, connection, hello):
        if not hello.is_retry:
            drop_extension(hello.extensions, ExtensionType.KEY_SHARE)


@misbehaviour("server", Alert.ILLEGAL_PARAMETER)
class HelloZeroShare(Misbehaviour):
    """Sends an X25519 share that makes the shared secret zero."""

    def server_hello(self, connection, hello):
        if not hello.is_retry:
            set_extension(hello.extensions, ExtensionType.KEY_SHARE,
                          messages.encode_share(connection.group, bytes(32)))


@misbehaviour("server", Alert.ILLEGAL_PARAMETER)
class HelloOtherSuite(Misbehaviour):
    """Selects a cipher suite that was not offered."""

    def server_hello(self, connection, hello):
        if not hello.is_retry:
            hello.cipher_suite = 0x1399


# The server's answers.


class Answer(Misbehaviour):
    """Replaces or adds one extension of EncryptedExtensions."""

    extension = ExtensionType.EVIDENCE_PROPOSAL
    data = attestation.encode_answer(attestation.EvidenceType(attestation.EAT_CWT))

    def encrypted_extensions(self, connection, answer):
        set_extension(answer.extensions, self.extension, self.data)


@misbehaviour("server", Alert.UNSUPPORTED_EXTENSION)
class AnswerUnoffered(Answer):
    """Promises Evidence that the client did not request."""

    extension = ExtensionType.EVIDENCE_REQUEST


@misbehaviour("server", Alert.UNSUPPORTED_EXTENSION)
class AnswerUnofferedResults(Answer):
    """Promises Attestation Results that the client did not request."""

    extension = ExtensionType.RESULTS_REQUEST
    data = attestation.encode_answer(attestation.VerifierIdentity(b"verifier"))


@misbehaviour("server", Alert.ILLEGAL_PARAMETER, Alert.UNSUPPORTED_EXTENSION)
class AnswerTwoModels(Answer):
    """Selects Evidence and Results for the client (unsupported_extension from a
    client that offered no Results)."""

    extension = ExtensionType.RESULTS_PROPOSAL
    data = attestation.encode_answer(attestation.VerifierIdentity(b"verifier"))


@misbehaviour("server", Alert.ILLEGAL_PARAMETER)
class AnswerNotOffered(Answer):
    """Selects an Evidence type that is not on the client's list."""

    data = attestation.encode_answer(attestation.EvidenceType(264))


@misbehaviour("server", Alert.ILLEGAL_PARAMETER)
class AnswerOtherEncoding(Answer):
    """Selects the offered type by its media type instead of its number."""

    data = attestation.encode_answer(
        attestation.EvidenceType("application/eat+cwt"))


@misbehaviour("server", Alert.ILLEGAL_PARAMETER)
class AnswerUnknownEncoding(Answer):
    """Answers with an unknown type_encoding."""

    data = b"\x02\x01\x07"


@misbehaviour("server", Alert.DECODE_ERROR)
class AnswerTruncated(Answer):
    """Answers with half a Content-Format."""

    data = b"\0\x01"


@misbehaviour("server", Alert.DECODE_ERROR)
class AnswerTrailingByte(Answer):
    """Sends a byte after the selected type."""

    data = Answer.data + b"\0"


@misbehaviour("server", Alert.ILLEGAL_PARAMETER, Alert.DECODE_ERROR)
class AnswerRepeated(Misbehaviour):
    """Sends the same extension twice."""

    def encrypted_extensions(self, connection, answer):
        answer.extensions += [(Answer.extension, Answer.data)] * 2


@misbehaviour("server", Alert.ILLEGAL_PARAMETER)
class CertificateRequestMissing(Misbehaviour):
    """Selects the client's Evidence, but requests no certificate."""

    def server_flight(self, connection, steps):
        return [step for step in steps if step != "certificate_request"]


@misbehaviour("server", Alert.ILLEGAL_PARAMETER)
class CertificateRequestAttestationExtension(Misbehaviour):
    """Puts evidence_proposal into CertificateRequest."""

    def certificate_request(self, connection, request):
        request.extensions.append((Answer.extension, Answer.data))


@misbehaviour("server", Alert.UNEXPECTED_MESSAGE)
class ServerAttestationUnnegotiated(Misbehaviour):
    """Sends an Attestation that was not negotiated."""

    def messages(self, connection, message):
        if message.kind != HandshakeType.FINISHED:
            return [message]
        return [HandshakeMessage(HandshakeType.ATTESTATION,
                                 attestation.encode_attestation(b"\x80")), message]


@misbehaviour("server", Alert.DECODE_ERROR)
class ServerCertificateEmpty(Misbehaviour):
    """Sends no certificate."""

    def messages(self, connection, message):
        if message.kind == HandshakeType.CERTIFICATE:
            return [messages.Certificate([]).encode()]
        return [message]


@misbehaviour("server", Alert.UNEXPECTED_MESSAGE)
class ServerFinishedEarly(Misbehaviour):
    """Leaves Certificate and CertificateVerify out."""

    def server_flight(self, connection, steps):
        return [step for step in steps
                if step not in ("certificate", "certificate_verify")]


# After the handshake.


class AfterHandshake(Misbehaviour):
    """Sends one record of its own when the handshake is complete."""

    epoch = 3
    content_type: int = ContentType.HANDSHAKE

    def content(self, connection) -> bytes:
        raise NotImplementedError

    def connected(self, connection):
        writer = connection.write_epochs[self.epoch]
        connection.outgoing.append(
            writer.seal(self.content_type, self.content(connection))[1])

    @staticmethod
    def next_message(connection, kind: int, body: bytes) -> bytes:
        fragment = Fragment(kind, len(body), connection.next_message_seq, 0, body)
        connection.next_message_seq += 1
        return fragment.encode()


@misbehaviour("both", Alert.UNEXPECTED_MESSAGE)
class MessageUnknown(AfterHandshake):
    """Sends a handshake message of an unknown type."""

    def content(self, connection):
        return self.next_message(connection, 99, b"unknown")


@misbehaviour("server", Alert.UNEXPECTED_MESSAGE)
class CertificateRequestAfterHandshake(AfterHandshake):
    """Asks for authentication after the handshake, which nobody offered."""

    def content(self, connection):
        request = messages.CertificateRequest(b"context").encode()
        return self.next_message(connection, request.kind, request.body)


@misbehaviour("server", Alert.UNEXPECTED_MESSAGE)
class ServerAttestationAfterHandshake(AfterHandshake):
    """Sends an Attestation when the handshake is complete."""

    def content(self, connection):
        return self.next_message(connection, HandshakeType.ATTESTATION,
                                 attestation.encode_attestation(b"\x80"))


@misbehaviour("both", Alert.ILLEGAL_PARAMETER)
class AckOfLaterEpoch(AfterHandshake):
    """Acknowledges a record of an epoch later than the ACK's."""

    content_type = ContentType.ACK

    def content(self, connection):
        return ack.encode([record.RecordNumber(9, 0)])


@misbehaviour("both", Alert.DECODE_ERROR)
class AckTruncated(AfterHandshake):
    """Sends an ACK with half a record number."""

    content_type = ContentType.ACK

    def content(self, connection):
        return wire.vector(bytes(8), 2)


@misbehaviour("both", Alert.UNEXPECTED_MESSAGE)
class ContentTypeUnknown(AfterHandshake):
    """Sends a record of an unknown content type."""

    content_type = 99

    def content(self, connection):
        return b"unknown"


@misbehaviour("both", Alert.DECODE_ERROR)
class FragmentBeyondMessage(AfterHandshake):
    """Sends a fragment that ends after its message does."""

    def content(self, connection):
        return Fragment(HandshakeType.NEW_SESSION_TICKET, 4,
                        connection.next_message_seq, 2, b"beyond").encode()


@misbehaviour("both", Alert.ILLEGAL_PARAMETER)
class FragmentsDisagree(AfterHandshake):
    """Sends two fragments of one message with different total lengths."""

    def content(self, connection):
        seq = connection.next_message_seq
        kind = HandshakeType.NEW_SESSION_TICKET
        return (Fragment(kind, 100, seq, 0, b"first").encode()
                + Fragment(kind, 200, seq, 5, b"second").encode())


# What must not disturb anyone.


@misbehaviour("both", COMPLETES)
class GarbageDatagrams(Misbehaviour):
    """Sends random bytes before each datagram."""

    def datagrams(self, connection, datagrams):
        return [each for datagram in datagrams
                for each in (connection.config.random_bytes(len(datagram)), datagram)]


@misbehaviour("both", COMPLETES)
class DatagramsRepeated(Misbehaviour):
    """Sends each datagram twice."""

    def datagrams(self, connection, datagrams):
        return [each for datagram in datagrams for each in (datagram, datagram)]


@misbehaviour("both", COMPLETES)
class DatagramsReversed(Misbehaviour):
    """Sends the datagrams of each transmission in reverse order."""

    def datagrams(self, connection, datagrams):
        return datagrams[::-1]


@misbehaviour("both", COMPLETES)
class RecordsDamaged(Misbehaviour):
    """Sends a damaged copy before each protected datagram."""

    def datagrams(self, connection, datagrams):
        return [each for datagram in datagrams
                for each in ([flip_last_byte(datagram)] if datagram[0] >> 5 == 1
                             else []) + [datagram]]


@misbehaviour("both", COMPLETES)
class PlaintextAlerts(Misbehaviour):
    """A stranger injects fatal alerts in epoch 0 once there are keys."""

    def datagrams(self, connection, datagrams):
        if connection.receive_epoch == 0:
            return datagrams
        alert = record.plaintext_record(
            ContentType.ALERT, 2**40 + connection.next_message_seq,
            bytes([2, Alert.HANDSHAKE_FAILURE]))
        return [each for datagram in datagrams for each in (datagram, alert)]


@misbehaviour("both", COMPLETES)
class PlaintextHandshake(Misbehaviour):
    """A stranger injects a Finished in epoch 0 once there are keys."""

    def datagrams(self, connection, datagrams):
        if connection.receive_epoch == 0:
            return datagrams
        fragment = Fragment(HandshakeType.FINISHED, 32,
                            connection.next_message_seq, 0, bytes(32))
        forged = record.plaintext_record(ContentType.HANDSHAKE, 2**41,
                                         fragment.encode())
        return [each for datagram in datagrams for each in (forged, datagram)]


@misbehaviour("both", COMPLETES)
class FragmentsReversed(Misbehaviour):
    """Sends the fragments of each message last first."""

    def fragments(self, connection, fragments):
        return fragments[::-1]


@misbehaviour("both", COMPLETES)
class FragmentsOverlapping(Misbehaviour):
    """Lets each fragment repeat some bytes of the one before."""

    def fragments(self, connection, fragments):
        whole = b"".join(fragment.data for fragment in fragments)
        pieces = []
        for fragment in fragments:
            half = len(fragment.data) // 2
            for start, end in ((0, half + half // 2), (half, len(fragment.data))):
                pieces.append(Fragment(
                    fragment.kind, fragment.length, fragment.message_seq,
                    fragment.offset + start,
                    whole[fragment.offset + start:fragment.offset + end]))
        return pieces


@misbehaviour("both", COMPLETES)
class AcksEmpty(Misbehaviour):
    """Sends an empty ACK before each real one."""

    def acks(self, connection, content):
        return [ack.encode([]), content]


@misbehaviour("both", COMPLETES)
class AcksUnknownRecords(Misbehaviour):
    """Acknowledges records that were never sent, besides the real ones."""

    def acks(self, connection, content):
        return [ack.encode([record.RecordNumber(0, 2**40)]), content]


def create(name: str, replayed_evidence: bytes = b"") -> Misbehaviour:
    return TABLE[name](replayed_evidence) if name else Misbehaviour()
