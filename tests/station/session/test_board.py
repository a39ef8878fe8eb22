# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of a bench, folded from events: who needs a person, what the cable's answer is, in which order."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len

from phones.port import Presence, Sighting
from phones.problem import Problem, ProblemCode
from station.cli.bench import lines
from station.ledger.stages import Stage
from station.session.board import Board, Cable, Row, Urgency, natural
from station.session.events import (
    Decided,
    Event,
    Instruction,
    JobDecided,
    JobEnded,
    JobInterrupted,
    JobStarted,
    PhoneAppeared,
    PhoneLeft,
    Question,
    QuestionAsked,
    QuestionClosed,
)
from station.text.language import use
from station.work.worker import Progress

SERIAL = "4A231FDAQ0001"
QUESTION = Question(
    id="q",
    job="J1",
    port="1-1",
    slot="A1",
    key="setup_screen_seen",
    choices=("no", "yes"),
    facts={},
    asked_at=datetime(2026, 11, 1, tzinfo=UTC),
    timeout_s=60,
)


def appeared(port: str = "1-1", serial: str = SERIAL, presence: Presence = Presence.ADB_DEVICE) -> PhoneAppeared:
    return PhoneAppeared(
        port=port, slot=port, sighting=Sighting(port=port, presence=presence, usb_serial=serial, vendor_id=0x18D1)
    )


def started(port: str = "1-1") -> JobStarted:
    return JobStarted(job=f"J{port}", port=port, slot=port, stage="SEEN", resumed=False)


def progress(key: str, stage: Stage = Stage.ERASING, port: str = "1-1", *problems: Problem) -> Progress:
    return Progress(job=f"J{port}", port=port, stage=stage, key=key, model="Pixel", problems=problems)


def ended(stage: str, paper: str = "PW.pdf", port: str = "1-1") -> JobEnded:
    return JobEnded(job=f"J{port}", port=port, slot=port, stage=stage, failure="", paper=paper)


def awaiting(port: str = "1-1") -> JobEnded:
    return replace(ended("VERIFIED", paper="", port=port), awaits_decision=True)


def row_after(*events: Event, usual_s: float | None = None) -> Row:
    board = Board(lambda _model: usual_s)
    for second, event in enumerate(events):
        board.tell(event, float(second))
    (row,) = board.rows(float(len(events)))
    return row


@pytest.mark.parametrize(
    ("events", "cable", "urgency"),
    [
        ([], Cable.DO_NOT_UNPLUG, Urgency.AT_WORK),
        ([started(), progress("erasing")], Cable.DO_NOT_UNPLUG, Urgency.AT_WORK),
        ([started(), progress("waiting_person")], Cable.NEEDS_YOU, Urgency.HELP),
        ([started(), progress("blocked", Stage.BLOCKED)], Cable.NEEDS_YOU, Urgency.HELP),
        ([started(), ended("CERTIFIED")], Cable.UNPLUG, Urgency.FINISHED),
        ([started(), ended("VERIFIED")], Cable.UNPLUG, Urgency.FINISHED),
        ([started(), awaiting()], Cable.UNPLUG, Urgency.FINISHED),
        ([started(), ended("FAILED")], Cable.UNPLUG, Urgency.FINISHED),
        (
            [started(), progress("erasing"), JobInterrupted(job="J", port="1-1", slot="1-1", error="ledger_full")],
            Cable.NEEDS_YOU,
            Urgency.HELP,
        ),
    ],
)
def test_the_cable_has_one_of_three_answers(events: list[Event], cable: Cable, urgency: Urgency) -> None:
    row = row_after(appeared(), *events)
    assert (row.cable, row.urgency) == (cable, urgency)


def test_a_phone_that_is_being_erased_is_never_said_to_be_unpluggable_while_it_is_away() -> None:
    row = row_after(appeared(), started(), progress("erasing"), PhoneLeft(port="1-1", slot="1-1"))
    assert row.cable is Cable.DO_NOT_UNPLUG
    row = row_after(
        appeared(), started(), progress("erasing"), PhoneLeft(port="1-1", slot="1-1"), appeared(serial="ANOTHER")
    )
    assert row.cable is Cable.DO_NOT_UNPLUG


