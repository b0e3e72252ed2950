#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Credentials as libcoap's API has them: each kind of key, each member, each
callback."""

import datetime
import pathlib
import subprocess
import unittest

import coap_case
from coap_case import CLIENT, SERVER, CoapTest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from harness import Process, free_port

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.utcnow()

setUpModule = coap_case.setUpModule


def name_of(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def pem_of(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


class Identity:
    """A key and its certificate, by an issuer or by itself."""

    def __init__(self, name, issuer=None, is_ca=False, begin=NOW - DAY,
                 end=NOW + 30 * DAY):
        self.name, self.issuer = name, issuer
        self.key = ec.generate_private_key(ec.SECP256R1())
        by = issuer or self
        self.certificate = (
            x509.CertificateBuilder().subject_name(name_of(name))
            .issuer_name(name_of(by.name)).public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin).not_valid_after(end)
            .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
            .sign(by.key, hashes.SHA256()))

    def chain(self):
        """In PEM, up to the anchor, which is not in it."""
        above = self.issuer.chain() if self.issuer else b""
        own = pem_of(self.certificate)
        return own + above if self.issuer else b""

    def private_pem(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption())

    def public(self, encoding=serialization.Encoding.PEM):
        return self.key.public_key().public_bytes(
            encoding, serialization.PublicFormat.SubjectPublicKeyInfo)

    def options(self):
        """Of a program that shows this certificate."""
        chain = self.chain() or pem_of(self.certificate)
        return ["--certificate", write(chain), "--key", write(self.private_pem())]

    def crl(self, *revoked, end=NOW + DAY):
        builder = (x509.CertificateRevocationListBuilder()
                   .issuer_name(name_of(self.name)).last_update(NOW - 2 * DAY)
                   .next_update(end))
        for identity in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(identity.certificate.serial_number)
                .revocation_date(NOW - DAY).build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(
            serialization.Encoding.PEM)


def write(data, suffix=".pem"):
    """A new file's path."""
    number = len(list(coap_case.FOLDER.iterdir()))
    path = coap_case.FOLDER / f"file-{number}{suffix}"
    path.write_bytes(data)
    return path


def sets(*members):
    return [word for member in members for word in ("--set", member)]

TOKEN_MODULES = (
    pathlib.Path("/usr/lib/softhsm/libsofthsm2.so"),
    pathlib.Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"))


def der_files(pem_certificate, pem_key, pem_ca):
    """The same in DER."""
    files = []
    for pem in (pem_certificate, pem_ca):
        certificate = x509.load_pem_x509_certificate(pem.read_bytes())
        files.append(pem.with_suffix(".der"))
        files[-1].write_bytes(certificate.public_bytes(serialization.Encoding.DER))
    key = serialization.load_pem_private_key(pem_key.read_bytes(), None)
    files.append(pem_key.with_suffix(".der"))
    files[-1].write_bytes(key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption()))
    certificate, ca, key = files
    return ["--certificate", certificate, "--key", key, "--ca", ca]


class KeyTest(CoapTest):
    """pki_key: where certificates and private keys come from."""

    def test_pem_buffers(self):
        _, port = self.serve("--key-kind", "buffer")
        output = self.run_client(port, "--key-kind", "buffer", "get=identity")
        self.assertIn("identity=CN=device-1", output)

    def test_der_buffers(self):
        options = ["--key-kind", "der", *der_files(
            *coap_case.CREDENTIALS.server, coap_case.CREDENTIALS.ca)]
        _, port = self.serve(*options)
        options = ["--key-kind", "der", *der_files(
            *coap_case.CREDENTIALS.client, coap_case.CREDENTIALS.ca)]
        output = self.run_client(port, *options, "get=identity")
        self.assertIn("identity=CN=device-1", output)

    def test_no_such_token(self):
        url = "pkcs11:token=nowhere;object=nothing"
        certificate, _ = coap_case.CREDENTIALS.server
        for words, complaint in (
                (["--certificate", url, "--key", url],
                 "the certificate in the token: "),
                (["--certificate", certificate, "--key", url],
                 "the private key in the token: ")):
            with Process(SERVER, "--port", free_port(), "--key-kind", "token", "--ca",
                         coap_case.CREDENTIALS.ca, *words) as process:
                self.assertIn(complaint, self.finish(process, 1))


