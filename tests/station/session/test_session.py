# SPDX-License-Identifier: GPL-3.0-or-later
"""A session in this process, with virtual phones and no command line: what its clients see, ask and answer."""

import gc
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from certs.errors import WrongSignerError
from certs.issue import Paper
from certs.record.facts import Person
from certs.record.issuer import Signer
from certs.record.record import Record
from phones.errors import UsbAccessError
from phones.port import Presence, Sighting
from phones.verdict import Verdict
from station.cli.commands.process import leave
from station.cli.main import run
from station.cli.results import INTERRUPTED
from station.documents.event_lines import EventLines
from station.errors import (
    AnswerRefusedError,
    JobBusyError,
    LedgerError,
    LedgerFullError,
    QuestionClosedError,
    QuestionNotFoundError,
    StationBusyError,
    WrongStageError,
)
from station.ledger import checkpoints
from station.ledger.entry import Entry
from station.ledger.job import Job
from station.ledger.ledger import Ledger
from station.ledger.open_jobs import is_finished
from station.ledger.stages import EntryKind, Stage
from station.session.condition import KEYS
from station.session.events import (
    Decided,
    Event,
    Instruction,
    JobDecided,
    JobEnded,
    JobInterrupted,
    JobStarted,
    Numbered,
    PhoneAppeared,
    PhoneLeft,
    PhonesCounted,
    QuestionAsked,
    QuestionClosed,
)
from station.session.parts import Numbering, Secrets
from station.session.plugged import changes
from station.session.questions import Questions
from station.session.session import Session
from station.setup.home import Home
from station.setup.settings import Settings
from station.work.worker import Progress
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, Call
from tests.support.direct_bench import DirectBench, VirtualClock
from tests.support.one_phone import OnePhone, UnhurriedClock
from tests.support.schemas import check

LONGEST_S = 90.0
VALIDATOR = Person(name="Validator", role="validator")


def watched(session: Session, *kinds: type) -> tuple[list[Numbered], threading.Thread]:
    """A client that notes all events from now on, in a thread of its own."""
    seen: list[Numbered] = []
    subscription = session.events(*kinds)
    thread = threading.Thread(target=lambda: seen.extend(subscription))
    thread.start()
    return seen, thread


def test_a_phone_goes_from_plug_to_paper_and_two_clients_see_the_same_numbered_events(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.PIXEL_13)
    with room.session(room.hands.notice) as session:
        first, one = watched(session)
        second, two = watched(session)
        (job,) = session.start(room.port.look(), by=lives.TESTER).jobs
        session.wait()
    one.join(LONGEST_S)
    two.join(LONGEST_S)
    assert job.stage is Stage.CERTIFIED
    assert room.slot.first.truth()["erased"]
    assert first == second
    assert [each.number for each in first] == list(range(1, len(first) + 1))
    assert isinstance(first[0].event, JobStarted)
    ended = first[-1].event
    assert isinstance(ended, JobEnded)
    assert (ended.job, ended.stage) == (job.id, "CERTIFIED")
    assert ended.paper.endswith("-certificate.pdf")
    kinds = {type(each.event) for each in first}
    assert kinds == {JobStarted, Progress, Instruction, QuestionAsked, QuestionClosed, JobEnded}
    assert {each.event.model for each in first if isinstance(each.event, Progress)} >= {"Google Pixel 6"}
    room.ledger.close()