def test_a_question_makes_a_phone_need_somebody_until_it_is_closed() -> None:
    asked = (appeared(), started(), progress("erasing"), QuestionAsked(question=QUESTION))
    assert row_after(*asked).cable is Cable.NEEDS_YOU
    closed = QuestionClosed(question=QUESTION, answer="no", by="Li Wei")
    assert row_after(*asked, closed).cable is Cable.DO_NOT_UNPLUG


def test_an_instruction_stands_until_the_phone_goes_on() -> None:
    told = Instruction(job="J", port="1-1", slot="1-1", key="reset_in_settings")
    row = row_after(appeared(), started(), told, progress("waiting_person"))
    assert row.tells is not None
    assert row.tells.key == "instruct.reset_in_settings"
    assert row_after(appeared(), started(), told, progress("looking")).tells is None


def test_a_finished_phone_leaves_the_screen_when_it_is_unplugged_and_stays_counted() -> None:
    board = Board()
    for event in (appeared(), started(), ended("CERTIFIED"), PhoneLeft(port="1-1", slot="1-1")):
        board.tell(event, 0.0)
    assert board.rows(1.0) == ()
    assert board.totals(1.0).good == 1


def test_a_good_erase_that_waits_for_a_validator_is_counted_good_and_one_with_a_report_alone_is_not() -> None:
    board = Board()
    for port in ("1-1", "1-2"):
        board.tell(started(port), 0.0)
        board.tell(awaiting(port), 1.0)
    board.tell(started("1-3"), 0.0)
    board.tell(ended("VERIFIED", port="1-3"), 1.0)
    totals = board.totals(2.0)
    assert (totals.good, totals.awaiting, totals.failed) == (2, 2, 1)
    rows = {row.port: row.doing.key for row in board.rows(2.0)}
    assert rows == {
        "1-1": "bench.doing_awaits_validator",
        "1-2": "bench.doing_awaits_validator",
        "1-3": "bench.doing_report",
    }


def decided(how: Decided, stage: str, port: str = "1-1") -> JobDecided:
    return JobDecided(job=f"J{port}", port=port, slot=port, stage=stage, decision=how, by="Wang Fang")


@pytest.mark.parametrize(
    ("decision", "says", "good", "failed"),
    [
        (decided(Decided.ACCEPTED, "CERTIFIED"), "bench.doing_certified", 1, 0),
        (decided(Decided.REJECTED, "FAILED"), "bench.doing_rejected", 0, 1),
        (decided(Decided.WITHDRAWN, "CERTIFIED"), "bench.doing_withdrawn", 0, 1),
    ],
)
def test_a_row_and_the_totals_follow_what_was_decided_elsewhere(
    decision: JobDecided, says: str, good: int, failed: int
) -> None:
    board = Board()
    for event in (appeared(), started(), awaiting(), decision):
        board.tell(event, 0.0)
    (row,) = board.rows(1.0)
    assert (row.doing.key, row.cable) == (says, Cable.UNPLUG)
    totals = board.totals(1.0)
    assert (totals.good, totals.awaiting, totals.failed) == (good, 0, failed)
    board.tell(started(), 2.0)
    assert board.rows(3.0)[0].doing.key != says, "a new job of that port was not decided"


def test_what_was_decided_of_a_phone_that_is_gone_changes_no_row_of_another() -> None:
    board = Board()
    for event in (
        appeared(),
        started(),
        awaiting(),
        PhoneLeft(port="1-1", slot="1-1"),
        appeared(serial="1B081FDF60002"),
    ):
        board.tell(event, 0.0)
    board.tell(decided(Decided.REJECTED, "FAILED"), 1.0)
    (row,) = board.rows(2.0)
    assert row.job == ""
    assert "rejected" not in row.doing.key
    assert board.totals(2.0).failed == 1
    board.tell(decided(Decided.ACCEPTED, "CERTIFIED", port="9-9"), 3.0)
    assert board.totals(3.0).good == 0, "only this screen's jobs are counted"


