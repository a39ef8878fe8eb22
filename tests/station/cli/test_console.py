# SPDX-License-Identifier: GPL-3.0-or-later
"""The terminal is one client among others: it answers from its file, asks a person, and gives way to a first answer."""

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from station.cli.console import ConsoleClient
from station.cli.screen import Screen
from station.cli.view import View
from station.ledger.stages import Stage
from station.questions import SEEN_NOW
from station.session.events import Event, QuestionAsked, QuestionClosed
from station.session.session import Session
from tests.support import lives
from tests.support.one_phone import OnePhone, UnhurriedClock
from tests.support.waiting import wait_for

SEEN = "setup_screen_seen"


@contextmanager
def typing(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """stdin as a person has it: lines come when they are typed. Yields where to type."""
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        yield writing
    os.close(writing)


def room(folder: Path, *, person_s: float = 3600.0) -> OnePhone:
    """A person has an hour, of which some seconds pass."""
    deadlines = replace(lives.SETTINGS.deadlines, person_s=person_s)
    return OnePhone(
        folder, lives.PIXEL_13, clock=UnhurriedClock(), settings=replace(lives.SETTINGS, deadlines=deadlines)
    )


def console(session: Session, answers: Mapping[str, str], *, interactive: bool, emulated: bool = True) -> ConsoleClient:
    return ConsoleClient(session, by="Li Wei", answers={"default": answers}, interactive=interactive, emulated=emulated)


def asked_of(session: Session, key: str) -> bool:
    return any(question.key == key for question in session.questions)


def without(key: str) -> dict[str, str]:
    return {name: answer for name, answer in lives.ANSWERS.items() if name != key}


def test_what_the_file_says_is_answered_and_what_it_does_not_say_is_declined_at_once(tmp_path: Path) -> None:
    phone = room(tmp_path)
    closed: list[QuestionClosed] = []

    def notice(session: Session, event: Event) -> None:
        phone.only_hands(session, event)
        if isinstance(event, QuestionClosed):
            closed.append(event)

    with phone.session(notice) as session, console(session, without("screen"), interactive=False):
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        session.wait()
    assert {each.by for each in closed} == {"Li Wei"}
    assert [each.question.key for each in closed if each.answer is None] == ["screen"]
    (condition,) = (piece for piece in job.evidence if piece.asked == "operator.condition")
    assert "statement.screen" not in condition.values
    assert job.stage is Stage.CERTIFIED


def test_a_file_is_not_believed_about_a_screen_that_nobody_saw_yet(tmp_path: Path) -> None:
    phone = room(tmp_path)
    with (
        phone.session(phone.only_hands) as session,
        console(session, lives.ANSWERS, interactive=False, emulated=False),
    ):
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        session.wait()
    assert job.certificate is None


def test_a_person_is_asked_what_the_file_does_not_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = room(tmp_path)
    with (
        typing(monkeypatch) as keyboard,
        phone.session(phone.only_hands) as session,
        console(session, without(SEEN), interactive=True),
    ):
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        wait_for(lambda: asked_of(session, SEEN), 20, "asked")
        os.write(keyboard, b"yes\ny\n")
        session.wait()
    assert job.stage is Stage.CERTIFIED
    said = capsys.readouterr().err
    assert "y yes · n no · 0 not looked at · < back" in said
    assert "You answered: yes" in said


@pytest.mark.parametrize("slip", ["ok", "x", "", "3", "certainly", "n\nn", "n\n<", "no\nx\nn", "?\nn", "<"])
def test_a_slip_is_asked_again_and_decides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], slip: str
) -> None:
    phone = room(tmp_path)
    with (
        typing(monkeypatch) as keyboard,
        phone.session(phone.only_hands) as session,
        console(session, without(SEEN), interactive=True),
    ):
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        wait_for(lambda: asked_of(session, SEEN), 20, "asked")
        os.write(keyboard, f"{slip}\n是\n是\n".encode())
        session.wait()
    assert job.stage is Stage.CERTIFIED
    said = capsys.readouterr().err
    assert any(each in said for each in ("is no answer to this", "Nothing was kept", "Nothing was asked before"))


@pytest.mark.parametrize("typed", [b"0\ny\n", "没有看\n对\n".encode(), b"?\nYES\n"])
def test_not_looked_at_is_said_and_confirmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: bytes) -> None:
    phone = room(tmp_path)
    with (
        typing(monkeypatch) as keyboard,
        phone.session(phone.only_hands) as session,
        console(session, without(SEEN), interactive=True),
    ):
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        wait_for(lambda: asked_of(session, SEEN), 20, "asked")
        os.write(keyboard, typed)
        session.wait()
    assert job.certificate is None


