# SPDX-License-Identifier: LGPL-2.1-or-later
"""adtls-cli as a person and a script run it: with itself, and with the Python
peer in either role, attested both ways."""

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

PROGRAM = pathlib.Path(os.environ.get("abs_top_builddir", TREE / "build"),
                       "cli", "adtls-cli")
PEER = [sys.executable, TREE / "tests" / "peer" / "peer"]
REFUSED, USAGE, NETWORK = 1, 2, 3
PATIENCE = 60  # seconds after which a program counts as hung
UEID = "01" + "5a" * 16
AES_128 = ["--priority", "NORMAL:-CIPHER-ALL:+AES-128-GCM"]
FIRMWARE = b"the firmware that is known to be good"


def setUpModule():
    global FOLDER
    if not PROGRAM.exists():
        raise unittest.SkipTest(f"{PROGRAM} is not built")
    folder = tempfile.TemporaryDirectory(prefix="adtls-cli-")
    unittest.addModuleCleanup(folder.cleanup)
    FOLDER = pathlib.Path(folder.name)
    subprocess.run([*PEER, "credentials", FOLDER], check=True)
    file("firmware").write_bytes(FIRMWARE)
    file("other").write_bytes(b"other firmware")
    write_policy("policy.json")


def file(name):
    return FOLDER / name


def write_policy(name, **changes):
    policy = {
        "version": 1,
        "accept-key-binding": ["echo"],
        "maximum-evidence-age": 300,
        "trust-anchors": [{"name": "maker", "key-binding": "echo",
                           "public-key-file": "attestation.pub"}],
        "reference-values": [{"software-name": "sensor", "measurement":
                              f"sha-256:{hashlib.sha256(FIRMWARE).hexdigest()}"}],
        **changes}
    file(name).write_text(json.dumps(policy))
    return file(name)


def run(*arguments, stdin=""):
    return subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, text=True,
                          capture_output=True, timeout=PATIENCE, check=False)


def identity(name):
    return ["--ca", file("ca.pem"), "--cert", file(f"{name}.pem"),
            "--key", file(f"{name}.key")]


def attester(firmware="firmware"):
    return [*identity("client"), "--attestation-key", file("attestation.key"),
            "--ueid", UEID, "--software", "sensor",
            "--firmware", file(firmware)]


def connect(port, *arguments, stdin="", host="127.0.0.1"):
    given = [] if "--ca" in arguments else ["--ca", file("ca.pem")]
    return run("connect", f"{host}:{port}", "--name", "localhost", *given,
               *arguments, stdin=stdin)


