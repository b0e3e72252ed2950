# SPDX-License-Identifier: LGPL-2.1-or-later
"""Connections over real sockets: thin loops around the objects that need no I/O."""

import random
import select
import socket
import time
from dataclasses import dataclass, field
from typing import Callable, Optional

from . import capture
from .client import Client
from .codepoints import Alert, SignatureScheme, name_of
from .connection import Config, Connection
from .misbehave import COMPLETES, SILENCE
from .relay import LARGEST_DATAGRAM
from .server import Server

RESEND_AFTER = 0.5  # seconds without the expected data: datagrams get lost
SUCCESS, ALERT_RECEIVED, ALERT_SENT, TIMED_OUT, UNMET = 0, 3, 4, 5, 6


@dataclass
class Goal:
    """What a connection is for, and what counts as success."""

    send: list = field(default_factory=list)  # application data, once connected
    expect: list = field(default_factory=list)  # texts that must arrive
    expect_alerts: tuple = ()  # one of them must come from the peer
    expect_silence: bool = False
    echo: bool = False
    linger: float = 0.0  # seconds to stay when all is done: refusals come late
    timeout: float = 30.0  # seconds for the whole connection

    def of_misbehaviour(self, expected) -> None:
        """What the table of lies says that an honest peer answers."""
        if expected == SILENCE:
            self.expect_silence = True
        elif expected != COMPLETES:
            self.expect_alerts = tuple(expected)


class Impairment:
    """Datagrams lost on purpose: by number of those sent, and by chance."""

    def __init__(self, drop: set, loss: float, seed: int) -> None:
        self.drop, self.loss = drop, loss
        self.random = random.Random(seed)
        self.sent = 0

    def loses_outgoing(self) -> bool:
        self.sent += 1
        return self.random.random() < self.loss or self.sent in self.drop

    def loses_incoming(self) -> bool:
        return self.random.random() < self.loss


class Run:
    """One connection and its goal, until the goal is reached or missed."""

    def __init__(self, connection: Connection, goal: Goal, now: float) -> None:
        self.connection, self.goal = connection, goal
        self.started = now
        self.done_at: Optional[float] = None
        self.received = b""
        self.records: list[bytes] = []
        self.was_connected = False
        self.timed_out = False
        self.exit_status: Optional[int] = None
        self.datagrams = {"sent": 0, "received": 0}
        self.bytes = {"sent": 0, "received": 0}
        self._events = 0
        self._sent_at: Optional[float] = None

    def start(self) -> None:
        self.connection.start()

    def receive(self, datagram: bytes, now: float) -> None:
        self.datagrams["received"] += 1
        self.bytes["received"] += len(datagram)
        self.connection.receive(datagram, now)

    def deadline(self) -> float:
        candidates = [self.started + self.goal.timeout, self.connection.timeout(),
                      self._resend_at()]
        if self.done_at is not None:
            candidates.append(self.done_at + self.goal.linger)
        return min(each for each in candidates if each is not None)

    def advance(self, now: float) -> None:
        """Timers, then whatever the goal asks for."""
        connection = self.connection
        due = connection.timeout()
        if due is not None and due <= now:
            connection.handle_timeout(now)
        for event in connection.events[self._events:]:
            self._take_event(event, now)
        self._events = len(connection.events)
        if self.exit_status is None:
            self._decide(now)
        resend_at = self._resend_at()
        if resend_at is not None and resend_at <= now:
            self._send_texts(now)

    def _resend_at(self) -> Optional[float]:
        if (self._sent_at is None or self.connection.state != "connected"
                or self._has_expected()):
            return None
        return self._sent_at + RESEND_AFTER

    def _send_texts(self, now: float) -> None:
        for text in self.goal.send:
            self.connection.send(text, now)
            self._sent_at = now

    def _take_event(self, event: tuple, now: float) -> None:
        if event[0] == "connected":
            self.was_connected = True
            if self.connection.state == "connected":
                self._send_texts(now)
        elif event[0] == "data":
            self.received += event[1]
            self.records.append(event[1])
            if self.goal.echo and self.connection.state == "connected":
                self.connection.send(event[1], now)
        elif event[0] == "timeout":
            self.timed_out = True

    def _decide(self, now: float) -> None:
        connection = self.connection
        ended = connection.state in ("closed", "failed")
        expired = now >= self.started + self.goal.timeout
        refused = self._alerts() & set(self.goal.expect_alerts)
        if not ended and not expired and not refused and not self._is_content(now):
            return
        self.exit_status = self._judge()
        connection.close(now)

    def _is_content(self, now: float) -> bool:
        """All that was to happen has happened, the linger time included."""
        goal, connection = self.goal, self.connection
        if goal.expect_alerts or goal.expect_silence or not self.was_connected:
            return False
        if connection.is_server and not goal.expect:
            return False  # the client ends it
        if connection.flight is not None or not self._has_expected():
            return False
        if self.done_at is None:
            self.done_at = now
        return now >= self.done_at + goal.linger

    def _has_expected(self) -> bool:
        return all(text in self.received for text in self.goal.expect)

    def _alerts(self) -> set:
        return {each["description"] for each in self.connection.alerts_received}

    def _judge(self) -> int:
        connection, goal, alerts = self.connection, self.goal, self._alerts()
        if goal.expect_alerts:
            return SUCCESS if alerts & set(goal.expect_alerts) else (
                TIMED_OUT if not alerts else UNMET)
        if goal.expect_silence:
            return UNMET if alerts or self.was_connected else SUCCESS
        if connection.alert_sent is not None:
            return ALERT_SENT
        if alerts - {Alert.CLOSE_NOTIFY, Alert.USER_CANCELED}:
            return ALERT_RECEIVED
        if not self.was_connected:
            return TIMED_OUT
        return SUCCESS if self._has_expected() else UNMET

    def outcome(self) -> str:
        connection = self.connection
        if connection.alert_sent is not None:
            return "alert_sent"
        if self._alerts() - {Alert.CLOSE_NOTIFY, Alert.USER_CANCELED}:
            return "alert_received"
        return "connected" if self.was_connected else "timeout"


