# SPDX-License-Identifier: LGPL-2.1-or-later
"""The two programs of ours that the CoAP tests run, and how they run them."""

import pathlib
import signal
import tempfile
import unittest

import harness
from harness import BUILD, Process, free_port, relay

CLIENT = BUILD / "tests/coap/coap_client"
SERVER = BUILD / "tests/coap/coap_server"


def setUpModule():
    global FOLDER, CREDENTIALS
    folder = tempfile.TemporaryDirectory(prefix="adtls-coap-")
    unittest.addModuleCleanup(folder.cleanup)
    FOLDER = pathlib.Path(folder.name)
    CREDENTIALS = harness.Credentials(FOLDER)


def credential_options(certificate_and_key):
    certificate, key = certificate_and_key
    return ["--certificate", certificate, "--key", key, "--ca", CREDENTIALS.ca]


def start_server(*options, port=None):
    """Our server, ready, and its port."""
    port = port or free_port()
    server = Process(SERVER, "--port", port,
                     *credential_options(CREDENTIALS.server), *options)
    try:
        server.wait_for("ready")
    except AssertionError:
        server.end()
        raise
    return server, port


def client(port, *words):
    return Process(CLIENT, "--port", port, "--name", "localhost",
                   *credential_options(CREDENTIALS.client), *words)


def attested(measurement):
    return ["--attestation-key", CREDENTIALS.attestation_key, "--measurement",
            measurement]


class CoapTest(unittest.TestCase):
    def serve(self, *options, port=None):
        server, port = start_server(*options, port=port)
        self.addCleanup(self.end, server)
        return server, port

    def end(self, server):
        """Leaks and the like show in the status."""
        status = server.end()
        self.assertIn(status, (0, -signal.SIGKILL), "\n".join(server.lines))

    def relay_to(self, port, *options):
        process, port = relay(port, *options)
        self.addCleanup(process.end)
        return port

    def run_client(self, port, *words):
        """What a client printed that ended well."""
        with client(port, *words) as process:
            return self.finish(process)

    def finish(self, process, expected=0):
        status, output = process.finish()
        self.assertEqual(status, expected, output)
        return output
