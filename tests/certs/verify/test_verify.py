# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verifier answers: good papers, papers changed by outsiders, and papers forged by insiders with good keys."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from certs import editions
from certs.errors import IssueError, RecordMalformedError, VerificationError, WrongSignerError
from certs.formats import cms
from certs.formats.pdf_signature import sign_file
from certs.issue import Paper, draw_and_sign, issue
from certs.keys import profile
from certs.keys.authority import Authority, Holder, create_authority, create_organisation, pem
from certs.page.pdf_profile import PaperFile
from certs.page.pdf_syntax import Stream
from certs.record.canonical import canonical_bytes
from certs.record.facts import JobFacts
from certs.record.issuer import FileSigner, Issuer, Station, TrialSigner
from certs.record.reading import read_record
from certs.record.record import Record, certificate_record, report_record
from certs.record.statement import qr_text, sign_statement
from certs.verify.trust import Trust
from certs.verify.verification import Answer, Verification
from certs.verify.verifier import CHECKS, seal, verify, verify_file
from phones.identity import PhoneIdentity
from phones.verdict import Verdict
from tests.support.papers.drawn import draw_paper
from tests.support.papers.forge import changed, forge, with_attachment
from tests.support.papers.synthetic_jobs import (
    CERTIFICATE_ID,
    CREATED_AT,
    IMEI,
    IPHONE_PIECES,
    ISSUED_AT,
    ISSUER,
    OPENED_AT,
    SECOND_IMEI,
    iphone_job,
    spoiled,
)

NOW = ISSUED_AT + timedelta(days=2)


def _judge(data: bytes, trust: Trust, **more: Any) -> Verification:
    return verify(data, trust, **{"at": NOW, **more})


def _rejected(data: bytes, trust: Trust, code: str) -> Verification:
    found = _judge(data, trust)
    assert (found.answer, found.code) == (Answer.NOT_VALID, code), found.checks[-1]
    assert found.exit_code == 7
    assert found.summary is None
    assert found.checks[-1].verdict is Verdict.FAILED
    return found


# ---------------------------------------------------------------- good papers


def test_a_certificate_of_a_trusted_issuer_is_valid(paper: Paper, trust: Trust) -> None:
    found = _judge(paper.pdf, trust)
    assert (found.answer, found.code, found.exit_code) == (Answer.VALID, "", 0)
    assert found.warnings == ("W_NOT_LOGGED", "W_NO_REVOCATION", "W_VALIDATION_UNSIGNED")
    assert found.summary is not None
    assert found.summary.id == CERTIFICATE_ID
    assert [check.name for check in found.checks] == [name for name, _ in CHECKS]
    assert {check.verdict for check in found.checks} == {Verdict.PASSED, Verdict.INDETERMINATE}
    assert found.sentence("en")
    assert found.sentence("zh") != found.sentence("en")
    assert all(found.warning_sentences("zh"))


def test_without_a_pinned_root_nobody_can_tell(paper: Paper, specimen_authority: Authority) -> None:
    for trust in (Trust(), Trust.from_pem(pem(specimen_authority.root.certificate))):
        found = _judge(paper.pdf, trust)
        assert (found.answer, found.code, found.exit_code) == (Answer.CANNOT_TELL, "E_UNTRUSTED", 6)
        assert found.summary is not None


def test_another_root_of_the_same_name_is_not_the_issuer(paper: Paper) -> None:
    namesake = create_authority(ISSUER, "bench-1", now=CREATED_AT)
    assert _judge(paper.pdf, Trust.from_pem(pem(namesake.root.certificate))).code == "E_UNTRUSTED"


