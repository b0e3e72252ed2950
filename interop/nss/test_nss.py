# SPDX-License-Identifier: LGPL-2.1-or-later
"""adtls and NSS, each as client and as server of the other, through a relay
that sees every datagram; likewise the Python peer and NSS, since the peer is
what adtls is held against elsewhere. NSS with itself shows that the relay, the
programs and the expectations are sound."""

import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PEER = HERE.parents[1] / "tests" / "peer"
sys.path.insert(0, str(PEER))

import relay as relays  # noqa: E402
from adtls_peer import messages  # noqa: E402
from adtls_peer.codepoints import (DTLS_1_3, CipherSuite,  # noqa: E402
                                   Alert, ExtensionType, NamedGroup)
from credentials import Credentials  # noqa: E402
from relay import CLIENT, SERVER, Relay  # noqa: E402
from stacks import Adtls, AdtlsCli, Nss, Peer, Role, report  # noqa: E402

CANNOT = 77  # how fetch-nss says that there is no NSS to be had
BUILD = pathlib.Path(os.environ.get("abs_top_builddir", "build")).resolve()
STACKS = {}
CREDENTIALS = None


def setUpModule():
    global CREDENTIALS
    program = BUILD / "interop" / "nss" / "nss_peer"
    if not program.exists():
        raise unittest.SkipTest(f"no {program}: is libnss3-dev installed?")
    fetched = subprocess.run([HERE / "fetch-nss", BUILD / "nss"],
                             capture_output=True, text=True, check=False)
    if fetched.returncode == CANNOT:
        raise unittest.SkipTest(" ".join(fetched.stderr.split()))
    if fetched.returncode != 0:
        raise RuntimeError(fetched.stderr)
    STACKS["nss"] = Nss(program, fetched.stdout.strip())
    STACKS["adtls"] = Adtls(BUILD / "examples")
    STACKS["adtls-cli"] = AdtlsCli(BUILD / "cli" / "adtls-cli")
    STACKS["peer"] = Peer(PEER / "peer")
    folder = tempfile.TemporaryDirectory(prefix="adtls-nss-")
    unittest.addModuleCleanup(folder.cleanup)
    CREDENTIALS = Credentials(folder.name)


class Meeting:
    """One client, one server, the relay between them, and how it ended."""

    def __init__(self, client_stack, client, server_stack, server, rule, talk):
        process = server_stack.start_server(server)
        try:
            with Relay(process.port, rule) as self.relay:
                if talk:
                    self.client = self._converse(client_stack, client, talk)
                else:
                    self.client = client_stack.run_client(self.relay.port,
                                                          client)
                self.server = process.end()
        finally:
            process.stop()

    def __str__(self):
        return (f"client: {self.client}\nserver: {self.server}\n"
                f"{self.relay}")

    def reports(self):
        """What NSS says, on each side that it has."""
        return [report(ending) for ending in (self.client, self.server)
                if '{"nss"' in ending.output]

    def _converse(self, stack, role, talk):
        conversation = stack.converse(self.relay.port, role)
        try:
            talk(conversation, self.relay)
        except AssertionError as what:
            raise AssertionError(
                f"{what}\n{conversation.end()}\n{self.relay}") from None
        return conversation.end()


