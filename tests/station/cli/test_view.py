# SPDX-License-Identifier: GPL-3.0-or-later
"""What a technician reads while phones are worked on."""

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


def view(*, quiet: bool = False) -> View:
    return View(slot_of=lambda port: {"1-1": "A1"}.get(port, port), live=False, quiet=quiet)


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


def test_a_phone_that_is_asked_again_and_again_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    locked, sim = (Problem(code=code) for code in (ProblemCode.PHONE_LOCKED, ProblemCode.SIM_PRESENT))
    with view() as shown:
        for key in ("identify", "waiting_person") * 3:
            shown.tell(progress(Stage.BLOCKED, key, problems=(locked,)))
        assert capsys.readouterr().err.count(locked.reason("en")) == 1
        shown.tell(progress(Stage.BLOCKED, "identify", problems=(sim,)))
        assert sim.reason("en") in capsys.readouterr().err, "what is new is told"
        shown.tell(progress(Stage.READY, "ready"))
        shown.tell(progress(Stage.BLOCKED, "identify", problems=(sim,)))
        assert sim.reason("en") in capsys.readouterr().err, "what comes again later is told again"


def test_the_table_counts_slots_as_people_do_and_tells_the_cables_apart() -> None:
    shown = view()
    for port in ("2-1.10", "2-1.2"):
        shown.tell(progress(Stage.ERASING, "erasing", port=port))
    shown.tell(progress(Stage.CERTIFIED, "done", port="2-1.3"))
    said = drawn(shown, width=100, height=40)
    assert said.index("2-1.2 ") < said.index("2-1.3 ") < said.index("2-1.10")
    assert said.count("■ DO NOT UNPLUG") == 2
    assert said.count("✔ unplug now") == 1


def test_on_eighty_columns_every_phone_has_one_line() -> None:
    shown = view()
    for number in range(12):
        port = f"1-1.{number}"
        shown.name(port, "Google Pixel 9")
        shown.tell(progress(Stage.ERASING, "waiting_return", port=port))
    locked = Problem(code=ProblemCode.TRUST_PENDING)
    shown.tell(progress(Stage.BLOCKED, "identify", port="1-2", problems=(locked,)))
    said = drawn(shown, width=80, height=40)
    assert "BLOCKED  tap Trust" in said, "a phone that waits is not said to be read"
    assert [line.count("erasing, coming back") for line in said.splitlines() if "DO NOT UNPLUG" in line] == [1] * 12
    assert len(said.splitlines()) <= 13 + 6 + 2


def test_while_a_person_is_asked_only_what_concerns_a_person_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    locked = Problem(code=ProblemCode.PHONE_LOCKED)
    with View(slot_of=lambda port: port, live=True) as shown, shown.paused():
        capsys.readouterr()
        shown.tell(progress(Stage.RETURNED, "returned"))
        assert capsys.readouterr().err == "", "a line that would push the question away"
        shown.tell(progress(Stage.BLOCKED, "blocked", port="1-2", problems=(locked,)))
        assert locked.reason("en") in capsys.readouterr().err
        shown.tell(progress(Stage.CERTIFIED, "done"))
        assert "CERTIFIED" in capsys.readouterr().err


def test_before_any_phone_is_known_no_empty_table_is_drawn() -> None:
    assert drawn(view(), width=100, height=40).strip() == ""


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
