#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""adtls under libcoap: its own examples, unchanged, and two programs that also
ask what <adtls/coap.h> tells."""

import os
import pathlib
import re
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import coap_case
import harness
from coap_case import CLIENT, SERVER, CoapTest, attested, client
from harness import BUILD, Process, free_port

NOTLS = "libcoap_3-notls_la-coap_notls.o"
setUpModule = coap_case.setUpModule


def symbols(file, *options):
    """Pairs of type and name."""
    output = subprocess.run(["nm", *options, file], check=True, text=True,
                            capture_output=True).stdout
    return {(words[-2], words[-1]) for words in map(str.split, output.splitlines())
            if len(words) >= 2}


def uses_engine(program):
    return any(kind == "U" and name.startswith("adtls_engine_receive")
               for kind, name in symbols(program))


class LinkTest(unittest.TestCase):
    """Who links without noticing gets no DTLS at all: so look."""

    def archive(self):
        folder = subprocess.run(
            ["pkg-config", "--variable=libdir", "libcoap-3-notls"], check=True,
            text=True, capture_output=True).stdout.strip()
        return pathlib.Path(folder) / "libcoap-3-notls.a"

    def backend_symbols(self):
        return {name for kind, name in symbols(BUILD / "coap/libadtls-coap.a", "-g")
                if kind == "T" and name.startswith("coap_")}

    def test_takes_the_place_of_the_whole_object(self):
        output = subprocess.run(["nm", "-g", "--defined-only", self.archive()],
                                check=True, text=True, capture_output=True).stdout
        section = output.split(f"{NOTLS}:\n")[1].split("\n\n")[0]
        wanted = {line.split()[-1] for line in section.splitlines()}
        self.assertTrue(wanted)
        self.assertEqual(self.backend_symbols(), wanted)

    def test_programs_hold_our_symbols(self):
        for program in (CLIENT, SERVER):
            # Of a libtool wrapper the program itself is meant.
            real = program.parent / ".libs" / program.name
            found = symbols(real if real.exists() else program)
            with self.subTest(program.name):
                for name in self.backend_symbols():
                    self.assertIn(("T", name), found)
                self.assertTrue(uses_engine(real if real.exists() else program))


class StockTest(CoapTest):
    """The examples as Debian ships them, built by their own Makefile."""

    @classmethod
    def setUpClass(cls):
        if not harness.EXAMPLES.exists():
            raise unittest.SkipTest(f"no {harness.EXAMPLES}")
        folder = pathlib.Path(tempfile.mkdtemp(dir=coap_case.FOLDER))
        cls.installation = harness.Installation(folder)
        cls.examples = cls.installation.build_examples(folder)

    def setUp(self):
        self.port = free_port(2)
        # With certificates and PSKs at once, as a gateway that knows both.
        options = [*self.stock_options(coap_case.CREDENTIALS.server), "-d", "10",
                   "-k", "secret", "-h", "nobody hears this"]
        self.server = self.start("coap-server", "-A", "127.0.0.1", "-p", self.port,
                                 "-v", "7", *options)
        self.addCleanup(self.end, self.server)
        self.server.wait_for("created DTLS endpoint")

    def stock_options(self, certificate_and_key):
        certificate, key = certificate_and_key
        return ["-c", certificate, "-j", key, "-C", coap_case.CREDENTIALS.ca]

    def start(self, program, *words):
        return Process("env", f"LD_LIBRARY_PATH={self.installation.lib}",
                       self.examples / program, *words)

    def ask(self, path, *words, port=None):
        return self.start(
            "coap-client", *self.stock_options(coap_case.CREDENTIALS.client), *words,
            f"coaps://127.0.0.1:{port or self.port + 1}/{path}")

    def test_holds_our_symbols(self):
        for program in ("coap-client", "coap-server"):
            found = symbols(self.examples / program)
            self.assertIn(("T", "coap_dtls_new_context"), found)
            self.assertTrue(uses_engine(self.examples / program))

    def test_the_trap(self):
        """A program that names no DTLS function: linked without the script it
        silently gets none, and with it, it gets ours."""
        program, source = coap_case.FOLDER / "trap", coap_case.FOLDER / "trap.c"
        source.write_text("#include <coap3/coap.h>\n"
                          "int main(void) { return !coap_new_context(NULL); }\n")
        with_script = subprocess.run(
            ["pkg-config", "--libs", "libcoap-3-adtls"], check=True, text=True,
            capture_output=True, env=self.installation.environment()).stdout.split()
        without = [f"-L{self.installation.lib}", "-ladtls-coap",
                   "-l:libcoap-3-notls.a", "-ladtls", "-lgnutls"]
        for libraries, expected in ((with_script, True), (without, False)):
            subprocess.run([*harness.compiler(), "-D_GNU_SOURCE", source, "-o",
                            program, *libraries], check=True, capture_output=True)
            self.assertEqual(uses_engine(program), expected, libraries)

    def test_get(self):
        with self.ask("") as process:
            self.assertIn("test server made with libcoap", self.finish(process))

    def test_without_a_ca(self):
        """Its own callback, which takes all, is all that decides: that is said."""
        certificate, key = coap_case.CREDENTIALS.client
        with self.start("coap-client", "-c", certificate, "-j", key,
                        f"coaps://127.0.0.1:{self.port + 1}/") as process:
            output = self.finish(process)
        self.assertIn("only validate_cn_call_back decides", output)

    def test_raw_public_keys(self):
        port = free_port(2)
        _, key = coap_case.CREDENTIALS.server
        server = self.start("coap-server", "-A", "127.0.0.1", "-p", port, "-v", "7",
                            "-M", key)
        self.addCleanup(self.end, server)
        server.wait_for("created DTLS endpoint")
        _, key = coap_case.CREDENTIALS.client
        with self.start("coap-client", "-M", key,
                        f"coaps://127.0.0.1:{port + 1}/") as process:
            self.assertIn("test server made with libcoap", self.finish(process))
        server.wait_for("peer 'sha256:")

    def ask_by_psk(self, key, identity, port=None):
        return self.start("coap-client", "-k", key, "-u", identity,
                          f"coaps://127.0.0.1:{port or self.port + 1}/")

    def test_psk(self):
        with self.ask_by_psk("secret", "me") as process:
            self.assertIn("test server made with libcoap", self.finish(process))
        self.server.wait_for("adtls: established, peer 'psk:me'")

    def test_wrong_psk(self):
        # The client waits for an answer that it can believe.
        with self.ask_by_psk("guess", "me") as process:
            self.server.wait_for("bad-binder")
            process.kill()

    def test_psk_only(self):
        port = free_port(2)
        server = self.start("coap-server", "-A", "127.0.0.1", "-p", port, "-v", "7",
                            "-k", "secret")
        self.addCleanup(self.end, server)
        server.wait_for("created DTLS endpoint")
        with self.ask_by_psk("secret", "me", port + 1) as process:
            self.assertIn("test server made with libcoap", self.finish(process))

    def test_blockwise(self):
        body = os.urandom(10000).hex()
        (coap_case.FOLDER / "body").write_text(body)
        with self.ask("body", "-m", "put", "-b", "1024", "-f",
                      coap_case.FOLDER / "body") as process:
            self.finish(process)
        with self.ask("body", "-m", "get", "-b", "1024", "-o",
                      coap_case.FOLDER / "answer") as process:
            self.finish(process)
        self.assertEqual((coap_case.FOLDER / "answer").read_text().rstrip("\n"), body)

    def test_observe_confirmable(self):
        with self.ask("time", "-s", "3", "-v", "7") as process:
            output = self.finish(process)
        notifications = re.findall(r"t:CON c:2\.05.*Observe", output)
        self.assertGreaterEqual(len(notifications), 2, output)

    def test_twelve_processes_with_loss(self):
        for loss in ("0.05", "0.1"):
            port = self.relay_to(self.port + 1, "--loss", loss, "--seed", "7")
            clients = [self.ask("", port=port) for _ in range(6)]
            for process in clients:
                with process:
                    self.assertIn("test server made with libcoap",
                                  self.finish(process))


class SessionTest(CoapTest):
    def test_handler_knows_its_peer(self):
        _, port = self.serve()
        output = self.run_client(port, "get=identity")
        self.assertIn("identity=CN=device-1 certificate=1 authorization=0 "
                      "software= granted=0 received=1", output)

    def test_many_sessions_in_one_process(self):
        _, port = self.serve()
        output = self.run_client(port, "--sessions", "40", "get=identity",
                                 "get=sessions")
        self.assertEqual(len(re.findall(r"^answer \d+ 2\.05 identity=CN=device-1 ",
                                        output, re.M)), 40)
        self.assertIn("now=40", output)

    def test_own_poll_loop_and_lost_hello(self):
        _, port = self.serve("--own-loop")
        port = self.relay_to(port, "--drop-to-server", "1")
        self.run_client(port, "--own-loop", "get=identity")

    def test_blockwise_in_datagrams_of_any_size(self):
        letters = "abcdefghijklmnopqrstuvwxyz"
        body = (letters * (20000 // 26 + 1))[:20000]
        for mtu in (256, 512, 1472):
            with self.subTest(mtu=mtu):
                _, port = self.serve("--mtu", mtu)
                with Recorder(port) as recorder:
                    output = self.run_client(recorder.port, "--mtu", mtu,
                                             "get=large")
                self.assertIn(f"answer 0 2.05 {body}\n", output)
                self.assertLessEqual(max(map(len, recorder.sent)), mtu)
                self.assertLessEqual(max(map(len, recorder.received)), mtu)
                self.assertGreater(max(map(len, recorder.received)), mtu // 2)

    def test_leave_within_an_answer(self):
        server, port = self.serve()
        self.run_client(port, "--sessions", "3", "leave=identity")
        for _ in range(3):
            server.wait_for("outcome closed closed-by-peer")

    def test_observe(self):
        server, port = self.serve()
        output = self.run_client(port, "observe=count", "heard=5")
        self.assertGreaterEqual(len(re.findall("^answer 0 2.05", output, re.M)), 5)
        server.wait_for("outcome closed")

    def test_each_datagram_lost(self):
        server, port = self.serve()
        clients = []
        for way in ("--drop-to-server", "--drop-to-client"):
            for number in range(1, 8):
                through = self.relay_to(port, way, number)
                clients.append((way, number, client(through, "get=identity")))
        for way, number, process in clients:
            with self.subTest(way=way, number=number), process:
                self.finish(process)


class LaterTest(CoapTest):
    """What a peer may do after the handshake is not libcoap's business."""

    def ask(self, port):
        certificate, key = coap_case.CREDENTIALS.client
        with Process(BUILD / "tests/coap/session_client", port,
                     coap_case.CREDENTIALS.ca, certificate, key,
                     "identity") as process:
            return self.finish(process)

    def test_key_updates_and_tickets(self):
        server, port = self.serve()
        output = self.ask(port)
        # Who resumes is known, without a certificate.
        first, _, second = output.partition("resumed")
        self.assertEqual(first.count("identity=CN=device-1 certificate=1"), 3)
        self.assertEqual(second.count("identity=CN=device-1 certificate=0"), 3)
        server.wait_for("outcome established none alert=none identity=CN=device-1")
        server.wait_for("outcome established resumed none alert=none "
                        "identity=CN=device-1")

    def test_libcoap_resumes(self):
        """Where nobody is to be asked about the peer again."""
        _, port = self.serve()
        words = ["get=identity", "disconnect", "get=identity"]
        output = self.run_client(port, *words)
        self.assertIn("outcome established resumed", output)
        self.assertEqual(output.count("identity=CN=device-1 "), 2)
        output = self.run_client(port, "--refuse", "elsewhere", *words)
        self.assertEqual(output.count("outcome established none"), 2)
        self.assertEqual(output.count("callback cn=localhost"), 2)

    def test_no_tickets_where_a_callback_is_to_be_asked(self):
        server, port = self.serve("--refuse", "device-2")
        output = self.ask(port)
        self.assertIn("no ticket", output)
        self.assertEqual(output.count("identity=CN=device-1"), 3)


