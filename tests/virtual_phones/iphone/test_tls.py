# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets through the TLS of a virtual iPhone: only a host that shows a certificate of its own pairing."""

import ssl
from pathlib import Path

import pytest
from pymobiledevice3.ca import generate_pairing_cert_chain

from virtual_phones.iphone.key import DeviceKey
from virtual_phones.iphone.strata import TrustedHost
from virtual_phones.usbmux.lockdown_tls import certifies, server_context

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


class Pairing:
    """One pairing of a host with a key, as pymobiledevice3 makes it."""

    def __init__(self, key: DeviceKey, folder: Path) -> None:
        host, host_key, self.device, root, root_key = generate_pairing_cert_chain(key.public_pem)
        self.trusted = TrustedHost(
            host_id="h",
            data_set=0,
            certificates={"DeviceCertificate": self.device, "HostCertificate": host, "RootCertificate": root},
        )
        self.host_pem, self.root_pem = folder / "host.pem", folder / "root.pem"
        folder.mkdir()
        self.host_pem.write_bytes(host + b"\n" + host_key)
        self.root_pem.write_bytes(root + b"\n" + root_key)


def handshake(server: ssl.SSLContext, shown: Path | None) -> str:
    """The TLS version agreed on, both sides having read a byte. Raises: ssl.SSLError of the phone's side."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    if shown is not None:
        client.load_cert_chain(shown)
    to_phone, to_host = ssl.MemoryBIO(), ssl.MemoryBIO()
    phone_side = server.wrap_bio(to_phone, to_host, server_side=True)
    host_side = client.wrap_bio(to_host, to_phone)
    done = {"host": False, "phone": False}
    for _ in range(10):
        for name, side in (("host", host_side), ("phone", phone_side)):
            try:
                side.do_handshake()
                done[name] = True
            except ssl.SSLWantReadError:
                continue
    assert all(done.values())
    return str(phone_side.version())


@pytest.fixture(scope="module")
def key() -> DeviceKey:
    return DeviceKey()


@pytest.fixture(scope="module")
def pairing(key: DeviceKey, tmp_path_factory: pytest.TempPathFactory) -> Pairing:
    return Pairing(key, tmp_path_factory.mktemp("pairing") / "one")


@pytest.mark.parametrize("newest", VERSIONS)
@pytest.mark.parametrize("which", ["host_pem", "root_pem"])
def test_both_certificates_of_the_pairing_are_good(
    pairing: Pairing, key: DeviceKey, which: str, newest: ssl.TLSVersion
) -> None:
    context = server_context(pairing.trusted, key, newest=newest)
    agreed = handshake(context, getattr(pairing, which))
    assert agreed == {ssl.TLSVersion.TLSv1_2: "TLSv1.2", ssl.TLSVersion.TLSv1_3: "TLSv1.3"}[newest]


@pytest.mark.parametrize("newest", VERSIONS)
def test_nobody_gets_in_without_a_certificate(pairing: Pairing, key: DeviceKey, newest: ssl.TLSVersion) -> None:
    with pytest.raises(ssl.SSLError):
        handshake(server_context(pairing.trusted, key, newest=newest), None)


@pytest.mark.parametrize("newest", VERSIONS)
def test_an_older_pairing_of_the_same_host_is_refused(
    pairing: Pairing, key: DeviceKey, newest: ssl.TLSVersion, tmp_path: Path
) -> None:
    older = Pairing(key, tmp_path / "older")
    with pytest.raises(ssl.SSLError):
        handshake(server_context(pairing.trusted, key, newest=newest), older.host_pem)


def test_a_certificate_is_for_one_key(pairing: Pairing, key: DeviceKey) -> None:
    assert certifies(pairing.device, key) is True
    assert certifies(pairing.device, DeviceKey()) is False
    assert certifies(b"not a certificate", key) is False


def test_a_host_without_certificates_gets_no_context(key: DeviceKey) -> None:
    bare = TrustedHost(host_id="h", certificates={}, data_set=0)
    with pytest.raises(ValueError, match="no usable certificates"):
        server_context(bare, key, newest=ssl.TLSVersion.TLSv1_3)