def test_a_report_is_never_a_certificate(report: Record, signer: FileSigner, trust: Trust) -> None:
    made = issue(report, signer)
    found = _judge(made.pdf, trust)
    assert (found.answer, found.code, found.exit_code) == (Answer.REPORT, "", 7)
    assert _judge(made.pdf, Trust()).answer is Answer.CANNOT_TELL


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        (iphone_job(pieces=spoiled({"canary.still_there": "media"})), "not_verified"),
        (iphone_job(pieces=IPHONE_PIECES[:5], stage="FAILED", failure="phone_lost"), "failed"),
        (iphone_job(pieces=IPHONE_PIECES[:4], stage="FAILED", failure="interrupted"), "interrupted"),
        (replace(iphone_job(pieces=(), stage="SEEN", failure="interrupted"), identity=PhoneIdentity()), "interrupted"),
        (
            replace(iphone_job(pieces=IPHONE_PIECES[:1], failure="blocked", problems=("sim_present",)), method=""),
            "blocked",
        ),
        (iphone_job(stage="FAILED", failure="rejected"), "rejected"),
        (iphone_job(validated=False), "awaiting_validation"),
    ],
)
def test_every_way_a_job_can_end_gets_a_paper_that_verifies(
    facts: JobFacts, title: str, signer: FileSigner, trust: Trust
) -> None:
    made = report_record(facts, ISSUER, signer.station, "basic", issued_at=ISSUED_AT, certificate_id=CERTIFICATE_ID)
    assert made.facts.title == title
    assert _judge(issue(made, signer).pdf, trust).answer is Answer.REPORT


def test_a_specimen_is_never_a_certificate(
    specimen_record: Record, specimen_signer: FileSigner, specimen_authority: Authority
) -> None:
    made = issue(specimen_record, specimen_signer)
    for trust in (Trust(), Trust.from_pem(pem(specimen_authority.root.certificate))):
        found = _judge(made.pdf, trust)
        assert (found.answer, found.code, found.exit_code) == (Answer.SPECIMEN, "", 7)


def test_a_paper_can_be_printed_again_with_the_same_record_and_statement(
    paper: Paper, signer: FileSigner, trust: Trust
) -> None:
    again = draw_and_sign(Record(data=paper.record), paper.statement, signer)
    assert (again.record, again.statement) == (paper.record, paper.statement)
    assert again.pdf != paper.pdf
    assert len(again.pdf) == len(paper.pdf)
    assert _judge(again.pdf, trust).answer is Answer.VALID


@pytest.mark.parametrize(
    "typed", [IMEI, f"{IMEI[:2]}-{IMEI[2:8]}-{IMEI[8:]}", SECOND_IMEI, "F2LDEMO0Q1MN", f" {IMEI} "]
)
def test_the_phone_in_hand_is_recognised(typed: str, paper: Paper, trust: Trust) -> None:
    found = _judge(paper.pdf, trust, imei=typed)
    assert found.answer is Answer.VALID
    assert found.checks[-1].verdict is Verdict.PASSED


@pytest.mark.parametrize("typed", ["356938035643817", "F2LDEMO0Q1MX", "3809", "   ", "0" * 5000])
def test_a_true_certificate_for_another_phone_is_not_valid(typed: str, paper: Paper, trust: Trust) -> None:
    found = _judge(paper.pdf, trust, imei=typed)
    assert (found.answer, found.code) == (Answer.NOT_VALID, "E_DEVICE")
    assert "certificate" not in found.sentence("en"), "a report for another phone is no certificate either"
    assert "证书" not in found.sentence("zh")


def test_a_station_that_expired_since_is_a_warning(paper: Paper, trust: Trust) -> None:
    found = _judge(paper.pdf, trust, at=ISSUED_AT + timedelta(days=400))
    assert found.answer is Answer.VALID
    assert "W_STATION_EXPIRED" in found.warnings


def test_a_paper_from_the_future_is_not_valid(paper: Paper, trust: Trust) -> None:
    assert _judge(paper.pdf, trust, at=ISSUED_AT - timedelta(hours=20)).answer is Answer.VALID
    assert _judge(paper.pdf, trust, at=ISSUED_AT - timedelta(days=2)).code == "E_FUTURE"


def test_a_file_that_cannot_be_read_is_the_only_error(tmp_path: Path, paper: Paper, trust: Trust) -> None:
    with pytest.raises(VerificationError):
        verify_file(tmp_path / "missing.pdf", trust)
    with pytest.raises(VerificationError):
        verify_file(tmp_path, trust)
    (tmp_path / "a.pdf").write_bytes(paper.pdf)
    assert verify_file(tmp_path / "a.pdf", trust, at=NOW).answer is Answer.VALID


