# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attestation (protocol §3, §4): negotiation, message, binder, CMW."""

from dataclasses import dataclass
from typing import Union

import cbor2

from . import wire
from .codepoints import Alert, ExtensionType, ProtocolError
from .keys import digest, hash_of, hkdf_expand_label

EVIDENCE_EXTENSIONS = (ExtensionType.EVIDENCE_REQUEST,
                       ExtensionType.EVIDENCE_PROPOSAL)
RESULTS_EXTENSIONS = (ExtensionType.RESULTS_REQUEST, ExtensionType.RESULTS_PROPOSAL)
EXTENSIONS = EVIDENCE_EXTENSIONS + RESULTS_EXTENSIONS

EAT_CWT = 263  # application/eat+cwt
CMW_EVIDENCE = 4  # bit 2 of the conceptual message indicator
DEFAULT_MESSAGE_LIMIT = 64 * 1024


@dataclass(frozen=True)
class EvidenceType:
    """A CoAP Content-Format number or a media type, but never both."""

    value: Union[int, str]

    def encode(self) -> bytes:
        if isinstance(self.value, int):
            return b"\0" + wire.uint(self.value, 2)
        return b"\1" + wire.vector(self.value.encode("ascii"), 2)

    @classmethod
    def read(cls, reader: wire.Reader) -> "EvidenceType":
        encoding = reader.uint(1)
        if encoding == 0:
            return cls(reader.uint(2))
        if encoding != 1:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "unknown type_encoding")
        media_type = reader.vector(2)
        if not media_type or not media_type.isascii():
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "no ASCII media type")
        return cls(media_type.decode("ascii"))


@dataclass(frozen=True)
class VerifierIdentity:
    identity: bytes

    def encode(self) -> bytes:
        return wire.vector(self.identity, 2)

    @classmethod
    def read(cls, reader: wire.Reader) -> "VerifierIdentity":
        identity = reader.vector(2)
        if not identity:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "empty verifier identity")
        return cls(identity)


def _item_class(extension: int):
    return EvidenceType if extension in EVIDENCE_EXTENSIONS else VerifierIdentity


def encode_offer(items: list) -> bytes:
    """One of the four extensions as ClientHello carries it."""
    return wire.vector(b"".join(item.encode() for item in items), 1)


def decode_offer(extension: int, data: bytes) -> list:
    """The offered items in order of preference, without duplicates."""
    outer = wire.Reader(data)
    reader = wire.Reader(outer.vector(1, minimum=1))
    outer.finish()
    items = []
    while reader.remaining():
        item = _item_class(extension).read(reader)
        if item not in items:
            items.append(item)
    return items


def encode_answer(item) -> bytes:
    """One of the four extensions as EncryptedExtensions carries it."""
    return item.encode()


def decode_answer(extension: int, data: bytes):
    reader = wire.Reader(data)
    item = _item_class(extension).read(reader)
    reader.finish()
    return item


def check_answers(offered: dict[int, bytes], answered: dict[int, bytes]) -> dict:
    """The client's check of EncryptedExtensions; extension -> selected item."""
    selected = {}
    for extension in (e for e in EXTENSIONS if e in answered):
        if extension not in offered:
            raise ProtocolError(Alert.UNSUPPORTED_EXTENSION,
                                f"{extension.name.lower()} was not offered")
        item = decode_answer(extension, answered[extension])
        if item not in decode_offer(extension, offered[extension]):
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                f"{extension.name.lower()}: not one of the offered")
        selected[extension] = item
    for evidence, results in zip(EVIDENCE_EXTENSIONS, RESULTS_EXTENSIONS):
        if evidence in selected and results in selected:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                "two models for one direction")
    return selected


def encode_attestation(cmw_payload: bytes) -> bytes:
    """The body of the Attestation message."""
    return wire.vector(cmw_payload, 3)


def decode_attestation(body: bytes) -> bytes:
    reader = wire.Reader(body)
    payload = reader.vector(3, minimum=1)
    reader.finish()
    return payload


def binder_context(spki: bytes, hash_name: str = "sha256") -> bytes:
    """deviation: protocol §4.1, a key too long for the context is hashed."""
    return spki if len(spki) <= 255 else digest(spki, hash_name)


def binder(attestation_main_secret: bytes, spki: bytes) -> bytes:
    """The attestation binder of the side whose main secret and key these are."""
    return hkdf_expand_label(attestation_main_secret, b"attestation",
                             binder_context(spki, hash_of(attestation_main_secret)),
                             len(attestation_main_secret))


def encode_cmw_record(content_format: int, value: bytes,
                      indicator: int = CMW_EVIDENCE) -> bytes:
    """A CMW record in CBOR: [type, value, ind] (draft-ietf-rats-msg-wrap §3.1)."""
    return cbor2.dumps([content_format, value, indicator], canonical=True)


def decode_cmw_record(payload: bytes) -> tuple[int, bytes, int]:
    """Type, value and indicator; without an indicator the type alone speaks."""
    try:
        record = cbor2.loads(payload)
        kind, value = record[0], record[1]
        indicator = record[2] if len(record) == 3 else CMW_EVIDENCE
    except (cbor2.CBORDecodeError, TypeError, IndexError, KeyError,
            RecursionError) as error:
        raise ValueError("the CMW is not a CBOR record") from error
    if not (isinstance(record, list) and len(record) in (2, 3)
            and isinstance(kind, (int, str)) and isinstance(value, bytes)
            and isinstance(indicator, int)):
        raise ValueError("the CMW is not a CBOR record")
    if cbor2.dumps(record) != payload:
        raise ValueError("the CMW is not deterministically encoded")
    return kind, value, indicator
