# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that a service leads for this terminal: what `process` shows, asks and ends with is as if it led them itself.

The service's bench does the work. Jobs are begun and questions answered over the session's socket, as a person at this
machine; what happens comes from the API's stream. A terminal that is killed loses no job; a service that is killed goes
on with them when it is started again, and this takes up again where it was.
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from phones.clock import SystemClock, utc_now
from phones.errors import ProofwipeError
from phones.long_act import ActProgress
from phones.port import Port, Sighting
from phones.problem import Problem, ProblemCode
from station.cli.output import message, tell_line
from station.client.connection import Connection, EventsOpen
from station.documents.event_lines import EventLines, lost_line
from station.errors import JobNotFoundError, LedgerError, SessionLostError
from station.ledger.job import Job
from station.ledger.stages import Stage
from station.session import beginning, bench_operations, operations
from station.session.events import (
    Event,
    EventStream,
    Instruction,
    JobStarted,
    Numbered,
    PhonesCounted,
    Question,
    QuestionAsked,
    Subscription,
)
from station.session.jobs import Jobs
from station.session.remote.client import Elsewhere
from station.text.language import text
from station.work.worker import Progress

SILENT_S = 60.0
"""The service gives a sign of life every fifteen seconds."""
LOST_S = 180.0
"""How long a service that is gone is waited for."""
_LOOK_S = 1.0
_AGAIN_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldProblem(Problem):
    """A problem with the sentences that came with it."""

    said: str
    todo: str

    def reason(self, language: str = "en") -> str:  # noqa: ARG002 - it was said in one language
        """As it was told."""
        return self.said

    def next_step(self, language: str = "en") -> str:  # noqa: ARG002 - as above
        """As it was told."""
        return self.todo


class BenchElsewhere:
    """What hangs on the service's bench, for whoever counts phones there."""

    def __init__(self, at: Elsewhere) -> None:
        self._at = at

    def sightings(self) -> tuple[Sighting, ...]:
        """In port order. Raises: BenchError, SessionLostError."""
        return self._at.do(bench_operations.phones, settle=False).sightings

    def port(self, path: str) -> Port:
        """Nobody drives a phone from here."""
        raise NotImplementedError(path)

    def duplicated_serials(self) -> tuple[str, ...]:
        """Asked by workers alone."""
        return ()

    def is_emulated(self, path: str) -> bool:
        """The service knows; here nothing is signed."""
        raise NotImplementedError(path)

    def notes(self) -> Mapping[str, str]:
        """As `phones` tells."""
        return self._at.do(bench_operations.phones, settle=False).notes


