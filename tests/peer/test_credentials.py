#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Raw public keys, application protocols and server names against the Python peer:
adtls-cli in both roles, with honest peers and with lies."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from adtls_peer import driver, messages, misbehave, negotiation
from adtls_peer.codepoints import Alert, CertificateType, ExtensionType, HandshakeType
from adtls_peer.messages import Certificate

from test_adtls import PATIENCE, World, open_port

TREE = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("abs_top_builddir", TREE / "build"), "cli", "adtls-cli")
RAW, X509 = CertificateType.RAW_PUBLIC_KEY, CertificateType.X509


def setUpModule():
    global WORLD
    if not PROGRAM.exists():
        raise unittest.SkipTest(f"{PROGRAM} is not built")
    folder = tempfile.TemporaryDirectory(prefix="adtls-credentials-")
    unittest.addModuleCleanup(folder.cleanup)
    WORLD = World(Path(folder.name))
    for name in ("client", "server"):
        key = getattr(WORLD, name).key
        file(f"{name}.pub").write_bytes(key.public_key().public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo))
    key, chain = WORLD.authority.issue("a.tenant.example")
    WORLD.save("tenant.pem", *chain)
    WORLD.save_key("tenant.key", key)


def file(name: str) -> Path:
    return WORLD.folder / name


def spki(name: str) -> bytes:
    return negotiation.spki_of_key(getattr(WORLD, name).key.public_key())


class Server:
    """adtls-cli serve, and what it said when it has ended."""

    def __init__(self, *arguments) -> None:
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--listen", "127.0.0.1:0", *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        listening = self.process.stdout.readline()
        self.address = ("127.0.0.1", int(re.search(r":(\d+)\D*$", listening)[1]))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.log, _ = self.process.communicate(timeout=PATIENCE)


def connect(server: Server, **changes) -> driver.Run:
    port = open_port()
    goal = driver.Goal(send=[b"hello"], expect=[b"hello"], timeout=20.0)
    config = replace(WORLD.client, attester=None, **changes)
    try:
        return driver.run_client(port, server.address, config, goal)
    finally:
        port.socket.close()


