# SPDX-License-Identifier: LGPL-2.1-or-later
"""The echo programs of NSS, adtls and the Python peer behind one face."""

import json
import os
import pathlib
import re
import select
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import Optional

PATIENCE = 60  # seconds after which a program counts as hung


@dataclass(frozen=True)
class Role:
    """What one side is asked to do, in words that every stack understands."""

    trust: pathlib.Path
    certificate: Optional[pathlib.Path] = None
    key: Optional[pathlib.Path] = None
    cipher: str = ""  # adtls only: as GnuTLS names it
    groups: tuple = ()
    mtu: int = 0
    protocol: str = ""  # of the application (ALPN); NSS, or adtls-cli
    hostname: str = "localhost"  # client
    text: str = "Ein Gedicht in einem Datagramm"  # client
    cookie: bool = False  # server
    require_client_certificate: bool = False  # server
    short_header: bool = False  # NSS only
    update_keys: bool = False  # NSS, or adtls-cli as server
    until_epoch: int = 0  # NSS as client: go on until both sides write in it
    attestation_key: Optional[pathlib.Path] = None  # adtls as client
    policy: Optional[pathlib.Path] = None  # adtls as server
    names: dict = field(default_factory=dict)  # adtls-cli as server
    connections: int = 1  # one after another; NSS, or adtls-cli
    resume: Optional[pathlib.Path] = None  # adtls-cli as client: its ticket's file


@dataclass(frozen=True)
class Ending:
    """How a program ended."""

    status: int
    output: str
    errors: str

    def __str__(self):
        return f"status {self.status}\n{self.output}{self.errors}"


class Stack:
    """A way to start a client, and a server that prints where it listens."""

    def client_command(self, port, role):
        raise NotImplementedError

    def server_command(self, role):
        raise NotImplementedError

    def environment(self):
        return None

    def run_client(self, port, role):
        """Runs a client to its end."""
        done = subprocess.run(
            list(map(str, self.client_command(port, role))),
            env=self.environment(), capture_output=True, text=True,
            timeout=PATIENCE, check=False)
        return Ending(done.returncode, done.stdout, done.stderr)

    def start_server(self, role):
        return Server(list(map(str, self.server_command(role))),
                      self.environment(), self.ends_by_itself(role))

    def ends_by_itself(self, _role):
        """Whether a server is done once its clients are."""
        return self.serves_once


