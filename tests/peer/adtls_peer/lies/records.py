# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records of unusual shapes, right and wrong (RFC 9147 §4, RFC 8446 §5.4, RFC 8449)."""

from ..codepoints import Alert, ContentType, ExtensionType
from ..misbehave import COMPLETES, Misbehaviour, misbehaviour, set_extension
from .after_handshake import AfterHandshake


@misbehaviour("both", COMPLETES)
class RecordsMinimal(Misbehaviour):
    """Sends records without length and with 8 bits of sequence number."""

    has_minimal_headers = True


@misbehaviour("both", COMPLETES)
class RecordsPadded(Misbehaviour):
    """Adds 100 bytes of padding to each protected record."""

    record_padding = 100


@misbehaviour("both", COMPLETES)
class RecordsBeyondDatagram(Misbehaviour):
    """Before each protected datagram sends it without its last byte, so that the
    length of its last record leads beyond it."""

    def datagrams(self, connection, datagrams):
        return [each for datagram in datagrams
                for each in ([datagram[:-1]] if datagram[0] >> 5 == 1 else [])
                + [datagram]]


@misbehaviour("both", Alert.UNEXPECTED_MESSAGE)
class RecordOfPaddingAlone(AfterHandshake):
    """Sends a record without a content type (RFC 8446 §5.4)."""

    content_type = 0

    def content(self, connection):
        return bytes(20)


@misbehaviour("both", Alert.UNEXPECTED_MESSAGE, Alert.DECODE_ERROR)
class HandshakeRecordEmpty(AfterHandshake):
    """Sends a handshake record without a fragment (RFC 8446 §5.1)."""

    content_type = ContentType.HANDSHAKE

    def content(self, connection):
        return b""


class OwnLimit(Misbehaviour):
    """Names a record_size_limit of its own making."""

    body = b""

    def client_hello(self, connection, hello):
        set_extension(hello.extensions, ExtensionType.RECORD_SIZE_LIMIT, self.body)


@misbehaviour("client", Alert.ILLEGAL_PARAMETER)
class RecordSizeLimitTooSmall(OwnLimit):
    """Asks for records of 63 bytes, one less than may be asked for."""

    body = bytes([0, 63])


@misbehaviour("client", Alert.DECODE_ERROR)
class RecordSizeLimitMalformed(OwnLimit):
    """Asks for a record size in three bytes."""

    body = bytes([0, 1, 0])


@misbehaviour("server", Alert.UNSUPPORTED_EXTENSION)
class RecordSizeLimitUnasked(Misbehaviour):
    """Answers with a record_size_limit that nobody offered."""

    def encrypted_extensions(self, connection, answer):
        set_extension(answer.extensions, ExtensionType.RECORD_SIZE_LIMIT,
                      bytes([64, 1]))
