# SPDX-License-Identifier: LGPL-2.1-or-later
"""A UDP relay between clients and one server: lossy, slow, or hostile.

What happens to a datagram depends on the seed, the client, the direction and
the datagram's number in it alone, so that runs are alike however the two
directions interleave. Python's standard library is all it needs.
"""

import argparse
import heapq
import itertools
import json
import random
import selectors
import signal
import socket
import sys
import time
from dataclasses import asdict, dataclass, field

from . import capture, messages
from .codepoints import ContentType, HandshakeType, ProtocolError

TO_SERVER, TO_CLIENT = "to_server", "to_client"
LARGEST_DATAGRAM = 65535
MOST_FLOWS = 1024


@dataclass
class Counters:
    received: int = 0
    forwarded: int = 0
    dropped: int = 0
    reordered: int = 0
    duplicated: int = 0
    damaged: int = 0
    edited: int = 0
    bytes: int = 0


@dataclass
class Impairment:
    """What the relay does to datagrams, each way alike unless it says so."""

    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    damage: float = 0.0
    delay: float = 0.0  # seconds
    jitter: float = 0.0
    hold: float = 0.05  # seconds that a reordered datagram waits longer
    seed: int = 0
    drop: dict = field(default_factory=lambda: {TO_SERVER: set(), TO_CLIENT: set()})
    strip_extensions: tuple = ()


class Direction:
    """One way of one flow: its own randomness and count."""

    def __init__(self, impairment: Impairment, flow: int, name: str) -> None:
        self.impairment, self.name = impairment, name
        self.random = random.Random(f"{impairment.seed} {flow} {name}")
        self.count = 0

    def pass_on(self, datagram: bytes, counters: Counters) -> list:
        """The copies to deliver: (delay in seconds, datagram)."""
        impairment = self.impairment
        self.count += 1
        lost, doubled, held, hurt, wait = (self.random.random() for _ in range(5))
        counters.received += 1
        if lost < impairment.loss or self.count in impairment.drop[self.name]:
            counters.dropped += 1
            return []
        if hurt < impairment.damage and datagram:
            counters.damaged += 1
            datagram = datagram[:-1] + bytes([datagram[-1] ^ 1])
        if impairment.strip_extensions and self.name == TO_SERVER:
            edited = strip_extensions(datagram, impairment.strip_extensions)
            counters.edited += edited != datagram
            datagram = edited
        delay = impairment.delay + impairment.jitter * wait
        if held < impairment.reorder:
            counters.reordered += 1
            delay += impairment.hold
        copies = 1 + (doubled < impairment.duplicate)
        counters.duplicated += copies - 1
        return [(delay, datagram)] * copies


def strip_extensions(datagram: bytes, extensions: tuple) -> bytes:
    """Takes extensions out of a ClientHello that fills a plaintext datagram."""
    if not datagram or datagram[0] != ContentType.HANDSHAKE:
        return datagram
    try:
        fragment, = messages.read_fragments(datagram[13:])
        if (fragment.kind != HandshakeType.CLIENT_HELLO
                or fragment.length != len(fragment.data)):
            return datagram
        hello = messages.ClientHello.decode(fragment.data)
    except (ProtocolError, ValueError):
        return datagram
    hello.extensions = [(kind, data) for kind, data in hello.extensions
                        if kind not in extensions]
    body = hello.encode().body
    content = messages.Fragment(fragment.kind, len(body), fragment.message_seq, 0,
                                body).encode()
    return datagram[:11] + messages.wire.vector(content, 2)


class Flow:
    """One client, with a socket of its own towards the server."""

    def __init__(self, number: int, client, server, impairment: Impairment) -> None:
        self.client = client
        family = socket.getaddrinfo(*server, type=socket.SOCK_DGRAM)[0][0]
        self.upstream = socket.socket(family, socket.SOCK_DGRAM)
        self.upstream.setblocking(False)
        self.upstream.connect(server)
        self.directions = {name: Direction(impairment, number, name)
                           for name in (TO_SERVER, TO_CLIENT)}


