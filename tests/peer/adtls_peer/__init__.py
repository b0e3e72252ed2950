# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small DTLS 1.3 client and server with attestation, written from the RFCs.

It is the independent truth that adtls is tested against, and its attacker:
nothing in here was taken from the library, so that a misreading of the RFC
on one side shows on the other.
"""