class TokenTest(CoapTest):
    """A key that never leaves its token, by SoftHSM where there is one."""

    PIN = "12 34?&"

    @classmethod
    def setUpClass(cls):
        cls.module = next(filter(pathlib.Path.exists, TOKEN_MODULES), None)
        if cls.module is None:
            raise unittest.SkipTest("no SoftHSM")
        folder = coap_case.FOLDER / "token"
        (folder / "tokens").mkdir(parents=True)
        (folder / "softhsm2.conf").write_text(
            f"directories.tokendir = {folder}/tokens\n")
        # What GnuTLS finds modules with.
        modules = folder / "config/pkcs11/modules"
        modules.mkdir(parents=True)
        (modules / "softhsm.module").write_text(f"module: {cls.module}\n")
        cls.environment = [f"SOFTHSM2_CONF={folder}/softhsm2.conf",
                           f"XDG_CONFIG_HOME={folder}/config"]
        cls.run_tool("softhsm2-util", "--init-token", "--free", "--label", "adtls",
                     "--so-pin", "so-pin", "--pin", cls.PIN)
        certificate, key = coap_case.CREDENTIALS.client
        cls.run_tool("softhsm2-util", "--import", key, "--token", "adtls",
                     "--label", "device", "--id", "a1", "--pin", cls.PIN)

    @classmethod
    def run_tool(cls, *words):
        subprocess.run(["env", *cls.environment, *map(str, words)], check=True,
                       capture_output=True)

    def connect(self, port, pin):
        certificate, _ = coap_case.CREDENTIALS.client
        return Process("env", *self.environment, CLIENT, "--port", port, "--name",
                       "localhost", "--key-kind", "token", "--certificate",
                       certificate, "--key", "pkcs11:token=adtls;object=device",
                       "--ca", coap_case.CREDENTIALS.ca, "--token-pin", pin,
                       "get=identity")

    def test_key_in_token(self):
        _, port = self.serve()
        with self.connect(port, self.PIN) as process:
            self.assertIn("identity=CN=device-1", self.finish(process))

    def test_wrong_pin(self):
        with self.connect(free_port(), "wrong") as process:
            self.assertIn("the private key in the token: ", self.finish(process, 1))


class PeerTest(CoapTest):
    """A client of ours looks at a server, as members of coap_dtls_pki_t say."""

    def setUp(self):
        self.root = Identity("root.example", is_ca=True)

    def serve_as(self, identity, *options, verifies=0):
        port = free_port()
        server = Process(SERVER, "--port", port, *identity.options(),
                         *sets(f"verify_peer_cert={verifies}"), *options)
        self.addCleanup(self.end, server)
        server.wait_for("ready")
        return server, port

    def ask(self, port, *options, ca=None, name="localhost", expected=0):
        ca = write(pem_of((ca or self.root).certificate)) if ca is not False else None
        words = ["--ca", ca] if ca else []
        words += ["--name", name] if name else []
        with Process(CLIENT, "--port", port, *words, *options,
                     "get=identity") as process:
            return self.finish(process, expected)

    def refuses(self, reason, port, *options, **more):
        self.assertIn(f"outcome failed {reason}",
                      self.ask(port, *options, expected=1, **more))