def test_a_question_is_answered_by_whichever_client_is_first_and_refused_to_the_other(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.PIXEL_13, clock=UnhurriedClock())
    refused: list[type[Exception]] = []

    def kiosk(session: Session) -> None:
        with session.events(QuestionAsked) as asked:
            for numbered in asked:
                assert isinstance(numbered.event, QuestionAsked)
                question = numbered.event.question
                assert question in session.questions
                with pytest.raises(AnswerRefusedError):
                    session.answer(question.id, "perhaps", by="kiosk")
                session.answer(question.id, lives.ANSWERS[question.key], by="kiosk")
                try:
                    session.answer(question.id, question.choices[0], by="terminal")
                except QuestionClosedError as error:
                    refused.append(type(error))

    with room.session(room.only_hands) as session:
        closed, watching = watched(session, QuestionClosed)
        client = threading.Thread(target=kiosk, args=(session,))
        client.start()
        time.sleep(0.05)
        (job,) = session.start(room.port.look(), by=lives.TESTER).jobs
        session.wait()
        assert session.questions == ()
        with pytest.raises(QuestionNotFoundError):
            session.answer("0" * 32, "yes", by="kiosk")
    client.join(LONGEST_S)
    watching.join(LONGEST_S)
    assert job.stage is Stage.CERTIFIED
    answers = {
        each.event.question.key: (each.event.answer, each.event.by)
        for each in closed
        if isinstance(each.event, QuestionClosed)
    }
    assert answers == {key: (answer, "kiosk") for key, answer in lives.ANSWERS.items()}
    assert refused == [QuestionClosedError] * len(answers)
    room.ledger.close()


def test_a_question_nobody_answers_is_closed_by_its_time_and_never_guessed(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.PIXEL_13)
    closed: list[QuestionClosed] = []

    def notice(session: Session, event: Event) -> None:
        room.only_hands(session, event)
        if isinstance(event, QuestionClosed):
            closed.append(event)
            with pytest.raises(QuestionClosedError):
                session.answer(event.question.id, event.question.choices[0], by="too late")

    with room.session(notice) as session:
        (job,) = session.start(room.port.look(), by=lives.TESTER).jobs
        session.wait()
    assert {(each.answer, each.by) for each in closed} == {(None, "")}
    assert {each.question.timeout_s for each in closed} == {lives.SETTINGS.deadlines.person_s}
    sheet = [each.question.asked_at for each in closed if each.question.key in KEYS]
    assert len(sheet) == len(KEYS)
    assert len(set(sheet)) == 1, "one time for the whole sheet"
    waited_s = (len(closed) - len(sheet) + 1) * lives.SETTINGS.deadlines.person_s
    assert room.clock.seconds >= waited_s
    assert job.certificate is None
    assert job.verdict is not None
    assert job.verdict.verdict is Verdict.INDETERMINATE
    room.ledger.close()


def test_what_is_answered_of_a_sheet_waits_for_nothing_else_on_it(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.PIXEL_13)
    first = next(iter(lives.ANSWERS))

    def notice(session: Session, event: Event) -> None:
        if not isinstance(event, QuestionAsked) or event.question.key != first:
            room.hands.notice(session, event)

    with room.session(notice) as session:
        (job,) = session.start(room.port.look(), by=lives.TESTER).jobs
        session.wait()
    (stated,) = [piece.values for piece in job.evidence if piece.asked == "operator.condition"]
    assert stated == {f"statement.{key}": lives.ANSWERS[key] for key in KEYS if key != first}
    room.ledger.close()


def test_a_client_that_declines_leaves_the_question_without_an_answer(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.IPHONE)

    def notice(session: Session, event: Event) -> None:
        room.only_hands(session, event)
        if isinstance(event, QuestionAsked):
            session.answer(event.question.id, None, by="terminal")

    with room.session(notice) as session:
        (job,) = session.start(room.port.look(), by=lives.TESTER).jobs
        session.wait()
    assert not any(piece.asked == "operator.condition" for piece in job.evidence)
    room.ledger.close()


