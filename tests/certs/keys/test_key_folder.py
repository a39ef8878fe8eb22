# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of keys over the years: lists, revocation, renewal, people, copies; also when a station dies half-way."""

import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from certs.editions import newest_released
from certs.errors import (
    CertificateNotFoundError,
    KeyExpiresError,
    KeyFileExistsError,
    KeyRevokedError,
    KeyUnreadableError,
    RevocationListMissingError,
    WrongPassphraseError,
)
from certs.formats import chain as chain_rules
from certs.formats.x509_facts import read_certificate, read_revocation_list
from certs.issue import issue
from certs.keys import key_folder
from certs.keys.authority import (
    Authority,
    create_authority,
    create_validator,
    load_station,
    pem,
    save_authority,
    security_store,
)
from certs.keys.certificate_statuses import certificate_statuses, find, revoke
from certs.keys.key_folder import OpenKeys, open_keys, open_signer, renew_station, save_validator, trust_files
from certs.keys.list_renewal import list_of, load_root, renew_organisation_list, renew_root_list, root_list_of
from certs.keys.profile import facts_of
from certs.keys.revocation_lists import (
    ORGANISATION_LIST_LIFE,
    Reason,
    RevocationListError,
    Revoked,
    next_number,
    read_list,
    write_list,
)
from certs.keys.signing import Signing
from certs.keys.validators import load_validator
from certs.record.record import certificate_record
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUED_AT, ISSUER, OPENED_AT, iphone_job

CHEAP = 2**10
NOW = OPENED_AT


@pytest.fixture
def folder(tmp_path: Path, authority: Authority) -> Path:
    save_authority(authority, tmp_path / "keys", tmp_path / "stick", "pass", cost=CHEAP)
    return tmp_path / "keys"


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


# lists ---------------------------------------------------------------------------------------------


def test_a_new_station_has_both_lists_and_a_store_in_one_order(folder: Path, authority: Authority) -> None:
    store = security_store(folder, at=NOW)
    assert store == authority.security_store()
    assert store.certificates == (_der(authority.organisation.certificate), _der(authority.root.certificate))
    assert [
        read_list(data, issuer.certificate).revoked
        for data, issuer in zip(store.revocation_lists, (authority.root, authority.organisation), strict=True)
    ] == [(), ()]


def test_the_verifiers_own_reader_reads_our_lists_alike(authority: Authority) -> None:
    revoked = tuple(
        Revoked(serial=number + 1, at=NOW + timedelta(days=number), reason=reason)
        for number, reason in enumerate(Reason)
    )
    holder = authority.organisation
    data = write_list(holder.certificate, holder.key, revoked, number=7, now=NOW, life=ORGANISATION_LIST_LIFE)
    facts, ours = read_revocation_list(data), read_list(data, holder.certificate)
    assert facts.is_signed_by(read_certificate(_der(holder.certificate)))
    assert (facts.number, facts.this_update, facts.next_update) == (7, ours.made_at, ours.renew_by)
    assert [(one.serial, one.since) for one in facts.revoked] == [(one.serial, one.at) for one in revoked]
    assert ours.revoked == revoked


def test_another_authoritys_list_is_refused(authority: Authority, specimen_authority: Authority) -> None:
    for data, issuer in (
        (specimen_authority.organisation_list, authority.organisation),
        (authority.root_list, authority.organisation),
    ):
        with pytest.raises(RevocationListError):
            read_list(data, issuer.certificate)


@given(st.binary(max_size=400))
def test_bytes_that_are_no_list_are_refused_in_one_way(authority: Authority, data: bytes) -> None:
    with pytest.raises(RevocationListError):
        read_list(data, authority.organisation.certificate)


def test_a_list_whose_signature_names_unused_bits_is_refused(authority: Authority) -> None:
    """The library reads over them where the last bits are zero; found by the test below, once in many runs."""
    holder = authority.organisation
    signed = (
        write_list(holder.certificate, holder.key, (), number=number, now=NOW, life=ORGANISATION_LIST_LIFE)
        for number in range(1, 200)
    )
    changed = bytearray(next(data for data in signed if data[-1] & 1 == 0))
    changed[changed.rindex(b"\x00\x30", 0, -50)] = 1
    with pytest.raises(RevocationListError):
        read_list(bytes(changed), holder.certificate)