class FlagTest(PeerTest):
    def test_allow_expired_certs(self):
        for identity, reason in (
                (Identity("localhost", self.root, begin=NOW - 3 * DAY,
                          end=NOW - 2 * DAY), "certificate-expired"),
                (Identity("localhost", self.root, begin=NOW + DAY),
                 "certificate-not-yet-valid")):
            _, port = self.serve_as(identity)
            self.refuses(reason, port)
            self.ask(port, *sets("allow_expired_certs=1"))

    def test_allow_self_signed(self):
        _, port = self.serve_as(Identity("localhost"))
        self.refuses("certificate-untrusted", port)
        output = self.ask(port, *sets("allow_self_signed=1"))
        self.assertIn("lets in whoever makes a certificate", output)
        self.ask(port, *sets("allow_self_signed=1"), ca=False)
        self.refuses("certificate-untrusted", port,
                     *sets("allow_self_signed=1", "check_common_ca=1"))
        # Of another CA, which is no self-signed one.
        _, port = self.serve_as(Identity("localhost", Identity("other", is_ca=True)))
        self.refuses("certificate-untrusted", port, *sets("allow_self_signed=1"))

    def test_check_common_ca(self):
        """Only pki_key's CA counts, and not the context's roots."""
        folder = coap_case.FOLDER / "common"
        folder.mkdir()
        (folder / "root.pem").write_bytes(pem_of(self.root.certificate))
        other = Identity("other.example", is_ca=True)
        _, port = self.serve_as(Identity("localhost", self.root))
        self.ask(port, "--ca-dir", folder, ca=other)
        self.refuses("certificate-untrusted", port, "--ca-dir", folder,
                     *sets("check_common_ca=1"), ca=other)

    def test_cert_chain_verify_depth(self):
        below = Identity("below.example", self.root, is_ca=True)
        _, port = self.serve_as(Identity("localhost", below))
        self.ask(port)
        self.ask(port, *sets("cert_chain_validation=1", "cert_chain_verify_depth=1"))
        self.ask(port, *sets("cert_chain_validation=0", "cert_chain_verify_depth=0"))
        self.refuses("certificate-chain-limit", port,
                     *sets("cert_chain_validation=1", "cert_chain_verify_depth=0"))

    def test_revocation(self):
        identity = Identity("localhost", self.root)
        _, port = self.serve_as(identity)
        bare = pem_of(self.root.certificate)
        check = sets("check_cert_revocation=1")

        def ask(ca, *members, expected=0):
            with Process(CLIENT, "--port", port, "--ca", write(ca), *sets(*members),
                         "get=identity") as process:
                return self.finish(process, expected)

        self.assertIn("there is no revocation list beside the CA",
                      ask(bare, "check_cert_revocation=1", expected=1))
        ask(bare, "check_cert_revocation=1", "allow_no_crl=1")
        ask(bare + self.root.crl(), "check_cert_revocation=1")
        listed = bare + self.root.crl(identity)
        for members in (["allow_no_crl=0"], ["allow_no_crl=1"]):
            self.assertIn("outcome failed certificate-revoked",
                          ask(listed, "check_cert_revocation=1", *members, expected=1))
        ask(listed, "check_cert_revocation=0")
        expired = bare + self.root.crl(end=NOW - DAY)
        self.assertIn("outcome failed crl-expired",
                      ask(expired, "check_cert_revocation=1", expected=1))
        ask(expired, "check_cert_revocation=1", "allow_expired_crl=1")
        # In a directory of anchors too.
        folder = coap_case.FOLDER / "revoked"
        folder.mkdir()
        (folder / "root.pem").write_bytes(listed)
        self.refuses("certificate-revoked", port, "--ca-dir", folder, *check,
                     ca=False)

    def test_verify_peer_cert_of_clients(self):
        _, port = self.serve_as(Identity("localhost", self.root))
        self.assertIn("certificate=0", self.ask(port))
        server, port = self.serve_as(
            Identity("localhost", self.root), "--ca",
            write(pem_of(self.root.certificate)), verifies=1)
        self.assertNotIn("answer", self.ask(port, expected=1))
        server.wait_for("outcome failed certificate-missing")

    def test_verify_peer_cert_of_servers(self):
        """Somebody must look: the application, where adtls is not to."""
        _, port = self.serve_as(Identity("localhost"))
        off = sets("verify_peer_cert=0")
        self.assertIn("servers are not verified", self.ask(port, *off, expected=1))
        output = self.ask(port, *off, "--refuse", "elsewhere")
        self.assertIn("only validate_cn_call_back decides", output)
        self.assertIn("callback cn=localhost", output)
        self.assertIn("depth=0 validated=0", output)
        self.refuses("certificate-untrusted", port, *off, "--refuse", "localhost")