class Running:
    """A program that serves, stopped at the end of the block."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        self.watchdog = threading.Timer(PATIENCE, self.process.kill)
        self.watchdog.start()
        self.first = self.process.stdout.readline()
        self.port = int(re.search(r":(\d+)\D*$", self.first)[1])
        return self

    def finish(self):
        if not self.process.stdout.closed:
            self.output, self.errors = self.process.communicate()
            self.watchdog.cancel()
        return self.process.returncode

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.finish()


def serve(*arguments, listen="127.0.0.1:0"):
    return Running(PROGRAM, "serve", "--listen", listen, *identity("server"),
                   *arguments)


def python_server(*arguments):
    return Running(*PEER, "server", *identity("server"), "--echo", "--json",
                   *arguments)


def python_client(port, *arguments):
    return subprocess.run(
        [*PEER, "client", f"127.0.0.1:{port}", *map(str, identity("client")),
         "--server-name", "localhost", "--send", "hello", "--expect", "hello",
         "--json", *map(str, arguments)],
        capture_output=True, text=True, timeout=PATIENCE, check=False)


class CommandTest(unittest.TestCase):
    def assert_done(self, done, output, *words):
        """It printed this, and these words on the side."""
        self.assertEqual((0, output), (done.returncode, done.stdout), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def assert_fails(self, done, status, *words):
        """It ended so, and its last line says why."""
        self.assertEqual(status, done.returncode, done)
        last = done.stderr.splitlines()[-1]
        self.assertTrue(last.startswith("adtls-cli: "), done.stderr)
        for word in words:
            self.assertIn(str(word), last)


class Connect(CommandTest):
    def test_what_was_negotiated(self):
        with serve() as server:
            done = connect(server.port, "--echo-once", *AES_128)
        self.assert_done(done, "hello\n", f"- connected to 127.0.0.1:{server.port} ",
                         "- suite: TLS_AES_128_GCM_SHA256\n", "- group: ",
                         "- signature: ECDSA-SECP256R1-SHA256\n",
                         "- peer: CN=localhost\n",
                         "- attestation: the peer asked for no Evidence\n")

    def test_lines_are_records(self):
        with serve("--sink", "--once") as server:
            self.assert_done(connect(server.port, "--linger", 0,
                                     stdin="Grüße\n\nlast"), "")
            self.assertEqual(0, server.finish())
        received = re.findall(r" received: (.*)", server.output)
        self.assertEqual(["Gr\\xc3\\xbc\\xc3\\x9fe", "last"],
                         [text for text in received if text])

    def test_answers_are_lines(self):
        with serve() as server:
            self.assert_done(connect(server.port, stdin="one\ntwo\nthree"),
                             "one\ntwo\nthree\n")

    def test_line_that_fits_no_record(self):
        with serve() as server:
            for length in (2000, 70000):
                self.assert_done(connect(server.port, "--expect", "end",
                                         stdin="x" * length + "\nend\n"), "end\n",
                                 "- not sent: ")

    def test_send_and_expect(self):
        with serve() as server:
            self.assert_done(connect(server.port, "--send", "a", "--expect", "a"),
                             "a\n")
            self.assert_done(connect(server.port, "--send", "b"), "b\n")
            for expected in ("b", "ab"):
                self.assert_fails(connect(server.port, "--send", "a", "--expect",
                                          expected, "--timeout", 1), NETWORK,
                                  f'"{expected}" did not come')

    def test_each_datagram_lost(self):
        """What is lost is repeated, be it of the handshake or of --send."""
        for sender in (relays.CLIENT, relays.SERVER):
            for position in range(6):
                with self.subTest(sender=sender, position=position), \
                        serve() as server, \
                        relays.Relay(server.port,
                                     relays.lose(sender, position)) as relay:
                    self.assert_done(connect(relay.port, "--echo-once", "--timer",
                                             "measured,50"), "hello\n")

    def test_inline_commands(self):
        lines = "^session^\n^statistics^\n^other^\n^close^\nnever\n"
        with serve("--sink", "--once") as server:
            done = connect(server.port, "--inline-commands", stdin=lines)
            server.finish()
        self.assert_done(done, "", "- statistics: datagrams_sent=")
        self.assertEqual(2, done.stderr.count("- suite: "))
        self.assertEqual(["^other^"],
                         re.findall(r" received: (.*)", server.output))

    def test_keys_are_updated(self):
        with serve("--update-keys", "--once") as server:
            self.assert_done(connect(server.port, "--send", "a"), "a\n")
            server.finish()
        self.assertIn(" keys updated\n", server.output)

    def test_commands_are_sent_without_the_option(self):
        with serve() as server:
            self.assert_done(connect(server.port, stdin="^close^\n"), "^close^\n")

    def test_interrupted(self):
        with serve("--once") as server:
            process = subprocess.Popen(
                [PROGRAM, "connect", f"127.0.0.1:{server.port}", "--ca",
                 file("ca.pem"), "--name", "localhost"], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            process.stdin.write("hello\n")
            process.stdin.flush()
            self.assertEqual("hello\n", process.stdout.readline())
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE)
            self.assertEqual(0, server.finish())
        self.assertEqual(0, process.returncode)
        self.assertIn("closed: closed-by-peer", server.output)

    def test_addresses(self):
        with serve(listen="[::1]:0") as server:
            self.assertIn("listening on [::1]:", server.first)
            self.assert_done(connect(server.port, "--echo-once", host="[::1]"),
                             "hello\n")
        with serve() as server:
            self.assert_done(connect(server.port, "--echo-once", host="localhost"),
                             "hello\n")

    def test_names(self):
        ca = file("ca.pem")
        with serve() as server:
            address = f"127.0.0.1:{server.port}"
            self.assert_fails(run("connect", address, "--ca", ca), REFUSED,
                              "certificate-name", "127.0.0.1")
            self.assert_done(run("connect", address, "--ca", ca, "--name", "",
                                 "--echo-once"), "hello\n")
            self.assert_fails(connect(server.port, "--ca",
                                      file("stranger-ca.pem")), REFUSED,
                              "certificate-untrusted")

    def test_the_last_option_wins(self):
        with serve() as server:
            self.assert_done(connect(server.port, "--send", "a", "--send", "b",
                                     "--echo-once"), "b\n")

    def test_settings(self):
        for ours in (["--mtu", 256], ["--timer", "fixed"],
                     ["--timer", "measured,100"], ["--timer", "fixed,50,9"],
                     ["--forgery-limit", 1000],
                     ["--priority", "NORMAL:-GROUP-ALL:+GROUP-X25519"]):
            with self.subTest(ours=ours), serve(*ours) as server:
                done = connect(server.port, "--echo-once", *ours)
                self.assert_done(done, "hello\n")
        self.assertIn("- group: X25519", done.stderr)

    def test_exported_keys_are_the_same(self):
        for length in (1, 16, 8160):
            with self.subTest(length=length), serve(
                    "--export", f"EXPORTER-a,b,{length}") as server:
                done = connect(server.port, "--echo-once", "--export",
                               f"EXPORTER-a,b,{length}")
            ours = re.findall(r"exported: ([0-9a-f]+)\n", done.stderr)
            self.assertEqual(2 * length, len(ours[0]))
            self.assertEqual(ours, re.findall(r" exported: ([0-9a-f]+)\n",
                                              server.output))

    def test_trace_and_key_log(self):
        with serve() as server:
            done = connect(server.port, "--echo-once", "--trace", "--key-log",
                           file("secrets"))
        trace = re.findall(r"^trace \d+\.\d{6} (.*)$", done.stderr, re.M)
        self.assertEqual("send ClientHello", trace[0])
        self.assertIn("connected", trace)
        self.assertIn("closed: closed-locally", trace[-1])
        self.assertEqual(0o600, stat.S_IMODE(file("secrets").stat().st_mode))
        self.assertIn("CLIENT_TRAFFIC_SECRET_0 ", file("secrets").read_text())

    def test_nobody_there(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
            # Its port is taken, and it hears nobody but itself.
            deaf.bind(("127.0.0.1", 0))
            deaf.connect(deaf.getsockname())
            self.assert_fails(connect(deaf.getsockname()[1]), NETWORK,
                              "Connection refused")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            port = silent.getsockname()[1]
            self.assert_fails(connect(port, "--timeout", 1), NETWORK,
                              f"127.0.0.1:{port}", "handshake-timeout")
            self.assert_fails(connect(port, "--timer", "fixed,20,3"), NETWORK,
                              "retransmission-limit")

    def test_json(self):
        with serve() as server:
            done = connect(server.port, "--send", "a", "--expect", "a", "--json",
                           "--export", "EXPORTER-a,4", *AES_128)
        text, line = done.stdout.splitlines()
        summary = json.loads(line)
        self.assertEqual("a", text)
        self.assertEqual(
            (True, 0, "client", "CN=localhost", "none", None),
            tuple(summary[name] for name in (
                "connected", "exit_status", "role", "identity", "authorization",
                "verdict")))
        self.assertEqual("TLS_AES_128_GCM_SHA256", summary["parameters"]["suite"])
        self.assertEqual((100, "closed-locally"), (summary["closing"]["code"],
                                                   summary["closing"]["reason"]))
        self.assertIn(f"- exported: {summary['exported']}\n", done.stderr)
        self.assertGreater(summary["statistics"]["bytes_sent"], 0)

    def test_json_of_a_failure(self):
        with serve("--require-client-cert") as server:
            done = connect(server.port, "--json")
        summary = json.loads(done.stdout)
        self.assertEqual((REFUSED, REFUSED), (done.returncode,
                                              summary["exit_status"]))
        self.assertEqual("alert-received", summary["closing"]["reason"])
        self.assertIn("certificate_required", summary["closing"]["detail"])


class Serve(CommandTest):
    def test_a_line_for_each_event(self):
        with serve("--require-client-cert", "--statistics", *AES_128) as server:
            self.assert_done(connect(server.port, "--echo-once",
                                     *identity("client")), "hello\n")
            self.assert_fails(connect(server.port), REFUSED,
                              "certificate_required")
        self.assertEqual(0, server.process.returncode)
        lines = [re.sub(r"^127\.0\.0\.1:\d+ ", "", line)
                 for line in server.output.splitlines()]
        self.assertRegex(lines[0], "^connected: TLS_AES_128_GCM_SHA256, .*CN=client$")
        self.assertIn("closed: closed-by-peer: ", lines[1])
        self.assertIn("statistics: datagrams_sent=", lines[2])
        self.assertIn("closed: certificate-missing: ", lines[3])
        self.assertEqual(5, len(lines))

    def test_several_clients(self):
        texts = [f"client {number}" for number in range(8)]
        with serve() as server:
            processes = [
                subprocess.Popen(
                    [PROGRAM, "connect", f"127.0.0.1:{server.port}", "--ca",
                     file("ca.pem"), "--name", "localhost", "--send", text,
                     "--echo-once"], stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL, text=True)
                for text in texts]
            outputs = [process.communicate(timeout=PATIENCE)[0]
                       for process in processes]
        self.assertEqual([text + "\n" for text in texts], outputs)
        self.assertEqual(8, server.output.count(" connected: "))

    def test_once(self):
        with serve("--once") as server:
            connect(server.port, "--echo-once")
            self.assertEqual(0, server.finish())
        with serve("--once", "--require-client-cert") as server:
            connect(server.port)
            self.assertEqual(REFUSED, server.finish())
        with serve("--once") as server:
            connect(server.port, "--ca", file("stranger-ca.pem"))
            self.assertEqual(REFUSED, server.finish())

    def test_json(self):
        with serve("--json", "--once") as server:
            connect(server.port, "--echo-once")
            server.finish()
        self.assertEqual({"event": "listening",
                          "address": f"127.0.0.1:{server.port}"},
                         json.loads(server.first))
        summary = json.loads(server.output)
        self.assertEqual(("connection", "server", "closed-by-peer"),
                         (summary["event"], summary["role"],
                          summary["closing"]["reason"]))
        self.assertIn(f"{summary['peer']} connected: ", server.errors)

    def test_port_in_use(self):
        with serve() as server:
            done = run("serve", "--listen", f"127.0.0.1:{server.port}",
                       *identity("server"))
        self.assert_fails(done, NETWORK, "in use")

    def test_without_cookie(self):
        """A long ClientHello is answered at once."""
        name = ".".join(["long" * 12] * 4) + ".example"
        for option, retried in (["--no-cookie"], False), ([], True):
            with self.subTest(option=option), serve(*option) as server:
                done = run("connect", f"127.0.0.1:{server.port}", "--ca",
                           file("ca.pem"), "--name", name, "--json")
                summary = json.loads(done.stdout)
                self.assertEqual("certificate-name", summary["closing"]["reason"])
                self.assertEqual(retried,
                                 summary["parameters"]["hello_retry_request"])


class Resumed(CommandTest):
    """Tickets, each for one use, from one process to the next."""

    def ask(self, server, *words, stdin=""):
        return connect(server.port, "--send", "a", "--expect", "a", "--json",
                       *words, stdin=stdin)

    def parameters(self, done):
        self.assertEqual(0, done.returncode, done.stderr)
        # What was received goes before the line.
        return json.loads(done.stdout.splitlines()[-1])

    def test_a_ticket_takes_the_certificates_place(self):
        ticket = file("ticket")
        with serve("--require-client-cert") as server:
            for resumed in (False, True, True):
                done = self.ask(server, "--resume", ticket, "--save-ticket", ticket,
                                *identity("client"))
                connection = self.parameters(done)
                self.assertEqual(resumed, connection["parameters"]["resumed"])
                self.assertEqual("CN=localhost", connection["identity"])
                self.assertIn(f"- ticket saved to {ticket}\n", done.stderr)
                self.assertEqual(0o600, stat.S_IMODE(ticket.stat().st_mode))
        self.assertEqual(2, len(re.findall(" connected: .*, ticket, CN=client\n",
                                           server.output)))

    def test_a_ticket_is_for_one_use(self):
        ticket = file("once")
        with serve() as server:
            self.parameters(self.ask(server, "--save-ticket", ticket))
            self.assertTrue(self.parameters(self.ask(server, "--resume", ticket))
                            ["parameters"]["resumed"])
            self.assertFalse(ticket.exists())
            self.assertFalse(self.parameters(self.ask(server, "--resume", ticket))
                             ["parameters"]["resumed"])

    def test_a_server_without_the_key(self):
        """The handshake is whole in the same attempt."""
        ticket = file("elsewhere")
        with serve() as server:
            self.parameters(self.ask(server, "--save-ticket", ticket))
        with serve() as server:
            self.assertFalse(self.parameters(self.ask(server, "--resume", ticket))
                             ["parameters"]["resumed"])

    def test_what_is_no_ticket(self):
        ticket = file("no-ticket")
        ticket.write_bytes(b"ATKT\1")
        self.assert_fails(connect(1, "--resume", ticket), USAGE, "--resume",
                          str(ticket))


class PreShared(CommandTest):
    """Keys agreed on elsewhere."""

    def setUp(self):
        self.key = file("psk.hex")
        self.key.write_text("00112233445566778899aabbccddeeff\n")
        self.psk = ["--psk-identity", "sensor-7", "--psk-key-file", self.key]

    def ask(self, server, *words):
        return run("connect", f"127.0.0.1:{server.port}", "--send", "a",
                   "--expect", "a", *words)

    def test_without_certificates(self):
        with Running(PROGRAM, "serve", "--listen", "127.0.0.1:0",
                     *self.psk) as server:
            done = self.ask(server, *self.psk)
            self.assert_done(done, "a\n", "- peer: psk:sensor-7\n")
        self.assertRegex(server.output, "connected: .*, pre-shared key, psk:sensor-7\n")

    def test_beside_certificates(self):
        with serve(*self.psk) as server:
            self.assert_done(self.ask(server, *self.psk), "a\n", "psk:sensor-7")
            self.assert_done(connect(server.port, "--send", "a", "--expect", "a"),
                             "a\n", "- peer: CN=localhost\n")

    def test_wrong_key(self):
        other = file("other.hex")
        other.write_text("ff" * 16)
        with serve(*self.psk, "--once") as server:
            done = self.ask(server, "--psk-identity", "sensor-7", "--psk-key-file",
                            other, "--timeout", "1")
            self.assertNotEqual(0, done.returncode)
            self.assertEqual(REFUSED, server.finish())
        self.assertIn("closed: bad-binder: ", server.output)


class Attested(CommandTest):
    def serve(self, *arguments):
        return serve("--policy", file("policy.json"), *arguments)

    def test_granted(self):
        digest = hashlib.sha256(FIRMWARE).hexdigest()
        measured = [*attester()[:-2], "--measurement", digest]
        for arguments in attester(), measured:
            with self.serve("--export", "EXPORTER-a,4") as server:
                done = connect(server.port, "--echo-once", "--require-attestation",
                               "--export", "EXPORTER-a,4", *arguments)
            self.assert_done(done, "hello\n",
                             "- attestation: the peer asked for our Evidence")
            self.assertIn(f"device ueid:{UEID} (CN=client) granted", server.output)
            exported = re.search(r"- (exported: .*)", done.stderr)[1]
            self.assertIn(exported, server.output)

    def test_each_check_is_shown(self):
        with self.serve("--print-verdict", "--json", "--once") as server:
            done = connect(server.port, "--linger", 5, *attester("other"))
            self.assertEqual(REFUSED, server.finish())
        self.assert_fails(done, REFUSED, "attestation_failed")
        good, bad = (hashlib.sha256(file(name).read_bytes()).hexdigest()
                     for name in ("firmware", "other"))
        self.assertIn(f" check measurement: measurement-mismatch: expected "
                      f"sha-256:{good}, got sha-256:{bad}\n", server.errors)
        self.assertIn(" check binder: passed: ", server.errors)
        summary = json.loads(server.output)
        self.assertEqual(("denied", "measurement-mismatch"),
                         (summary["authorization"], summary["verdict"]["reason"]))
        self.assertIn({"claim": "measurement", "reason": "measurement-mismatch",
                       "expected": f"sha-256:{good}", "got": f"sha-256:{bad}"},
                      summary["verdict"]["checks"])

    def test_not_offered(self):
        with self.serve() as server:
            self.assert_fails(connect(server.port, *identity("client")), REFUSED,
                              "attestation_required")
        self.assertIn("closed: attestation-not-offered", server.output)

    def test_not_taken(self):
        with serve() as server:
            self.assert_done(connect(server.port, "--echo-once", *attester()),
                             "hello\n", "asked for no Evidence")
            self.assert_fails(connect(server.port, "--require-attestation",
                                      *attester()), REFUSED,
                              "attestation-not-negotiated")


class PythonPeer(CommandTest):
    """What adtls-cli says of a connection, the other side has seen too."""

    def test_plain_server(self):
        with python_server() as server:
            self.assert_done(connect(server.port, "--echo-once"), "hello\n")
            server.finish()
        self.assertTrue(json.loads(server.output)["connected"])

    def test_attested_server(self):
        with python_server("--evidence-anchor", file("attestation.pub")) as server:
            done = connect(server.port, "--echo-once", "--json", *attester())
            server.finish()
        seen = json.loads(server.output)
        self.assertTrue(seen["verdict"]["granted"], seen)
        parameters = json.loads(done.stdout.splitlines()[-1])["parameters"]
        self.assertEqual(seen["hello_retry_request"],
                         parameters["hello_retry_request"])
        self.assertTrue(parameters["sends_evidence"])

    def test_server_that_refuses(self):
        with python_server("--evidence-anchor", file("attestation.pub"),
                           "--reference-measurement", "00" * 32) as server:
            done = connect(server.port, "--linger", 5, *attester())
            server.finish()
        self.assert_fails(done, REFUSED, "alert-received", "attestation_failed")
        self.assertFalse(json.loads(server.output)["verdict"]["granted"])

    def test_plain_client(self):
        with serve("--once", "--json") as server:
            done = python_client(server.port)
            self.assertEqual(0, server.finish())
        self.assertEqual(0, done.returncode, done.stderr)
        summary = json.loads(server.output)
        self.assertEqual(json.loads(done.stdout)["hello_retry_request"],
                         summary["parameters"]["hello_retry_request"])

    def attested_client(self, measurement):
        policy = write_policy("python.json", **{"reference-values": [
            {"software-name": "sensor", "measurement":
             f"sha-256:{hashlib.sha256(FIRMWARE).hexdigest()}"}]})
        with serve("--once", "--json", "--policy", policy) as server:
            done = python_client(server.port, "--evidence-key",
                                 file("attestation.key"), "--ueid", UEID,
                                 "--software-name", "sensor", "--measurement",
                                 measurement)
            status = server.finish()
        return done, status, json.loads(server.output)

    def test_attested_client(self):
        done, status, summary = self.attested_client(
            hashlib.sha256(FIRMWARE).hexdigest())
        self.assertEqual((0, 0), (done.returncode, status), done.stderr)
        self.assertEqual(("granted", f"ueid:{UEID}"),
                         (summary["authorization"], summary["verdict"]["device"]))
        binder, = (check for check in summary["verdict"]["checks"]
                   if check["claim"] == "binder")
        self.assertEqual(json.loads(done.stdout)["binder"], binder["got"])

    def test_client_that_is_refused(self):
        done, status, summary = self.attested_client("00" * 32)
        self.assertEqual((3, REFUSED), (done.returncode, status), done.stderr)
        self.assertEqual("measurement-mismatch", summary["closing"]["reason"])

    def test_client_that_lies(self):
        with serve("--once", "--policy", file("policy.json")) as server:
            python_client(server.port, "--evidence-key", file("attestation.key"),
                          "--misbehave", "evidence-wrong-binder")
            self.assertEqual(REFUSED, server.finish())
        self.assertIn("binder-mismatch", server.output)


class Inform(CommandTest):
    def test_priorities(self):
        done = run("priorities")
        self.assert_done(done, done.stdout)
        self.assertEqual(done.stdout, run("priorities", re.match(
            r"string: (\S+)\n", done.stdout)[1]).stdout)
        for category in ("groups", "signatures", "versions", "suites"):
            self.assertRegex(done.stdout, f"(?m)^{category}: ")
        done = run("priorities", "NORMAL:-GROUP-ALL:+GROUP-X25519")
        self.assertRegex(done.stdout, "(?m)^groups: X25519$")
        self.assert_fails(run("priorities", "NORMAL:-GROUP-ALL"), REFUSED, "group")
        self.assert_fails(run("priorities", "NORMAL:+NOTHING"), REFUSED, "NOTHING")

    def test_policy(self):
        done = run("policy", "check", file("policy.json"))
        self.assert_done(done, done.stdout)
        for line in ("peer-attestation: require", "accept-key-binding: echo",
                     "maximum-evidence-age: 300 s", "grant-lifetime: 86400 s"):
            self.assertIn(line + "\n", done.stdout)
        self.assertIn('trust anchor "maker": echo; any device; ', done.stdout)
        self.assertIn(f'reference value "sensor": sha-256:'
                      f'{hashlib.sha256(FIRMWARE).hexdigest()}\n', done.stdout)

    def test_bad_policies(self):
        bad = write_policy("bad.json", **{"maximum-evidence-age": 0})
        self.assert_fails(run("policy", "check", bad), REFUSED, bad,
                          "maximum-evidence-age: ")
        self.assert_fails(run("policy", "check", file("absent")), USAGE,
                          file("absent"), "No such file")

    def test_reasons(self):
        header = (TREE / "lib/include/adtls/error.h").read_text()
        defined = dict(re.findall(r"ADTLS_REASON_(\w+) = (\d+)", header))
        done = run("reasons")
        listed = re.findall(r"^ *(\d+)  ([a-z-]+) +\S.*\.$", done.stdout, re.M)
        self.assertEqual({(code, name.lower().replace("_", "-"))
                          for name, code in defined.items()}, set(listed))
        self.assertEqual(len(done.stdout.splitlines()), len(listed))

    def test_version(self):
        self.assertRegex(run("--version").stdout, r"^adtls-cli \d+\.\d+\.\d+\n$")


class CommandLine(CommandTest):
    COMMANDS = ("connect", "serve", "priorities", "policy", "reasons")

    def test_help(self):
        self.assertIn("connect", run("--help").stdout)
        for command in self.COMMANDS:
            done = run(command, "--help")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertIn(f"Usage: adtls-cli {command}", done.stdout)

    def test_man_page_has_every_option(self):
        page = (TREE / "cli" / "adtls-cli.1").read_text()
        for command in self.COMMANDS:
            self.assertIn(f".Cm {command}", page)
            for option in re.findall(r"^  --(\S+)", run(command, "--help").stdout,
                                     re.M):
                self.assertIn(f"Fl -{option}", page)

    def test_wrong_usage(self):
        for arguments in (
                [], ["dance"], ["connect"], ["connect", "a", "b", "--ca", "c"],
                ["connect", "a"], ["connect", "a", "--ca"],
                ["connect", "a", "--ca", "c", "--policy", "p"],
                ["connect", "a", "--ca", "c", "--echo-once", "--expect", "x"],
                ["serve"], ["serve", "--cert", "c"], ["serve", "--key", "k"],
                ["serve", "x", "--cert", "c", "--key", "k"],
                ["serve", "--cert", "c", "--key", "k", "--send", "x"],
                ["priorities", "a", "b"], ["policy"], ["policy", "check"],
                ["policy", "burn", "x"], ["reasons", "x"]):
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual((USAGE, ""), (done.returncode, done.stdout))
                self.assertIn("--help", done.stderr)

    def test_bad_arguments(self):
        """Each is named by its option or file."""
        absent, junk = file("absent"), file("junk")
        junk.write_text("junk\n")
        bad_policy = write_policy("bad.json", version=2)
        pem, key = file("client.pem"), file("client.key")

        def command(name, operands, given, changes):
            words = [name, *operands]
            for option, value in {**given, **changes}.items():
                if value is not None:
                    words += ["--" + option.replace("_", "-"), value]
            return [word for word in words if word is not True]

        def client(address="127.0.0.1:1", **changes):
            return command("connect", [address], {"ca": file("ca.pem")}, changes)

        def device(**changes):
            return client(**{
                "cert": pem, "key": key, "software": "sensor", "ueid": UEID,
                "attestation_key": file("attestation.key"),
                "firmware": file("firmware"), **changes})

        def server(**changes):
            return command("serve", [], {"listen": "127.0.0.1:0",
                                         "cert": file("server.pem"),
                                         "key": file("server.key")}, changes)

        for words, arguments in (
                (["--ca", absent, "No such file"], client(ca=absent)),
                (["--ca", junk], client(ca=junk)),
                (["--cert", absent], client(cert=absent, key=key)),
                (["--key", absent], client(cert=pem, key=absent)),
                (["--cert", junk], client(cert=junk, key=key)),
                ([pem, file("server.key")],
                 client(cert=pem, key=file("server.key"))),
                (["--cert", "--key"], client(key=key)),
                (["--mtu", '"255"'], client(mtu=255)),
                (["--mtu", '"1200x"'], client(mtu="1200x")),
                (["--timer", '"slow"'], client(timer="slow")),
                (["--timer", '"9"'], client(timer="fixed,9")),
                (["--timer", '""'], client(timer="fixed,")),
                (["--timer", '"2,"'], client(timer="fixed,10,2,")),
                (["--timeout", '"0"'], client(timeout=0)),
                (["--forgery-limit", '"0"'], client(forgery_limit=0)),
                (["--linger", '"-1"'], client(linger=-1)),
                (["--export", '"16"'], client(export="16")),
                (["--export", '"0"'], client(export="a,0")),
                (["--export", '"8161"'], client(export="a,8161")),
                (["--export", "240"], client(export="a" * 241 + ",1")),
                (["--priority", "group"], client(priority="NORMAL:-GROUP-ALL")),
                (["CCM_8", "forgery"],
                 client(priority="NORMAL:+AES-128-CCM-8")),
                (["--key-log", absent], client(key_log=absent / "log")),
                (["--ueid"], client(attestation_key=key)),
                (["--attestation-key"], client(require_attestation=True)),
                (["--ueid", '"5"'], device(ueid="5")),
                (["--ueid", "hexadecimal"], device(ueid="xy" * 8)),
                (["--ueid", "7 to 33"], device(ueid="01" * 34)),
                (["--firmware", absent], device(firmware=absent)),
                (["--measurement", "--firmware"], device(measurement="00" * 32)),
                (["--measurement", "32"],
                 device(firmware=None, measurement="00")),
                (["--attestation-key", junk], device(attestation_key=junk)),
                (["--attestation-key", absent], device(attestation_key=absent)),
                (["--policy", absent], server(policy=absent)),
                (["--policy", bad_policy, "version: "],
                 server(ca=file("ca.pem"), policy=bad_policy)),
                (["trust anchor"], server(policy=file("policy.json"))),
                (["trust anchor"], server(require_client_cert=True)),
                (['"[::1"'], client("[::1")), (['":5684"'], client(":5684"))):
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual("", done.stdout)
                self.assertEqual(1, done.stderr.count("\n"), done.stderr)
                self.assert_fails(done, USAGE, *words)

    def test_bad_names(self):
        for address in ("127.0.0.1:port", "nowhere.invalid"):
            self.assert_fails(run("connect", address, "--ca", file("ca.pem")),
                              NETWORK, address)


if __name__ == "__main__":
    unittest.main()
