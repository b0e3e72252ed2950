#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pre-shared keys and tickets against the Python peer: adtls-cli in both roles,
with honest peers and with lies."""

import os
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from adtls_peer import misbehave, psk, wire
from adtls_peer.codepoints import Alert, CipherSuite, ExtensionType, HandshakeType

import test_credentials as base
from test_adtls import World

KEY = bytes(range(16))
SENSOR = psk.Psk(b"sensor-7", KEY)
PSK = ExtensionType.PRE_SHARED_KEY


def setUpModule():
    if not base.PROGRAM.exists():
        raise unittest.SkipTest(f"{base.PROGRAM} is not built")
    folder = tempfile.TemporaryDirectory(prefix="adtls-psk-")
    unittest.addModuleCleanup(folder.cleanup)
    base.WORLD = World(Path(folder.name))
    base.file("psk").write_text(KEY.hex() + "\n", encoding="ascii")


def with_psk(identity="sensor-7"):
    return ["--psk-identity", identity, "--psk-key-file", base.file("psk")]


def serve(*arguments):
    return base.Server(*base.with_key("server"), *arguments)


def trust():
    return ["--ca", base.file("ca.pem")]


class Lie(misbehave.Misbehaviour):
    """Changes the hello once its binders are there."""

    def __init__(self, change) -> None:
        super().__init__()
        self.change = change

    def pre_shared_key(self, connection, hello):
        self.change(connection, hello)


class ServerLie(misbehave.Misbehaviour):
    """Changes ServerHello, or what follows it."""

    def __init__(self, hello=None, flight=None, ticket=None) -> None:
        super().__init__()
        self.hello, self.flight, self.ticket = hello, flight, ticket

    def server_hello(self, connection, hello):
        if self.hello and connection.selected_psk is not None:
            misbehave.set_extension(hello.extensions, *self.hello)

    def server_flight(self, connection, steps):
        return self.flight(steps) if self.flight else steps

    def messages(self, connection, message):
        if self.ticket is None or message.kind != HandshakeType.NEW_SESSION_TICKET:
            return [message]
        return [psk.HandshakeMessage(message.kind, self.ticket)]


class PskTest(unittest.TestCase):
    def connect(self, server, **changes):
        run = base.connect(server, **changes)
        self.assertEqual(0, run.exit_status, run.connection.failure)
        return run.connection

    def refused(self, server, alert, **changes):
        run = base.connect(server, **changes)
        self.assertNotEqual(0, run.exit_status)
        self.assertIn(alert, [one["description"]
                              for one in run.connection.alerts_received])


class Client(PskTest):
    """The Python peer connects to adtls."""

    def test_external(self):
        with serve(*with_psk()) as server:
            connection = self.connect(server, psks=(SENSOR,))
            self.assertIs(SENSOR, connection.psk)
            self.assertTrue(connection.retried)
        self.assertIn("pre-shared key, psk:sensor-7", server.log)

    def test_without_certificates_and_cookie(self):
        with base.Server(*with_psk(), "--no-cookie") as server:
            connection = self.connect(server, psks=(SENSOR,), anchors=[], chain=[],
                                      key=None)
            self.assertIs(SENSOR, connection.psk)
            self.assertFalse(connection.retried)

    def test_another_suite(self):
        with serve(*with_psk()) as server:
            connection = self.connect(server, psks=(SENSOR,), suites=(
                CipherSuite.TLS_AES_256_GCM_SHA384,
                CipherSuite.TLS_CHACHA20_POLY1305_SHA256))
            self.assertIs(SENSOR, connection.psk)

    def test_unknown_identity(self):
        other = replace(SENSOR, identity=b"other")
        with serve(*with_psk()) as server:
            self.assertIsNone(self.connect(server, psks=(other,)).psk)
            self.assertIs(SENSOR, self.connect(server, psks=(other, SENSOR)).psk)
        with base.Server(*with_psk()) as server:
            self.refused(server, Alert.UNKNOWN_PSK_IDENTITY, psks=(other,))

    def test_resumption(self):
        for suite in (CipherSuite.TLS_AES_128_GCM_SHA256,
                      CipherSuite.TLS_AES_256_GCM_SHA384):
            with self.subTest(suite=suite.name), serve() as server:
                first = self.connect(server, wants_tickets=True, suites=(suite,))
                self.assertIsNone(first.psk)
                ticket = first.tickets[0]
                for _ in range(3):
                    connection = self.connect(server, psks=(ticket,),
                                              suites=(suite,))
                    self.assertIs(ticket, connection.psk)
                    ticket = connection.tickets[0]
            self.assertEqual(3, server.log.count(", ticket"))

    def test_a_ticket_is_for_one_name_and_hash(self):
        with serve() as server:
            ticket = self.connect(server, wants_tickets=True).tickets[0]
            self.assertIsNone(self.connect(
                server, psks=(ticket,), server_name=None).psk)
            self.assertIsNone(self.connect(
                server, psks=(ticket,),
                suites=(CipherSuite.TLS_AES_256_GCM_SHA384,)).psk)
            changed = replace(ticket, identity=misbehave.flip_last_byte(
                ticket.identity))
            self.assertIsNone(self.connect(server, psks=(changed,)).psk)
            self.assertIs(ticket, self.connect(server, psks=(ticket,)).psk)

    def test_wrong_binders(self):
        with serve(*with_psk()) as server:
            ticket = self.connect(server, wants_tickets=True).tickets[0]
            for known in (SENSOR, ticket):
                for wrong in (replace(known, key=misbehave.flip_last_byte(known.key)),
                              replace(known, is_external=not known.is_external)):
                    self.refused(server, Alert.DECRYPT_ERROR, psks=(wrong,))

    def test_lies(self):
        def first(_, hello):
            hello.extensions.insert(0, hello.extensions.pop())

        def no_modes(_, hello):
            misbehave.drop_extension(hello.extensions,
                                     ExtensionType.PSK_KEY_EXCHANGE_MODES)

        def one_binder_more(_, hello):
            body = dict(hello.extensions)[PSK]
            identities, binders, length = psk.decode_offers(body)
            hello.extensions[-1] = (PSK, body[:-length] + psk.encode_binders(
                binders * 2))
            assert identities

        def empty_identity(_, hello):
            body = dict(hello.extensions)[PSK]
            length = psk.decode_offers(body)[2]
            hello.extensions[-1] = (PSK, wire.vector(bytes(7), 2) + body[-length:])

        for change, alert in ((first, Alert.ILLEGAL_PARAMETER),
                              (no_modes, Alert.MISSING_EXTENSION),
                              (one_binder_more, Alert.ILLEGAL_PARAMETER)):
            with self.subTest(change=change.__name__), serve(*with_psk()) as server:
                self.refused(server, alert, psks=(SENSOR,), misbehaviour=Lie(change))
        with serve(*with_psk()) as server:  # garbage gets no answer
            run = base.connect(server, psks=(SENSOR,), handshake_deadline=1.0,
                               misbehaviour=Lie(empty_identity))
            self.assertEqual([], run.connection.alerts_received)

    def test_the_modes_decide(self):
        def other_mode(_, hello):
            misbehave.set_extension(hello.extensions,
                                    ExtensionType.PSK_KEY_EXCHANGE_MODES, b"\1\0")

        with serve(*with_psk()) as server:
            connection = self.connect(server, psks=(SENSOR,),
                                      misbehaviour=Lie(other_mode))
            self.assertIsNone(connection.psk)


class Server(PskTest):
    """adtls connects to the Python peer."""

    def assert_done(self, done):
        self.assertEqual(0, done.returncode, done.stderr)

    def test_external(self):
        for cookie in (True, False):
            connection, done = base.serve(*with_psk(), psks=(SENSOR,), cookie=cookie,
                                          chain=[], key=None)
            self.assert_done(done)
            self.assertIs(SENSOR, connection.psk)
            self.assertIn("authenticated by: pre-shared key", done.stderr)

    def test_unknown_identity(self):
        connection, done = base.serve(*trust(), *with_psk("other"), psks=(SENSOR,))
        self.assert_done(done)
        self.assertIsNone(connection.psk)

    def test_resumption(self):
        tickets, saved = {}, base.file("ticket")
        for is_resumed in (False, True, True):
            connection, done = base.serve(
                *trust(), "--resume", saved, "--save-ticket", saved, tickets=tickets)
            self.assert_done(done)
            self.assertEqual(is_resumed, connection.psk is not None)
            self.assertEqual(is_resumed, "(resumed)" in done.stderr)
        tickets.clear()
        connection, done = base.serve(*trust(), "--resume", saved, tickets=tickets)
        self.assert_done(done)
        self.assertIsNone(connection.psk)
        self.assertFalse(saved.exists())

    def test_lies(self):
        for lie, alert in (
                (ServerLie(hello=(PSK, b"\0\1")), Alert.ILLEGAL_PARAMETER),
                (ServerLie(hello=(PSK, b"\0")), Alert.DECODE_ERROR),
                (ServerLie(flight=lambda steps: [steps[0], "certificate_request",
                                                 *steps[1:]]),
                 Alert.UNEXPECTED_MESSAGE),
                (ServerLie(flight=lambda steps: [steps[0], "certificate",
                                                 *steps[1:]]),
                 Alert.UNEXPECTED_MESSAGE)):
            connection, done = base.serve(*with_psk(), psks=(SENSOR,),
                                          misbehaviour=lie, alerts=(alert,))
            self.assertEqual(1, done.returncode, done.stderr)
            self.assertIn(alert, [one["description"]
                                  for one in connection.alerts_received])

    def test_not_offered(self):
        lie = ServerLie(hello=None)
        lie.server_hello = lambda connection, hello: misbehave.set_extension(
            hello.extensions, PSK, b"\0\0")
        alert = Alert.UNSUPPORTED_EXTENSION
        connection, done = base.serve(*trust(), misbehaviour=lie, cookie=False,
                                      alerts=(alert,))
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn(alert,
                      [one["description"] for one in connection.alerts_received])

    def test_malformed_ticket(self):
        connection, done = base.serve(
            *trust(), "--save-ticket", base.file("none"), "--linger", "2",
            tickets={}, misbehaviour=ServerLie(ticket=bytes(12)))
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn(Alert.DECODE_ERROR,
                      [one["description"] for one in connection.alerts_received])


if __name__ == "__main__":
    unittest.main()
