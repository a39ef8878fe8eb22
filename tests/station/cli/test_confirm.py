# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is erased that was not named and confirmed: 0, 1, 2 phones, with and without -s, at a terminal or not."""

from collections.abc import Callable

import pytest

from station.cli.commands.process import TRIES
from station.session.confirmation import confirmation_digits
from tests.support.cli_station import PIXEL_13, PIXEL_16, CommandLine, Done, Starter, Terminal
from tests.support.waiting import wait_for
from virtual_phones.bench.remote import RemoteBench

SERIAL = "4A231FDAQ0001"
OTHER = "1B081FDF60002"
NO_VALIDATION = '[policy]\nname = "test"\nrequire_validation = false\n'

BenchOf = Callable[[int], tuple[CommandLine, RemoteBench]]

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def bench_of(specimen: Starter) -> BenchOf:
    """Number of phones → a station with so many plugged in."""

    def start(number: int) -> tuple[CommandLine, RemoteBench]:
        line, bench = specimen(PIXEL_16, PIXEL_13, config=NO_VALIDATION)
        for port in ("1-2", "1-1")[: 2 - number]:
            bench.unplug(port)
        wait_for(lambda: sum(bool(phone["on_bus"]) for phone in bench.phones()) == number, 10, "still there")
        return line, bench

    return start


@pytest.mark.wire
@pytest.mark.parametrize("terminal", [False, True], ids=["script", "terminal"])
@pytest.mark.parametrize(("number", "named"), [(0, 3), (1, 2), (2, 2)])
def test_the_matrix_of_confirmation(bench_of: BenchOf, number: int, named: int, terminal: bool) -> None:
    line, bench = bench_of(number)

    def run(*arguments: object, typed: str | None = None) -> Done:
        if not terminal:
            return line.run(*arguments)
        at = Terminal(line, *arguments)
        for tries in range(1, TRIES + 1) if typed is not None else ():
            while at.said.count("type the last 4") < tries:
                at.linger(0.1)
            at.type(typed or "")
        return Done(code=at.end(), out="", err=at.said)

    unnamed = run("process")
    assert unnamed.code == 2
    assert "-s" in unnamed.err
    assert run("process", "--confirm", SERIAL).code == 2
    assert run("process", "-s", SERIAL, typed="9999" if terminal and number else None).code == named
    assert run("process", "-s", SERIAL, "--confirm", OTHER).code == named
    assert run("process", "-s", SERIAL, "--confirm", SERIAL[-4:]).code == named  # a script gives the whole number
    assert run("process", "--all").code == 2
    assert line.jobs() == []
    assert {truth["resets"] for truth in bench.truth().values()} == {0}


@pytest.mark.wire
@pytest.mark.repeats
def test_the_last_four_typed_at_a_terminal_begin_the_job_and_the_table_is_drawn(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_16, config=NO_VALIDATION)
    at = Terminal(line, "process", "-s", "1-1", "--answers", line.answers())
    shown = at.wait_for("type the last 4")
    assert SERIAL in shown
    assert "Google Pixel 9" in shown
    at.linger(0.2)
    assert at.linger(1.5) == "", "nothing is drawn over the question"
    at.type("0001")
    at.wait_for("DO NOT UNPLUG")
    assert at.end(seconds=90) == 0, at.said[-3000:]
    assert "unplug now" in at.said
    assert "1 of 1 done" in at.said
    assert bench.truth()[PIXEL_16]["erased"] is True


@pytest.mark.wire
@pytest.mark.repeats
def test_no_color_and_no_progress_give_plain_lines_at_a_terminal(specimen: Starter) -> None:
    line, _bench = specimen(PIXEL_16, config=NO_VALIDATION)
    at = Terminal(line, "process", "-s", "1-1", "--confirm", SERIAL, "--answers", line.answers(), env={"NO_COLOR": "1"})
    assert at.end(seconds=90) == 0, at.said[-3000:]
    assert "\x1b[" not in at.said.replace("\x1b[?25h", "")
    assert "DO NOT UNPLUG" not in at.said
    assert at.said.count("is back") == 1


@pytest.mark.parametrize(
    ("numbers", "others", "digits"),
    [
        (["4a231fdaq0001"], [], 4),
        (["4a231fdaq0001"], ["1b081fdf60002"], 4),
        (["4a231fdaq0001"], ["xx0001"], 5),
        (["4a231fdaq0001"], ["4a231fdaq0001"], 13),
        (["4a231fdaq0001", "004999006400005"], ["zz400005"], 7),
        (["ab"], ["ab"], 4),
    ],
)
def test_as_many_digits_are_asked_for_as_tell_the_phone_from_its_neighbours(
    numbers: list[str], others: list[str], digits: int
) -> None:
    assert confirmation_digits(numbers, others) == digits


@pytest.mark.wire
def test_a_mistyped_number_is_asked_for_again_and_the_right_one_begins_the_job(specimen: Starter) -> None:
    line, _bench = specimen(PIXEL_16, config=NO_VALIDATION)
    at = Terminal(line, "process", "-s", "1-1", "--answers", line.answers())
    at.wait_for("type the last 4")
    at.type("9999")
    at.wait_for("Nothing was begun; look at the phone")
    at.type("0001")
    assert at.end(seconds=90) == 0, at.said[-3000:]