class Pair:
    """A pair of stacks, and what may be said of their meetings."""

    client_stack = server_stack = None
    def meet(self, client=None, server=None, rule=relays.deliver, talk=None):
        """Runs one connection; each side's role is changed as the test says.
        With talk(conversation, relay) an adtls-cli says what the test wants."""
        self.client_role = dataclasses.replace(
            Role(trust=CREDENTIALS.authority), **(client or {}))
        server_role = dataclasses.replace(
            Role(trust=CREDENTIALS.authority, certificate=CREDENTIALS.server,
                 key=CREDENTIALS.key(CREDENTIALS.server)), **(server or {}))
        return Meeting(STACKS[self.client_stack], self.client_role,
                       STACKS[self.server_stack], server_role, rule, talk)

    def certified(self):
        """What a client with a certificate has."""
        return {"certificate": CREDENTIALS.client,
                "key": CREDENTIALS.key(CREDENTIALS.client)}

    def assert_echoed(self, meeting):
        story = f"\n{meeting}"
        self.assertEqual(0, meeting.client.status, story)
        if self.client_stack == "adtls":
            self.assertIn(self.client_role.text, meeting.client.output, story)
        if self.server_stack == "adtls":
            self.assertIn(meeting.server.status, (0, -signal.SIGTERM), story)
        for each in meeting.reports():
            self.assertTrue(each["ok"], story)

    def assert_refused(self, meeting, *alerts):
        """The client fails by its own decision or for the peer's alert."""
        story = f"\n{meeting}"
        self.assertGreater(meeting.client.status, 0, story)
        self.assertTrue(meeting.client.errors.strip(), story)
        seen = {each.get(way) for each in meeting.reports()
                for way in ("alert_sent", "alert_received")}
        self.assertTrue(seen & set(alerts), story)

    def assert_agreed(self, meeting, group):
        """Version, suite and group, as the wire and NSS have them."""
        story = f"\n{meeting}"
        for hello in meeting.relay.client_hellos():
            versions = messages.decode_supported_versions(
                dict(hello.extensions)[ExtensionType.SUPPORTED_VERSIONS])
            self.assertEqual([DTLS_1_3], versions, story)
        hello = meeting.relay.server_hellos()[-1]
        extensions = dict(hello.extensions)
        self.assertFalse(hello.is_retry, story)
        self.assertEqual(messages.encode_selected_version(),
                         extensions[ExtensionType.SUPPORTED_VERSIONS], story)
        self.assertIn(hello.cipher_suite, list(CipherSuite), story)
        share, _ = messages.decode_share(extensions[ExtensionType.KEY_SHARE])
        self.assertEqual(group, share, story)
        for each in meeting.reports():
            self.assertEqual(group, each["group"], story)
            self.assertEqual(hello.cipher_suite, each["cipher_suite"], story)

    def assert_retried(self, meeting, has_cookie, group=None):
        """There is one HelloRetryRequest; it asks for just this."""
        story = f"\n{meeting}"
        retries = [h for h in meeting.relay.server_hellos() if h.is_retry]
        self.assertEqual(1, len(retries), story)
        extensions = dict(retries[0].extensions)
        if has_cookie is not None:
            self.assertEqual(has_cookie, ExtensionType.COOKIE in extensions,
                             story)
        asked = extensions.get(ExtensionType.KEY_SHARE)
        self.assertEqual(group, asked and int.from_bytes(asked, "big"), story)

    def assert_not_retried(self, meeting):
        """There is no HelloRetryRequest, unless adtls has to check the client's
        address because its flight is over three times the ClientHello."""
        if self.server_stack == "adtls" and len(
                meeting.relay.server_hellos()) == 2:
            self.assert_retried(meeting, True)
            first = len(meeting.relay.of(CLIENT)[0].datagram)
            flight = sum(len(p.datagram) for p in meeting.relay.of(SERVER)[1:]
                         if p.is_handshake())
            self.assertGreater(flight, 3 * first, f"\n{meeting}")
            return
        self.assertEqual(1, len(meeting.relay.server_hellos()), f"\n{meeting}")


