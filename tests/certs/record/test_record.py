# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate's record exists only if the erase is proven; every record says only what its evidence says."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from certs.errors import CertificateEarnedError, NotCertifiableError, RecordMalformedError, WrongSignerError
from certs.record.canonical import canonical_bytes
from certs.record.facts import JobFacts, Person, SalePolicy, Validation, job_json, read_job
from certs.record.issuer import FileSigner
from certs.record.reading import read_record
from certs.record.record import Record, certificate_record, report_record
from certs.record.refusals import SOFTWARE_NAMES
from certs.record.schema import RecordDocument
from phones.evidence import Moment, Outcome, digest_of
from phones.identifiers import ON_PAPER
from phones.identity import PhoneIdentity
from tests.support.papers.synthetic_jobs import (
    CERTIFICATE_ID,
    IPHONE_PIECES,
    ISSUED_AT,
    ISSUER,
    OPENED_AT,
    iphone_job,
    spoiled,
)


def _document(record: Record) -> RecordDocument:
    return read_record(record.data).document


def _certificate(facts: JobFacts, signer: FileSigner) -> Record:
    return certificate_record(
        facts, ISSUER, signer.station, "basic", issued_at=ISSUED_AT, certificate_id=CERTIFICATE_ID
    )


def _report(facts: JobFacts, signer: FileSigner) -> Record:
    return report_record(facts, ISSUER, signer.station, "basic", issued_at=ISSUED_AT, certificate_id=CERTIFICATE_ID)


def test_an_honest_job_earns_a_certificate(record: Record) -> None:
    document = _document(record)
    assert document.schema == "proofwipe/certificate/1"
    assert document.outcome.title == "certificate"
    assert document.erase.verdict == "passed"
    assert document.erase.claims.nist_method == "purge"
    assert document.validation.by == "王芳 Wang Fang"
    assert document.retention_until == "2029-03-02"


def test_the_same_facts_give_the_same_bytes(record: Record, signer: FileSigner) -> None:
    assert _certificate(iphone_job(), signer).data == record.data


def test_no_identifier_stands_in_a_record_in_clear(record: Record) -> None:
    identity = iphone_job().identity
    for secret in identity.numbers.values():
        assert secret.encode() not in record.data
        assert secret.replace("-", "").encode() not in record.data


@pytest.mark.parametrize(
    "values",
    [
        {"canary.still_there": "media"},
        {"canary.gone": ""},
        {"apple.apps": "12"},
        {"apple.trust": "accepted"},
        {"apple.activation_state": "Activated"},
        {"apple.obliteration_epoch": "1772000000"},
        {"apple.obliteration_kind": "rrts"},
        {"apple.oblit_failure": "yes", "apple.oblit_failure_mark": "c" * 64},
        {"identity.serial": "SOMEONEELSES"},
        {"locks.activation_lock": "yes"},
    ],
)
def test_a_spoiled_erase_gets_no_certificate(values: dict[str, str], signer: FileSigner) -> None:
    facts = iphone_job(pieces=spoiled(values))
    with pytest.raises(NotCertifiableError) as refused:
        _certificate(facts, signer)
    assert "erase_not_verified" in refused.value.reason_codes
    paper = _document(_report(facts, signer))
    assert paper.is_report
    assert paper.outcome.title == "not_verified"
    assert paper.erase.claims.nist_method == "none"


@pytest.mark.parametrize("missing", range(len(IPHONE_PIECES)))
def test_a_job_with_a_piece_of_evidence_missing_never_says_more(missing: int, signer: FileSigner) -> None:
    pieces = tuple(piece for number, piece in enumerate(IPHONE_PIECES) if number != missing)
    essential = {"apple.inspection", "canary.plant", "apple.after"}
    facts = iphone_job(pieces=pieces)
    if IPHONE_PIECES[missing].asked in essential:
        with pytest.raises(NotCertifiableError):
            _certificate(facts, signer)


@pytest.mark.parametrize("outcome", [Outcome.SILENT, Outcome.LOST, Outcome.REFUSED, Outcome.MALFORMED])
def test_a_phone_that_did_not_answer_after_the_erase_gets_no_certificate(outcome: Outcome, signer: FileSigner) -> None:
    pieces = tuple(
        replace(piece, outcome=outcome, values={}) if piece.moment is Moment.AFTER else piece for piece in IPHONE_PIECES
    )
    with pytest.raises(NotCertifiableError) as refused:
        _certificate(iphone_job(pieces=pieces), signer)
    assert "phone_not_the_same" in refused.value.reason_codes


