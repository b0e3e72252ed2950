# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pre-shared keys and tickets (RFC 8446 §4.2.9, §4.2.11, §4.6.1), with (EC)DHE."""

import hmac
from dataclasses import dataclass
from typing import Optional

from . import keys, wire
from .codepoints import Alert, ExtensionType, HandshakeType, ProtocolError
from .messages import HandshakeMessage

DHE_KE = 1
NONCE = b"\0"


@dataclass(frozen=True)
class Psk:
    """A key and the identity that it goes by."""

    identity: bytes
    key: bytes
    is_external: bool = True  # else of a ticket
    hash_name: str = "sha256"
    age: int = 0  # obfuscated, milliseconds

    def binder(self, transcript: bytes) -> bytes:
        """RFC 8446 §4.2.11.2, over the messages up to the binders."""
        schedule = keys.KeySchedule(hash_name=self.hash_name, psk=self.key)
        label = b"ext binder" if self.is_external else b"res binder"
        binder_key = keys.derive_secret(schedule.early_secret, label,
                                        keys.digest(b"", self.hash_name))
        return keys.finished_verify_data(binder_key,
                                         keys.digest(transcript, self.hash_name))


def encode_modes() -> bytes:
    return wire.vector(bytes([DHE_KE]), 1)


def encode_binders(binders: list) -> bytes:
    return wire.vector(b"".join(wire.vector(binder, 1) for binder in binders), 2)


def encode_offers(psks: list, binders: list) -> bytes:
    identities = b"".join(wire.vector(psk.identity, 2) + wire.uint(psk.age, 4)
                          for psk in psks)
    return wire.vector(identities, 2) + encode_binders(binders)


def decode_offers(body: bytes) -> tuple:
    """Identities, binders, and how long the list of these is."""
    reader = wire.Reader(body)
    inner, identities, binders = wire.Reader(reader.vector(2, 7)), [], []
    length = reader.remaining()
    while inner.remaining():
        identities.append(inner.vector(2, 1))
        inner.uint(4)
    inner = wire.Reader(reader.vector(2, 33))
    reader.finish()
    while inner.remaining():
        binders.append(inner.vector(1, 32))
    if len(identities) != len(binders):
        raise ProtocolError(Alert.ILLEGAL_PARAMETER, "binders are not as many")
    return identities, binders, length


# The client.

def add_offers(connection, hello) -> None:
    """Puts pre_shared_key behind all other extensions."""
    psks = connection.psks_on_offer()
    hello.extensions = [(kind, body) for kind, body in hello.extensions
                        if kind != ExtensionType.PRE_SHARED_KEY]
    if not psks:
        return
    empty = [bytes(len(keys.digest(b"", psk.hash_name))) for psk in psks]
    hello.extensions.append((ExtensionType.PRE_SHARED_KEY,
                             encode_offers(psks, empty)))
    covered = connection.transcript.messages + hello.encode().encode()[
        :-len(encode_binders(empty))]
    hello.extensions[-1] = (ExtensionType.PRE_SHARED_KEY, encode_offers(
        psks, [psk.binder(covered) for psk in psks]))


def take_selection(connection, body: bytes) -> Psk:
    reader = wire.Reader(body)
    index = reader.uint(2)
    reader.finish()
    psks = connection.psks_on_offer()
    if index >= len(psks) or psks[index].hash_name != connection.suite.hash_name:
        raise ProtocolError(Alert.ILLEGAL_PARAMETER, "selected_identity")
    return psks[index]


def take_ticket(connection, message) -> Psk:
    """NewSessionTicket, as a PSK that can be used at once."""
    reader = wire.Reader(message.body)
    lifetime, age_add = reader.uint(4), reader.uint(4)
    nonce, ticket = reader.vector(1), reader.vector(2, 1)
    extensions = reader.vector(2)
    reader.finish()
    if lifetime > 7 * 24 * 3600 or extensions:
        raise ProtocolError(Alert.ILLEGAL_PARAMETER, "a ticket that we do not know")
    return Psk(ticket, resumption_key(connection, nonce), False,
               connection.suite.hash_name, age_add)


def resumption_key(connection, nonce: bytes) -> bytes:
    secret = connection.schedule.resumption_secret
    return keys.hkdf_expand_label(secret, b"resumption", nonce, len(secret))


# The server.

def select(connection, hello, body: bytes, before: bytes) -> Optional[tuple]:
    """The first PSK that is known, with its place; its binder must be right."""
    extensions = dict(hello.extensions)
    offer = extensions.get(ExtensionType.PRE_SHARED_KEY)
    if offer is None:
        return None
    if hello.extensions[-1][0] != ExtensionType.PRE_SHARED_KEY:
        raise ProtocolError(Alert.ILLEGAL_PARAMETER, "pre_shared_key is not last")
    if ExtensionType.PSK_KEY_EXCHANGE_MODES not in extensions:
        raise ProtocolError(Alert.MISSING_EXTENSION, "psk_key_exchange_modes")
    identities, binders, length = decode_offers(offer)
    known = {psk.identity: psk for psk in connection.config.psks}
    known.update(connection.config.tickets or {})
    for index, identity in enumerate(identities):
        psk = known.get(identity)
        if psk is None or psk.hash_name != connection.suite.hash_name:
            continue
        message = HandshakeMessage(HandshakeType.CLIENT_HELLO, body).encode()
        if not hmac.compare_digest(psk.binder(before + message[:-length]),
                                   binders[index]):
            raise ProtocolError(Alert.DECRYPT_ERROR, "a binder is wrong")
        return index, psk
    return None


def make_ticket(connection) -> HandshakeMessage:
    """A ticket that says nothing: the server remembers."""
    config = connection.config
    identity, age_add = config.random_bytes(32), config.random_bytes(4)
    config.tickets[identity] = Psk(identity, resumption_key(connection, NONCE), False,
                                   connection.suite.hash_name)
    return HandshakeMessage(HandshakeType.NEW_SESSION_TICKET, (
        wire.uint(3600, 4) + age_add + wire.vector(NONCE, 1)
        + wire.vector(identity, 2) + wire.vector(b"", 2)))
