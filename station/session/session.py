# SPDX-License-Identifier: GPL-3.0-or-later
"""One station at work: lock, ledger, bench, papers and workers, put together once for whoever works with them.

The command line, the demo, the test benches and any later service are clients of it: they start jobs, watch events,
answer questions and take decisions, and none of them puts these parts together itself. What only reads needs no
session and no lock: `station.session.jobs.read_jobs`.

    with Session.open(home, settings, secrets) as session:
        session.resume()
        session.start(*session.gather(2), by=person)
        session.wait()
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Self

from certs.errors import CertsError, WrongSignerError
from certs.record.facts import Person, Validation
from certs.record.issuer import Station
from phones.clock import Clock, SystemClock
from phones.port import Platform, Port, Sighting
from station.checking.act import CheckAct, PageHost
from station.checking.alone import check_alone
from station.checking.check_file import CheckFile
from station.checking.flow import Skips
from station.checking.wifi_settings import page_host_of
from station.errors import (
    BeingMeasuredError,
    EraseBegunError,
    JobBusyError,
    JobNotFoundError,
    LedgerError,
    LockedError,
    NotInitialisedError,
    PhoneBusyError,
    QuestionClosedError,
)
from station.ledger.checkpoints import sign_first
from station.ledger.earlier import EarlierResult, earlier_result, methods_refused
from station.ledger.job import Job
from station.ledger.job_events import JobFailed, JobOpened
from station.ledger.ledger import Ledger
from station.ledger.open_jobs import is_finished
from station.ledger.stages import Stage
from station.papers.decision import withdraw
from station.papers.paper_issuer import PaperIssuer
from station.questions import OF_CHECKS
from station.session.bench import PhoneBench, open_bench
from station.session.confirmation import Candidate, candidate
from station.session.correcting import correct
from station.session.deciding import decide
from station.session.events import (
    QUEUE_LENGTH,
    Decided,
    Event,
    EventStream,
    JobDecided,
    JobEnded,
    JobInterrupted,
    JobStarted,
    Question,
    Subscription,
    Warned,
)
from station.session.find_phone import find
from station.session.jobs import Jobs, mark_ended, station_of
from station.session.parts import BenchOpener, LogOpener, Numbering, PapersOpener, Secrets, own_log, own_papers
from station.session.plugged import PhoneWatch, gather
from station.session.questions import JobOperator, Questions
from station.setup.acquisition import Acquisitions
from station.setup.attestation_desk import AttestationDesk
from station.setup.home import Home
from station.setup.photo_desk import PhotoDesk
from station.setup.settings import Settings
from station.setup.trade_fields import read_trade_values
from station.text.language import text
from station.work.attesting import Desk
from station.work.shift import Shift
from station.work.worker import Progress, WorkerContext
from wipe.method import Deadlines
from wipe.overwrite.plan import OverwritePlan

if TYPE_CHECKING:
    from station.papers.job_log import JobLog

_BEGUN = (Stage.READY, Stage.ERASING, Stage.RETURNED, Stage.VERIFIED, Stage.VALIDATED, Stage.FAILED)
_NOTHING_BEGUN = (Stage.SEEN, Stage.IDENTIFIED, Stage.BLOCKED, Stage.READY)
_LOOK_S = 0.1
_NO_ACQUISITIONS = Acquisitions()

Listener = Callable[["Session", Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Jobs that were begun, and phones that got none because a job works on their port already, or because they are
    being measured without one.
    """

    jobs: tuple[Job, ...]
    occupied: tuple[Sighting, ...]
    measured: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """What was chosen for one job when it was started or resumed."""

    method: str
    settings: Settings
    again: bool = False


