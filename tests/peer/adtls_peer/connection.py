# SPDX-License-Identifier: LGPL-2.1-or-later
"""What client and server share: records in, records out, timers, alerts.

Nothing here touches a clock, a socket or the system's randomness. The owner
calls receive() and handle_timeout() with the time, then sends what
datagrams_to_send() returns and looks at events.

The handshake itself is a generator of the subclass: it yields the handshake
types that may come next and is resumed with the message.
"""

from dataclasses import dataclass, field
from typing import Callable, Generator, Optional

from . import ack, flight, keys, psk, record
from .after import After
from .appraisal import RelyingParty, Verdict
from .attestation import DEFAULT_MESSAGE_LIMIT
from .codepoints import (Alert, CertificateType, CipherSuite, ContentType,
                         HandshakeType, NamedGroup, ProtocolError, SignatureScheme,
                         name_of)
from .evidence import Attester
from .messages import Fragment, HandshakeMessage, read_fragments
from .misbehave import Misbehaviour
from .reassembly import Arrival, Reassembly
from .suites import DEFAULT, SUITES

TOMBSTONE_ALERTS = 8  # how often a closed connection repeats its alert


@dataclass
class Config:
    """One side's wishes; not changed by a connection."""

    random_bytes: Callable[[int], bytes]
    utc: Callable[[], float]
    chain: list = field(default_factory=list)  # DER, end entity first
    key: object = None  # private key of the end entity
    anchors: list = field(default_factory=list)  # trusted certificates
    server_name: Optional[str] = None
    protocols: tuple = ()  # of applications, the favourite first
    shows_raw_key: bool = False  # to peers that take one
    pins: tuple = ()  # SubjectPublicKeyInfos that a peer may show
    psks: tuple = ()  # psk.Psk: offered by a client, known to a server
    wants_tickets: bool = False  # a client
    tickets: Optional[dict] = None  # a server's memory of those that it gave
    suites: tuple = (CipherSuite.TLS_AES_128_GCM_SHA256,)
    groups: tuple = (NamedGroup.X25519, NamedGroup.SECP256R1)
    schemes: tuple = (SignatureScheme.ECDSA_SECP256R1_SHA256,)
    shares: int = 1  # how many of its groups a client sends a share for
    mtu: int = 1200  # UDP payload bytes
    record_size_limit: Optional[int] = None  # that we ask for
    initial_timeout: float = 1.0
    maximum_timeout: float = 60.0
    maximum_attempts: int = 12
    handshake_deadline: float = 60.0
    cookie: bool = True
    require_client_certificate: bool = False
    refragment: bool = False  # other fragment boundaries in retransmissions
    attester: Optional[Attester] = None
    relying_party: Optional[RelyingParty] = None
    connection_id: Optional[int] = None  # length that we want; None: without
    checks_paths: bool = True  # with connection IDs
    key_log: Callable[[str, bytes, bytes], None] = lambda *_: None
    misbehaviour: Misbehaviour = field(default_factory=Misbehaviour)


