# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS as lockdownd speaks it: the phone is the server and wants to see a certificate of the paired host.

Both clients' certificates are unusual (empty names, SHA-1, serial 0), hence the relaxed rules; what is
not relaxed: without a certificate of this pairing nobody gets in (research/ios.md 10.3).
"""

import ssl
import tempfile
from pathlib import Path

from virtual_phones.iphone.key import DeviceKey
from virtual_phones.iphone.strata import TrustedHost

CERTIFICATES = ("DeviceCertificate", "HostCertificate", "RootCertificate")


def server_context(host: TrustedHost, key: DeviceKey, *, newest: ssl.TLSVersion) -> ssl.SSLContext:
    """The phone's side of TLS with one paired host.

    Raises: ValueError when the pairing brought no usable certificates.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = newest
    context.num_tickets = 0
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    device, leaf, root = (host.certificates.get(name, b"") for name in CERTIFICATES)
    try:
        # pymobiledevice3 shows the host's certificate, libimobiledevice 1.3.0 the root's.
        context.load_verify_locations(cadata=(leaf + b"\n" + root).decode("ascii"))
        with tempfile.TemporaryDirectory() as folder:
            chain = Path(folder) / "phone.pem"
            chain.write_bytes(device + b"\n" + key.private_pem)
            context.load_cert_chain(chain)
    except (ssl.SSLError, UnicodeDecodeError) as broken:
        raise ValueError("the pair record has no usable certificates") from broken
    return context


def certifies(certificate: bytes, key: DeviceKey) -> bool:
    """Is this a certificate (PEM) over the phone's key? Looks for the key's bytes: parsers refuse serial 0."""
    try:
        der = ssl.PEM_cert_to_DER_cert(certificate.decode("ascii").strip())
    except ValueError:
        return False
    return key.public_der in der