class Server:
    """A server process and the port that it listens on."""

    def __init__(self, command, environment, ends_by_itself):
        self.ends_by_itself = ends_by_itself
        self._process = subprocess.Popen(
            command, env=environment, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._watchdog = threading.Timer(PATIENCE, self._process.kill)
        self._watchdog.start()
        line = self._process.stdout.readline()
        address = re.search(r"127\.0\.0\.1:(\d+)", line)
        if address is None:
            raise RuntimeError(f"{command}: {line}{self.end()}")
        self.port = int(address[1])

    def end(self):
        """Lets a server that ends by itself do so, and stops any other."""
        if not self.ends_by_itself:
            self._process.terminate()
        output, errors = self._process.communicate()
        self._watchdog.cancel()
        return Ending(self._process.returncode, output, errors)

    def stop(self):
        """Leaves nothing running, however far the test came."""
        self._watchdog.cancel()
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._process.stderr.close()


class Nss(Stack):
    """interop/nss/nss_peer on the NSS in a folder."""

    serves_once = True

    def __init__(self, program, libraries):
        self.program = program
        self.libraries = libraries

    def environment(self):
        return {"LD_LIBRARY_PATH": str(self.libraries)}

    def _options(self, role):
        options = ["--ca", role.trust]
        if role.certificate:
            options += ["--cert", role.certificate, "--key", role.key]
        for group in role.groups:
            options += ["--group", group]
        if role.mtu:
            options += ["--mtu", role.mtu]
        if role.protocol:
            options += ["--alpn", role.protocol]
        if role.short_header:
            options += ["--short-header"]
        if role.update_keys:
            options += ["--update-keys"]
        if role.connections > 1:
            options += ["--connections", role.connections]
        return options

    def client_command(self, port, role):
        return [self.program, "--client", f"127.0.0.1:{port}", "--hostname",
                role.hostname, "--send", role.text, "--until-epoch",
                role.until_epoch, *self._options(role)]

    def server_command(self, role):
        options = ["--cookie"] if role.cookie else []
        if role.require_client_certificate:
            options += ["--client-auth"]
        return [self.program, "--server", *options, *self._options(role)]


def report(ending):
    """What nss_peer or adtls-cli says happened: the JSON in its last line."""
    return json.loads(ending.output.splitlines()[-1])


class Peer(Stack):
    """The Python peer in tests/peer/, without attestation."""

    serves_once = True
    groups = {"x25519": "x25519", "p256": "secp256r1", "p384": "secp384r1"}

    def __init__(self, program):
        self.program = program

    def _options(self, role):
        options = ["--timeout", 10, "--ca", role.trust]
        if role.certificate:
            options += ["--cert", role.certificate, "--key", role.key]
        for group in role.groups:
            options += ["--group", self.groups[group]]
        if role.mtu:
            options += ["--mtu", role.mtu]
        return options

    def client_command(self, port, role):
        return ["/usr/bin/python3", self.program, "client",
                f"127.0.0.1:{port}", "--server-name", role.hostname,
                "--send", role.text, "--expect", role.text,
                *self._options(role)]

    def server_command(self, role):
        options = [] if role.cookie else ["--no-cookie"]
        if role.require_client_certificate:
            options += ["--require-client-cert"]
        return ["/usr/bin/python3", self.program, "server", "--echo",
                *options, *self._options(role)]


class Adtls(Stack):
    """examples/echo-client and examples/echo-server."""

    serves_once = False
    groups = {"x25519": "GROUP-X25519", "p256": "GROUP-SECP256R1",
              "p384": "GROUP-SECP384R1"}

    def __init__(self, programs):
        self.programs = pathlib.Path(programs)

    def _options(self, role):
        options = ["--ca", role.trust]
        if role.certificate:
            options += ["--cert", role.certificate, "--key", role.key]
        priority = "NORMAL"
        if role.cipher:
            priority += f":-CIPHER-ALL:+{role.cipher}"
        if role.groups:
            priority += ":-GROUP-ALL" + "".join(
                f":+{self.groups[group]}" for group in role.groups)
        options += ["--priority", priority]
        if role.mtu:
            options += ["--mtu", role.mtu]
        return options

    def client_command(self, port, role):
        return [self.programs / "echo-client", f"127.0.0.1:{port}",
                "--hostname", role.hostname, "--send", role.text,
                *self._options(role)]

    def server_command(self, role):
        options = [] if role.cookie else ["--no-cookie"]
        if role.require_client_certificate:
            options += ["--require-client-cert"]
        return [self.programs / "echo-server", "--listen", "127.0.0.1:0",
                *options, *self._options(role)]


class AdtlsCli(Adtls):
    """cli/adtls-cli; the last line of its output is JSON."""

    serves_once = True

    def __init__(self, program):
        self.program = program

    def _options(self, role):
        options = ["--alpn", role.protocol] if role.protocol else []
        for name, (certificate, key) in role.names.items():
            options += ["--server-credentials", f"{name}:{certificate}:{key}"]
        return super()._options(role) + options

    def ends_by_itself(self, role):
        return role.connections == 1

    def run_client(self, port, role):
        """Runs one client after another, until one fails."""
        for _ in range(role.connections):
            ending = super().run_client(port, role)
            if ending.status != 0:
                break
        return ending

    def client_command(self, port, role):
        options = ["--send", role.text, "--expect", role.text]
        if role.resume:
            options += ["--resume", role.resume, "--save-ticket", role.resume]
        if role.attestation_key:
            options += ["--attestation-key", role.attestation_key,
                        "--ueid", "01" + "5a" * 16, "--software", "sensor",
                        "--measurement", "ab" * 32]
        return [*self._connect(port, role), *options]

    def server_command(self, role):
        options = [] if role.cookie else ["--no-cookie"]
        if role.update_keys:
            options += ["--update-keys"]
        if role.policy:
            options += ["--policy", role.policy]
        if self.ends_by_itself(role):
            options += ["--once"]
        return [self.program, "serve", "--listen", "127.0.0.1:0", "--json",
                *options, *self._options(role)]

    def _connect(self, port, role):
        return [self.program, "connect", f"127.0.0.1:{port}", "--name",
                role.hostname, "--json", *self._options(role)]

    def converse(self, port, role):
        """A client that says what the test tells it to."""
        return Conversation(list(map(str, [*self._connect(port, role),
                                           "--inline-commands"])))


class Conversation:
    """adtls-cli at its standard input."""

    RESEND = 0.5  # seconds until a text counts as lost
    PACE = 0.05  # between texts that wait for something
    PATIENCE = 100  # texts

    def __init__(self, command):
        self._process = subprocess.Popen(
            command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self._watchdog = threading.Timer(PATIENCE, self._process.kill)
        self._watchdog.start()
        self._output = b""
        self._asked = 0

    def say(self, line):
        self._process.stdin.write(line.encode() + b"\n")

    def ask(self):
        """Sends a text of its own until it is echoed."""
        self._asked += 1
        text = f"text {self._asked}"
        while text not in self._output.decode().splitlines():
            self.say(text)
            readable, _, _ = select.select([self._process.stdout], [], [],
                                           self.RESEND)
            if readable:
                received = os.read(self._process.stdout.fileno(), 65536)
                if not received:
                    raise RuntimeError(f"ended early: {self.end()}")
                self._output += received

    def ask_until(self, is_done, *commands):
        """Goes on, each time with these commands."""
        for _ in range(self.PATIENCE):
            if is_done():
                return
            for command in commands:
                self.say(command)
            self.ask()
            time.sleep(self.PACE)
        raise AssertionError("what is waited for does not happen")

    def end(self):
        try:
            output, errors = self._process.communicate(b"^close^\n")
        finally:
            self._watchdog.cancel()
        return Ending(self._process.returncode,
                      (self._output + output).decode(), errors.decode())