def serve(*arguments, alerts=(), **changes) -> tuple:
    """A Python server and adtls-cli connect: the run, and how it ended. One of
    the alerts ends it too, even one in the clear, which the server distrusts."""
    port = open_port()
    config = replace(WORLD.server, relying_party=None, **{"anchors": [], **changes})
    command = [PROGRAM, "connect", f"127.0.0.1:{port.address[1]}", "--send", "hello",
               "--expect", "hello", "--json", *arguments]
    if "--name" not in arguments:
        command += ["--name", "localhost"]
    runs = []
    with subprocess.Popen([*map(str, command)], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        goal = driver.Goal(echo=True, timeout=20.0, expect_alerts=alerts)
        driver.run_server(port, config, goal, 1, PATIENCE, lambda: True, runs.append)
        output, errors = process.communicate(timeout=PATIENCE)
    port.socket.close()
    return runs[0].connection, subprocess.CompletedProcess(
        command, process.returncode, output, errors)


def with_key(name: str) -> list:
    return ["--cert", file(f"{name}.pem"), "--key", file(f"{name}.key")]


class Answer(misbehave.Misbehaviour):
    """A server that answers an extension with this, whatever was offered."""

    def __init__(self, kind, body) -> None:
        self.kind, self.body = kind, body

    def encrypted_extensions(self, connection, answer):
        misbehave.set_extension(answer.extensions, self.kind, self.body)


class Offer(misbehave.Misbehaviour):
    """A client that sends this extension in its hellos."""

    def __init__(self, kind, body) -> None:
        self.kind, self.body = kind, body

    def client_hello(self, connection, hello):
        misbehave.set_extension(hello.extensions, self.kind, self.body)


class Shows(misbehave.Misbehaviour):
    """Sends this in place of its certificate or key."""

    def __init__(self, chain) -> None:
        self.chain = chain

    def messages(self, connection, message):
        if message.kind != HandshakeType.CERTIFICATE:
            return [message]
        return [Certificate(self.chain).encode()]


class PeerTest(unittest.TestCase):
    def assert_connected(self, run):
        self.assertEqual(0, run.exit_status, run.connection.failure)

    def assert_alert(self, connection, alert):
        """The Python side got exactly this."""
        received = [Alert(each["description"]) for each in connection.alerts_received]
        self.assertEqual([alert], received, connection.failure)


class RawKeyTest(PeerTest):
    def server(self, *arguments):
        return Server("--raw-key", file("server.key"), *arguments)

    def test_client_of_raw_server(self):
        with self.server() as server:
            run = connect(server, pins=(spki("server"),), anchors=[])
        self.assert_connected(run)
        self.assertEqual(spki("server"), run.connection.peer_spki)

    def test_both_raw(self):
        with self.server("--pin", file("client.pub"),
                         "--require-client-cert") as server:
            run = connect(server, pins=(spki("server"),), anchors=[],
                          shows_raw_key=True, chain=[])
        self.assert_connected(run)
        self.assertIn("sha256:", server.log)

    def test_raw_client_of_certified_server(self):
        with Server(*with_key("server"), "--pin", file("client.pub"),
                    "--require-client-cert") as server:
            run = connect(server, shows_raw_key=True, chain=[])
        self.assert_connected(run)
        self.assertEqual((RAW, X509),
                         (run.connection.own_type, run.connection.peer_type))

    def test_unpinned_client(self):
        with self.server("--pin", file("server.pub"),
                         "--require-client-cert") as server:
            run = connect(server, pins=(spki("server"),), anchors=[],
                          shows_raw_key=True, chain=[])
        self.assert_alert(run.connection, Alert.CERTIFICATE_UNKNOWN)
        self.assertIn("key-not-pinned", server.log)

    def test_raw_server(self):
        peer, done = serve("--pin", file("server.pub"), shows_raw_key=True, chain=[])
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(RAW, peer.own_type)

    def test_raw_server_of_raw_client(self):
        peer, done = serve("--pin", file("server.pub"), "--raw-key",
                           file("client.key"), shows_raw_key=True, chain=[],
                           pins=(spki("client"),), require_client_certificate=True)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(spki("client"), peer.peer_spki)

    def test_unpinned_server(self):
        peer, done = serve("--pin", file("client.pub"), shows_raw_key=True, chain=[])
        self.assertEqual(1, done.returncode, done.stderr)
        self.assert_alert(peer, Alert.CERTIFICATE_UNKNOWN)
        self.assertIn("key-not-pinned", done.stderr)

    def test_server_without_raw_key(self):
        """It has heard of the extension and has nothing in common, or has not."""
        peer, done = serve("--pin", file("server.pub"))
        self.assertEqual(Alert.UNSUPPORTED_CERTIFICATE, peer.alert_sent)
        self.assertIn("unsupported_certificate", done.stderr)

    def test_client_of_certificates_alone(self):
        with self.server() as server:
            run = connect(server)
        self.assert_alert(run.connection, Alert.UNSUPPORTED_CERTIFICATE)
        self.assertIn("certificate-type", server.log)

    def test_lies_of_a_raw_server(self):
        key = spki("server")
        for alert, shown in [
                (Alert.BAD_CERTIFICATE, [key + b"\0"]),  # bytes behind it
                (Alert.BAD_CERTIFICATE, [key[:-1]]),
                (Alert.BAD_CERTIFICATE, [b"\x30\0"]),
                (Alert.ILLEGAL_PARAMETER, [key, key]),
                (Alert.BAD_CERTIFICATE, WORLD.server.chain),  # another type
                (Alert.CERTIFICATE_UNKNOWN, [spki("client")]),
                (Alert.DECODE_ERROR, [])]:
            with self.subTest(alert=alert, shown=[len(entry) for entry in shown]):
                peer, _ = serve("--pin", file("server.pub"), shows_raw_key=True,
                                chain=[], misbehaviour=Shows(shown))
                self.assert_alert(peer, alert)

    def test_lies_of_a_raw_client(self):
        key = spki("client")
        for alert, shown in [
                (Alert.BAD_CERTIFICATE, [key + b"\0"]),
                (Alert.ILLEGAL_PARAMETER, [key, key]),
                (Alert.BAD_CERTIFICATE, WORLD.client.chain),
                (Alert.CERTIFICATE_REQUIRED, [])]:
            with self.subTest(alert=alert), self.server(
                    "--pin", file("client.pub"), "--require-client-cert") as server:
                run = connect(server, pins=(spki("server"),), anchors=[],
                              shows_raw_key=True, chain=[], misbehaviour=Shows(shown))
                self.assert_alert(run.connection, alert)

    def test_another_ones_key(self):
        """It shows a pinned key that it does not hold."""
        peer, _ = serve("--pin", file("client.pub"), shows_raw_key=True, chain=[],
                        misbehaviour=Shows([spki("client")]))
        self.assert_alert(peer, Alert.DECRYPT_ERROR)

    def test_lies_about_types(self):
        server_type, client_type = (ExtensionType.SERVER_CERTIFICATE_TYPE,
                                    ExtensionType.CLIENT_CERTIFICATE_TYPE)
        for alert, kind, body in [
                (Alert.ILLEGAL_PARAMETER, server_type, b"\0"),  # was not offered
                (Alert.ILLEGAL_PARAMETER, server_type, b"\1"),
                (Alert.DECODE_ERROR, server_type, b""),
                (Alert.DECODE_ERROR, server_type, b"\2\2"),
                (Alert.DECODE_ERROR, server_type, b"\1\2"),  # a list
                (Alert.UNSUPPORTED_EXTENSION, client_type, b"\2")]:
            with self.subTest(kind=kind, body=body):
                peer, _ = serve("--pin", file("server.pub"), shows_raw_key=True,
                                chain=[], misbehaviour=Answer(kind, body))
                self.assert_alert(peer, alert)

    def test_odd_offers_of_types(self):
        """Types that nobody knows are passed over, lists that are none are not."""
        kind = ExtensionType.SERVER_CERTIFICATE_TYPE
        with self.server() as server:
            run = connect(server, pins=(spki("server"),), anchors=[],
                          misbehaviour=Offer(kind, b"\3\1\xfa\2"))
            self.assert_connected(run)
            run = connect(server, pins=(spki("server"),), anchors=[],
                          misbehaviour=Offer(kind, b"\1\xfa"))
            self.assert_alert(run.connection, Alert.UNSUPPORTED_CERTIFICATE)

    def test_attested_raw_client(self):
        """The binder covers the very SubjectPublicKeyInfo that was sent."""
        with self.server("--pin", file("client.pub"), "--policy",
                         WORLD.policy("require")) as server:
            port = open_port()
            run = driver.run_client(
                port, server.address,
                replace(WORLD.client, pins=(spki("server"),), anchors=[],
                        shows_raw_key=True, chain=[]),
                driver.Goal(send=[b"hello"], expect=[b"hello"], timeout=20.0))
            port.socket.close()
        self.assert_connected(run)
        self.assertIn("granted", server.log)


class TokenTest(PeerTest):
    """Keys that never leave their PKCS#11 token, by SoftHSM where there is one."""

    URL = "pkcs11:token=adtls;object=server?pin-value=1234"
    MODULES = (Path("/usr/lib/softhsm/libsofthsm2.so"),
               Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"))

    @classmethod
    def setUpClass(cls):
        module = next(filter(Path.exists, cls.MODULES), None)
        if module is None:
            raise unittest.SkipTest("no SoftHSM")
        folder = WORLD.folder
        (folder / "tokens").mkdir()
        file("softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\n")
        modules = folder / "pkcs11" / "modules"  # where GnuTLS looks
        modules.mkdir(parents=True)
        (modules / "softhsm.module").write_text(f"module: {module}\n")
        names = {"SOFTHSM2_CONF": str(file("softhsm2.conf")),
                 "XDG_CONFIG_HOME": str(folder)}
        for name, value in names.items():
            cls.addClassCleanup(os.environ.pop, name, None)
            os.environ[name] = value
        for words in (["--init-token", "--free", "--label", "adtls", "--so-pin",
                       "5678"],
                      ["--import", file("server.key"), "--token", "adtls", "--label",
                       "server", "--id", "a1"]):
            subprocess.run(["softhsm2-util", *words, "--pin", "1234"], check=True,
                           capture_output=True)

    def test_certificate(self):
        with Server("--cert", file("server.pem"), "--key", self.URL) as server:
            run = connect(server)
        self.assert_connected(run)

    def test_raw_key(self):
        with Server("--raw-key", self.URL) as server:
            run = connect(server, pins=(spki("server"),), anchors=[])
        self.assert_connected(run)

    def test_mistakes(self):
        """Each fails when the configuration is made."""
        for certificate, key in [
                ("client.pem", self.URL),  # another one's
                ("server.pem", self.URL.replace("1234", "4321")),
                ("server.pem", self.URL.replace("object=server", "object=none")),
                ("absent.pem", self.URL)]:
            done = subprocess.run(
                [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--cert",
                 file(certificate), "--key", key], capture_output=True, text=True,
                timeout=PATIENCE, check=False)
            self.assertEqual(2, done.returncode, done.stderr)
            self.assertIn("--cert", done.stderr)


class ProtocolsTest(PeerTest):
    def test_client(self):
        with Server(*with_key("server"), "--alpn", "coap,lwm2m") as server:
            run = connect(server, protocols=(b"h2", b"lwm2m", b"coap"))
            self.assert_connected(run)
            self.assertEqual(b"coap", run.connection.protocol)
            run = connect(server, protocols=(b"h2",))
            self.assert_alert(run.connection, Alert.NO_APPLICATION_PROTOCOL)
            run = connect(server)
            self.assert_connected(run)
        self.assertIn("no-application-protocol", server.log)

    def test_server(self):
        peer, done = serve("--ca", WORLD.ca, "--alpn", "h2,coap",
                           protocols=(b"coap", b"h2"))
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(b"coap", peer.protocol)
        self.assertEqual("coap", json.loads(done.stdout.splitlines()[-1])[
            "parameters"]["application_protocol"])

    def test_server_that_refuses(self):
        peer, done = serve("--ca", WORLD.ca, "--alpn", "h2", protocols=(b"coap",))
        self.assertEqual(1, done.returncode)
        self.assertIn("no_application_protocol", done.stderr)

    def test_lies_of_a_server(self):
        def names(*given):
            return negotiation.encode_protocols(given)

        for alert, body, offered in [
                (Alert.ILLEGAL_PARAMETER, names(b"h2"), True),
                (Alert.DECODE_ERROR, names(b"coap", b"coap"), True),
                (Alert.DECODE_ERROR, names(), True),
                (Alert.DECODE_ERROR, names(b""), True),
                (Alert.DECODE_ERROR, names(b"coap") + b"\0", True),
                (Alert.UNSUPPORTED_EXTENSION, names(b"coap"), False)]:
            with self.subTest(body=body):
                peer, _ = serve("--ca", WORLD.ca,
                                *["--alpn", "coap"] * offered,
                                misbehaviour=Answer(ExtensionType.ALPN, body))
                self.assert_alert(peer, alert)


class NamesTest(PeerTest):
    def server(self, *arguments):
        return Server(*with_key("server"), "--server-credentials",
                      f"*.tenant.example:{file('tenant.pem')}:{file('tenant.key')}",
                      *arguments)

    def test_names(self):
        with self.server() as server:
            run = connect(server, server_name="a.tenant.example")
            self.assert_connected(run)
            self.assertTrue(run.connection.name_was_used)
            run = connect(server)
            self.assert_connected(run)
            self.assertFalse(run.connection.name_was_used)

    def test_unknown_names_are_refused(self):
        with self.server("--refuse-unknown-names") as server:
            run = connect(server)
            self.assert_alert(run.connection, Alert.UNRECOGNIZED_NAME)
        self.assertIn("server-name-unknown", server.log)

    def test_server(self):
        peer, done = serve("--ca", WORLD.ca)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual("localhost", peer.called)

    def test_lies_of_a_server(self):
        peer, _ = serve("--ca", WORLD.ca, misbehaviour=Answer(
            ExtensionType.SERVER_NAME, messages.encode_server_name("localhost")))
        self.assert_alert(peer, Alert.DECODE_ERROR)
        peer, _ = serve("--ca", WORLD.ca, "--name", "", misbehaviour=Answer(
            ExtensionType.SERVER_NAME, b""))
        self.assert_alert(peer, Alert.UNSUPPORTED_EXTENSION)


if __name__ == "__main__":
    unittest.main()
