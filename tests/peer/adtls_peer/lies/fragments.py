# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fragments that contradict each other or themselves (RFC 9147 §5.5).

They lie about Certificate, which both sides send under handshake keys.
"""

from dataclasses import replace

from ..codepoints import Alert, HandshakeType
from ..messages import Fragment
from ..misbehave import Misbehaviour, misbehaviour


class CertificateFragments(Misbehaviour):
    """Puts one fragment more before those of Certificate."""

    def lie(self, honest: Fragment) -> Fragment:
        raise NotImplementedError

    def fragments(self, connection, fragments):
        if fragments[0].kind != HandshakeType.CERTIFICATE:
            return fragments
        return [self.lie(fragments[0]), *fragments]


@misbehaviour("both", Alert.ILLEGAL_PARAMETER, Alert.DECODE_ERROR)
class FragmentBeyondMessage(CertificateFragments):
    """Sends a fragment that ends after its message does."""

    def lie(self, honest):
        return replace(honest, offset=honest.length - 2, data=b"beyond")


@misbehaviour("both", Alert.ILLEGAL_PARAMETER)
class FragmentsOfTwoLengths(CertificateFragments):
    """Sends fragments of one message with different total lengths."""

    def lie(self, honest):
        return replace(honest, length=honest.length + 1, data=honest.data[:8])


@misbehaviour("both", Alert.ILLEGAL_PARAMETER, Alert.UNEXPECTED_MESSAGE)
class FragmentsOfTwoTypes(CertificateFragments):
    """Sends fragments of one message with different types."""

    def lie(self, honest):
        return replace(honest, kind=HandshakeType.CERTIFICATE_VERIFY,
                       data=honest.data[:8])


@misbehaviour("both", Alert.ILLEGAL_PARAMETER, Alert.DECRYPT_ERROR,
              Alert.DECODE_ERROR, Alert.BAD_CERTIFICATE)
class FragmentsOfTwoContents(CertificateFragments):
    """Sends fragments of one message with different bytes at one place; who does
    not compare them takes either, and refuses the wrong one."""

    def lie(self, honest):
        return replace(honest, data=bytes(byte ^ 1 for byte in honest.data[:8]))