class Pairing(Pair):
    """The tests of one pair of stacks."""

    fatal_losses = ()  # (sender, position) that these two do not survive

    def test_x25519(self):
        meeting = self.meet(client={"groups": ("x25519",)})
        self.assert_echoed(meeting)
        self.assert_agreed(meeting, NamedGroup.X25519)
        self.assert_not_retried(meeting)

    def test_secp256r1(self):
        meeting = self.meet(client={"groups": ("p256",)})
        self.assert_echoed(meeting)
        self.assert_agreed(meeting, NamedGroup.SECP256R1)
        self.assert_not_retried(meeting)

    def test_retry_for_secp256r1(self):
        meeting = self.meet(client={"groups": ("x25519", "p256")},
                            server={"groups": ("p256",)})
        self.assert_echoed(meeting)
        self.assert_agreed(meeting, NamedGroup.SECP256R1)
        self.assert_retried(meeting, None, NamedGroup.SECP256R1)

    def test_retry_for_x25519(self):
        meeting = self.meet(client={"groups": ("p256", "x25519")},
                            server={"groups": ("x25519",)})
        self.assert_echoed(meeting)
        self.assert_agreed(meeting, NamedGroup.X25519)
        self.assert_retried(meeting, None, NamedGroup.X25519)

    def test_retry_for_cookie(self):
        meeting = self.meet(client={"groups": ("x25519",)},
                            server={"cookie": True})
        self.assert_echoed(meeting)
        self.assert_agreed(meeting, NamedGroup.X25519)
        self.assert_retried(meeting, True)

    def test_retry_for_group_and_cookie(self):
        meeting = self.meet(client={"groups": ("x25519", "p256")},
                            server={"groups": ("p256",), "cookie": True})
        self.assert_echoed(meeting)
        self.assert_agreed(meeting, NamedGroup.SECP256R1)
        self.assert_retried(meeting, True, NamedGroup.SECP256R1)

    def test_no_common_group(self):
        meeting = self.meet(client={"groups": ("x25519",)},
                            server={"groups": ("p256",)})
        self.assert_refused(meeting, Alert.HANDSHAKE_FAILURE)

    def test_client_certificate(self):
        meeting = self.meet(client=self.certified(),
                            server={"require_client_certificate": True})
        self.assert_echoed(meeting)

    def test_client_certificate_missing(self):
        meeting = self.meet(server={"require_client_certificate": True})
        self.assert_refused(meeting, Alert.CERTIFICATE_REQUIRED)

    def test_client_certificate_untrusted(self):
        meeting = self.meet(client=self.certified(),
                            server={"require_client_certificate": True,
                                    "trust": CREDENTIALS.stranger})
        self.assert_refused(meeting, Alert.UNKNOWN_CA, Alert.BAD_CERTIFICATE,
                            Alert.CERTIFICATE_UNKNOWN)

    def test_server_certificate_untrusted(self):
        meeting = self.meet(client={"trust": CREDENTIALS.stranger})
        self.assert_refused(meeting, Alert.UNKNOWN_CA, Alert.BAD_CERTIFICATE,
                            Alert.CERTIFICATE_UNKNOWN)

    def test_server_of_another_name(self):
        meeting = self.meet(client={"hostname": "elsewhere.example"})
        self.assert_refused(meeting, Alert.BAD_CERTIFICATE,
                            Alert.CERTIFICATE_UNKNOWN,
                            Alert.UNRECOGNIZED_NAME)

    # Everything is fragmented, a client's certificate and ClientHello included.
    def test_mtu_256(self):
        meeting = self.meet(client={**self.certified(), "mtu": 256,
                                    "groups": ("x25519",)},
                            server={"require_client_certificate": True,
                                    "cookie": True, "mtu": 256})
        self.assert_echoed(meeting)
        for passage in meeting.relay.passages:
            self.assertLessEqual(len(passage.datagram), 256, f"\n{meeting}")

    def test_short_record_headers(self):
        meeting = self.meet(client={"short_header": True},
                            server={"short_header": True})
        self.assert_echoed(meeting)

    def test_each_datagram_twice(self):
        meeting = self.meet(client=self.certified(), rule=relays.repeat,
                            server={"require_client_certificate": True,
                                    "cookie": True})
        self.assert_echoed(meeting)

    # At each position of the handshake, that of the last ACK included.
    def test_one_datagram_lost(self):
        self.lose_each(self.certified(),
                       {"require_client_certificate": True, "cookie": True})

    def lose_each(self, client, server):
        """Repeats a handshake with each of its datagrams lost in turn."""
        whole = self.meet(client, server)
        self.assert_echoed(whole)
        handshake = [p for p in whole.relay.passages if p.is_handshake()]
        acknowledgement = next(p for p in whole.relay.of(SERVER)
                               if not p.is_handshake())
        self.assertTrue({CLIENT, SERVER} <= {p.sender for p in handshake})
        for passage in [*handshake, acknowledgement]:
            if (passage.sender, passage.position) in self.fatal_losses:
                continue
            with self.subTest(sender=passage.sender, lost=passage.position):
                rule = relays.lose(passage.sender, passage.position)
                self.assert_echoed(self.meet(client, server, rule))


