# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads a capture with a key log: records, messages, and the binder derived anew."""

import argparse
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from . import (ack, attestation, capture, certificates, evidence, key_log, record,
               signing)
from .codepoints import (Alert, ContentType, HandshakeType, ProtocolError,
                         SignatureScheme, name_of)
from .messages import (Certificate, Fragment, HandshakeMessage, ServerHello,
                       read_fragments)
from .relay import format_endpoint
from .suites import DEFAULT, SUITES

CLIENT, SERVER = "client", "server"
FIRST_APPLICATION_EPOCH = 3


@dataclass
class Record:
    """One record, and what it carried in words."""

    time: float
    sender: str
    epoch: Optional[int]  # None if it could not be decrypted
    sequence: Optional[int]
    content: str
    is_repeated: bool = False


@dataclass
class Message:
    """A whole handshake message, at the time of its last missing byte."""

    time: float
    sender: str
    name: str
    epoch: int
    message_seq: int
    length: int


@dataclass
class Attestation:
    """What an Attestation message says, and whether its nonce is the binder."""

    sender: str
    cmw_type: Optional[int] = None
    indicator: Optional[int] = None
    claims: dict = field(default_factory=dict)
    nonce: Optional[bytes] = None
    binder: Optional[bytes] = None
    tls_key_matches: Optional[bool] = None
    problem: str = ""

    def binder_matches(self) -> Optional[bool]:
        """None if the binder could not be derived."""
        return None if self.binder is None else self.binder == self.nonce