# ---------------------------------------------------------------- outsiders: no key


def _flip(data: bytes, at: int, mask: int = 1) -> bytes:
    return data[:at] + bytes((data[at] ^ mask,)) + data[at + 1 :]


def _update(data: bytes) -> bytes:
    return data + b"5 0 obj\n<< >>\nendobj\nxref\n0 0\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"


def _contents_at(data: bytes) -> tuple[int, int]:
    start = data.index(b"/Contents <30") + len(b"/Contents <")
    return start, data.index(b">", start)


def _upper_hex(data: bytes) -> bytes:
    start, end = _contents_at(data)
    return data[:start] + data[start:end].upper() + data[end:]


def _numbers(data: bytes) -> list[int]:
    start = data.index(b"/ByteRange [0 ") + len(b"/ByteRange [0 ")
    return [int(text) for text in data[start : start + 32].split()]


def _write_numbers(data: bytes, numbers: list[int]) -> bytes:
    start = data.index(b"/ByteRange [0 ") + len(b"/ByteRange [0 ")
    return data[:start] + b"%010d %010d %010d" % tuple(numbers) + data[start + 32 :]


def _change_range(data: bytes, first: int, second: int, third: int = 0) -> bytes:
    numbers = _numbers(data)
    return _write_numbers(data, [numbers[0] + first, numbers[1] + second, numbers[2] + third])


def _pad(data: bytes, more: bytes) -> bytes:
    _, end = _contents_at(data)
    return data[:end] + more + data[end:]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda data: _flip(data, data.index(b"erase-record.json")), "E_TAMPERED"),
        (lambda data: _flip(data, data.index(b"/EmbeddedFile ")), "E_TAMPERED"),
        (lambda data: _flip(data, 5000), "E_TAMPERED"),
        (lambda data: data[:-1], "E_STRUCTURE"),
        (lambda data: data[: len(data) // 2], "E_STRUCTURE"),
        (lambda data: data[:-200] + b"%%EOF\n", "E_STRUCTURE"),
        (lambda data: data + b"\n", "E_STRUCTURE"),
        (lambda data: data + b"garbage", "E_STRUCTURE"),
        (lambda data: data + data, "E_STRUCTURE"),
        (lambda data: b"\n" + data, "E_STRUCTURE"),
        (_update, "E_STRUCTURE"),
        (lambda data: data.replace(b"%PDF-1.7", b"%PDF-2.0"), "E_STRUCTURE"),
        (lambda data: data.replace(b"/ByteRange [0 ", b"/ByteRange [1 "), "E_STRUCTURE"),
        (lambda data: data.replace(b"/ByteRange [0 ", b"/ByteRange  [0 "), "E_STRUCTURE"),
        (lambda data: data.replace(b"/Contents <", b"/Contents  <", 1), "E_STRUCTURE"),
        (_upper_hex, "E_STRUCTURE"),
        (lambda data: _change_range(data, 1, 0), "E_COVERAGE"),
        (lambda data: _change_range(data, 0, -1), "E_COVERAGE"),
        (lambda data: _change_range(data, 0, 0, -1), "E_COVERAGE"),
        (lambda data: _pad(data, b"00"), "E_COVERAGE"),
        (lambda data: b"%PDF-1.7\n" + b"x" * 9_000_000, "E_STRUCTURE"),
        (lambda data: b"%PDF-1.7\n%%EOF\n", "E_STRUCTURE"),
    ],
)
def test_a_changed_copy_is_not_valid(spoil: Callable[[bytes], bytes], code: str, paper: Paper, trust: Trust) -> None:
    _rejected(spoil(paper.pdf), trust, code)
    _rejected(spoil(paper.pdf), Trust(), code)


def test_padding_with_a_fitting_range_is_found_in_the_container(paper: Paper, trust: Trust) -> None:
    padded = _pad(paper.pdf, b"00")
    first, second, third = _numbers(padded)
    _rejected(_write_numbers(padded, [first, second + 2, third]), trust, "E_PADDING")


