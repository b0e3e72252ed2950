# SPDX-License-Identifier: LGPL-2.1-or-later
"""Test credentials, made by certtool when the tests run: P-256, unless another kind
of key is asked for."""

import pathlib
import subprocess

AUTHORITY = ["ca", "cert_signing_key"]
SERVER = ["dns_name = localhost", "ip_address = 127.0.0.1", "signing_key",
          "tls_www_server"]
CLIENT = ["signing_key", "tls_www_client"]

KINDS = {"p256": ["--key-type=ecdsa", "--curve=secp256r1"],
         "p384": ["--key-type=ecdsa", "--curve=secp384r1"],
         "rsa": ["--key-type=rsa", "--bits=2048"],
         "ed25519": ["--key-type=ed25519"]}


class Credentials:
    """A folder with two authorities, and a server and a client of the first."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.authority = self._certify("authority", AUTHORITY)
        self.stranger = self._certify("stranger", AUTHORITY)
        self.server = self._certify("server", SERVER, signer="authority")
        self.client = self._certify("client", CLIENT, signer="authority")

    def of_kind(self, kind):
        """Another server and another client, with keys of this kind."""
        # NSS wants it of a server with RSA, although TLS 1.3 has no use for it.
        usage = ["encryption_key"] if kind == "rsa" else []
        return (self._certify(f"server-{kind}", SERVER + usage, "authority", kind),
                self._certify(f"client-{kind}", CLIENT, "authority", kind))

    def public_key(self, certificate):
        """A file with the public key that goes with a certificate file."""
        public = certificate.with_suffix(".pub")
        _certtool("--load-privkey", self.key(certificate), "--pubkey-info",
                  "--outfile", public)
        return public

    def key(self, certificate):
        """The key file that goes with a certificate file."""
        return certificate.with_suffix(".key")

    def _certify(self, name, lines, signer=None, kind="p256"):
        key = self.folder / f"{name}.key"
        certificate = self.folder / f"{name}.pem"
        template = self.folder / f"{name}.template"
        template.write_text("\n".join(
            [f"cn = adtls interop {name}", "expiration_days = 2", *lines, ""]))
        _certtool("--generate-privkey", *KINDS[kind], "--pkcs8", "--password=",
                  "--outfile", key)
        if signer is None:
            _certtool("--generate-self-signed", "--load-privkey", key,
                      "--template", template, "--outfile", certificate)
        else:
            _certtool("--generate-certificate", "--load-privkey", key,
                      "--load-ca-certificate", self.folder / f"{signer}.pem",
                      "--load-ca-privkey", self.folder / f"{signer}.key",
                      "--template", template, "--outfile", certificate)
        return certificate


def _certtool(*arguments):
    done = subprocess.run(["certtool", "--no-text", *map(str, arguments)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"certtool {arguments}: {done.stderr}")