class Side:
    """What one side sent: its epochs and its messages under way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.epochs: dict[int, record.ReadEpoch] = {}
        self.pieces: dict[int, dict] = {}  # message_seq -> offset -> bytes
        self.done: set[int] = set()
        self.certificate: Optional[bytes] = None

    def take(self, fragment: Fragment) -> Optional[HandshakeMessage]:
        """The message that this fragment completes."""
        if fragment.message_seq in self.done:
            return None
        pieces = self.pieces.setdefault(fragment.message_seq, {})
        longest = max(pieces.get(fragment.offset, b""), fragment.data, key=len)
        pieces[fragment.offset] = longest
        body = b""
        for offset in sorted(pieces):
            if offset > len(body):
                return None
            body += pieces[offset][len(body) - offset:]
        if len(body) < fragment.length:
            return None
        self.done.add(fragment.message_seq)
        return HandshakeMessage(fragment.kind, body[:fragment.length])


class Flow:
    """One DTLS 1.3 connection of a capture."""

    def __init__(self, client: tuple, server: tuple, secrets: dict) -> None:
        self.client, self.server = client, server
        self.key_log = secrets
        self.secrets: dict[str, bytes] = {}
        self.client_random = b""
        self.suite = DEFAULT  # until ServerHello says which
        self.sides = {CLIENT: Side(CLIENT), SERVER: Side(SERVER)}
        self.records: list[Record] = []
        self.messages: list[Message] = []
        self.alerts: list[dict] = []
        self.attestations: list[Attestation] = []
        self.attestation_bodies: list[tuple] = []

    def take(self, datagram: capture.Datagram) -> None:
        sender = CLIENT if datagram.source == self.client else SERVER
        for item in record.split_datagram(datagram.payload):
            self._take_record(datagram.time, self.sides[sender], item)

    def _take_record(self, time: float, side: Side, item) -> None:
        opened, is_repeated = self._open(side, item)
        if opened is None:
            self.records.append(Record(time, side.name, None, None,
                                       f"{len(item.body)} bytes not decrypted"))
            return
        try:
            content = self._describe(time, side, opened)
        except ProtocolError as error:
            content = f"malformed: {error}"
        self.records.append(Record(time, side.name, opened.number.epoch,
                                   opened.number.sequence, content, is_repeated))

    def _open(self, side: Side, item) -> tuple:
        if isinstance(item, record.PlaintextRecord):
            return record.OpenedRecord(item.content_type, item.number,
                                       item.fragment), False
        for number in sorted(side.epochs, reverse=True):
            epoch = side.epochs[number]
            if number & 3 != item.epoch_bits:
                continue
            opened = record.open_record(epoch.keys, number, epoch.window.next, item)
            if opened:
                is_repeated = not epoch.window.is_fresh(opened.number.sequence)
                epoch.window.update(opened.number.sequence)
                return opened, is_repeated
        return None, False

    def _describe(self, time: float, side: Side, opened: record.OpenedRecord) -> str:
        content = opened.content
        if opened.content_type == ContentType.HANDSHAKE:
            fragments = read_fragments(content)
            words = [self._describe_fragment(each) for each in fragments]
            for fragment in fragments:
                message = side.take(fragment)
                if message:
                    self._take_message(time, side, opened.number.epoch,
                                       fragment.message_seq, message)
            return ", ".join(words)
        if opened.content_type == ContentType.ACK:
            numbers = ack.decode(content)
            return "ACK " + (" ".join(f"{n.epoch}/{n.sequence}" for n in numbers)
                             or "of nothing")
        if opened.content_type == ContentType.ALERT and len(content) == 2:
            name = name_of(Alert, content[1])
            self.alerts.append({"sender": side.name, "name": name,
                                "description": content[1],
                                "epoch": opened.number.epoch})
            return f"alert {name} ({content[1]})"
        if opened.content_type == ContentType.APPLICATION_DATA:
            return f"application data, {len(content)} bytes"
        return f"content type {opened.content_type}, {len(content)} bytes"

    @staticmethod
    def _describe_fragment(fragment: Fragment) -> str:
        message = HandshakeMessage(fragment.kind, fragment.data)
        text = f"{message.name()} seq {fragment.message_seq}"
        end = fragment.offset + len(fragment.data)
        if len(fragment.data) < fragment.length:
            return f"{text}, bytes {fragment.offset} to {end} of {fragment.length}"
        return f"{text}, {fragment.length} bytes"

    def _take_message(self, time: float, side: Side, epoch: int, message_seq: int,
                      message: HandshakeMessage) -> None:
        self.messages.append(Message(time, side.name, message.name(), epoch,
                                     message_seq, len(message.body)))
        if message.kind == HandshakeType.CLIENT_HELLO:
            self._take_keys(message.body[2:34])
        elif message.kind == HandshakeType.SERVER_HELLO:
            number = ServerHello.decode(message.body).cipher_suite
            self.suite = SUITES.get(number, DEFAULT)
            self._take_keys(self.client_random)
        elif message.kind == HandshakeType.CERTIFICATE:
            chain = Certificate.decode(message.body).chain
            side.certificate = chain[0] if chain else None
        elif message.kind == HandshakeType.ATTESTATION:
            self.attestation_bodies.append((side, message.body))

    def _take_keys(self, client_random: bytes) -> None:
        self.client_random = client_random
        self.secrets = self.key_log.get(client_random, {})
        for name, side in self.sides.items():
            prefix = name.upper()
            labels = {2: f"{prefix}_HANDSHAKE_TRAFFIC_SECRET"}
            generation = 0
            while f"{prefix}_TRAFFIC_SECRET_{generation}" in self.secrets:
                labels[FIRST_APPLICATION_EPOCH + generation] = (
                    f"{prefix}_TRAFFIC_SECRET_{generation}")
                generation += 1
            side.epochs = {
                epoch: record.ReadEpoch(epoch, self.secrets[label], self.suite)
                for epoch, label in labels.items() if label in self.secrets}

    # Attestation.

    def examine_attestations(self) -> None:
        """At the end, since the Certificate may complete after the Attestation."""
        self.attestations = [self._examine(*each) for each in self.attestation_bodies]

    def _examine(self, side: Side, body: bytes) -> Attestation:
        found = Attestation(side.name)
        try:
            payload = attestation.decode_attestation(body)
            found.cmw_type, token, found.indicator = (
                attestation.decode_cmw_record(payload))
            if found.cmw_type != attestation.EAT_CWT:
                found.problem = f"CMW type {found.cmw_type} is not decoded"
                return found
            found.claims = evidence.parse(token).claims
        except (ValueError, ProtocolError) as error:
            found.problem = str(error)
            return found
        found.nonce = found.claims.get(evidence.CLAIM_NONCE)
        self._derive_binder(side, found)
        return found

    def _derive_binder(self, side: Side, found: Attestation) -> None:
        label = f"{side.name.upper()}_ATTESTATION_MAIN_SECRET"
        if side.certificate is None:
            found.problem = "no Certificate message was seen"
        elif label not in self.secrets:
            found.problem = f"the key log has no {label}"
        else:
            key = certificates.load(side.certificate).public_key()
            spki = certificates.spki_of(side.certificate)
            found.binder = attestation.binder(self.secrets[label], spki)
            confirmation = found.claims.get(evidence.CLAIM_CONFIRMATION)
            found.tls_key_matches = (
                signing.schemes_of(key) == [SignatureScheme.ECDSA_SECP256R1_SHA256]
                and confirmation == {1: evidence.cose_key(key)})


def is_client_hello(payload: bytes) -> bool:
    """A plaintext handshake record that begins with a ClientHello."""
    return (len(payload) > 25 and payload[0] == ContentType.HANDSHAKE
            and payload[13] == HandshakeType.CLIENT_HELLO)


def decode(capture_data: bytes, key_log_text: str) -> list[Flow]:
    """The DTLS flows of a capture; a new ClientHello random starts a new one."""
    secrets = key_log.parse(key_log_text)
    flows: list[Flow] = []
    current: dict[frozenset, Flow] = {}
    for datagram in capture.read(capture_data):
        ends = frozenset((datagram.source, datagram.destination))
        flow = current.get(ends)
        if is_client_hello(datagram.payload) and _is_new(flow, datagram.payload):
            flow = Flow(datagram.source, datagram.destination, secrets)
            current[ends] = flow
            flows.append(flow)
        if flow:
            flow.take(datagram)
    for flow in flows:
        flow.examine_attestations()
    return flows


def _is_new(flow: Optional[Flow], payload: bytes) -> bool:
    """Whether a ClientHello belongs to no connection that is known."""
    if flow is None:
        return True
    starts_message = payload[19:22] == bytes(3)  # fragment_offset
    return starts_message and bool(flow.client_random) and (
        payload[27:59] != flow.client_random)


# In words and as JSON.


def describe_claims(claims: dict) -> dict:
    """Claims by name, byte strings in hexadecimal."""
    def plain(item):
        if isinstance(item, bytes):
            return item.hex()
        if isinstance(item, dict):
            return {str(key): plain(value) for key, value in item.items()}
        if isinstance(item, (list, tuple)):
            return [plain(each) for each in item]
        return item if isinstance(item, (int, str, float, bool)) else repr(item)

    return {evidence.CLAIM_NAMES.get(key, str(key)): plain(value)
            for key, value in claims.items()}


def as_json(flow: Flow) -> dict:
    return {
        "client": format_endpoint(flow.client),
        "server": format_endpoint(flow.server),
        "client_random": flow.client_random.hex(),
        "keys_found": bool(flow.secrets),
        "records": [vars(each) for each in flow.records],
        "messages": [vars(each) for each in flow.messages],
        "alerts": flow.alerts,
        "attestations": [{
            "sender": each.sender, "cmw_type": each.cmw_type,
            "indicator": each.indicator, "claims": describe_claims(each.claims),
            "nonce": each.nonce.hex() if isinstance(each.nonce, bytes) else None,
            "binder": each.binder.hex() if each.binder else None,
            "binder_matches": each.binder_matches(),
            "tls_key_matches": each.tls_key_matches, "problem": each.problem,
        } for each in flow.attestations]}


def print_flow(flow: Flow, messages_only: bool) -> None:
    print(f"{format_endpoint(flow.client)} -> {format_endpoint(flow.server)}  "
          f"client random {flow.client_random.hex()}")
    if not flow.secrets:
        print("  the key log has no secrets for this connection")
    start = flow.records[0].time if flow.records else 0.0
    if not messages_only:
        for each in flow.records:
            number = (f"{each.epoch}/{each.sequence}" if each.epoch is not None
                      else "?")
            print(f"  {each.time - start:10.6f}  {each.sender:6}  {number:>8}  "
                  f"{each.content}{'  (repeated)' if each.is_repeated else ''}")
    print("  messages:")
    for each in flow.messages:
        print(f"    {each.sender:6}  epoch {each.epoch}  seq {each.message_seq:2}  "
              f"{each.name}, {each.length} bytes")
    for each in flow.attestations:
        print_attestation(each)


def print_attestation(found: Attestation) -> None:
    print(f"  attestation by the {found.sender}:")
    if found.cmw_type is not None:
        print(f"    CMW type {found.cmw_type}, indicator {found.indicator}")
    for name, value in describe_claims(found.claims).items():
        print(f"    {name} = {value}")
    if found.binder is not None:
        print(f"    binder derived from the key log and the {found.sender}'s "
              f"certificate: {found.binder.hex()}")
        print("    the nonce in the Evidence is "
              + ("the binder" if found.binder_matches() else "NOT the binder"))
        print("    the key in the Evidence is "
              + ("" if found.tls_key_matches else "NOT ")
              + "the one of the certificate")
    if found.problem:
        print(f"    {found.problem}")


def argument_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="adtls-decode", description="Decrypts the DTLS 1.3 connections in a "
        "capture (pcap or pcapng) with a key log in NSS format, prints records and "
        "handshake messages, and checks that the nonce in an Attestation is the "
        "binder of the connection.", epilog="Numbers of records are epoch/sequence "
        "number. Exit status: 0 if all is well; 1 if a file cannot be read, no "
        "connection is found, or one cannot be decrypted; 2 for wrong usage; 3 if a "
        "nonce is not the binder.")
    add = parser.add_argument
    add("capture", metavar="PCAP", help="the capture file")
    add("key_log", metavar="KEYLOG", help="the key log file (SSLKEYLOGFILE)")
    add("--messages", action="store_true", help="print no single records")
    add("--json", action="store_true", help="print JSON")
    return parser


def main() -> int:
    options = argument_parser().parse_args()
    try:
        flows = decode(Path(options.capture).read_bytes(),
                       Path(options.key_log).read_text(errors="replace"))
    except OSError as error:
        print(f"adtls-decode: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    except capture.CaptureError as error:
        print(f"adtls-decode: {options.capture}: {error}", file=sys.stderr)
        return 1
    if not flows:
        print(f"adtls-decode: {options.capture}: no DTLS ClientHello in it",
              file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps({"flows": [as_json(flow) for flow in flows]}, indent=1))
    else:
        for flow in flows:
            print_flow(flow, options.messages)
    return exit_status(flows)


def exit_status(flows: list) -> int:
    found = [each for flow in flows for each in flow.attestations]
    if any(each.binder_matches() is False for each in found):
        return 3
    if any(not flow.secrets for flow in flows):
        print("adtls-decode: a connection cannot be decrypted: its client random is "
              "not in the key log", file=sys.stderr)
        return 1
    return 0
