#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of the Python peer: against the RFCs' values, and against itself."""

import json
import random
import unittest
import warnings
from dataclasses import replace
from pathlib import Path

from adtls_peer import (ack, attestation, certificates, evidence, flight, keys,
                        lies, messages, misbehave, record, signing, suites)
from adtls_peer.codepoints import (Alert, ExtensionType, HandshakeType, NamedGroup,
                                   ProtocolError)
from adtls_peer.reassembly import Arrival, Reassembly
from adtls_peer.simulation import Network

from world import World

VECTORS = Path(__file__).resolve().parent.parent / "vectors"


def setUpModule():
    global WORLD
    WORLD = World()


def unhex(vector: dict, name: str) -> bytes:
    return bytes.fromhex(vector[name])


class KeyScheduleTest(unittest.TestCase):
    def test_rfc_8448(self):
        vector, = json.loads((VECTORS / "rfc8448.json").read_text())
        schedule = keys.KeySchedule(keys.TLS_PREFIX)
        schedule.enter_handshake(unhex(vector, "shared_secret"),
                                 unhex(vector, "hello_transcript_hash"))
        schedule.enter_application(unhex(vector, "server_finished_transcript_hash"))
        schedule.complete(unhex(vector, "client_finished_transcript_hash"))
        for name in vector:
            if name.endswith("_secret") and name != "shared_secret":
                with self.subTest(name):
                    self.assertEqual(getattr(schedule, name), unhex(vector, name))
        for side in ("client", "server"):
            traffic = keys.TrafficKeys.derive(
                getattr(schedule, f"{side}_handshake_traffic_secret"), keys.TLS_PREFIX)
            self.assertEqual(traffic.key,
                             unhex(vector, f"{side}_handshake_traffic_key"))
            self.assertEqual(traffic.iv,
                             unhex(vector, f"{side}_handshake_traffic_iv"))

    def test_label_of_dtls_has_no_space(self):
        self.assertEqual(keys.hkdf_label(b"key", b"", 16),
                         b"\0\x10\x09dtls13key\0")

    def test_hkdf_expand_rfc_5869(self):
        secret = keys.hkdf_extract(bytes(range(13)), b"\x0b" * 22)
        self.assertEqual(
            keys.hkdf_expand(secret, bytes(range(0xF0, 0xFA)), 42).hex(),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
            "34007208d5b887185865")


