#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of the programs around the peer: command line, relay, captures, decoder."""

import contextlib
import io
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from adtls_peer import capture, decode, key_log, lies, messages, relay
from adtls_peer.codepoints import ExtensionType
from adtls_peer.simulation import Network

from world import HONEST_ORDER, World

HERE = Path(__file__).resolve().parent
DECODER = HERE.parent.parent / "tools" / "adtls-decode"
CLIENT, SERVER = ("192.0.2.1", 50000), ("192.0.2.2", 5684)


def recorded(network=None, **configs) -> tuple:
    """A simulated connection as pcap bytes and key log text."""
    lines = []
    configs.setdefault("client", {})["key_log"] = (
        lambda *entry: lines.append(key_log.line(*entry)))
    simulation, client, _ = World().run(network, **configs)
    client.send(b"reading", simulation.now)
    simulation.run()
    file = io.BytesIO()
    writer = capture.Writer(file)
    for time, to_server, datagram in simulation.captured:
        ends = (CLIENT, SERVER) if to_server else (SERVER, CLIENT)
        writer.write(capture.Datagram(time, *ends, datagram))
    return file.getvalue(), "".join(lines), client


class CaptureTest(unittest.TestCase):
    """The same datagram in every kind of file and link layer that is read."""

    def setUp(self):
        self.datagram = capture.Datagram(1.5, CLIENT, SERVER, b"payload")
        self.packet = capture._encode(self.datagram)

    def pcap(self, link_type, frame, order="<", magic=0xA1B2C3D4, fraction=500_000):
        return (struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link_type)
                + struct.pack(order + "4I", 1, fraction, len(frame), len(frame))
                + frame)

    def test_round_trip(self):
        for ends in ((CLIENT, SERVER), (("2001:db8::1", 1), ("2001:db8::2", 2))):
            file = io.BytesIO()
            datagram = capture.Datagram(1.5, *ends, b"payload")
            capture.Writer(file).write(datagram)
            self.assertEqual(list(capture.read(file.getvalue())), [datagram])

    def test_link_types(self):
        ethernet = bytes(12) + b"\x08\x00" + self.packet
        tagged = bytes(12) + b"\x81\x00\x00\x05\x08\x00" + self.packet
        frames = {0: b"\2\0\0\0" + self.packet, 1: ethernet, 12: self.packet,
                  101: self.packet, 108: b"\0\0\0\2" + self.packet,
                  113: bytes(14) + b"\x08\x00" + self.packet,
                  276: b"\x08\x00" + bytes(18) + self.packet, 228: self.packet}
        for link_type, frame in [*frames.items(), (1, tagged)]:
            with self.subTest(link_type):
                self.assertEqual(list(capture.read(self.pcap(link_type, frame))),
                                 [self.datagram])
        with self.assertRaises(capture.CaptureError):
            list(capture.read(self.pcap(147, self.packet)))

    def test_byte_orders_and_nanoseconds(self):
        for order in "<>":
            for magic, fraction in ((0xA1B2C3D4, 500_000), (0xA1B23C4D, 500_000_000)):
                data = self.pcap(101, self.packet, order, magic, fraction)
                self.assertEqual(list(capture.read(data)), [self.datagram])

    def pcapng_block(self, order, kind, body):
        body += bytes(-len(body) % 4)
        length = struct.pack(order + "I", 12 + len(body))
        return struct.pack(order + "I", kind) + length + body + length

    def test_pcapng(self):
        for order in "<>":
            section = self.pcapng_block(order, 0x0A0D0D0A, struct.pack(
                order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
            interface = self.pcapng_block(order, 1, struct.pack(
                order + "HHIHHBxxx", 101, 0, 0, 9, 1, 3))
            packet = self.pcapng_block(order, 6, struct.pack(
                order + "5I", 0, 0, 1500, len(self.packet), len(self.packet))
                + self.packet)
            self.assertEqual(list(capture.read(section + interface + packet)),
                             [self.datagram])

    def test_other_packets_are_skipped(self):
        tcp = bytearray(self.packet)
        tcp[9] = 6
        fragment = bytearray(self.packet)
        fragment[6] = 0x20
        for packet in (bytes(tcp), bytes(fragment), b"", b"\x45", b"\x60" * 40):
            self.assertEqual(list(capture.read(self.pcap(101, packet))), [])

    def test_damaged_files(self):
        with self.assertRaises(capture.CaptureError):
            list(capture.read(b"no capture"))
        whole = self.pcap(101, self.packet)
        for length in range(24, len(whole)):
            self.assertEqual(list(capture.read(whole[:length])), [])


class DecodeTest(unittest.TestCase):
    def test_honest_connection(self):
        data, log, client = recorded()
        flow, = decode.decode(data, log)
        self.assertEqual([f"{each.sender} {each.name}" for each in flow.messages],
                         HONEST_ORDER)
        self.assertEqual((flow.client, flow.server), (CLIENT, SERVER))
        found, = flow.attestations
        self.assertEqual((found.sender, found.cmw_type, found.indicator),
                         ("client", 263, 4))
        self.assertEqual((found.binder, found.nonce), (client.binder, client.binder))
        self.assertTrue(found.binder_matches())
        self.assertTrue(found.tls_key_matches)
        self.assertIn("application data, 7 bytes",
                      [each.content for each in flow.records])
        self.assertNotIn(None, [each.epoch for each in flow.records])

    def test_lossy_connection_in_small_datagrams(self):
        network = Network(loss=0.2, jitter=0.3, duplication=0.2, seed=4)
        data, log, _ = recorded(network, client={"mtu": 256}, server={"mtu": 256})
        flow, = decode.decode(data, log)
        self.assertEqual(sorted(f"{each.sender} {each.name}"
                                for each in flow.messages), sorted(HONEST_ORDER))
        self.assertTrue(flow.attestations[0].binder_matches())
        self.assertTrue(any(each.is_repeated for each in flow.records))
        self.assertTrue(any("ACK" in each.content for each in flow.records))

    def test_wrong_binder(self):
        lines = []
        world = World()
        simulation, *_ = world.run(client={
            "misbehaviour": lies.create("evidence-wrong-binder"),
            "key_log": lambda *entry: lines.append(key_log.line(*entry))})
        file = io.BytesIO()
        writer = capture.Writer(file)
        for time, to_server, datagram in simulation.captured:
            ends = (CLIENT, SERVER) if to_server else (SERVER, CLIENT)
            writer.write(capture.Datagram(time, *ends, datagram))
        flows = decode.decode(file.getvalue(), "".join(lines))
        self.assertIs(flows[0].attestations[0].binder_matches(), False)
        self.assertEqual(decode.exit_status(flows), 3)
        self.assertEqual([each["name"] for each in flows[0].alerts],
                         ["attestation_failed"])

    def test_without_keys(self):
        data, log, _ = recorded()
        flow, = decode.decode(data, "")
        self.assertEqual([each.name for each in flow.messages],
                         ["client_hello", "hello_retry_request", "client_hello",
                          "server_hello"])
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(decode.exit_status([flow]), 1)
        without = "".join(line for line in log.splitlines(True)
                          if "ATTESTATION" not in line)
        flow, = decode.decode(data, without)
        self.assertIsNone(flow.attestations[0].binder_matches())
        self.assertIn("key log has no CLIENT_ATTESTATION_MAIN_SECRET",
                      flow.attestations[0].problem)

    def test_program(self):
        data, log, _ = recorded()
        with tempfile.TemporaryDirectory() as folder:
            capture_path, log_path = Path(folder, "c.pcap"), Path(folder, "keys")
            capture_path.write_bytes(data)
            log_path.write_text(log)
            result = run(DECODER, capture_path, log_path)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("the nonce in the Evidence is the binder", result.stdout)
            result = run(DECODER, "--json", capture_path, log_path)
            flow, = json.loads(result.stdout)["flows"]
            self.assertTrue(flow["attestations"][0]["binder_matches"])
            result = run(DECODER, log_path, log_path)
            self.assertEqual((result.returncode, result.stderr), (
                1, f"adtls-decode: {log_path}: neither a pcap nor a pcapng file\n"))
            result = run(DECODER, capture_path, Path(folder, "absent"))
            self.assertEqual(result.returncode, 1)
            self.assertIn("absent: No such file or directory", result.stderr)


class RelayTest(unittest.TestCase):
    def pass_all(self, impairment, count=400, name=relay.TO_SERVER, flow=0):
        direction, counters = relay.Direction(impairment, flow, name), relay.Counters()
        fates = [direction.pass_on(bytes([n % 256]), counters) for n in range(count)]
        return fates, counters

    def test_same_seed_same_fate(self):
        impairment = relay.Impairment(loss=0.2, reorder=0.2, duplicate=0.1, seed=5)
        self.assertEqual(self.pass_all(impairment), self.pass_all(impairment))
        self.assertNotEqual(self.pass_all(impairment),
                            self.pass_all(impairment, name=relay.TO_CLIENT))
        self.assertNotEqual(self.pass_all(impairment),
                            self.pass_all(impairment, flow=1))

    def test_counts_add_up(self):
        impairment = relay.Impairment(loss=0.2, reorder=0.2, duplicate=0.1, damage=0.1,
                                      delay=0.01, hold=0.5, seed=5)
        fates, counters = self.pass_all(impairment)
        self.assertEqual(counters.received, 400)
        self.assertEqual(counters.dropped, sum(not fate for fate in fates))
        self.assertEqual(counters.duplicated, sum(len(fate) == 2 for fate in fates))
        self.assertEqual(counters.reordered, sum(
            bool(fate) and fate[0][0] > 0.5 for fate in fates))
        for count in (counters.dropped, counters.duplicated, counters.reordered,
                      counters.damaged):
            self.assertGreater(count, 0)

    def test_dropped_by_number(self):
        impairment = relay.Impairment(drop={relay.TO_SERVER: {2}, relay.TO_CLIENT: {1}})
        fates, _ = self.pass_all(impairment, 3)
        self.assertEqual([len(fate) for fate in fates], [1, 0, 1])
        fates, _ = self.pass_all(impairment, 3, relay.TO_CLIENT)
        self.assertEqual([len(fate) for fate in fates], [0, 1, 1])

    def test_extensions_are_stripped(self):
        simulation, *_ = World().run()
        hello = next(datagram for _, to_server, datagram in simulation.captured
                     if to_server)
        stripped = relay.strip_extensions(hello, (ExtensionType.EVIDENCE_PROPOSAL,))
        fragment, = messages.read_fragments(stripped[13:])
        left = dict(messages.ClientHello.decode(fragment.data).extensions)
        self.assertNotIn(ExtensionType.EVIDENCE_PROPOSAL, left)
        self.assertIn(ExtensionType.KEY_SHARE, left)
        for datagram in (b"", b"\x16", hello[:40], b"\x2e" + bytes(40)):
            self.assertEqual(relay.strip_extensions(datagram, (0xFF61,)), datagram)


def run(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True,
                          text=True, timeout=120)


class Listener:
    """A program of this folder that prints where it listens."""

    def __init__(self, program: str, *arguments) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / program), *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        first = self.process.stdout.readline()
        assert first.startswith("listening on "), self.process.communicate()
        self.address = first.split()[-1]

    def finish(self, stop: bool = False) -> tuple:
        """Exit status and the JSON of its last line."""
        if stop:
            self.process.send_signal(signal.SIGTERM)
        output, self.errors = self.process.communicate(timeout=120)
        lines = output.splitlines()
        return self.process.returncode, json.loads(lines[-1]) if lines else None


class ProgramTest(unittest.TestCase):
    """Processes over loopback."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        result = run(HERE / "peer", "credentials", cls.folder.name, "--seed", 1)
        assert result.returncode == 0, result.stderr

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def server(self, *arguments):
        server = Listener("peer", "server", "--ca", self.path("ca.pem"),
                          "--cert", self.path("server.pem"),
                          "--key", self.path("server.key"),
                          "--evidence-anchor", self.path("attestation.pub"),
                          "--json", *arguments)
        self.addCleanup(self.discard, server)
        return server

    @staticmethod
    def discard(listener):
        if not listener.process.stdout.closed:
            listener.process.kill()
            listener.process.communicate()

    def client(self, address, *arguments):
        result = run(HERE / "peer", "client", address, "--ca", self.path("ca.pem"),
                     "--cert", self.path("client.pem"),
                     "--key", self.path("client.key"),
                     "--evidence-key", self.path("attestation.key"),
                     "--server-name", "localhost", "--json", *arguments)
        lines = result.stdout.splitlines()
        return result.returncode, json.loads(lines[-1]) if lines else result.stderr

    def test_attested_echo(self):
        server = self.server("--echo")
        log, pcap = self.path("keys"), self.path("client.pcap")
        status, mine = self.client(server.address, "--send", "hello", "--expect",
                                   "hello", "--key-log", log, "--capture", pcap)
        self.assertEqual(status, 0, mine)
        status, theirs = server.finish()
        self.assertEqual(status, 0)
        self.assertTrue(theirs["verdict"]["granted"])
        self.assertEqual(mine["binder"], theirs["binder"])
        self.assertEqual(mine["application_data"], "hello")
        result = run(DECODER, pcap, log)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"certificate: {mine['binder']}", result.stdout)

    def test_through_the_lossy_relay(self):
        server = self.server("--initial-timeout-ms", 50, "--mtu", 300)
        between = Listener("relay", "--to", server.address, "--loss", 0.2, "--reorder",
                           0.2, "--delay-ms", 2, "--hold-ms", 10, "--seed", 3,
                           "--capture", self.path("relay.pcap"))
        self.addCleanup(self.discard, between)
        status, mine = self.client(between.address, "--initial-timeout-ms", 50,
                                   "--mtu", 300, "--key-log", self.path("relay.keys"))
        self.assertEqual(status, 0, mine)
        status, counters = between.finish(stop=True)
        self.assertEqual(status, 0)
        for name in (relay.TO_SERVER, relay.TO_CLIENT):
            counter = counters[name]
            self.assertGreater(counter["forwarded"], 0)
            self.assertLessEqual(counter["forwarded"] + counter["dropped"],
                                 counter["received"])
        self.assertGreater(counters["to_server"]["dropped"]
                           + counters["to_client"]["dropped"], 0)
        result = run(DECODER, "--json", self.path("relay.pcap"),
                     self.path("relay.keys"))
        self.assertTrue(json.loads(result.stdout)["flows"][0]["messages"])

    def test_lies_have_their_exit_status(self):
        server = self.server("--connections", 4)
        self.assertEqual(self.client(server.address, "--save-evidence",
                                     self.path("evidence"))[0], 0)
        status, mine = self.client(server.address, "--misbehave", "evidence-replayed",
                                   "--replay-evidence", self.path("evidence"))
        self.assertEqual((status, mine["alerts_received"][0]["name"]),
                         (0, "attestation_failed"))
        self.assertEqual(self.client(server.address, "--misbehave",
                                     "attestation-stripped")[0], 0)
        self.assertEqual(self.client(server.address, "--misbehave",
                                     "attestation-stripped", "--expect-alert",
                                     "attestation_failed")[0], 6)
        self.assertEqual(server.finish()[0], 4)

    def test_refusals_have_their_exit_status(self):
        server = self.server("--connections", 2, "--reference-measurement", "00" * 32)
        status, mine = self.client(server.address, "--linger", 20)
        self.assertEqual((status, mine["outcome"]), (3, "alert_received"))
        status, mine = self.client(server.address, "--server-name", "other")
        self.assertEqual((status, mine["alert_sent"]), (4, "bad_certificate"))
        status, theirs = server.finish()
        self.assertEqual(status, 4)

    def test_nobody_answers(self):
        status, mine = self.client("127.0.0.1:9", "--timeout", "0.3")
        self.assertEqual((status, mine["outcome"]), (5, "timeout"))

    def test_mistakes_are_named(self):
        cases = [(["--ca", "/absent"], "/absent: No such file or directory"),
                 (["--cert", self.path("server.pem")], "is not the key of"),
                 (["--mtu", "100"], "--mtu must be from 256 to 65507"),
                 (["--evidence-key", self.path("ca.pem")], "no unencrypted PEM")]
        for arguments, text in cases:
            with self.subTest(text):
                status, errors = self.client("127.0.0.1:9", *arguments)
                self.assertEqual(status, 1)
                self.assertIn(text, errors)

    def test_table_of_lies(self):
        result = run(HERE / "peer", "--list-misbehaviours")
        rows = [line.split("\t") for line in result.stdout.splitlines()]
        self.assertGreater(len(rows), 90)
        for name, role, expected, description in rows:
            self.assertIn(role, ("client", "server", "both"))
            self.assertTrue(name and expected and description.endswith("."), name)


if __name__ == "__main__":
    unittest.main()