@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_a_changed_container_is_not_valid(place: str, paper: Paper, trust: Trust) -> None:
    start, end = _contents_at(paper.pdf)
    at = {"start": start + 1, "middle": (start + end) // 2, "end": end - 2}[place]
    other = b"1" if paper.pdf[at : at + 1] != b"1" else b"2"
    found = _judge(paper.pdf[:at] + other + paper.pdf[at + 1 :], trust)
    assert found.answer is Answer.NOT_VALID
    assert found.code in ("E_PADDING", "E_TAMPERED")


def test_a_copy_signed_by_another_station_is_not_valid(record: Record, authority: Authority, trust: Trust) -> None:
    """Same record, same page, somebody else's key: with a trusted chain or not."""
    sibling = create_authority(ISSUER, "bench-2", now=CREATED_AT)
    foreign = forge(record.data, sibling.trial_signer(), statement=_statement_of(record, authority.trial_signer()))
    _rejected(foreign, trust, "E_ISSUER")
    _rejected(foreign, Trust.from_pem(pem(sibling.root.certificate)), "E_ISSUER")


def _statement_of(record: Record, signer: FileSigner) -> bytes:
    return sign_statement(record.read.statement(), signer)


# ---------------------------------------------------------------- insiders: a good key


def _with(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        *steps, last = path.split(".")
        for step in steps:
            place = place[step]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("erase.level", "E2", "E_RULES"),
        ("grade.usability", "1", "E_RULES"),
        ("device.model", "iPhone14,5", "E_RULES"),
        ("validation.by", "software", "E_RULES"),
        ("evidence", [], "E_RULES"),
        ("issuer.name", "Another Company", "E_ISSUER"),
        ("emulated", True, "E_SPECIMEN"),
        ("issued_at", "2028-01-01T00:00:00Z", "E_EXPIRED"),
        ("issued_at", "2020-01-01T00:00:00Z", "E_EXPIRED"),
    ],
)
def test_a_forged_record_is_not_valid(
    path: str, value: object, code: str, record: Record, signer: FileSigner, trust: Trust
) -> None:
    _rejected(forge(changed(record, _with(path, value)), signer), trust, code)


def test_a_report_dressed_up_as_a_certificate_is_not_valid(report: Record, signer: FileSigner, trust: Trust) -> None:
    def dress(document: dict[str, Any]) -> None:
        document["schema"] = "proofwipe/certificate/1"
        document["outcome"] = {"title": "certificate", "reasons": []}

    _rejected(forge(changed(report, dress), signer), trust, "E_RULES")


def test_a_page_that_says_something_else_is_not_valid(record: Record, signer: FileSigner, trust: Trust) -> None:
    other: dict[str, Any] = copy.deepcopy(dict(record.read.plain))
    other["device"]["marketing_name"] = "iPhone 15"
    _rejected(forge(record.data, signer, page=other), trust, "E_PAGE_MISMATCH")


@pytest.mark.parametrize("name", ["2999.01", "in-work.0000000000000000", None])
def test_a_paper_of_an_edition_that_is_not_here_cannot_be_told(
    record: Record, signer: FileSigner, trust: Trust, name: str | None
) -> None:
    """Whatever else is wrong with it: without its law nothing it says can be told, and nothing is said of it."""

    def rename(document: dict[str, Any]) -> None:
        document["grade"]["usability"] = "1"
        document.pop("edition")
        document.update({"edition": name} if name else {})

    found = _judge(forge(record.data, signer, attached=changed(record, rename)), trust)
    assert (found.answer, found.code, found.exit_code) == (Answer.CANNOT_TELL, "E_EDITION_UNKNOWN", 6)
    assert found.checks[-1].name == "edition"
    assert found.summary is None


