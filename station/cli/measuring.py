# SPDX-License-Identifier: GPL-3.0-or-later
"""Who measures a phone for `check`: a session of the command's own, or the service that holds the station."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from phones.clock import SystemClock
from phones.errors import ProofwipeError
from phones.evidence import Moment
from phones.port import Sighting
from station.checking.act import Profile
from station.checking.check_file import CheckFile, read
from station.checking.flow import Skips
from station.checking.table import acts_of
from station.cli import output
from station.cli.console import Asking
from station.cli.screen import Watched, say_warning
from station.errors import FileUnusableError, NamelessPhoneError, StationBusyError
from station.ledger.job import Job
from station.ledger.stages import Stage
from station.session import measuring
from station.session.events import EventStream, Instruction, Question, QuestionAsked, Subscription
from station.session.measured import Said
from station.session.remote.client import Elsewhere, find_session
from station.session.session import Session
from station.setup.home import Home
from station.setup.settings import Settings
from station.work.worker import Progress

_LOOK_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be measured. `only`: names of acts, whatever the profile; `anew`: also what was in this shift."""

    profile: Profile
    only: frozenset[str]
    anew: bool


class Measuring(Asking, Watched, Protocol):
    """Whoever does it."""

    def find(self, wanted: str) -> Sighting:
        """The one phone meant. Raises: PhoneNotFoundError, AmbiguousPhoneError, BenchError."""

    def measure(self, phone: Sighting, wanted: Wanted, skips: Skips) -> CheckFile:
        """To the end. Raises: NamelessPhoneError; what `Session.check` raises."""


@contextmanager
def measuring_for(home: Home, settings: Settings) -> Iterator[Measuring]:
    """Raises: what `Session.open` raises; StationBusyError when who holds the station answers nobody."""
    try:
        opened = Session.open(home, settings, listener=say_warning)
    except StationBusyError:
        elsewhere = find_session(home, warn=output.warn)
        if elsewhere is None:
            raise
    else:
        with opened as session:
            yield _Here(session, home.checks)
        return
    beside = MeasuringElsewhere(elsewhere, settings)
    try:
        yield beside
    finally:
        beside.close()


class _Here:
    def __init__(self, session: Session, folder: Path) -> None:
        self._session, self._folder = session, folder
        self.events, self.answer, self.find = session.events, session.answer, session.find

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those that wait."""
        return self._session.questions

    @property
    def jobs_at_work(self) -> tuple[Job, ...]:
        """None: it has the station to itself."""
        return ()

    def measure(self, phone: Sighting, wanted: Wanted, skips: Skips) -> CheckFile:
        """In this thread."""
        try:
            return self._session.check(
                phone,
                lambda platform: acts_of(wanted.profile, platform, Moment.BEFORE, only=wanted.only),
                folder=self._folder,
                skips=skips,
                anew=wanted.anew,
            )
        except ValueError as error:
            raise NamelessPhoneError(subject=phone.port) from error


class MeasuringElsewhere:
    """Asks how far it is several times a second, and publishes here what was said there."""

    def __init__(self, at: Elsewhere, settings: Settings) -> None:
        self._at, self._settings = at, settings
        self._stream = EventStream(SystemClock())
        self._id = ""
        self._asked: set[str] = set()
        self.questions: tuple[Question, ...] = ()
        self.jobs_at_work: tuple[Job, ...] = ()

    def close(self) -> None:
        """Nobody watches any more."""
        self._stream.close()

    def events(self, *kinds: type, length: int = 1000) -> Subscription:
        """As of a session."""
        return self._stream.subscribe(*kinds, length=length)

    def find(self, wanted: str) -> Sighting:
        """On the service's bench."""
        return self._at.do(measuring.meant_to_measure, wanted=wanted)

    def answer(self, question_id: str, answer: str | None, *, by: str) -> None:  # noqa: ARG002 - nobody is named
        """Raises: what `measuring.answer_of_measured` raises; SessionLostError."""
        self._at.do(measuring.answer_of_measured, id=self._id, question=question_id, choice=answer)

    def measure(self, phone: Sighting, wanted: Wanted, skips: Skips) -> CheckFile:
        """Until the service says where the evidence is."""
        begun = self._at.do(
            measuring.begin_to_measure,
            phone=phone,
            profile=wanted.profile.value,
            only=tuple(sorted(wanted.only)),
            anew=wanted.anew,
        )
        self._id, heard = begun.id, 0
        try:
            while True:
                now = self._at.do(
                    measuring.how_far,
                    id=self._id,
                    after=heard,
                    skipped=skips.skipped(),
                    rest=skips.rest_skipped(),
                )
                for each in now.said:
                    self._publish(phone.port, each)
                heard += len(now.said)
                self.questions = now.questions
                for question in now.questions:
                    if question.id not in self._asked:
                        self._asked.add(question.id)
                        self._stream.publish(QuestionAsked(question=question))
                if now.file:
                    return _read(now.file)
                time.sleep(_LOOK_S)
        except KeyboardInterrupt:
            with suppress(ProofwipeError):
                self._at.do(measuring.how_far, id=self._id, after=heard, rest=True)
            raise

    def _publish(self, port: str, said: Said) -> None:
        if said.instruction:
            slot, facts = self._settings.slot(port), dict(said.facts)
            self._stream.publish(Instruction(job="", port=port, slot=slot, key=said.instruction, facts=facts))
        else:
            self._stream.publish(Progress(job="", port=port, stage=Stage.IDENTIFIED, key="checking", check=said.check))


def _read(file: str) -> CheckFile:
    try:
        return read(Path(file))
    except ValueError as error:
        raise FileUnusableError(subject=file, cause=str(error)[:80]) from error