class SigningTest(unittest.TestCase):
    def test_rfc_6979_p256_sha256(self):
        key = signing.private_key(
            0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721)
        self.assertEqual(
            signing.sign_raw(key, b"sample").hex(),
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")

    def test_verifies(self):
        key = signing.private_key(7)
        public = key.public_key()
        self.assertTrue(signing.verify_der(public, signing.sign_der(key, b"m"), b"m"))
        self.assertFalse(signing.verify_der(public, signing.sign_der(key, b"m"), b"n"))
        self.assertFalse(signing.verify_raw(public, bytes(63), b"m"))
        self.assertFalse(signing.verify_der(public, b"no DER", b"m"))


class RecordTest(unittest.TestCase):
    def setUp(self):
        self.keys = keys.TrafficKeys.derive(bytes(range(32)))

    def test_aes_mask_rfc_9001(self):
        mask = suites.aes_mask(bytes.fromhex("9f50449e04a0e810283a1e9933adedd2"),
                               bytes.fromhex("d1b1c98dd7689fb8ec11d242b123dc9b"))
        self.assertEqual(mask[:5].hex(), "437b9aec36")

    def test_chacha_mask_rfc_9001(self):
        mask = suites.chacha_mask(
            bytes.fromhex("25a282b9e82f06f21f488917a4fc8f1b"
                          "73573685608597d0efcb076b0ab7a7a4"),
            bytes.fromhex("5e5cd55c41f69080575d7999c25a5bfb"))
        self.assertEqual(mask[:5].hex(), "aefefe7d03")

    def test_seal_and_open(self):
        for short in (False, True):
            for with_length in (False, True):
                for sequence in (0, 255, 256, 65536, 2**40):
                    number = record.RecordNumber(3, sequence)
                    sealed = record.seal(self.keys, number, 23, b"hello", 9, short,
                                         with_length)
                    item, = record.split_datagram(sealed)
                    opened = record.open_record(self.keys, 3, sequence, item)
                    self.assertEqual(opened,
                                     record.OpenedRecord(23, number, b"hello"))

    def test_any_changed_bit_is_noticed(self):
        sealed = record.seal(self.keys, record.RecordNumber(3, 5), 23, b"hello")
        for bit in range(8 * len(sealed)):
            damaged = bytearray(sealed)
            damaged[bit // 8] ^= 1 << bit % 8
            for item in record.split_datagram(bytes(damaged)):
                if isinstance(item, record.CiphertextRecord) and item.epoch_bits == 3:
                    self.assertIsNone(record.open_record(self.keys, 3, 5, item))

    def test_several_records_in_a_datagram(self):
        parts = [record.plaintext_record(22, 7, b"a" * 20),
                 record.seal(self.keys, record.RecordNumber(2, 0), 22, b"b"),
                 record.seal(self.keys, record.RecordNumber(3, 0), 23, b"c",
                             with_length=False)]
        self.assertEqual(len(list(record.split_datagram(b"".join(parts)))), 3)
        self.assertEqual(len(list(record.split_datagram(b"".join(parts)[:30]))), 0)

    def test_sequence_numbers_are_reconstructed(self):
        for vector in json.loads((VECTORS / "sequence_number.json").read_text()):
            with self.subTest(vector["name"]):
                expected, bits = vector["expected"], vector["bits"]
                nearest = min(range(max(expected - 2**bits, 0), expected + 2**bits),
                              key=lambda n: (n % 2**bits != vector["low"],
                                             abs(n - expected)))
                self.assertEqual(vector["sequence"], nearest)

    def test_replay_window(self):
        window = record.ReplayWindow()
        for sequence in (0, 5, 3, 70):
            self.assertTrue(window.is_fresh(sequence))
            window.update(sequence)
            self.assertFalse(window.is_fresh(sequence))
        self.assertFalse(window.is_fresh(6))  # older than the window
        self.assertTrue(window.is_fresh(7))
        self.assertTrue(window.is_fresh(71))


class ReassemblyTest(unittest.TestCase):
    def fragment(self, offset, data, length=10, seq=0, kind=11):
        return messages.Fragment(kind, length, seq, offset, data)

    def test_overlap_and_order(self):
        assembly = Reassembly(0)
        self.assertIs(assembly.add(self.fragment(4, b"efghij"), 2),
                      Arrival.OUT_OF_ORDER)
        self.assertIsNone(assembly.pop())
        self.assertIs(assembly.add(self.fragment(0, b"abcdef"), 2), Arrival.IN_ORDER)
        self.assertEqual(assembly.pop(),
                         (2, messages.HandshakeMessage(11, b"abcdefghij")))
        self.assertIs(assembly.add(self.fragment(0, b"abc"), 2), Arrival.OLD)

    def test_inconsistencies(self):
        for other in (self.fragment(3, b"d", length=11), self.fragment(3, b"d", kind=8),
                      self.fragment(0, b"xbc")):
            assembly = Reassembly(0)
            assembly.add(self.fragment(0, b"abc"), 2)
            with self.assertRaises(ProtocolError) as raised:
                assembly.add(other, 2)
            self.assertEqual(raised.exception.alert, Alert.ILLEGAL_PARAMETER)

    def test_limits(self):
        assembly = Reassembly(100)
        self.assertIs(assembly.add(self.fragment(0, b"", seq=8), 2), Arrival.DROPPED)
        self.assertIs(assembly.add(self.fragment(0, b"", length=2**24 - 1), 2),
                      Arrival.DROPPED)
        kind = HandshakeType.ATTESTATION
        assembly.add(self.fragment(0, b"", length=103, kind=kind, seq=1), 2)
        with self.assertRaises(ProtocolError) as raised:
            assembly.add(self.fragment(0, b"", length=104, kind=kind, seq=2), 2)
        self.assertEqual(raised.exception.alert, Alert.HANDSHAKE_FAILURE)


class FlightTest(unittest.TestCase):
    def setUp(self):
        self.flight = flight.Flight()
        message = messages.HandshakeMessage(11, bytes(range(150)))
        self.flight.add(2, flight.split(message, 0, 10))

    def send(self, count_before=0):
        units = self.flight.next_units()
        for sequence, unit in enumerate(units, count_before):
            unit.numbers.append(record.RecordNumber(2, sequence))
            unit.in_flight = True
        return [unit.fragment.offset for unit in units]

    def test_fragments_cover_the_message(self):
        data = b"".join(unit.fragment.data for unit in self.flight.units)
        self.assertEqual(data, bytes(range(150)))
        empty = flight.split(messages.HandshakeMessage(11, b""), 0, 10)
        self.assertEqual([(each.offset, each.data) for each in empty], [(0, b"")])

    def test_window_opens_by_acknowledgement(self):
        self.assertEqual(self.send(), list(range(0, 100, 10)))
        self.assertEqual(self.send(10), [])
        self.flight.acknowledge({record.RecordNumber(2, n) for n in (0, 1, 9)})
        self.assertEqual(self.send(10), [100, 110, 120])

    def test_acknowledged_fragments_are_not_sent_again(self):
        self.send()
        numbers = {record.RecordNumber(2, n) for n in (0, 2, 3)}
        self.assertTrue(self.flight.acknowledge(numbers))
        self.assertFalse(self.flight.acknowledge(numbers))
        self.flight.assume_lost_before(numbers)
        self.assertEqual(self.send(10), [10, 100, 110, 120])
        self.flight.assume_lost()
        self.assertEqual(self.send(20),
                         [10, 40, 50, 60, 70, 80, 90, 100, 110, 120])

    def test_other_boundaries(self):
        flight_ = flight.Flight()
        flight_.add(2, flight.split(messages.HandshakeMessage(11, bytes(200)), 0, 99))
        flight_.halve_fragments()
        self.assertEqual([(unit.fragment.offset, len(unit.fragment.data))
                          for unit in flight_.units],
                         [(0, 49), (49, 50), (99, 49), (148, 50), (198, 2)])


class CodecTest(unittest.TestCase):
    def assertAlert(self, alert, function, *arguments):
        with self.assertRaises(ProtocolError) as raised:
            function(*arguments)
        self.assertEqual(raised.exception.alert, alert)

    def test_hellos_round_trip(self):
        hello = messages.ClientHello(bytes(32), extensions=[(43, b"\2\xfe\xfc")])
        self.assertEqual(messages.ClientHello.decode(hello.encode().body), hello)
        answer = messages.ServerHello(bytes(range(32)), extensions=[(43, b"\xfe\xfc")])
        self.assertEqual(messages.ServerHello.decode(answer.encode().body), answer)

    def test_every_truncation_is_a_decode_error(self):
        hello = messages.ClientHello(bytes(32), extensions=[(43, b"\2\xfe\xfc")])
        body = hello.encode().body
        for length in range(len(body)):
            if length != len(body) - 9:  # extensions may be absent altogether
                self.assertAlert(Alert.DECODE_ERROR, messages.ClientHello.decode,
                                 body[:length])

    def test_offers(self):
        kinds = [attestation.EvidenceType(263), attestation.EvidenceType("a/b")]
        extension = ExtensionType.EVIDENCE_REQUEST
        data = attestation.encode_offer(kinds)
        self.assertEqual(data.hex(), "09" "000107" "010003" "612f62")
        self.assertEqual(attestation.decode_offer(extension, data), kinds)
        doubled = attestation.encode_offer(kinds + kinds)
        self.assertEqual(attestation.decode_offer(extension, doubled), kinds)
        for length in range(len(data)):
            self.assertAlert(Alert.DECODE_ERROR, attestation.decode_offer, extension,
                             data[:length])
        verifiers = [attestation.VerifierIdentity(b"v")]
        extension = ExtensionType.RESULTS_PROPOSAL
        data = attestation.encode_offer(verifiers)
        self.assertEqual(data.hex(), "03" "0001" "76")
        self.assertEqual(attestation.decode_offer(extension, data), verifiers)
        self.assertAlert(Alert.ILLEGAL_PARAMETER, attestation.decode_offer, extension,
                         b"\2\0\0")

    def test_two_models_for_one_direction(self):
        evidence_type = attestation.EvidenceType(263)
        verifier = attestation.VerifierIdentity(b"v")
        for first, second in zip(attestation.EVIDENCE_EXTENSIONS,
                                 attestation.RESULTS_EXTENSIONS):
            offered = {first: attestation.encode_offer([evidence_type]),
                       second: attestation.encode_offer([verifier])}
            answers = {first: evidence_type.encode(), second: verifier.encode()}
            self.assertAlert(Alert.ILLEGAL_PARAMETER, attestation.check_answers,
                             offered, answers)
            del answers[second]
            self.assertEqual(attestation.check_answers(offered, answers),
                             {first: evidence_type})

    def test_ack_round_trip(self):
        numbers = [record.RecordNumber(2, 1), record.RecordNumber(3, 0)]
        self.assertEqual(ack.decode(ack.encode(numbers[::-1])), numbers)
        self.assertEqual(ack.encode([record.RecordNumber(2, 1)]).hex(),
                         "0010" "0000000000000002" "0000000000000001")


class EvidenceTest(unittest.TestCase):
    def test_vectors_parse_and_verify(self):
        for vector in json.loads((VECTORS / "evidence.json").read_text()):
            kind, token, indicator = attestation.decode_cmw_record(
                unhex(vector, "cmw"))
            self.assertEqual((kind, token.hex(), indicator),
                             (263, vector["evidence"], attestation.CMW_EVIDENCE))
            key = signing.private_key(
                int(vector["attestation_private_key"], 16)).public_key()
            self.assertTrue(evidence.parse(token).is_signed_by(key))

    def test_long_keys_are_hashed(self):
        self.assertEqual(attestation.binder_context(bytes(255)), bytes(255))
        self.assertEqual(attestation.binder_context(bytes(256)),
                         keys.digest(bytes(256)))

    def test_claims_are_in_deterministic_order(self):
        self.assertEqual(evidence.encode_claims({-70001: 0, 256: 0, 10: 0, 6: 0}).hex(),
                         "a4" "0600" "0a00" "19010000" "3a0001117000")


class HandshakeTest(unittest.TestCase):
    def assertGranted(self, client, server):
        self.assertEqual((client.state, client.failure), ("connected", None))
        self.assertEqual((server.state, server.failure), ("connected", None))
        self.assertTrue(server.verdict.granted)
        self.assertEqual(client.binder, server.binder)
        self.assertEqual(client.schedule.resumption_secret,
                         server.schedule.resumption_secret)
        self.assertIsNone(client.timeout())
        self.assertIsNone(server.timeout())

    def test_attested(self):
        _, client, server = WORLD.run()
        self.assertGranted(client, server)
        self.assertEqual(client.export(b"EXPORTER-test", b"context", 40),
                         server.export(b"EXPORTER-test", b"context", 40))
        self.assertEqual(
            [each.split()[1] for each in server.message_order if "received" in each],
            ["client_hello", "client_hello", "certificate", "certificate_verify",
             "attestation", "finished"])

    def test_options(self):
        secp256r1, x25519 = (NamedGroup.SECP256R1,), (NamedGroup.X25519,)
        both = (NamedGroup.X25519, NamedGroup.SECP256R1)
        cases = {
            "no cookie": ({}, {"cookie": False}),
            "secp256r1": ({"groups": secp256r1}, {}),
            "retry for a group": ({"groups": both}, {"groups": secp256r1,
                                                     "cookie": False}),
            "retry for group and cookie": ({"groups": both}, {"groups": secp256r1}),
            "two shares": ({"shares": 2}, {"groups": x25519}),
            "MTU 256": ({"mtu": 256}, {"mtu": 256}),
            "small records": ({"record_size_limit": 64}, {"record_size_limit": 80}),
            "small records one way": ({"record_size_limit": 100}, {}),
            "no attestation": ({"attester": None}, {"relying_party": None}),
            "server without interest": ({}, {"relying_party": None}),
            "no client certificate": (
                {"attester": None, "chain": [], "key": None},
                {"relying_party": None, "require_client_certificate": False})}
        for name, (client, server) in cases.items():
            with self.subTest(name):
                _, client, server = WORLD.run(client=client, server=server)
                self.assertEqual((client.failure, server.failure), (None, None))
                self.assertEqual((client.state, server.state),
                                 ("connected", "connected"))

    def test_application_data_and_close(self):
        simulation, client, server = WORLD.run()
        client.send(b"hello", simulation.now)
        simulation.run()
        self.assertIn(("data", b"hello"), server.events)
        server.send(b"world", simulation.now)
        client.close(simulation.now)
        simulation.run()
        self.assertNotIn(("data", b"world"), client.events)
        self.assertEqual(server.state, "closed")

    def test_each_datagram_lost(self):
        for mtu in (300, 1200):
            simulation, *_ = WORLD.run(client={"mtu": mtu}, server={"mtu": mtu})
            for number in range(simulation.sent):
                with self.subTest(mtu=mtu, lost=number):
                    _, client, server = WORLD.run(
                        Network(drop=frozenset([number])), {"mtu": mtu}, {"mtu": mtu})
                    self.assertGranted(client, server)

    def test_lossy_networks(self):
        for seed in range(150):
            network = Network(loss=0.3, jitter=0.3, duplication=0.1, seed=seed)
            mtu = 256 + 8 * seed % 900
            with self.subTest(seed=seed, mtu=mtu):
                _, client, server = WORLD.run(
                    network, {"mtu": mtu, "maximum_attempts": 30,
                              "handshake_deadline": 600, "maximum_timeout": 4},
                    {"mtu": mtu, "maximum_attempts": 30, "refragment": seed % 2,
                     "handshake_deadline": 600, "maximum_timeout": 4})
                self.assertGranted(client, server)

    def test_dead_network_times_out(self):
        _, client, server = WORLD.run(Network(loss=1.0))
        self.assertEqual((client.state, server.state), ("failed", "failed"))
        self.assertEqual(client.failure, "the handshake's deadline has passed")

    def test_refusals_of_certificates(self):
        stranger = certificates.TestAuthority(random.Random(3).randbytes, "Other CA")
        key, chain = stranger.issue("gateway.example")
        cases = [({"server_name": "other.example"}, {}, Alert.BAD_CERTIFICATE),
                 ({}, {"key": key, "chain": chain}, Alert.UNKNOWN_CA),
                 ({"utc": lambda: 3e9}, {}, Alert.CERTIFICATE_EXPIRED)]
        for client, server, alert in cases:
            _, client, server = WORLD.run(client=client, server=server)
            self.assertEqual(client.alert_sent, alert)
            self.assertEqual([each["description"] for each in server.alerts_received],
                             [alert])

    def test_policy(self):
        optional = replace(WORLD.server.relying_party, is_required=False)
        _, client, server = WORLD.run(client={"attester": None},
                                      server={"relying_party": optional})
        self.assertEqual((client.state, server.verdict), ("connected", None))
        other = replace(optional, types=(attestation.EvidenceType("a/b"),))
        _, client, server = WORLD.run(server={"relying_party": other})
        self.assertEqual((client.state, server.verdict), ("connected", None))

    def test_reflection(self):
        client = WORLD.client
        _, client, server = WORLD.run(
            client={"server_name": "device.example"},
            server={"chain": client.chain, "key": client.key})
        self.assertEqual(client.alert_sent, Alert.ILLEGAL_PARAMETER)
        self.assertEqual(client.failure,
                         "illegal_parameter: the peer presents our own key")

    def test_replay_into_an_established_connection(self):
        simulation, client, server = WORLD.run()
        client.send(b"once", simulation.now)
        simulation.run()
        for _, to_server, datagram in list(simulation.captured):
            simulation.peers[to_server].receive(datagram, simulation.now)
        simulation.run()
        self.assertGranted(client, server)
        self.assertEqual(server.events.count(("data", b"once")), 1)

    def test_key_log(self):
        lines = []
        WORLD.run(client={"key_log": lambda label, *_: lines.append(label)})
        self.assertEqual(lines, [
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            "CLIENT_ATTESTATION_MAIN_SECRET", "SERVER_ATTESTATION_MAIN_SECRET",
            "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET"])

    def test_same_seed_same_bytes(self):
        runs = [WORLD.run(Network(loss=0.2, jitter=0.2, seed=9))[0].captured
                for _ in range(2)]
        self.assertEqual(*runs)


class MisbehaviourTest(unittest.TestCase):
    """Each lie gets the answer that its table entry names, or disturbs nobody."""

    LENIENT = {"AttestationUnnegotiated", "ProposalStrippedInFlight",
               "ProposalEditedInFlight"}  # for servers that allow, not require

    def run_lie(self, cls, role):
        lie = cls(self.replayed)
        own, other = {"misbehaviour": lie}, {}
        if cls.__name__ in self.LENIENT:
            other["relying_party"] = replace(WORLD.server.relying_party,
                                             is_required=False)
        sides = (own, other) if role == "client" else (other, own)
        _, client, server = WORLD.run(client=sides[0], server=sides[1], seed=1)
        return (client, server) if role == "client" else (server, client)

    @classmethod
    def setUpClass(cls):
        _, client, _ = WORLD.run(seed=2)
        cls.replayed = client.evidence_sent

    def check(self, cls, role):
        liar, honest = self.run_lie(cls, role)
        if cls.expected == misbehave.COMPLETES:
            self.assertEqual((honest.state, honest.failure), ("connected", None))
            self.assertEqual((liar.state, liar.failure), ("connected", None))
        elif cls.expected == misbehave.SILENCE:
            self.assertNotIn(("connected",), honest.events)
            self.assertIsNone(honest.alert_sent)
        else:
            self.assertIn(honest.alert_sent, cls.expected, honest.failure)
            self.assertIn(honest.alert_sent, [
                each["description"] for each in liar.alerts_received])
        if role == "client" and honest.verdict and cls.expected != "completes":
            self.assertFalse(honest.verdict.granted and honest.state == "connected")


def _add_misbehaviour_tests():
    for name, cls in lies.TABLE.items():
        roles = ("client", "server") if cls.role == "both" else (cls.role,)
        for role in roles:
            def test(self, cls=cls, role=role):
                self.check(cls, role)
            setattr(MisbehaviourTest, f"test_{role}_{name.replace('-', '_')}", test)


_add_misbehaviour_tests()


class Damage(misbehave.Misbehaviour):
    """Changes one handshake message at random, transcript included."""

    def __init__(self, seed):
        super().__init__()
        self.random = random.Random(seed)
        self.victim = self.random.randrange(7)

    def messages(self, connection, message):
        self.victim -= 1
        if self.victim != -1:
            return [message]
        body = bytearray(message.body)
        position = self.random.randrange(len(body))
        change = self.random.randrange(3)
        if change == 0:
            body[position] ^= 1 << self.random.randrange(8)
        elif change == 1:
            del body[position:]
        else:
            body[position:position] = self.random.randbytes(3)
        return [messages.HandshakeMessage(message.kind, bytes(body))]


class DamageTest(unittest.TestCase):
    def test_damaged_messages_never_crash(self):
        warnings.simplefilter("ignore")  # cryptography's, of odd certificates
        for seed in range(400):
            with self.subTest(seed=seed):
                changed = {"misbehaviour": Damage(seed)}
                _, client, server = WORLD.run(
                    client=changed if seed % 2 else {},
                    server={} if seed % 2 else changed, seed=seed)
                self.assertNotIn("handshake", (client.state, server.state))


class VectorsTest(unittest.TestCase):
    def test_files_are_current(self):
        import vectors
        for name, make in vectors.FILES.items():
            with self.subTest(name):
                self.assertEqual(json.loads((VECTORS / f"{name}.json").read_text()),
                                 json.loads(json.dumps(make())))


if __name__ == "__main__":
    unittest.main()