def test_a_ledger_that_is_full_ends_the_work_with_an_event_and_the_next_session_resumes_it(tmp_path: Path) -> None:
    def refuse(number: int, _when: str) -> None:
        if number > 6:
            raise LedgerFullError(got="no space")

    room = OnePhone(tmp_path, lives.IPHONE, on_append=refuse)
    with room.session(room.hands.notice) as session:
        seen, watching = watched(session, JobInterrupted)
        session.start(room.port.look(), by=lives.TESTER)
        with pytest.raises(LedgerError):
            session.wait()
    watching.join(LONGEST_S)
    assert [type(each.event) for each in seen] == [JobInterrupted]
    room.ledger.close()
    room.ledger = Ledger(tmp_path / "ledger.sqlite3", clock=room.clock)
    with room.session(room.hands.notice) as session:
        seen, watching = watched(session, JobStarted)
        (job,) = session.resume()
        session.wait()
        assert session.jobs.unfinished() == ()
    watching.join(LONGEST_S)
    assert [each.event.resumed for each in seen if isinstance(each.event, JobStarted)] == [True]
    assert is_finished(job)
    room.ledger.close()


def test_a_phone_whose_port_has_a_job_gets_no_second_one(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.PIXEL_13, clock=UnhurriedClock())
    with room.session(room.only_hands) as session:
        with session.events(QuestionAsked) as asked:
            first = session.start(room.port.look(), by=lives.TESTER)
            assert asked.next(LONGEST_S) is not None
        again = session.start(room.port.look(), by=lives.TESTER)
        assert len(first.jobs) == 1
        assert again.jobs == ()
        assert [sighting.port for sighting in again.occupied] == ["1-1"]
        assert session.busy == ("1-1",)
        session.wait()
    room.ledger.close()


def test_what_the_stations_key_could_not_sign_is_refused_before_anything_is_begun(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.IPHONE)

    class Cable(DirectBench):
        def is_emulated(self, path: str) -> bool:
            return False

    session = Session(
        ledger=room.ledger,
        settings=lives.SETTINGS,
        bench=lambda: nullcontext(Cable(room.port)),
        papers=lambda _warn: nullcontext(room.papers),
    )
    with session, pytest.raises(WrongSignerError):
        session.start(room.port.look(), by=lives.TESTER)
    assert room.ledger.jobs() == ()
    room.ledger.close()


def test_phones_are_counted_until_nobody_plugs_any_more(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.IPHONE, settings=replace(lives.SETTINGS, gather_s=3.0))
    heard: list[Event] = []
    with room.session(lambda _session, event: heard.append(event)) as session:
        (sighting,) = session.gather(1)
    assert sighting.port == "1-1"
    assert heard == [PhonesCounted(counted=1, expected=1)]
    room.ledger.close()


def test_phones_that_come_and_go_are_told_of(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.IPHONE)
    with room.session(lambda _session, _event: None) as session, session.events(PhoneAppeared, PhoneLeft) as seen:
        session.watch_phones()
        came = seen.next(LONGEST_S)
    assert came is not None
    assert isinstance(came.event, PhoneAppeared)
    assert came.event.port == "1-1"
    room.ledger.close()


def test_a_change_of_the_bench_is_told_once_in_order_of_ports() -> None:
    def at(port: str, presence: Presence = Presence.ADB_DEVICE) -> Sighting:
        return Sighting(port=port, presence=presence)

    before = {"1-1": at("1-1"), "1-2": at("1-2"), "1-4": at("1-4")}
    now = {"1-1": at("1-1"), "1-3": at("1-3"), "1-4": at("1-4", Presence.USB_ONLY)}
    found = changes(before, now, lambda port: f"slot {port}")
    assert found == (
        PhoneLeft(port="1-2", slot="slot 1-2"),
        PhoneAppeared(port="1-3", slot="slot 1-3", sighting=now["1-3"]),
        PhoneAppeared(port="1-4", slot="slot 1-4", sighting=now["1-4"]),
    )
    assert changes(now, now, str) == ()