class Port:
    """A socket that loses and records datagrams on demand."""

    def __init__(self, sock: socket.socket, impairment: Impairment,
                 writer: Optional[capture.Writer]) -> None:
        self.socket, self.impairment, self.writer = sock, impairment, writer
        self.address = sock.getsockname()[:2]

    def receive(self, timeout: float) -> Optional[tuple]:
        ready, _, _ = select.select([self.socket], [], [], max(timeout, 0))
        if not ready:
            return None
        try:
            datagram, peer = self.socket.recvfrom(LARGEST_DATAGRAM)
        except ConnectionRefusedError:
            return None  # an ICMP error for what was sent before
        self._record(peer, self.address, datagram)
        return None if self.impairment.loses_incoming() else (datagram, peer)

    def send(self, run: Run, peer: tuple) -> None:
        for datagram in run.connection.datagrams_to_send():
            run.datagrams["sent"] += 1
            run.bytes["sent"] += len(datagram)
            if self.impairment.loses_outgoing():
                continue
            self._record(self.address, peer, datagram)
            try:
                self.socket.sendto(datagram, peer)
            except ConnectionRefusedError:
                pass  # likewise

    def _record(self, source: tuple, destination: tuple, datagram: bytes) -> None:
        if self.writer:
            self.writer.write(capture.Datagram(time.time(), source[:2],
                                               destination[:2], datagram))


def run_client(port: Port, server: tuple, config: Config, goal: Goal) -> Run:
    now = time.monotonic()
    run = Run(Client(config, now), goal, now)
    run.start()
    while run.exit_status is None:
        port.send(run, server)
        arrived = port.receive(run.deadline() - time.monotonic())
        now = time.monotonic()
        if arrived and arrived[1][:2] == server[:2]:
            run.receive(arrived[0], now)
        run.advance(now)
    port.send(run, server)
    return run


def run_server(port: Port, config: Config, goal: Goal, connections: int,
               timeout: float, is_running: Callable[[], bool],
               report: Callable[[Run], None]) -> int:
    """Serves until so many connections have ended; the worst status is returned."""
    runs: dict[tuple, Run] = {}
    ended = worst = 0
    stop_at = time.monotonic() + timeout
    while ended < connections and is_running():
        now = time.monotonic()
        if now >= stop_at:
            break
        open_runs = [run for run in runs.values() if run.exit_status is None]
        deadline = min([run.deadline() for run in open_runs] + [stop_at, now + 0.2])
        arrived = port.receive(deadline - now)
        now = time.monotonic()
        if arrived:
            datagram, peer = arrived
            run = runs.get(peer)
            if run is None or run.exit_status is not None and starts_anew(datagram):
                run = runs[peer] = Run(Server(config, now), goal, now)
                run.start()
            run.receive(datagram, now)
        for peer, run in runs.items():
            was_open = run.exit_status is None
            run.advance(now)
            port.send(run, peer)
            if was_open and run.exit_status is not None:
                ended += 1
                worst = max(worst, run.exit_status)
                report(run)
    return max([worst] + [TIMED_OUT] * (ended < connections and is_running()))


def starts_anew(datagram: bytes) -> bool:
    """A plaintext handshake record whose first message has message_seq 0."""
    return len(datagram) > 18 and datagram[0] == 22 and datagram[17:19] == b"\0\0"


def summary(run: Run) -> dict:
    """All that a test may want to know, for --json."""
    connection = run.connection
    verdict = connection.verdict
    return {
        "role": "server" if connection.is_server else "client",
        "outcome": run.outcome(),
        "exit_status": run.exit_status,
        "connected": run.was_connected,
        "failure": connection.failure,
        "alert_sent": (name_of(Alert, connection.alert_sent)
                       if connection.alert_sent is not None else None),
        "alerts_received": connection.alerts_received,
        "misbehaviour": connection.misbehaviour.name,
        "suite": connection.suite.number.name,
        "group": connection.group_name(),
        "signature_scheme": (name_of(SignatureScheme, connection.scheme)
                             if connection.scheme else None),
        "hello_retry_request": connection.retried,
        "peer_certificate": bool(connection.peer_chain),
        "negotiated": {extension.name.lower(): str(getattr(item, "value", item))
                       for extension, item in connection.selected.items()},
        "binder": connection.binder.hex() if connection.binder else None,
        "verdict": {"granted": verdict.granted, "check": verdict.check,
                    "expected": verdict.expected, "got": verdict.got}
                   if verdict else None,
        "message_order": connection.message_order,
        "application_data": run.received.decode("utf-8", "replace"),
        "application_records": [record.hex() for record in run.records],
        "acks_received": [
            {"epoch": event[1], "records": [list(number) for number in event[2]]}
            for event in connection.events if event[0] == "ack"],
        "datagrams": run.datagrams,
        "bytes": run.bytes,
        "retransmitted_records": connection.retransmissions,
        "dropped_records": connection.records_dropped,
    }
