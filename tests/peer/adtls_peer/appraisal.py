# SPDX-License-Identifier: LGPL-2.1-or-later
"""A relying party with its Verifier beside it (protocol §4.2)."""

import hmac
from dataclasses import dataclass, field
from typing import Optional

from . import attestation, evidence


@dataclass
class Verdict:
    granted: bool
    check: str = ""  # the one that failed
    expected: str = ""
    got: str = ""
    claims: dict = field(default_factory=dict)

    def __str__(self) -> str:
        if self.granted:
            return "granted"
        return f"denied: {self.check}: expected {self.expected}, got {self.got}"


class Refusal(Exception):
    """One failed check."""

    def __init__(self, check: str, expected: str, got: str) -> None:
        super().__init__(check)
        self.verdict = Verdict(False, check, expected, got)


@dataclass
class RelyingParty:
    """Policy for the peer's attestation with Evidence."""

    is_required: bool = True
    anchors: list = field(default_factory=list)  # public attestation keys
    measurements: list = field(default_factory=list)  # digests; empty means any
    maximum_age: int = 300  # seconds
    clock_skew: int = 60  # seconds that iat may lie in the future
    types: tuple = (attestation.EvidenceType(attestation.EAT_CWT),)
    message_limit: int = attestation.DEFAULT_MESSAGE_LIMIT

    def select(self, offered: list) -> Optional[attestation.EvidenceType]:
        """Our own order of preference decides."""
        return next((kind for kind in self.types if kind in offered), None)

    def appraise(self, cmw: bytes, binder: bytes, tls_key, utc: float) -> Verdict:
        try:
            token = self._unwrap(cmw)
            claims = token.claims
            self._check_signature(token)
            self._check_binding(claims, binder, tls_key)
            self._check_age(claims, utc)
            self._check_measurement(claims)
        except Refusal as refusal:
            return refusal.verdict
        return Verdict(True, claims=claims)

    def _unwrap(self, cmw: bytes) -> evidence.Token:
        try:
            kind, value, indicator = attestation.decode_cmw_record(cmw)
            if kind != attestation.EAT_CWT:
                raise Refusal("cmw type", str(attestation.EAT_CWT), str(kind))
            if not indicator & attestation.CMW_EVIDENCE:
                raise Refusal("cmw indicator", "evidence", str(indicator))
            return evidence.parse(value)
        except ValueError as error:
            raise Refusal("format", "Evidence in a CMW record", str(error)) from error

    def _check_signature(self, token: evidence.Token) -> None:
        if not any(token.is_signed_by(anchor) for anchor in self.anchors):
            raise Refusal("signature", "one of the trust anchors",
                          f"key id {(token.key_id() or b'').hex()}")

    @staticmethod
    def _check_binding(claims: dict, binder: bytes, tls_key) -> None:
        nonce = claims.get(evidence.CLAIM_NONCE)
        if not (isinstance(nonce, bytes) and hmac.compare_digest(nonce, binder)):
            raise Refusal("eat_nonce", binder.hex(),
                          nonce.hex() if isinstance(nonce, bytes) else repr(nonce))
        confirmation = claims.get(evidence.CLAIM_CONFIRMATION)
        if confirmation != {1: evidence.cose_key(tls_key)}:
            raise Refusal("cnf", "the TLS identity key", "another key")

    def _check_age(self, claims: dict, utc: float) -> None:
        issued_at = claims.get(evidence.CLAIM_ISSUED_AT)
        oldest, newest = int(utc) - self.maximum_age, int(utc) + self.clock_skew
        if not (isinstance(issued_at, int) and oldest <= issued_at <= newest):
            raise Refusal("iat", f"{oldest} to {newest}", repr(issued_at))

    def _check_measurement(self, claims: dict) -> None:
        measurement = claims.get(evidence.CLAIM_MEASUREMENT)
        accepted = [[evidence.HASH_SHA256, digest] for digest in self.measurements]
        if accepted and measurement not in accepted:
            got = measurement[1].hex() if (
                isinstance(measurement, list) and len(measurement) == 2
                and isinstance(measurement[1], bytes)) else repr(measurement)
            raise Refusal("measurement", " or ".join(
                digest.hex() for digest in self.measurements), got)