class CallbackTest(PeerTest):
    def test_validate_cn_call_back(self):
        identity = Identity("localhost", self.root)
        der = identity.certificate.public_bytes(serialization.Encoding.DER)
        _, port = self.serve_as(identity)
        output = self.ask(port, "--refuse", "elsewhere")
        self.assertIn(f"callback cn=localhost len={len(der)} session=1 depth=0 "
                      "validated=1", output)
        self.ask(port, "--pinned", write(der, ".der"))
        self.refuses("certificate-refused", port, "--pinned", write(der[:-1]))
        # It is not asked about what is refused anyway.
        output = self.ask(port, "--refuse", "elsewhere", expected=1,
                          ca=Identity("other.example", is_ca=True))
        self.assertNotIn("callback cn", output)

    def test_session_ends_in_a_callback(self):
        identity = Identity("localhost", self.root)
        _, port = self.serve_as(identity)
        output = self.ask(port, "--ends-session", expected=1)
        self.assertIn("outcome failed closed-locally", output)
        device = Identity("device", self.root).options()
        server, port = self.serve_as(
            identity, "--ca", write(pem_of(self.root.certificate)), "--ends-session",
            verifies=1)
        with Process(CLIENT, "--port", port, "--ca",
                     write(pem_of(self.root.certificate)), *device,
                     "get=identity") as process:
            server.wait_for("outcome failed closed-locally")
            process.kill()

    def test_additional_tls_setup_call_back(self):
        _, port = self.serve_as(Identity("unwanted", self.root))
        output = self.ask(port, "--more-setup", name=None)
        self.assertIn("callback setup tls=1 verify=1", output)
        self.refuses("certificate-refused", port, "--more-setup", name="unwanted")

    def test_validate_sni_call_back(self):
        """Credentials by name, also for clients that call none."""
        names = {}
        for name in ("one.example", "two.example"):
            identity = Identity(name, self.root)
            names[name] = write(identity.chain() + identity.private_pem())
        options = [word for name, file in names.items()
                   for word in ("--names", f"{name}={file}")]
        server, port = self.serve_as(Identity("localhost", self.root), *options,
                                     "--names", "=")
        for name in names:
            output = self.ask(port, "--refuse", "elsewhere", name=name)
            self.assertIn(f"callback cn={name}", output)
            server.wait_for(f"callback sni={name}")
        output = self.ask(port, "--refuse", "elsewhere", name=None)
        self.assertIn("callback cn=localhost", output)
        self.refuses("alert-received", port, name="three.example")
        server.wait_for("outcome failed server-name-unknown")

    def test_clients_without_a_name(self):
        identity = Identity("one.example", self.root)
        file = write(identity.chain() + identity.private_pem())
        server, port = self.serve_as(identity, "--names", f"one.example={file}")
        self.ask(port, name="one.example")
        self.assertNotIn("answer", self.ask(port, name=None, expected=1))
        server.wait_for("outcome failed server-name-unknown")


class RawKeyTest(PeerTest):
    """Raw public keys: is_rpk_not_cert, pinned by a callback."""

    RAW = ["--key-kind", "buffer", *sets("is_rpk_not_cert=1")]

    def pinned(self, identity):
        return ["--pinned", write(identity.public(serialization.Encoding.DER))]

    def key_of(self, identity):
        return ["--key", write(identity.private_pem())]

    def serve_raw(self, identity, *options):
        port = free_port()
        server = Process(SERVER, "--port", port, *self.RAW, *self.key_of(identity),
                         *options)
        self.addCleanup(self.end, server)
        server.wait_for("ready")
        return server, port

    def ask_raw(self, port, *options, expected=0):
        with Process(CLIENT, "--port", port, *self.RAW, *options,
                     "get=identity") as process:
            return self.finish(process, expected)

    def test_pinned_by_callback(self):
        gateway, device = Identity("gateway"), Identity("device")
        server, port = self.serve_raw(gateway, *self.pinned(device))
        known = [*self.key_of(device), *self.pinned(gateway)]
        output = self.ask_raw(port, *known)
        self.assertIn("callback cn=RPK", output)
        self.assertIn("identity=sha256:", output)
        server.wait_for("callback cn=RPK")
        server.wait_for("outcome established")
        # Another device, and another gateway.
        other = Identity("other")
        self.ask_raw(port, *self.key_of(other), *self.pinned(gateway), expected=1)
        server.wait_for("outcome failed key-not-pinned")
        self.ask_raw(port, *self.key_of(device), *self.pinned(other), expected=1)
        server.wait_for("outcome failed alert-received")
        # Without any.
        self.ask_raw(port, *self.pinned(gateway), expected=1)
        server.wait_for("outcome failed certificate-type")

    def test_pinned_by_adtls(self):
        gateway, device = Identity("gateway"), Identity("device")
        pin = ["--pin", write(device.public())]
        server, port = self.serve_raw(gateway, *pin)
        pins = ["--pin", write(gateway.public(serialization.Encoding.DER))]
        self.ask_raw(port, *self.key_of(device), *pins)
        self.ask_raw(port, *self.key_of(Identity("other")), *pins, expected=1)
        server.wait_for("outcome failed key-not-pinned")
        # With pins a callback can only refuse.
        self.ask_raw(port, *self.key_of(device), *pin, "--refuse", "nobody",
                     expected=1)

    def test_clients_may_stay_unknown(self):
        gateway, device = Identity("gateway"), Identity("device")
        _, port = self.serve_raw(gateway, *sets("verify_peer_cert=0"),
                                 *self.pinned(device))
        output = self.ask_raw(port, *self.pinned(gateway))
        self.assertIn("certificate=0", output)
        output = self.ask_raw(port, *self.key_of(device), *self.pinned(gateway))
        self.assertIn("certificate=1", output)

    def test_nobody_checks(self):
        key = self.key_of(Identity("gateway"))
        with Process(SERVER, "--port", free_port(), *self.RAW, *key) as process:
            self.assertIn("raw public keys are not verified", self.finish(process, 1))
        self.assertIn("raw public keys are not verified",
                      self.ask_raw(free_port(), *key, expected=1))

    def test_public_key_of_another(self):
        one, other = Identity("one"), Identity("other")
        words = [*self.RAW, *self.key_of(one), *self.pinned(one), "--certificate"]
        with Process(SERVER, "--port", free_port(), *words,
                     write(other.public())) as process:
            self.assertIn("raw public key and private key: ",
                          self.finish(process, 1))
        with Process(SERVER, "--port", free_port(), *words,
                     write(one.public())) as process:
            process.wait_for("ready")

    def test_key_alone(self):
        with Process(SERVER, "--port", free_port(), *self.RAW) as process:
            self.assertIn("a server needs a private key", self.finish(process, 1))


