# SPDX-License-Identifier: GPL-3.0-or-later
"""How a grade came about: that of the paper as its record has it, and what was measured beside it, never better."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from certs.page.labels import label
from grading.choice import MEASURED, PLAIN
from phones.evidence import Evidence, Moment
from phones.signs import SIGNS
from station.documents.grade_story import GradeStory, grades
from station.ledger.job import Job
from station.setup.settings import Settings
from station.text.language import speaking, text
from tests.support import lives

QUICK = replace(lives.SETTINGS, checking=replace(lives.SETTINGS.checking, checks="quick"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A phone that was erased and asked about."""
    return lived(tmp_path_factory.mktemp("plain"), lives.SETTINGS)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """One that was measured before."""
    return lived(tmp_path_factory.mktemp("measured"), QUICK)


def lived(folder: Path, settings: Settings) -> Job:
    lives.live(lives.PIXEL_16, folder=folder, settings=settings)
    return lives.job_in(folder / "ledger.sqlite3")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with speaking("en"):
        yield


def test_the_grade_of_a_paper_is_told_as_its_record_has_it(plain: Job) -> None:
    (told,) = grades(plain)
    paper = plain.certificate or plain.report
    assert paper is not None
    record = json.loads(paper.record)["grade"]
    assert (told.on_paper, told.scheme, told.usability) == (True, PLAIN, record["usability"])
    assert len(told.capped_by) == len(record["capped_by"]) > 0
    assert "key." not in " ".join(told.capped_by), "sentences, not codes"
    assert {name for name, _ in told.axes} == {"Functional", "Battery", "Cosmetic"}
    concerned = [each for each in record["checks"] if each["outcome"] != "not_applicable"]
    assert len(told.checks) == len(concerned) == sum(number for _, number in told.counts)


def test_what_was_measured_and_is_on_no_paper_is_told_beside_it_and_called_so(measured: Job) -> None:
    stories = grades(measured)
    told = stories[-1]
    assert told.scheme == MEASURED
    assert len(told.checks) > 60
    if len(stories) == 2:
        assert (stories[0].on_paper, told.on_paper) == (True, False)
    assert {each.who for each in told.checks} >= {"cable", "its browser", "a person"}
    assert [each.outcome for each in told.checks] == sorted(
        (each.outcome for each in told.checks), key=["fail", "indeterminate", "not_tested", "pass"].index
    )
    for each in told.checks:
        assert (each.tone == "good") is (each.outcome == "pass")
        assert each.limit


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_not_measured_says_why_in_a_sentence(measured: Job, language: str) -> None:
    piece = measured.evidence[-1]
    odd = replace(
        piece,
        number=piece.number + 1,
        asked="check.silent_android",
        link="adb",
        moment=Moment.BEFORE,
        values={"not_measured.sensors.accelerometer": "frozen", "sensors.accelerometer": "moving"},
    )
    with speaking(language):
        story = of_evidence(measured, odd)
    (told,) = [each for each in story.checks if each.unmeasured and each.measured]
    assert told.outcome == "indeterminate"
    assert told.unmeasured not in ("", "frozen")
    with speaking(language):
        assert told.unmeasured == text("unmeasured.frozen")
    assert told.unmeasured.isascii() is (language == "en")


@pytest.mark.parametrize("sign", sorted(SIGNS))
def test_each_sign_has_a_sentence_in_both_languages_and_not_only_the_word_of_the_paper(sign: str) -> None:
    with speaking("en"):
        assert text(f"unmeasured.{sign}") == SIGNS[sign]
    with speaking("zh"):
        said = text(f"unmeasured.{sign}")
    assert not said.isascii()
    assert len(said) > len(label(f"sign.{sign}").zh)


def of_evidence(job: Job, piece: Evidence) -> GradeStory:
    """As if that were kept too."""
    job.evidence.append(piece)
    try:
        return grades(job)[-1]
    finally:
        job.evidence.pop()


def test_a_record_of_a_later_program_is_told_by_its_codes(plain: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = plain.certificate or plain.report
    assert paper is not None
    record = json.loads(paper.record)
    record["grade"] |= {
        "scheme": "../../etc/passwd.toml",
        "usability": "9",
        "capped_by": ["something.new"],
        "checks": [{"name": "<b>new", "outcome": "perhaps", "measured": "not measured: newly", "limit": 7}, "no row"],
    }
    later = replace(paper, record=json.dumps(record))
    monkeypatch.setattr(plain, "certificate" if plain.certificate is not None else "report", later)
    told = next(each for each in grades(plain) if each.on_paper)
    assert (told.usability, told.capped_by) == ("9", ("something.new",))
    (check,) = told.checks
    assert (check.name, check.said, check.unmeasured, check.tone) == ("<b>new", "perhaps", "newly", "warn")
