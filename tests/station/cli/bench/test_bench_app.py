# SPDX-License-Identifier: GPL-3.0-or-later
"""The full screen, driven by keys: a phone is listed, confirmed, erased and taken away."""

import asyncio
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static

from certs.record.facts import Person
from phones.identity import plain
from station.cli.bench.app import BenchApp
from station.ledger.job_events import JobFailed
from station.ledger.stages import Stage
from station.questions import ALONE
from station.session.continuous import ContinuousBench
from station.session.events import Event, Question, QuestionAsked
from station.session.parts import Numbering
from station.session.session import Session
from station.setup.home import Home
from tests.support import lives
from tests.support.direct_bench import DirectBench, DirectPort
from tests.support.imeis import imei
from tests.support.one_phone import OnePhone, UnhurriedClock
from virtual_phones.bench.scenario import add_phones, read_scenario

LONGEST_S = 90.0
PATIENT = replace(lives.SETTINGS, deadlines=replace(lives.SETTINGS.deadlines, person_s=1e7))
"""Virtual time runs while nobody presses a key."""
AT_REST_S = 0.02
"""A pilot waits after each key until the process is at rest, up to two seconds; one that polls more often never is."""
SERIAL = str(lives.PIXEL_16["serial"])
MOST_KEYS = 25
"""Keys a phone, beside its scan: about 1,000 for forty phones a day; 157 to 284 were counted with `process` once."""