class AdtlsPairing(Pairing):
    """What is asked of adtls, and not of the peer or of NSS with itself."""

    # NSS has no CCM.
    def test_suites(self):
        for cipher, suite in (
                ("AES-128-GCM", CipherSuite.TLS_AES_128_GCM_SHA256),
                ("AES-256-GCM", CipherSuite.TLS_AES_256_GCM_SHA384),
                ("CHACHA20-POLY1305", CipherSuite.TLS_CHACHA20_POLY1305_SHA256)):
            with self.subTest(cipher):
                meeting = self.meet(client={"cipher": cipher, "groups": ("x25519",)},
                                    server={"cipher": cipher, "cookie": True})
                self.assert_echoed(meeting)
                self.assert_agreed(meeting, NamedGroup.X25519)
                self.assertEqual(
                    suite, meeting.relay.server_hellos()[-1].cipher_suite)

    def test_no_common_suite(self):
        if self.server_stack == "adtls":  # NSS would answer in plaintext
            meeting = self.meet(server={"cipher": "AES-128-CCM"})
            self.assert_refused(meeting, Alert.HANDSHAKE_FAILURE)

    def test_secp384r1(self):
        meeting = self.meet(client={"groups": ("p384",)})
        self.assert_echoed(meeting)
        self.assert_agreed(meeting, NamedGroup.SECP384R1)

    def test_retry_for_secp384r1(self):
        meeting = self.meet(client={"groups": ("x25519", "p384")},
                            server={"groups": ("p384",), "cookie": True})
        self.assert_echoed(meeting)
        self.assert_agreed(meeting, NamedGroup.SECP384R1)

    # Both sides have a key of the kind, and so both sign and both verify.
    def test_kinds_of_keys(self):
        for kind in self.kinds:
            with self.subTest(kind):
                server, client = CREDENTIALS.of_kind(kind)
                self.assert_echoed(self.meet(
                    client={"certificate": client, "key": CREDENTIALS.key(client)},
                    server={"certificate": server, "key": CREDENTIALS.key(server),
                            "require_client_certificate": True}))

    kinds = ("rsa", "p384")

    def test_one_datagram_of_256_bytes_lost(self):
        self.lose_each({**self.certified(), "mtu": 256, "groups": ("x25519",)},
                       {"require_client_certificate": True, "cookie": True,
                        "mtu": 256})


class NssClient(Pairing):
    """What only NSS does as a client."""

    # 1.4 KB of it, in two datagrams, and for nothing.
    def test_post_quantum_client_hello(self):
        meeting = self.meet(client={"groups": ("x25519mlkem768", "x25519"),
                                    "mtu": 1280},
                            server={"groups": ("x25519",)})
        self.assert_echoed(meeting)
        self.assert_agreed(meeting, NamedGroup.X25519)
        self.assert_retried(meeting, None, NamedGroup.X25519)
        self.assertGreater(len(meeting.relay.client_hellos()[0].encode().body),
                           max(len(p.datagram) for p in meeting.relay.passages))


