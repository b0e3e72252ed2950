#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""adtls-cli against the Python peer, once the handshake is over.

Connection IDs and KeyUpdate both ways, a client that moves from one socket to
another, and what a peer may do wrong with all that (RFC 9147 §8, §9,
draft-ietf-tls-dtls-rrc).
"""

import os
import subprocess
import tempfile
import time
import unittest
from dataclasses import replace
from pathlib import Path

from adtls_peer import after, misbehave
from adtls_peer.client import Client
from adtls_peer.codepoints import Alert, ContentType, HandshakeType
from adtls_peer.server import Server

import test_adtls

CLI = Path(os.environ.get("abs_top_builddir", test_adtls.TREE / "build"),
           "cli", "adtls-cli")
PATIENCE = 20.0  # seconds after which something counts as not happening


def setUpModule():
    global WORLD
    if not CLI.exists():
        raise unittest.SkipTest(f"{CLI} is not built")
    folder = tempfile.TemporaryDirectory(prefix="adtls-after-")
    unittest.addModuleCleanup(folder.cleanup)
    WORLD = test_adtls.World(Path(folder.name))


class Command:
    """adtls-cli, its output in a file that can be read meanwhile."""

    def __init__(self, *arguments) -> None:
        self._log = tempfile.TemporaryFile("w+", dir=WORLD.folder)
        self.process = subprocess.Popen([CLI, *map(str, arguments)],
                                        stdin=subprocess.PIPE, stdout=self._log,
                                        stderr=subprocess.STDOUT, text=True)

    def log(self) -> str:
        return os.pread(self._log.fileno(), 1 << 24, 0).decode()

    def wait_for(self, text: str) -> None:
        stop_at = time.monotonic() + PATIENCE
        while text not in self.log() and self.process.poll() is None:
            assert time.monotonic() < stop_at, f"no {text!r} in {self.log()}"
            time.sleep(0.01)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        self.process.stdin.close()
        self._log.close()


def serve(*arguments) -> tuple:
    """An echoing adtls-cli, and its address."""
    command = Command("serve", "--listen", "127.0.0.1:0", "--cert",
                      WORLD.folder / "server.pem", "--key",
                      WORLD.folder / "server.key", *arguments)
    command.wait_for("\n")
    return command, ("127.0.0.1", int(command.log().split("\n")[0]
                                      .rpartition(":")[2]))


class Line:
    """A Python connection and the socket that it uses."""

    def __init__(self, connection, port, peer=None) -> None:
        self.connection, self.port, self.peer = connection, port, peer
        connection.start()

    def send(self) -> None:
        if self.peer:
            for datagram in self.connection.datagrams_to_send():
                self.port.socket.sendto(datagram, self.peer)

    def run(self, is_done) -> bool:
        """Until is_done() says so; false if it takes too long."""
        connection = self.connection
        stop_at = time.monotonic() + PATIENCE
        while not is_done():
            self.send()
            now = time.monotonic()
            if now >= stop_at:
                return False
            due = min(connection.timeout() or stop_at, stop_at, now + 0.2)
            arrived = self.port.receive(due - now)
            now = time.monotonic()
            if arrived:
                self.peer = self.peer or arrived[1]
                connection.receive(arrived[0], now)
            due = connection.timeout()
            if due is not None and due <= now:
                connection.handle_timeout(now)
        self.send()
        return True

    def has(self, *event) -> bool:
        return event in self.connection.events

    def echo(self, text: bytes) -> bool:
        """Sends a text until it comes back."""
        before = sum(each == ("data", text) for each in self.connection.events)
        self.connection.send(text, time.monotonic())
        return self.run(lambda: sum(each == ("data", text) for each in
                                    self.connection.events) > before)


class AfterHandshakeTest(unittest.TestCase):
    def client(self, *arguments, **changes) -> tuple:
        """A connected Python client, and the adtls-cli that it has called."""
        command, address = serve(*arguments)
        self.addCleanup(command.stop)
        return self.call(address, **changes), command

    def call(self, address, **changes) -> Line:
        changes = {"connection_id": 4, "attester": None, **changes}
        port = test_adtls.open_port()
        self.addCleanup(port.socket.close)
        line = Line(Client(replace(WORLD.client, **changes), time.monotonic()),
                    port, address)
        self.assertTrue(line.run(lambda: line.connection.state != "handshake"),
                        line.connection.failure)
        self.assertEqual(line.connection.state, "connected",
                         line.connection.failure)
        return line

    def server(self, *arguments, **changes) -> tuple:
        """A connected Python server, and the adtls-cli that has called it."""
        changes = {"connection_id": 4, "relying_party": None, "anchors": [],
                   **changes}
        port = test_adtls.open_port()
        self.addCleanup(port.socket.close)
        command = Command("connect", f"127.0.0.1:{port.address[1]}", "--ca", WORLD.ca,
                          "--name", "localhost", "--inline-commands", *arguments)
        self.addCleanup(command.stop)
        line = Line(Server(replace(WORLD.server, **changes), time.monotonic()), port)
        self.assertTrue(line.run(lambda: line.connection.state != "handshake"),
                        command.log())
        self.assertEqual(line.connection.state, "connected",
                         line.connection.failure)
        return line, command

    # Honest

    def test_key_updates(self):
        line, command = self.client(connection_id=None)
        for request in (False, True):
            line.connection.after.update_keys(request)
            self.assertTrue(line.run(lambda: not line.connection.flight))
            self.assertTrue(line.echo(b"hello"), command.log())
        self.assertTrue(line.has("keys", "write", 5), line.connection.events)
        self.assertTrue(line.has("keys", "read", 4), line.connection.events)

    def test_key_updates_that_adtls_begins(self):
        line, command = self.client("--update-keys")
        self.assertTrue(line.echo(b"hello"), command.log())
        self.assertTrue(line.run(lambda: line.has("keys", "read", 4)
                                 and line.has("keys", "write", 4)), command.log())
        self.assertTrue(line.echo(b"again"), command.log())

    def test_connection_ids_both_ways(self):
        for ours, theirs in ((4, 8), (0, 8), (4, 0), (20, 1), (0, 0)):
            with self.subTest(ours=ours, theirs=theirs):
                line, command = self.client("--cid", theirs, connection_id=ours)
                ids = line.connection.after
                self.assertTrue(ids.is_negotiated)
                self.assertTrue(ids.checks_paths)
                self.assertEqual([len(each) for each in ids.peers],
                                 [theirs] if theirs else [])
                self.assertTrue(line.echo(b"hello"), command.log())

    def test_python_server(self):
        line, command = self.server("--cid", 8)
        self.assertEqual(len(line.connection.after.peers[0]), 8)
        command.process.stdin.write("hello\n")
        command.process.stdin.flush()
        self.assertTrue(line.run(lambda: line.has("data", b"hello")), command.log())
        line.connection.after.update_keys(True)
        line.connection.after.give_cids(2, after.IMMEDIATE)
        self.assertTrue(line.run(lambda: not line.connection.flight
                                 and line.has("keys", "read", 4)), command.log())
        command.process.stdin.write("again\n")
        command.process.stdin.flush()
        self.assertTrue(line.run(lambda: line.has("data", b"again")), command.log())

    def test_either_side_may_do_without(self):
        line, _ = self.client(connection_id=4)
        self.assertFalse(line.connection.after.is_negotiated)
        line, _ = self.client("--cid", 8, connection_id=None)
        self.assertFalse(line.connection.after.is_negotiated)
        self.assertTrue(line.echo(b"hello"))

    def test_new_connection_ids(self):
        line, command = self.client("--cid", 8)
        ids = line.connection.after
        ids.request_cids(3)
        self.assertTrue(line.run(lambda: line.has("cids", 3, after.SPARE)))
        self.assertEqual({len(each) for each in ids.peers}, {8})
        self.assertEqual(len(set(ids.peers)), 4)
        for _ in range(3):
            ids.use_next_cid()
            self.assertTrue(line.echo(b"hello"), command.log())
        old = ids.own[0]
        ids.give_cids(1, after.IMMEDIATE)
        self.assertTrue(line.run(lambda: not line.connection.flight))
        ids.own.remove(old)  # whatever carries it now is dropped
        self.assertTrue(line.echo(b"again"), command.log())

    def test_requests_are_answered_with_what_there_is(self):
        line, _ = self.client("--cid", 8)
        line.connection.after.request_cids(255)
        self.assertTrue(line.run(lambda: line.has("cids", 7, after.SPARE)))
        line.connection.after.request_cids(1)
        self.assertTrue(line.run(lambda: line.has("cids", 0, after.SPARE)))

    # Moving

    def move(self, line) -> None:
        port = test_adtls.open_port()
        self.addCleanup(port.socket.close)
        line.port = port

    def test_a_client_moves(self):
        for migration in ("basic", "enhanced"):
            with self.subTest(migration):
                line, command = self.client("--cid", 8, "--migration", migration)
                self.move(line)
                # The answer to this still goes to where we were.
                line.connection.send(b"hello", time.monotonic())
                moved = f":{line.port.address[1]} moved to this address"
                self.assertTrue(line.run(lambda: moved in command.log()),
                                command.log())
                self.assertTrue(line.connection.after.paths)
                self.assertTrue(line.echo(b"hello"), command.log())

    def test_wrong_answers_move_nobody(self):
        class WrongCookie(misbehave.Misbehaviour):
            def path_answer(self, connection, content):
                return content[:-1] + bytes([content[-1] ^ 1])

        class Silent(misbehave.Misbehaviour):
            def path_answer(self, connection, content):
                return b""

        class Unknown(misbehave.Misbehaviour):
            def path_answer(self, connection, content):
                return b"\x07" + content[1:]

        for lie in (WrongCookie, Silent, Unknown):
            with self.subTest(lie.__name__):
                line, command = self.client("--cid", 8, "--migration", "basic",
                                            misbehaviour=lie())
                old = line.port
                self.move(line)
                line.connection.send(b"hello", time.monotonic())
                self.assertTrue(line.run(lambda: line.connection.after.paths))
                line.port = old
                self.assertTrue(line.echo(b"hello"), command.log())
                self.assertNotIn("moved", command.log())

    def test_without_a_check_nobody_moves(self):
        line, command = self.client("--cid", 8, checks_paths=False)
        old = line.port
        self.move(line)
        line.connection.send(b"elsewhere", time.monotonic())
        line.send()
        line.port = old  # where the answer still goes
        self.assertTrue(line.run(lambda: line.has("data", b"elsewhere")))
        self.assertNotIn("moved", command.log())

    # Lies

    def assert_refused(self, line, alert) -> None:
        self.assertTrue(line.run(lambda: line.connection.state == "failed"
                                 or line.connection.alerts_received))
        self.assertEqual([each["description"] for each in
                          line.connection.alerts_received][:1], [alert],
                         line.connection.failure)

    def test_bad_messages(self):
        new, request = (HandshakeType.NEW_CONNECTION_ID,
                        HandshakeType.REQUEST_CONNECTION_ID)
        cases = {
            "truncated": (new, b"\0\3\2\1", Alert.DECODE_ERROR),
            "trailing": (new, after.encode_cids([b"a"]) + b"\0",
                         Alert.DECODE_ERROR),
            "unknown usage": (new, after.encode_cids([b"a"], 2),
                              Alert.ILLEGAL_PARAMETER),
            "none at once": (new, after.encode_cids([], 0),
                             Alert.ILLEGAL_PARAMETER),
            "an empty one": (new, after.encode_cids([b""]),
                             Alert.ILLEGAL_PARAMETER),
            "oversized": (new, after.encode_cids([bytes(255)] * 40),
                          Alert.HANDSHAKE_FAILURE),
            "a request without a number": (request, b"", Alert.DECODE_ERROR),
            "a KeyUpdate for nothing known": (HandshakeType.KEY_UPDATE, b"\2",
                                              Alert.ILLEGAL_PARAMETER)}
        command, address = serve("--cid", 8)
        self.addCleanup(command.stop)
        for name, (kind, body, alert) in cases.items():
            with self.subTest(name):
                line = self.call(address)
                line.connection.after.send(kind, body)
                self.assert_refused(line, alert)

    def test_too_many_are_no_error(self):
        line, command = self.client("--cid", 8)
        ids = line.connection.after
        ids.send(HandshakeType.NEW_CONNECTION_ID, after.encode_cids(
            [bytes([each]) * 4 for each in range(100)]))
        self.assertTrue(line.run(lambda: not line.connection.flight))
        self.assertTrue(line.echo(b"hello"), command.log())

    def test_what_was_not_negotiated(self):
        command, address = serve("--cid", 0)
        self.addCleanup(command.stop)
        # We write none: the server must not be asked for more.
        line = self.call(address)
        line.connection.after.request_cids(1)
        self.assert_refused(line, Alert.UNEXPECTED_MESSAGE)
        # It writes none either.
        line = self.call(address, connection_id=0)
        line.connection.after.send(HandshakeType.NEW_CONNECTION_ID,
                                   after.encode_cids([b"abcd"]))
        self.assert_refused(line, Alert.UNEXPECTED_MESSAGE)
        line = self.call(address, checks_paths=False)
        line.connection.after.send_path_message(b"\0" + bytes(8))
        self.assert_refused(line, Alert.UNEXPECTED_MESSAGE)
        line = self.call(address)
        line.connection.after.send_path_message(b"\0" + bytes(7))
        self.assert_refused(line, Alert.DECODE_ERROR)

    def test_wrong_connection_ids_are_dropped(self):
        line, command = self.client("--cid", 8)
        right = line.connection.after.peers
        for wrong in ([bytes(8)], [right[0][:7]], []):
            line.connection.after.peers = wrong
            line.connection.after.write_cid()
            line.connection.send(b"wrong", time.monotonic())
            line.send()
        line.connection.after.peers = right
        line.connection.after.write_cid()
        self.assertTrue(line.echo(b"right"), command.log())
        self.assertFalse(line.has("data", b"wrong"))
        self.assertEqual(line.connection.state, "connected")

    def test_our_challenges_are_answered(self):
        line, _ = self.client("--cid", 8)
        cookie = bytes(range(8))
        line.connection.after.send_path_message(bytes([after.CHALLENGE]) + cookie)
        self.assertTrue(line.run(
            lambda: (after.RESPONSE, cookie) in line.connection.after.paths))
        # What nobody asked for is ignored.
        for kind in (after.RESPONSE, after.DROP, 9):
            line.connection.after.send_path_message(bytes([kind]) + cookie)
        self.assertTrue(line.echo(b"hello"))
        self.assertEqual(ContentType.RETURN_ROUTABILITY_CHECK, 27)


if __name__ == "__main__":
    unittest.main()
