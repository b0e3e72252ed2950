# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the CoAP tests need: credentials, free ports, libcoap's examples built
against adtls, and processes whose output is read while they run."""

import hashlib
import itertools
import json
import os
import pathlib
import queue
import shutil
import socket
import subprocess
import sys
import threading

from cryptography import x509
from cryptography.hazmat.primitives import serialization

HERE = pathlib.Path(__file__).resolve().parent
PEER = HERE.parent / "peer"
sys.path.insert(0, str(PEER))

from adtls_peer.certificates import TestAuthority  # noqa: E402

BUILD = pathlib.Path(os.environ.get("abs_top_builddir", "build")).resolve()
EXAMPLES = pathlib.Path("/usr/share/doc/libcoap3-dev/examples")
PATIENCE = 60  # seconds until something that hangs is a failure


class Credentials:
    """PEM files of a CA, a server and its clients, and a policy."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.authority = TestAuthority(os.urandom)
        self.ca = self._write("ca.pem", self.authority.certificate.public_bytes(
            serialization.Encoding.PEM))
        self.server = self.issue("localhost")
        self.client = self.issue("device-1")
        self.stranger_ca = self._write(
            "stranger-ca.pem", TestAuthority(os.urandom, "Strangers").certificate
            .public_bytes(serialization.Encoding.PEM))
        self._make_attestation()

    def _write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def issue(self, name):
        """The paths of a certificate and its key."""
        key, chain = self.authority.issue(name)
        pem = "".join(_pem(der) for der in chain)
        return (self._write(f"{name}.pem", pem.encode()),
                self._write(f"{name}-key.pem", _key_pem(key)))

    def _make_attestation(self):
        key, _ = self.authority.issue("attestation key")
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        genuine = hashlib.sha256(b"genuine").digest()
        self.attestation_key = self._write("attestation-key.pem", _key_pem(key))
        self.genuine = self._write("genuine", genuine)
        self.tampered = self._write("tampered", hashlib.sha256(b"x").digest())
        self.policy = self._write("policy.json", json.dumps({
            "version": 1,
            "accept-key-binding": ["echo"],
            "trust-anchors": [{"name": "maker", "public-key": public,
                               "key-binding": "echo"}],
            "reference-values": [{"software-name": "test",
                                  "measurement": f"sha-256:{genuine.hex()}"}],
        }).encode())


def _key_pem(key):
    return key.private_bytes(serialization.Encoding.PEM,
                             serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def _pem(der):
    return x509.load_der_x509_certificate(der).public_bytes(
        serialization.Encoding.PEM).decode()


# Below what systems give away by themselves, so that nobody takes one of these
# between its choice and its use; each process of tests begins at its own.
PORTS = range(10000, 30000)
_ports = itertools.cycle(itertools.chain(PORTS[os.getpid() * 64 % len(PORTS):],
                                         PORTS))


def free_port(count=1):
    """The first of so many UDP ports in a row that nobody has."""
    while True:
        ports = [next(_ports) for _ in range(count)]
        if ports[-1] == ports[0] + count - 1 and all(map(_is_free, ports)):
            return ports[0]


def _is_free(port):
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


class Process:
    """A program whose lines of output are waited for."""

    def __init__(self, *command):
        self.lines = []
        self._unread = queue.Queue()
        self._process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.end()

    def _read(self):
        for line in self._process.stdout:
            self._unread.put(line.rstrip("\n"))
        self._unread.put(None)

    def wait_for(self, text):
        """The next line that contains text."""
        while True:
            try:
                line = self._unread.get(timeout=PATIENCE)
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"no '{text}' in:\n" + "\n".join(self.lines))
            self.lines.append(line)
            if text in line:
                return line

    def tell(self, line=""):
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def finish(self):
        """Waits for its end; its exit status, and all it printed."""
        try:
            status = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = "still running"
        return status, self._collect()

    def _collect(self):
        self._reader.join(PATIENCE)
        while not self._unread.empty():
            line = self._unread.get()
            if line is not None:
                self.lines.append(line)
        return "\n".join(self.lines)

    def kill(self):
        """As a crash would: nobody is told."""
        self._process.kill()
        self._process.wait()
        return self._collect()

    def end(self):
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._collect()
        self._process.stdin.close()
        self._process.stdout.close()
        return self._process.returncode


def relay(port, *options):
    """A lossy relay to the server at port, as a process; and its own port."""
    process = Process(sys.executable, PEER / "relay", "--to",
                      f"127.0.0.1:{port}", *options)
    line = process.wait_for("listening on")
    return process, int(line.rpartition(":")[2])


def compiler():
    return (os.environ.get("CC", "cc") + " " +
            os.environ.get("SANITIZER_CFLAGS", "")).split()


class Installation:
    """Our libraries as they would be installed, from the build tree."""

    def __init__(self, folder):
        self.lib = pathlib.Path(folder) / "lib"
        self.lib.mkdir()
        for file in (BUILD / ".libs").glob("libadtls.so*"):
            shutil.copy(file, self.lib, follow_symlinks=False)
        for name in ("libadtls-coap.a", "libcoap-3-adtls.a"):
            shutil.copy(BUILD / "coap" / name, self.lib)
        self._copy_pc(BUILD / "adtls.pc")
        self._copy_pc(BUILD / "coap/libcoap-3-adtls.pc")

    def _copy_pc(self, file):
        lines = [f"libdir={self.lib}" if line.startswith("libdir=") else line
                 for line in file.read_text().splitlines()]
        (self.lib / file.name).write_text("\n".join(lines) + "\n")

    def environment(self):
        path = os.environ.get("PKG_CONFIG_PATH", "")
        return dict(os.environ, PKG_CONFIG_PATH=f"{self.lib}:{path}",
                    LD_LIBRARY_PATH=str(self.lib), MAKEFLAGS="", MAKELEVEL="")

    def build_examples(self, folder):
        """libcoap's own examples, by their own Makefile."""
        folder = pathlib.Path(folder) / "examples"
        shutil.copytree(EXAMPLES, folder)
        subprocess.run(["make", "-C", folder, "LIBCOAP=libcoap-3-adtls",
                        f"CC={' '.join(compiler())}"], check=True,
                       capture_output=True, env=self.environment())
        return folder
