# SPDX-License-Identifier: GPL-3.0-or-later
"""A record is graded again by either scheme, whichever edition it was made under."""

from dataclasses import replace

import pytest

from certs import editions
from certs.editions.released import RELEASED
from certs.keys.authority import create_authority
from certs.record.recompute import plain
from certs.record.record import Record
from grading import schemes
from grading.choice import scheme_for
from grading.errors import SchemeError
from grading.grade import grade
from phones.verdict import Verdict
from station.cli.commands.regrade import graded
from tests.grading.samples import evidence_of
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUED_AT, ISSUER, OPENED_AT, iphone_job

EDITIONS = (*RELEASED, editions.in_work())
PROFILE = "host.check_profile"


def record(edition: str, *, profile: str = "", scheme: str = "") -> Record:
    job, signer = iphone_job(), create_authority(ISSUER, "bench-1", now=OPENED_AT).trial_signer()
    if profile:
        told = evidence_of({PROFILE: profile}, number=job.evidence[-1].number + 1, link="host")
        job = replace(
            job,
            evidence=(*job.evidence, replace(told, at=job.evidence[-1].at, port=job.evidence[-1].port, asked=PROFILE)),
        )
    return Record.of_job(
        job, ISSUER, signer.station, scheme, issued_at=ISSUED_AT, certificate_id=CERTIFICATE_ID, edition=edition
    )


def scheme_of(made: Record) -> object:
    found = made.read.plain["grade"]
    assert isinstance(found, dict)
    return found["scheme"]


def test_a_job_is_graded_by_what_was_checked() -> None:
    assert scheme_for([]) == "basic"
    assert scheme_for([evidence_of({PROFILE: "quick"}, link="browser")]) == "basic"
    assert scheme_for([evidence_of({}), evidence_of({PROFILE: "quick"}, link="host")]) == "basic-2"


@pytest.mark.parametrize("edition", EDITIONS)
def test_only_a_law_that_knows_of_measuring_grades_a_measured_phone_by_the_scheme_for_it(edition: str) -> None:
    measured = record(edition, profile="full")
    assert scheme_of(measured) == ("basic" if edition in ("2026.11", "2027.01") else "basic-2")
    assert measured.read.fault() is None
    assert scheme_of(record(edition)) == "basic"
    assert scheme_of(record(edition, profile="full", scheme="basic")) == "basic"


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("name", ["basic", "basic-2"])
def test_a_paper_of_any_edition_is_graded_again_by_either_scheme(edition: str, name: str) -> None:
    job, read = iphone_job(), record(edition).read
    found = graded(read, name)
    assert found["scheme"] == name
    if name == "basic-2":
        now = grade(job.evidence, platform=job.platform, verdict=Verdict.PASSED, scheme=schemes.load(name))
        assert found == plain(now)


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_scheme_that_nobody_ships_grades_nothing(edition: str) -> None:
    with pytest.raises(SchemeError):
        graded(record(edition).read, "golden")
