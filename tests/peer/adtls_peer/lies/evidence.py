# SPDX-License-Identifier: LGPL-2.1-or-later
"""Evidence that does not hold."""

import cbor2

from .. import attestation, evidence, signing
from ..codepoints import Alert
from ..misbehave import Misbehaviour, flip_last_byte, misbehaviour


class Claims(Misbehaviour):
    """Replaces claims of the Evidence; a value of None removes the claim."""

    def changed(self, connection, claims: dict) -> dict:
        raise NotImplementedError

    def claims(self, connection, claims):
        claims = {**claims, **self.changed(connection, claims)}
        return {key: value for key, value in claims.items() if value is not None}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceWrongBinder(Claims):
    """Puts another nonce than the binder into the Evidence."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_NONCE: flip_last_byte(claims[evidence.CLAIM_NONCE])}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceServerBinder(Claims):
    """Derives the binder from the server's attestation main secret."""

    def changed(self, connection, claims):
        spki = signing.spki(connection.config.key.public_key())
        return {evidence.CLAIM_NONCE: attestation.binder(
            connection.schedule.server_attestation_main_secret, spki)}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidencePeerKeyBinder(Claims):
    """Derives the binder for the server's public key."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_NONCE: attestation.binder(
            connection.schedule.client_attestation_main_secret,
            connection.peer_spki)}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceWithoutNonce(Claims):
    """Leaves the nonce out."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_NONCE: None}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceTwoNonces(Claims):
    """Sends the binder among two nonces."""

    def changed(self, connection, claims):
        nonce = claims[evidence.CLAIM_NONCE]
        return {evidence.CLAIM_NONCE: [nonce, flip_last_byte(nonce)]}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceLongNonce(Claims):
    """Sends the binder with more bytes after it."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_NONCE: claims[evidence.CLAIM_NONCE] + b"\1" * 8}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceShortNonce(Claims):
    """Sends the first half of the binder."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_NONCE: claims[evidence.CLAIM_NONCE][:16]}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceForAnotherKey(Claims):
    """Relays a genuine device's Evidence, which names that device's TLS key:
    the attacker handed it the binder of its own connection."""

    def changed(self, connection, claims):
        other = signing.generate_private_key(connection.config.random_bytes)
        return {evidence.CLAIM_CONFIRMATION: {
            1: evidence.cose_key(other.public_key())}}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceWithoutKey(Claims):
    """Leaves the TLS identity key out of the Evidence."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_CONFIRMATION: None}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceServerKey(Claims):
    """Names the server's TLS identity key in the Evidence."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_CONFIRMATION: {
            1: evidence.cose_key(connection.peer_key)}}


@misbehaviour("client", Alert.ATTESTATION_FAILED, Alert.EVIDENCE_STALE)
class EvidenceStale(Claims):
    """Dates the Evidence thirty days back."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_ISSUED_AT:
                claims[evidence.CLAIM_ISSUED_AT] - 30 * 86400}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceFromTheFuture(Claims):
    """Dates the Evidence a day ahead."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_ISSUED_AT: claims[evidence.CLAIM_ISSUED_AT] + 86400}


@misbehaviour("client", Alert.ATTESTATION_FAILED, Alert.MEASUREMENT_REJECTED)
class EvidenceOtherMeasurement(Claims):
    """Reports firmware that is not among the reference values."""

    def changed(self, connection, claims):
        algorithm, digest = claims[evidence.CLAIM_MEASUREMENT]
        return {evidence.CLAIM_MEASUREMENT: [algorithm, flip_last_byte(digest)]}


@misbehaviour("client", Alert.ATTESTATION_FAILED, Alert.MEASUREMENT_REJECTED)
class EvidenceWithoutMeasurement(Claims):
    """Reports no measurement at all."""

    def changed(self, connection, claims):
        return {evidence.CLAIM_MEASUREMENT: None}


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceReplayed(Misbehaviour):
    """Replays the Evidence of another connection (needs --replay-evidence)."""

    def evidence(self, connection, token):
        return self.replayed_evidence


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceWrongSignature(Misbehaviour):
    """Damages the signature of the Evidence."""

    def evidence(self, connection, token):
        return flip_last_byte(token)


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceUnknownSigner(Misbehaviour):
    """Signs the Evidence with a key that nobody trusts, under the key id of
    the trusted one."""

    def evidence(self, connection, token):
        parsed = evidence.parse(token)
        stranger = signing.generate_private_key(connection.config.random_bytes)
        forged = evidence.parse(evidence.sign_payload(parsed.payload, stranger))
        return cbor2.dumps(cbor2.CBORTag(evidence.COSE_SIGN1_TAG, [
            parsed.protected, parsed.unprotected, parsed.payload, forged.signature]))


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceSignedByTlsKey(Misbehaviour):
    """Signs the Evidence with the TLS identity key."""

    def evidence(self, connection, token):
        return evidence.sign_payload(evidence.parse(token).payload,
                                     connection.config.key)


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceUntagged(Misbehaviour):
    """Sends the COSE_Sign1 array without its tag."""

    def evidence(self, connection, token):
        return token[1:]


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceTagMac0(Misbehaviour):
    """Sends the array under the tag of COSE_Mac0."""

    def evidence(self, connection, token):
        return b"\xd1" + token[1:]


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceOtherAlgorithm(Misbehaviour):
    """Names ES512 in the protected header of an ES256 signature."""

    def evidence(self, connection, token):
        parsed = evidence.parse(token)
        protected = cbor2.dumps({evidence.HEADER_ALGORITHM: -36})
        signature = signing.sign_raw(
            connection.config.attester.key,
            evidence.signature_input(protected, parsed.payload))
        return cbor2.dumps(cbor2.CBORTag(evidence.COSE_SIGN1_TAG, [
            protected, parsed.unprotected, parsed.payload, signature]))


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceDuplicateClaim(Misbehaviour):
    """Sends the nonce claim twice: a wrong one, then the binder."""

    def evidence(self, connection, token):
        claims = dict(evidence.parse(token).claims)
        wrong = flip_last_byte(claims[evidence.CLAIM_NONCE])
        pairs = [(evidence.CLAIM_NONCE, wrong), *claims.items()]
        payload = bytes([0xA0 | len(pairs)]) + b"".join(
            cbor2.dumps(key) + cbor2.dumps(value) for key, value in pairs)
        return evidence.sign_payload(payload, connection.config.attester.key)


@misbehaviour("client", Alert.ATTESTATION_FAILED)
class EvidenceUnsignedClaims(Misbehaviour):
    """Sends the claims without any signature around them."""

    def evidence(self, connection, token):
        return evidence.parse(token).payload
