# SPDX-License-Identifier: GPL-3.0-or-later
"""What a label says comes from the job: never sold without a certificate that stands, whatever else is known."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from phones.clock import SystemClock
from station.ledger.job_events import JobOpened, PhoneIdentified
from station.ledger.ledger import Ledger
from station.ledger.stages import EntryKind
from station.printing.facts import LabelFacts, Standing, label_facts
from station.session.jobs import read_jobs
from station.setup.home import Home
from tests.support.cli_station import Call
from tests.support.labels import pages, scanned
from tests.support.ledger_payloads import an_event


def facts_of(home: Home, name: str = "") -> LabelFacts:
    with read_jobs(home) as jobs:
        return label_facts(jobs.find(name or next(jobs.list()).id))


def accept(call: Call) -> str:
    job = str(call("jobs", "--json")[1]["jobs"][0]["job"])
    code, said = call("validate", job, "--accept", "--by", "Wang Fang")
    assert code == 0, said
    return job


def test_a_phone_that_waits_for_its_validator_is_not_to_be_sold(home: Home) -> None:
    found = facts_of(home)
    assert found.standing is Standing.STOP
    assert found.symbol == found.grade == ""
    assert found.reasons


def test_a_certified_specimen_has_the_papers_own_symbol_and_says_that_it_is_one(
    home: Home, call: Call, tmp_path: Path
) -> None:
    job = accept(call)
    assert facts_of(home).colour == ""
    assert call("tag", job, "--colour", "午夜 blue", "--by", "Li Wei")[0] == 0
    out = tmp_path / "label.pdf"
    assert call("label", job, "-o", out)[0] == 0
    found = facts_of(home)
    assert found.standing is Standing.SPECIMEN
    assert (found.model.startswith("iPhone"), bool(found.grade), bool(found.storage)) == (True, True, True)
    (page,) = pages(out.read_bytes())
    codes = scanned(page)
    assert codes["QRCode"] == found.symbol
    assert found.paper in call("verify", "--code", codes["QRCode"])[1]
    shown = pypdfium2.PdfDocument(out.read_bytes())[0].get_textpage().get_text_bounded()
    assert "SPECIMEN" in shown
    assert "午夜 blue" in shown, "as a person stated it"
    assert found.paper in shown


def test_a_withdrawn_certificate_and_a_newer_job_of_the_phone_are_reasons_not_to_sell(home: Home, call: Call) -> None:
    job = accept(call)
    with read_jobs(home) as jobs:
        phone = jobs.by_id(job).identity
    opened, identified = an_event(EntryKind.JOB_OPENED), an_event(EntryKind.IDENTITY)
    assert isinstance(opened, JobOpened)
    assert isinstance(identified, PhoneIdentified)
    assert phone is not None
    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        ledger.append(opened, "NEWER001")
        ledger.append(replace(identified, phone=phone), "NEWER001")
    newer = facts_of(home, job)
    assert (newer.standing, "NEWER001" in newer.reasons[0]) == (Standing.STOP, True)
    code, said = call("withdraw", job, "--reason", "other", "--yes", "--by", "Wang Fang")
    assert code == 0, said
    assert facts_of(home, job).standing is Standing.STOP


@pytest.mark.parametrize("more", [[], ["--zpl", "-o", "x", "--printer", "y"]])
def test_it_must_be_said_where_a_label_goes(more: list[str], call: Call) -> None:
    assert call("label", "X", *more)[0] == 2