class Session:
    """A station's parts, opened when they are first needed and closed in the opposite order. Thread safe.

    `open` is the ordinary way. The constructor takes other parts: the tests' benches and papers, a clock whose time
    is virtual. `listener`: see `EventStream`.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        settings: Settings,
        bench: BenchOpener,
        papers: PapersOpener,
        log: LogOpener | None = None,
        clock: Clock | None = None,
        numbering: Numbering | None = None,
        listener: Listener | None = None,
        station: Station | None = None,
        overwrite: OverwritePlan | None = None,
        desk: Desk | None = None,
        photos: PhotoDesk | None = None,
        page_host: PageHost | None = None,
    ) -> None:
        """`log`: opens the transparency log alone, where the keys of papers are not needed; by default the papers'.
        `station`: whose checkpoints of the ledger count; None: the whole chain is walked.
        `overwrite`: sizes of the overwriting pass; passes and pattern are the settings'.
        `desk`: where attestations are handed in, and what they are judged against. `photos`: where photos are.
        `page_host`: where phones come to that no cable leads to a page.
        """
        self.settings = settings
        self.jobs = Jobs(ledger, station)
        self._ledger = ledger
        self._clock = clock or SystemClock()
        self._numbering = numbering or Numbering()
        self._overwrite = overwrite or OverwritePlan()
        self._desk = desk
        self._photos = photos
        self._open_bench, self._open_papers, self._open_log = bench, papers, log
        self._bench: PhoneBench | None = None
        self._papers: PaperIssuer | None = None
        self._watch: PhoneWatch | None = None
        self._parts = ExitStack()
        self._opening = threading.Lock()
        self._acting = threading.RLock()  # two clients neither start a second job on a port nor decide one job twice
        self._stream = EventStream(self._clock, None if listener is None else lambda event: listener(self, event))
        self._questions = Questions(clock=self._clock, new_id=self._numbering.question_id, publish=self._stream.publish)
        self.locked = threading.Event()
        """While it is set no client has anything signed, and no job begins its erase; one that has goes on."""
        self._choices: dict[str, _Choice] = {}
        self._given_up: dict[str, str] = {}  # job → who gave its phone up
        self._skipped: dict[str, int] = {}  # job → how many acts of checking a person has skipped
        self._rest_skipped: set[str] = set()
        self._left: frozenset[str] | None = None
        self._measured: set[str] = set()  # ports at which somebody measures a phone without a job
        self._mark_ended: Callable[[], None] = lambda: None
        self._page_host = page_host
        self._shift = Shift(port_of=self._port, context_of=self._context, ended=self._ended)

    @classmethod
    def open(
        cls,
        home: Home,
        settings: Settings,
        secrets: Secrets | None = None,
        *,
        bench: BenchOpener | None = None,
        papers: PapersOpener | None = None,
        listener: Listener | None = None,
    ) -> "Session":
        """The station in `home`, held for this process alone until `close`. `secrets` None: nothing will be signed.

        `bench`, `papers`: others than the station's own.
        Raises: NotInitialisedError; StationBusyError; LedgerError, also when the ledger was tampered with: nothing is
        resumed from, or signed over, a record that somebody changed.
        """
        if papers is None and not home.keys.is_dir():
            raise NotInitialisedError(subject=str(home.path))
        home.make()
        with ExitStack() as opened:
            opened.enter_context(home.locked())
            ledger = Ledger(home.ledger, clock=SystemClock())
            opened.callback(ledger.close)
            session = cls(
                ledger=ledger,
                settings=settings,
                bench=bench or (lambda: open_bench(home, settings)),
                papers=papers or (lambda warn: own_papers(home, settings, secrets, warn)),
                log=None if papers is not None else (lambda: own_log(home, settings, secrets)),
                listener=listener,
                station=station_of(home),
                desk=AttestationDesk(folder=home.attestation, organisation=home.keys / "organisation.pem"),
                photos=PhotoDesk(folder=home.photos),
                page_host=page_host_of(settings.checking, home.path),
            )
            session.jobs.verify()
            if papers is None:
                session._mark_ended = lambda: mark_ended(home.papers, session.jobs)
                session._mark_ended()  # what a station that was killed had no time for
            session._parts = opened.pop_all()
        return session

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everything. Only when no worker is busy: closing under one would look like a fault of the phone."""
        if self._watch is not None:
            self._watch.stop()
        self._mark_ended()  # a certificate made meanwhile may have replaced an older one
        self._stream.close()
        self._parts.close()

    # -- parts ------------------------------------------------------------------------------------------

    @property
    def bench(self) -> PhoneBench:
        """The bench, opened at the first use. Raises: BenchError, ConfigError."""
        with self._opening:
            if self._bench is None:
                self._bench = self._parts.enter_context(self._open_bench())
            return self._bench

    @property
    def papers(self) -> PaperIssuer:
        """Makes and signs papers; opened at the first use, when the passphrase is asked for.

        Raises: KeyFileError, WrongSignerError, LogMissingError, LogError, SchemeError, ConfigError.
        """
        with self._opening:
            if self._papers is None:
                self._papers = self._parts.enter_context(self._open_papers(self._warn))
                sign_first(self._ledger, self._papers.signer)
            return self._papers

    # -- events and questions ---------------------------------------------------------------------------

    def events(self, *kinds: type, length: int = QUEUE_LENGTH, of_this_thread: bool = False) -> Subscription:
        """What happens from now on, in order; only events of `kinds` if some are named, and only what the calling
        thread's own work leads to if so wished. See `Subscription`.
        """
        return self._stream.subscribe(*kinds, length=length, of_this_thread=of_this_thread)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Those that wait for an answer, oldest first."""
        return self._questions.open()

    def question(self, question_id: str) -> Question:
        """The one with that id. Raises: QuestionNotFoundError, QuestionClosedError."""
        return self._questions.with_id(question_id)

    def answer(self, question_id: str, answer: str | None, *, by: str) -> None:
        """Answer a question, or decline it for everybody (None).

        Raises: QuestionNotFoundError, QuestionClosedError, AnswerRefusedError.
        """
        self._questions.answer(question_id, answer, by=by)

    def _warn(self, error: CertsError) -> None:
        self._stream.publish(Warned(error=error))

    # -- phones -----------------------------------------------------------------------------------------

    def gather(self, expected: int) -> tuple[Sighting, ...]:
        """Wait until nobody plugs any more; then the bench must hold exactly `expected` phones.

        Raises: CountMismatchError, BenchError.
        """
        return gather(
            self.bench, expected, still_s=self.settings.gather_s, clock=self._clock, publish=self._stream.publish
        )

    def watch_phones(self) -> None:
        """From now on tell of phones that come and go, until the session is closed."""
        if self._watch is None:
            self._watch = PhoneWatch(self.bench, self.settings.slot, self._stream.publish)

    def find(self, wanted: str) -> Sighting:
        """The one phone meant by a serial, UDID, IMEI, slot or port.

        Raises: PhoneNotFoundError, AmbiguousPhoneError, BenchError.
        """
        return find(self.bench, wanted, self.settings)

    def identify(self, sighting: Sighting, *, method: str = "", settings: Settings | None = None) -> Candidate:
        """Ask a phone who it is, so that a person can confirm that it is the one meant. `method`: a wish. `settings`:
        others than the session's.

        Raises: BenchError.
        """
        used = settings or self.settings
        return candidate(
            self.bench,
            sighting,
            used.limits,
            method or None,
            refused_by=lambda phone: methods_refused(self._ledger, phone),
            passes=used.passes,
            card=used.overwrite.card,
        )

    def earlier_result(self, phone: Candidate) -> EarlierResult | None:
        """The good result this phone has already, if it still stands. Raises: LedgerError."""
        return earlier_result(self._ledger, phone.identity)

    def prepare(self) -> None:
        """Open papers and bench now, so that what is missing is told before a phone is touched.

        Raises: what `papers` and `bench` raise.
        """
        _ = self.papers, self.bench

    def must_be_unlocked(self) -> None:
        """Before anything is signed that somebody asks for. Raises: LockedError."""
        if self.locked.is_set():
            raise LockedError

    def must_sign_for(self, *sightings: Sighting) -> None:
        """A paper that could not be signed in the end is refused before the erase. Raises: WrongSignerError."""
        specimen = self.papers.signer.station.specimen
        own, other = (
            ("word.key_specimen", "word.key_station") if specimen else ("word.key_station", "word.key_specimen")
        )
        for sighting in sightings:
            if self.bench.is_emulated(sighting.port) is not specimen:
                raise WrongSignerError(subject=sighting.port, expected=text(other), got=text(own))

    # -- jobs -------------------------------------------------------------------------------------------

    def start(
        self,
        *sightings: Sighting,
        by: Person,
        bound: Iterable[str] = (),
        acquisitions: Acquisitions = _NO_ACQUISITIONS,
        stated: Mapping[str, str] = MappingProxyType({}),
        method: str = "",
        again: bool = False,
        deadlines: Deadlines | None = None,
        settings: Settings | None = None,
    ) -> Started:
        """A job and a worker for each phone whose port has no unfinished job; one that an earlier run left is resumed
        first, or its phone might be erased a second time. The caller has confirmed that these are meant.

        `by`: who performs it. `bound`: the numbers the phone was confirmed by. `stated`: fields
        of the trade, before those of `acquisitions`. `method`: a wish, never replaced by
        another. `again`: erase also what has a good result already; without it a person is asked about each such
        phone. `deadlines`, `settings`: others than the session's.
        Raises: LockedError, WrongSignerError, BeingMeasuredError (of the only one; among several it is told of and left
        alone) before anything is begun; LedgerError.
        """
        self.must_be_unlocked()
        self.must_sign_for(*sightings)
        used = settings or self.settings
        used = used if deadlines is None else replace(used, deadlines=deadlines)
        jobs, occupied, measured = [], [], []
        with self._acting:
            for sighting in sightings:
                if sighting.port in self._measured and len(sightings) > 1:
                    measured.append(sighting)
                    continue
                self._must_not_be_measured(sighting)
                if sighting.port in self._shift.busy() or sighting.port in self._ports_left():
                    occupied.append(sighting)
                    continue
                job = self._new_job(sighting, by, tuple(bound), acquisitions, stated)
                self._begin(job, _Choice(method=method, settings=used, again=again), resumed=False)
                self._shift.start(job)
                jobs.append(job)
        return Started(jobs=tuple(jobs), occupied=tuple(occupied), measured=tuple(measured))

    def resume(self, *, method: str = "") -> tuple[Job, ...]:
        """Resume every job that no worker leads, by inspecting its phone; those that only lack their paper get it now.

        Raises: what `prepare` raises, before anything is begun; LedgerError.
        """
        with self._acting:
            busy = self._shift.busy_jobs()  # before the jobs are read: none may be read in the middle of its work
            jobs = tuple(job for job in self.jobs.unfinished() if job.id not in busy)
            if jobs:
                self.prepare()
            for job in jobs:
                self._begin(job, _Choice(method=method, settings=self.settings), resumed=True)
                self._shift.resume(job)
            self._left = None
        return jobs

    def _ports_left(self) -> frozenset[str]:
        """Ports of jobs that no worker leads and whose work on the phone is not over; looked for again when it may
        have changed.
        """
        if self._left is None:
            busy = self._shift.busy_jobs()
            left = (job for job in self.jobs.unfinished() if job.id not in busy and not job.summary.work_is_over)
            self._left = frozenset(job.port for job in left)
        return self._left

    @property
    def busy(self) -> tuple[str, ...]:
        """Ports whose worker is still at it."""
        return self._shift.busy()

    @property
    def own_jobs(self) -> tuple[Job, ...]:
        """Jobs this session started or resumed, oldest first; those that have ended as the ledger has them.

        Raises: LedgerError.
        """
        jobs, unread = self.read_own_jobs()
        if unread is not None:
            raise unread
        return jobs

    def read_own_jobs(self) -> tuple[tuple[Job, ...], LedgerError | None]:
        """`own_jobs` as far as they can be read, and why another cannot."""
        at_work = {job.id: job for job in self._shift.at_work()}
        jobs: list[Job] = []
        unread: LedgerError | None = None
        for each in self._shift.own_jobs():
            try:
                found = at_work.get(each) or Job.load(self._ledger, each)
            except LedgerError as error:
                unread = unread or error
                continue
            if found is not None:
                jobs.append(found)
        return tuple(jobs), unread

    @property
    def jobs_at_work(self) -> tuple[Job, ...]:
        """Jobs whose worker is still at it. Nothing is read."""
        return self._shift.at_work()

    @property
    def jobs_running(self) -> tuple[Job, ...]:
        """Jobs whose phone may have been told to erase itself, or is about to be: a person should not leave now."""
        return tuple(job for job in self._shift.at_work() if job.stage in _BEGUN and not is_finished(job))

    def wait(self) -> None:
        """Until all workers are done. Raises: LedgerError when one could write no more; KeyboardInterrupt."""
        self._shift.wait()

    def wait_for_erases(self) -> None:
        """Until no phone is between the decision to erase it and its paper. Raises: LedgerError; KeyboardInterrupt."""
        while self.jobs_running and not self._shift.wait(timeout_s=_LOOK_S):
            pass

    def _new_job(
        self,
        sighting: Sighting,
        by: Person,
        bound: tuple[str, ...],
        acquisitions: Acquisitions,
        stated: Mapping[str, str],
    ) -> Job:
        slot = self.settings.slot(sighting.port)
        names = (slot, sighting.port, sighting.usb_serial, *bound)
        lot = {"lot": self.settings.lot} if self.settings.lot else {}
        known = {**lot, **acquisitions.stated_of(names), **read_trade_values(stated)}
        return Job.open(
            self._ledger,
            job_id=self._numbering.job_id(),
            opened=JobOpened(
                port=sighting.port,
                slot=slot,
                platform=sighting.platform or Platform.ANDROID,
                emulated=self.bench.port(sighting.port).emulated,
                salt=self._numbering.salt(),
                policy=self.settings.policy,
                performed_by=by,
                usb_serial=sighting.usb_serial,
                bound=tuple(sorted(bound)),
                acquisition=acquisitions.of(names),
                stated=known or None,
            ),
        )

    def _begin(self, job: Job, choice: _Choice, *, resumed: bool) -> None:
        self._choices[job.id] = choice
        self._stream.publish(
            JobStarted(job=job.id, port=job.port, slot=job.opened.slot, stage=job.stage.value, resumed=resumed)
        )

    def _port(self, path: str) -> Port:
        return self.bench.port(path)

    def _context(self, job: Job) -> WorkerContext:
        choice = self._choices[job.id]
        return WorkerContext(
            clock=self._clock,
            operator=JobOperator(
                job=job.id, slot=job.opened.slot, questions=self._questions, publish=self._stream.publish
            ),
            settings=choice.settings,
            paper_issuer=self.papers,
            random_hex=self._numbering.mark,
            on_progress=self._stream.publish,
            serial_is_shared=lambda serial: serial in self.bench.duplicated_serials(),
            wanted_method=choice.method,
            overwrite=self._overwrite,
            photos=self._photos,
            desk=self._desk,
            again=choice.again,
            held=self.locked.is_set,
            given_up_by=lambda: self._given_up.get(job.id, ""),
            page_host=self._page_host,
            skips=Skips(
                skipped=lambda: self._skipped.get(job.id, 0), rest_skipped=lambda: job.id in self._rest_skipped
            ),
        )

    def _ended(self, job: Job, error: LedgerError | None) -> None:
        del self._choices[job.id]
        self._given_up.pop(job.id, None)
        self._skipped.pop(job.id, None)
        self._rest_skipped.discard(job.id)
        if not is_finished(job):
            self._left = None
        if error is not None:
            self._stream.publish(JobInterrupted(job=job.id, port=job.port, slot=job.opened.slot, error=error.code))
            return
        self._stream.publish(
            JobEnded(
                job=job.id,
                port=job.port,
                slot=job.opened.slot,
                stage=job.stage.value,
                failure=job.failure,
                paper=job.paper.file if job.paper is not None and job.paper.id in job.handed_out else "",
                awaits_decision=job.summary.awaits_decision,
            )
        )

    # -- decisions --------------------------------------------------------------------------------------

    def decide(
        self,
        job_id: str,
        *,
        accept: bool,
        by: Person,
        signed: Validation | None = None,
        grounds: str = "",
        despite_newer: bool = False,
        seen: str | None = None,
    ) -> Job:
        """A named person's decision about a verified job, and the paper it leads to. `signed`: the same decision under
        a key of their own. `despite_newer`: the person knows that the phone was here again since. `seen`: id of the
        record they were shown (`station.session.deciding.must_be_seen`).

        Raises: LockedError, JobNotFoundError, JobBusyError, AlreadyCertifiedError, SeenChangedError, NewerJobError,
        JobOvertakenError, WrongStageError, LedgerError, CertsError, LogError.
        """
        self.must_be_unlocked()
        with self._acting:
            job = self._idle(job_id)
            decide(
                job,
                self.papers,
                accept=accept,
                by=by,
                at=self._clock.now(),
                signed=signed,
                grounds=grounds,
                despite_newer=despite_newer,
                seen=seen,
            )
            self._mark_ended()
            self._tell_decided(job, Decided.ACCEPTED if accept else Decided.REJECTED, by)
            return job

    @contextmanager
    def acting(self) -> "Iterator[None]":
        """Nobody else begins, decides or writes meanwhile what rests on the ledger as it is now."""
        with self._acting:
            yield

    @contextmanager
    def acting_on(self, job_id: str) -> "Iterator[Job]":
        """A job at which no worker is, to be written to; nobody else decides about one meanwhile.

        Raises: JobNotFoundError, JobBusyError, LedgerError.
        """
        with self._acting:
            yield self._idle(job_id)

    def correct(self, job_id: str, answers: Mapping[str, str], *, by: Person, reason: str) -> tuple[Job, int]:
        """Answers about the phone's condition in place of earlier ones, which stay in the ledger, while a validator's
        decision is waited for; how many were others than before. See `station.session.correcting`.

        Raises: JobNotFoundError, JobBusyError, AnswerKeptError, AnswerOfEraseError, AnswerRefusedError, LedgerError,
        CertsError.
        """
        self.must_be_unlocked()
        with self._acting:
            job = self._idle(job_id)
            changed = [
                correct(job, self.papers, question=each, answer=answer, by=by, reason=reason, clock=self._clock)
                for each, answer in answers.items()
            ]
            return job, sum(changed)

    def check(
        self,
        sighting: Sighting,
        acts: Callable[[Platform], Sequence[CheckAct]],
        *,
        folder: Path,
        skips: Skips,
        anew: bool = False,
    ) -> CheckFile:
        """Measure a phone without a job, in the calling thread; a person is asked and told as in one. See
        `station.checking.alone`.

        Raises: PhoneBusyError when a job works on its port; BeingMeasuredError; BenchError, OSError, ValueError.
        """
        with self._acting:
            busy = next((job for job in self.jobs_at_work if job.port == sighting.port), None)
            if busy is not None:
                raise PhoneBusyError(subject=busy.id, stage=busy.stage.value)
            self._must_not_be_measured(sighting)
            self._measured.add(sighting.port)
        try:
            return self._check(sighting, acts, folder=folder, skips=skips, anew=anew)
        finally:
            self._measured.discard(sighting.port)

    def _must_not_be_measured(self, sighting: Sighting) -> None:
        if sighting.port in self._measured:
            raise BeingMeasuredError(subject=self.settings.slot(sighting.port))

    def _check(
        self,
        sighting: Sighting,
        acts: Callable[[Platform], Sequence[CheckAct]],
        *,
        folder: Path,
        skips: Skips,
        anew: bool,
    ) -> CheckFile:
        slot = self.settings.slot(sighting.port)

        def tell(name: str) -> None:
            self._stream.publish(
                Progress(job="", port=sighting.port, stage=Stage.IDENTIFIED, key="checking", check=name)
            )

        return check_alone(
            self._port(sighting.port),
            sighting,
            acts,
            folder=folder,
            clock=self._clock,
            operator=JobOperator(job="", slot=slot, questions=self._questions, publish=self._stream.publish),
            draw=self._numbering.mark,
            person_s=self.settings.deadlines.person_s,
            tell=tell,
            page_host=self._page_host,
            skips=skips,
            anew=anew,
        )

    def skip_check(self, job_id: str, *, rest: bool) -> Job:
        """The act of checking that is under way is not done, or (`rest`) neither that nor any further one. What was not
        done is not tested. Does nothing where none is under way.

        Raises: JobNotFoundError, also for a job that no worker leads.
        """
        with self._acting:
            job = next((each for each in self._shift.at_work() if each.id == job_id.upper()), None)
            if job is None:
                raise JobNotFoundError(subject=job_id)
            if rest:
                self._rest_skipped.add(job.id)
            self._skipped[job.id] = self._skipped.get(job.id, 0) + 1
            for question in self._questions.open():
                if question.job == job.id and question.key in OF_CHECKS:
                    with suppress(QuestionClosedError):
                        self._questions.answer(question.id, None, by="")
            return job

    def abandon(self, job_id: str, *, by: Person) -> Job:
        """Give a phone up on which nothing was begun: its job ends FAILED, in the name of `by`, with a report. A worker
        that leads it ends it as soon as it looks; until then the job is as it was.

        Raises: JobNotFoundError; EraseBegunError, also when it has ended already; LedgerError; CertsError.
        """
        self.must_be_unlocked()
        with self._acting:
            led = next((job for job in self._shift.at_work() if job.id == job_id.upper()), None)
            job = led or self.jobs.to_act_on(job_id)
            if job.steps_begun or job.stage not in _NOTHING_BEGUN:
                raise EraseBegunError(subject=job.id, stage=job.stage.value)
            if led is not None:
                self._given_up[job.id] = by.name
                for question in self._questions.open():
                    if question.job == job.id:
                        with suppress(QuestionClosedError):
                            self._questions.answer(question.id, None, by=by.name)
                return job
            job.move(Stage.FAILED, because=[job.write(JobFailed(reason="abandoned", by=by.name))])
            self.papers.issue_for(job)
            self._left = None
            return job

    def withdraw(self, job_id: str, *, reason: str, by: Person, grounds: str = "") -> Job:
        """The job's certificate no longer stands; does nothing the second time. The station's own key is not needed.

        Raises: JobNotFoundError, JobBusyError, NotCertifiedError; LogMissingError, LogError, LedgerError.
        """
        self.must_be_unlocked()
        with self._acting, self._log() as log:
            job = self._idle(job_id)
            before = job.ended
            withdraw(job, log, reason=reason, by=by.name, role=by.role, grounds=grounds, at=self._clock.now())
            self._mark_ended()
            if job.ended is not before:
                self._tell_decided(job, Decided.WITHDRAWN, by)
            return job

    def _tell_decided(self, job: Job, decision: Decided, by: Person) -> None:
        slot, stage = job.opened.slot, job.stage.value
        self._stream.publish(
            JobDecided(job=job.id, port=job.port, slot=slot, stage=stage, decision=decision, by=by.name)
        )

    def _idle(self, job_id: str) -> Job:
        """The job, read when no worker writes to it any more. Raises: JobNotFoundError, JobBusyError, LedgerError."""
        busy = self._shift.busy_jobs()  # asked before the job is read: else what was read may be old by now
        job = self.jobs.to_act_on(job_id)
        if job.id in busy:
            raise JobBusyError(subject=job.id, stage=job.stage.value)
        return job

    @contextmanager
    def _log(self) -> "Iterator[JobLog | None]":
        if self._open_log is None or self._papers is not None:
            yield self.papers.log
            return
        with self._open_log() as log:
            yield log
