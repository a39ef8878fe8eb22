# SPDX-License-Identifier: GPL-3.0-or-later
"""The terminal is one client among others: it answers from its file, asks a person, and gives way to a first answer."""

import os
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


def room(folder: Path) -> OnePhone:
    """A person has an hour, of which some seconds pass."""
    deadlines = replace(lives.SETTINGS.deadlines, person_s=3600.0)
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
        os.write(keyboard, b"yes\n")
        session.wait()
    assert job.stage is Stage.CERTIFIED
    assert "(yes/no, ?)" in capsys.readouterr().err


@pytest.mark.parametrize("line", [b"?\n", b"certainly\n", b"\n"])
def test_a_line_that_is_no_choice_declines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: bytes) -> None:
    phone = room(tmp_path)
    with (
        typing(monkeypatch) as keyboard,
        phone.session(phone.only_hands) as session,
        console(session, without(SEEN), interactive=True),
    ):
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        wait_for(lambda: asked_of(session, SEEN), 20, "asked")
        os.write(keyboard, line)
        session.wait()
    assert job.certificate is None


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