class EndTest(CoapTest):
    """Sessions end in order, by a crash, and by a successor."""

    def test_client_closes(self):
        server, port = self.serve()
        output = self.run_client(port, "get=identity", "disconnect")
        self.assertIn("outcome closed closed-locally", output)
        self.assertIn("alert=received:close_notify",
                      server.wait_for("outcome closed closed-by-peer"))

    def test_server_closes_within_a_request(self):
        server, port = self.serve()
        with client(port, "get=close", "get=identity") as process:
            output = self.finish(process, 1)
        server.wait_for("outcome closed closed-locally")
        self.assertIn("outcome closed closed-by-peer alert=received:close_notify",
                      output)
        # libcoap connects again for the next request.
        self.assertIn("identity=CN=device-1", output)
        self.assertEqual(output.count("outcome established"), 2)

    def test_server_restarts(self):
        server, port = self.serve()
        with client(port, "get=identity", "read", "get=identity") as process:
            process.wait_for("answer 0 2.05")
            server.kill()
            process.tell()
            # libcoap hears from the system that nobody is there.
            process.wait_for("failure")
            self.serve(port=port)
            process.wait_for("answer 0 2.05")
            self.finish(process)

    def test_client_starts_anew_from_its_port(self):
        server, port = self.serve()
        own = free_port()
        words = ["--bind-port", own, "get=identity", "read", "get=identity"]
        with client(port, *words) as first:
            first.wait_for("answer 0 2.05")
            first.kill()
        with client(port, *words) as second:
            second.wait_for("answer 0 2.05")
            self.assertIn("started a new connection",
                          server.wait_for("outcome closed"))
            second.tell()
            self.finish(second)

    def test_client_starts_anew_at_a_changed_server(self):
        """The callbacks of the new connection's configuration are asked."""
        _, port = self.serve("--refuse", "elsewhere", "--refuse-later", "device-1")
        words = ["--bind-port", free_port()]
        with client(port, *words, "get=renew", "read") as first:
            first.wait_for("renewed")
            first.kill()
        with client(port, *words, "get=identity") as second:
            self.assertIn("alert=received:access_denied", self.finish(second, 1))

    def test_client_starts_anew_within_its_handshake(self):
        """Nobody waits for what the client has forgotten."""
        server, port = self.serve()
        with Recorder(port) as recorder:
            recorder.most_to_client = 1  # HelloRetryRequest
            with client(recorder.port, "get=identity") as first:
                self.assertTrue(recorder.wait_for_received(2))
                first.kill()
            recorder.most_to_client = None
            self.run_client(recorder.port, "get=identity")
        self.assertIn("started its handshake anew",
                      server.wait_for("outcome failed closed-by-peer"))
        server.wait_for("outcome established")

    def test_replayed_hello_ends_nothing(self):
        """Anybody can repeat a ClientHello; only who completes the handshake
        has started anew."""
        server, port = self.serve()
        with Recorder(port) as recorder:
            with client(recorder.port, "get=identity", "read",
                        "get=identity") as process:
                process.wait_for("answer 0 2.05")
                hellos = [each for each in recorder.sent if is_hello(each)]
                self.assertGreaterEqual(len(hellos), 2)
                for datagram in hellos * 3:
                    recorder.send(datagram)
                process.tell()
                output = self.finish(process)
            self.assertEqual(output.count("outcome established"), 1)
            server.wait_for("outcome closed closed-by-peer "
                            "alert=received:close_notify")


