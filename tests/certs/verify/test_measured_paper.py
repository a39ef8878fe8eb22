# SPDX-License-Identifier: GPL-3.0-or-later
"""The paper of a measured phone is drawn again by whoever verifies it, all its pages; a claim cannot be slipped in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pypdfium2
import pytest

from certs.errors import RecordMalformedError
from certs.issue import issue
from certs.record.issuer import FileSigner
from certs.record.record import Record, certificate_record
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify
from phones.evidence import Evidence
from tests.grading.samples import evidence_of
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
