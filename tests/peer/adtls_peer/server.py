# SPDX-License-Identifier: LGPL-2.1-or-later
"""The server's handshake, in the order of RFC 8446 Appendix A.2."""

import hashlib
import hmac
from typing import Optional

from . import (attestation, authentication, messages, negotiation, psk, record_size,
               signing, wire)
from .codepoints import (DTLS_1_3, Alert, ExtensionType, HandshakeType,
                         ProtocolError)
from .connection import Config, Connection
from .key_exchange import KeyShare
from .messages import (RETRY_RANDOM, Certificate, CertificateRequest, ClientHello,
                       EncryptedExtensions, ServerHello)


class Server(Connection):
    is_server = True

    def __init__(self, config: Config, now: float) -> None:
        super().__init__(config, now)
        self.cookie_key = config.random_bytes(32)
        self.answers: list = []  # EncryptedExtensions, but for attestation
        self.cmw: Optional[bytes] = None
        self.selected_psk: Optional[int] = None  # its place in the offer

    def handshake(self):
        message = yield (HandshakeType.CLIENT_HELLO,)
        hello = self._take_client_hello(message)
        retry = self._retry_for(hello, message.body)
        if retry:
            self._send_retry(retry)
            message = yield (HandshakeType.CLIENT_HELLO,)
            hello = self._take_second_hello(hello, retry, message)
        self.version_is_known = True
        self._send_flight(hello)

        if self._requests_certificate() and not self.psk:
            message = yield (HandshakeType.CERTIFICATE,)
            if Certificate.decode(message.body).chain or self._needs_certificate():
                authentication.take_certificate(self, message, name_is_checked=False)
                message = yield (HandshakeType.CERTIFICATE_VERIFY,)
                authentication.take_certificate_verify(self, message)
            else:
                self.transcript.add(message.encode())
        if ExtensionType.EVIDENCE_PROPOSAL in self.selected:
            message = yield (HandshakeType.ATTESTATION,)
            self.cmw = attestation.decode_attestation(message.body)
            self.transcript.add(message.encode())
        message = yield (HandshakeType.FINISHED,)
        authentication.take_finished(self, message,
                                     self.schedule.client_handshake_traffic_secret)
        self.schedule.complete(self.transcript.hash())
        self.install_application_epoch(read=True, write=False)

    # ClientHello.

    def _take_client_hello(self, message) -> ClientHello:
        hello = ClientHello.decode(message.body)
        self.client_random = hello.random
        extensions = dict(hello.extensions)
        if DTLS_1_3 not in messages.decode_supported_versions(
                extensions.get(ExtensionType.SUPPORTED_VERSIONS, b"\2\0\0")):
            raise ProtocolError(Alert.PROTOCOL_VERSION, "DTLS 1.3 is not offered")
        common = [suite for suite in self.config.suites
                  if suite in hello.cipher_suites]
        if not common:
            raise ProtocolError(Alert.HANDSHAKE_FAILURE, "no common cipher suite")
        self.select_suite(common[0])
        for needed in (ExtensionType.SUPPORTED_GROUPS, ExtensionType.KEY_SHARE,
                       ExtensionType.SIGNATURE_ALGORITHMS):
            if needed not in extensions:
                raise ProtocolError(Alert.MISSING_EXTENSION, needed.name.lower())
        self.before_hello, self.hello_body = self.transcript.messages, message.body
        self.peer_schemes = messages.decode_numbers(
            extensions[ExtensionType.SIGNATURE_ALGORITHMS])
        if self.config.key and signing.select_scheme(
                self.config.key, self.peer_schemes) is None:
            raise ProtocolError(Alert.HANDSHAKE_FAILURE, "no common signature scheme")
        if ExtensionType.RECORD_SIZE_LIMIT in extensions:
            self.limit_records(
                record_size.decode(extensions[ExtensionType.RECORD_SIZE_LIMIT], False),
                self.config.record_size_limit or record_size.MAXIMUM)
        for extension in (e for e in attestation.EXTENSIONS if e in extensions):
            attestation.decode_offer(extension, extensions[extension])
        self.transcript.add(message.encode())
        return hello

    def _select_group(self, hello: ClientHello) -> int:
        offered = messages.decode_numbers(
            dict(hello.extensions)[ExtensionType.SUPPORTED_GROUPS])
        for group in self.config.groups:
            if group in offered:
                return group
        raise ProtocolError(Alert.HANDSHAKE_FAILURE, "no common group")

    def _share(self, hello: ClientHello) -> Optional[bytes]:
        return messages.decode_client_shares(
            dict(hello.extensions)[ExtensionType.KEY_SHARE]).get(self.group)

    # HelloRetryRequest.

    def _cookie(self, body: bytes) -> bytes:
        return hmac.new(self.cookie_key, body, hashlib.sha256).digest()

    def _retry_for(self, hello: ClientHello, body: bytes) -> Optional[ServerHello]:
        self.group = self._select_group(hello)
        extensions = []
        if self._share(hello) is None:
            extensions.append((ExtensionType.KEY_SHARE, wire.uint(self.group, 2)))
        if self.config.cookie:
            extensions.append((ExtensionType.COOKIE,
                               wire.vector(self._cookie(body), 2)))
        if not extensions:
            return None
        extensions.insert(0, (ExtensionType.SUPPORTED_VERSIONS,
                              messages.encode_selected_version()))
        return ServerHello(RETRY_RANDOM, self.suite.number, extensions)

    def _send_retry(self, retry: ServerHello) -> None:
        self.transcript.replace_by_message_hash()
        self.version_is_known = True
        self.retried = True
        self.begin_flight(is_retransmitted=False)
        self.misbehaviour.server_hello(self, retry)
        self.send_message(retry.encode(), 0)

    def _take_second_hello(self, first: ClientHello, retry: ServerHello,
                           message) -> ClientHello:
        second = self._take_client_hello(message)
        extensions, asked = dict(second.extensions), dict(retry.extensions)
        if extensions.get(ExtensionType.COOKIE) != asked.get(ExtensionType.COOKIE):
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "wrong cookie")
        before, after = dict(first.extensions), extensions
        free = {ExtensionType.KEY_SHARE, ExtensionType.COOKIE,
                ExtensionType.PRE_SHARED_KEY, ExtensionType.EARLY_DATA}
        for extension in (before.keys() | after.keys()) - free:
            if before.get(extension) != after.get(extension):
                raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                    f"ClientHello2 differs in extension {extension}")
        if (first.random, first.cipher_suites, first.session_id) != (
                second.random, second.cipher_suites, second.session_id):
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "ClientHello2 differs")
        if self._share(second) is None:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "no share of the group")
        return second

    # The server's flight.

    def _requests_certificate(self) -> bool:
        return self._needs_certificate() or bool(self.config.anchors
                                                 or self.config.pins)

    def _needs_certificate(self) -> bool:
        return (self.config.require_client_certificate
                or ExtensionType.EVIDENCE_PROPOSAL in self.selected)

    def _send_flight(self, hello: ClientHello) -> None:
        """ServerHello to Finished; refusals come after ServerHello (protocol §3)."""
        self.begin_flight()
        selected = psk.select(self, hello, self.hello_body, self.before_hello)
        if selected:
            self.use_psk(selected[1])
        self.selected_psk = selected and selected[0]
        self.offers_modes = (ExtensionType.PSK_KEY_EXCHANGE_MODES
                             in dict(hello.extensions))
        self._send_server_hello(hello)
        refusal = self._negotiate(hello) or self._select(hello)
        if refusal:
            self.transmit()
            raise refusal
        steps = ["encrypted_extensions"]
        if self._requests_certificate() and not self.psk:
            steps.append("certificate_request")
        if not self.psk:
            steps += ["certificate", "certificate_verify"]
        steps.append("finished")
        for step in self.misbehaviour.server_flight(self, steps):
            getattr(self, f"send_{step}")()
        self.derive_application_secrets()
        self.install_application_epoch(read=False, write=True)

    def _send_server_hello(self, hello: ClientHello) -> None:
        share = KeyShare(self.group, self.config.random_bytes)
        shared_secret = share.shared_secret(self._share(hello))
        answer = ServerHello(
            self.config.random_bytes(32), self.suite.number, [
                (ExtensionType.SUPPORTED_VERSIONS,
                 messages.encode_selected_version()),
                (ExtensionType.KEY_SHARE,
                 messages.encode_share(self.group, share.key_exchange()))])
        if self.psk:
            answer.extensions.append((ExtensionType.PRE_SHARED_KEY,
                                      wire.uint(self.selected_psk, 2)))
        offered = dict(hello.extensions)
        if (self.config.connection_id is not None
                and ExtensionType.CONNECTION_ID in offered):
            self.after.agree(offered[ExtensionType.CONNECTION_ID])
            answer.extensions.append((ExtensionType.CONNECTION_ID,
                                      self.after.offer()))
            self.after.checks_paths = (self.config.checks_paths
                                       and ExtensionType.RRC in offered)
            if self.after.checks_paths:
                answer.extensions.append((ExtensionType.RRC, b""))
        self.misbehaviour.server_hello(self, answer)
        self.send_message(answer.encode(), 0)
        self.enter_handshake_epoch(shared_secret)

    def _negotiate(self, hello: ClientHello) -> Optional[ProtocolError]:
        """Selects the client's Evidence type as policy says (protocol §3)."""
        policy = self.config.relying_party
        if policy is None or self.psk:
            return None
        offer = dict(hello.extensions).get(ExtensionType.EVIDENCE_PROPOSAL)
        if offer is not None:
            offered = attestation.decode_offer(ExtensionType.EVIDENCE_PROPOSAL, offer)
            selected = policy.select(offered)
            if selected:
                self.selected = {ExtensionType.EVIDENCE_PROPOSAL: selected}
                return None
        if not policy.is_required:
            return None
        if offer is None:
            return ProtocolError(Alert.ATTESTATION_REQUIRED,
                                 "the client offers no Evidence")
        return ProtocolError(Alert.UNSUPPORTED_EVIDENCE, "no common Evidence type")

    def _select(self, hello: ClientHello) -> Optional[ProtocolError]:
        if self.psk:
            return None
        try:
            self.answers = negotiation.select(self, hello,
                                              self._requests_certificate())
            return None
        except ProtocolError as refusal:
            return refusal

    def send_encrypted_extensions(self) -> None:
        answer = EncryptedExtensions(self.answers + [
            (extension, attestation.encode_answer(item))
            for extension, item in self.selected.items()])
        if self.own_record_limit is not None:
            answer.extensions.append((ExtensionType.RECORD_SIZE_LIMIT,
                                      record_size.encode(self.own_record_limit)))
        self.misbehaviour.encrypted_extensions(self, answer)
        self.send_message(answer.encode(), 2)

    def send_certificate_request(self) -> None:
        request = CertificateRequest(extensions=[(
            ExtensionType.SIGNATURE_ALGORITHMS,
            messages.encode_signature_algorithms(self.config.schemes))])
        self.misbehaviour.certificate_request(self, request)
        self.send_message(request.encode(), 2)

    def send_certificate(self) -> None:
        authentication.send_certificate(self)

    def send_certificate_verify(self) -> None:
        authentication.send_certificate_verify(self)

    def send_finished(self) -> None:
        authentication.send_finished(self,
                                     self.schedule.server_handshake_traffic_secret)

    # After the client's Finished.

    def completed(self) -> None:
        """The ACK of the final flight goes first, then the appraisal's outcome."""
        self.send_ack()
        if self.config.tickets is not None and self.offers_modes:
            self.begin_flight()
            self.send_message(psk.make_ticket(self), 3)
            self.transmit()
        if self.cmw is None:
            return
        self.binder = attestation.binder(
            self.schedule.client_attestation_main_secret, self.peer_spki)
        self.verdict = self.config.relying_party.appraise(
            self.cmw, self.binder, self.peer_key, self.config.utc())
        if not self.verdict.granted:
            raise ProtocolError(Alert.ATTESTATION_FAILED, str(self.verdict))
