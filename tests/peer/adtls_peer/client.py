# SPDX-License-Identifier: LGPL-2.1-or-later
"""The client's handshake, in the order of RFC 8446 Appendix A.1."""

from . import (attestation, authentication, certificates, messages, negotiation,
               psk, record_size)
from .codepoints import (DTLS_1_3, Alert, ExtensionType, HandshakeType,
                         ProtocolError)
from .connection import Config, Connection
from .key_exchange import KeyShare
from .messages import (CertificateRequest, ClientHello, EncryptedExtensions,
                       ServerHello)


class Client(Connection):
    is_server = False

    def __init__(self, config: Config, now: float) -> None:
        super().__init__(config, now)
        self.shares = {group: KeyShare(group, config.random_bytes)
                       for group in config.groups[:config.shares]}
        self.hello = self._client_hello()
        self.client_random = self.hello.random
        self.certificate_request = None

    def handshake(self):
        self._send_hello()
        message = yield (HandshakeType.SERVER_HELLO,)
        server_hello = ServerHello.decode(message.body)
        if server_hello.is_retry:
            self._answer_retry(server_hello, message)
            message = yield (HandshakeType.SERVER_HELLO,)
            server_hello = ServerHello.decode(message.body)
        self._take_server_hello(server_hello, message)

        message = yield (HandshakeType.ENCRYPTED_EXTENSIONS,)
        self._take_encrypted_extensions(message)
        if not self.psk:
            yield from self._authenticate_server()
        message = yield (HandshakeType.FINISHED,)
        authentication.take_finished(self, message,
                                     self.schedule.server_handshake_traffic_secret)
        self.derive_application_secrets()
        self._send_final_flight()

    def _authenticate_server(self):
        message = yield (HandshakeType.CERTIFICATE_REQUEST, HandshakeType.CERTIFICATE)
        if message.kind == HandshakeType.CERTIFICATE_REQUEST:
            self.certificate_request = CertificateRequest.decode(message.body)
            self._check_certificate_request()
            self.transcript.add(message.encode())
            message = yield (HandshakeType.CERTIFICATE,)
        elif ExtensionType.EVIDENCE_PROPOSAL in self.selected:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                "Evidence is wanted, but no certificate")
        authentication.take_certificate(self, message)
        message = yield (HandshakeType.CERTIFICATE_VERIFY,)
        authentication.take_certificate_verify(self, message)

    # ClientHello.

    def _client_hello(self) -> ClientHello:
        config = self.config
        hello = ClientHello(config.random_bytes(32), list(config.suites))
        hello.extensions = [
            (ExtensionType.SUPPORTED_VERSIONS,
             messages.encode_supported_versions([DTLS_1_3])),
            (ExtensionType.SUPPORTED_GROUPS, messages.encode_groups(config.groups)),
            (ExtensionType.SIGNATURE_ALGORITHMS,
             messages.encode_signature_algorithms(config.schemes)),
            (ExtensionType.KEY_SHARE, self._encode_shares())]
        if config.server_name and not certificates.is_address(config.server_name):
            hello.extensions.append((ExtensionType.SERVER_NAME,
                                     messages.encode_server_name(config.server_name)))
        hello.extensions += negotiation.offers(config)
        if config.connection_id is not None:
            hello.extensions.append((ExtensionType.CONNECTION_ID,
                                     self.after.offer()))
            if config.checks_paths:
                hello.extensions.append((ExtensionType.RRC, b""))
        if config.psks or config.wants_tickets:
            hello.extensions.append((ExtensionType.PSK_KEY_EXCHANGE_MODES,
                                     psk.encode_modes()))
        if config.record_size_limit:
            hello.extensions.append((ExtensionType.RECORD_SIZE_LIMIT,
                                     record_size.encode(config.record_size_limit)))
        if config.attester:
            hello.extensions.append((
                ExtensionType.EVIDENCE_PROPOSAL, attestation.encode_offer(
                    [attestation.EvidenceType(attestation.EAT_CWT)])))
        return hello

    def _encode_shares(self) -> bytes:
        return messages.encode_client_shares(
            [(group, share.key_exchange()) for group, share in self.shares.items()])

    def _send_hello(self) -> None:
        self.misbehaviour.client_hello(self, self.hello)
        psk.add_offers(self, self.hello)
        self.misbehaviour.pre_shared_key(self, self.hello)
        self.begin_flight()
        self.send_message(self.hello.encode(), 0)

    def psks_on_offer(self) -> list:
        """After a retry those that fit the suite (RFC 8446 §4.1.4)."""
        return [one for one in self.config.psks
                if not self.retried or one.hash_name == self.suite.hash_name]

    # ServerHello and HelloRetryRequest.

    def _check_hello(self, hello: ServerHello, allowed: set) -> dict:
        extensions = dict(hello.extensions)
        if messages.encode_selected_version() != extensions.get(
                ExtensionType.SUPPORTED_VERSIONS):
            raise ProtocolError(Alert.PROTOCOL_VERSION, "not DTLS 1.3")
        if hello.session_id:  # RFC 9147 §5: never echoed
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "legacy_session_id_echo")
        if hello.cipher_suite not in self.config.suites or (
                self.retried and hello.cipher_suite != self.suite.number):
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                "ServerHello selects what was not offered")
        self.select_suite(hello.cipher_suite)
        for extension in extensions:
            if extension in attestation.EXTENSIONS:
                raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                    "an attestation extension in ServerHello")
            if extension not in allowed:
                raise ProtocolError(Alert.UNSUPPORTED_EXTENSION,
                                    f"extension {extension} in ServerHello")
        return extensions

    def _answer_retry(self, retry: ServerHello, message) -> None:
        """RFC 8446 §4.1.4: the second ClientHello changes only what it must."""
        extensions = self._check_hello(retry, {
            ExtensionType.SUPPORTED_VERSIONS, ExtensionType.KEY_SHARE,
            ExtensionType.COOKIE})
        self.transcript.replace_by_message_hash()
        self.transcript.add(message.encode())
        changed = dict(self.hello.extensions)
        if ExtensionType.KEY_SHARE in extensions:
            reader = messages.wire.Reader(extensions[ExtensionType.KEY_SHARE])
            group = reader.uint(2)
            reader.finish()
            if group not in self.config.groups or group in self.shares:
                raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                    "HelloRetryRequest for a group we did not offer "
                                    "or sent a share of")
            self.shares = {group: KeyShare(group, self.config.random_bytes)}
            changed[ExtensionType.KEY_SHARE] = self._encode_shares()
        if ExtensionType.COOKIE in extensions:
            messages.decode_cookie(extensions[ExtensionType.COOKIE])
            changed[ExtensionType.COOKIE] = extensions[ExtensionType.COOKIE]
        if changed == dict(self.hello.extensions):
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                "HelloRetryRequest changes nothing")
        self.hello.extensions = list(changed.items())
        self.retried = True
        self.version_is_known = True
        self._send_hello()

    def _take_server_hello(self, hello: ServerHello, message) -> None:
        if hello.is_retry:
            raise ProtocolError(Alert.UNEXPECTED_MESSAGE, "a second HelloRetryRequest")
        allowed = {ExtensionType.SUPPORTED_VERSIONS, ExtensionType.KEY_SHARE}
        if self.psks_on_offer():
            allowed.add(ExtensionType.PRE_SHARED_KEY)
        allowed |= ({ExtensionType.CONNECTION_ID, ExtensionType.RRC}
                    & dict(self.hello.extensions).keys())
        extensions = self._check_hello(hello, allowed)
        if ExtensionType.PRE_SHARED_KEY in extensions:
            self.use_psk(psk.take_selection(
                self, extensions[ExtensionType.PRE_SHARED_KEY]))
        if ExtensionType.CONNECTION_ID in extensions:
            self.after.agree(extensions[ExtensionType.CONNECTION_ID])
            self.after.checks_paths = ExtensionType.RRC in extensions
        if ExtensionType.KEY_SHARE not in extensions:
            raise ProtocolError(Alert.MISSING_EXTENSION, "key_share")
        self.group, key_exchange = messages.decode_share(
            extensions[ExtensionType.KEY_SHARE])
        if self.group not in self.shares:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                "ServerHello selects a group without a share")
        shared_secret = self.shares[self.group].shared_secret(key_exchange)
        self.transcript.add(message.encode())
        self.version_is_known = True
        self.enter_handshake_epoch(shared_secret)

    # EncryptedExtensions.

    def _take_encrypted_extensions(self, message) -> None:
        answered = dict(EncryptedExtensions.decode(message.body).extensions)
        offered = dict(self.hello.extensions)
        for extension in answered:
            if extension not in offered and extension not in attestation.EXTENSIONS:
                raise ProtocolError(Alert.UNSUPPORTED_EXTENSION,
                                    f"extension {extension} was not offered")
        if ExtensionType.RECORD_SIZE_LIMIT in answered:
            self.limit_records(
                record_size.decode(answered[ExtensionType.RECORD_SIZE_LIMIT], True),
                self.config.record_size_limit)
        self.selected = attestation.check_answers(offered, answered)
        negotiation.take_answers(self, answered)
        self.transcript.add(message.encode())

    def _check_certificate_request(self) -> None:
        self.peer_schemes = messages.decode_numbers(dict(
            self.certificate_request.extensions)[ExtensionType.SIGNATURE_ALGORITHMS])
        for extension, _ in self.certificate_request.extensions:
            if extension in attestation.EXTENSIONS:
                raise ProtocolError(Alert.ILLEGAL_PARAMETER, "an attestation "
                                    "extension in CertificateRequest")

    # The final flight.

    def _send_final_flight(self) -> None:
        self.begin_flight()
        steps = []
        if self.certificate_request:
            steps.append("certificate")
            if self.config.key:
                steps.append("certificate_verify")
        if ExtensionType.EVIDENCE_PROPOSAL in self.selected and self.config.key:
            steps.append("attestation")
        steps.append("finished")
        for step in self.misbehaviour.final_flight(self, steps):
            getattr(self, f"send_{step}")()
        self.schedule.complete(self.transcript.hash())
        self.install_application_epoch(read=True, write=True)

    def send_certificate(self) -> None:
        authentication.send_certificate(self)

    def send_certificate_verify(self) -> None:
        authentication.send_certificate_verify(self)

    def send_attestation(self, epoch: int = 2) -> None:
        authentication.send_attestation(
            self, self.schedule.client_attestation_main_secret, epoch)

    def send_finished(self) -> None:
        authentication.send_finished(self,
                                     self.schedule.client_handshake_traffic_secret)
