# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone is measured without a job for another command, by the session that holds the bench."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from phones.evidence import Moment
from phones.port import Platform
from station.checking.act import CheckAct, Profile
from station.checking.check_file import CheckFile
from station.checking.flow import Skips, done
from station.checking.table import acts_of
from station.cli.measuring import MeasuringElsewhere, Wanted
from station.errors import BeingMeasuredError, DrainingError, QuestionClosedError, StationBusyError
from station.session import measuring
from station.session.events import QuestionAsked
from station.session.measured import Measured
from station.session.operations import OpenStation
from station.session.remote.client import find_session
from station.session.remote.server import serve
from station.session.session import Session
from station.setup.home import Home
from station.work.worker import Progress
from tests.support import lives
from tests.support.direct_bench import DirectBench, DirectPort
from tests.support.one_phone import OnePhone, UnhurriedClock
from tests.support.waiting import wait_for
from virtual_phones.bench.scenario import add_phones, read_scenario

SILENT = Wanted(profile=Profile.QUICK, only=frozenset({"silent_android"}), anew=True)
EYES = Wanted(profile=Profile.QUICK, only=frozenset({"eyes"}), anew=True)
NOTHING_SKIPPED = Skips()


@contextmanager
def beside(folder: Path, *, drained: bool = False) -> Iterator[tuple[MeasuringElsewhere, Session, OnePhone]]:
    """A command beside a session that begins work for others, with one Android that has a shell."""
    phone = OnePhone(folder, lives.PIXEL_16_IN_USE, clock=UnhurriedClock(pause_s=0.05))
    phone.port.look()  # a dialog opens
    phone.clock.sleep(5.0)
    phone.slot.press("accept_adb", phone.clock.seconds)
    home = Home(folder).make()

    def takes_orders() -> None:
        if drained:
            raise DrainingError

    with (
        phone.session(phone.only_hands) as session,
        serve(OpenStation(home=home, session=session, takes_orders=takes_orders)),
    ):
        command = another(folder, phone)
        yield command, session, phone
        command.close()
        for each in session.questions:
            session.answer(each.id, None, by="")
    phone.ledger.close()


def another(folder: Path, phone: OnePhone) -> MeasuringElsewhere:
    """Another command."""
    elsewhere = find_session(Home(folder))
    assert elsewhere is not None
    return MeasuringElsewhere(elsewhere, phone.settings)


def measured(file: CheckFile) -> dict[str, dict[str, str]]:
    return {each.asked: dict(each.values) for each in file.evidence if each.asked.startswith("check.")}


def test_it_measures_what_a_session_of_its_own_would_and_says_which_act_is_under_way(tmp_path: Path) -> None:
    with beside(tmp_path) as (command, session, phone):
        with command.events(Progress) as heard:
            file = command.measure(command.find(""), SILENT, NOTHING_SKIPPED)
        assert [each.event.check for each in heard if isinstance(each.event, Progress)] == ["silent_android"]
        assert file.path.parent == tmp_path / "checks"
        assert not session.jobs_at_work
        alone = session.check(
            phone.port.look(),
            lambda platform: acts_of(SILENT.profile, platform, Moment.BEFORE, only=SILENT.only),
            folder=tmp_path / "alone",
            skips=NOTHING_SKIPPED,
        )
        assert measured(file)["check.silent_android"].keys() == measured(alone)["check.silent_android"].keys()
        assert done(file.evidence) == {"silent_android"}


def test_a_person_at_the_commands_terminal_is_asked_and_no_job_begins_on_the_phone_meanwhile(tmp_path: Path) -> None:
    with beside(tmp_path) as (command, session, phone):
        found: list[CheckFile] = []
        asked = command.events(QuestionAsked)
        thread = threading.Thread(
            target=lambda: found.append(command.measure(phone.port.look(), EYES, NOTHING_SKIPPED)), daemon=True
        )
        thread.start()
        first = asked.next(60.0)
        assert first is not None
        assert isinstance(first.event, QuestionAsked)
        with pytest.raises(BeingMeasuredError):
            session.start(phone.port.look(), by=lives.TESTER)
        with pytest.raises(BeingMeasuredError):
            another(tmp_path, phone).measure(phone.port.look(), SILENT, NOTHING_SKIPPED)
        assert session.jobs_at_work == ()
        for each in command.questions:
            command.answer(each.id, each.choices[0], by="")
        wait_for(lambda: bool(found), 60, "it does not end")
        with pytest.raises(QuestionClosedError):
            command.answer(first.event.question.id, None, by="")
        (file,) = found
        assert done(file.evidence) == {"eyes"}
        asked.end()


