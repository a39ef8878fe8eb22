# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents for people: their sums are the jobs, every letter is there, and an audit has every entry."""

import re
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from certs.log.sampling import period
from certs.page.fonts import missing
from phones.clock import SystemClock
from phones.words import LANGUAGES, catalogue
from station.errors import ConfigError, JobNotFoundError
from station.ledger.job import Job
from station.ledger.job_events import EvidenceKept, JobFailed, JobOpened, PhoneIdentified
from station.ledger.ledger import Ledger
from station.ledger.stages import EntryKind
from station.ledger.summary import Result
from station.printing import make
from station.printing.audit import LONGEST_VALUE
from station.printing.facts import Standing, label_facts
from station.printing.letters import drawable
from station.printing.manifest import Manifest, manifest_pdf, overtaken, totals
from station.printing.report import MOST_HOURS, hours
from station.session.jobs import read_jobs
from station.session.lots import state_lot
from station.session.sampling import write_sample
from station.setup.home import Home
from station.text import language
from tests.support import lives
from tests.support.cli_station import Call
from tests.support.labels import a_certified_job, shown
from tests.support.ledger_events import HISTORIES, write
from tests.support.ledger_payloads import an_event
from tests.support.station_room import station_room

SAID_BY_DOCUMENTS = ("print.", "story.", "stage.", "method.", "reason.", "problem.", "withdrawal.", "band.", "step.")
AT = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
HOSTILE = "Pixel \u4dae\U00020000 \u202e<b>&amp;</b> {x} %s \x1b[31m ]]> 🙂 ()\\"


def in_one(text: str) -> str:
    """Without what wrapping puts between."""
    return re.sub(r"\s+", "", text)


def other_phone(home: Home, job: str, *, model: str, serial: str, fails: bool = True) -> None:
    opened, identified = an_event(EntryKind.JOB_OPENED), an_event(EntryKind.IDENTITY)
    assert isinstance(opened, JobOpened)
    assert isinstance(identified, PhoneIdentified)
    phone = replace(identified.phone, numbers={"serial": serial}, marketing_name=model)
    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        ledger.append(replace(opened, stated={"lot": "L1", "asset_tag": "A-<1>"}), job)
        ledger.append(replace(identified, phone=phone), job)
        if fails:
            ledger.append(JobFailed(reason="phone_lost"), job)


# manifests ------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(HISTORIES)
def test_the_totals_of_a_manifest_are_its_jobs(history: list[tuple[str, object]]) -> None:
    with (
        tempfile.TemporaryDirectory(dir=lives.MEMORY) as folder,
        closing(Ledger(Path(folder) / "ledger.sqlite3", clock=SystemClock())) as ledger,
    ):
        write(ledger, history)  # type: ignore[arg-type]  # events
        jobs = tuple(ledger.view.jobs())
        made = Manifest(lot="L", jobs=jobs, overtaken=overtaken(ledger, jobs))
    assert sorted(each.id for each in (*made.sold, *made.kept)) == sorted(each.id for each in jobs)
    for rows in totals(jobs).values():
        assert sum(number for _, number in rows) == len(jobs)
    for each in made.sold:
        assert (each.result, each.emulated, each.certificate != "") == (Result.CERTIFIED, False, True)


def test_a_phone_that_its_label_forbids_to_sell_is_not_sold_by_a_manifest(tmp_path: Path) -> None:
    """Its earlier job was left behind, and began its erase after the later one had its certificate."""
    with closing(Ledger(tmp_path / "ledger.sqlite3", clock=SystemClock())) as ledger:
        for job in ("EARLIER1", "CERTIFIED", "OTHER001"):
            opened, identified = an_event(EntryKind.JOB_OPENED), an_event(EntryKind.IDENTITY)
            assert isinstance(identified, PhoneIdentified)
            assert isinstance(opened, JobOpened)
            ledger.append(replace(opened, emulated=False), job)
            numbers = {"serial": "S1", "imei1": "490154203237518" if job == "OTHER001" else "356938035643809"}
            ledger.append(replace(identified, phone=replace(identified.phone, numbers=numbers)), job)
        ledger.append(an_event(EntryKind.CERTIFICATE), "CERTIFIED")
        jobs = tuple(ledger.view.jobs())
        assert overtaken(ledger, jobs) == {}, "another phone has the same dummy serial number"
        ledger.append(an_event(EntryKind.ABOUT_TO_ERASE), "EARLIER1")
        certified = Job.load(ledger, "CERTIFIED")
        assert certified is not None
        assert label_facts(certified).standing is Standing.STOP
        assert overtaken(ledger, jobs) == {"CERTIFIED": "EARLIER1"}


