# SPDX-License-Identifier: LGPL-2.1-or-later
"""The cipher suites: hash, AEAD, and the mask of record numbers (RFC 9147 §4.2.3)."""

import hashlib
from dataclasses import dataclass
from typing import Callable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import (AESCCM, AESGCM,
                                                         ChaCha20Poly1305)

from .codepoints import CipherSuite


def aes_mask(record_number_key: bytes, ciphertext: bytes) -> bytes:
    """For suites based on AES."""
    encryptor = Cipher(algorithms.AES(record_number_key), modes.ECB()).encryptor()
    return encryptor.update(ciphertext[:16])


def chacha_mask(record_number_key: bytes, ciphertext: bytes) -> bytes:
    """For suites based on ChaCha20: the counter, then the nonce, from the sample."""
    cipher = Cipher(algorithms.ChaCha20(record_number_key, ciphertext[:16]), None)
    return cipher.encryptor().update(bytes(64))


@dataclass(frozen=True)
class Suite:
    number: CipherSuite
    hash_name: str
    key_length: int
    tag_length: int
    aead: Callable  # from the key: an object with encrypt() and decrypt()
    mask: Callable[[bytes, bytes], bytes]

    @property
    def hash_length(self) -> int:
        return hashlib.new(self.hash_name).digest_size


SUITES = {suite.number: suite for suite in (
    Suite(CipherSuite.TLS_AES_128_GCM_SHA256, "sha256", 16, 16, AESGCM, aes_mask),
    Suite(CipherSuite.TLS_AES_256_GCM_SHA384, "sha384", 32, 16, AESGCM, aes_mask),
    Suite(CipherSuite.TLS_CHACHA20_POLY1305_SHA256, "sha256", 32, 16,
          ChaCha20Poly1305, chacha_mask),
    Suite(CipherSuite.TLS_AES_128_CCM_SHA256, "sha256", 16, 16,
          lambda key: AESCCM(key, 16), aes_mask),
    Suite(CipherSuite.TLS_AES_128_CCM_8_SHA256, "sha256", 16, 8,
          lambda key: AESCCM(key, 8), aes_mask))}

DEFAULT = SUITES[CipherSuite.TLS_AES_128_GCM_SHA256]