class RefusalTest(CoapTest):
    def refused(self, port, *words):
        with client(port, *words, "get=identity") as process:
            return self.finish(process, 1)

    def test_server_of_another_ca(self):
        server, port = self.serve()
        output = self.refused(port, "--ca", coap_case.CREDENTIALS.stranger_ca)
        self.assertIn("outcome failed certificate-untrusted", output)
        self.assertIn("failure 0 3", output)  # COAP_NACK_TLS_FAILED
        self.assertIn("outcome failed alert-received alert=received:unknown_ca",
                      server.wait_for("outcome"))

    def test_server_of_another_name(self):
        _, port = self.serve()
        output = self.refused(port, "--name", "elsewhere.example")
        self.assertIn("outcome failed certificate-name", output)

    def test_client_of_another_ca(self):
        server, port = self.serve("--ca", coap_case.CREDENTIALS.stranger_ca)
        self.refused(port)
        self.assertIn("outcome failed certificate-untrusted alert=unknown_ca "
                      "identity=CN=device-1",
                      server.wait_for("outcome"))

    def test_name_is_refused_by_the_application(self):
        server, port = self.serve("--refuse", "device-1")
        self.refused(port)
        server.wait_for("outcome failed certificate-refused")
        server, port = self.serve("--refuse", "device-2")
        self.run_client(port, "get=identity")

    def test_server_refused_by_the_application(self):
        _, port = self.serve()
        output = self.refused(port, "--refuse", "localhost")
        self.assertIn("outcome failed certificate-refused alert=access_denied",
                      output)


