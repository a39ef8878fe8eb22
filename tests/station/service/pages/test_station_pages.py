# SPDX-License-Identifier: GPL-3.0-or-later
"""Papers, statistics, doctor, people and settings as pages: by rights, in both languages, with nothing live in them."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from certs.page.pdf_profile import read
from station.documents.setup import StationChecked, ThingChecked
from station.papers.keys import open_paper_issuer
from station.service.pages import charts
from station.setup.home import Home
from station.setup.people import load
from station.setup.settings import Settings
from tests.support import lives
from tests.support.cli_station import PASSPHRASE
from tests.support.page_client import PageClient
from tests.support.station_room import StationRoom, station_room

HOSTILE = "</title></text><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\"'&\0"
PAGES = ("/papers", "/papers/TESTJOB1", "/statistics", "/people", "/configuration")


@pytest.fixture
def station(home: Home) -> Iterator[StationRoom]:
    with station_room(home) as found:
        yield found


@pytest.fixture
def validator(station: StationRoom) -> Iterator[PageClient]:
    with station.browser("validator") as found:
        yield found


def certified(validator: PageClient, station: StationRoom) -> str:
    """The id of the certificate that the job gets."""
    seen = station.told()["awaiting_record"]
    assert validator.send("/validation/TESTJOB1", {"decision": "accept", "seen": seen}).status_code == 200
    return str(station.told()["certificate"])


def test_phones_whose_numbers_end_alike_are_not_told_as_one(home: Home) -> None:
    serials = ("47011FDAP0QA16", "58011FDAP0QA16")
    with open_paper_issuer(home, Settings(), load(home.keys).issuer, PASSPHRASE) as papers:
        for number, serial in enumerate(serials, start=2):
            phone = {**lives.PIXEL_16, "serial": serial, "imeis": [f"35391811000{number}001"]}
            lives.live(phone, folder=home.path, papers=papers, job_id=f"TESTJOB{number}")
    with station_room(home) as station, station.browser("auditor") as auditor:
        assert "TESTJOB3" not in auditor.page(f"/phone?number={serials[0]}")
        assert "TESTJOB2" in auditor.page("/phone?number=FDAP0QA16", status=409)
        assert auditor.client.get("/scan", params={"code": "FDAP0QA16"}).status_code == 303


class Read(HTMLParser):
    """Tags, attributes and what is no text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def must_be_quiet(page: str) -> None:
    """Nothing that the CSP would have to forbid."""
    found = Read()
    found.feed(page)
    scripts = re.findall(r"<script[^>]*>", page)
    assert all('src="/assets/' in each for each in scripts), scripts
    assert not [each for each in found.attributes if each.startswith("on") or each == "style"]
    assert "alert(1)" not in re.sub(r"&lt;.*?&gt;|&#3[49];", "", page) or "&lt;" in page
    assert "\u202e" not in page


def test_every_page_is_for_who_may_read_and_is_whole_in_both_languages(station: StationRoom) -> None:
    for language in ("en", "zh"):
        with station.browser("technician", language) as technician:
            for path in (*PAGES, "/doctor", "/parts/doctor"):
                must_be_quiet(technician.page(path))
    with station.browser("kiosk") as kiosk:
        for path in (*PAGES, "/doctor", "/parts/doctor"):
            kiosk.page(path, 403)
    with station.browser("auditor") as auditor:
        auditor.page("/statistics")
        auditor.page("/doctor", 403)


def test_a_search_finds_by_what_is_on_the_phone_and_a_hostile_one_finds_nothing(station: StationRoom) -> None:
    job = station.told()
    with station.browser("auditor") as auditor:
        for find in (job["serial"], job["imei"][4:12], "TESTJOB1", "iPhone"):
            assert 'data-job="TESTJOB1"' in auditor.client.get("/papers", params={"find": find}).text, find
        for find in (HOSTILE[:90], "' OR 1=1 --", "%"):
            answer = auditor.client.get("/papers", params={"find": find})
            assert answer.status_code == 200
            assert "data-job" not in answer.text
            must_be_quiet(answer.text)
        assert auditor.client.get("/papers", params={"result": "awaiting"}).text.count("<tr data-job") == 1
        assert auditor.client.get("/papers", params={"result": "withdrawn"}).text.count("<tr data-job") == 0


def test_a_certificate_is_withdrawn_only_when_its_number_was_typed(station: StationRoom, validator: PageClient) -> None:
    assert "withdraw-form" not in validator.page("/papers/TESTJOB1"), "there is nothing to withdraw yet"
    paper = certified(validator, station)
    assert "withdraw-form" in validator.page("/papers/TESTJOB1")
    with station.browser("technician") as technician:
        assert "withdraw-form" not in technician.page("/papers/TESTJOB1")
        body = {"reason": "other", "paper": paper}
        assert technician.send("/papers/TESTJOB1/withdrawal", body).status_code == 403
    wrong = validator.send("/papers/TESTJOB1/withdrawal", {"reason": "other", "paper": "0000"})
    assert (wrong.status_code, station.told()["standing"]) == (422, "live")
    assert "Nothing was withdrawn" in wrong.text
    right = {"reason": "data_found", "paper": paper[-4:].lower(), "grounds": "<b>a photo</b>"}
    done = validator.send("/papers/TESTJOB1/withdrawal", right)
    assert (done.status_code, station.told()["standing"]) == (200, "withdrawn"), done.text
    page = validator.page("/papers/TESTJOB1")
    assert "data was found" in page
    assert "withdraw-form" not in page


