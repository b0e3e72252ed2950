# SPDX-License-Identifier: LGPL-2.1-or-later
"""ClientHellos that break RFC 8446 or RFC 9147, and some that only look odd."""

from ..codepoints import Alert, ExtensionType
from ..misbehave import (COMPLETES, Misbehaviour, drop_extension, misbehaviour,
                         set_extension)


@misbehaviour("client", Alert.ILLEGAL_PARAMETER)
class ClientHelloLegacyCookie(Misbehaviour):
    """Fills the legacy_cookie of DTLS 1.2."""

    def client_hello(self, connection, hello):
        hello.cookie = b"legacy"


@misbehaviour("client", Alert.ILLEGAL_PARAMETER, Alert.DECODE_ERROR)
class ClientHelloRepeatedExtension(Misbehaviour):
    """Sends supported_groups twice."""

    def client_hello(self, connection, hello):
        hello.extensions.append((ExtensionType.SUPPORTED_GROUPS, dict(
            hello.extensions)[ExtensionType.SUPPORTED_GROUPS]))


@misbehaviour("client", Alert.MISSING_EXTENSION)
class ClientHelloWithoutGroups(Misbehaviour):
    """Leaves supported_groups out."""

    def client_hello(self, connection, hello):
        drop_extension(hello.extensions, ExtensionType.SUPPORTED_GROUPS)


@misbehaviour("client", Alert.MISSING_EXTENSION)
class ClientHelloWithoutSignatureAlgorithms(Misbehaviour):
    """Leaves signature_algorithms out."""

    def client_hello(self, connection, hello):
        drop_extension(hello.extensions, ExtensionType.SIGNATURE_ALGORITHMS)


@misbehaviour("client", Alert.HANDSHAKE_FAILURE)
class ClientHelloUnknownSuite(Misbehaviour):
    """Offers no cipher suite that anyone knows."""

    def client_hello(self, connection, hello):
        hello.cipher_suites = [0x1399]


@misbehaviour("client", Alert.PROTOCOL_VERSION)
class ClientHelloOldVersion(Misbehaviour):
    """Offers DTLS 1.2 only."""

    def client_hello(self, connection, hello):
        set_extension(hello.extensions, ExtensionType.SUPPORTED_VERSIONS,
                      b"\2\xfe\xfd")


@misbehaviour("client", COMPLETES)
class ClientHelloSessionId(Misbehaviour):
    """Sends a legacy_session_id, as a client with an older session may."""

    def client_hello(self, connection, hello):
        hello.session_id = bytes(range(32))


@misbehaviour("client", COMPLETES)
class ClientHelloUnknownExtensions(Misbehaviour):
    """Sends extensions and suites that nobody has heard of (RFC 8701)."""

    def client_hello(self, connection, hello):
        if not connection.retried:
            hello.cipher_suites = [0x0A0A, *hello.cipher_suites, 0x1399]
            hello.extensions.insert(0, (0x1A1A, b""))
            hello.extensions.append((0x2A2A, b"grease"))