def test_only_one_session_holds_a_station_and_commands_that_read_need_none(
    home: Home, call: Call, tmp_path: Path
) -> None:
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    secrets = Secrets(passphrase=lambda: PASSPHRASE)
    with Session.open(home, Settings(), secrets):
        with pytest.raises(StationBusyError):
            Session.open(home, Settings(), secrets)
        reading: tuple[tuple[object, ...], ...] = (
            ("jobs", "--json"),
            ("jobs", "TESTJOB1", "--json"),
            ("ledger", "verify"),
            ("ledger", "export", tmp_path / "ledger.jsonl"),
            ("ledger", "backup", tmp_path / "copy.sqlite3"),
            ("keys", "show"),
            ("keys", "check"),
            ("keys", "export-trust", tmp_path / "trust"),
            ("log", "status"),
            ("log", "audit"),
            ("reprint", "TESTJOB1", "-o", tmp_path / "again.pdf"),
            ("copy", "TESTJOB1", "--archive", "-o", tmp_path / "archive.pdf"),
        )
        assert {arguments: call(*arguments)[0] for arguments in reading} == dict.fromkeys(reading, 0)
        assert (tmp_path / "again.pdf").read_bytes().startswith(b"%PDF")
        for writing in (
            ("keys", "crl"),
            ("validate", "TESTJOB1", "--reject", "--by", "Wang Fang"),
            ("process", "--resume"),
        ):
            code, said = call(*writing)
            assert (code, "already using" in said) == (1, True), said


def test_two_clients_that_decide_about_one_job_leave_one_decision_and_none_while_its_worker_is_busy(
    tmp_path: Path,
) -> None:
    phone = OnePhone(tmp_path, lives.IPHONE, settings=lives.VALIDATED)
    early: list[type[Exception]] = []
    ended: list[str] = []

    def notice(session: Session, event: Event) -> None:
        phone.hands.notice(session, event)
        if isinstance(event, Progress) and event.stage is Stage.VERIFIED:
            try:
                session.decide(event.job, accept=True, by=VALIDATOR)
            except JobBusyError as error:
                early.append(type(error))
        if isinstance(event, JobEnded):
            ended.append(session.decide(event.job, accept=True, by=VALIDATOR).stage.value)

    with phone.session(notice) as session:
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        session.wait()
        with pytest.raises(WrongStageError):
            session.decide(job.id, accept=True, by=VALIDATOR)
        assert session.resume() == ()
    assert early == [JobBusyError] * len(early)
    assert early
    assert ended == ["CERTIFIED"]
    phone.ledger.close()