class Relay:
    def __init__(self, listener: socket.socket, server, impairment: Impairment,
                 writer: capture.Writer = None) -> None:
        self.listener, self.server = listener, server
        self.impairment, self.writer = impairment, writer
        self.counters = {TO_SERVER: Counters(), TO_CLIENT: Counters()}
        self.flows: dict = {}
        self.is_running = True
        self._waiting: list = []
        self._order = itertools.count()
        self._selector = selectors.DefaultSelector()
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ, None)

    def run(self) -> None:
        while self.is_running:
            now = time.monotonic()
            timeout = max(self._waiting[0][0] - now, 0) if self._waiting else 0.2
            for key, _ in self._selector.select(min(timeout, 0.2)):
                if key.data is None:
                    self._read_client()
                else:
                    self._read_server(key.data)
            self._deliver()

    def _read_client(self) -> None:
        for datagram, address in _datagrams(self.listener):
            flow = self.flows.get(address)
            if flow is None:
                if len(self.flows) >= MOST_FLOWS:
                    continue
                flow = Flow(len(self.flows), address, self.server, self.impairment)
                self.flows[address] = flow
                self._selector.register(flow.upstream, selectors.EVENT_READ, flow)
            self._queue(flow, TO_SERVER, datagram)

    def _read_server(self, flow: Flow) -> None:
        for datagram, _ in _datagrams(flow.upstream):
            self._queue(flow, TO_CLIENT, datagram)

    def _queue(self, flow: Flow, name: str, datagram: bytes) -> None:
        now = time.monotonic()
        copies = flow.directions[name].pass_on(datagram, self.counters[name])
        for delay, copy in copies:
            heapq.heappush(self._waiting,
                           (now + delay, next(self._order), flow, name, copy))

    def _deliver(self) -> None:
        while self._waiting and self._waiting[0][0] <= time.monotonic():
            _, _, flow, name, datagram = heapq.heappop(self._waiting)
            try:
                if name == TO_SERVER:
                    flow.upstream.send(datagram)
                else:
                    self.listener.sendto(datagram, flow.client)
            except OSError:
                self.counters[name].dropped += 1
                continue
            self.counters[name].forwarded += 1
            self.counters[name].bytes += len(datagram)
            if self.writer:
                ends = (flow.client[:2], self.server[:2])
                source, destination = ends if name == TO_SERVER else ends[::-1]
                self.writer.write(capture.Datagram(time.time(), source, destination,
                                                   datagram))

    def close(self) -> None:
        self._selector.close()
        for sock in (self.listener, *(flow.upstream for flow in self.flows.values())):
            sock.close()

    def summary(self) -> dict:
        return {"flows": len(self.flows), "seed": self.impairment.seed,
                **{name: asdict(each) for name, each in self.counters.items()}}


def _datagrams(source: socket.socket):
    while True:
        try:
            yield source.recvfrom(LARGEST_DATAGRAM)
        except ConnectionRefusedError:
            continue  # an ICMP error for what was sent before
        except OSError:
            return


def parse_endpoint(text: str) -> tuple:
    host, separator, port = text.rpartition(":")
    if not separator or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


def format_endpoint(address: tuple) -> str:
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def bind(endpoint: tuple) -> socket.socket:
    family = socket.getaddrinfo(*endpoint, type=socket.SOCK_DGRAM)[0][0]
    listener = socket.socket(family, socket.SOCK_DGRAM)
    listener.bind(endpoint)
    return listener


def probability(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def argument_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="relay", description=(
        "Passes UDP datagrams between clients and a server, and impairs them. "
        "Prints 'listening on HOST:PORT', and its counters as JSON when it is "
        "ended by SIGTERM or SIGINT."))
    add = parser.add_argument
    add("--listen", type=parse_endpoint, default=("127.0.0.1", 0),
        metavar="HOST:PORT", help="where clients send to (default 127.0.0.1:0)")
    add("--to", type=parse_endpoint, required=True, metavar="HOST:PORT",
        help="the server")
    add("--loss", type=probability, default=0.0, metavar="P",
        help="probability that a datagram is lost, each way")
    add("--duplicate", type=probability, default=0.0, metavar="P",
        help="probability that a datagram is delivered twice")
    add("--damage", type=probability, default=0.0, metavar="P",
        help="probability that a datagram's last byte changes")
    add("--delay-ms", type=float, default=0.0, metavar="MS",
        help="delay of every datagram")
    add("--jitter-ms", type=float, default=0.0, metavar="MS",
        help="random further delay of at most MS")
    add("--reorder", type=probability, default=0.0, metavar="P",
        help="probability that a datagram is held back, so that later ones pass it")
    add("--hold-ms", type=float, default=50.0, metavar="MS",
        help="how long it is held back (default 50)")
    add("--seed", type=int, default=0, metavar="N",
        help="decides every random choice (default 0)")
    add("--drop-to-server", type=int, action="append", default=[], metavar="N",
        help="drop the Nth datagram of each client; may be repeated")
    add("--drop-to-client", type=int, action="append", default=[], metavar="N",
        help="drop the Nth datagram to each client; may be repeated")
    add("--strip-extension", type=lambda text: int(text, 0), action="append",
        default=[], metavar="CODE", help="take this extension out of each "
        "ClientHello, such as 0xff61 for evidence_proposal; may be repeated")
    add("--capture", metavar="FILE", help="write what was delivered as pcap")
    return parser


def main() -> int:
    options = argument_parser().parse_args()
    impairment = Impairment(
        loss=options.loss, duplicate=options.duplicate, reorder=options.reorder,
        damage=options.damage, delay=options.delay_ms / 1000,
        jitter=options.jitter_ms / 1000, hold=options.hold_ms / 1000,
        seed=options.seed, strip_extensions=tuple(options.strip_extension),
        drop={TO_SERVER: set(options.drop_to_server),
              TO_CLIENT: set(options.drop_to_client)})
    try:
        listener = bind(options.listen)
        file = open(options.capture, "wb") if options.capture else None
    except OSError as error:
        print(f"relay: {error}", file=sys.stderr)
        return 1
    relay = Relay(listener, options.to, impairment,
                  capture.Writer(file) if file else None)

    def stop(*_) -> None:
        relay.is_running = False

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"listening on {format_endpoint(listener.getsockname())}", flush=True)
    relay.run()
    relay.close()
    if file:
        file.close()
    print(json.dumps(relay.summary()), flush=True)
    return 0
