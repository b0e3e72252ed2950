# SPDX-License-Identifier: LGPL-2.1-or-later
"""A virtual network between a client and a server: seeded, and without waiting."""

import heapq
import itertools
import random
from dataclasses import dataclass


@dataclass
class Network:
    """What happens to datagrams on their way, each way alike."""

    loss: float = 0.0
    delay: float = 0.05  # seconds
    jitter: float = 0.0  # seconds more at most, which reorders
    duplication: float = 0.0
    seed: int = 0
    drop: frozenset = frozenset()  # numbers of datagrams, counted over both ways


class Simulation:
    """Runs two connections until nothing is left to happen."""

    def __init__(self, client, server, network: Network) -> None:
        self.peers = {True: server, False: client}
        self.network = network
        self.random = random.Random(network.seed)
        self.now = 0.0
        self.sent = 0
        self.captured: list[tuple] = []  # (time, is to server, datagram) delivered
        self._queue: list[tuple] = []
        self._order = itertools.count()

    def _collect(self) -> None:
        for is_server, peer in self.peers.items():
            for datagram in peer.datagrams_to_send():
                if len(datagram) > peer.config.mtu:
                    raise AssertionError(f"{len(datagram)} bytes exceed the MTU")
                self._send(not is_server, datagram)

    def _send(self, to_server: bool, datagram: bytes) -> None:
        number, self.sent = self.sent, self.sent + 1
        network = self.network
        copies = 1 + (self.random.random() < network.duplication)
        for _ in range(copies):
            lost = self.random.random() < network.loss
            delay = network.delay + network.jitter * self.random.random()
            if not lost and number not in network.drop:
                heapq.heappush(self._queue, (self.now + delay, next(self._order),
                                             to_server, datagram))

    def run(self, until: float = 1000.0) -> None:
        for peer in self.peers.values():
            if not peer.expected:
                peer.start()
        self._collect()
        while self._step(until):
            self._collect()

    def _step(self, until: float) -> bool:
        """One arrival or one timer, whichever comes first."""
        deadlines = [deadline for peer in self.peers.values()
                     if (deadline := peer.timeout()) is not None]
        arrival = self._queue[0][0] if self._queue else None
        moments = deadlines + ([arrival] if arrival is not None else [])
        if not moments or min(moments) > until:
            return False
        self.now = max(self.now, min(moments))
        if arrival is not None and arrival <= self.now:
            _, _, to_server, datagram = heapq.heappop(self._queue)
            self.captured.append((self.now, to_server, datagram))
            self.peers[to_server].receive(datagram, self.now)
        else:
            for peer in self.peers.values():
                deadline = peer.timeout()
                if deadline is not None and deadline <= self.now:
                    peer.handle_timeout(self.now)
        return True
