# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone that is checked without a job: what was skipped or broken off is asked again, and never counts meanwhile."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from grading.eyes import ASKED, measured_faces
from grading.report import CheckOutcome
from grading.schemes import load
from phones.errors import BenchError
from phones.evidence import Moment
from phones.port import Platform
from station.checking.act import CheckAct, Profile
from station.checking.alone import check_alone, results
from station.checking.check_file import CheckFile
from station.checking.flow import Skips, done, skipped, stuck
from station.checking.table import acts_of
from station.cli.commands.check import say_what_stays
from station.errors import SwappedPhoneError
from station.text.language import speaking, text
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from tests.support.watched_scene import Hands
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.bench.scenario import add_phones, read_scenario
from virtual_phones.port import VirtualPort

PIXEL: Mapping[str, Any] = {**lives.PIXEL_13, "variation": ["proximity_in_use"]}


class Bench:
    """One port, one clock, and a person who can skip."""

    def __init__(self, folder: Path, *phones: Mapping[str, Any]) -> None:
        document = {
            "name": "alone",
            "seed": 1,
            "phone": [{"name": f"phone{n}", "port": f"1-{n}", **phone} for n, phone in enumerate(phones, 1)],
        }
        self.slots: Sequence[VirtualPort] = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
        self.slot = self.slots[0]
        self.clock = VirtualClock()
        self.folder = folder
        self.port = DirectPort(self.slot, self.clock, folder / "pairing")
        self.skips = 0
        self.port.look()
        if self.slot.phone.platform == "android":
            self.slot.press("accept_adb", 0.0)

    def check(self, *only: str, hands: Hands | None = None, anew: bool = False) -> CheckFile:
        drawn = iter(range(int(self.clock.seconds) + 1, 100_000))

        def acts(platform: Platform) -> tuple[CheckAct, ...]:
            return acts_of(Profile.FULL, platform, Moment.BEFORE, only=frozenset(only))

        return check_alone(
            self.port,
            self.port.look(),
            acts,
            folder=self.folder / "checks",
            clock=self.clock,
            operator=hands or Hands(press=lambda action: self.slot.press(action, self.clock.seconds)),
            draw=lambda: f"{next(drawn):032x}",
            person_s=20.0,
            tell=lambda _name: None,
            skips=Skips(skipped=lambda: self.skips),
            anew=anew,
        )


class Skipping(Hands):
    """A person who skips the act as soon as they are told this."""

    def __init__(self, bench: Bench, when: str) -> None:
        super().__init__(press=lambda action: bench.slot.press(action, bench.clock.seconds))
        self._bench, self._when = bench, when

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        super().instruct(key, port=port, facts=facts)
        self._bench.skips += key == self._when


def outcome(file: CheckFile, name: str) -> tuple[CheckOutcome, str]:
    (found,) = [each for each in results(file, load("basic-2")) if each.name == name]
    return found.outcome, found.measured


@pytest.mark.parametrize(
    ("act", "check", "instruction"),
    [
        ("buttons", "buttons", "press_power"),
        ("digitiser", "digitiser_coverage", "draw_over_screen"),
        ("proximity", "proximity", "cover_top"),
        ("light", "light", "light_and_cover"),
        ("fingerprint", "fingerprint", "touch_reader"),
    ],
)
def test_a_skipped_act_is_not_tested_and_asked_again_by_the_next_check(
    act: str, check: str, instruction: str, tmp_path: Path
) -> None:
    bench = Bench(tmp_path, PIXEL)
    first = bench.check(act, hands=Skipping(bench, instruction))
    assert outcome(first, check) == (CheckOutcome.NOT_TESTED, "not measured: skipped")
    assert act not in done(first.evidence)
    assert act in skipped(first.evidence)
    second = bench.check(act)
    assert second.path == first.path
    assert outcome(second, check)[0] is CheckOutcome.PASS
    assert act in done(second.evidence)


def test_an_act_that_is_done_is_not_asked_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, PIXEL)
    bench.check("buttons")
    hands = Hands(press=lambda _action: None)
    assert outcome(bench.check("buttons", hands=hands), "buttons")[0] is CheckOutcome.PASS
    assert hands.told == []


class Pulling(Skipping):
    """A person who pulls the cable instead."""

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        self.told.append(key)
        if key == self._when:
            self._bench.slot.unplug(self._bench.clock.seconds)


@pytest.mark.parametrize(("act", "instruction"), [("buttons", "press_volume_up"), ("proximity", "cover_top")])
def test_an_act_that_a_leaving_phone_broke_off_is_asked_again(act: str, instruction: str, tmp_path: Path) -> None:
    bench = Bench(tmp_path, PIXEL)
    first = bench.check(act, hands=Pulling(bench, instruction))
    assert outcome(first, act) == (CheckOutcome.NOT_TESTED, "")
    assert act not in done(first.evidence)
    bench.slot.plug(bench.clock.seconds)
    second = bench.check(act)
    assert second.path == first.path
    assert outcome(second, act)[0] is CheckOutcome.PASS


