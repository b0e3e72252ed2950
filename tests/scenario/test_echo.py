# SPDX-License-Identifier: LGPL-2.1-or-later
"""The echo programs as a person runs them: what they print and how they end."""

import hashlib
import json
import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import unittest

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TREE / "interop" / "nss"), str(TREE / "tests" / "peer")]

import relay as relays  # noqa: E402
from credentials import Credentials  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("abs_top_builddir", TREE / "build"),
                        "examples")
REFUSED, USAGE, NETWORK = 1, 2, 3
PATIENCE = 60  # seconds after which a program counts as hung
CREDENTIALS = None


def setUpModule():
    global CREDENTIALS
    folder = tempfile.TemporaryDirectory(prefix="adtls-echo-")
    unittest.addModuleCleanup(folder.cleanup)
    CREDENTIALS = Credentials(folder.name)


def run(program, *arguments):
    return subprocess.run([PROGRAMS / program, *map(str, arguments)],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=PATIENCE, check=False)


def client(port, *arguments, host="127.0.0.1"):
    return run("echo-client", f"{host}:{port}", "--ca", CREDENTIALS.authority,
               "--hostname", "localhost", *arguments)


class Server:
    """An echo-server, stopped at the end of the block; output holds its log."""

    def __init__(self, *arguments, listen="127.0.0.1:0"):
        self.process = subprocess.Popen(
            [PROGRAMS / "echo-server", "--listen", listen,
             "--cert", CREDENTIALS.server,
             "--key", CREDENTIALS.key(CREDENTIALS.server),
             *map(str, arguments)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self.watchdog = threading.Timer(PATIENCE, self.process.kill)
        self.watchdog.start()
        self.listening = self.process.stdout.readline().rstrip("\n")
        self.port = int(self.listening.rpartition(":")[2])
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.finish()

    def finish(self):
        if not self.process.stdout.closed:
            self.output, _ = self.process.communicate()
            self.watchdog.cancel()
        return self.process.returncode


class Echo(unittest.TestCase):
    def assert_echoed(self, done, text):
        self.assertEqual((0, text + "\n", ""),
                         (done.returncode, done.stdout, done.stderr))

    def assert_ended(self, done, status, *words):
        """It printed nothing but one line of complaint, with these words."""
        self.assertEqual(status, done.returncode, done)
        self.assertEqual("", done.stdout)
        self.assertEqual(1, done.stderr.count("\n"), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_default_text(self):
        with Server() as server:
            self.assertRegex(server.listening,
                             r"^listening on 127\.0\.0\.1:\d+$")
            self.assert_echoed(client(server.port), "Hello")

    def test_log_and_exit(self):
        with Server("--once") as server:
            self.assert_echoed(client(server.port, "--send", "Grüße"), "Grüße")
            self.assertEqual(0, server.finish())
        connected, closed = server.output.splitlines()
        self.assertRegex(
            connected, r"^127\.0\.0\.1:\d+ connected: TLS_AES_128_GCM_SHA256, ")
        self.assertIn("closed: closed-by-peer", closed)

    def test_ipv6(self):
        with Server(listen="[::1]:0") as server:
            self.assertRegex(server.listening, r"^listening on \[::1\]:\d+$")
            self.assert_echoed(client(server.port, host="[::1]"), "Hello")

    def test_name_of_several_addresses(self):
        with Server(listen="127.0.0.1:0") as server:
            self.assert_echoed(client(server.port, host="localhost"), "Hello")

    def test_hostname_is_the_host(self):
        with Server() as server:
            self.assert_echoed(
                run("echo-client", f"127.0.0.1:{server.port}",
                    "--ca", CREDENTIALS.authority), "Hello")

    def test_several_clients_at_once(self):
        texts = [f"client {number}" for number in range(8)]
        with Server() as server:
            processes = [
                subprocess.Popen(
                    [PROGRAMS / "echo-client", f"127.0.0.1:{server.port}",
                     "--ca", CREDENTIALS.authority, "--send", text],
                    stdout=subprocess.PIPE, text=True)
                for text in texts]
            outputs = [process.communicate(timeout=PATIENCE)[0]
                       for process in processes]
        self.assertEqual([text + "\n" for text in texts], outputs)
        self.assertEqual(8, server.output.count(" connected: "))

    def test_mtus(self):
        for client_mtu, server_mtu in ((256, 256), (256, 1400), (1400, 256)):
            with self.subTest(client=client_mtu, server=server_mtu), \
                    Server("--mtu", server_mtu) as server:
                self.assert_echoed(client(server.port, "--mtu", client_mtu),
                                   "Hello")

    def test_each_datagram_lost(self):
        for sender in (relays.CLIENT, relays.SERVER):
            for position in range(6):
                with self.subTest(sender=sender, position=position), \
                        Server("--once") as server, \
                        relays.Relay(server.port,
                                     relays.lose(sender, position)) as relay:
                    self.assert_echoed(client(relay.port), "Hello")

    def test_without_cookie(self):
        """A ClientHello with a long name earns a long answer at once."""
        name = ".".join(["long" * 12] * 4) + ".example"
        for option, count in ((["--no-cookie"], 1), ([], 2)):
            with self.subTest(option=option), Server(*option) as server, \
                    relays.Relay(server.port) as relay:
                self.assert_ended(client(relay.port, "--hostname", name),
                                  REFUSED, "certificate-name")
                self.assertEqual(count, len(relay.server_hellos()))
        with Server("--no-cookie") as server:
            self.assert_echoed(client(server.port), "Hello")

    def test_client_certificate(self):
        with Server("--require-client-cert", "--ca",
                    CREDENTIALS.authority) as server:
            self.assert_echoed(
                client(server.port, "--cert", CREDENTIALS.client, "--key",
                       CREDENTIALS.key(CREDENTIALS.client)), "Hello")
            self.assert_ended(client(server.port), REFUSED,
                              "certificate_required")
        self.assertIn("adtls interop client", server.output)
        self.assertIn("closed: certificate-missing", server.output)

    def test_once_ends_with_a_refusal(self):
        with Server("--once", "--require-client-cert", "--ca",
                    CREDENTIALS.authority) as server:
            self.assert_ended(client(server.port), REFUSED)
            self.assertEqual(REFUSED, server.finish())

    def test_untrusted_server(self):
        with Server() as server:
            self.assert_ended(
                run("echo-client", f"127.0.0.1:{server.port}", "--ca",
                    CREDENTIALS.stranger),
                REFUSED, "certificate-untrusted")
        self.assertIn("alert-received", server.output)

    def test_another_name(self):
        with Server() as server:
            self.assert_ended(
                client(server.port, "--hostname", "elsewhere.example"),
                REFUSED, "certificate-name", "elsewhere.example")

    def test_nobody_there(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            # Its port is taken, and it hears nobody but itself.
            deaf.bind(("127.0.0.1", 0))
            deaf.connect(deaf.getsockname())
            self.assert_ended(client(deaf.getsockname()[1]), NETWORK,
                              "Connection refused")

    def test_port_in_use(self):
        with Server() as server:
            done = run("echo-server", "--listen", f"127.0.0.1:{server.port}",
                       "--cert", CREDENTIALS.server,
                       "--key", CREDENTIALS.key(CREDENTIALS.server))
        self.assert_ended(done, NETWORK, "in use")

    def test_key_log(self):
        with tempfile.TemporaryDirectory() as folder:
            logs = [pathlib.Path(folder, name) for name in ("client", "server")]
            with Server("--key-log", logs[1]) as server:
                self.assert_echoed(client(server.port, "--key-log", logs[0]),
                                   "Hello")
            texts = [log.read_text() for log in logs]
            self.assertEqual(0o600, stat.S_IMODE(logs[0].stat().st_mode))
        self.assertEqual(sorted(texts[0].splitlines()),
                         sorted(texts[1].splitlines()))
        self.assertRegex(texts[0], re.compile(
            r"^CLIENT_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]{64} [0-9a-f]{64}$",
            re.M))

    def test_help(self):
        for program in ("echo-client", "echo-server"):
            done = run(program, "--help")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertIn(f"Usage: {program}", done.stdout)
            self.assertIn("--key-log", done.stdout)

    def test_usage(self):
        for program, *arguments in (
                ("echo-client",), ("echo-client", "localhost:1"),
                ("echo-client", "a:1", "b:1", "--ca", "x"),
                ("echo-client", "a:1", "--ca", "x", "--cert", "y"),
                ("echo-client", "a:1", "--ca", "x", "--once"),
                ("echo-server",), ("echo-server", "--listen", "a:1"),
                ("echo-server", "--listen")):
            with self.subTest(program=program, arguments=arguments):
                done = run(program, *arguments)
                self.assertEqual((USAGE, ""), (done.returncode, done.stdout))
                self.assertIn(program, done.stderr)

    def test_bad_arguments(self):
        ca, cert = CREDENTIALS.authority, CREDENTIALS.server
        key = CREDENTIALS.key(cert)
        absent = CREDENTIALS.folder / "absent"
        junk = CREDENTIALS.folder / "junk"
        junk.write_text("junk\n")
        for words, *arguments in (
                ([absent], "--ca", absent),
                ([junk], "--ca", junk),
                ([absent], "--cert", absent, "--key", key),
                ([junk], "--cert", junk, "--key", key),
                ([cert], "--cert", cert, "--key",
                 CREDENTIALS.key(CREDENTIALS.client)),
                (["--mtu", "255"], "--mtu", "255"),
                (["--mtu", "x"], "--mtu", "1200x"),
                (["--priority"], "--priority", "NORMAL:-CIPHER-ALL"),
                ([absent], "--key-log", absent / "log"),
                (["--ueid"], "--attestation-key", key)):
            with self.subTest(arguments=arguments):
                self.assert_ended(
                    run("echo-client", "127.0.0.1:1", "--ca", ca, *arguments),
                    USAGE, *map(str, words))
        self.assert_ended(
            run("echo-server", "--listen", "127.0.0.1:0", "--cert", cert,
                "--key", key, "--policy", absent), USAGE, str(absent))

    def test_bad_addresses(self):
        for address, status in (("[localhost", USAGE), (":5684", USAGE),
                                ("127.0.0.1:port", NETWORK)):
            with self.subTest(address=address):
                self.assert_ended(
                    run("echo-client", address, "--ca", CREDENTIALS.authority),
                    status, address)

    def test_server_survives_junk(self):
        with Server() as server, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for length in range(0, 200, 7):
                stranger.sendto(bytes(length), ("127.0.0.1", server.port))
            self.assert_echoed(client(server.port), "Hello")
            self.assertIsNone(server.process.poll())
        self.assertEqual(-signal.SIGTERM, server.process.returncode)


class Attested(unittest.TestCase):
    """A server with a policy, and clients with Evidence."""

    UEID = "01" + "5a" * 16
    GOOD = hashlib.sha256(b"good").hexdigest()
    OTHER = hashlib.sha256(b"other").hexdigest()

    @classmethod
    def setUpClass(cls):
        folder = CREDENTIALS.folder
        cls.key = folder / "attestation.key"
        cls.policy = folder / "policy.json"
        for arguments in (
                ("--generate-privkey", "--key-type=ecdsa",
                 "--curve=secp256r1", "--outfile", cls.key),
                ("--load-privkey", cls.key, "--pubkey-info", "--outfile",
                 folder / "attestation.pub")):
            subprocess.run(["certtool", "--no-text", *arguments],
                           capture_output=True, check=True)
        cls.policy.write_text(json.dumps({
            "version": 1,
            "peer-attestation": "require",
            "accept-key-binding": ["echo"],
            "trust-anchors": [{"name": "maker", "key-binding": "echo",
                               "public-key-file": "attestation.pub"}],
            "reference-values": [{"software-name": "echo",
                                  "measurement": f"sha-256:{cls.GOOD}"}]}))

    def server(self, *arguments):
        return Server("--policy", self.policy, "--ca", CREDENTIALS.authority,
                      *arguments)

    def attested_client(self, port, measurement, *arguments):
        return client(port, "--cert", CREDENTIALS.client,
                      "--key", CREDENTIALS.key(CREDENTIALS.client),
                      "--attestation-key", self.key, "--ueid", self.UEID,
                      "--software", "echo", "--measurement", measurement,
                      *arguments)

    def test_granted(self):
        for mtu in (256, 1400):
            with self.subTest(mtu=mtu), self.server("--once") as server:
                done = self.attested_client(server.port, self.GOOD,
                                            "--mtu", mtu)
                server.finish()
                self.assertEqual((0, "Hello\n", ""),
                                 (done.returncode, done.stdout, done.stderr))
            log = server.output.splitlines()
            self.assertIn(" connected: ", log[0])
            self.assertIn(self.UEID, log[1])
            self.assertIn("adtls interop client", log[1])
            self.assertIn("closed: closed-by-peer", log[2])

    def test_denied(self):
        with self.server() as server:
            done = self.attested_client(server.port, self.OTHER)
            self.assertEqual((REFUSED, ""), (done.returncode, done.stdout))
            self.assertIn("attestation_failed", done.stderr)
            self.assertEqual(
                0, self.attested_client(server.port, self.GOOD).returncode)
        log = server.output
        for word in ("measurement-mismatch", self.GOOD, self.OTHER, self.UEID):
            self.assertIn(word, log)

    def test_not_offered(self):
        with self.server() as server:
            done = client(server.port, "--cert", CREDENTIALS.client, "--key",
                          CREDENTIALS.key(CREDENTIALS.client))
        self.assertEqual((REFUSED, ""), (done.returncode, done.stdout))
        self.assertIn("attestation_required", done.stderr)
        self.assertIn("closed: attestation-not-offered", server.output)

    def test_bad_arguments(self):
        for option, value in (("--ueid", "5"), ("--ueid", "xy" * 16),
                              ("--ueid", "01"), ("--ueid", "01" * 34),
                              ("--measurement", "ab"),
                              ("--measurement", "+1" * 32),
                              ("--attestation-key", "/dev/null")):
            with self.subTest(option=option, value=value):
                done = self.attested_client(1, self.GOOD, option, value)
                self.assertEqual((USAGE, ""), (done.returncode, done.stdout))
                self.assertIn(value, done.stderr)
                self.assertEqual(1, done.stderr.count("\n"), done.stderr)


if __name__ == "__main__":
    unittest.main()