def test_a_decision_rests_on_no_entry_that_somebody_changed_before_the_last_checkpoint(
    home: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        monkeypatch.context() as patch,
        Session.open(home, Settings(), Secrets(passphrase=lambda: PASSPHRASE)) as session,
    ):
        patch.setattr(checkpoints, "EVERY", 1)
        checkpoints.sign_if_due(session.jobs.ledger, session.papers.signer)
    with closing(sqlite3.connect(home.ledger, isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER entry_is_never_changed")
        changed = "UPDATE entry SET payload = replace(payload, 'Tester', 'Nobody') WHERE kind = 'job_opened'"
        assert raw.execute(changed).rowcount == 1
    for arguments in (("validate", "TESTJOB1", "--accept", "--by", "Wang Fang"), ("reprint", "TESTJOB1")):
        code, said = call(*arguments)
        assert (code, "is damaged" in said) == (1, True), said
    assert not list(home.papers.rglob("*-certificate.pdf"))


class ReadSlowly(Ledger):
    """Once a job has been read in this thread, `then` happens before anybody looks at what was read."""

    then: Callable[[], None] | None = None

    def entries(self, job: str | None = None) -> Iterator[Entry]:
        yield from tuple(super().entries(job))
        if self.then is not None:
            self.then()


def test_a_job_that_was_read_while_its_worker_was_at_it_is_not_decided(tmp_path: Path) -> None:
    phone = OnePhone(tmp_path, lives.IPHONE)
    phone.ledger.close()
    phone.ledger = ledger = ReadSlowly(tmp_path / "ledger.sqlite3", clock=phone.clock)
    drawing, was_read = threading.Event(), threading.Event()

    def draw(record: Record, statement: bytes, signer: Signer, **attached: object) -> Paper:
        drawing.set()
        assert was_read.wait(LONGEST_S)
        return lives.paper_without_page(record, statement, signer, **attached)

    phone.papers = replace(phone.papers, draw_and_sign=draw)
    with phone.session(phone.hands.notice) as session:
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        assert drawing.wait(LONGEST_S)

        def finish() -> None:
            was_read.set()
            session.wait()

        ledger.then = finish
        with pytest.raises(JobBusyError):
            session.decide(job.id, accept=True, by=VALIDATOR)
        ledger.then = None
    assert job.stage is Stage.CERTIFIED
    assert EntryKind.VALIDATION not in [entry.kind for entry in ledger.entries(job.id)]
    ledger.close()


def test_a_phone_whose_job_an_earlier_run_left_is_not_begun_again_before_that_is_resumed(tmp_path: Path) -> None:
    def refuse(number: int, _when: str) -> None:
        if number > erasing:
            raise LedgerFullError(got="no space")

    erasing = 10_000

    def notice(session: Session, event: Event) -> None:
        nonlocal erasing
        room.hands.notice(session, event)
        if isinstance(event, Progress) and event.key == "commanding":
            erasing = room.ledger.last_number() + 1

    room = OnePhone(tmp_path, lives.IPHONE, on_append=refuse)
    with room.session(notice) as session:
        (job,) = session.start(room.port.look(), by=lives.TESTER).jobs
        with pytest.raises(LedgerError):
            session.wait()
        assert job.stage is Stage.ERASING
        erasing = 10_000
        assert session.start(room.port.look(), by=lives.TESTER).jobs == ()
    with room.session(room.hands.notice) as session:
        started = session.start(room.port.look(), by=lives.TESTER)
        assert started.jobs == ()
        assert [each.port for each in started.occupied] == ["1-1"]
        session.resume()
        session.wait()
        assert room.slot.first.truth()["erases_asked"] == 1
    room.ledger.close()


def test_a_bench_that_does_not_open_is_told_to_whoever_resumes_and_no_job_is_begun(tmp_path: Path) -> None:
    room = OnePhone(tmp_path, lives.IPHONE)
    lives.open_job(room.ledger, "apple", lives.SETTINGS)

    def no_bench() -> NoReturn:
        raise UsbAccessError(got="EACCES")

    with (
        Session(
            ledger=room.ledger,
            settings=lives.SETTINGS,
            bench=no_bench,
            papers=lambda _warn: nullcontext(room.papers),
        ) as session,
        session.events(JobStarted) as begun,
    ):
        with pytest.raises(UsbAccessError):
            session.resume()
        assert begun.next(0) is None
        assert session.busy == ()
    room.ledger.close()


def test_an_answer_after_the_time_is_refused_though_the_worker_has_not_looked_yet() -> None:
    class Stopped(VirtualClock):
        """The machine was stopped for an hour during the first wait; somebody answers when it goes on."""

        def sleep(self, seconds: float) -> None:
            super().sleep(3600)
            (question,) = questions.open()
            with pytest.raises(QuestionClosedError):
                questions.answer(question.id, "ok", by="too late")
            late.append(question.id)

    late: list[str] = []
    questions = Questions(clock=Stopped(), new_id=lambda: "Q1", publish=lambda _event: None)
    facts: dict[str, str] = {}
    assert questions.ask("screen", job="J", port="1-1", slot="A", choices=("ok",), facts=facts, timeout_s=45) is None
    assert late == ["Q1"]


@pytest.mark.parametrize("arguments", [("jobs",), ("jobs", "TESTJOB1"), ("ledger", "verify"), ("reprint", "TESTJOB1")])
def test_a_command_that_reads_makes_no_station_where_none_is(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert run(["--home", str(elsewhere), *arguments]) == 1
    assert run(["--home", str(tmp_path / "mistyped"), *arguments]) == 1
    assert not list(elsewhere.iterdir())
    assert not (tmp_path / "mistyped").exists()


def test_a_job_that_has_ended_is_read_from_the_ledger_and_kept_in_nobodys_memory(tmp_path: Path) -> None:
    """A session runs for weeks, and a job holds all of its evidence."""
    phone = OnePhone(tmp_path, lives.IPHONE)
    with phone.session(phone.hands.notice) as session:
        session.start(phone.port.look(), by=lives.TESTER)
        session.wait()
        gc.collect()
        assert [found for found in gc.get_objects() if isinstance(found, Job) and found.ledger is phone.ledger] == []
        assert [(job.id, job.stage) for job in session.own_jobs] == [("TESTJOB1", Stage.CERTIFIED)]
        assert session.jobs_running == ()


@pytest.fixture
def half_read(tmp_path: Path) -> Iterator[Session]:
    """A session whose first job of two nobody can read any more."""
    phone = OnePhone(tmp_path, lives.IPHONE)
    ids = iter(("TESTJOB1", "TESTJOB2"))
    session = Session(
        ledger=phone.ledger,
        settings=phone.settings,
        bench=lambda: nullcontext(DirectBench(phone.port)),
        papers=lambda _warn: nullcontext(phone.papers),
        clock=phone.clock,
        numbering=Numbering(job_id=lambda: next(ids), salt=lambda: lives.SALT, mark=lives.counter(0)),
        listener=phone.hands.notice,
    )
    with session:
        for _job in range(2):
            session.start(phone.port.look(), by=lives.TESTER)
            session.wait()
        assert [job.id for job in session.own_jobs] == ["TESTJOB1", "TESTJOB2"]
        with closing(sqlite3.connect(phone.ledger.path, isolation_level=None)) as raw:
            raw.execute("DROP TRIGGER entry_is_never_changed")
            raw.execute("UPDATE entry SET payload = '?' WHERE number = 2")
        yield session


def test_a_job_that_cannot_be_read_hides_no_other(half_read: Session) -> None:
    jobs, unread = half_read.read_own_jobs()
    assert [job.id for job in jobs] == ["TESTJOB2"]
    assert isinstance(unread, LedgerError)
    with pytest.raises(LedgerError):
        _ = half_read.own_jobs


def test_a_ledger_that_cannot_be_read_keeps_nobody_from_leaving(
    half_read: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    leave(half_read)
    assert codes == [INTERRUPTED]
    assert "--resume" in capsys.readouterr().err


def test_a_decision_is_told_to_whoever_watches_and_a_program_gets_the_result(tmp_path: Path) -> None:
    phone = OnePhone(tmp_path, lives.IPHONE, settings=lives.VALIDATED)
    with phone.session(phone.hands.notice) as session:
        session.start(phone.port.look(), by=lives.TESTER)
        session.wait()
        (job,) = session.own_jobs
        lines = EventLines(session.jobs, tmp_path)
        with session.events(JobDecided) as told:
            session.decide(job.id, accept=True, by=VALIDATOR)
            for _ in range(2):
                session.withdraw(job.id, reason="other", by=VALIDATOR)
        numbered = list(told)
    found = [each.event for each in numbered if isinstance(each.event, JobDecided)]
    assert [(each.decision, each.stage, each.by) for each in found] == [
        (Decided.ACCEPTED, "CERTIFIED", "Validator"),
        (Decided.WITHDRAWN, "CERTIFIED", "Validator"),
    ]
    line = lines.line(numbered[0]).to_json()
    check(line)
    assert (line["event"], line["decided"], line["job"], line["unplug"]) == (
        "job_decided",
        "accepted",
        job.id,
        "unknown",
    )
    assert line["result"]["job"] == job.id
    phone.ledger.close()
