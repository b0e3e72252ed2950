# SPDX-License-Identifier: LGPL-2.1-or-later
"""A CMW that does not fit."""

from .. import attestation, wire
from ..codepoints import Alert
from ..misbehave import Misbehaviour, misbehaviour


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