class Attached:
    """A context; what is begun in it is followed to its end. `told`: each line of the jobs begun here, for programs."""

    def __init__(self, at: Elsewhere, service: Connection, jobs: Jobs, *, papers: Path, told: bool) -> None:
        self._at, self._service, self.jobs = at, service, jobs
        self._lines = EventLines(jobs, papers)
        self._tells = told
        self._stream = EventStream(SystemClock())
        self._own: dict[str, None] = {}
        self._ended: set[str] = set()
        self._asked: set[str] = set()
        self._held: list[Mapping[str, Any]] | None = None
        self._number = 0
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._ready = threading.Event()
        self._open: EventsOpen | None = None
        self._thread = threading.Thread(target=self._follow, name="service", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(SILENT_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._open is not None:
            self._open.end()
        self._thread.join(2.0)
        self._stream.close()

    # -- what a session is asked for ----------------------------------------------------------------------

    def events(self, *kinds: type, length: int = 100_000) -> Subscription:
        """What happens to the jobs begun here."""
        return self._stream.subscribe(*kinds, length=length)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those about the jobs begun here; none while the service does not answer."""
        try:
            return tuple(each for each in self._at.do(operations.questions) if each.job in self._own)
        except ProofwipeError:
            return ()

    def answer(self, question_id: str, answer: str | None, *, by: str) -> None:
        """Raises: what `operations.answer` raises; SessionLostError."""
        self._at.do(operations.answer, question=question_id, by=by, choice=answer)

    @property
    def jobs_at_work(self) -> tuple[Job, ...]:
        """The jobs begun here, as the ledger has them."""
        return self.own_jobs

    @property
    def own_jobs(self) -> tuple[Job, ...]:
        """Likewise, also those that have ended."""
        found = []
        for each in self._own:
            with suppress(JobNotFoundError, LedgerError):
                found.append(self.jobs.by_id(each))
        return tuple(found)

    def publish(self, event: Event) -> None:
        """Something that happens here, not at the service."""
        self._stream.publish(event)
        if self._tells and isinstance(event, PhonesCounted):
            self._tell(self._lines.line(Numbered(number=1, at=utc_now(), event=event)).to_json())

    # -- jobs ---------------------------------------------------------------------------------------------

    def begin(self, order: Callable[[], beginning.Begun]) -> beginning.Begun:
        """Have jobs begun, and follow them from their first event on. Raises: what `order` raises."""
        with self._lock:
            self._held = []
        try:
            begun = order()
        finally:
            with self._lock:
                held, self._held = self._held or [], None
        with self._lock:
            self._own |= dict.fromkeys(begun.jobs)
            for each in held:
                self._take(each)
        return begun

    def take_up(self) -> None:
        """Follow the jobs that the service leads now."""
        self._own |= dict.fromkeys(self._at.do(beginning.at_work).jobs)
        self._ask_again()

    def wait(self) -> bool:
        """Until all jobs begun here are done; False when the service is gone and does not come back.

        Raises: KeyboardInterrupt.
        """
        lost_at, told = 0.0, False
        while not self._own.keys() <= self._ended:
            time.sleep(_LOOK_S if lost_at else _LOOK_S / 4)
            try:
                if not self._service.answers():
                    raise SessionLostError(subject=self._service.place)
                led = self._at.do(beginning.at_work).jobs  # after it: one that answers has taken its jobs up again
            except ProofwipeError:
                lost_at = lost_at or time.monotonic()
                if not told:
                    message(text("word.service_gone"), bold=True)
                told = True
                if time.monotonic() - lost_at > LOST_S:
                    return False
                continue
            if lost_at:
                message(text("word.service_back"))
            lost_at, told = 0.0, False
            self._ended |= {each for each in self._own if each not in led}
        return True

    # -- what happens -------------------------------------------------------------------------------------

    def _follow(self) -> None:
        while not self._over.is_set():
            try:
                with self._service.events(seconds=SILENT_S) as opened:
                    self._open = opened
                    self._ready.set()
                    self._ask_again()
                    for event in opened:
                        if event.kind == "now":
                            with self._lock:
                                self._take(event.document)
                        elif event.kind == "lost" and self._tells:
                            self._tell(lost_line(utc_now(), 0).to_json())
            except ProofwipeError:
                pass
            self._over.wait(_AGAIN_S)

    def _ask_again(self) -> None:
        """Questions that were asked while nobody listened."""
        for each in self.questions:
            self._ask(each)

    def _ask(self, question: Question) -> None:
        if question.id not in self._asked:
            self._asked.add(question.id)
            self._stream.publish(QuestionAsked(question=question))

    def _take(self, told: Mapping[str, Any]) -> None:
        if self._held is not None:
            self._held.append(told)
            return
        if told.get("job") not in self._own:
            return
        if self._tells:
            self._tell(told)
        try:
            self._publish(told)
        except (KeyError, TypeError, ValueError):
            return  # of a later version: it stands in the ledger all the same

    def _publish(self, told: Mapping[str, Any]) -> None:
        job, port, slot = str(told["job"]), str(told["port"] or ""), str(told["slot"] or told["port"] or "")
        match told["event"]:
            case "progress":
                self._stream.publish(
                    Progress(
                        job=job,
                        port=port,
                        stage=Stage(told["stage"]),
                        key=str(told["doing"]),
                        check=str(told.get("check") or ""),
                        model=str(told["model"] or ""),
                        problems=tuple(_problem(each) for each in told["problems"]),
                        act=_act(told),
                    )
                )
            case "instruction":
                facts = {str(name): str(value) for name, value in told["facts"].items()}
                self._stream.publish(
                    Instruction(job=job, port=port, slot=slot, key=str(told["instruction"]), facts=facts)
                )
            case "job_started":
                stage, resumed = str(told["stage"]), bool(told["resumed"])
                self._stream.publish(JobStarted(job=job, port=port, slot=slot, stage=stage, resumed=resumed))
            case "question":
                self._ask_again()
            case _:
                pass

    def _tell(self, told: Mapping[str, Any]) -> None:
        self._number += 1
        with suppress(OSError):  # a pipe that is gone does not decide about a phone
            tell_line({**told, "sequence": self._number})


def _problem(told: Mapping[str, Any]) -> Problem:
    said, todo = str(told["sentence"] or ""), str(told["next_step"] or "")
    return ToldProblem(code=ProblemCode(told["code"]), said=said, todo=todo)


def _act(told: Mapping[str, Any]) -> ActProgress | None:
    carried, rate = told["carried_bytes"], told["bytes_per_s"]
    if carried is None:
        return None
    seconds = float(carried) / float(rate) if rate else 0.0
    return ActProgress(carried=int(carried), seconds=seconds, percent=told["percent_done"], left=told["left_bytes"])
