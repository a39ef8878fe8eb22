# SPDX-License-Identifier: GPL-3.0-or-later
"""The paper of a measured phone is drawn again by whoever verifies it, all its pages; a claim cannot be slipped in."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certs import editions
from certs.errors import RecordMalformedError
from certs.issue import issue
from certs.record.issuer import FileSigner
from certs.record.record import Record, certificate_record
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify
from grading.report import CheckOutcome
from phones.evidence import Evidence, digest_of
from phones.port import Platform
from station.cli.commands.regrade import graded
from tests.grading.samples import evidence_of
from tests.support import lives
from tests.support.papers.forge import changed
from tests.support.papers.golden_measured import cases, measured_job
from tests.support.papers.paper_world import PaperWorld
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUED_AT, ISSUER, iphone_job

PROFILE = {"host.check_profile": "full"}


def measured(signer: FileSigner, *more: tuple[str, Mapping[str, str]]) -> Record:
    job = iphone_job()
    last = job.evidence[-1]
    pieces: list[Evidence] = [
        replace(evidence_of(values, number=last.number + at, link=link), at=last.at, port=last.port)
        for at, (link, values) in enumerate((("host", PROFILE), *more), start=1)
    ]
    return certificate_record(
        replace(job, evidence=(*job.evidence, *pieces)),
        ISSUER,
        signer.station,
        "",
        issued_at=ISSUED_AT,
        certificate_id=CERTIFICATE_ID,
    )


def test_a_measured_phones_paper_verifies_with_all_its_pages(signer: FileSigner, trust: Trust) -> None:
    claimed = {"browser.touch_coverage_permille": "991", "not_measured.browser.sound_slots_right": "noisy"}
    paper = issue(measured(signer, ("browser", claimed), ("usbmux", {"battery.load_curve": "4012,3988,3970"})), signer)
    with pypdfium2.PdfDocument(paper.pdf) as pages:
        assert len(pages) > 2
    found = verify(paper.pdf, trust, at=ISSUED_AT + timedelta(days=2))
    assert (found.answer, found.code) == (Answer.VALID, "")


@pytest.mark.parametrize(
    ("link", "values"),
    [
        ("browser", {"locks.activation_lock": "no"}),
        ("browser", {"battery.health_percent": "100"}),
        ("usbmux", {"browser.touch_ghosts": "0"}),
        ("operator", {"not_measured.browser.touch_ghosts": "too_little"}),
    ],
)
def test_no_record_has_a_claim_that_came_another_way_or_speaks_of_something_else(
    signer: FileSigner, link: str, values: dict[str, str]
) -> None:
    with pytest.raises(RecordMalformedError):
        measured(signer, (link, values))


LATER = datetime(2028, 6, 1, tzinfo=UTC)
PHONES: Mapping[Platform, Mapping[str, Any]] = {Platform.ANDROID: lives.PIXEL_13, Platform.APPLE: lives.IPHONE}
REFUSED = ("E_RECORD", "E_RULES")
Document = dict[str, Any]


@functools.cache
def of_a_job(platform: Platform) -> Record:
    """A whole job of a virtual phone under the full profile, as a certificate's record."""
    scene = PaperWorld()
    facts = measured_job(scene, PHONES[platform])
    return scene.certificate(facts, issued_at=facts.finished_at + timedelta(minutes=5), scheme="")


def fault_after(record: Record, change: Callable[[Document], None]) -> str:
    """The code with which the record is refused after that change, "" if it is not."""
    try:
        found = editions.read_record(changed(record, change)).fault()
    except RecordMalformedError:
        return "E_RECORD"
    return found.code if found is not None else ""


def test_papers_of_whole_measured_jobs_verify_and_what_an_insider_makes_of_them_does_not() -> None:
    scene = PaperWorld()
    papers, _files = cases(scene)
    trust = scene.trust("root.pem")
    assert len(papers) >= 7
    for name, case in papers.items():
        found = verify(case.data, trust, at=LATER)
        assert (found.answer, found.code) == (Answer(case.answer), case.code), name


@pytest.mark.parametrize("platform", list(Platform))
def test_the_record_alone_gives_the_grade_again_under_both_schemes(platform: Platform) -> None:
    record = of_a_job(platform)
    kept = record.read.plain["grade"]
    assert isinstance(kept, dict)
    assert kept["scheme"] == "basic-2"
    assert graded(record.read, "basic-2") == kept
    assert graded(record.read, "basic")["scheme"] == "basic"
    outcomes = {check["outcome"] for check in kept["checks"]}
    assert {"pass", "indeterminate", "not_tested"} <= outcomes, "what was not measured stands there as such"


FIELDS = ("usability", "functional", "battery_band", "cosmetic", "capped_by", "mappings", "scheme_version")


@given(
    platform=st.sampled_from(Platform), field=st.sampled_from(FIELDS), word=st.sampled_from(["1", "F6", "A", "good"])
)
@settings(max_examples=40, deadline=None)
def test_no_other_grade_stands_on_the_same_evidence(platform: Platform, field: str, word: str) -> None:
    def change(document: Document) -> None:
        kept = document["grade"][field]
        document["grade"][field] = [] if isinstance(kept, list) else {"x": word} if isinstance(kept, dict) else word

    record = of_a_job(platform)
    kept = record.read.plain["grade"]
    assert isinstance(kept, dict)
    is_other = kept[field] not in (word, [])
    assert (fault_after(record, change) in REFUSED) == is_other


@given(platform=st.sampled_from(Platform), data=st.data())
@settings(max_examples=80, deadline=None)
def test_no_check_says_anything_else_than_its_evidence(platform: Platform, data: st.DataObject) -> None:
    record = of_a_job(platform)

    def change(document: Document) -> None:
        check = data.draw(st.sampled_from(document["grade"]["checks"]))
        field = data.draw(st.sampled_from(["outcome", "measured", "limit", "source", "weight", "moment"]))
        texts = [outcome.value for outcome in CheckOutcome] if field == "outcome" else ["0", "observed", "told"]
        check[field] = data.draw(st.sampled_from([text for text in texts if text != check[field]]))

    assert fault_after(record, change) in REFUSED


@given(platform=st.sampled_from(Platform), data=st.data())
@settings(max_examples=80, deadline=None)
def test_no_claim_of_a_browser_comes_to_stand_as_what_the_cable_saw(platform: Platform, data: st.DataObject) -> None:
    """Whoever moves it, under a digest that fits: the record is refused, and so is whatever the page says of other
    parts.
    """
    record = of_a_job(platform)

    def change(document: Document) -> None:
        piece = next(each for each in document["evidence"] if each["link"] == "browser")
        if data.draw(st.booleans()):
            piece["link"] = data.draw(st.sampled_from(["adb", "usbmux", "host", "operator"]))
        else:
            name = data.draw(st.sampled_from(["battery.health_percent", "locks.frp", "statement.screen", "imei.luhn"]))
            piece["values"][name] = data.draw(st.sampled_from(["100", "clear", "ok", "valid", "malformed"]))
            piece["digest"] = digest_of(piece["values"])

    assert fault_after(record, change) in REFUSED
