# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys at rest and the chain above them."""

import base64
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from certs.errors import (
    KeyFileExistsError,
    KeyUnreadableError,
    TrustFileError,
    WrongPassphraseError,
    WrongSignerError,
)
from certs.formats import chain as chain_rules
from certs.formats import der
from certs.keys import profile
from certs.keys.authority import Authority, create_authority, load_signer, load_station, pem, save_authority
from certs.keys.key_files import SCRYPT_COST, encrypted_pem, read_key, write_key
from certs.keys.key_folder import renew_station
from certs.keys.profile import facts_of
from certs.record.issuer import FileSigner, Issuer
from certs.verify.trust import Trust
from tests.support.papers.synthetic_jobs import ISSUER, OPENED_AT

CHEAP = 2**10


@pytest.fixture(scope="module")
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def test_a_key_is_written_for_its_owner_only_and_opens_with_its_passphrase(
    tmp_path: Path, key: ec.EllipticCurvePrivateKey
) -> None:
    path = tmp_path / "station.key"
    write_key(path, key, "口令 pass", cost=CHEAP)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key(path, "口令 pass").private_numbers() == key.private_numbers()
    assert [entry.name for entry in tmp_path.iterdir()] == ["station.key"]


def test_the_file_says_scrypt_with_the_full_cost(key: ec.EllipticCurvePrivateKey) -> None:
    data = base64.b64decode("".join(encrypted_pem(key, "x").decode().splitlines()[1:-1]))
    assert der.oid("1.3.6.1.4.1.11591.4.11") in data
    assert der.integer(SCRYPT_COST) in data
    assert SCRYPT_COST == 2**17
    assert serialization.load_der_private_key(data, b"x")