def test_a_manifest_of_many_phones_has_each_and_those_not_to_be_sold_first_with_the_reason() -> None:
    jobs = (
        *(a_certified_job(number) for number in range(1, 121)),
        a_certified_job(200, ended="withdrawn", ended_by="other"),
        a_certified_job(201),
    )
    made = Manifest(
        lot="L",
        jobs=jobs,
        overtaken={"JOB00201": "JOB09999"},
        expected=125,
        models=(("Pixel 9", 125),),
        not_come=("356938035643809",),
    )
    text = shown(manifest_pdf(made, station="Example", at=AT))
    ids = re.findall(r"JOB[0-9]{5}", text)
    assert set(ids) == {each.id for each in jobs} | {"JOB09999"}
    assert text.index("JOB00201") < text.index("JOB00001")
    assert "…0005" in text
    assert "S0000005" not in text
    assert "Announced and not come: 1" in text
    assert "356938035643809" not in text
    assert "S0000005" in shown(manifest_pdf(made, station="Example", at=AT, whole_numbers=True))
    assert "125" in text


def test_a_manifest_says_what_was_expected_of_its_lot_and_what_came(home: Home, call: Call, tmp_path: Path) -> None:
    for number in range(2):
        other_phone(home, f"OTHER00{number}", model="Pixel 9", serial=f"S{number}")
    with closing(Ledger(home.ledger, clock=SystemClock())) as ledger:
        state_lot(ledger, name="L1", by="W", role="operator", expected=5, models={"Pixel 9": 5})
        state_lot(ledger, name="ANNOUNCED", by="W", role="operator", expected=3, models={})
    out = tmp_path / "manifest.pdf"
    assert call("print", "manifest", "l1", "-o", out)[0] == 0
    text = shown(out.read_bytes())
    for words, number in (
        ("Phones that came", 2),
        ("Phones expected", 5),
        ("Expected: Pixel 9", 5),
        ("Jobs in all", 2),
    ):
        assert re.search(rf"{words}\s+{number}\b", text), words
    assert call("print", "manifest", "ANNOUNCED", "-o", out)[0] == 0
    assert re.search(r"Phones expected\s+3\b", shown(out.read_bytes()))


# letters --------------------------------------------------------------------------------------------


def test_every_sentence_that_documents_say_has_all_its_letters() -> None:
    said = {key: words for key, words in catalogue().items() if key.startswith(SAID_BY_DOCUMENTS)}
    assert len(said) > 300
    assert {(key, each) for key, words in said.items() for each in LANGUAGES if missing(words[each])} == set()


@given(st.text(max_size=80))
def test_whatever_is_drawn_has_all_its_letters_and_nothing_is_left_out(text: str) -> None:
    made = drawable(text)
    assert missing(made) == ""
    lost = missing("".join(each for each in text if each.isprintable()))
    assert all(f"{ord(each):04X}".lower() in made.lower() for each in lost)


@pytest.mark.parametrize("words", LANGUAGES)
def test_a_hostile_phone_is_shown_as_it_calls_itself_on_every_document(home: Home, words: str) -> None:
    other_phone(home, "HOSTILE1", model=HOSTILE, serial="\\u4dae<script>")
    now = datetime.now().astimezone()
    with read_jobs(home) as jobs, language.speaking(words):
        made = {
            "audit": make.audit(home, jobs.by_id("HOSTILE1"), at=AT),
            "manifest": make.manifest(home, jobs, "L1", at=AT, whole_numbers=True),
            "shift": make.shift(home, jobs, now - timedelta(hours=3), now + timedelta(hours=1), at=AT),
            "month": make.month(home, jobs, f"{now:%Y-%m}", at=AT),
        }
    for name, pdf in made.items():
        text = in_one(shown(pdf))
        assert missing(text) == "", name
        assert "[U+4DAE][U+20000]" in text, name
        assert "<b>&amp;</b>" in text, name
        assert "\\u202e" in text, name
    assert "A-<1>" in shown(made["manifest"])