class AdtlsClientNssServer(AdtlsPairing, unittest.TestCase):
    client_stack, server_stack = "adtls", "nss"
    # NSS refuses with an alert in plaintext. Anybody could have sent that:
    # adtls believes it only when the handshake's minute has passed.
    test_no_common_group = None


class NssClientAdtlsServer(NssClient, AdtlsPairing, unittest.TestCase):
    client_stack, server_stack = "nss", "adtls"


class PeerClientNssServer(Pairing, unittest.TestCase):
    client_stack, server_stack = "peer", "nss"
    # The peer sends its text once, in one datagram with its Finished.
    fatal_losses = ((CLIENT, 2),)


class NssClientPeerServer(NssClient, unittest.TestCase):
    client_stack, server_stack = "nss", "peer"


class NssClientNssServer(NssClient, unittest.TestCase):
    client_stack, server_stack = "nss", "nss"
    # NSS numbers ServerHello 1 even where that was the number of a repeated
    # HelloRetryRequest, and NSS discards it as a replay.
    fatal_losses = ((SERVER, 0),)


class Names(Pair):
    """Application protocols (RFC 7301) and server names (RFC 6066 §3)."""

    def test_protocol(self):
        meeting = self.meet(client={"protocol": "coap"}, server={"protocol": "coap"})
        self.assert_echoed(meeting)
        for each in meeting.reports():
            self.assertEqual("coap", each["application_protocol"], f"\n{meeting}")

    def test_protocol_of_client_alone(self):
        meeting = self.meet(client={"protocol": "coap"})
        self.assert_echoed(meeting)
        for each in meeting.reports():
            self.assertNotIn("application_protocol", each, f"\n{meeting}")


class NamesByNssClient(Names, unittest.TestCase):
    client_stack, server_stack = "nss", "adtls-cli"

    def test_no_common_protocol(self):
        meeting = self.meet(client={"protocol": "h2"}, server={"protocol": "coap"})
        self.assert_refused(meeting, Alert.NO_APPLICATION_PROTOCOL)

    def test_server_name(self):
        """The usual certificate is another one's, which NSS would refuse."""
        server = CREDENTIALS.server
        meeting = self.meet(server={
            **self.certified(),
            "names": {"localhost": (server, CREDENTIALS.key(server))}})
        self.assert_echoed(meeting)


class NamesByNssServer(Names, unittest.TestCase):
    client_stack, server_stack = "adtls-cli", "nss"

    def test_server_name(self):
        meeting = self.meet()
        self.assert_echoed(meeting)
        self.assertEqual("localhost", report(meeting.server)["server_name"])


class Resumption(Pair):
    """RFC 8446 §2.2: each of three connections but the first is resumed, by a
    ticket of the one before it, with a new key exchange."""

    suites = {"AES-128-GCM": CipherSuite.TLS_AES_128_GCM_SHA256,
              "AES-256-GCM": CipherSuite.TLS_AES_256_GCM_SHA384}

    def resumed(self, cipher, client=None):
        raise NotImplementedError

    def assert_resumed(self, meeting):
        """NSS says so of the last connection."""
        story = f"\n{meeting}"
        self.assert_echoed(meeting)
        for each in meeting.reports():
            self.assertTrue(each["resumed"], story)

    def test_suites(self):
        for cipher, suite in self.suites.items():
            with self.subTest(cipher):
                meeting = self.resumed(cipher)
                self.assert_resumed(meeting)
                for each in meeting.reports():
                    self.assertEqual(suite, each["cipher_suite"], f"\n{meeting}")

    def test_client_certificate(self):
        meeting = self.resumed("AES-128-GCM", self.certified())
        self.assert_resumed(meeting)