class AttestationTest(CoapTest):
    def test_genuine(self):
        server, port = self.serve("--policy", coap_case.CREDENTIALS.policy)
        output = self.run_client(port, "--sessions", "5",
                                 *attested(coap_case.CREDENTIALS.genuine), "get=identity")
        self.assertEqual(output.count("authorization=2 software=test granted=1"), 5)
        server.wait_for("outcome established none alert=none identity=CN=device-1")

    def test_tampered(self):
        server, port = self.serve("--policy", coap_case.CREDENTIALS.policy)
        with client(port, *attested(coap_case.CREDENTIALS.tampered),
                    "get=identity") as process:
            output = self.finish(process, 1)
        self.assertIn("measurement", server.wait_for(
            "outcome refused measurement-mismatch alert=attestation_failed"))
        self.assertIn("alert=received:attestation_failed", output)
        self.assertNotIn("answer", output)

    def test_refusal_survives_loss(self):
        """The alert is repeated for who did not hear it the first time."""
        server, port = self.serve("--policy", coap_case.CREDENTIALS.policy)
        losses = [word for number in range(4, 7)
                  for word in ("--drop-to-client", number)]
        port = self.relay_to(port, *losses)
        with client(port, *attested(coap_case.CREDENTIALS.tampered),
                    "get=identity") as process:
            output = self.finish(process, 1)
        server.wait_for("outcome refused measurement-mismatch")
        self.assertIn("alert=received:attestation_failed", output)

    def test_refused_clients_starve_nobody(self):
        """libcoap has room for 100 sessions that are not established."""
        _, port = self.serve("--policy", coap_case.CREDENTIALS.policy)
        for _ in range(2):
            with client(port, "--sessions", "60", *attested(coap_case.CREDENTIALS.tampered),
                        "get=identity") as process:
                self.assertNotIn("answer", self.finish(process, 1))
        self.run_client(port, *attested(coap_case.CREDENTIALS.genuine), "get=identity")

    def test_evidence_is_required(self):
        server, port = self.serve("--policy", coap_case.CREDENTIALS.policy)
        with client(port, "get=identity") as process:
            output = self.finish(process, 1)
        server.wait_for("outcome failed attestation-not-offered "
                        "alert=attestation_required")
        self.assertIn("alert=received:attestation_required", output)