def test_another_phone_on_the_port_of_a_finished_one_is_a_new_row() -> None:
    row = row_after(appeared(), started(), ended("FAILED"), appeared(serial="1B081FDF60002"))
    assert (row.job, row.digits) == ("", "60002")


def test_phones_that_need_somebody_stand_first_and_slots_are_counted_as_people_count() -> None:
    board = Board()
    for port in ("2-1.10", "2-1.2", "1-9"):
        board.tell(appeared(port), 0.0)
        board.tell(started(port), 0.0)
        board.tell(progress("erasing", port=port), 0.0)
    board.tell(ended("CERTIFIED", port="2-1.10"), 1.0)
    board.tell(progress("blocked", Stage.BLOCKED, "1-9", Problem(code=ProblemCode.UNAUTHORIZED)), 1.0)
    assert [row.slot for row in board.rows(2.0)] == ["1-9", "2-1.10", "2-1.2"]
    assert sorted(["2-1.10", "2-1.2", "A10", "A2"], key=natural) == ["2-1.2", "2-1.10", "A2", "A10"]


def test_time_left_comes_from_the_history_of_that_model_and_is_not_invented() -> None:
    events = (appeared(), started(), progress("erasing"))
    assert row_after(*events).left_s is None
    row = row_after(*events, usual_s=100.0)
    assert (row.elapsed_s, row.left_s) == (2.0, 98.0)


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> object:
    use(request.param)
    yield request.param
    use("en")


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_width_cuts_the_word_about_the_cable_and_no_line_is_wider(language: str, width: int) -> None:
    board = Board()
    for number in range(64):
        port = f"3-1.{number}"
        board.tell(appeared(port), 0.0)
        board.tell(started(port), 0.0)
        board.tell(
            Progress(job="J", port=port, stage=Stage.ERASING, key="waiting_return", model="长" * 200), float(number)
        )
    rows = board.rows(4000.0)
    cells = lines.columns(rows, width)
    for row in rows:
        shown = lines.line(row, cells)
        assert lines.cable_text(row.cable) in shown.plain
        assert shown.cell_len <= width
        assert all(each.cell_len <= width for each in lines.big_lines(row, width))


def test_the_three_answers_differ_by_word_symbol_and_style() -> None:
    for of in (lines.SYMBOLS, lines.STYLES):
        assert len(set(of.values())) == len(Cable)
    assert "on " not in lines.STYLES[Cable.UNPLUG]
    assert all("on " in lines.STYLES[each] for each in (Cable.NEEDS_YOU, Cable.DO_NOT_UNPLUG))


def test_what_many_phones_wait_for_is_said_once() -> None:
    board = Board()
    for port in ("1-1", "1-2", "1-10"):
        board.tell(appeared(port, presence=Presence.ADB_UNAUTHORIZED), 0.0)
    ((slots, sentence),) = lines.tells(board.rows(1.0))
    assert slots == "1-1, 1-2, 1-10"
    assert "Allow" in sentence


@pytest.mark.parametrize("usual_s", [None, 600.0])
def test_two_models_of_one_maker_can_be_told_apart_on_eighty_columns(usual_s: float | None) -> None:
    board = Board(lambda _model: usual_s)
    for number, model in enumerate(("Google Pixel 9", "Google Pixel 6", "iPhone 13")):
        port = f"1-4.{number}"
        board.tell(appeared(port), 0.0)
        board.tell(started(port), 0.0)
        board.tell(Progress(job="J", port=port, stage=Stage.ERASING, key="waiting_return", model=model), 0.0)
    rows = board.rows(4000.0)
    cells = lines.columns(rows, 80)
    for row in rows:
        said = lines.line(row, cells).plain
        assert row.model in said
        assert "erasing, coming back" in said
        assert lines.times_text(row) in said


