# SPDX-License-Identifier: LGPL-2.1-or-later
"""record_size_limit (RFC 8449): the largest DTLSInnerPlaintext of each side."""

from . import wire
from .codepoints import Alert, ProtocolError

MINIMUM = 64
MAXIMUM = 2**14 + 1  # content, content type and padding (RFC 8449 §4)


def encode(limit: int) -> bytes:
    return wire.uint(limit, 2)


def decode(body: bytes, is_answer: bool) -> int:
    """What the peer takes; only a client may know of larger records than we do."""
    reader = wire.Reader(body)
    limit = reader.uint(2)
    reader.finish()
    if limit < MINIMUM or is_answer and limit > MAXIMUM:
        raise ProtocolError(Alert.ILLEGAL_PARAMETER, f"a record_size_limit of {limit}")
    return min(limit, MAXIMUM)