def test_rules_this_program_does_not_have_cannot_be_told(record: Record, signer: FileSigner, trust: Trust) -> None:
    for path, value in (
        ("rules.version", "2031.01"),
        ("rules.sha256", "00" * 32),
        ("grade.scheme", "strict"),
        ("grade.scheme_sha256", "00" * 32),
    ):
        found = _judge(forge(changed(record, _with(path, value)), signer), trust)
        assert (found.answer, found.code) == (Answer.CANNOT_TELL, "E_RULES_UNKNOWN"), path


def test_a_record_of_unknown_rules_that_nobody_can_draw_is_not_valid(
    record: Record, signer: FileSigner, trust: Trust
) -> None:
    def change(document: dict[str, Any]) -> None:
        document["rules"]["version"] = "2031.01"
        document["erase"]["residues"]["userdata"] = "forgotten"

    attached = changed(record, change)
    statement = sign_statement(editions.read_record(attached).statement(), signer)
    _rejected(forge(record.data, signer, attached=attached, statement=statement), trust, "E_PAGE_MISMATCH")


def test_a_swapped_statement_is_not_valid(record: Record, report: Record, signer: FileSigner, trust: Trust) -> None:
    other = certificate_record(
        iphone_job(),
        ISSUER,
        signer.station,
        "basic",
        issued_at=ISSUED_AT + timedelta(seconds=1),
        certificate_id="PW-0000-0000-0000-0001",
    )
    for stranger in (other, report):
        _rejected(forge(record.data, signer, statement=_statement_of(stranger, signer)), trust, "E_QR")


def test_a_statement_of_another_key_is_not_valid(record: Record, signer: FileSigner, trust: Trust) -> None:
    other = create_authority(ISSUER, "bench-9", now=CREATED_AT).trial_signer()
    said = replace(record.read.statement(), key_id=other.station.key_id)
    _rejected(forge(record.data, signer, statement=sign_statement(said, other)), trust, "E_QR")


def test_another_record_attached_is_not_valid(record: Record, report: Record, signer: FileSigner, trust: Trust) -> None:
    _rejected(forge(record.data, signer, attached=record.data + b" "), trust, "E_RECORD")
    _rejected(forge(record.data, signer, attached=b"%%EOF"), trust, "E_RECORD")
    _rejected(forge(record.data, signer, attached=report.data), trust, "E_QR")


def test_one_more_attachment_is_not_valid(record: Record, signer: FileSigner, trust: Trust) -> None:
    _rejected(forge(record.data, signer, edit=with_attachment), trust, "E_ATTACHMENT")


def test_an_object_nobody_draws_is_not_valid(record: Record, signer: FileSigner, trust: Trust) -> None:
    def hide(paper: PaperFile) -> PaperFile:
        return replace(paper, objects=(*paper.objects, Stream({}, b"hidden")))

    _rejected(forge(record.data, signer, edit=hide), trust, "E_PAGE_MISMATCH")


def test_an_action_in_the_catalog_is_not_valid(record: Record, signer: FileSigner, trust: Trust) -> None:
    def act(paper: PaperFile) -> PaperFile:
        catalog = paper.objects[0]
        assert isinstance(catalog, dict)
        return replace(paper, objects=({**catalog, "OpenAction": {"S": catalog["Type"]}}, *paper.objects[1:]))

    _rejected(forge(record.data, signer, edit=act), trust, "E_PAGE_MISMATCH")


# ---------------------------------------------------------------- chains


def _chain_with(station: x509.Certificate, authority: Authority) -> FileSigner:
    names = Station(name="bench-1", certificate=station, organisation=authority.organisation.certificate)
    return TrialSigner(names, authority.station.key)


Change = Callable[[x509.ExtensionType], tuple[x509.ExtensionType | None, bool]]


def _rebuilt(certificate: x509.Certificate, above: Holder, change: Change) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        issuer_name=certificate.issuer,
        subject_name=certificate.subject,
        public_key=certificate.public_key(),
        serial_number=certificate.serial_number,
        not_valid_before=certificate.not_valid_before_utc,
        not_valid_after=certificate.not_valid_after_utc,
    )
    for extension in certificate.extensions:
        value, critical = change(extension.value)
        if value is not None:
            builder = builder.add_extension(value, critical=critical or extension.critical)
    return builder.sign(above.key, hashes.SHA256())


