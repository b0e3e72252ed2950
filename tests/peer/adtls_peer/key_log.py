# SPDX-License-Identifier: LGPL-2.1-or-later
"""The key log file format of NSS (SSLKEYLOGFILE), with two labels more.

CLIENT_ATTESTATION_MAIN_SECRET and SERVER_ATTESTATION_MAIN_SECRET let a reader
derive the binder anew; they decrypt nothing.
"""

ATTESTATION_LABELS = ("CLIENT_ATTESTATION_MAIN_SECRET",
                      "SERVER_ATTESTATION_MAIN_SECRET")


def line(label: str, client_random: bytes, secret: bytes) -> str:
    return f"{label} {client_random.hex()} {secret.hex()}\n"


def parse(text: str) -> dict[bytes, dict[str, bytes]]:
    """Client random -> label -> secret; lines of other kinds are skipped."""
    secrets: dict[bytes, dict[str, bytes]] = {}
    for entry in text.splitlines():
        words = entry.split()
        if len(words) != 3 or entry.startswith("#"):
            continue
        try:
            client_random, secret = bytes.fromhex(words[1]), bytes.fromhex(words[2])
        except ValueError:
            continue
        secrets.setdefault(client_random, {})[words[0]] = secret
    return secrets
