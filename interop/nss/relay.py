# SPDX-License-Identifier: LGPL-2.1-or-later
"""A UDP relay between one client and one server: it writes down each datagram,
and loses or repeats the ones that a test names."""

import selectors
import socket
import threading
from dataclasses import dataclass

from adtls_peer import messages, record
from adtls_peer.codepoints import ContentType, HandshakeType

CLIENT, SERVER = "client", "server"


@dataclass(frozen=True)
class Passage:
    """One datagram on its way; position counts from 0 for each sender."""

    sender: str
    position: int
    datagram: bytes
    copies: int

    def records(self):
        return list(record.split_datagram(self.datagram))

    def is_handshake(self):
        """Whether it begins with a record of epoch 0 or 2."""
        first = next(iter(self.records()), None)
        return (isinstance(first, record.PlaintextRecord)
                or first is not None and first.epoch_bits == 2)

    def epoch_bits(self):
        """The low bits of its last record's epoch, or None in plaintext."""
        last = self.records()[-1]
        return (None if isinstance(last, record.PlaintextRecord)
                else last.epoch_bits)

    def __str__(self):
        kinds = [f"plain {r.content_type}" if isinstance(r, record.PlaintextRecord)
                 else f"epoch {r.epoch_bits}" for r in self.records()]
        return (f"{self.sender} {self.position}: {len(self.datagram)} bytes, "
                f"{', '.join(kinds)}{'' if self.copies else ', lost'}")


def deliver(_sender, _position, _datagram):
    """The rule of a good network: one copy of each datagram arrives."""
    return 1


def lose(sender, position, spared=lambda datagram: False):
    """The rule that loses one datagram, unless it is to be spared."""
    return lambda s, p, d: 0 if (s, p) == (sender, position) and not spared(d) else 1


def repeat(_sender, _position, _datagram):
    """The rule that delivers each datagram twice."""
    return 2


class Relay:
    """Runs in a thread; rule(sender, position, datagram) says how many copies
    arrive."""

    def __init__(self, server_port, rule=deliver):
        self.rule = rule
        self.passages = []
        self._client_side = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._client_side.bind(("127.0.0.1", 0))
        self.port = self._client_side.getsockname()[1]
        self._server_side = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._server_side.connect(("127.0.0.1", server_port))
        self._client_address = None
        self._stop, self._stopped = socket.socketpair()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.close()
        self._thread.join()
        for each in (self._client_side, self._server_side, self._stopped):
            each.close()

    def _run(self):
        selector = selectors.DefaultSelector()
        for each in (self._client_side, self._server_side, self._stopped):
            selector.register(each, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _ in selector.select()]
            try:
                if self._client_side in ready:
                    self._from_client()
                if self._server_side in ready:
                    self._from_server()
            except ConnectionError:
                pass  # an earlier datagram found its receiver gone
            if self._stopped in ready:
                selector.close()
                return

    def _from_client(self):
        datagram, self._client_address = self._client_side.recvfrom(65536)
        for _ in range(self._note(CLIENT, datagram)):
            self._server_side.send(datagram)

    def _from_server(self):
        datagram = self._server_side.recv(65536)
        for _ in range(self._note(SERVER, datagram)):
            self._client_side.sendto(datagram, self._client_address)

    def _note(self, sender, datagram):
        position = len(self.of(sender))
        copies = self.rule(sender, position, datagram)
        self.passages.append(Passage(sender, position, datagram, copies))
        return copies

    def of(self, sender):
        """The datagrams of one side."""
        return [p for p in self.passages if p.sender == sender]

    def epochs(self, sender):
        """The low bits of the epochs of one side's encrypted datagrams, without
        repetition, in their order."""
        bits = []
        for passage in self.of(sender):
            for each in passage.records():
                if (not isinstance(each, record.PlaintextRecord)
                        and each.epoch_bits not in bits):
                    bits.append(each.epoch_bits)
        return bits

    def client_hellos(self):
        return [messages.ClientHello.decode(body)
                for kind, body in self._plain_messages(CLIENT)
                if kind == HandshakeType.CLIENT_HELLO]

    def server_hellos(self):
        """ServerHello, and HelloRetryRequest before it if there was one."""
        return [messages.ServerHello.decode(body)
                for kind, body in self._plain_messages(SERVER)
                if kind == HandshakeType.SERVER_HELLO]

    def _plain_messages(self, sender):
        """The unencrypted handshake messages of one side, reassembled."""
        bodies, missing = {}, {}
        for passage in self.of(sender):
            for each in passage.records():
                if (not isinstance(each, record.PlaintextRecord)
                        or each.content_type != ContentType.HANDSHAKE):
                    continue
                for part in messages.read_fragments(each.fragment):
                    key = (part.message_seq, part.kind)
                    body = bodies.setdefault(key, bytearray(part.length))
                    left = missing.setdefault(key, set(range(part.length)))
                    end = part.offset + len(part.data)
                    body[part.offset:end] = part.data
                    left.difference_update(range(part.offset, end))
        return [(key[1], bytes(bodies[key])) for key in sorted(bodies)
                if not missing[key]]

    def __str__(self):
        return "\n".join(map(str, self.passages))
