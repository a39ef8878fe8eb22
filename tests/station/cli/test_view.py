# SPDX-License-Identifier: GPL-3.0-or-later
"""What a technician reads while phones are worked on."""

import json

import pytest
from rich.cells import cell_len
from rich.console import Console

from phones.problem import Problem, ProblemCode
from station.cli import output
from station.cli.view import Row, View, wants_live
from station.ledger.stages import Stage
from station.text import language
from station.work.worker import Progress


def progress(stage: Stage, key: str, *, port: str = "1-1", problems: tuple[Problem, ...] = ()) -> Progress:
    return Progress(job="JOB", port=port, stage=stage, key=key, problems=problems)


def view(*, as_events: bool = False, quiet: bool = False) -> View:
    return View(slot_of=lambda port: {"1-1": "A1"}.get(port, port), live=False, as_events=as_events, quiet=quiet)


def test_one_plain_line_a_change_and_none_for_no_change(capsys: pytest.CaptureFixture[str]) -> None:
    with view() as shown:
        shown.name("1-1", "Pixel")
        for _ in range(3):
            shown.tell(progress(Stage.ERASING, "erasing"))
        shown.tell(progress(Stage.RETURNED, "returned"))
    said = capsys.readouterr()
    assert said.out == ""
    lines = [line.split("] ")[1] for line in said.err.splitlines()]
    assert lines == ["Pixel  ERASING  erasing", "Pixel  RETURNED  the phone is back"]


def test_a_problem_is_said_with_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Problem(code=ProblemCode.UNAUTHORIZED)
    with view() as shown:
        shown.tell(progress(Stage.BLOCKED, "blocked", problems=(problem,)))
    assert f"{problem.reason('en')} → {problem.next_step('en')}" in capsys.readouterr().err


def test_events_are_lines_of_json_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    with view(as_events=True) as shown:
        shown.tell(progress(Stage.BLOCKED, "blocked", problems=(Problem(code=ProblemCode.UNAUTHORIZED),)))
    said = capsys.readouterr()
    assert said.err == ""
    assert json.loads(said.out) == {
        "schema": "proofwipe/progress/1",
        "job": "JOB",
        "port": "1-1",
        "slot": "A1",
        "stage": "BLOCKED",
        "key": "blocked",
        "problems": ["unauthorized"],
    }


def test_quiet_says_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with view(quiet=True) as shown:
        shown.tell(progress(Stage.ERASING, "erasing"))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("stage", "key", "advice"),
    [
        (Stage.SEEN, "identify", ""),
        (Stage.BLOCKED, "blocked", ""),
        (Stage.READY, "ready", "DO NOT UNPLUG"),
        (Stage.ERASING, "erasing", "DO NOT UNPLUG"),
        (Stage.RETURNED, "returned", "DO NOT UNPLUG"),
        (Stage.VERIFIED, "verified", "DO NOT UNPLUG"),
        (Stage.FAILED, "failed", "DO NOT UNPLUG"),
        (Stage.FAILED, "done", "unplug now"),
        (Stage.CERTIFIED, "done", "unplug now"),
        (Stage.VERIFIED, "done", "unplug now"),
    ],
)
def test_the_cable_may_be_pulled_only_when_the_paper_is_written(stage: Stage, key: str, advice: str) -> None:
    assert Row(slot="A1", last=progress(stage, key)).unplug_advice() == advice


def test_time_left_comes_from_this_models_history_or_not_at_all() -> None:
    row = Row(slot="A1", last=progress(Stage.ERASING, "erasing"))
    assert row.time_left() == "—"
    row.usual_s = 200.0
    assert row.time_left() in ("≈ 3:20", "≈ 3:19")
    row.began -= 500
    assert row.time_left() == "≈ 0:00"
    row.last = progress(Stage.CERTIFIED, "done")
    assert row.time_left() == ""


def test_an_instruction_stands_until_the_phone_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    row_of: dict[str, Row] = {}
    shown = view()
    shown.tell(progress(Stage.RETURNED, "waiting_person"))
    row_of = shown._rows
    shown.instruct("1-1", "Reset it now")
    shown.tell(progress(Stage.RETURNED, "waiting_return"))
    assert ("[A1] Reset it now", "bold") in row_of["1-1"].notes()
    shown.tell(progress(Stage.RETURNED, "looking"))
    assert row_of["1-1"].notes() == []
    assert "Reset it now" in capsys.readouterr().err


@pytest.mark.parametrize("speech", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 140])
def test_the_table_keeps_slots_stages_and_advice_whole(speech: str, width: int) -> None:
    language.use(speech)
    shown = view()
    shown.name("3-1.4.2", "Samsung Galaxy S24 Ultra 5G Dual")
    shown.tell(progress(Stage.CERTIFIED, "done", port="3-1.4.2"))
    shown.name("1-1", "Pixel")
    shown.tell(progress(Stage.RETURNED, "waiting_person"))
    said = drawn(shown, width=width, height=40)
    words = [language.text(key) for key in ("stage.CERTIFIED", "view.do_not_unplug", "view.unplug_now")] + ["3-1.4.2"]
    language.use("en")
    for word in words:
        assert word in said
    assert all(cell_len(line.rstrip()) <= width for line in said.splitlines())


def test_on_a_low_terminal_the_phones_that_are_done_make_room() -> None:
    shown = view()
    for number in range(40):
        done = number % 2 == 0
        stage, key = (Stage.CERTIFIED, "done") if done else (Stage.ERASING, "erasing")
        shown.tell(progress(stage, key, port=f"1-{number}"))
    said = drawn(shown, width=100, height=30)
    assert said.count("ERASING") == 20
    assert "CERTIFIED" not in said
    assert "20 of 40 done" in said
    assert drawn(shown, width=100, height=60).count("CERTIFIED") == 20


def drawn(shown: View, *, width: int, height: int) -> str:
    console = Console(width=width, height=height)
    with console.capture() as captured:
        console.print(shown.picture(width, height))
    return captured.get()


def test_while_a_table_is_drawn_words_do_not_run_into_it() -> None:
    heard: list[tuple[str, bool]] = []
    with output.messages_through(lambda message, bold: heard.append((message, bold))):
        output.message("x", bold=True)
    assert heard == [("x", True)]


def test_nothing_is_drawn_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wants_live() is False  # pytest holds stderr
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "")
    assert wants_live() is False