def psk_client(port, key, identity, *words):
    return Process(CLIENT, "--port", port, "--psk", key, "--identity", identity,
                   *words)


class PskTest(CoapTest):
    def serve_psk(self, *options):
        """A server without certificates."""
        port = free_port()
        server = Process(SERVER, "--port", port, *options)
        self.addCleanup(self.end, server)
        server.wait_for("ready")
        return server, port

    def accepted(self, port, key, identity, *words):
        with psk_client(port, key, identity, *words, "get=identity") as process:
            return self.finish(process)

    def refused(self, server, expected, port, key, identity, *words):
        """What a server says. Its client has no keys that the alert could be
        believed by, and so waits for another answer."""
        with psk_client(port, key, identity, *words, "get=identity") as process:
            line = server.wait_for("outcome failed")
            self.assertIn(expected, line)
            process.kill()

    def test_one_key_for_any_identity(self):
        server, port = self.serve_psk("--psk", "secret")
        output = self.accepted(port, "secret", "me")
        self.assertIn("identity=psk:me certificate=0", output)
        self.assertIn("psk=me", output)
        server.wait_for("outcome established none alert=none identity=psk:me")

    def test_wrong_key(self):
        server, port = self.serve_psk("--psk", "secret")
        self.refused(server, "bad-binder", port, "guess", "me")

    def test_identities(self):
        server, port = self.serve_psk("--identities", "a=key of a",
                                      "--identities", "b=key of b", "--hint", "here")
        self.assertIn("psk=a", self.accepted(port, "key of a", "a"))
        # The server's own words, which a client of DTLS 1.3 does not hear.
        server.wait_for("callback identity=a hint=here session=a")
        self.assertIn("psk=b", self.accepted(port, "key of b", "b"))
        self.refused(server, "bad-binder", port, "key of a", "b")
        self.refused(server, "psk-unknown", port, "key of a", "c")

    def test_settings_stay_within_a_callback(self):
        """What would be replaced is in use."""
        server, port = self.serve_psk("--identities", "a=key of a",
                                      "--changes-settings")
        self.assertIn("psk=a", self.accepted(port, "key of a", "a"))
        server.wait_for("callback change mtu=0 psk=0")
        self.assertIn("psk=a", self.accepted(port, "key of a", "a"))

    def test_many_sessions(self):
        _, port = self.serve_psk("--psk", "secret")
        output = self.accepted(port, "secret", "me", "--sessions", "20")
        self.assertEqual(output.count("psk=me"), 20)

    def test_names(self):
        """validate_sni_call_back: a key for each name, and none for others."""
        server, port = self.serve_psk("--psk-names", "one.example=first",
                                      "--psk-names", "two.example=second",
                                      "--psk-names", "=unnamed")
        self.accepted(port, "first", "me", "--name", "one.example")
        server.wait_for("callback psk-sni=one.example session=1")
        self.accepted(port, "second", "me", "--name", "two.example")
        self.accepted(port, "unnamed", "me")
        self.refused(server, "bad-binder", port, "first", "me", "--name",
                     "two.example")
        self.refused(server, "psk-unknown", port, "first", "me", "--name",
                     "three.example")

    def test_name_then_identity(self):
        server, port = self.serve_psk("--psk-names", "one.example=first",
                                      "--identities", "me=mine")
        self.accepted(port, "mine", "me", "--name", "one.example")
        server.wait_for("callback psk-sni=one.example")
        server.wait_for("callback identity=me hint=one.example")

    def test_hint_callback(self):
        """There are no hints: the callback hears an empty one."""
        _, port = self.serve_psk("--identities", "other=key of other")
        output = self.accepted(port, "unused", "unused", "--hint", "other",
                               "--identities", "other=key of other")
        self.assertIn("callback hint= session=1", output)
        self.assertIn("psk=other", output)
        with psk_client(port, "key", "other", "--hint", "unknown") as process:
            self.assertIn("wants a hint", self.finish(process, 1))

    def test_both_kinds_at_one_server(self):
        server, port = self.serve("--psk", "secret")
        self.assertIn("psk=me", self.accepted(port, "secret", "me"))
        output = self.run_client(port, "get=identity")
        self.assertIn("identity=CN=device-1 certificate=1", output)
        self.assertNotIn("psk=me", output)
        # Who was made with a PSK takes no certificate in its place.
        self.refused(server, "bad-binder", port, "guess", "me")

    def test_reconnects(self):
        """Identity and key are the session's, not those set last."""
        server, port = self.serve_psk("--psk", "secret")
        with psk_client(port, "secret", "me", "get=close",
                        "get=identity") as process:
            output = self.finish(process, 1)
        self.assertIn("psk=me", output)
        self.assertEqual(output.count("outcome established"), 2)

    def test_starts_anew_as_another(self):
        """Whoever merely begins a handshake at an address changes nothing of what
        is known about the one who is connected there."""
        server, port = self.serve_psk("--identities", "a=key of a",
                                      "--identities", "b=key of b")
        own = free_port()
        with psk_client(port, "key of a", "a", "--bind-port", own, "get=identity",
                        "read", "get=identity") as first:
            first.wait_for("psk=a")
            first.kill()
        with psk_client(port, "key of b", "b", "--bind-port", own,
                        "get=identity") as second:
            self.assertIn("psk=b", self.finish(second))
        server.wait_for("outcome closed closed-by-peer")

    def test_loss(self):
        _, port = self.serve_psk("--psk", "secret")
        clients = [psk_client(self.relay_to(port, way, number), "secret", "me",
                              "get=identity")
                   for way in ("--drop-to-server", "--drop-to-client")
                   for number in range(1, 5)]
        for process in clients:
            with process:
                self.finish(process)

    def test_what_cannot_work(self):
        for words in (["--identity", "me", "--psk", 65 * "k"],
                      ["--identity", 257 * "i", "--psk", "k"],
                      ["--identity", "", "--psk", "k"]):
            with Process(CLIENT, "--port", free_port(), *words) as process:
                self.assertIn("a pre-shared key needs its", self.finish(process, 1))
        with Process(SERVER, "--port", free_port(), "--psk", 65 * "k") as process:
            self.assertIn("a pre-shared key needs its key", self.finish(process, 1))
        with Process(SERVER, "--port", free_port(), "--psk", "") as process:
            self.assertIn("a server needs a pre-shared key", self.finish(process, 1))

    def test_attestation_has_no_key_to_speak_of(self):
        with Process(SERVER, "--port", free_port(), "--psk", "secret", "--policy",
                     coap_case.CREDENTIALS.policy) as process:
            self.assertIn("attestation", self.finish(process, 1))


if __name__ == "__main__":
    unittest.main()