def test_of_several_phones_only_the_one_that_is_measured_gets_no_job(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.PIXEL_13, clock=UnhurriedClock())
    document = {"name": "life", "seed": 2, "phone": [{"name": "phone", "port": "1-2", **lives.PIXEL_16_IN_USE}]}
    (slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
    other = DirectPort(slot, room.clock, tmp_path / "pairing")
    other.look()  # a dialog opens
    room.clock.sleep(5.0)
    slot.press("accept_adb", room.clock.seconds)
    begun, enough = threading.Event(), threading.Event()

    def acts(_platform: Platform) -> Sequence[CheckAct]:
        begun.set()
        enough.wait(60)
        return ()

    with Session(
        ledger=room.ledger,
        settings=lives.SETTINGS,
        bench=lambda: nullcontext(DirectBench(room.port, other)),
        papers=lambda _warn: nullcontext(room.papers),
        clock=room.clock,
        listener=room.hands.notice,
    ) as session:
        check = threading.Thread(
            target=lambda: session.check(other.look(), acts, folder=tmp_path / "checks", skips=NOTHING_SKIPPED)
        )
        check.start()
        assert begun.wait(60)
        with pytest.raises(BeingMeasuredError):
            session.start(other.look(), by=lives.TESTER)
        started = session.start(room.port.look(), other.look(), by=lives.TESTER)
        assert [job.port for job in started.jobs] == ["1-1"]
        assert ([each.port for each in started.measured], started.occupied) == (["1-2"], ())
        session.wait()
        enough.set()
        check.join(60)
    (job,) = started.jobs
    assert job.certificate is not None
    room.ledger.close()


def test_nothing_further_is_measured_for_a_command_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "GONE_S", -1.0)
    with beside(tmp_path) as (command, _session, phone):
        file = command.measure(phone.port.look(), SILENT, NOTHING_SKIPPED)
        assert not done(file.evidence)


def test_what_a_person_skips_at_the_command_is_skipped(tmp_path: Path) -> None:
    with beside(tmp_path) as (command, _session, phone):
        file = command.measure(phone.port.look(), EYES, Skips(rest_skipped=lambda: True))
        assert not done(file.evidence)


def test_whoever_was_killed_while_a_phone_was_measured_stands_in_nobodys_way_for_ever(tmp_path: Path) -> None:
    with beside(tmp_path) as (_command, session, phone):
        at = OpenStation(home=Home(tmp_path), session=session, takes_orders=lambda: None)
        for number in range(measuring.MOST_AT_ONCE):
            left = Measured(port=f"9-{number}")
            left.over.set()
            at.measured.by_id[str(number)] = left
        first, under_way = at.measured.by_id["0"], at.measured.by_id["1"]
        with pytest.raises(BeingMeasuredError) as raised:  # all may still come for what was found
            measuring.begin_to_measure(at, phone=phone.port.look(), profile="quick", only=("silent_android",))
        assert "9-0" in raised.value.reason("en")
        under_way.over.clear()
        first.asked_at -= measuring.GONE_S + 1
        under_way.asked_at -= measuring.GONE_S + 1
        begun = measuring.begin_to_measure(at, phone=phone.port.look(), profile="quick", only=("silent_android",))
        assert {"0", "1", begun.id} & at.measured.by_id.keys() == {"1", begun.id}
        wait_for(at.measured.by_id[begun.id].over.is_set, 60, "it does not end")


def test_a_drained_service_measures_nothing_and_neither_does_a_session_that_works_for_itself(tmp_path: Path) -> None:
    with beside(tmp_path, drained=True) as (command, session, phone):
        with pytest.raises(DrainingError):
            command.measure(phone.port.look(), SILENT, NOTHING_SKIPPED)
        at = OpenStation(home=Home(tmp_path), session=session)
        with pytest.raises(StationBusyError):
            measuring.begin_to_measure(at, phone=phone.port.look(), profile="quick")
