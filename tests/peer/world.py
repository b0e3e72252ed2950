# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixed credentials and honest configurations for the peer's own tests."""

import random
from dataclasses import replace

from adtls_peer import certificates, evidence, signing
from adtls_peer.appraisal import RelyingParty
from adtls_peer.client import Client
from adtls_peer.connection import Config
from adtls_peer.server import Server
from adtls_peer.simulation import Network, Simulation

UTC = 1_790_000_000.0

# The messages of an attested handshake, protocol §4.
HONEST_ORDER = [
    "client client_hello", "server hello_retry_request", "client client_hello",
    "server server_hello", "server encrypted_extensions",
    "server certificate_request", "server certificate", "server certificate_verify",
    "server finished", "client certificate", "client certificate_verify",
    "client attestation", "client finished"]


class World:
    """A certification authority, a device that attests, and a gateway."""

    def __init__(self) -> None:
        draw = random.Random(2147).randbytes
        authority = certificates.TestAuthority(draw)
        device_key, device_chain = authority.issue("device.example")
        gateway_key, gateway_chain = authority.issue("gateway.example")
        attestation_key = signing.generate_private_key(draw)
        device = evidence.Device()
        shared = {"random_bytes": draw, "utc": lambda: UTC,
                  "anchors": [authority.certificate]}
        self.authority = authority
        self.client = Config(chain=device_chain, key=device_key,
                             server_name="gateway.example",
                             attester=evidence.Attester(attestation_key, device),
                             **shared)
        self.server = Config(chain=gateway_chain, key=gateway_key,
                             relying_party=RelyingParty(
                                 anchors=[attestation_key.public_key()],
                                 measurements=[device.measurement]),
                             **shared)

    def run(self, network=None, client=None, server=None, seed=0, until=1000.0):
        """A simulation of one connection, after it has come to rest."""
        network = network or Network()
        client_config = replace(self.client, random_bytes=random.Random(
            f"client {seed} {network.seed}").randbytes, **client or {})
        server_config = replace(self.server, random_bytes=random.Random(
            f"server {seed} {network.seed}").randbytes, **server or {})
        simulation = Simulation(Client(client_config, 0.0),
                                Server(server_config, 0.0), network)
        simulation.run(until)
        return simulation, simulation.peers[False], simulation.peers[True]
