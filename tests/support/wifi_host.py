# SPDX-License-Identifier: GPL-3.0-or-later
"""A bench's own name in its Wi-Fi, with a certificate for it, and who trusts that."""

import ssl
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from phones.clock import utc_now
from station.checking.act import PageHost
from station.checking.wifi_settings import page_host_of
from station.setup.settings import Checking

HOST = "bench.shop.example"


def wifi_host(folder: Path) -> PageHost:
    """That of this machine's loopback, for a day; its files lie in the folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    now = utc_now()
    signed = (
        builder.not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "chain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    found = page_host_of(
        Checking(wifi_host=HOST, wifi_address="127.0.0.1", wifi_certificate="chain.pem", wifi_key="key.pem"), folder
    )
    assert found is not None
    return found


def trust_of(host: PageHost) -> ssl.SSLContext:
    """Of a phone on which that certificate is known."""
    return ssl.create_default_context(cafile=host.certificate)
