# SPDX-License-Identifier: GPL-3.0-or-later
"""The station takes the strongest way a phone allows, remembers what it refused, and says what cannot be had."""

from pathlib import Path
from typing import Any

from tests.support import lives

REFUSES = {**lives.PIXEL_13, "misbehaviour": ["harness_refused"]}


def test_a_phone_that_refused_the_harness_is_taken_another_way_the_next_time(tmp_path: Path) -> None:
    first = lives.live(REFUSES, folder=tmp_path)
    assert (first.job.method, first.job.failure) == ("android_harness", "harness_failed")
    second = lives.live(REFUSES, folder=tmp_path, job_id="TESTJOB2", seed=1)
    assert second.job.method == "android_guided"
    assert not second.certified
    assert second.truly_erased


def test_another_phone_is_not_judged_by_what_one_refused(tmp_path: Path) -> None:
    lives.live(REFUSES, folder=tmp_path)
    other = {**REFUSES, "serial": "SWAPPED00001", "imeis": ["355123110000024"]}
    assert lives.live(other, folder=tmp_path, job_id="TESTJOB2").job.method == "android_harness"


def test_a_way_that_can_only_end_in_a_report_is_said_before_the_erase() -> None:
    for wish in ("", "android_reopen"):
        life = lives.live(lives.PIXEL_16_IN_USE, method=wish)
        assert life.job.method == (wish or "android_guided")
        assert life.progress.index("report_only") < life.progress.index("erasing")
        assert not life.certified
        assert life.job.report is not None
    assert "report_only" not in lives.live(lives.PIXEL_13).progress


def test_a_wish_for_a_report_is_taken_where_a_certificate_could_be_had() -> None:
    life = lives.live(lives.PIXEL_13, method="android_reopen")
    assert (life.job.method, life.certified, life.truly_erased) == ("android_reopen", False, True)


def test_a_weaker_wish_is_refused_and_nothing_is_erased() -> None:
    life = lives.live(lives.PIXEL_13, method="android_guided")
    assert (life.job.failure, life.job.problems) == ("blocked", ("method_weaker",))
    assert life.progress.count("blocked") <= 2, (
        "only another wish would help: nobody is waited for but to let the bench in"
    )
    assert not life.truth["erased"]


def test_the_time_a_phone_takes_to_start_is_not_taken_from_the_person() -> None:
    slow: dict[str, Any] = {**lives.PIXEL_16_IN_USE, "variation": ["slow_boot", "double_reboot"]}
    life = lives.live(slow, method="android_reopen")
    assert (life.job.failure, life.truly_erased) == ("factory_state_only", True)


def test_a_phone_that_nobody_opens_again_has_its_paper_with_the_reason() -> None:
    kept_out: dict[str, Any] = {**lives.PIXEL_16_IN_USE, "misbehaviour": ["debugging_never_on"]}
    life = lives.live(kept_out, method="android_reopen")
    assert (life.job.method, life.job.failure) == ("android_reopen", "debugging_never_on")
    assert life.job.report is not None
    assert not life.certified
