# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of samples: drawn once, looked into by who did not erase, and no verdict better than what was found."""

import re
from datetime import timedelta

import pytest

from phones.clock import utc_now
from station.ledger.paper_events import SampleCommitted, SampleDrawn
from station.papers.keys import open_paper_issuer
from station.service.pages.browser import Browser
from station.service.pages.sample_pages import FOUND, Phone
from station.service.pages.showing import draw
from station.session.sampling import Lot
from station.setup.home import Home
from station.setup.people import load
from station.setup.settings import Settings
from tests.support import lives
from tests.support.cli_station import PASSPHRASE
from tests.support.station_room import StationRoom, station_room

WEEK = "2026-W01"
HOSTILE = "<script>alert(1)</script>\"'&"


def key(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def drawn(station: StationRoom, *papers: str) -> None:
    """A sample of those papers, as if the log had chosen them."""
    ledger = station.running.at.session.jobs.ledger
    ledger.append(SampleCommitted(period=WEEK, percent=5, number=len(papers), sha256="ab" * 32, log_size=1), "")
    ledger.append(SampleDrawn(period=WEEK, index=1, root="ab" * 32, chosen=papers), "")


@pytest.fixture
def paper(home: Home) -> str:
    """That of a phone that Tess Tester erased."""
    with open_paper_issuer(home, Settings(), load(home.keys).issuer, PASSPHRASE) as papers:
        lives.live(lives.PIXEL_16, folder=home.path, papers=papers, job_id="TESTJOB2")
    return lives.job_in(home.ledger, "TESTJOB2").summary.certificate


def test_a_sample_is_drawn_from_the_page_once_its_period_is_over(home: Home) -> None:
    over = (utc_now() - timedelta(days=60)).strftime("%Y-%m")
    with station_room(home) as station, station.browser("technician") as technician:
        assert "No sample was drawn" in technician.page("/samples")
        for _ in range(2):
            answer = technician.send("/samples", {"period": over, "percent": "", "of": "certificates"})
            assert answer.headers["hx-redirect"] == f"/samples?period={over}&of=certificates"
        assert technician.page("/samples").count("data-period=") == 1
        page = technician.page(f"/samples?period={over}&of=certificates")
        assert "open: not all were looked into" in page, "a sample of nothing passes nothing"
        assert technician.client.get(f"/samples/{over}/sheet.pdf").content.startswith(b"%PDF-")
        today = technician.send("/samples", {"period": f"{utc_now():%Y-%m-%d}"})
        assert (today.status_code, "parameter" in today.text) == (422, True), "the day is not over"
        for wrong in ({"period": over, "percent": "4"}, {"period": "<b>2026-01"}, {"period": over, "of": "all"}):
            assert technician.send("/samples", wrong).status_code == 422
        assert technician.page("/samples?period=2025-W01", 404)


def test_what_was_found_is_written_once_by_somebody_who_did_not_erase(home: Home, paper: str) -> None:
    with station_room(home) as station, station.browser("validator") as validator:
        drawn(station, paper)
        shown = validator.page(f"/samples?period={WEEK}")
        assert 'href="/jobs/TESTJOB2"' in shown
        body = {"certificate": paper.lower(), "found": "not_available", "tool": HOSTILE, "grounds": HOSTILE,
                "period": WEEK, "of": "certificates"}  # fmt: skip
        for _ in range(2):
            answer = validator.send("/samples/results", {**body, "key": key(shown)})
            assert answer.headers["hx-redirect"] == f"/samples?period={WEEK}&of=certificates", answer.text
        kinds = [row.kind for row in station.running.at.session.jobs.ledger.stored()]
        assert kinds.count("sample_result") == 1
        page = validator.page(f"/samples?period={WEEK}")
        assert "open: not all were looked into" in page
        assert "<script>alert" not in page
        assert validator.send("/samples/results", {**body, "key": key(page), "found": "none"}).status_code == 200
        assert "passes:" in validator.page(f"/samples?period={WEEK}")
        assert validator.send("/samples/results", {**body, "key": key(validator.page(f"/samples?period={WEEK}")),
                                                   "found": "data"}).status_code == 200  # fmt: skip
        page = validator.page(f"/samples?period={WEEK}")
        assert "FAILS: data was found" in page
        assert "passes:" not in page
        unknown = {**body, "certificate": "PW-NONE", "key": key(page)}
        assert validator.send("/samples/results", unknown).status_code == 404


def test_who_may_only_read_sees_no_form_and_writes_nothing(home: Home, paper: str) -> None:
    with station_room(home) as station:
        drawn(station, paper)
        with station.browser("auditor", "zh") as auditor:
            pages = auditor.page("/samples") + auditor.page(f"/samples?period={WEEK}")
            assert paper in pages
            assert 'data-hx-post="/samples' not in pages
            assert auditor.send("/samples", {"period": WEEK}).status_code == 403
            assert auditor.send("/samples/results", {}).status_code == 403
        with station.browser("kiosk") as kiosk:
            assert kiosk.client.get("/samples").status_code == 403
            assert 'href="/samples"' not in kiosk.page("/help")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_words_in_every_field_of_a_sample_are_words(language: str) -> None:
    phone = Phone(certificate=HOSTILE, job=HOSTILE, model=HOSTILE, number=HOSTILE, slot=HOSTILE, performed_by=HOSTILE,
                  result="open")  # fmt: skip
    lot = Lot(period=HOSTILE, of="certificates", number=1, chosen=(HOSTILE,), clean=(), data=(), open_=(HOSTILE,))
    seen = Browser(path="/samples", language=language, is_part=False, cookie_name="x")
    page = draw("sample.html", seen, lot=lot, of="certificates", tone="warn", sign="…", phones=[phone], found=FOUND,
                key="page-1")  # fmt: skip
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;") >= 6
    assert 'href="/jobs/<' not in page