def _replaced(kind: type[x509.ExtensionType], value: x509.ExtensionType | None) -> Callable[..., Any]:
    return lambda found: (value if isinstance(found, kind) else found, False)


@pytest.mark.parametrize(
    "change",
    [
        _replaced(x509.ExtendedKeyUsage, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])),
        _replaced(x509.ExtendedKeyUsage, None),
        _replaced(x509.KeyUsage, profile.authority_usage()),
        _replaced(x509.BasicConstraints, x509.BasicConstraints(ca=True, path_length=None)),
        _replaced(x509.CertificatePolicies, None),
        _replaced(x509.CertificatePolicies, profile.policies(specimen=True)),
        _replaced(x509.AuthorityKeyIdentifier, x509.AuthorityKeyIdentifier(b"x" * 20, None, None)),
        _replaced(x509.CRLDistributionPoints, x509.SubjectAlternativeName([x509.DNSName("example.invalid")])),
    ],
)
def test_a_station_certificate_of_another_profile_is_not_valid(
    change: Callable[..., Any], record: Record, authority: Authority, trust: Trust
) -> None:
    station = _rebuilt(authority.station.certificate, authority.organisation, change)
    _rejected(forge(record.data, _chain_with(station, authority)), trust, "E_CHAIN")


def test_a_station_issued_by_nobody_is_not_valid(record: Record, authority: Authority, trust: Trust) -> None:
    station = _rebuilt(authority.station.certificate, authority.station, lambda found: (found, False))
    _rejected(forge(record.data, _chain_with(station, authority)), trust, "E_CHAIN")


def test_an_organisation_that_only_names_the_trusted_root_is_not_valid(
    record: Record, authority: Authority, trust: Trust
) -> None:
    """Names and key identifiers copied from the pinned root, signed by somebody else."""
    pretender = Holder(certificate=authority.root.certificate, key=authority.station.key)
    organisation = _rebuilt(authority.organisation.certificate, pretender, lambda found: (found, False))
    station = Station(name="bench-1", certificate=authority.station.certificate, organisation=organisation)
    _rejected(forge(record.data, TrialSigner(station, authority.station.key)), trust, "E_CHAIN")


def test_an_organisation_may_not_certify_organisations(record: Record, authority: Authority, trust: Trust) -> None:
    organisation = _rebuilt(
        authority.organisation.certificate,
        authority.root,
        _replaced(x509.BasicConstraints, x509.BasicConstraints(ca=True, path_length=3)),
    )
    station = Station(name="bench-1", certificate=authority.station.certificate, organisation=organisation)
    _rejected(forge(record.data, TrialSigner(station, authority.station.key)), trust, "E_CHAIN")


def test_a_specimen_key_cannot_sign_for_a_real_phone(record: Record, specimen_signer: FileSigner) -> None:
    def take_over(document: dict[str, Any]) -> None:
        document["station"]["key_id"] = specimen_signer.station.key_id

    _rejected(forge(changed(record, take_over), specimen_signer), Trust(), "E_SPECIMEN")


def test_a_station_cannot_sign_for_another_company(authority: Authority, record: Record) -> None:
    """A root that certified two companies: each signs for itself only."""
    other_name = Issuer(name="Other Ltd")
    organisation = create_organisation(authority.root, other_name, now=CREATED_AT)
    from certs.keys.authority import create_station

    station = create_station(organisation, other_name, "bench-1", now=CREATED_AT)
    names = Station(name="bench-1", certificate=station.certificate, organisation=organisation.certificate)
    thief = TrialSigner(names, station.key)

    def take_over(document: dict[str, Any]) -> None:
        document["station"]["key_id"] = thief.station.key_id

    stolen = changed(record, take_over)
    _rejected(forge(stolen, thief), Trust.from_pem(pem(authority.root.certificate)), "E_ISSUER")
    with pytest.raises(WrongSignerError):
        issue(Record(data=stolen), thief)


# ---------------------------------------------------------------- the issuer's own refusals