def test_the_end_of_input_is_said_to_be_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = room(tmp_path)
    with typing(monkeypatch) as keyboard, phone.session(phone.only_hands) as session:
        os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
        with console(session, {}, interactive=True):
            (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
            session.wait()
    assert keyboard
    assert job.certificate is None
    assert not any(piece.asked == "operator.condition" for piece in job.evidence)
    said = capsys.readouterr().err
    assert said.count("End of input") == 3, "the screen, the account, the sheet"


def test_without_a_terminal_it_is_said_what_counts_as_not_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = room(tmp_path)
    answers = {"screen": "ok", "touch": "ok"}
    with phone.session(phone.only_hands) as session, console(session, answers, interactive=False):
        session.start(phone.port.look(), by=lives.TESTER)
        session.wait()
    said = [line for line in capsys.readouterr().err.splitlines() if "Nobody is at a terminal" in line]
    assert len(said) == 3, "one line for each question that stands alone, one for the sheet"
    (sheet,) = [line for line in said if "Battery swollen" in line]
    assert "11 Parts" in sheet
    assert "Screen" not in sheet


def test_the_sheet_is_asked_from_question_to_question_corrected_and_kept_by_a_yes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = room(tmp_path)
    seen = {key: lives.ANSWERS[key] for key in SEEN_NOW & lives.ANSWERS.keys()}
    lines = ["no", "Ｃ", "<", "b", "zzz", "3c", "f", "y", "<", "o", "9?", "5d 5o", "5=2", "o", "y"]
    with (
        typing(monkeypatch) as keyboard,
        phone.session(phone.only_hands) as session,
        console(session, {**seen, "touch": "ok"}, interactive=True),
    ):
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        wait_for(lambda: asked_of(session, "screen"), 20, "asked")
        os.write(keyboard, "".join(f"{line}\n" for line in lines).encode())
        session.wait()
    (condition,) = (piece for piece in job.evidence if piece.asked == "operator.condition")
    assert condition.values == {
        "statement.battery_swollen": "no",
        "statement.cosmetic_front": "B",
        "statement.cosmetic_back": "C",
        "statement.cosmetic_frame": "A",
        "statement.screen": "defect",
        "statement.touch": "ok",
        "statement.buttons": "ok",
        "statement.sound": "ok",
        "statement.charging": "ok",
        "statement.parts": "original",
    }
    said = capsys.readouterr().err
    assert "1 of 10" in said
    assert "its condition, 10 questions" in said
    assert "“zzz” changes nothing" in said
    assert " 9 Cameras: not looked at" in said
    assert "is this right?" in said


def test_a_sheet_that_nobody_said_yes_to_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = room(tmp_path, person_s=200.0)
    seen = {key: lives.ANSWERS[key] for key in SEEN_NOW & lives.ANSWERS.keys()}
    with (
        typing(monkeypatch) as keyboard,
        phone.session(phone.only_hands) as session,
        console(session, {**seen, "touch": "ok"}, interactive=True),
    ):
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        wait_for(lambda: asked_of(session, "screen"), 20, "asked")
        os.write(keyboard, b"f\n0\nn\n")
        session.wait()
        wait_for(lambda: "This question is closed" in capsys.readouterr().err, 10, "said so")
    (condition,) = (piece for piece in job.evidence if piece.asked == "operator.condition")
    assert condition.values == {"statement.touch": "ok"}, "what the file says was answered at once"


def test_the_prompt_gives_way_when_another_client_answers_or_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = room(tmp_path)

    def kiosk(session: Session, event: Event) -> None:
        phone.only_hands(session, event)
        if isinstance(event, QuestionAsked) and event.question.key == SEEN:
            later = threading.Timer(0.3, session.answer, args=(event.question.id, "yes"), kwargs={"by": "kiosk"})
            later.start()

    with typing(monkeypatch), phone.session(kiosk) as session, console(session, without(SEEN), interactive=True):
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        session.wait()
        wait_for(lambda: "This question is closed" in capsys.readouterr().err, 10, "said so")
    assert job.stage is Stage.CERTIFIED


def test_a_screen_that_is_gone_does_not_decide_about_a_phone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = room(tmp_path)
    view = View(slot_of=str, live=False)

    def broken(*_: Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(view, "tell", broken)
    with phone.session(phone.hands.notice) as session, Screen(session, view):
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        session.wait()
    assert job.stage is Stage.CERTIFIED
    assert "Traceback" not in capsys.readouterr().err


def test_all_that_happened_is_shown_before_the_screen_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    phone = room(tmp_path)
    with phone.session(phone.hands.notice) as session, Screen(session, View(slot_of=str, live=False)):
        session.start(phone.port.look(), by=lives.TESTER)
        session.wait()
    said = capsys.readouterr().err.splitlines()
    assert said[-1].endswith("paper written")
    assert "Google Pixel 6" in said[-1]
    assert any("Reset" in line or "reset" in line for line in said)