class ResumptionByNssClient(Resumption, unittest.TestCase):
    client_stack, server_stack = "nss", "adtls-cli"

    def resumed(self, cipher, client=None):
        return self.meet({"connections": 3, **(client or {})},
                         {"connections": 3, "cipher": cipher,
                          "require_client_certificate": client is not None})

    def assert_resumed(self, meeting):
        super().assert_resumed(meeting)
        self.assertEqual(2, meeting.server.errors.count(", ticket"),
                         f"\n{meeting}")


class ResumptionByNssServer(Resumption, unittest.TestCase):
    client_stack, server_stack = "adtls-cli", "nss"

    def resumed(self, cipher, client=None):
        return self.meet({"connections": 3, "cipher": cipher,
                          "resume": CREDENTIALS.folder / f"{cipher}.ticket",
                          **(client or {})},
                         {"connections": 3,
                          "require_client_certificate": client is not None})

    def assert_resumed(self, meeting):
        super().assert_resumed(meeting)
        self.assertIn("(resumed)", meeting.client.errors, f"\n{meeting}")


class KeyUpdate(Pair):
    """RFC 9147 §8: one side updates its keys with each text, and asks the other
    to follow, until both have come to epoch 5, so have written in epoch 4."""

    def begun_by(self, side, rule=relays.deliver):
        raise NotImplementedError

    def assert_updated(self, meeting):
        story = f"\n{meeting}"
        self.assert_echoed(meeting)
        for each in meeting.reports():
            self.assertGreaterEqual(each["read_epoch"], 5, story)
            self.assertGreaterEqual(each["write_epoch"], 4, story)
        for sender in (CLIENT, SERVER):  # 0: the low bits of 4
            self.assertEqual([2, 3, 0], meeting.relay.epochs(sender)[:3], story)

    def test_begun_by_client(self):
        self.lose_each_around(CLIENT)

    def test_begun_by_server(self):
        self.lose_each_around(SERVER)

    # KeyUpdate, its answer, adtls's ACK, and the texts among them.
    def lose_each_around(self, side):
        """Repeats the updates with each datagram of the first lost in turn."""
        whole = self.begun_by(side)
        self.assert_updated(whole)
        for sender in (CLIENT, SERVER):
            by_nss = (self.client_stack, self.server_stack)[sender == SERVER] == "nss"
            for position in around_update(whole.relay, sender):
                rule = relays.lose(sender, position,
                                   lambda d: by_nss and is_nss_ack(d))
                with self.subTest(sender=sender, lost=position):
                    self.assert_updated(self.begun_by(side, rule))


def around_update(relay, sender):
    """The positions from the first datagram in epoch 3 to the first in 4."""
    bits = [passage.epoch_bits() for passage in relay.of(sender)]
    return range(bits.index(3), bits.index(0) + 1)


def is_nss_ack(datagram):
    """By its size: header, tag, type, length, record numbers of 16 bytes. NSS
    acknowledges a KeyUpdate once: if that is lost, it never gets on."""
    return len(datagram) % 16 == 8


class NssClientKeyUpdate(KeyUpdate):
    """The client goes on until it reads and writes in epoch 5."""

    client_stack = "nss"

    def begun_by(self, side, rule=relays.deliver):
        return self.meet({"until_epoch": 5, "update_keys": side == CLIENT},
                         {"update_keys": side == SERVER}, rule)


class NssUpdatesKeysOfNss(NssClientKeyUpdate, unittest.TestCase):
    server_stack = "nss"


class NssClientUpdatesKeysWithAdtls(NssClientKeyUpdate, unittest.TestCase):
    server_stack = "adtls-cli"

    def test_begun_by_both(self):
        self.assert_updated(self.meet({"until_epoch": 12, "update_keys": True},
                                      {"update_keys": True}))


