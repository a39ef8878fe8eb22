# SPDX-License-Identifier: GPL-3.0-or-later
"""The RSA key with which a virtual iPhone proves itself in pairing and TLS; drawn when first needed."""

import threading

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


class DeviceKey:
    """One phone's key pair. Thousands of phones in virtual time never need theirs, so none is drawn early."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: rsa.RSAPrivateKey | None = None

    def _drawn(self) -> rsa.RSAPrivateKey:
        with self._lock:
            if self._key is None:
                self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            return self._key

    @property
    def public_pem(self) -> bytes:
        """PEM, PKCS#1 ("BEGIN RSA PUBLIC KEY"): the only form both clients read."""
        public = self._drawn().public_key()
        return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)

    @property
    def public_der(self) -> bytes:
        """DER, PKCS#1: the bytes a certificate over this key must contain."""
        public = self._drawn().public_key()
        return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)

    @property
    def private_pem(self) -> bytes:
        """PEM, PKCS#8, in clear: it guards nothing but a virtual phone."""
        return self._drawn().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