def _someone(name: str, decision: str = "accepted", minutes: int = 40) -> Validation:
    return Validation(decision=decision, by=Person(name=name, role="r"), at=OPENED_AT + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("change", "reason", "title"),
    [
        ({"validation": None}, "awaiting_validation", "awaiting_validation"),
        ({"validation": _someone("Wang", "rejected")}, "rejected_by_person", "rejected"),
        ({"validation": _someone("proofwipe")}, "validated_by_nobody", "not_verified"),
        ({"validation": _someone("  ")}, "validated_by_nobody", "not_verified"),
        ({"validation": _someone("Wang", minutes=-1)}, "validated_by_nobody", "not_verified"),
        ({"validation": _someone("Wang", minutes=61)}, "validated_by_nobody", "not_verified"),
        ({"failure": "interrupted"}, "interrupted", "interrupted"),
        ({"failure": "phone_swapped"}, "station_failed", "failed"),
        ({"failure": "not_verified"}, "erase_not_verified", "not_verified"),
        ({"failure": "rejected"}, "rejected_by_person", "rejected"),
        ({"failure": "blocked"}, "blocked", "failed"),
        ({"problems": ("activation_lock",)}, "blocked", "failed"),
        ({"stage": "RETURNED"}, "stage_not_reached", "not_verified"),
        ({"stage": ""}, "stage_not_reached", "not_verified"),
        ({"finished_at": OPENED_AT}, "times_out_of_order", "not_verified"),
        ({"finished_at": ISSUED_AT + timedelta(seconds=1)}, "times_out_of_order", "not_verified"),
        ({"opened_at": OPENED_AT + timedelta(minutes=5)}, "times_out_of_order", "not_verified"),
        ({"method": ""}, "erase_not_verified", "not_verified"),
        ({"method": "android_trade_in"}, "erase_not_verified", "not_verified"),
        ({"identity": PhoneIdentity(numbers={"serial": "F2LDEMO0Q1MN"})}, "identity_not_in_evidence", "not_verified"),
        ({"salt": bytes(16)}, "identity_not_in_evidence", "not_verified"),
    ],
)
def test_what_stands_against_a_certificate_gives_a_report_that_says_so(
    change: dict[str, Any], reason: str, title: str, signer: FileSigner
) -> None:
    facts = replace(iphone_job(), **change)
    with pytest.raises(NotCertifiableError) as refused:
        _certificate(facts, signer)
    assert reason in refused.value.reason_codes
    document = _document(_report(facts, signer))
    assert document.is_report
    assert document.outcome.title == title
    assert reason in document.outcome.reasons


def test_a_phone_on_which_nothing_was_begun_is_blocked(signer: FileSigner) -> None:
    facts = iphone_job(pieces=IPHONE_PIECES[:1], stage="BLOCKED", problems=("activation_lock",), validated=False)
    document = _document(_report(replace(facts, method=""), signer))
    assert document.outcome.title == "blocked"
    assert document.erase.level == "none"


@pytest.mark.parametrize("field", [*(each.name for each in ON_PAPER), "maker", "model", "marketing_name"])
def test_a_name_or_number_the_phone_did_not_give_never_reaches_a_certificate(field: str, signer: FileSigner) -> None:
    facts = iphone_job()
    other = PhoneIdentity.from_json({**facts.identity.to_json(), field: "356938035643817"})
    with pytest.raises(NotCertifiableError) as refused:
        _certificate(replace(facts, identity=other), signer)
    assert refused.value.reason_code == "identity_not_in_evidence"


def test_a_policy_of_purge_refuses_a_clear(signer: FileSigner) -> None:
    older = spoiled({"product.model": "iPhone3,1"}, Moment.BEFORE)
    facts = iphone_job(pieces=older, policy=SalePolicy(name="strict", minimum_nist="purge"))
    facts = replace(facts, identity=replace(facts.identity, model="iPhone3,1"))
    with pytest.raises(NotCertifiableError) as refused:
        _certificate(facts, signer)
    assert "policy_not_met" in refused.value.reason_codes


def test_a_policy_without_validation_says_that_nobody_validated(signer: FileSigner) -> None:
    facts = iphone_job(validated=False, policy=SalePolicy(name="basic", require_validation=False))
    assert _document(_certificate(facts, signer)).validation.decision == "not_required"


@pytest.mark.parametrize("name", sorted(SOFTWARE_NAMES))
def test_software_never_validates(name: str, signer: FileSigner) -> None:
    with pytest.raises(NotCertifiableError):
        _certificate(replace(iphone_job(), validation=_someone(name.upper())), signer)


def test_a_report_is_refused_to_a_job_that_earned_a_certificate(signer: FileSigner) -> None:
    with pytest.raises(CertificateEarnedError):
        _report(iphone_job(), signer)


def test_a_virtual_phone_needs_a_specimen_key_and_a_real_one_a_station_key(
    signer: FileSigner, specimen_signer: FileSigner
) -> None:
    with pytest.raises(WrongSignerError):
        _certificate(iphone_job(emulated=True), signer)
    with pytest.raises(WrongSignerError):
        _certificate(iphone_job(), specimen_signer)
    with pytest.raises(WrongSignerError):
        _report(iphone_job(emulated=True, validated=False), signer)


