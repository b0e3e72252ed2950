# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a server answers: hellos, EncryptedExtensions, CertificateRequest."""

from .. import attestation, messages, wire
from ..codepoints import Alert, ExtensionType, HandshakeType
from ..messages import HandshakeMessage
from ..misbehave import Misbehaviour, drop_extension, misbehaviour, set_extension


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
class HelloSessionId(Misbehaviour):
    """Sends a legacy_session_id_echo, which DTLS 1.3 leaves empty."""

    def server_hello(self, connection, hello):
        hello.session_id = bytes(range(32))


@misbehaviour("server", Alert.ILLEGAL_PARAMETER)
class HelloOtherSuite(Misbehaviour):
    """Selects a cipher suite that was not offered."""

    def server_hello(self, connection, hello):
        if not hello.is_retry:
            hello.cipher_suite = 0x1399


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
