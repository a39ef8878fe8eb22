# SPDX-License-Identifier: GPL-3.0-or-later
"""A validator's own signature stands under what they looked at, and under nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from certs import editions
from certs.editions.interface import RecordReading
from certs.errors import KeyUnreadableError, WrongPassphraseError, WrongSignerError
from certs.formats.chain import ChainError, check_station, check_validator
from certs.keys.authority import Authority, create_authority, create_validator, pem
from certs.keys.key_files import write_key
from certs.keys.profile import facts_of
from certs.keys.validators import Validator, load_validator
from certs.record.canonical import canonical_bytes
from certs.record.facts import JobFacts
from certs.record.issuer import FileSigner
from certs.record.record import certificate_record, content, report_record
from certs.record.validation import check
from phones.verdict import Verdict
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUED_AT, ISSUER, OPENED_AT, iphone_job

DECIDED_AT = OPENED_AT + timedelta(minutes=40)
NAME, ROLE = "王芳 Wang Fang", "validator"


def new_validator(authority: Authority, *, now: datetime = OPENED_AT - timedelta(days=1)) -> Validator:
    holder = create_validator(authority.organisation, ISSUER, NAME, now=now)
    return Validator(certificate=holder.certificate, key=holder.key)


def save(validator: Validator, key_file: Path) -> None:
    write_key(key_file, validator.key, "secret", cost=2**10)
    key_file.with_suffix(".pem").write_bytes(pem(validator.certificate))


@pytest.fixture(scope="module")
def validator(authority: Authority) -> Validator:
    return new_validator(authority)


def decided(signer: FileSigner, validator: Validator, *, accept: bool = True) -> JobFacts:
    job = iphone_job(validated=False)
    seen = content(job, ISSUER, signer.station, "basic")
    decision = validator.decide(seen, accept=accept, role=ROLE, at=DECIDED_AT, grounds="looked at it")
    return replace(job, validation=decision, stage="VALIDATED")


def recorded(facts: JobFacts, signer: FileSigner) -> RecordReading:
    make = certificate_record if facts.validation and facts.validation.decision == "accepted" else report_record
    made = make(facts, ISSUER, signer.station, "basic", issued_at=ISSUED_AT, certificate_id=CERTIFICATE_ID)
    return editions.read_record(made.data)


def der(authority: Authority) -> bytes:
    return authority.organisation.certificate.public_bytes(Encoding.DER)


def test_a_signed_acceptance_stands_under_the_certificate_it_led_to(
    authority: Authority, signer: FileSigner, validator: Validator
) -> None:
    found = check(recorded(decided(signer, validator), signer), der(authority))
    assert (found.verdict, found.detail) == (Verdict.PASSED, "")
    assert found.certificate == validator.certificate.public_bytes(Encoding.DER)


def test_a_signed_rejection_stands_under_the_report_it_led_to(
    authority: Authority, signer: FileSigner, validator: Validator
) -> None:
    facts = replace(decided(signer, validator, accept=False), stage="FAILED", failure="rejected")
    assert check(recorded(facts, signer), der(authority)).verdict is Verdict.PASSED


def test_a_decision_without_a_key_is_unsigned_and_none_is_none(authority: Authority, signer: FileSigner) -> None:
    unsigned = check(recorded(iphone_job(), signer), der(authority))
    assert (unsigned.verdict, unsigned.detail) == (Verdict.INDETERMINATE, "unsigned")
    nobody = check(recorded(iphone_job(validated=False), signer), der(authority))
    assert (nobody.verdict, nobody.detail) == (Verdict.INDETERMINATE, "none")


def _slot(document: dict[str, Any]) -> None:
    document["job"]["slot"] = "another"


def _performer(document: dict[str, Any]) -> None:
    document["performed_by"]["name"] = "Somebody Else"


def _battery(document: dict[str, Any]) -> None:
    document["evidence"][0]["values"]["battery.health_percent"] = "99"


def _grounds(document: dict[str, Any]) -> None:
    document["validation"]["grounds"] = "did not look"


def _decision(document: dict[str, Any]) -> None:
    document["validation"]["decision"] = "rejected"


def _role(document: dict[str, Any]) -> None:
    document["validation"]["role"] = "director"


def _time(document: dict[str, Any]) -> None:
    document["validation"]["at"] = "2026-03-02T09:41:00Z"


def _name(document: dict[str, Any]) -> None:
    document["validation"]["by"] = "Somebody Else"


def _policy(document: dict[str, Any]) -> None:
    document["policy"]["minimum_nist"] = "purge"


def _sealed(document: dict[str, Any]) -> None:
    document["sealed"] = {"serial": "00" * 32}


def _half(document: dict[str, Any]) -> None:
    document["validation"]["signature"] = ""


def _not_decided(document: dict[str, Any]) -> None:
    document["validation"]["decision"] = "awaiting"


@pytest.mark.parametrize(
    "change",
    [_slot, _performer, _battery, _grounds, _decision, _role, _time, _name, _policy, _sealed, _half, _not_decided],
)
def test_a_signature_does_not_stand_under_another_record(
    authority: Authority, signer: FileSigner, validator: Validator, change: Callable[[dict[str, Any]], None]
) -> None:
    document = json.loads(recorded(decided(signer, validator), signer).data)
    change(document)
    assert check(editions.read_record(canonical_bytes(document)), der(authority)).verdict is Verdict.FAILED


def test_another_organisations_validator_decides_nothing(authority: Authority, signer: FileSigner) -> None:
    other = create_authority(ISSUER, "bench-1", now=OPENED_AT - timedelta(days=30))
    stranger = new_validator(other)
    assert check(recorded(decided(signer, stranger), signer), der(authority)).verdict is Verdict.FAILED


def test_a_station_key_is_no_validator_and_a_validator_signs_no_paper(
    authority: Authority, signer: FileSigner, validator: Validator
) -> None:
    station = Validator(certificate=authority.station.certificate, key=authority.station.key)
    assert check(recorded(decided(signer, station), signer), der(authority)).verdict is Verdict.FAILED
    with pytest.raises(ChainError):
        check_station(facts_of(validator.certificate), facts_of(authority.organisation.certificate))


def test_a_specimen_validator_is_none_for_real_papers(specimen_authority: Authority, authority: Authority) -> None:
    specimen = new_validator(specimen_authority)
    check_validator(facts_of(specimen.certificate), facts_of(specimen_authority.organisation.certificate))
    with pytest.raises(ChainError):
        check_validator(facts_of(specimen.certificate), facts_of(authority.organisation.certificate))


def test_a_certificate_that_was_not_valid_when_the_decision_was_made_does_not_count(
    authority: Authority, signer: FileSigner
) -> None:
    late = new_validator(authority, now=DECIDED_AT + timedelta(hours=1))
    found = check(recorded(decided(signer, late), signer), der(authority))
    assert (found.verdict, found.detail) == (Verdict.FAILED, "certificate not valid then")


def test_a_validators_key_is_read_back_only_with_passphrase_certificate_and_organisation(
    authority: Authority, specimen_authority: Authority, validator: Validator, tmp_path: Path
) -> None:
    file = tmp_path / "wang.key"
    save(validator, file)
    assert file.stat().st_mode & 0o777 == 0o600
    organisation = authority.organisation.certificate
    assert load_validator(file, "secret", organisation).name == NAME
    with pytest.raises(WrongPassphraseError):
        load_validator(file, "guess", organisation)
    with pytest.raises(WrongSignerError):
        load_validator(file, "secret", specimen_authority.organisation.certificate)
    save(new_validator(authority), tmp_path / "other.key")
    (tmp_path / "other.pem").replace(tmp_path / "wang.pem")
    with pytest.raises(WrongSignerError):
        load_validator(file, "secret", organisation)
    (tmp_path / "wang.pem").unlink()
    with pytest.raises(KeyUnreadableError):
        load_validator(file, "secret", organisation)