class Connection:
    """One DTLS 1.3 association."""

    is_server: bool

    def __init__(self, config: Config, now: float) -> None:
        self.config = config
        self.misbehaviour = config.misbehaviour
        self.now = now
        self.state = "handshake"  # then connected, closed or failed
        self.version_is_known = False  # that it is DTLS 1.3: no ACK before
        self.failure: Optional[str] = None
        self.events: list[tuple] = []
        self.alerts_received: list[dict] = []
        self.alert_sent: Optional[Alert] = None
        self.message_order: list[str] = []
        self.suite = DEFAULT  # until one is selected
        self.transcript = keys.Transcript()
        self.schedule = keys.KeySchedule()
        self.client_random = b""
        self.group: Optional[int] = None
        self.retried = False  # there was a HelloRetryRequest
        self.selected: dict = {}  # attestation extension -> selected item
        self.peer_schemes: list = []  # that the peer verifies
        self.scheme: Optional[int] = None  # that the peer signed with
        self.own_type = CertificateType.X509  # of what each side shows
        self.peer_type = CertificateType.X509
        self.protocol: Optional[bytes] = None  # of the application
        self.called: Optional[str] = None  # a server, by this name
        self.name_was_used = False  # a client's, by the server
        self.psk = None  # in place of certificates
        self.tickets: list = []  # that a client got
        self.peer_chain: list = []
        self.peer_key = None
        self.peer_spki = b""
        self.evidence_sent: Optional[bytes] = None
        self.binder: Optional[bytes] = None
        self.verdict: Optional[Verdict] = None

        limit = (config.relying_party.message_limit if config.relying_party
                 else DEFAULT_MESSAGE_LIMIT)
        self.reassembly = Reassembly(limit)
        self.acknowledgements = ack.Acknowledgements()
        self.flight: Optional[flight.Flight] = None
        self.receive_epoch = 0  # which the next handshake message must come in
        self.peer_flight_start = 0
        self.next_message_seq = 0
        self.read_epochs: dict[int, record.ReadEpoch] = {}
        self.write_epochs = {0: record.WriteEpoch(0)}
        self.peer_record_limit: Optional[int] = None
        self.own_record_limit: Optional[int] = None  # once both know it
        self.retransmission_deadline: Optional[float] = None
        self.retransmission_timeout = config.initial_timeout
        self.attempts = 0
        self.last_transmission = now
        self.deadline: Optional[float] = now + config.handshake_deadline
        self.saw_retransmission = False
        self.tombstone_alerts = 0
        self.records_dropped = 0
        self.retransmissions = 0
        self.outgoing: list[bytes] = []  # records, not yet packed
        self.after = After(self)
        self.script = self.handshake()
        self.expected: tuple = ()

    def handshake(self) -> Generator[tuple, HandshakeMessage, None]:
        raise NotImplementedError

    def start(self) -> None:
        """Runs the handshake up to the first message that it waits for."""
        self.expected = next(self.script)
        self.transmit()

    # Datagrams in.

    def receive(self, datagram: bytes, now: float) -> None:
        self.now = now
        try:
            cid_length = len(self.after.own[0]) if self.after.own else 0
            for item in record.split_datagram(datagram, cid_length):
                opened = self._open(item)
                if opened is None:
                    self.records_dropped += 1
                elif self.state in ("closed", "failed"):
                    self._repeat_alert()
                else:
                    self._dispatch(opened)
            self._after_datagram()
        except ProtocolError as error:
            self.fail(error)

    def _open(self, item) -> Optional[record.OpenedRecord]:
        if isinstance(item, record.PlaintextRecord):
            if item.number.epoch:
                return None
            return record.OpenedRecord(item.content_type, item.number, item.fragment)
        if not self.after.accepts(item.cid):
            return None
        candidates = [epoch for number, epoch in sorted(self.read_epochs.items())
                      if number & 3 == item.epoch_bits]
        return candidates[-1].open(item) if candidates else None

    def _dispatch(self, opened: record.OpenedRecord) -> None:
        if opened.content_type == ContentType.HANDSHAKE:
            self._take_handshake(opened)
        elif opened.content_type == ContentType.ACK:
            self._take_ack(opened)
        elif opened.content_type == ContentType.ALERT:
            self._take_alert(opened)
        elif opened.content_type == ContentType.APPLICATION_DATA:
            self._take_application_data(opened)
        elif opened.content_type == ContentType.RETURN_ROUTABILITY_CHECK:
            self.after.take_path_message(opened.content)
        else:
            raise ProtocolError(Alert.UNEXPECTED_MESSAGE, "unknown content type")

    def _take_handshake(self, opened: record.OpenedRecord) -> None:
        epoch = opened.number.epoch
        try:
            fragments = read_fragments(opened.content)
            arrivals = [(fragment, self._take_fragment(fragment, epoch))
                        for fragment in fragments]
        except ProtocolError:
            if epoch:
                raise
            return  # anyone may have written it
        for fragment, arrival in arrivals:
            if arrival is Arrival.OUT_OF_ORDER:
                self.acknowledgements.is_due = True
            elif (arrival is Arrival.OLD
                  and fragment.message_seq < self.peer_flight_start):
                self.saw_retransmission = True
        received = [arrival is not Arrival.DROPPED
                    and fragment.message_seq >= self.peer_flight_start
                    for fragment, arrival in arrivals]
        if all(received):
            self.acknowledgements.add(
                opened.number, self.now + self.retransmission_timeout / 4)
            if self.state == "connected":
                self.acknowledgements.is_due = True
        self._run_handshake()

    def _take_fragment(self, fragment: Fragment, epoch: int) -> Arrival:
        if epoch == 0 and self.receive_epoch > 0 and (
                fragment.message_seq >= self.reassembly.next_seq):
            return Arrival.DROPPED
        arrival = self.reassembly.add(fragment, epoch)
        if (arrival in (Arrival.IN_ORDER, Arrival.OUT_OF_ORDER)
                and self.state == "handshake"):
            self.end_flight()  # RFC 9147 §7.1: an implicit acknowledgement
        return arrival

    def _run_handshake(self) -> None:
        while popped := self.reassembly.pop():
            epoch, message = popped
            self.message_order.append(f"received {message.name()}")
            if epoch != self.receive_epoch:
                raise ProtocolError(Alert.UNEXPECTED_MESSAGE,
                                    f"{message.name()} in epoch {epoch}")
            if self.state == "connected":
                self._take_post_handshake(message)
                continue
            if message.kind not in self.expected:
                raise ProtocolError(
                    Alert.UNEXPECTED_MESSAGE,
                    f"{message.name()} where "
                    + " or ".join(kind.name.lower() for kind in self.expected)
                    + " is due")
            if message.kind == HandshakeType.ATTESTATION:
                self.acknowledgements.is_due = True  # protocol §4.3
            try:
                self.expected = self.script.send(message)
            except StopIteration:
                self._complete()
            self.transmit()

    def _complete(self) -> None:
        self.state = "connected"
        self.receive_epoch = 3
        self.deadline = None
        self.events.append(("connected",))
        self.transmit()
        self.misbehaviour.connected(self)
        self.completed()

    def completed(self) -> None:
        """What the subclass does at once when the handshake is complete."""

    def _take_post_handshake(self, message: HandshakeMessage) -> None:
        """A ticket is acknowledged and kept."""
        if message.kind == HandshakeType.NEW_SESSION_TICKET and not self.is_server:
            self.tickets.append(psk.take_ticket(self, message))
            self.acknowledgements.is_due = True
        else:
            self.after.take(message)

    def _take_ack(self, opened: record.OpenedRecord) -> None:
        epoch = opened.number.epoch
        if epoch == 0 and self.receive_epoch > 0:
            return
        try:
            numbers = set(ack.decode(opened.content))
        except ProtocolError:
            if epoch:
                raise
            return
        self.events.append(("ack", epoch, sorted(numbers)))
        newest = epoch if epoch < 3 else max(self.write_epochs)
        if any(number.epoch > newest for number in numbers):
            if epoch == 0:
                return
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                "an ACK names a record of a later epoch")
        if self.flight is None:
            return
        news = self.flight.acknowledge(numbers)
        if not self.flight.pending():
            self.end_flight()
        elif news or not numbers:
            if self.now - self.last_transmission >= self.retransmission_timeout / 4:
                self.flight.assume_lost_before(numbers)
            self.transmit()

    def _take_alert(self, opened: record.OpenedRecord) -> None:
        if len(opened.content) != 2:
            return
        description = opened.content[1]
        self.alerts_received.append({
            "description": description, "name": name_of(Alert, description),
            "epoch": opened.number.epoch})
        if opened.number.epoch == 0 and self.receive_epoch > 0:
            return  # a stranger's, now that there are keys
        if description == Alert.USER_CANCELED:
            return
        if description == Alert.CLOSE_NOTIFY and self.state == "connected":
            self.close(self.now)
            self.events.append(("closed",))
            return
        self._end("failed", f"the peer sent {name_of(Alert, description)}")
        self.events.append(("alert", description))

    def _take_application_data(self, opened: record.OpenedRecord) -> None:
        if self.state == "connected" and opened.number.epoch >= 3:
            self.events.append(("data", opened.content))
        elif opened.number.epoch < 3:
            raise ProtocolError(Alert.UNEXPECTED_MESSAGE,
                                "application data under handshake keys")

    def _after_datagram(self) -> None:
        if self.state in ("closed", "failed"):
            return
        if self.saw_retransmission:
            self.saw_retransmission = False
            self._answer_retransmission()
        if self.acknowledgements.is_due:
            self.send_ack()

    def _answer_retransmission(self) -> None:
        """RFC 9147 §5.8.1: the peer may have missed our answer to its flight."""
        waited = self.now - self.last_transmission
        if (self.flight and self.flight.is_untouched()
                and waited >= self.retransmission_timeout / 4):
            self.flight.assume_lost()
            self.transmit()

    # Messages out.

    def begin_flight(self, is_retransmitted: bool = True) -> None:
        """Our next messages answer everything that came so far."""
        self.flight = flight.Flight(is_retransmitted)
        self.peer_flight_start = self.reassembly.next_seq
        self.acknowledgements.clear()
        self.attempts = 0

    def end_flight(self) -> None:
        if self.flight and self.flight.is_retransmitted:
            self.flight = None
            self.retransmission_deadline = None
            if not self.attempts:  # RFC 9147 §5.8.2: otherwise it stays raised
                self.retransmission_timeout = self.config.initial_timeout
        if self.flight is None and self.state == "connected":
            self.after.delivered()

    def send_message(self, message: HandshakeMessage, epoch: int) -> None:
        """Adds a message to the transcript and to the flight."""
        for edited in self.misbehaviour.messages(self, message):
            self.transcript.add(edited.encode())
            self.message_order.append(f"sent {edited.name()}")
            size = self.write_epochs[epoch].room(self.config.mtu) - Fragment.HEADER
            on_wire = self.misbehaviour.on_wire(self, edited)
            fragments = flight.split(on_wire, self.next_message_seq, size)
            self.next_message_seq += 1
            self.flight.add(epoch, self.misbehaviour.fragments(self, fragments))

    def send_post_handshake(self, message: HandshakeMessage) -> None:
        """A flight of one message that nothing but an ACK answers."""
        self.flight = flight.Flight()
        self.attempts = 0
        self.send_message(message, max(self.write_epochs))
        self.transmit()

    def send_record(self, content_type: int, content: bytes) -> None:
        self.outgoing.append(self._writer().seal(content_type, content)[1])

    def transmit(self) -> None:
        """Sends what the window allows of the flight, and sets the timer."""
        if self.flight is None:
            return
        units = self.flight.next_units()
        for unit in units:
            writer = self.write_epochs[unit.epoch]
            number, sealed = writer.seal(ContentType.HANDSHAKE, unit.fragment.encode())
            self.retransmissions += bool(unit.numbers)
            unit.numbers.append(number)
            unit.in_flight = True
            self.outgoing.append(sealed)
        if units:
            self.last_transmission = self.now
            if self.flight.is_retransmitted:
                self.retransmission_deadline = self.now + self.retransmission_timeout

    def send_ack(self) -> None:
        """In the highest epoch for sending (RFC 9147 §7)."""
        writer = self._writer()
        room = writer.room(self.config.mtu) - 2
        numbers = self.acknowledgements.take(room // ack.ENTRY)
        if not numbers or not self.version_is_known:
            return
        for content in self.misbehaviour.acks(self, ack.encode(numbers)):
            self.outgoing.append(writer.seal(ContentType.ACK, content)[1])

    def send(self, data: bytes, now: float) -> None:
        """Application data, one record for each call."""
        if self.state != "connected":
            raise RuntimeError("not connected")
        self.now = now
        self.send_record(ContentType.APPLICATION_DATA, data)

    def send_alert(self, alert: int) -> None:
        level = 1 if alert in (Alert.CLOSE_NOTIFY, Alert.USER_CANCELED) else 2
        self.outgoing.append(
            self._writer().seal(ContentType.ALERT, bytes([level, alert]))[1])

    def close(self, now: float) -> None:
        self.now = now
        if self.state in ("handshake", "connected"):
            self.send_alert(Alert.CLOSE_NOTIFY)
            self._end("closed", None)

    def fail(self, error: ProtocolError) -> None:
        self.alert_sent = error.alert
        self.send_alert(error.alert)
        self._end("failed", str(error))
        self.events.append(("failed", error.alert, error.reason))

    def _end(self, state: str, failure: Optional[str]) -> None:
        self.state, self.failure = state, failure
        self.flight = None
        self.retransmission_deadline = self.deadline = None
        self.acknowledgements.clear()

    def _repeat_alert(self) -> None:
        """Alerts get lost: who still talks to us is told again."""
        if self.alert_sent is not None and self.tombstone_alerts < TOMBSTONE_ALERTS:
            self.tombstone_alerts += 1
            self.send_alert(self.alert_sent)

    def _writer(self) -> record.WriteEpoch:
        return self.write_epochs[max(self.write_epochs)]

    def datagrams_to_send(self) -> list[bytes]:
        """Packs the records that wait into as few datagrams as the MTU allows."""
        datagrams: list[bytes] = []
        for sealed in self.outgoing:
            if (datagrams and not self.misbehaviour.has_minimal_headers
                    and len(datagrams[-1]) + len(sealed) <= self.config.mtu):
                datagrams[-1] += sealed
            else:
                datagrams.append(sealed)
        self.outgoing = []
        return self.misbehaviour.datagrams(self, datagrams)

    # Time.

    def timeout(self) -> Optional[float]:
        """When handle_timeout() is to be called at the latest."""
        return min((deadline for deadline in (
            self.retransmission_deadline, self.acknowledgements.deadline,
            self.deadline) if deadline is not None), default=None)

    def handle_timeout(self, now: float) -> None:
        self.now = now
        if self.deadline is not None and now >= self.deadline:
            self._time_out("the handshake's deadline has passed")
            return
        due = self.acknowledgements.deadline
        if due is not None and now >= due:
            self.send_ack()
        due = self.retransmission_deadline
        if due is not None and now >= due:
            self._retransmit()

    def _retransmit(self) -> None:
        self.attempts += 1
        if self.attempts > self.config.maximum_attempts:
            self._time_out("the peer does not answer")
            return
        self.retransmission_timeout = min(2 * self.retransmission_timeout,
                                          self.config.maximum_timeout)
        if self.config.refragment:
            self.flight.halve_fragments()
        self.flight.assume_lost()
        self.transmit()

    def _time_out(self, reason: str) -> None:
        self._end("failed", reason)
        self.events.append(("timeout", reason))

    # Keys.

    def select_suite(self, number: int) -> None:
        self.suite = SUITES[CipherSuite(number)]
        self.transcript.hash_name = self.suite.hash_name
        self.schedule = keys.KeySchedule(hash_name=self.suite.hash_name)

    def use_psk(self, selected) -> None:
        self.psk = selected
        self.schedule = keys.KeySchedule(hash_name=self.suite.hash_name,
                                         psk=selected.key)

    def install_epoch(self, epoch: int, client_secret: bytes, server_secret: bytes,
                      read: bool = True, write: bool = True) -> None:
        if read:
            self.read_epochs[epoch] = record.ReadEpoch(
                epoch, client_secret if self.is_server else server_secret, self.suite)
            self.read_epochs[epoch].inner_limit = self.own_record_limit
        if write:
            self.write_epochs[epoch] = record.WriteEpoch(
                epoch, server_secret if self.is_server else client_secret, self.suite)
            writer = self.write_epochs[epoch]
            writer.inner_limit = self.peer_record_limit
            writer.padding = self.misbehaviour.record_padding
            writer.has_minimal_headers = self.misbehaviour.has_minimal_headers
            self.after.write_cid()

    def limit_records(self, peers: int, own: int) -> None:
        """Both sides have named their record_size_limit (RFC 8449 §4)."""
        self.peer_record_limit, self.own_record_limit = peers, own
        for reader in self.read_epochs.values():
            reader.inner_limit = own
        for writer in self.write_epochs.values():
            writer.inner_limit = peers

    def enter_handshake_epoch(self, shared_secret: bytes) -> None:
        """After ServerHello: epoch 2, and nothing unprotected any more."""
        schedule = self.schedule
        schedule.enter_handshake(shared_secret, self.transcript.hash())
        self.install_epoch(2, schedule.client_handshake_traffic_secret,
                           schedule.server_handshake_traffic_secret)
        self.receive_epoch = 2
        self.reassembly.forget_unprotected()
        self._log("CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                  schedule.client_handshake_traffic_secret)
        self._log("SERVER_HANDSHAKE_TRAFFIC_SECRET",
                  schedule.server_handshake_traffic_secret)
        self._log("CLIENT_ATTESTATION_MAIN_SECRET",
                  schedule.client_attestation_main_secret)
        self._log("SERVER_ATTESTATION_MAIN_SECRET",
                  schedule.server_attestation_main_secret)

    def derive_application_secrets(self) -> None:
        """After the server's Finished."""
        schedule = self.schedule
        schedule.enter_application(self.transcript.hash())
        self._log("CLIENT_TRAFFIC_SECRET_0",
                  schedule.client_application_traffic_secret)
        self._log("SERVER_TRAFFIC_SECRET_0",
                  schedule.server_application_traffic_secret)
        self._log("EXPORTER_SECRET", schedule.exporter_secret)

    def install_application_epoch(self, read: bool, write: bool) -> None:
        schedule = self.schedule
        self.install_epoch(3, schedule.client_application_traffic_secret,
                           schedule.server_application_traffic_secret, read, write)

    def export(self, label: bytes, context: bytes, length: int) -> bytes:
        return keys.export(self.schedule.exporter_secret, label, context, length)

    def group_name(self) -> Optional[str]:
        return name_of(NamedGroup, self.group) if self.group else None

    def _log(self, label: str, secret: bytes) -> None:
        self.config.key_log(label, self.client_random, secret)