class ConfigurationTest(CoapTest):
    """What cannot work says so before it is used."""

    def fails(self, expected, *words):
        with Process(SERVER, "--port", free_port(), *words) as process:
            self.assertIn(expected, self.finish(process, 1))

    def test_servers(self):
        certificate, key = coap_case.CREDENTIALS.server
        ca = ["--ca", coap_case.CREDENTIALS.ca]
        self.fails("a server needs a certificate", *ca)
        self.fails("a certificate needs its private key", *ca, "--certificate",
                   certificate)
        self.fails("cannot read the private key file '/nowhere'", *ca,
                   "--certificate", certificate, "--key", "/nowhere")
        self.fails("certificate and private key: ", *ca, "--certificate",
                   certificate, "--key", coap_case.CREDENTIALS.client[1])
        self.fails("CA certificate: ", "--ca", key, "--certificate", certificate,
                   "--key", key)
        self.fails("there is no CA", "--certificate", certificate, "--key", key)
        self.fails("there is no CA certificate in", "--ca-dir", coap_case.FOLDER / "none",
                   "--certificate", certificate, "--key", key)
        self.fails("raw public keys", *ca, "--certificate", certificate, "--key",
                   key, "--set", "is_rpk_not_cert=1")
        self.fails("mtu", "--mtu", "100")
        self.fails("mtu", "--mtu", "1473")

    def test_ca_directory(self):
        folder = coap_case.FOLDER / "anchors"
        folder.mkdir()
        shutil.copy(coap_case.CREDENTIALS.ca, folder)
        certificate, key = coap_case.CREDENTIALS.server
        with Process(SERVER, "--port", port := free_port(), "--ca-dir", folder,
                     "--certificate", certificate, "--key", key) as server:
            server.wait_for("ready")
            self.run_client(port, "get=identity")

    def test_anybody_may_connect(self):
        certificate, key = coap_case.CREDENTIALS.server
        with Process(SERVER, "--port", port := free_port(), "--set", "verify_peer_cert=0",
                     "--certificate", certificate, "--key", key) as server:
            server.wait_for("ready")
            with Process(CLIENT, "--port", port, "--ca", coap_case.CREDENTIALS.ca,
                         "get=identity") as process:
                self.assertIn("identity= certificate=0", self.finish(process))

    def test_clients_verify(self):
        with client(free_port(), "--set", "verify_peer_cert=0", "get=identity") as process:
            self.assertIn("not verified", self.finish(process, 1))