# audits ---------------------------------------------------------------------------------------------


def test_an_audit_has_every_entry_with_its_hash_and_every_answer_of_the_phone_but_no_salt(home: Home) -> None:
    with read_jobs(home) as jobs:
        job = (
            jobs.find("TESTJOB1")
            if any(each.id == "TESTJOB1" for each in jobs.list())
            else jobs.by_id(next(jobs.list()).id)
        )
        text = in_one(shown(make.audit(home, job, at=AT)))
        entries = list(jobs.ledger.entries(job.id))
    assert len(entries) > 20
    for entry in entries:
        assert f"#{entry.number}" in text
        assert entry.hash in text
        if isinstance(entry.event, EvidenceKept):
            piece = entry.event.evidence
            assert piece.digest in text
            for name, value in piece.values.items():
                assert in_one(f"{name} = {drawable(value, most=LONGEST_VALUE)}") in text, name
    assert job.salt.hex() not in text
    assert job.openings
    assert all(each.salt.hex() not in text for each in job.openings)


# reports --------------------------------------------------------------------------------------------


@given(begin=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), seconds=st.integers(1, MOST_HOURS * 3600))  # noqa: DTZ001 - made aware below
def test_a_shift_in_hours_is_the_shift_without_gaps(begin: datetime, seconds: int) -> None:
    start = begin.replace(tzinfo=UTC)
    end = start + timedelta(seconds=seconds)
    slices = hours(start, end)
    assert (slices[0].begin, slices[-1].end) == (start, end)
    assert all(one.end == other.begin for one, other in pairwise(slices))
    assert all(timedelta() < each.end - each.begin <= timedelta(hours=1) for each in slices)


def test_a_shift_that_ends_within_a_second_is_whole() -> None:
    end = AT + timedelta(hours=1, milliseconds=500)
    assert hours(AT, end)[-1].end == end


@pytest.mark.parametrize("words", ["0001-01-01T00:00+14:00", "9999-12-31T22:00-14:00"])
def test_a_shift_at_the_end_of_the_calendar_is_refused(home: Home, words: str) -> None:
    begin = datetime.fromisoformat(words)
    with read_jobs(home) as jobs, pytest.raises(ConfigError):
        make.shift(home, jobs, begin, begin + timedelta(hours=1), at=AT)


@pytest.mark.parametrize("name", ["2026-13", "2026", "", "2026-11-01", "zzzz-11", "9999-12", "0001-01"])
def test_what_is_no_month_is_refused(home: Home, name: str) -> None:
    with read_jobs(home) as jobs, pytest.raises(ConfigError):
        make.month(home, jobs, name, at=AT)


def test_a_report_counts_what_the_ledger_counts(home: Home) -> None:
    for number in range(3):
        other_phone(home, f"OTHER00{number}", model=f"Model {number}", serial=f"S{number}")
    now = datetime.now().astimezone()
    with read_jobs(home) as jobs:
        text = shown(make.shift(home, jobs, now - timedelta(hours=30), now + timedelta(hours=1), at=AT))
    assert re.search(r"Jobs in all\s+3\b", text)  # the other one was done in another time
    assert all(f"Model {each}" in text for each in range(3))


def test_an_empty_time_is_a_report_too(home: Home) -> None:
    with read_jobs(home) as jobs:
        assert "None." in shown(make.month(home, jobs, "2001-01", at=AT))


# samples and pictures -------------------------------------------------------------------------------


