# SPDX-License-Identifier: GPL-3.0-or-later
"""Grades that can be reached: what a scheme asks for somebody tells, a perfect phone gets 1, a worn one 2 or 3."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from grading import schemes
from grading.grade import grade
from grading.questions import QUESTIONS
from grading.report import Grade
from phones.android.locks import kiosk
from phones.android.readers import sim_state
from phones.android.trade_in import read_status
from phones.apple.parts import PartAnswer, encode
from phones.apple.readers import read_batch
from phones.link import Reply
from phones.port import Platform
from phones.verdict import Verdict
from station.ledger.job import Job
from tests.support import lives

LIKE_NEW = {"cosmetic_front": "A", "cosmetic_back": "A", "cosmetic_frame": "A", "parts": "original"}
NEW_IPHONE = {
    **lives.IPHONE,
    "variation": ["no_crash_reports"],
    "set": {"battery": {"CycleCount": 41, "NominalChargeCapacity": 3176, "AppleRawMaxCapacity": 3160}},
}
SCHEME = schemes.load("basic")
OTHERWISE: Mapping[Platform, Mapping[str, str]] = {
    Platform.ANDROID: kiosk("holders:") | sim_state("NETWORK_LOCKED") | read_status({"locks": {"lender": True}}),
    Platform.APPLE: read_batch(Reply(body=encode({"activation": PartAnswer(status="ok", value="MismatchedICCID")}))),
}
"""What no virtual phone has, asked of its reader."""


@cache
def job_of(phone: str) -> Job:
    """The job of a phone that is as new, and of one that was used."""
    phones: dict[str, Mapping[str, Any]] = {
        "pixel": lives.PIXEL_16,
        "iphone": NEW_IPHONE,
        "used-pixel": lives.PIXEL_13,
        "used-iphone": lives.IPHONE,
    }
    answers = {**lives.SCRIPT.answers, **({} if phone.startswith("used") else LIKE_NEW)}
    return lives.live(phones[phone], script=replace(lives.SCRIPT, answers=answers)).job


def graded(job: Job, *, without: str = "") -> Grade:
    evidence = tuple(
        replace(piece, values={name: text for name, text in piece.values.items() if name != without})
        for piece in job.evidence
    )
    return grade(evidence, platform=job.platform, verdict=Verdict.PASSED, scheme=SCHEME)


@pytest.mark.parametrize("phone", ["pixel", "iphone"])
def test_a_perfect_phone_of_each_platform_reaches_grade_1(phone: str) -> None:
    found = graded(job_of(phone))
    assert (found.usability, found.functional, found.cosmetic, found.capped_by) == ("1", "F6", "A", ())


@pytest.mark.parametrize("phone", ["used-pixel", "used-iphone"])
def test_a_worn_phone_reaches_grade_2_or_3(phone: str) -> None:
    assert graded(job_of(phone)).usability in ("2", "3")


def test_a_good_phone_with_light_marks_is_grade_2() -> None:
    answers = {**lives.SCRIPT.answers, **LIKE_NEW, "cosmetic_front": "B"}
    assert graded(lives.live(NEW_IPHONE, script=replace(lives.SCRIPT, answers=answers)).job).usability == "2"


@pytest.mark.parametrize("platform", list(Platform))
def test_every_value_that_the_scheme_names_is_told_by_a_reader_or_a_person(platform: Platform) -> None:
    told = {name for job in map(job_of, ("pixel", "iphone", "used-pixel", "used-iphone"))
            if job.platform is platform for piece in job.evidence for name in piece.values}  # fmt: skip
    told |= OTHERWISE[platform].keys() | {question.value_name for question in QUESTIONS}
    named = {check.value for check in SCHEME.checks if platform.value in check.platforms}
    assert named <= told


@pytest.mark.parametrize("question", [question.key for question in QUESTIONS])
def test_no_answer_to_a_question_is_never_better_than_the_good_one(question: str) -> None:
    for phone in ("pixel", "iphone"):
        job = job_of(phone)
        missing, whole = graded(job, without=f"statement.{question}"), graded(job)
        assert schemes.USABILITY.index(missing.usability) >= schemes.USABILITY.index(whole.usability)


def test_a_phone_that_calls_a_part_replaced_is_believed_before_a_person() -> None:
    job = job_of("pixel")
    evidence = tuple(
        replace(piece, values={**piece.values, "display.part_status": "replaced"})
        if "display.part_status" in piece.values
        else piece
        for piece in job.evidence
    )
    found = grade(evidence, platform=job.platform, verdict=Verdict.PASSED, scheme=SCHEME)
    assert found.capped_by == ("parts_not_known_original",)


def test_a_person_who_calls_a_part_replaced_is_believed_before_the_phone() -> None:
    answers = {**lives.SCRIPT.answers, **LIKE_NEW, "parts": "replaced"}
    found = graded(lives.live(lives.PIXEL_16, script=replace(lives.SCRIPT, answers=answers)).job)
    assert (found.usability, found.capped_by) == ("2", ("parts_not_known_original",))
