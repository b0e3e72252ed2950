# SPDX-License-Identifier: LGPL-2.1-or-later
"""All the lies: importing this package fills the table of misbehave.py."""

from ..misbehave import TABLE, create
from . import (after_handshake, answers, attestation_message, authentication, cmw,
               evidence, fragments, harmless, hellos, offers, records)

__all__ = ["TABLE", "create", "after_handshake", "answers", "attestation_message",
           "authentication", "cmw", "evidence", "fragments", "harmless", "hellos",
           "offers", "records"]