def test_the_sheet_of_a_sample_has_each_phone_that_was_drawn_and_room_for_what_is_found(tmp_path: Path) -> None:
    home = Home(tmp_path)
    log = lives.job_log(tmp_path)
    lives.live(lives.PIXEL_13, folder=tmp_path, log=log, job_id="HONEST01")
    log.log.close()
    day = period("2026-11-01")
    with read_jobs(home) as jobs:
        with pytest.raises(JobNotFoundError):
            make.sample(home, jobs, day.name, at=AT)
        write_sample(home, jobs.ledger, day, percent=5)
        with pytest.raises(JobNotFoundError):  # the entry that decides is not there
            make.sample(home, jobs, day.name, at=AT)
        after = lives.new_log(tmp_path)
        after.start(job="ab" * 32, tag="cd" * 16, station="ef" * 8, emulated=True, at=day.end + timedelta(hours=9))
        after.close()
        write_sample(home, jobs.ledger, day, percent=5)
        certificate = jobs.by_id("HONEST01").summary.certificate
        for words in LANGUAGES:
            with language.speaking(words):
                text = shown(make.sample(home, jobs, day.name, at=AT))
            assert certificate in in_one(text)
            assert text.count("□") == 3
            assert missing(in_one(text)) == ""


def test_the_pictures_of_labels_and_documents_show_todays_words() -> None:
    from tools import make_pictures

    for name, files in (("labels.png", make_pictures.labels()), ("documents.png", make_pictures.documents())):
        with Image.open(make_pictures.PICTURES / name) as kept:
            assert kept.info["shown"] == make_pictures.words_of(files), "python -m tools.make_pictures"


# commands and calls ---------------------------------------------------------------------------------


def test_the_commands_write_documents_in_the_language_of_the_station(home: Home, call: Call, tmp_path: Path) -> None:
    other_phone(home, "OTHER001", model="Pixel 9", serial="S1")
    job = call("jobs", "--json")[1]["jobs"][0]["job"]
    out = tmp_path / "out.pdf"
    written: tuple[tuple[str, ...], ...] = (
        ("audit", job),
        ("shift",),
        ("shift", "today"),
        ("month",),
        ("manifest", "L1"),
    )
    for words in written:
        assert call("print", *words, "-o", out)[0] == 0, words
        assert out.read_bytes().startswith(b"%PDF")
        out.unlink()
    refused: tuple[tuple[int, tuple[str, ...]], ...] = (
        (3, ("audit", "NOSUCH00")),
        (3, ("manifest", "NOSUCH")),
        (3, ("sample", "2020-01")),
        (2, ("month", "2026-99")),
        (2, ("shift", "today", "--since", "today")),
    )
    for code, words in refused:
        assert call("print", *words, "-o", out)[0] == code, words
    assert call("print", "month")[0] == 2
    assert not out.exists()


def test_the_api_gives_the_same_documents(home: Home) -> None:
    other_phone(home, "OTHER001", model="Pixel 9", serial="S1")
    now = datetime.now(UTC)
    with station_room(home) as room, room.client("auditor") as auditor:
        for path, query in (
            ("jobs/OTHER001/label.pdf", {"size": "100x50"}),
            ("jobs/OTHER001/audit.pdf", {}),
            ("lots/L1/manifest.pdf", {"numbers": "whole"}),
            ("reports/shift.pdf", {"since": (now - timedelta(hours=2)).isoformat(), "until": now.isoformat()}),
            ("reports/month.pdf", {"month": f"{now:%Y-%m}"}),
        ):
            answer = auditor.get(f"/v1/{path}", params=query, headers={"Accept-Language": "zh"})
            assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
            assert len(shown(answer.content)) > 20
        zpl = auditor.get("/v1/jobs/OTHER001/label.zpl", params={"dpi": "300"})
        assert zpl.content.startswith(b"^XA")
        for status, path, query in (
            (404, "jobs/NOSUCH00/label.pdf", {}),
            (404, "lots/NOSUCH/manifest.pdf", {}),
            (404, "samples/2020-01/sheet.pdf", {}),
            (422, "samples/yesterday/sheet.pdf", {}),
            (422, "reports/month.pdf", {"month": "x"}),
            (422, "reports/month.pdf", {"month": "2026-13"}),
            (422, "reports/shift.pdf", {"since": now.isoformat(), "until": now.isoformat()}),
            (422, "jobs/OTHER001/label.zpl", {"dpi": "72"}),
            (422, "jobs/OTHER001/label.pdf", {"size": "1x1"}),
        ):
            assert auditor.get(f"/v1/{path}", params=query).status_code == status, path