def test_what_happens_fits_its_column(language: str) -> None:
    from phones.words import keys
    from station.text.language import text

    rows = [key for key in keys("bench.") if key.startswith(("bench.doing_", "bench.blocked_"))]
    assert {key: cell_len(text(key)) for key in rows if cell_len(text(key)) > lines.ENOUGH_DOING} == {}


def test_a_phone_that_something_stops_says_on_its_own_row_what_is_to_be_done() -> None:
    board = Board()
    board.tell(appeared("1-1", presence=Presence.ADB_UNAUTHORIZED), 0.0)
    (row,) = board.rows(1.0)
    assert lines.doing_text(row) == "allow debugging"
    assert lines.doing_text(replace(row, problems=(Problem(code=ProblemCode.FINANCED),))) == "waits for you"


def test_every_short_word_for_what_stops_a_phone_is_of_a_problem_there_is() -> None:
    from phones.words import keys

    named = {key.removeprefix("bench.blocked_") for key in keys("bench.blocked_")}
    assert named <= {code.value for code in ProblemCode}


def test_the_udid_of_an_iphone_that_trusts_nobody_yet_is_no_number_to_read_from_it() -> None:
    board = Board()
    udid = "00008110-001A2B3C4D5E6F70"
    board.tell(
        PhoneAppeared(
            port="1-1",
            slot="1-1",
            sighting=Sighting(port="1-1", presence=Presence.APPLE, usb_serial=udid, vendor_id=0x05AC),
        ),
        0.0,
    )
    assert board.rows(1.0)[0].digits == ""


def waiting_for_persons(*problems: ProblemCode) -> tuple[Row, ...]:
    board = Board()
    for number, code in enumerate(problems, start=1):
        port = f"1-{number}"
        board.tell(appeared(port), 0.0)
        board.tell(started(port), 0.0)
        board.tell(progress("blocked", Stage.BLOCKED, port, Problem(code=code)), 0.0)
    return board.rows(1.0)


def test_what_persons_must_do_ends_nowhere_in_mid_sentence_unsaid(language: str) -> None:
    codes = (ProblemCode.ACTIVATION_LOCK, ProblemCode.TRUST_PENDING, ProblemCode.FINANCED, ProblemCode.SIM_PRESENT)
    for count in range(1, len(codes) + 1):
        rows = waiting_for_persons(*codes[:count])
        whole = lines.told(rows, 78, 99).splitlines()
        for most in (1, 2, 3, 6):
            said = lines.told(rows, 78, most).splitlines()
            assert len(said) <= most
            assert all(cell_len(each) <= 78 for each in said)
            assert said == whole or any(each.endswith("…") or each not in whole for each in said)


def test_one_long_sentence_leaves_lines_for_the_others() -> None:
    rows = waiting_for_persons(ProblemCode.ACTIVATION_LOCK, ProblemCode.SIM_PRESENT)
    said = lines.told(rows, 78, 4)
    assert "Take the SIM card out" in said
    assert said.splitlines()[0].startswith("▶ [1-1] Ask the seller")
    assert "and 2 more" in lines.told(rows, 78, 1)


def test_every_word_of_progress_has_a_short_one_on_this_screen(language: str) -> None:
    from phones.words import keys
    from station.text.language import text

    for key in keys("progress."):
        assert text(f"bench.doing_{key.removeprefix('progress.')}")


def test_a_check_is_called_by_its_name_and_what_it_asked_of_a_person_goes_with_it() -> None:
    at_first = replace(progress("checking", Stage.READY), check="first")
    asks = Instruction(job="J1-1", port="1-1", slot="1-1", key="plug_in_again", facts={})
    asked = row_after(started(), at_first, asks)
    assert asked.doing.key == "checking.first"
    assert asked.cable is Cable.NEEDS_YOU
    then = row_after(started(), at_first, asks, replace(at_first, check="second"))
    assert then.doing.key == "checking.second"
    assert then.cable is Cable.DO_NOT_UNPLUG
