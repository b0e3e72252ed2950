#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""adtls against the Python peer: attested both ways, and attacked by every lie.

The adtls side are the echo programs of examples/, as a person runs them; the
Python side runs in this process.
"""

import io
import json
import os
import random
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from adtls_peer import (attestation, capture, certificates, decode, driver, evidence,
                        key_log, lies, messages, misbehave, relay, signing)
from adtls_peer.appraisal import RelyingParty
from adtls_peer.codepoints import (Alert, CipherSuite, HandshakeType, NamedGroup,
                                   SignatureScheme)
from adtls_peer.connection import Config
from adtls_peer.lies import after_handshake

from world import HONEST_ORDER

TREE = Path(__file__).resolve().parents[2]
PROGRAMS = Path(os.environ.get("abs_top_builddir", TREE / "build"), "examples")
PATIENCE = 60  # seconds after which a program counts as hung
PADDING = 21  # extension of RFC 7685
SILENT = 3.0  # seconds that a handshake without an answer is watched

# For a server that allows attestation and does not require it.
LENIENT = {"attestation-unnegotiated", "proposal-stripped-in-flight",
           "proposal-edited-in-flight"}

# Honest until their Finished, so that they may have been granted before.
LATE = {"attestation-after-handshake", "attestation-repeated-after-finished"}


def setUpModule():
    global WORLD
    if not (PROGRAMS / "echo-server").exists():
        raise unittest.SkipTest(f"{PROGRAMS}/echo-server is not built")
    folder = tempfile.TemporaryDirectory(prefix="adtls-peer-")
    unittest.addModuleCleanup(folder.cleanup)
    WORLD = World(Path(folder.name))


class World:
    """Credentials, for the Python side as objects and for the C side as files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        draw = random.Random(9147).randbytes
        authority = certificates.TestAuthority(draw)
        self.authority = authority
        self.ca = self.save("ca.pem", certificates.to_der(authority.certificate))
        self.device = evidence.Device(ueid=b"\1" + bytes(range(16)))
        self.attestation_key = signing.generate_private_key(draw)
        self.save_key("attestation.key", self.attestation_key)
        self.attestation_public = folder / "attestation.pub"
        self.attestation_public.write_bytes(
            self.attestation_key.public_key().public_bytes(
                serialization.Encoding.PEM,
                serialization.PublicFormat.SubjectPublicKeyInfo))
        shared = {"utc": time.time, "anchors": [authority.certificate],
                  "initial_timeout": 0.3, "random_bytes": os.urandom}
        key, chain = authority.issue("device.example")
        self.save("client.pem", *chain)
        self.save_key("client.key", key)
        self.client = Config(chain=chain, key=key, server_name="localhost",
                             attester=evidence.Attester(self.attestation_key,
                                                        self.device), **shared)
        key, chain = authority.issue("localhost")
        self.save("server.pem", *chain)
        self.save_key("server.key", key)
        self.server = Config(chain=chain, key=key, relying_party=RelyingParty(
            anchors=[self.attestation_key.public_key()],
            measurements=[self.device.measurement]), **shared)

    def save(self, name: str, *chain: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(b"".join(certificates.load(der).public_bytes(
            serialization.Encoding.PEM) for der in chain))
        return path

    def save_key(self, name: str, key) -> None:
        (self.folder / name).write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))

    def policy(self, wish: str) -> Path:
        """A policy file for adtls: require or allow."""
        path = self.folder / f"policy-{wish}.json"
        path.write_text(json.dumps({
            "version": 1, "peer-attestation": wish, "accept-key-binding": ["echo"],
            "maximum-evidence-age": 300,
            "trust-anchors": [{
                "name": "device", "public-key-file": str(self.attestation_public),
                "key-binding": "echo", "ueid": self.device.ueid.hex()}],
            "reference-values": [{
                "software-name": self.device.software_name,
                "measurement": f"sha-256:{self.device.measurement.hex()}"}]}))
        return path