def test_a_copy_opens_what_was_ticked_and_the_filed_paper_stays(station: StationRoom, validator: PageClient) -> None:
    certified(validator, station)
    page = validator.page("/papers/TESTJOB1")
    sealed = re.findall(r'name="opened" value="([^"]+)"', page)
    assert "serial" in sealed
    copy = validator.client.get("/papers/TESTJOB1/copy.pdf", params={"opened": "serial"})
    assert copy.headers["content-type"] == "application/pdf"
    filed = validator.client.get("/jobs/TESTJOB1/paper.pdf").content
    extra = set(read(copy.content).embedded()) - set(read(filed).embedded())
    assert extra
    assert validator.client.get("/papers/TESTJOB1/copy.pdf").status_code == 422
    assert validator.client.get("/papers/TESTJOB1/copy.pdf", params={"opened": "no_such"}).status_code == 422


def test_statistics_have_a_table_for_each_picture_with_the_same_numbers(station: StationRoom) -> None:
    day = station.told()["opened_at"][:10]
    with station.browser("auditor") as auditor:
        page = auditor.page(f"/statistics?since={day}&until={day}&zone=UTC")
        assert page.count('<svg class="chart"') == page.count("</caption>")
        assert page.count("<title id=") == page.count("<desc id=") == page.count('<svg class="chart"')
        assert "iPhone 13" in page
        for wrong in ("since=2026-02-31", "zone=Nowhere", "since=2020-01-01&until=2026-01-01", "until=0001-01-01"):
            assert auditor.client.get(f"/statistics?{wrong}").status_code == 422, wrong


@pytest.mark.parametrize("draw", [charts.rows, charts.days])
def test_a_chart_escapes_what_a_phone_calls_itself_and_draws_nothing_for_nothing(draw: object) -> None:
    assert callable(draw)
    bars = [
        charts.Bar(name=HOSTILE, parts={"certified": 3, "open": 1}, told=HOSTILE),
        charts.Bar(name="x" * 500, parts={"no such part": 2}, told=""),
        charts.Bar(name="", parts={}, told=""),
    ]
    for some in (bars, bars[:1], []):
        drawn = draw("key", HOSTILE, HOSTILE, some)
        found = Read()
        found.feed(drawn)
        assert set(found.tags) <= {"svg", "title", "desc", "g", "rect", "text", "line"}, found.tags
        assert "style" not in found.attributes
        assert "\u202e" not in drawn
        assert "\0" not in drawn


def test_lengths_of_bars_are_the_numbers() -> None:
    bars = [
        charts.Bar(name="a", parts={"certified": 6, "open": 2}, told=""),
        charts.Bar(name="b", parts={"open": 4}, told=""),
    ]
    widths = re.findall(r'width="([0-9.]+)%" height="22', charts.rows("k", "t", "d", bars))
    assert [float(each) for each in widths] == [75.0, 25.0, 50.0]


def test_what_could_not_be_looked_at_is_not_shown_as_fine(station: StationRoom) -> None:
    states = ("works", "absent", "unknown", "caution", "broken", "of a later version")
    named = [(HOSTILE if state == "broken" else "adb", state) for state in states]
    checks = tuple(
        ThingChecked(check=name, state=state, detail=HOSTILE, sentence=None, next_step=None) for name, state in named
    )
    station.running.look = lambda: StationChecked(checks=checks)
    with station.browser("technician") as technician:
        page = technician.page("/parts/doctor")
        assert "4 of 6" in page
        assert len(re.findall(r'<li class="good"', page)) == 1
        must_be_quiet(page)
        station.running.look = lambda: StationChecked(checks=())
        assert "note warn" in technician.page("/parts/doctor"), "nothing looked at is not all well"


def test_the_settings_page_names_the_line_of_the_erase_switch(home: Home) -> None:
    written = home.config.read_text() if home.config.exists() else ""
    home.config.write_text(written + "\n[service]\nerase = true\n")
    line = home.config.read_text().split("\n").index("erase = true") + 1
    with station_room(home) as station, station.browser("auditor") as auditor:
        page = auditor.page("/configuration")
        assert f"config.toml:{line}" in page
        assert "switched on" in page
        assert "not shown here" in page, "an address of a key may hold a password"
        home.config.write_text(written)
        assert "something else than what is in force" in auditor.page("/configuration")