def test_the_signer_refuses_what_is_not_its_own(
    record: Record, specimen_record: Record, signer: FileSigner, specimen_signer: FileSigner
) -> None:
    with pytest.raises(WrongSignerError):
        issue(record, specimen_signer)
    with pytest.raises(WrongSignerError):
        issue(specimen_record, signer)
    other = create_authority(ISSUER, "bench-1", now=CREATED_AT).trial_signer()
    with pytest.raises(WrongSignerError):
        issue(record, other)


def test_a_paper_that_does_not_verify_is_not_released(record: Record, report: Record, signer: FileSigner) -> None:
    with pytest.raises(IssueError, match="E_QR"):
        draw_and_sign(Record(data=record.data), _statement_of(report, signer), signer)
    with pytest.raises(RecordMalformedError):
        draw_and_sign(Record(data=b"[]"), b"", signer)


def test_a_paper_issued_after_its_station_expired_is_not_released(signer: FileSigner) -> None:
    late = certificate_record(
        iphone_job(),
        ISSUER,
        signer.station,
        "basic",
        issued_at=OPENED_AT + timedelta(days=400),
        certificate_id=CERTIFICATE_ID,
    )
    with pytest.raises(IssueError, match="E_EXPIRED"):
        issue(late, signer)


def test_a_container_of_the_announced_size_is_in_the_file(paper: Paper, signer: FileSigner) -> None:
    start, end = _contents_at(paper.pdf)
    assert (end - start) // 2 == cms.container_bytes(signer.station)


def test_a_forged_record_cannot_be_signed_through_the_front_door(record: Record) -> None:
    document = copy.deepcopy(dict(record.read.plain))
    document["issued_at"] = "2026-03-02T09:00:01Z"
    with pytest.raises(RecordMalformedError):
        Record(data=canonical_bytes(document))


# ---------------------------------------------------------------- the issuer looks at its own work


def test_a_paper_drawn_a_moment_ago_is_not_drawn_again(record: Record, signer: FileSigner, trust: Trust) -> None:
    """The unsigned drawing stands in for a second one; another drawing is found all the same."""
    said = _statement_of(record, signer)
    size = cms.container_bytes(signer.station)
    document = read_record(record.data).document
    drawn = draw_paper(document, record_bytes=record.data, statement=said, qr_text=qr_text(said), contents_bytes=size)
    assert _judge(sign_file(drawn, signer), trust, drawn=drawn).answer is Answer.VALID
    device = replace(document.device, marketing_name="iPhone 15")
    other = replace(document, device=device)
    lie = draw_paper(other, record_bytes=record.data, statement=said, qr_text=qr_text(said), contents_bytes=size)
    assert _judge(sign_file(lie, signer), trust, drawn=drawn).code == "E_PAGE_MISMATCH"


def test_a_record_handed_over_stands_in_for_its_own_bytes_only(
    record: Record, paper: Paper, signer: FileSigner, trust: Trust
) -> None:
    """A paper that holds another record than the one its maker looked at is judged by what it holds."""
    assert _judge(paper.pdf, trust, made=record).answer is Answer.VALID
    lie = forge(changed(record, _with("erase.level", "E2")), signer)
    assert _judge(lie, trust, made=record).code == "E_RULES"


def test_the_seal_says_nothing_about_the_content(
    record: Record,
    paper: Paper,
    report: Record,
    signer: FileSigner,
    specimen_record: Record,
    specimen_signer: FileSigner,
    trust: Trust,
) -> None:
    lie = forge(changed(record, _with("grade.usability", "1")), signer)
    for data in (paper.pdf, lie, issue(report, signer).pdf):
        assert seal(data, trust).verdict is Verdict.PASSED
        assert (seal(data, Trust()).verdict, seal(data, Trust()).code) == (Verdict.INDETERMINATE, "E_UNTRUSTED")
    assert seal(issue(specimen_record, specimen_signer).pdf, trust).verdict is Verdict.INDETERMINATE
    assert (seal(_flip(paper.pdf, 5000), trust).verdict, seal(b"", trust).code) == (Verdict.FAILED, "E_EMPTY")