class EchoServer:
    """An echo-server of adtls, its log in a file that can be read meanwhile."""

    def __init__(self, *arguments) -> None:
        self._log = tempfile.TemporaryFile("w+", dir=WORLD.folder)
        self.process = subprocess.Popen(
            [PROGRAMS / "echo-server", "--listen", "127.0.0.1:0", "--ca", WORLD.ca,
             "--cert", WORLD.folder / "server.pem",
             "--key", WORLD.folder / "server.key", *map(str, arguments)],
            stdout=self._log, stderr=subprocess.STDOUT, text=True)
        while "\n" not in self.log() and self.process.poll() is None:
            time.sleep(0.01)
        listening = self.log().splitlines()[0]
        assert listening.startswith("listening on "), listening
        self.address = ("127.0.0.1", int(listening.rpartition(":")[2]))

    def log(self) -> str:
        return os.pread(self._log.fileno(), 1 << 24, 0).decode()

    def stop(self) -> str:
        """Its log, when it has ended."""
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        log = self.log()
        self._log.close()
        return log


def open_port(file=None) -> driver.Port:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    return driver.Port(sock, driver.Impairment(set(), 0.0, 0),
                       capture.Writer(file) if file else None)


def connect(address, goal=None, file=None, **changes) -> driver.Run:
    """A Python client against adtls."""
    port = open_port(file)
    goal = goal or driver.Goal(send=[b"hello"], expect=[b"hello"])
    goal.timeout = min(goal.timeout, 20.0)
    try:
        return driver.run_client(port, address, replace(WORLD.client, **changes), goal)
    finally:
        port.socket.close()


def echo_client(address: tuple, attests: bool) -> list:
    """The command of an echo-client of adtls."""
    command = [PROGRAMS / "echo-client", f"127.0.0.1:{address[1]}",
               "--ca", WORLD.ca, "--hostname", "localhost", "--send", "hello",
               "--cert", WORLD.folder / "client.pem",
               "--key", WORLD.folder / "client.key"]
    if attests:
        device = WORLD.device
        command += ["--attestation-key", WORLD.folder / "attestation.key", "--ueid",
                    device.ueid.hex(), "--software", device.software_name,
                    "--measurement", device.measurement.hex()]
    return command