def test_what_a_phone_told_that_was_put_in_anothers_place_is_gone_on_with_by_nobody(tmp_path: Path) -> None:
    bench = Bench(tmp_path, PIXEL, {**PIXEL, "serial": lives.PIXEL_16["serial"], "imeis": lives.PIXEL_16["imeis"]})
    first, other = bench.slots

    class Swapping(Skipping):
        def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
            super().instruct(key, port=port, facts=facts)
            if key == "cover_top" and first.phone is not other.phone:
                first.phone, other.phone = other.phone, first.phone

    with pytest.raises(SwappedPhoneError):
        bench.check("proximity", hands=Swapping(bench, ""))
    first.phone, other.phone = other.phone, first.phone
    again = bench.check("proximity")
    assert outcome(again, "proximity")[0] is CheckOutcome.PASS
    assert len([piece for piece in again.evidence if piece.asked == "check.proximity"]) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_fault_that_was_heard_before_a_skip_counts_until_everything_is_measured_anew_and_that_is_said(
    language: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = Bench(tmp_path, {**lives.PIXEL_13, "variation": ["held_volume_down"]})
    bench.check("buttons", hands=Skipping(bench, "press_power"))
    there = bench.slot.phone
    assert isinstance(there, AndroidPhone)
    there.system.inputs.faults = frozenset()  # mended
    file = bench.check("buttons")
    assert outcome(file, "buttons")[0] is CheckOutcome.FAIL
    assert stuck(file.evidence) == ("buttons",)
    with speaking(language):
        say_what_stays(file.evidence)
        said = " ".join(capsys.readouterr().err.split())
        assert text("checking.buttons") in said
    assert "--again" in said
    assert said.isascii() is (language == "en")
    again = bench.check("buttons", anew=True)
    assert outcome(again, "buttons")[0] is CheckOutcome.PASS
    say_what_stays(again.evidence)
    assert capsys.readouterr().err == ""


class Answering(Hands):
    """A person who answers these questions and no other."""

    def __init__(self, **answers: str) -> None:
        super().__init__(press=lambda _action: None)
        self.answers = answers
        self.asked: list[str] = []

    def ask_together(
        self, questions: Mapping[str, tuple[str, ...]], *, port: str, timeout_s: float
    ) -> Mapping[str, str]:
        self.asked += questions
        return {key: self.answers[key] for key in questions if key in self.answers}


def test_eyes_that_were_answered_in_part_are_asked_for_the_rest_and_for_nothing_else(tmp_path: Path) -> None:
    bench = Bench(tmp_path, PIXEL)
    first = Answering(eyes_lifting="closed", eyes_back_mark="at_30cm", eyes_frame_mark="unseen")
    assert outcome(bench.check("eyes", hands=first), "battery_swollen")[0] is CheckOutcome.PASS
    rest = {each.key: each.choices[0] for each in ASKED if each.key not in first.answers}
    second = Answering(**rest)
    file = bench.check("eyes", hands=second)
    unmarked = {each.key for each in ASKED if each.needs and each.face != "back"}
    assert set(second.asked) == set(rest) - unmarked
    assert set(measured_faces(file.evidence).values()) == {"A", "B"}
    third = Answering()
    bench.check("eyes", hands=third)
    assert third.asked == []


def test_a_makers_page_that_was_read_in_part_is_asked_for_the_other_parts(tmp_path: Path) -> None:
    bench = trusted(tmp_path)
    bench.check("maker_page", hands=Answering(maker_battery="genuine"))
    trust(bench)
    second = Answering(maker_display="used", maker_camera="genuine", maker_truedepth="no_page")
    bench.check("maker_page", hands=second)
    assert second.asked == ["maker_display", "maker_camera", "maker_truedepth"]
    trust(bench)
    third = Answering()
    bench.check("maker_page", hands=third)
    assert third.asked == []


def test_a_page_that_nobody_opened_is_opened_again_by_the_next_check(tmp_path: Path) -> None:
    bench = Bench(tmp_path, PIXEL)
    for times in (1, 2):
        file = bench.check("browser")
        assert len([piece for piece in file.evidence if piece.asked == "browser.open"]) == times
        assert outcome(file, "touch") == (CheckOutcome.INDETERMINATE, "not measured: not_opened")


def pair_records(folder: Path) -> list[Path]:
    return list((folder / "pairing").iterdir())


def trusted(folder: Path) -> Bench:
    """An iPhone whose owner trusts this bench as soon as it asks."""
    bench = Bench(folder, lives.IPHONE)
    trust(bench)
    return bench


def trust(bench: Bench) -> None:
    """Once more, for with each check what let us in is given up."""
    with suppress(ValueError):
        bench.check("parts")  # it asks, and nobody has answered yet
    bench.slot.press("trust", bench.clock.seconds)


def test_what_lets_us_into_an_iphone_is_given_up_with_the_check(tmp_path: Path) -> None:
    bench = trusted(tmp_path)
    file = bench.check("silent_apple")
    assert "silent_apple" in done(file.evidence), "it let us in"
    assert pair_records(tmp_path) == []


def test_it_is_given_up_too_when_nothing_can_be_kept(tmp_path: Path) -> None:
    bench = trusted(tmp_path)
    shutil.rmtree(tmp_path / "checks")
    (tmp_path / "checks").write_text("no folder")
    with pytest.raises(OSError, match="checks"):
        bench.check("silent_apple")
    assert pair_records(tmp_path) == []


def test_it_is_given_up_too_when_an_act_fails(tmp_path: Path) -> None:
    bench = trusted(tmp_path)

    class Broken(Hands):
        def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
            raise BenchError(subject=port, step=key)

    with pytest.raises(BenchError):
        bench.check("buttons", hands=Broken(press=lambda _action: None))
    assert pair_records(tmp_path) == []
