# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a client offers, and how its second ClientHello differs."""

from .. import attestation, messages
from ..codepoints import Alert, ExtensionType, HandshakeType
from ..misbehave import (SILENCE, Misbehaviour, drop_extension, flip_last_byte,
                         misbehaviour, set_extension)


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
