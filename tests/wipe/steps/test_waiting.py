# SPDX-License-Identifier: GPL-3.0-or-later
"""Leaving and coming back: flickers, two reboots, deadlines; and the mark in its three strata."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.errors import ReplyMalformedError
from phones.evidence import Evidence, Moment
from phones.link import Link, Reply, ShellLine
from phones.port import Presence, Sighting
from phones.witness import Witness, WitnessedPort
from wipe.method import Deadlines, Limits, StepContext
from wipe.steps.canary import look_question, plant_question
from wipe.steps.waiting import watch_port

MARK, NEW_MARK, MARKER = "ab" * 16, "cd" * 16, "12" * 16


class SteppingClock:
    """Time passes only by sleeping."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class TimetablePort:
    """A port on which something else hangs from each listed second on."""

    path = "1-1"
    emulated = True

    def __init__(self, clock: SteppingClock, timetable: Sequence[tuple[float, Presence]]) -> None:
        self._clock = clock
        self._timetable = timetable

    def look(self) -> Sighting:
        now = [presence for since, presence in self._timetable if since <= self._clock.seconds][-1]
        return Sighting(port=self.path, presence=now, usb_serial="" if now is Presence.ABSENT else "HT1")

    def open(self) -> Link:
        raise AssertionError("watching a port asks nothing")

    def forget(self, udid: str) -> None:
        raise AssertionError("watching a port deletes nothing")


class Nobody:
    """An operator whom no question may reach."""

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        raise AssertionError("nobody is told anything")

    def ask(
        self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float
    ) -> str | None:
        raise AssertionError("nobody is asked")


def _adb_is_back(sighting: Sighting) -> bool:
    return sighting.presence is Presence.ADB_DEVICE


def _watch(
    timetable: Sequence[tuple[float, Presence]],
    *,
    was: Presence | None = None,
    back: Callable[[Sighting], bool] = _adb_is_back,
) -> tuple[Sighting, Evidence, float]:
    clock = SteppingClock()
    evidence: list[Evidence] = []
    port = TimetablePort(clock, timetable)
    scene = StepContext(
        phone=WitnessedPort(port, Witness(clock=clock, journal=evidence.append, salt=bytes(16))),
        clock=clock,
        operator=Nobody(),
        limits=Limits(),
        mark=MARK,
        secret="",
        draw=lambda: MARKER,
        evidence=[],
        deadlines=Deadlines(leave_s=60, return_s=300, settle_s=30, absent_at_least_s=20, poll_s=1),
    )
    sighting = watch_port(scene, asked="port.return", moment=Moment.RETURN, leave_s=60.0, back=back, was=was)
    return sighting, evidence[-1], clock.seconds


HERE, GONE = Presence.ADB_DEVICE, Presence.ABSENT


def test_a_phone_that_leaves_and_returns_is_seen_doing_so() -> None:
    sighting, kept, _ = _watch([(0, HERE), (5, GONE), (80, HERE)])
    assert sighting.presence is HERE
    assert (kept.values["port.left"], kept.values["port.came_back"], kept.values["port.absent_s"]) == (
        "yes",
        "yes",
        "75",
    )
    assert kept.values["port.sequence"] == "adb_device,absent,adb_device"


def test_a_flicker_of_the_cable_is_no_leaving() -> None:
    _, kept, waited = _watch([(0, HERE), (5, GONE), (10, HERE)])
    assert (kept.values["port.left"], kept.values["port.came_back"]) == ("no", "no")
    assert waited == 60


def test_a_reset_after_a_flicker_is_still_seen() -> None:
    _, kept, _ = _watch([(0, HERE), (5, GONE), (10, HERE), (30, GONE), (70, HERE)])
    assert (kept.values["port.left"], kept.values["port.absent_s"]) == ("yes", "40")


def test_what_comes_back_between_two_reboots_is_waited_out() -> None:
    sighting, kept, _ = _watch([(0, HERE), (5, GONE), (60, Presence.USB_ONLY), (70, GONE), (100, HERE)])
    assert sighting.presence is HERE
    assert kept.values["port.sequence"] == "adb_device,absent,usb_only,absent,adb_device"


def test_a_phone_that_never_returns_ends_the_waiting() -> None:
    sighting, kept, waited = _watch([(0, HERE), (5, GONE)])
    assert sighting.presence is GONE
    assert (kept.values["port.left"], kept.values["port.came_back"]) == ("yes", "no")
    assert waited == 360


def test_another_face_of_the_phone_shows_a_reboot_that_was_missed() -> None:
    sighting, kept, waited = _watch(
        [(0, Presence.ADB_FOYER)], was=HERE, back=lambda seen: seen.presence is Presence.ADB_FOYER
    )
    assert sighting.presence is Presence.ADB_FOYER
    assert (kept.values["port.left"], waited) == ("no", 0)


# the mark -----------------------------------------------------------------------------------------


def _answer(*texts: tuple[int, str]) -> Reply:
    """Parts as the phone's shell prints them: exit code and text of each."""
    lines = [
        f"{MARKER}-b{number}\n{text}{chr(10) if text else ''}{MARKER}-e{number}-{code}\n"
        for number, (code, text) in enumerate(texts)
    ]
    return Reply(body=("".join(lines) + f"{MARKER}-z{len(texts)}\n").encode())


_WRITTEN = [(0, "")] * 3


def _look(
    settings: tuple[int, str], sdcard: tuple[int, str], tmp: tuple[int, str], read: str = NEW_MARK
) -> dict[str, str]:
    question = look_question(MARK, NEW_MARK, marker=MARKER, timeout_s=1)
    return dict(question.read(_answer(settings, sdcard, tmp, *_WRITTEN, (0, read), (0, read), (0, read))))


def test_a_mark_is_planted_only_where_it_was_read_back() -> None:
    question = plant_question(MARK, marker=MARKER, timeout_s=1)
    values = question.read(_answer(*_WRITTEN, (0, MARK), (1, ""), (0, MARK)))
    assert values["canary.planted"] == "settings,tmp"


def test_a_mark_is_gone_only_if_the_phone_says_so() -> None:
    assert _look((0, "null"), (0, "none"), (0, "none"))["canary.gone"] == "sdcard,settings,tmp"
    unclear = _look((1, ""), (0, ""), (0, "perhaps"))
    assert (unclear["canary.gone"], unclear["canary.still_there"]) == ("", "")


def test_a_mark_whose_content_was_changed_is_still_there() -> None:
    values = _look((0, "something else"), (0, "there"), (0, "none"))
    assert (values["canary.still_there"], values["canary.gone"]) == ("sdcard,settings", "tmp")


def test_a_new_mark_works_only_where_it_was_read_back() -> None:
    assert _look((0, "null"), (0, "none"), (0, "none"), read=MARK)["canary.marker_works"] == ""


@pytest.mark.parametrize("mark", ["", "x", "../../etc", "AB" * 16, "ab; reboot", "ab" * 40])
def test_only_our_own_kind_of_mark_reaches_the_shell(mark: str) -> None:
    with pytest.raises(ValueError, match="hex"):
        plant_question(mark, marker=MARKER, timeout_s=1)


@given(st.binary(max_size=300))
def test_any_answer_is_read_or_refused(body: bytes) -> None:
    question = look_question(MARK, NEW_MARK, marker=MARKER, timeout_s=1)
    assert isinstance(question.request, ShellLine)
    with pytest.raises(ReplyMalformedError):
        question.read(Reply(body=body))