def _set(path: str, value: object) -> Callable[[dict[str, object]], None]:
    def change(document: dict[str, object]) -> None:
        *steps, last = path.split(".")
        place: Any = document
        for step in steps:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[int(last) if isinstance(place, list) else last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("erase.level", "E2"),
        ("erase.verdict", "failed"),
        ("erase.claims.gb_status", "method_overwrite"),
        ("erase.claims.nist_method", "clear"),
        ("erase.residues.userdata", "present"),
        ("grade", None),
        ("grade.usability", "1"),
        ("grade.capped_by", []),
        ("device_facts.storage_total_bytes", 1),
        ("device_facts.system_after.version", "19"),
        ("outcome.title", "rejected"),
        ("outcome.reasons", ["blocked"]),
        ("evidence.0.values", {}),
        ("evidence.0.digest", "00" * 32),
        ("evidence.1.number", 1),
        ("device.model", "iPhone14,2"),
        ("job.stage", "RETURNED"),
        ("job.failure", "x"),
        ("validation.decision", "awaiting"),
        ("policy.minimum_nist", "clear "),
        ("schema", "proofwipe/report/1"),
        ("schema", "proofwipe/certificate/2"),
        ("rules.sha256", "00" * 32),
        ("rules.version", "1999.01"),
        ("grade.scheme", "other"),
    ],
)
def test_a_record_that_says_what_its_evidence_does_not_cannot_exist(path: str, value: object, record: Record) -> None:
    document = copy.deepcopy(json.loads(record.data))
    _set(path, value)(document)
    with pytest.raises(RecordMalformedError):
        Record(data=canonical_bytes(document))


def test_evidence_may_hold_only_values_of_the_allow_list(record: Record) -> None:
    from phones.evidence import digest_of

    for name, text in (("owner.name", "Alice"), ("identity.serial", "F2LDEMO0Q1MN"), ("system.version", "18 6!")):
        document = json.loads(record.data)
        piece = document["evidence"][0]
        piece["values"][name] = text
        piece["digest"] = digest_of(piece["values"])
        with pytest.raises(RecordMalformedError):
            Record(data=canonical_bytes(document))


def test_a_phone_that_claims_an_impossible_number_claims_nothing(signer: FileSigner) -> None:
    facts = iphone_job(pieces=spoiled({"storage.total_bytes": "9" * 16}, Moment.BEFORE))
    assert _document(_certificate(facts, signer)).device_facts.storage_total_bytes is None


def test_three_years_after_a_leap_day_is_the_first_of_march(signer: FileSigner) -> None:
    facts = iphone_job(validated=False)
    leap_day = datetime(2028, 2, 29, 12, tzinfo=UTC)
    paper = report_record(facts, ISSUER, signer.station, "basic", issued_at=leap_day, certificate_id=CERTIFICATE_ID)
    assert _document(paper).retention_until == "2031-03-01"


def _with_values(facts: JobFacts, values: dict[str, str], *, digest: str = "") -> JobFacts:
    """The job, whose first piece of evidence holds these values too."""
    first, *rest = facts.evidence
    more = {**first.values, **values}
    return replace(facts, evidence=(replace(first, values=more, digest=digest or digest_of(more)), *rest))


def test_a_text_that_only_a_later_allow_list_admits_costs_a_job_no_paper(signer: FileSigner) -> None:
    facts = _with_values(iphone_job(), {"panics.count": "7" * 40, "later.value": "x"})
    values = _document(_certificate(facts, signer)).evidence[0].values
    assert values["panics.count"] == "malformed"
    assert "later.value" not in values


def test_evidence_with_a_wrong_digest_gets_no_right_one_because_a_value_is_unknown(signer: FileSigner) -> None:
    facts = _with_values(iphone_job(), {"later.value": "x"}, digest=iphone_job().evidence[0].digest)
    with pytest.raises(RecordMalformedError) as caught:
        _certificate(facts, signer)
    assert caught.value.got == "E_RECORD evidence 1"


def test_a_number_that_only_a_later_program_keeps_costs_a_job_no_paper() -> None:
    job = job_json(iphone_job())
    identity = job["identity"]
    assert isinstance(identity, dict)
    later = {**job, "identity": {**identity, "numbers": {**identity["numbers"], "eid": "89049032" * 4}}}
    assert read_job(later) == iphone_job()


def test_a_record_larger_than_any_reader_takes_is_not_made(signer: FileSigner) -> None:
    facts = iphone_job()
    last = facts.evidence[-1]
    values = {f"statement.{number:03}{'s' * 80}": "w" * 64 for number in range(400)}
    large = tuple(
        replace(last, number=last.number + more, asked="x", values=values, digest=digest_of(values))
        for more in range(1, 120)
    )
    with pytest.raises(RecordMalformedError) as caught:
        _certificate(replace(facts, evidence=(*facts.evidence, *large)), signer)
    assert caught.value.got == "too_large"