class Screen:
    """The application with a pilot's hands and eyes."""

    def __init__(self, app: BenchApp, pilot: Pilot[str]) -> None:
        self.app, self.pilot, self.keys = app, pilot, 0

    async def type(self, text: str) -> None:
        """A line and Enter, by hand."""
        self.keys += len(text) + 1
        await self.scan(text)

    async def scan(self, text: str) -> None:
        """The same from a scanner."""
        self.app.query_one(Input).insert_text_at_cursor(text)
        await self.pilot.press("enter")

    async def press(self, key: str) -> None:
        """A key that is no letter."""
        self.keys += 1
        await self.pilot.press(key)

    def said(self, where: str) -> str:
        """What stands in one of the fields."""
        return str(self.app.query_one(f"#{where}", Static).content)

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait in real time."""
        give_up = time.monotonic() + LONGEST_S
        while not condition():
            assert time.monotonic() < give_up, f"{what}: {self.app._bench.rows()} {self.said('asked')}"
            await self.pilot.pause(0.02)


@pytest.fixture
def room(tmp_path: Path) -> OnePhone:
    return OnePhone(tmp_path, lives.PIXEL_16, clock=UnhurriedClock(pause_s=AT_REST_S), settings=PATIENT)


def at_the_screen(
    room: OnePhone, session: Session, act: Callable[[Screen, ContinuousBench], object], *, method: str = ""
) -> str | None:
    """Run the application while `act` types; what it returned."""

    async def run() -> str | None:
        with ContinuousBench(session, home=Home(Path.cwd()), by=lives.TESTER, method=method) as bench:
            app = BenchApp(bench)
            async with app.run_test(size=(80, 24)) as pilot:
                await act(Screen(app, pilot), bench)  # type: ignore[misc]  # an act is any coroutine function
            return app.return_value

    return asyncio.run(run())


def doing(bench: ContinuousBench) -> str:
    return bench.rows()[0].doing.key if bench.rows() else ""


def test_a_phone_is_listed_confirmed_by_its_scanned_number_and_erased(room: OnePhone) -> None:
    async def act(screen: Screen, bench: ContinuousBench) -> None:
        await screen.until(lambda: doing(bench) == "bench.doing_confirm", "not listed")
        await screen.type(SERIAL)
        await screen.until(lambda: bench.totals().good == 1, "not erased")
        await screen.until(lambda: "good 1" in screen.said("totals"), "not counted")
        await screen.pilot.press("f10")

    with room.session(room.hands.notice) as session:
        at_the_screen(room, session, act)
        session.wait()
        (job,) = session.own_jobs
    assert job.stage is Stage.CERTIFIED
    assert plain(SERIAL) in job.opened.bound
    room.ledger.close()


def test_a_row_follows_a_decision_that_was_taken_at_another_terminal(tmp_path: Path) -> None:
    policy = lives.VALIDATED.policy
    room = OnePhone(
        tmp_path,
        lives.PIXEL_16,
        clock=UnhurriedClock(pause_s=AT_REST_S),
        settings=replace(PATIENT, policy=policy),
    )

    async def act(screen: Screen, bench: ContinuousBench) -> None:
        await screen.until(lambda: doing(bench) == "bench.doing_confirm", "not listed")
        await screen.type(SERIAL)
        await screen.until(lambda: doing(bench) == "bench.doing_awaits_validator", "not erased")
        (job,) = session.own_jobs
        session.decide(job.id, accept=False, by=Person(name="Wang Fang", role="validator"))
        await screen.until(lambda: doing(bench) == "bench.doing_rejected", "the row stays")
        assert (bench.totals().good, bench.totals().failed) == (0, 1)
        await screen.pilot.press("f10")

    with room.session(room.hands.notice) as session:
        at_the_screen(room, session, act)
        session.wait()
    room.ledger.close()


def test_a_wrong_number_begins_nothing_and_may_be_typed_again(room: OnePhone) -> None:
    async def act(screen: Screen, bench: ContinuousBench) -> None:
        await screen.until(lambda: doing(bench) == "bench.doing_confirm", "not listed")
        await screen.type("999999")
        assert "Nothing was begun" in screen.said("asked")
        await screen.type(SERIAL[-3:])
        assert "at least the last 4" in screen.said("asked")
        assert session.own_jobs == ()
        await screen.type(SERIAL[-4:])
        await screen.until(lambda: bool(session.own_jobs), "not begun")

    with room.session(room.hands.notice) as session:
        at_the_screen(room, session, act)
        session.wait()
    room.ledger.close()


def test_two_scans_in_one_breath_are_two_lines(room: OnePhone, monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(screen: Screen, bench: ContinuousBench) -> None:
        taken: list[str] = []
        monkeypatch.setattr(screen.app, "_take", taken.append)
        await screen.pilot.press(*"1111", "enter", *"2222", "enter")
        await screen.until(lambda: len(taken) == 2, "lost")
        assert taken == ["1111", "2222"]

    with room.session(room.hands.notice) as session:
        at_the_screen(room, session, act)
    room.ledger.close()


def test_a_phone_with_a_certificate_is_not_erased_again_without_a_yes(room: OnePhone) -> None:
    with room.session(room.hands.notice) as session:
        session.start(room.port.look(), by=lives.TESTER)
        session.wait()
        before = room.slot.first.truth()["resets"]

        async def act(screen: Screen, bench: ContinuousBench) -> None:
            await screen.until(lambda: doing(bench) == "bench.doing_certified_before", "not known")
            await screen.type(SERIAL)
            assert "erased already" in screen.said("asked")
            await screen.type(SERIAL)
            assert "is no answer to this" in screen.said("asked")
            assert "erased already" in screen.said("asked"), "asked again"
            await screen.type("n")
            assert "Not begun" in screen.said("asked")
            assert len(session.own_jobs) == 1

        at_the_screen(room, session, act)
        assert room.slot.first.truth()["resets"] == before
    room.ledger.close()


def test_a_way_that_only_ends_in_a_report_is_said_before_the_erase(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, {**lives.PIXEL_16, "condition": "debugging"}, clock=UnhurriedClock(pause_s=AT_REST_S))

    async def act(screen: Screen, bench: ContinuousBench) -> None:
        await screen.until(lambda: doing(bench) == "bench.doing_blocked", "not listed")
        await screen.until(lambda: "Allow" in screen.said("tells"), "not told")
        room.slot.press("accept_adb", room.clock.seconds)
        await screen.until(lambda: doing(bench) == "bench.doing_confirm", "not listed")
        await screen.type(SERIAL)
        assert "only end in a report" in screen.said("asked")
        await screen.type("n")
        assert session.own_jobs == ()

    with room.session(room.hands.notice) as session:
        at_the_screen(room, session, act, method="android_rescue")
    room.ledger.close()


def test_ctrl_c_ends_at_once_when_nothing_is_erased(room: OnePhone) -> None:
    async def act(screen: Screen, bench: ContinuousBench) -> None:
        await screen.pilot.press("ctrl+c")
        await screen.pilot.pause(0.1)

    with room.session(room.hands.notice) as session:
        assert at_the_screen(room, session, act) == ""
    room.ledger.close()


def test_a_phone_is_given_up_by_a_person_who_says_yes_and_nothing_is_done_to_it(tmp_path: Path) -> None:
    room = OnePhone(
        tmp_path,
        {**lives.PIXEL_16, "condition": "debugging"},
        clock=UnhurriedClock(pause_s=AT_REST_S),
        settings=PATIENT,
    )

    async def act(screen: Screen, bench: ContinuousBench) -> None:
        await screen.until(lambda: doing(bench) == "bench.doing_blocked", "not listed")
        session.start(room.port.look(), by=lives.TESTER)
        await screen.until(lambda: bool(bench.job_at("1-1")), "not begun")
        await screen.type("1-1")
        await screen.pilot.press("f8")
        await screen.type("")
        await screen.type("1")
        assert session.jobs_at_work, "neither Enter alone nor a number gives anything up"
        await screen.type("y")
        await screen.until(lambda: bench.totals().failed == 1, "not given up")

    with room.session(lambda _session, _event: None) as session:
        at_the_screen(room, session, act)
        session.wait()
        (job,) = session.own_jobs
    assert (job.stage, job.failure) == (Stage.FAILED, "abandoned")
    failures = [e.event for e in room.ledger.entries() if isinstance(e.event, JobFailed)]
    assert [each.by for each in failures] == [lives.TESTER.name]
    assert room.slot.first.truth()["resets"] == 0
    room.ledger.close()


def test_a_sheet_filled_while_the_phone_is_erased_is_what_the_paper_says(room: OnePhone) -> None:
    async def act(screen: Screen, bench: ContinuousBench) -> None:
        await screen.until(lambda: doing(bench) == "bench.doing_confirm", "not listed")
        await screen.type(SERIAL)
        await screen.until(lambda: doing(bench) == "bench.doing_form", "the erase waited")
        assert room.slot.first.truth()["erased"] is True
        await screen.pilot.press("f4")
        await screen.type("f")
        await screen.type("3c 12a")
        assert "changes nothing" in screen.said("asked")
        await screen.type("3C 9?")
        await screen.type(SERIAL)
        assert doing(bench) == "bench.doing_form", "a scan states nothing"
        await screen.type("y")
        assert "still open: 11 Parts" in screen.said("asked"), "not looked at is said, not understood"
        await screen.type("0")
        await screen.type("y")
        await screen.until(lambda: bench.totals().good == 1, "not certified")

    with room.session(room.only_hands) as session:
        at_the_screen(room, session, act)
        session.wait()
        (job,) = session.own_jobs
    (stated,) = [piece.values for piece in job.evidence if piece.asked == "operator.condition"]
    assert stated["statement.cosmetic_back"] == "C"
    assert stated["statement.screen"] == "ok"
    assert not {"statement.cameras", "statement.parts"} & stated.keys()
    room.ledger.close()


def test_a_scan_of_another_phone_begins_it_and_keeps_the_open_sheet_for_later(room: OnePhone, tmp_path: Path) -> None:
    other_serial, numbers = "4A23OTHERQ777", count(1)
    another = {**lives.PIXEL_16, "name": "other", "port": "1-2", "serial": other_serial, "imeis": [imei(777)]}
    scenario = read_scenario({"name": "life", "seed": 2, "phone": [another]})
    (slot,) = add_phones(scenario, epoch_at_zero=lives.EPOCH_AT_ZERO)
    bench_of_two = DirectBench(room.port, DirectPort(slot, room.clock, tmp_path / "other"))

    async def act(screen: Screen, bench: ContinuousBench) -> None:
        await screen.until(lambda: len(bench.rows()) == 2 and doing(bench) == "bench.doing_confirm", "not listed")
        await screen.type(SERIAL)
        await screen.until(lambda: bool(bench.job_at("1-1")), "not begun")
        await screen.pilot.press("f4")
        await screen.type("f 3c")
        await screen.type(other_serial[-4:])
        assert "changes nothing" in screen.said("asked"), "a few characters may be a slip"
        await screen.until(lambda: bench.meant_by(other_serial).startable, "the other one has not said who it is")
        await screen.type(other_serial)
        assert "1-1 is not kept yet" in screen.said("asked")
        await screen.until(lambda: bool(bench.job_at("1-2")), "not begun")
        await screen.type("1-1")
        await screen.pilot.press("f4")
        assert "10 of 11 answered" in screen.said("asked")
        await screen.type("0")
        await screen.type("y")
        await screen.until(lambda: bench.totals().good == 1, "not certified")

    def decline(session: Session, event: Event) -> None:
        if isinstance(event, QuestionAsked) and event.question.port == "1-2":
            session.answer(event.question.id, None, by="nobody")

    session = Session(
        ledger=room.ledger,
        settings=PATIENT,
        bench=lambda: nullcontext(bench_of_two),
        papers=lambda _warn: nullcontext(room.papers),
        clock=room.clock,
        numbering=Numbering(job_id=lambda: f"TESTJOB{next(numbers)}", salt=lambda: lives.SALT, mark=lives.counter(0)),
        listener=decline,
    )
    with session:
        at_the_screen(room, session, act)
        session.wait()
        jobs = {job.opened.port: job for job in session.own_jobs}
    assert jobs.keys() == {"1-1", "1-2"}
    (stated,) = [piece.values for piece in jobs["1-1"].evidence if piece.asked == "operator.condition"]
    assert (stated["statement.cosmetic_back"], stated["statement.screen"]) == ("C", "ok")
    room.ledger.close()


def test_a_final_question_needs_its_answer_and_then_a_second_key(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.PIXEL_13, clock=UnhurriedClock(pause_s=AT_REST_S), settings=PATIENT)

    async def act(screen: Screen, bench: ContinuousBench) -> None:
        await screen.until(lambda: doing(bench) == "bench.doing_blocked", "not listed")
        await screen.until(lambda: "Allow" in screen.said("tells"), "not told")
        room.slot.press("accept_adb", room.clock.seconds)
        await screen.until(lambda: doing(bench) == "bench.doing_confirm", "not listed")
        await screen.type(str(lives.PIXEL_13["serial"]))
        await screen.until(lambda: bool(final(bench)), "not asked")
        await screen.until(lambda: "set-up screen" in screen.said("asked"), "not shown")
        await screen.type("ok")
        assert "“ok” is no answer to this" in screen.said("asked")
        await screen.type("n")
        assert "You answered: no" in screen.said("asked")
        await screen.type("x")
        await screen.type("<")
        assert [each.key for each in final(bench)] == ["setup_screen_seen"], "a slip decides nothing"
        await screen.type("是")
        assert "You answered: yes" in screen.said("asked")
        await screen.type("y")
        await screen.until(lambda: [each.key for each in final(bench)] == ["owner_account_seen"], "not asked on")
        await screen.type("n")
        await screen.type("Y")
        await screen.until(lambda: doing(bench) == "bench.doing_form", "not at the sheet")
        await screen.pilot.press("f4")
        await screen.type("f 0")
        await screen.type("y")
        await screen.until(lambda: bench.totals().good == 1, "not certified")

    def final(bench: ContinuousBench) -> list[Question]:
        return [each for each in bench.questions("1-1") if each.key in ALONE]

    with room.session(room.only_hands) as session:
        at_the_screen(room, session, act)
        session.wait()
        (job,) = session.own_jobs
    assert job.stage is Stage.CERTIFIED
    room.ledger.close()


def test_the_phone_that_asks_most_takes_few_keys_beside_its_scan(tmp_path: Path) -> None:
    """Two final questions, each confirmed, and its sheet."""
    room = OnePhone(tmp_path, lives.PIXEL_13, clock=UnhurriedClock(pause_s=AT_REST_S), settings=PATIENT)
    counted: list[int] = []

    def asked(bench: ContinuousBench, key: str) -> bool:
        return [each.key for each in bench.questions("1-1")] == [key]

    async def act(screen: Screen, bench: ContinuousBench) -> None:
        await screen.until(lambda: doing(bench) == "bench.doing_blocked", "not listed")
        room.slot.press("accept_adb", room.clock.seconds)
        await screen.until(lambda: doing(bench) == "bench.doing_confirm", "not listed")
        await screen.scan(str(lives.PIXEL_13["serial"]))
        await screen.until(lambda: bool(bench.job_at("1-1")), "not begun")
        await screen.press("f4")
        await screen.type("f 0")
        await screen.type("y")
        for key, answer in (("setup_screen_seen", "y"), ("owner_account_seen", "n")):
            await screen.until(partial(asked, bench, key), key)
            await screen.scan(str(lives.PIXEL_13["serial"]))
            await screen.type(answer)
            await screen.type("y")
        await screen.until(lambda: bench.totals().good == 1, "not certified")
        counted.append(screen.keys)

    with room.session(room.only_hands) as session:
        at_the_screen(room, session, act)
        session.wait()
        (job,) = session.own_jobs
    assert job.stage is Stage.CERTIFIED
    assert counted[0] <= MOST_KEYS
    room.ledger.close()
