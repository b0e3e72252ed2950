#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Credentials as libcoap's API has them: each kind of key, each member, each
callback."""

import pathlib
import subprocess
import unittest

import coap_case
from coap_case import CLIENT, SERVER, CoapTest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from harness import Process, free_port

setUpModule = coap_case.setUpModule

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


if __name__ == "__main__":
    unittest.main()
