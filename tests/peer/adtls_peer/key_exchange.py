# SPDX-License-Identifier: LGPL-2.1-or-later
"""The (EC)DHE shares of RFC 8446 §4.2.8, from injected randomness."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, x25519

from . import signing
from .codepoints import Alert, NamedGroup, ProtocolError


class KeyShare:
    """An ephemeral key of one group."""

    def __init__(self, group: int, random_bytes) -> None:
        self.group = group
        if group == NamedGroup.X25519:
            self._key = x25519.X25519PrivateKey.from_private_bytes(random_bytes(32))
        else:
            self._key = signing.generate_private_key(random_bytes)

    def key_exchange(self) -> bytes:
        public = self._key.public_key()
        if self.group == NamedGroup.X25519:
            return public.public_bytes(serialization.Encoding.Raw,
                                       serialization.PublicFormat.Raw)
        return public.public_bytes(serialization.Encoding.X962,
                                   serialization.PublicFormat.UncompressedPoint)

    def shared_secret(self, peer: bytes) -> bytes:
        """Refuses points off the curve and the all-zero result (§7.4)."""
        try:
            if self.group == NamedGroup.X25519:
                return self._key.exchange(
                    x25519.X25519PublicKey.from_public_bytes(peer))
            if len(peer) != 65 or peer[0] != 4:
                raise ValueError("not an uncompressed point")
            public = ec.EllipticCurvePublicKey.from_encoded_point(
                ec.SECP256R1(), peer)
            return self._key.exchange(ec.ECDH(), public)
        except ValueError as error:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                f"key share: {error}") from error