@given(at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_a_changed_list_is_refused(authority: Authority, at: int, flip: int) -> None:
    changed = bytearray(authority.organisation_list)
    changed[at % len(changed)] ^= flip
    with pytest.raises(RevocationListError):
        read_list(bytes(changed), authority.organisation.certificate)


@given(last=st.integers(0, 2**40), seconds=st.integers(0, 2**33))
def test_numbers_of_lists_only_grow(last: int, seconds: int) -> None:
    assert next_number(last, datetime.fromtimestamp(seconds, UTC)) > last


def test_renewed_lists_keep_what_they_name(folder: Path) -> None:
    before = list_of(folder, "organisation")
    revoke(folder, "pass", "bench-1", at=NOW, reason=Reason.KEY_COMPROMISE, now=NOW + timedelta(days=1))
    renew_organisation_list(folder, "pass", now=NOW + timedelta(days=2))
    after = list_of(folder, "organisation")
    assert after.number > before.number
    assert [one.at for one in after.revoked] == [NOW]
    assert after.renew_by - after.made_at == timedelta(days=60)


def test_the_roots_list_needs_the_roots_key_and_speaks_for_a_year(folder: Path, tmp_path: Path) -> None:
    renew_root_list(folder, tmp_path / "stick", "pass", now=NOW)
    made = list_of(folder, "root")
    assert made.renew_by - made.made_at == timedelta(days=365)
    with pytest.raises(KeyUnreadableError):
        renew_root_list(folder, tmp_path / "nowhere", "pass", now=NOW)
    found = revoke(
        folder, "pass", "organisation", at=NOW, reason=Reason.STOPPED, now=NOW, root_folder=tmp_path / "stick"
    )
    assert [one.serial for one in list_of(folder, "root").revoked] == [found.certificate.serial_number]


def test_a_damaged_list_is_not_replaced_by_an_empty_one(folder: Path) -> None:
    (folder / "organisation.crl").write_bytes(b"?")
    with pytest.raises(RevocationListMissingError):
        renew_organisation_list(folder, "pass", now=NOW)
    assert (folder / "organisation.crl").read_bytes() == b"?"


def test_a_second_station_has_the_same_root_and_knows_what_the_first_revoked(
    folder: Path, tmp_path: Path, authority: Authority
) -> None:
    stick = tmp_path / "stick"
    revoke(folder, "pass", "organisation", at=NOW, reason=Reason.KEY_COMPROMISE, now=NOW, root_folder=stick)
    root = load_root(stick, "pass")
    second = create_authority(
        ISSUER, "bench-2", now=NOW, root=root, root_list=root_list_of(root, stick, now=NOW + timedelta(days=1))
    )
    save_authority(second, tmp_path / "second", stick, "other", cost=CHEAP, new_root=False)
    serial = authority.organisation.certificate.serial_number
    assert [one.serial for one in list_of(tmp_path / "second", "root").revoked] == [serial]
    assert list_of(tmp_path / "second", "root").number > list_of(folder, "root").number
    assert load_station(tmp_path / "second").root == load_station(folder).root
    renew_root_list(folder, stick, "pass", now=NOW + timedelta(days=2))
    assert [one.serial for one in list_of(folder, "root").revoked] == [serial]
    with pytest.raises(WrongPassphraseError):
        load_root(stick, "other")
    with pytest.raises(KeyUnreadableError):
        renew_root_list(tmp_path / "second", folder, "pass", now=NOW)


# opening -------------------------------------------------------------------------------------------


def _open(folder: Path, now: datetime, passphrase: str = "pass") -> OpenKeys:
    return open_keys(folder, passphrase, now=now)


def test_an_old_list_is_renewed_when_the_organisations_key_is_at_hand(folder: Path) -> None:
    later = NOW + timedelta(days=100)
    with pytest.raises(RevocationListMissingError):
        security_store(folder, at=later)
    opened = _open(folder, later)
    assert opened.warnings == ()
    assert opened.store == security_store(folder, at=later)


def test_without_the_organisations_key_an_old_list_is_a_warning_and_no_store(folder: Path) -> None:
    (folder / "organisation.key").unlink()
    opened = _open(folder, NOW + timedelta(days=100))
    assert opened.store is None
    assert [type(warning) for warning in opened.warnings] == [RevocationListMissingError]
    assert _open(folder, NOW).warnings == ()


def test_a_folder_from_before_there_were_lists_says_what_is_missing(folder: Path) -> None:
    for name in ("root.crl", "organisation.crl"):
        (folder / name).unlink()
    opened = _open(folder, NOW)
    assert opened.store is None
    assert "root.crl" in str(opened.warnings[0])
    assert (folder / "organisation.crl").exists()


def test_a_revoked_station_does_not_open(folder: Path) -> None:
    revoke(folder, "pass", "bench-1", at=NOW, reason=Reason.KEY_COMPROMISE, now=NOW)
    with pytest.raises(KeyRevokedError):
        _open(folder, NOW)
    renew_station(folder, "pass", ISSUER, "bench-1", now=NOW, cost=CHEAP)
    assert _open(folder, NOW).signer


def test_a_station_says_in_time_that_it_ends_and_does_not_open_when_it_has(folder: Path) -> None:
    ends = load_station(folder).certificate.not_valid_after_utc
    assert _open(folder, ends - timedelta(days=31)).warnings == ()
    soon = _open(folder, ends - timedelta(days=29)).warnings
    assert [type(warning) for warning in soon] == [KeyExpiresError]
    with pytest.raises(KeyExpiresError):
        _open(folder, ends)


def test_private_keys_can_lie_on_a_stick(folder: Path, tmp_path: Path) -> None:
    stick = tmp_path / "keys-away"
    stick.mkdir()
    (folder / "station.key").rename(stick / "station.key")
    signing = Signing(station_key=f"file:{stick}")
    assert open_keys(folder, "pass", now=NOW, signing=signing).signer
    renewed = renew_station(folder, "pass", ISSUER, "bench-1", now=NOW, cost=CHEAP, signing=signing)
    assert [path.name for path in stick.iterdir()] == [f"station-{renewed.key_id}.key"]
    assert open_keys(folder, "pass", now=NOW, signing=signing).signer.station.key_id == renewed.key_id


# revocation ----------------------------------------------------------------------------------------


def test_the_earlier_date_of_two_revocations_stands(folder: Path) -> None:
    for days, standing in ((5, 5), (10, 10), (7, 10)):
        at = NOW - timedelta(days=days)
        found = revoke(folder, "pass", "bench-1", at=at, reason=Reason.KEY_COMPROMISE, now=NOW)
        assert found.revoked is not None
        assert found.revoked.at == NOW - timedelta(days=standing)


def test_people_and_stations_are_found_by_name_or_key_id(folder: Path, authority: Authority) -> None:
    for passphrase in ("one", "two"):
        holder = create_validator(authority.organisation, ISSUER, "Xu Li", now=NOW)
        save_validator(folder, holder, passphrase, cost=CHEAP)
    with pytest.raises(CertificateNotFoundError, match="Xu Li"):
        find(folder, "Xu Li")
    with pytest.raises(CertificateNotFoundError):
        find(folder, "nobody")
    first, second = (one for one in certificate_statuses(folder) if one.kind == "validator")
    revoke(folder, "pass", first.key_id, at=NOW, reason=Reason.PERSON_LEFT, now=NOW)
    after = {one.key_id: one.revoked for one in certificate_statuses(folder)}
    assert after[first.key_id] is not None
    assert after[second.key_id] is None


def test_a_wrong_passphrase_revokes_nobody(folder: Path) -> None:
    with pytest.raises(WrongPassphraseError):
        revoke(folder, "wrong", "bench-1", at=NOW, reason=Reason.STOPPED, now=NOW)
    assert certificate_statuses(folder)[0].revoked is None


def test_a_validators_key_opens_with_its_own_passphrase_and_signs_no_paper(folder: Path, authority: Authority) -> None:
    holder = create_validator(authority.organisation, ISSUER, "Xu Li", now=NOW)
    path = save_validator(folder, holder, "her own", cost=CHEAP)
    assert load_validator(path, "her own", authority.organisation.certificate).name == "Xu Li"
    with pytest.raises(WrongPassphraseError):
        load_validator(path, "pass", authority.organisation.certificate)
    with pytest.raises(chain_rules.ChainError):
        chain_rules.check_station(facts_of(holder.certificate), facts_of(authority.organisation.certificate))
    with pytest.raises(chain_rules.ChainError):
        chain_rules.check_validator(
            facts_of(authority.station.certificate), facts_of(authority.organisation.certificate)
        )


# renewal -------------------------------------------------------------------------------------------


def test_papers_of_an_earlier_key_are_written_again_with_it(folder: Path, trust: Trust) -> None:
    first = load_station(folder)
    record = certificate_record(
        iphone_job(),
        ISSUER,
        first,
        "basic",
        issued_at=ISSUED_AT,
        certificate_id=CERTIFICATE_ID,
        edition=newest_released(),
    )
    second = renew_station(folder, "pass", ISSUER, "bench-1", now=NOW, cost=CHEAP)
    third = renew_station(folder, "pass", ISSUER, "bench-1", now=NOW, cost=CHEAP)
    opened = _open(folder, NOW)
    assert opened.signer.station.key_id == third.key_id
    for station in (first, second, third):
        assert opened.signer_of(station.key_id).station == station
    paper = issue(record, opened.signer_of(first.key_id), store=opened.store)
    assert verify(paper.pdf, trust, at=ISSUED_AT).answer is Answer.VALID
    assert [one.kind for one in certificate_statuses(folder)] == ["station", "old_station", "old_station"]
    with pytest.raises(KeyUnreadableError):
        opened.signer_of("0" * 16)


@pytest.mark.parametrize("step", range(12))
def test_a_station_killed_while_it_renews_opens_again(step: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every durable step of the renewal in turn is the last one that happens."""
    old = load_station(folder)
    done = 0

    class PowerOffError(BaseException):
        pass

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            nonlocal done
            if done == step:
                raise PowerOffError
            done += 1
            return real(*args, **options)

        return call

    with monkeypatch.context() as patch:
        for name in ("link", "replace", "unlink", "mkdir"):
            patch.setattr(os, name, dying(getattr(os, name)))
        with suppress(PowerOffError):
            renew_station(folder, "pass", ISSUER, "bench-1", now=NOW, cost=CHEAP)
    opened = _open(folder, NOW)
    assert opened.signer_of(old.key_id).station.key_id == old.key_id
    renewed = renew_station(folder, "pass", ISSUER, "bench-1", now=NOW, cost=CHEAP)
    assert _open(folder, NOW).signer.station.key_id == renewed.key_id
    assert open_signer(folder, "pass", key_id=old.key_id).station.key_id == old.key_id


# copies --------------------------------------------------------------------------------------------


@pytest.mark.tools
def test_openssl_reads_an_exported_key_and_not_ours(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.pem"
    key_folder.export_key(folder, "pass", "organisation", "new one", target)
    read = ["openssl", "pkey", "-noout", "-text", "-passin", "pass:new one", "-in"]
    said = subprocess.run([*read, str(target)], capture_output=True, text=True, timeout=90, check=True)
    assert "prime256v1" in said.stdout
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyFileExistsError):
        key_folder.export_key(folder, "pass", "bench-1", "new one", target)
    key_folder.export_key(folder, "pass", "bench-1", "new one", tmp_path / "station.pem")
    key = serialization.load_pem_private_key((tmp_path / "station.pem").read_bytes(), b"new one")
    assert key.public_key() == load_station(folder).certificate.public_key()


def test_a_buyer_pins_what_is_exported(folder: Path, tmp_path: Path, authority: Authority) -> None:
    revoke(folder, "pass", "bench-1", at=NOW, reason=Reason.KEY_COMPROMISE, now=NOW)
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    for name, data in trust_files(folder).items():
        (bundle / name).parent.mkdir(exist_ok=True)
        (bundle / name).write_bytes(data)
    found = Trust.from_files([bundle])
    assert [root.encoded for root in found.roots] == [_der(authority.root.certificate)]
    assert sorted(len(listed.revoked) for listed in found.revocation_lists) == [0, 1]


def test_what_is_exported_holds_each_certificate_a_code_alone_needs_and_none_of_them_is_pinned(
    folder: Path, authority: Authority
) -> None:
    files = trust_files(folder)
    below = {name: data for name, data in files.items() if name.startswith("for-codes/")}
    station = load_station(folder)
    assert below == {
        "for-codes/organisation.pem": pem(station.organisation),
        f"for-codes/station-{station.key_id}.pem": pem(station.certificate),
    }
    assert station.organisation.issuer == authority.root.certificate.subject


def test_nothing_is_made_beside_keys_that_are_there(folder: Path, tmp_path: Path, authority: Authority) -> None:
    fresh = create_authority(ISSUER, "bench-1", now=NOW)
    with pytest.raises(KeyFileExistsError):
        save_authority(fresh, folder, tmp_path / "second-root", "pass", cost=CHEAP)
    assert not (tmp_path / "second-root").exists()
    assert load_station(folder) == authority.signer().station