def serve(arguments=(), goal=None, attests=True, file=None, **changes) -> tuple:
    """A Python server and an echo-client of adtls: the run, and how it ended."""
    port = open_port(file)
    command = echo_client(port.address, attests)
    runs = []
    with subprocess.Popen([*map(str, command), *map(str, arguments)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        driver.run_server(port, replace(WORLD.server, **changes),
                          goal or driver.Goal(echo=True, timeout=20.0), 1, PATIENCE,
                          lambda: True, runs.append)
        try:
            output, errors = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    port.socket.close()
    return runs[0], subprocess.CompletedProcess(command, process.returncode, output,
                                                errors)


class LongHello(misbehave.Misbehaviour):
    """Honest, but its ClientHello is long."""

    def client_hello(self, connection, hello):
        misbehave.set_extension(hello.extensions, PADDING, bytes(300))


class Reflector(misbehave.Misbehaviour):
    """Does not notice that both sides have the same key."""

    minds_reflection = False


class OnlyScheme(misbehave.Misbehaviour):
    """Honest, but signs with this scheme, whatever the peer likes best."""

    def __init__(self, scheme) -> None:
        self.scheme = scheme

    def messages(self, connection, message):
        if message.kind != HandshakeType.CERTIFICATE_VERIFY:
            return [message]
        assert self.scheme in connection.peer_schemes
        content = messages.certificate_verify_content(connection.is_server,
                                                      connection.transcript.hash())
        signature = signing.sign(self.scheme, connection.config.key, content)
        return [messages.CertificateVerify(signature, self.scheme).encode()]


class Pkcs1(misbehave.Misbehaviour):
    """Signs CertificateVerify as only certificates may be signed."""

    def messages(self, connection, message):
        if message.kind != HandshakeType.CERTIFICATE_VERIFY:
            return [message]
        content = messages.certificate_verify_content(connection.is_server,
                                                      connection.transcript.hash())
        signature = connection.config.key.sign(content, padding.PKCS1v15(),
                                               hashes.SHA256())
        return [messages.CertificateVerify(signature, 0x0401).encode()]


class AttestedTest(unittest.TestCase):
    """Honest handshakes, both ways, with everything that may vary."""

    CASES = {
        "as it comes": {}, "secp256r1": {"groups": (NamedGroup.SECP256R1,)},
        "MTU 256": {"mtu": 256}, "other boundaries": {"mtu": 256, "refragment": True},
        "two shares": {"shares": 2}, "small records": {"record_size_limit": 100}}

    def test_python_client(self):
        server = EchoServer("--policy", WORLD.policy("require"))
        self.addCleanup(server.stop)
        for name, changes in self.CASES.items():
            with self.subTest(name):
                run = connect(server.address, **changes)
                self.assertEqual((run.exit_status, run.received), (0, b"hello"),
                                 run.connection.failure)
                self.assertTrue(run.connection.retried)
                self.assertTrue(run.connection.selected)
        self.assertEqual(server.log().count("granted"), len(self.CASES), server.log())

    def test_python_client_and_small_datagrams(self):
        server = EchoServer("--policy", WORLD.policy("require"), "--mtu", 256)
        self.addCleanup(server.stop)
        run = connect(server.address)
        self.assertEqual(run.exit_status, 0, run.connection.failure)

    def test_python_client_without_cookie(self):
        """A flight of over three times the ClientHello needs one after all."""
        server = EchoServer("--policy", WORLD.policy("require"), "--no-cookie")
        self.addCleanup(server.stop)
        run = connect(server.address)
        self.assertEqual((run.exit_status, run.connection.retried), (0, True))
        run = connect(server.address, misbehaviour=LongHello())
        self.assertEqual((run.exit_status, run.connection.retried), (0, False))

    def test_python_server(self):
        for name, changes in {**self.CASES, "no cookie": {"cookie": False}}.items():
            with self.subTest(name):
                run, ended = serve(**changes)
                self.assertEqual((ended.returncode, ended.stdout), (0, "hello\n"),
                                 ended.stderr)
                self.assertTrue(run.connection.verdict.granted,
                                run.connection.verdict)

    def test_python_server_and_small_datagrams(self):
        run, ended = serve(["--mtu", 256])
        self.assertEqual(ended.stdout, "hello\n", ended.stderr)
        self.assertTrue(run.connection.verdict.granted)

    def test_without_attestation(self):
        allowing = EchoServer("--policy", WORLD.policy("allow"))
        self.addCleanup(allowing.stop)
        run = connect(allowing.address, attester=None)
        self.assertEqual(run.exit_status, 0, run.connection.failure)
        plain = EchoServer()
        self.addCleanup(plain.stop)
        run = connect(plain.address)
        self.assertEqual((run.exit_status, run.connection.selected), (0, {}))
        run, ended = serve(relying_party=None)
        self.assertEqual((ended.stdout, run.connection.cmw), ("hello\n", None))

    def test_refused_by_python_server(self):
        strict = replace(WORLD.server.relying_party, measurements=[bytes(32)])
        run, ended = serve(relying_party=strict)
        self.assertEqual(run.connection.verdict.check, "measurement")
        self.assertNotEqual(ended.returncode, 0)
        self.assertIn("attestation_failed", ended.stderr)
        run, ended = serve(attests=False)
        self.assertEqual(run.connection.alert_sent, Alert.ATTESTATION_REQUIRED)
        self.assertIn("attestation_required", ended.stderr)

    def test_secrets_agree(self):
        """adtls logs the attestation main secret of the negotiated direction."""
        with tempfile.TemporaryDirectory() as folder:
            theirs = Path(folder, "keys")
            ours = []
            run, _ = serve(["--key-log", theirs], key_log=lambda *entry: ours.append(
                key_log.line(*entry)))
            self.assertEqual(
                sorted(theirs.read_text().splitlines(True)),
                sorted(line for line in ours if "SERVER_ATTESTATION" not in line))

    def test_capture_decodes(self):
        """The messages in the protocol's order, and the binder derived anew."""
        with tempfile.TemporaryDirectory() as folder:
            log, file = Path(folder, "keys"), io.BytesIO()
            run, _ = serve(["--key-log", log], file=file)
            flow, = decode.decode(file.getvalue(), log.read_text())
        self.assertEqual([f"{each.sender} {each.name}" for each in flow.messages],
                         HONEST_ORDER)
        self.assertNotIn(None, [each.epoch for each in flow.records])
        found, = flow.attestations
        self.assertTrue(found.binder_matches())
        self.assertTrue(found.tls_key_matches)
        self.assertEqual(found.binder, run.connection.binder)


class Between:
    """The relay in a thread of its own, between two adtls programs."""

    def __init__(self, server: tuple, file=None, **impairment) -> None:
        listener = relay.bind(("127.0.0.1", 0))
        self.address = listener.getsockname()
        self.relay = relay.Relay(listener, server, relay.Impairment(**impairment),
                                 capture.Writer(file) if file else None)
        self.thread = threading.Thread(target=self.relay.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.relay.is_running = False
        self.thread.join()
        self.relay.close()


class RelayedTest(unittest.TestCase):
    """Two adtls programs, and someone between them."""

    def connect(self, between, *arguments):
        return subprocess.run(
            [*map(str, echo_client(between.address, True)), *map(str, arguments)],
            capture_output=True, text=True, timeout=PATIENCE, check=False)

    def test_lossy_network(self):
        file, log = io.BytesIO(), WORLD.folder / "relayed.keys"
        server = EchoServer("--policy", WORLD.policy("require"), "--mtu", 300)
        self.addCleanup(server.stop)
        with Between(server.address, file, loss=0.2, reorder=0.2, delay=0.005,
                     hold=0.02, seed=7) as between:
            ended = self.connect(between, "--mtu", 300, "--key-log", log)
        self.assertEqual((ended.returncode, ended.stdout), (0, "hello\n"),
                         ended.stderr)
        self.assertIn("granted", server.log())
        self.assertGreater(between.relay.counters[relay.TO_SERVER].dropped
                           + between.relay.counters[relay.TO_CLIENT].dropped, 0)
        flow, = decode.decode(file.getvalue(), log.read_text())
        self.assertEqual(sorted({f"{each.sender} {each.name}"
                                 for each in flow.messages}), sorted(set(HONEST_ORDER)))
        self.assertTrue(flow.attestations[0].binder_matches())

    def test_stripped_offer(self):
        """Whoever takes the offer away ends the handshake, if both allow that."""
        for wish in ("require", "allow"):
            server = EchoServer("--policy", WORLD.policy(wish))
            self.addCleanup(server.stop)
            with self.subTest(wish), Between(
                    server.address, strip_extensions=(0xFF61,)) as between:
                process = subprocess.Popen(
                    [*map(str, echo_client(between.address, True))],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                with self.assertRaises(subprocess.TimeoutExpired):
                    process.wait(SILENT)  # it goes on trying until its deadline
                process.terminate()
                output, _ = process.communicate(timeout=PATIENCE)
                self.assertEqual(output, "")
            self.assertGreater(between.relay.counters[relay.TO_SERVER].edited, 0)
            self.assertNotIn("granted", server.log())
            self.assertNotIn(" connected", server.log())


class AlgorithmsTest(unittest.TestCase):
    """Each suite, group and signature scheme, in both roles, without attestation
    where the key is none that our Evidence can name."""

    CIPHERS = {CipherSuite.TLS_AES_128_GCM_SHA256: "AES-128-GCM",
               CipherSuite.TLS_AES_256_GCM_SHA384: "AES-256-GCM",
               CipherSuite.TLS_CHACHA20_POLY1305_SHA256: "CHACHA20-POLY1305",
               CipherSuite.TLS_AES_128_CCM_SHA256: "AES-128-CCM",
               CipherSuite.TLS_AES_128_CCM_8_SHA256: "AES-128-CCM-8"}

    @staticmethod
    def suite_arguments(suite):
        return ["--priority", "NORMAL:-CIPHER-ALL:+" + AlgorithmsTest.CIPHERS[suite],
                "--forgery-limit", 100]

    @staticmethod
    def group_arguments(group):
        return ["--priority", f"NORMAL:-GROUP-ALL:+GROUP-{group.name}"]

    def assert_served(self, arguments, **changes):
        """A Python server and a client of adtls, attested."""
        run, ended = serve(arguments, **changes)
        self.assertEqual((ended.returncode, ended.stdout), (0, "hello\n"),
                         ended.stderr)
        self.assertTrue(run.connection.verdict.granted, run.connection.verdict)
        return run.connection

    def assert_connected(self, arguments, **changes):
        """A Python client and a server of adtls, attested."""
        server = EchoServer("--policy", WORLD.policy("require"), *arguments)
        self.addCleanup(server.stop)
        run = connect(server.address, **changes)
        self.assertEqual((run.exit_status, run.received), (0, b"hello"),
                         run.connection.failure)
        self.assertIn("granted", server.log())
        return run.connection

    def test_suites(self):
        for suite in CipherSuite:
            with self.subTest(suite.name):
                arguments = self.suite_arguments(suite)
                for meet in (self.assert_served, self.assert_connected):
                    connection = meet(arguments, suites=tuple(CipherSuite))
                    self.assertEqual(connection.suite.number, suite)

    def test_groups(self):
        for group in NamedGroup:
            with self.subTest(group.name):
                arguments = self.group_arguments(group)
                for meet in (self.assert_served, self.assert_connected):
                    connection = meet(arguments, groups=tuple(NamedGroup))
                    self.assertEqual(connection.group, group)

    def keys(self):
        return {"p384": ec.generate_private_key(ec.SECP384R1()),
                "ed25519": ed25519.Ed25519PrivateKey.generate(),
                "rsa": rsa.generate_private_key(65537, 2048),
                "rsa3072": rsa.generate_private_key(65537, 3072)}

    def test_signatures_of_the_peer(self):
        """adtls verifies; the peer signs with what adtls asks for first."""
        server = EchoServer("--require-client-cert")
        self.addCleanup(server.stop)
        for name, key in self.keys().items():
            for scheme in signing.schemes_of(key):
                with self.subTest(f"{name}, {scheme.name}"):
                    only = OnlyScheme(scheme)
                    _, chain = WORLD.authority.issue("localhost", key)
                    run = connect(server.address, chain=chain, key=key, attester=None,
                                  misbehaviour=only)
                    self.assertEqual((run.exit_status, run.received), (0, b"hello"),
                                     run.connection.failure)
                    run, ended = serve(attests=False, relying_party=None, chain=chain,
                                       key=key, misbehaviour=only)
                    self.assertEqual(ended.stdout, "hello\n", ended.stderr)

    def test_signatures_of_adtls(self):
        """The peer verifies, and accepts one scheme."""
        for name, key in self.keys().items():
            _, chain = WORLD.authority.issue("localhost", key)
            files = ["--cert", WORLD.save(f"{name}.pem", *chain),
                     "--key", WORLD.folder / f"{name}.key"]
            WORLD.save_key(f"{name}.key", key)
            server = EchoServer(*files)
            self.addCleanup(server.stop)
            for scheme in signing.schemes_of(key):
                with self.subTest(f"{name}, {scheme.name}"):
                    run = connect(server.address, schemes=(scheme,))
                    self.assertEqual(run.exit_status, 0, run.connection.failure)
                    self.assertEqual(run.connection.scheme, scheme)
                    run, ended = serve(files, attests=False, relying_party=None,
                                       require_client_certificate=True,
                                       schemes=(scheme,))
                    self.assertEqual(ended.stdout, "hello\n", ended.stderr)
                    self.assertEqual(run.connection.scheme, scheme)

    def test_no_common_scheme(self):
        """The key of adtls is P-256."""
        server = EchoServer()
        self.addCleanup(server.stop)
        goal = driver.Goal(expect_alerts=(Alert.HANDSHAKE_FAILURE,), timeout=20.0)
        run = connect(server.address, goal,
                      schemes=(SignatureScheme.ECDSA_SECP384R1_SHA384,))
        self.assertEqual(run.exit_status, 0, run.connection.failure)

    def test_pkcs1_in_certificate_verify(self):
        """RFC 8446 §4.2.3: offered for certificates, forbidden for handshakes."""
        server = EchoServer("--require-client-cert")
        self.addCleanup(server.stop)
        key = rsa.generate_private_key(65537, 2048)
        _, chain = WORLD.authority.issue("localhost", key)
        goal = driver.Goal(expect_alerts=(Alert.ILLEGAL_PARAMETER,), timeout=20.0)
        run = connect(server.address, goal, chain=chain, key=key, attester=None,
                      misbehaviour=Pkcs1())
        self.assertEqual(run.exit_status, 0, run.connection.failure)


class LiesToServerTest(unittest.TestCase):
    """Each lie of a client gets its answer, and none ends authorized."""

    @classmethod
    def setUpClass(cls):
        cls.servers = {wish: EchoServer("--policy", WORLD.policy(wish))
                       for wish in ("require", "allow")}
        for server in cls.servers.values():
            cls.addClassCleanup(server.stop)
        run = connect(cls.servers["require"].address)
        cls.replayed = run.connection.evidence_sent

    def check(self, name):
        cls = lies.TABLE[name]
        server = self.servers["allow" if name in LENIENT else "require"]
        goal = driver.Goal(timeout=20.0)
        goal.of_misbehaviour(cls.expected)
        if cls.expected == misbehave.COMPLETES:
            goal.send, goal.expect = [b"hello"], [b"hello"]
        elif cls.expected == misbehave.SILENCE:
            goal.timeout = SILENT
        before = len(server.log())
        run = connect(server.address, goal, misbehaviour=cls(self.replayed))
        self.assertEqual(run.exit_status, 0, {
            "alerts": run.connection.alerts_received,
            "failure": run.connection.failure, "connected": run.was_connected})
        if cls.expected != misbehave.COMPLETES:
            self.assertEqual(run.received, b"")
            if name not in LATE and cls.__module__ != after_handshake.__name__:
                self.assertNotIn("granted", server.log()[before:])
        honest = connect(server.address)
        self.assertEqual(honest.exit_status, 0, "an honest client is refused since")


    def test_our_own_key(self):
        """A client that presents the server's own key is a reflection."""
        goal = driver.Goal(expect_alerts=(Alert.ILLEGAL_PARAMETER,), timeout=20.0)
        run = connect(self.servers["require"].address, goal,
                      chain=WORLD.server.chain, key=WORLD.server.key,
                      misbehaviour=Reflector())
        self.assertEqual(run.exit_status, 0, run.connection.alerts_received)


class LiesToClientTest(unittest.TestCase):
    """Each lie of a server gets its answer from adtls."""

    def check(self, name):
        cls = lies.TABLE[name]
        goal = driver.Goal(echo=True, timeout=20.0)
        goal.of_misbehaviour(cls.expected)
        run, ended = serve(goal=goal, misbehaviour=cls())
        self.assertEqual(run.exit_status, 0, {
            "alerts": run.connection.alerts_received, "ended": ended,
            "failure": run.connection.failure, "connected": run.was_connected})
        if cls.expected == misbehave.COMPLETES:
            self.assertEqual(ended.stdout, "hello\n", ended.stderr)
        else:
            self.assertNotEqual(ended.returncode, 0)
            self.assertEqual(ended.stdout, "")

    def test_our_own_key(self):
        """A server that presents the client's own key is a reflection."""
        client = WORLD.client
        goal = driver.Goal(expect_alerts=(Alert.ILLEGAL_PARAMETER,), timeout=20.0)
        run, ended = serve(["--hostname", "device.example"], goal,
                           misbehaviour=Reflector(), chain=client.chain,
                           key=client.key)
        self.assertEqual(run.exit_status, 0, run.connection.alerts_received)
        self.assertIn("reflected-key", ended.stderr)


def _add_tests():
    for name, cls in lies.TABLE.items():
        for role, suite in (("client", LiesToServerTest), ("server", LiesToClientTest)):
            if cls.role in (role, "both"):
                def test(self, name=name):
                    self.check(name)
                setattr(suite, f"test_{name.replace('-', '_')}", test)


_add_tests()


class FormatsTest(unittest.TestCase):
    def test_evidence_of_adtls_is_deterministic(self):
        """Its CMW and claims are what the Python encoder would have made."""
        run, _ = serve()
        payload = run.connection.cmw
        kind, token, indicator = attestation.decode_cmw_record(payload)
        self.assertEqual(attestation.encode_cmw_record(kind, token, indicator),
                         payload)
        claims = evidence.parse(token).claims
        self.assertEqual(claims[evidence.CLAIM_UEID], WORLD.device.ueid)
        self.assertEqual(claims[evidence.CLAIM_MEASUREMENT],
                         [evidence.HASH_SHA256, WORLD.device.measurement])


if __name__ == "__main__":
    unittest.main()