def test_a_wrong_passphrase_and_a_damaged_file_are_told_apart(tmp_path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path = tmp_path / "a.key"
    write_key(path, key, "right", cost=CHEAP)
    for wrong in ("wrong", ""):
        with pytest.raises(WrongPassphraseError):
            read_key(path, wrong)
    for name, data in {
        "missing.key": None,
        "empty.key": b"",
        "text.key": b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n!!\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "cut.key": path.read_bytes()[:120],
        "large.key": b"x" * 70_000,
        "binary.key": bytes(range(256)),
        "plain.key": key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        "greedy.key": encrypted_pem(key, "x", cost=CHEAP).replace(b"\n", b""),
    }.items():
        if data is not None:
            (tmp_path / name).write_bytes(data)
        with pytest.raises(KeyUnreadableError):
            read_key(tmp_path / name, "right")


def test_a_hostile_cost_is_refused_before_any_memory_is_taken(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(_with_cost(2**30))
    with pytest.raises(KeyUnreadableError):
        read_key(tmp_path / "k", "x")


def _with_cost(cost: int) -> bytes:
    salt = der.element(der.OCTET_STRING, bytes(16))
    numbers = der.element(der.SEQUENCE, salt, der.integer(cost), der.integer(8), der.integer(1))
    parameters = der.element(
        der.SEQUENCE,
        der.element(der.SEQUENCE, der.oid("1.3.6.1.4.1.11591.4.11"), numbers),
        der.element(der.SEQUENCE, der.oid("2.16.840.1.101.3.4.1.42"), der.element(der.OCTET_STRING, bytes(16))),
    )
    whole = der.element(
        der.SEQUENCE,
        der.element(der.SEQUENCE, der.oid("1.2.840.113549.1.5.13"), parameters),
        der.element(der.OCTET_STRING, bytes(160)),
    )
    text = base64.encodebytes(whole).decode()
    return f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{text}-----END ENCRYPTED PRIVATE KEY-----\n".encode()


def test_a_key_is_never_overwritten(tmp_path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path = tmp_path / "a.key"
    write_key(path, key, "x", cost=CHEAP)
    before = path.read_bytes()
    with pytest.raises(KeyFileExistsError):
        write_key(path, key, "y", cost=CHEAP)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.key"]


def test_a_key_of_another_curve_is_not_ours(tmp_path: Path) -> None:
    write_key(tmp_path / "k", ec.generate_private_key(ec.SECP384R1()), "x", cost=CHEAP)
    with pytest.raises(KeyUnreadableError):
        read_key(tmp_path / "k", "x")


def test_an_authority_is_saved_and_loaded(tmp_path: Path, authority: Authority) -> None:
    save_authority(authority, tmp_path / "keys", tmp_path / "stick", "pass", cost=CHEAP)
    assert {path.name for path in (tmp_path / "keys").iterdir()} == {
        "root.pem",
        "root.crl",
        "organisation.pem",
        "organisation.key",
        "organisation.crl",
        "station.pem",
        "station.key",
    }
    assert {path.name for path in (tmp_path / "stick").iterdir()} == {"root.pem", "root.key", "root.crl", "READ-ME.txt"}
    assert "root.key" in (tmp_path / "stick" / "READ-ME.txt").read_text("utf-8")
    signer = load_signer(tmp_path / "keys", "pass")
    assert signer.station == authority.signer().station
    assert signer.station.name == "bench-1"
    with pytest.raises(KeyFileExistsError):
        save_authority(authority, tmp_path / "keys", tmp_path / "other", "pass", cost=CHEAP)
    assert not (tmp_path / "other").exists()


def test_a_damaged_folder_is_named(tmp_path: Path, authority: Authority) -> None:
    save_authority(authority, tmp_path, tmp_path / "stick", "pass", cost=CHEAP)
    (tmp_path / "station.pem").write_bytes(b"?")
    with pytest.raises(KeyUnreadableError, match="station"):
        load_station(tmp_path)
    (tmp_path / "station.pem").unlink()
    with pytest.raises(KeyUnreadableError):
        load_signer(tmp_path, "pass")


def test_a_renewed_station_has_a_new_key_under_the_same_organisation(tmp_path: Path, authority: Authority) -> None:
    save_authority(authority, tmp_path, tmp_path / "stick", "pass", cost=CHEAP)
    old = load_station(tmp_path)
    renew_station(tmp_path, "pass", ISSUER, "bench-1", now=OPENED_AT, cost=CHEAP)
    new = load_signer(tmp_path, "pass").station
    assert new.key_id != old.key_id
    assert new.organisation == old.organisation
    assert (tmp_path / "old" / f"station-{old.key_id}.key").exists()
    chain_rules.check_station(facts_of(new.certificate), facts_of(new.organisation))
    with pytest.raises(WrongPassphraseError):
        renew_station(tmp_path, "wrong", ISSUER, "bench-1", now=OPENED_AT, cost=CHEAP)
    assert load_station(tmp_path).key_id == new.key_id


def test_a_signer_needs_the_key_of_its_certificate(authority: Authority) -> None:
    with pytest.raises(WrongSignerError):
        FileSigner(authority.signer().station, authority.organisation.key)


def test_the_chain_is_of_the_profile(authority: Authority, specimen_authority: Authority) -> None:
    for chain in (authority, specimen_authority):
        chain_rules.check_root(facts_of(chain.root.certificate))
        chain_rules.check_organisation(facts_of(chain.organisation.certificate))
        chain_rules.check_station(facts_of(chain.station.certificate), facts_of(chain.organisation.certificate))
        assert facts_of(chain.organisation.certificate).is_signed_by(facts_of(chain.root.certificate))
        for below in (chain.organisation.certificate, chain.station.certificate):
            assert below.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    life = authority.station.certificate.not_valid_after_utc - authority.station.certificate.not_valid_before_utc
    assert life <= timedelta(days=366)


def test_a_specimen_chain_is_marked_in_every_certificate(authority: Authority, specimen_authority: Authority) -> None:
    marked, real = specimen_authority, authority
    for holder in (marked.root, marked.organisation, marked.station):
        assert profile.is_specimen(holder.certificate)
        assert profile.organisation_name(holder.certificate).startswith("SPECIMEN 样本")
    for holder in (real.root, real.organisation, real.station):
        assert not profile.is_specimen(holder.certificate)
    with pytest.raises(chain_rules.ChainError):
        chain_rules.check_station(facts_of(marked.station.certificate), facts_of(real.organisation.certificate))


def test_a_certificate_that_is_not_of_the_profile_is_refused(authority: Authority) -> None:
    with pytest.raises(chain_rules.ChainError):
        chain_rules.check_station(facts_of(authority.organisation.certificate), facts_of(authority.root.certificate))
    with pytest.raises(chain_rules.ChainError):
        chain_rules.check_organisation(facts_of(authority.station.certificate))
    with pytest.raises(chain_rules.ChainError):
        chain_rules.check_root(facts_of(authority.organisation.certificate))


def test_a_long_company_name_fits_a_certificate() -> None:
    chain = create_authority(Issuer(name="长" * 100, country="CN"), "b" * 100, now=OPENED_AT, specimen=True)
    chain_rules.check_station(facts_of(chain.station.certificate), facts_of(chain.organisation.certificate))
    assert len(profile.organisation_name(chain.station.certificate)) == 64


def test_trust_is_what_the_reader_pinned(tmp_path: Path, authority: Authority) -> None:
    (tmp_path / "root.pem").write_bytes(pem(authority.root.certificate))
    pinned = Trust.from_files([tmp_path / "root.pem"]).roots
    assert [root.encoded for root in pinned] == [authority.root.certificate.public_bytes(serialization.Encoding.DER)]
    (tmp_path / "station.pem").write_bytes(pem(authority.station.certificate))
    (tmp_path / "text.pem").write_bytes(b"hello")
    for name in ("station.pem", "text.pem", "missing.pem"):
        with pytest.raises(TrustFileError):
            Trust.from_files([tmp_path / name])