class AdtlsClientUpdatesKeysWithNss(KeyUpdate, unittest.TestCase):
    """The client goes on until the relay has seen both sides in epoch 5."""

    client_stack, server_stack = "adtls-cli", "nss"

    def begun_by(self, side, rule=relays.deliver):
        def talk(conversation, relay):
            conversation.ask_until(
                lambda: all(relay.epochs(sender)[3:] for sender in (CLIENT, SERVER)),
                *(["^rekey^"] if side == CLIENT else []))
        return self.meet(server={"update_keys": side == SERVER}, rule=rule,
                         talk=talk)

    # NSS never acknowledges again: adtls goes on with the keys that it has.
    def test_update_not_acknowledged(self):
        has_begun = threading.Event()

        def talk(conversation, _relay):
            conversation.ask()
            has_begun.set()
            conversation.say("^rekey^")
            for _ in range(10):
                conversation.ask()
                time.sleep(conversation.PACE)

        def lose_acks(sender, _position, datagram):
            is_lost = (has_begun.is_set() and sender == SERVER
                       and is_nss_ack(datagram))
            return 0 if is_lost else 1

        meeting = self.meet(talk=talk, rule=lose_acks)
        story = f"\n{meeting}"
        self.assert_echoed(meeting)
        self.assertEqual([2, 3], meeting.relay.epochs(CLIENT), story)
        self.assertEqual([2, 3, 0], meeting.relay.epochs(SERVER), story)


class Stranger(Pair):
    """NSS has never heard of attestation: adtls gets on with it, unless its
    policy says that it must not."""

    def assert_plain(self, ending, story):
        """adtls says that nothing was attested."""
        summary = report(ending)
        self.assertEqual("none", summary["authorization"], story)
        self.assertIsNone(summary["verdict"], story)
        self.assertFalse(summary["parameters"]["sends_evidence"], story)
        self.assertFalse(summary["parameters"]["receives_evidence"], story)

    def offers_attestation(self, meeting):
        return [ExtensionType.EVIDENCE_PROPOSAL in dict(hello.extensions)
                for hello in meeting.relay.client_hellos()]


class AttesterMeetsNss(Stranger, unittest.TestCase):
    client_stack, server_stack = "adtls-cli", "nss"

    def test_attester(self):
        key = CREDENTIALS.key(CREDENTIALS.client)
        for required in (False, True):
            with self.subTest(require_client_certificate=required):
                meeting = self.meet(
                    {**self.certified(), "attestation_key": key},
                    {"require_client_certificate": required, "cookie": True})
                self.assert_echoed(meeting)
                self.assertEqual([True, True], self.offers_attestation(meeting))
                self.assert_plain(meeting.client, f"\n{meeting}")


class NssMeetsRelyingParty(Stranger, unittest.TestCase):
    client_stack, server_stack = "nss", "adtls-cli"

    def meet_policy(self, wish):
        public = CREDENTIALS.public_key(CREDENTIALS.client)
        policy = CREDENTIALS.folder / f"{wish}.json"
        policy.write_text(json.dumps({
            "version": 1, "peer-attestation": wish,
            "accept-key-binding": ["echo"],
            "trust-anchors": [{"name": "maker", "key-binding": "echo",
                               "public-key-file": public.name}],
            "reference-values": [{"software-name": "sensor",
                                  "measurement": "sha-256:" + "ab" * 32}]}))
        return self.meet(self.certified(), {"policy": policy})

    def test_allow(self):
        meeting = self.meet_policy("allow")
        self.assert_echoed(meeting)
        self.assertEqual([False], self.offers_attestation(meeting)[-1:])
        self.assert_plain(meeting.server, f"\n{meeting}")

    # Under handshake keys, or NSS would have had to believe a stranger.
    def test_require(self):
        meeting = self.meet_policy("require")
        story = f"\n{meeting}"
        self.assert_refused(meeting, Alert.ATTESTATION_REQUIRED)
        self.assertEqual("attestation-not-offered",
                         report(meeting.server)["closing"]["reason"], story)
        self.assertIn("closed: attestation-not-offered", meeting.server.errors,
                      story)
        self.assertEqual([2], meeting.relay.epochs(SERVER), story)


if __name__ == "__main__":
    unittest.main()