def is_hello(datagram):
    return len(datagram) > 13 and datagram[0] == 22 and datagram[13] == 1


class Recorder:
    """Stands between one client and a server, and remembers what was sent."""

    def __init__(self, server_port):
        self.sent, self.received = [], []
        self.most_to_client = None  # datagrams that get through
        self._client = None
        self._inside, self._outside = (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        self._inside.bind(("127.0.0.1", 0))
        self._outside.connect(("127.0.0.1", server_port))
        self._stopped, self._stop = socket.socketpair()
        self.port = self._inside.getsockname()[1]
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._stop.close()
        self._thread.join()
        for each in (self._inside, self._outside, self._stopped):
            each.close()

    def _run(self):
        sockets = [self._inside, self._outside, self._stopped]
        while True:
            ready, _, _ = select.select(sockets, [], [])
            if self._stopped in ready:
                return
            if self._inside in ready:
                datagram, self._client = self._inside.recvfrom(65535)
                self.sent.append(datagram)
                self.send(datagram)
            if self._outside in ready:
                self.received.append(self._outside.recv(65535))
                if (self.most_to_client is None or
                        len(self.received) <= self.most_to_client):
                    self._inside.sendto(self.received[-1], self._client)

    def send(self, datagram):
        self._outside.send(datagram)

    def wait_for_received(self, count):
        end = time.monotonic() + harness.PATIENCE
        while len(self.received) < count and time.monotonic() < end:
            time.sleep(0.01)
        return len(self.received) >= count


def first_hello():
    """A ClientHello as our client sends it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(harness.PATIENCE)
        with client(listener.getsockname()[1], "get=identity"):
            return listener.recv(65535)


class FloodTest(CoapTest):
    SENDERS = 400

    def test_hellos_without_cookies_starve_nobody(self):
        server, port = self.serve()
        hello = first_hello()
        senders = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                   for _ in range(self.SENDERS)]
        for sender in senders:
            self.addCleanup(sender.close)
            sender.bind(("127.0.0.1", 0))
            sender.settimeout(harness.PATIENCE)
            sender.sendto(hello, ("127.0.0.1", port))
            # One at a time: what the system drops would be no flood.
            self.assertLess(len(sender.recv(65535)), 2 * len(hello))
        # All of them are recent; still there is room for who is real.
        output = self.run_client(port, "get=identity", "get=sessions")
        made, now, most = map(int, re.search(
            r"made=(\d+) now=(\d+) most=(\d+)", output).groups())
        self.assertGreater(made, self.SENDERS)
        self.assertEqual(now, 1)
        self.assertLess(most, 50)
        server.wait_for("outcome established")

    def test_flood_goes_on(self):
        _, port = self.serve()
        hello = first_hello()
        stop = threading.Event()

        def flood():
            while not stop.is_set():
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    sender.sendto(hello, ("127.0.0.1", port))
                stop.wait(0.001)

        thread = threading.Thread(target=flood)
        thread.start()
        try:
            for _ in range(3):
                self.run_client(port, "--sessions", "5", "get=identity")
        finally:
            stop.set()
            thread.join()


if __name__ == "__main__":
    unittest.main()
