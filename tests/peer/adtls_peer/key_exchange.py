# SPDX-License-Identifier: LGPL-2.1-or-later
"""The (EC)DHE shares of RFC 8446 §4.2.8, from injected randomness."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, x448, x25519

from . import signing
from .codepoints import Alert, NamedGroup, ProtocolError

MONTGOMERY = {NamedGroup.X25519: (x25519.X25519PrivateKey, x25519.X25519PublicKey, 32),
              NamedGroup.X448: (x448.X448PrivateKey, x448.X448PublicKey, 56)}
WEIERSTRASS = {NamedGroup.SECP256R1: (ec.SECP256R1(), 65),
               NamedGroup.SECP384R1: (ec.SECP384R1(), 97)}

ORDER_384 = int("ffffffffffffffffffffffffffffffffffffffffffffffff"
                "c7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16)


class KeyShare:
    """An ephemeral key of one group."""

    def __init__(self, group: int, random_bytes) -> None:
        self.group = NamedGroup(group)
        if group in MONTGOMERY:
            private, _, length = MONTGOMERY[self.group]
            self._key = private.from_private_bytes(random_bytes(length))
        elif group == NamedGroup.SECP384R1:
            number = int.from_bytes(random_bytes(56), "big") % (ORDER_384 - 1) + 1
            self._key = ec.derive_private_key(number, ec.SECP384R1())
        else:
            self._key = signing.generate_private_key(random_bytes)

    def key_exchange(self) -> bytes:
        public = self._key.public_key()
        if self.group in MONTGOMERY:
            return public.public_bytes(serialization.Encoding.Raw,
                                       serialization.PublicFormat.Raw)
        return public.public_bytes(serialization.Encoding.X962,
                                   serialization.PublicFormat.UncompressedPoint)

    def shared_secret(self, peer: bytes) -> bytes:
        """Refuses points off the curve and the all-zero result (§7.4)."""
        try:
            if self.group in MONTGOMERY:
                _, public, _ = MONTGOMERY[self.group]
                return self._key.exchange(public.from_public_bytes(peer))
            curve, length = WEIERSTRASS[self.group]
            if len(peer) != length or peer[0] != 4:
                raise ValueError("not an uncompressed point")
            return self._key.exchange(
                ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(curve, peer))
        except ValueError as error:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                f"key share: {error}") from error
