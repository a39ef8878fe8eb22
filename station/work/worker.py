# SPDX-License-Identifier: GPL-3.0-or-later
"""One phone's way from plug to paper, in one thread, written ahead to the ledger at every turn.

Reads top to bottom: before → steps → what a person saw → judgement → paper. A worker started on a job that was
interrupted resumes by inspecting the phone: a step that acts is never begun a second time.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from certs.errors import CertsError
from grading.choice import PLAIN
from grading.questions import QUESTIONS
from phones.bench.inspection import inspect
from phones.cleaning import spelled_serial, unspelled
from phones.clock import Clock
from phones.errors import BenchError, ProofwipeError
from phones.evidence import Evidence, Moment
from phones.identity import PhoneIdentity, is_identified, is_same_phone
from phones.long_act import ActProgress
from phones.modes import BY_PRESENCE
from phones.operator import SheetOperator
from phones.port import Platform, Port, Presence, Sighting
from phones.problem import Problem, ProblemCode
from phones.verdict import Verdict
from phones.witness import Witness, WitnessedPort
from station.checking.act import PageHost, Profile, Scene
from station.checking.eyes import settled
from station.checking.flow import Skips
from station.checking.table import patience_s
from station.errors import LedgerError
from station.ledger.checkpoints import sign_if_due
from station.ledger.earlier import earlier_result, methods_refused
from station.ledger.job import Job
from station.ledger.job_events import (
    AboutToErase,
    JobFailed,
    JobJudged,
    JobResumed,
    MethodChosen,
    PhoneIdentified,
    ProblemsFound,
    StepBegun,
    StepDone,
)
from station.ledger.same_phone import jobs_of
from station.ledger.stages import Stage
from station.papers.decision import apply
from station.papers.paper_issuer import PaperIssuer
from station.questions import ALL_QUESTIONS, CONDITION, ERASE_AGAIN
from station.setup.photo_desk import PhotoDesk, PhotosNotAwaitedError
from station.setup.settings import Settings
from station.text.language import text
from station.work import blocking
from station.work.attesting import CHALLENGE, Desk, ask_for_chain, keep_grounds
from station.work.known_numbers import KnownNumbers
from station.work.measuring import measure
from wipe.method import EraseMethod, Step, StepContext, StepFailed
from wipe.methods.card import as_begun
from wipe.methods.choice import choose
from wipe.methods.table import METHODS
from wipe.overwrite.pattern import Pattern
from wipe.overwrite.plan import OverwritePlan
from wipe.secret import secret_of
from wipe.steps.preconditions import thin_identity

log = logging.getLogger("proofwipe.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a screen may show of a job; holds no data of the phone's owner."""

    job: str
    port: str
    stage: Stage
    key: str  # `progress.<key>` in words.toml
    model: str = ""  # what people call such a phone, once it is known
    problems: tuple[Problem, ...] = ()
    act: ActProgress | None = None  # of a long act that is under way
    check: str = ""  # the act of checking that is under way, `checking.<check>` in words.toml
    check_s: float | None = None  # how long that waits for a person at most, from now on

    @property
    def sentence(self) -> str:
        """What happens, for people."""
        said = text(f"progress.{self.key}", job=self.job)
        return f"{said}: {text(f'checking.{self.check}')}" if self.check else said


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerContext:
    """What a worker is given: everything that waits, draws, asks, or writes."""

    clock: Clock
    operator: SheetOperator
    settings: Settings
    paper_issuer: PaperIssuer
    random_hex: Callable[[], str]  # 32 fresh random hex digits
    on_progress: Callable[[Progress], None]
    serial_is_shared: Callable[[str], bool] = lambda _serial: False  # is that serial seen on two ports?
    wanted_method: str = ""
    overwrite: OverwritePlan = field(default_factory=OverwritePlan)  # its sizes; passes and pattern are the settings'
    again: bool = False  # may a phone that has a good result be erased once more without a question?
    photos: PhotoDesk | None = None  # where photos are handed in once the erase is over
    desk: Desk | None = None  # for attestations; without one nothing is said of any
    held: Callable[[], bool] = lambda: False  # is no erase to be begun just now?
    page_host: PageHost | None = None  # where phones come to that no cable leads to a page
    given_up_by: Callable[[], str] = lambda: ""  # the person who gave the phone up, "" while nobody has
    skips: Skips = field(default_factory=Skips)  # acts of checking that a person does not want


class Worker:
    """Takes one job to its end. Not reusable."""

    def __init__(self, job: Job, port: Port, context: WorkerContext, *, resumed: bool = False) -> None:
        """`resumed`: the job was left by an earlier run of the station."""
        self._job = job
        self._context = context
        self._known_numbers = KnownNumbers(job.ledger, job.id)
        witness = Witness(
            clock=context.clock,
            journal=self._keep,
            salt=job.salt,
            next_number=job.next_evidence_number,
            known_as_shared=self._known_numbers.shared_among,
        )
        self._port = port
        self._resumed = resumed
        self._phone = WitnessedPort(port, witness)
        self._problems: tuple[Problem, ...] = ()
        self._doing = ""
        self._known: Mapping[str, str] = {}  # what the phone told when it was identified, in clear
        self._can_be_certified = True  # by the method that was chosen, if everything goes well
        self._wanted_again = context.again
        self._here_at = context.clock.monotonic()  # when something last hung on the port

    def run(self) -> Job:
        """Work until the job has its paper. Raises: LedgerError when nothing can be written any more."""
        try:
            apply(self._job)
            if not self._job.summary.work_is_over:
                self._to_verdict()
        except LedgerError:
            raise
        except StepFailed as stop:
            self._fail(stop.reason)
        except BenchError as error:
            self._fail(error.code)
        except Exception:  # the outermost edge of a worker: FAILED, with the traceback kept in the log
            log.exception("job %s", self._job.id)
            self._fail("internal")
        finally:
            self._phone.close_link()
            self._forget()
        self._paper()
        self._vouch()
        return self._job

    def _forget(self) -> None:
        """Give up what lets us into the phone, before the paper: a station killed in between does it again.
        A job that is to be resumed keeps its pair records: its trust test needs them.
        """
        if not self._job.summary.work_is_over:
            return
        try:
            self._port.forget(self._job.identity.number("udid") if self._job.identity is not None else "")
        except BenchError as error:
            log.warning("job %s: pair records: %s", self._job.id, error.code)

    def _to_verdict(self) -> None:
        self._take_no_photos()
        if self._phone.emulated != self._job.opened.emulated:
            raise StepFailed("another_bench")  # the configuration changed since: nothing here is that phone
        if self._resumed and not self._has_acted() and not self._is_bound():
            raise StepFailed("interrupted")  # nobody can say which phone was meant
        if self._has_acted():
            self._job.write(JobResumed(stage=self._job.stage))
            self._phone.record_host_fact("host.resumed", {"host.resumed": "yes"}, Moment.RETURN)
            method, first = self._method(), self._first_step_after_crash()
            for step in method.steps[:first]:
                if step.name in self._job.steps_done:
                    self._reach(step, self._job.steps_done[step.name])
        else:
            method, first = self._make_ready(), 0
            if self._check(Moment.BEFORE):
                method = self._make_ready()  # hands were at the phone since: who hangs there now is asked anew
        self._run_steps(method, first)
        self._attest()
        self._check(Moment.FINAL)
        self._ask_operator()
        self._judge()

    # before ---------------------------------------------------------------------------------------

    def _make_ready(self) -> EraseMethod:
        """Identify, lift problems with the human's help, ask what eyes must see, choose the method."""
        clock, settings = self._context.clock, self._context.settings
        give_up = clock.monotonic() + settings.deadlines.person_s
        self._here_at = clock.monotonic()
        while True:
            self._stop_if_given_up()
            method, problems = self._identify()
            problems = tuple(map(self._known_numbers.explained, problems))
            if not problems and method is not None:
                self._must_be_wanted_again()
                if self._waited_while_held():
                    give_up = clock.monotonic() + settings.deadlines.person_s
                    continue  # asked again: another may hang there by now
                problems = self._start_in_log()
            if not problems and method is not None:
                break
            self._block(problems)
            self._stop_if_unplugged()
            if clock.monotonic() >= give_up:
                raise StepFailed("blocked")
            self._wait_for_change(give_up)
        number = self._job.write(
            MethodChosen(method=method.name, mark=self._context.random_hex(), attempt=self._job.attempt)
        )
        if self._job.stage is not Stage.READY:  # else a station that was killed here is taken up again
            self._job.move(Stage.READY, because=[number])
        self._tell("ready")
        if not self._can_be_certified:
            self._tell("report_only")
        return method

    def _stop_if_given_up(self) -> None:
        """Only while nothing was begun on the phone. Raises: StepFailed."""
        if self._context.given_up_by() and not self._job.steps_begun:
            raise StepFailed("abandoned")

    def _waited_while_held(self) -> bool:
        """Wait before the erase as long as none is to be begun. False: there was nothing to wait for."""
        context = self._context
        if not context.held():
            return False
        self._tell("held")
        self._phone.close_link()
        while context.held() and not context.given_up_by():
            context.clock.sleep(context.settings.deadlines.poll_s)
        self._here_at = context.clock.monotonic()
        return True

    def _must_be_wanted_again(self) -> None:
        """A phone that has a good result is erased again only when a person says yes to exactly that.

        Raises: StepFailed.
        """
        if self._wanted_again or self._job.identity is None:
            return
        earlier = earlier_result(self._job.ledger, self._job.identity, but=self._job.id)
        if earlier is not None:
            answer = self._context.operator.ask(
                ERASE_AGAIN,
                port=self._phone.path,
                choices=ALL_QUESTIONS[ERASE_AGAIN],
                facts={"paper": earlier.paper or earlier.job, "when": earlier.opened_at[:16].replace("T", " ")},
                timeout_s=self._context.settings.deadlines.person_s,
            )
            self._stop_if_given_up()
            if answer != "yes":
                raise StepFailed("certified_before")
        self._wanted_again = True

    def _stop_if_unplugged(self) -> None:
        """A phone that somebody took away is not waited for until a person's time is over. Raises: StepFailed."""
        clock = self._context.clock
        if self._phone.peek().presence is not Presence.ABSENT:
            self._here_at = clock.monotonic()
        elif clock.monotonic() - self._here_at >= self._context.settings.unplugged_s:
            raise StepFailed("unplugged")

    def _start_in_log(self) -> tuple[Problem, ...]:
        """The job's START, durable before anything is done to the phone; a log that cannot take it stops the job."""
        paper_log = self._context.paper_issuer.log
        if paper_log is None:
            return ()
        try:
            paper_log.start(self._job, at=self._context.clock.now())
        except CertsError as error:
            log.warning("job %s: transparency log: %s", self._job.id, error)
            return (Problem(code=ProblemCode.LOG_UNAVAILABLE, facts={"got": error.code}),)
        return ()

    def _is_bound(self) -> bool:
        """Does the job say which phone it is about?"""
        opened = self._job.opened
        return self._job.identity is not None or bool(opened.usb_serial or opened.bound)

    def _must_be_the_phone(self, sighting: Sighting) -> None:
        """Raises: StepFailed when something else hangs on the port than what the job was opened for."""
        meant = self._job.opened.usb_serial
        if meant and sighting.usb_serial and sighting.usb_serial != meant:
            raise StepFailed("another_phone")
        if sighting.platform not in (None, self._job.platform):
            raise StepFailed("another_phone")

    def _identify(self) -> tuple[EraseMethod | None, tuple[Problem, ...]]:
        self._tell("identify")
        sighting = self._phone.peek()
        self._must_be_the_phone(sighting)
        if (problem := blocking.problem_of_presence(sighting, self._context.wanted_method)) is not None:
            return None, (problem,)
        values = inspect(self._phone, sighting, moment=Moment.BEFORE, draw=self._context.random_hex)
        self._known = values
        identity = PhoneIdentity.from_values(values)
        if (problem := blocking.problem_of(sighting, values, self._context.wanted_method)) is not None:
            return None, (problem,)
        if not is_identified(identity.reading) and not _is_named_by_usb(identity, sighting):
            return None, (thin_identity(values),)
        self._note_identity(identity, sighting)
        if self._context.serial_is_shared(sighting.usb_serial or identity.serial):
            return None, (Problem(code=ProblemCode.SERIAL_NOT_UNIQUE),)
        failed = methods_refused(self._job.ledger, identity, but=self._job.id)
        wanted, passes = self._context.wanted_method or None, self._context.settings.passes
        card = self._context.settings.overwrite.card
        choice = choose(values, sighting, wanted, failed=failed, passes=passes, card=card)
        if choice.method is None:
            return None, (choice.problem,) if choice.problem is not None else ()
        self._can_be_certified = not choice.is_report_only
        return choice.method, choice.method.problems(values, sighting, self._context.settings.limits)

    def _note_identity(self, identity: PhoneIdentity, sighting: Sighting) -> None:
        known = self._job.identity
        if known is not None and is_same_phone(known.reading, identity.reading) is Verdict.FAILED:
            raise StepFailed("another_phone")
        bound = self._job.opened.bound
        if bound and not identity.called_by(sighting.usb_serial) & set(bound):
            raise StepFailed("another_phone")
        if known == identity and self._job.stage is Stage.IDENTIFIED:
            return
        attempt = 1 + len(jobs_of(self._job.ledger, identity, but=self._job.id))
        number = self._job.write(PhoneIdentified(phone=identity, attempt=attempt))
        if self._job.stage in (Stage.SEEN, Stage.BLOCKED):
            self._job.move(Stage.IDENTIFIED, because=[number])

    def _block(self, problems: tuple[Problem, ...]) -> None:
        codes = tuple(problem.code.value for problem in problems)
        if codes != self._job.problems or self._job.stage is not Stage.BLOCKED:
            number = self._job.write(ProblemsFound(codes=codes))
            if self._job.stage is not Stage.BLOCKED:
                self._job.move(Stage.BLOCKED, because=[number])
        self._problems = problems
        self._tell("blocked")

    def _wait_for_change(self, give_up: float) -> None:
        """Look at the port until it changes or it is time to ask the phone again."""
        clock, settings = self._context.clock, self._context.settings
        seen = self._phone.peek()
        self._phone.close_link()
        ask_again = min(give_up, clock.monotonic() + settings.recheck_s)
        while clock.monotonic() < ask_again and not self._context.given_up_by():
            clock.sleep(settings.deadlines.poll_s)
            if _differs(self._phone.peek(), seen):
                return

    def _take_no_photos(self) -> None:
        """What an earlier job left on this port is over: nobody hands in photos of a phone that may hold data."""
        try:
            if self._context.photos is not None:
                self._context.photos.forget(self._phone.path)
        except (OSError, PhotosNotAwaitedError) as error:
            log.warning("photos: %s", error)

    def _check(self, moment: Moment) -> bool:
        """Measure the phone as far as the settings ask; was anything to be measured? No answer here stops an erase: it
        is not tested. Raises: StepFailed when another phone hangs there.
        """
        checks = self._context.settings.checking.checks
        if not checks:
            return False
        still_the_same = measure(
            self._job,
            Scene(
                phone=self._phone,
                platform=self._job.platform,
                known=self._known,
                clock=self._context.clock,
                operator=self._context.operator,
                draw=self._context.random_hex,
                person_s=self._context.settings.deadlines.person_s,
                tell=lambda name: self._tell("checking", check=name),
                moment=moment,
                photos=self._context.photos if moment is Moment.FINAL and self._is_erased() else None,
                is_over=lambda: bool(self._context.given_up_by()),
                page_host=self._context.page_host,
                evidence=self._job.evidence,
            ),
            Profile(checks),
            self._context.skips,
        )
        self._stop_if_given_up()
        if not still_the_same:
            raise StepFailed("another_phone")
        return True

    def _is_erased(self) -> bool:
        """By the evidence so far: no photo is taken of a phone that may hold data."""
        return Verdict(self._context.paper_issuer.judge(self._job).verdict) is Verdict.PASSED

    def _ask_operator(self) -> None:
        """What only eyes and hands can tell of the phone's condition; the erase never waits for it.

        A person has `person_s` for all of it together; what is answered waits for nothing else.
        """
        if any(piece.asked == "operator.condition" for piece in self._job.evidence):
            return
        knows_eyes = self._context.settings.scheme != PLAIN  # that scheme knows the sheet alone
        measured = settled(self._job.evidence) if knows_eyes else frozenset()
        asked = {key: choices for key, choices in CONDITION.items() if key not in measured}
        given = self._context.operator.ask_together(
            asked, port=self._phone.path, timeout_s=self._context.settings.deadlines.person_s
        )
        answers = {each.value_name: given[each.key] for each in QUESTIONS if each.key in given}
        if answers:
            self._phone.keep_statement("operator.condition", answers, Moment.FINAL)

    # the erase ------------------------------------------------------------------------------------

    def _has_acted(self) -> bool:
        acts = {step.name for step in self._method().steps if step.acts} if self._job.method else set()
        return bool(acts & set(self._job.steps_begun))

    def _method(self) -> EraseMethod:
        """The job's method, with the memory card's steps if it began with those."""
        return as_begun(METHODS[self._job.method], self._job.steps_begun)

    def _first_step_after_crash(self) -> int:
        """The first step to run: an acting step that was begun is never begun again."""
        steps = self._method().steps
        names = [step.name for step in steps]
        last = max(names.index(name) for name in self._job.steps_begun)
        done = steps[last].name in self._job.steps_done
        following = last + 1 if done or steps[last].acts else last
        if following < len(steps) and steps[following].acts and not steps[following - 1].acts:
            return following - 1  # look once more who hangs there before anything is done to it
        return following

    def _run_steps(self, method: EraseMethod, first: int) -> None:
        scene = StepContext(
            phone=self._phone,
            clock=self._context.clock,
            operator=self._context.operator,
            deadlines=self._context.settings.deadlines,
            limits=self._context.settings.limits,
            mark=self._job.mark,
            secret=secret_of(self._job.salt, self._job.mark),
            draw=self._context.random_hex,
            evidence=self._job.evidence,
            overwrite=self._overwriting(),
            progress=self._tell,
            act_progress=lambda act: self._tell(self._doing, act=act),
        )
        place = first
        while place < len(method.steps):
            if not self._has_acted() and self._waited_while_held():
                place = first  # from the beginning: another may hang there by now
                self._must_be_the_phone(self._phone.peek())
            self._stop_if_given_up()
            step = method.steps[place]
            self._begin(step, method)
            step.run(scene)
            number = self._job.write(StepDone(step=step.name))
            self._reach(step, number)
            place += 1

    def _overwriting(self) -> OverwritePlan:
        wanted = self._context.settings.overwrite
        passes = max(1, self._context.settings.passes)  # one, too, where a method that overwrites was asked for by name
        return replace(self._context.overwrite, passes=passes, earlier=Pattern(wanted.earlier))

    def _begin(self, step: Step, method: EraseMethod) -> None:
        if not step.acts:
            self._job.write(StepBegun(step=step.name))
            return
        self._must_be_the_phone(self._phone.peek())  # a person may have been asked since, with the phone in hand
        number = self._job.write(
            AboutToErase(step=step.name, method=method.name, attempt=self._job.attempt, nonce=self._job.mark)
        )
        if self._job.stage is Stage.READY:
            self._job.move(Stage.ERASING, because=[number])
            self._tell("erasing")

    def _reach(self, step: Step, number: int) -> None:
        if step.reaches == "returned" and self._job.stage is Stage.ERASING:
            self._job.move(Stage.RETURNED, because=[number])
            self._tell("returned")

    def _attest(self) -> None:
        """Level A is beside the erase: whatever happens here, the erase is judged by what else is known."""
        context, desk = self._context, self._context.desk
        if desk is None or self._job.platform is not Platform.ANDROID:
            return
        drawn = any(piece.asked == CHALLENGE for piece in self._job.evidence)  # before the station was killed
        if context.settings.challenge or drawn:
            ask_for_chain(
                self._phone,
                desk,
                context.clock,
                job=self._job.id,
                evidence=self._job.evidence,
                draw=context.random_hex,
                within_s=context.settings.deadlines.person_s,
                waits=lambda: self._tell("attestation_wanted"),
                known=tuple(self._job.identity.numbers.values()) if self._job.identity is not None else (),
            )
        keep_grounds(self._phone, desk, self._job.evidence)

    # the end --------------------------------------------------------------------------------------

    def _judge(self) -> None:
        found = self._context.paper_issuer.judge(self._job)
        verdict = Verdict(found.verdict)
        number = self._job.write(JobJudged(verdict=verdict, level=found.level, reasons=found.reasons))
        if verdict is not Verdict.PASSED:
            raise StepFailed(found.reasons[0] if found.reasons else "not_verified")
        self._job.move(Stage.VERIFIED, because=[number])
        self._tell("verified")

    def _fail(self, reason: str) -> None:
        if self._job.stage.final:
            return
        by = self._context.given_up_by() if reason == "abandoned" else None
        number = self._job.write(JobFailed(reason=reason, by=by))
        self._job.move(Stage.FAILED, because=[number])
        self._tell("failed")

    def _paper(self) -> None:
        """The paper, or, when it cannot be made, a job that stays open until one can (`process --resume`)."""
        try:
            self._context.paper_issuer.issue_for(self._job)
        except LedgerError:
            raise
        except (ProofwipeError, OSError):  # a key's file, a socket of the stamper: none of it ends a worker
            log.exception("job %s has no paper", self._job.id)
            self._tell("no_paper")
            return
        self._tell("awaits_validator" if self._job.summary.awaits_decision else "done")

    def _vouch(self) -> None:
        """The station's signature over what was written, when it is time for one; a key that fails costs no paper."""
        try:
            sign_if_due(self._job.ledger, self._context.paper_issuer.signer)
        except CertsError as error:
            log.warning("no checkpoint: %s", error)

    def _keep(self, piece: Evidence) -> None:
        self._job.keep(piece)

    def _tell(self, key: str, act: ActProgress | None = None, *, check: str = "") -> None:
        self._doing = key
        progress = Progress(
            job=self._job.id,
            port=self._phone.path,
            stage=self._job.stage,
            key=key,
            model=self._job.identity.display_name if self._job.identity is not None else "",
            problems=self._problems if self._job.stage is Stage.BLOCKED else (),
            act=act,
            check=check,
            check_s=patience_s(check, self._context.settings.deadlines.person_s) if check else None,
        )
        try:
            self._context.on_progress(progress)
        except OSError:  # a screen or pipe that is gone does not decide about a phone
            log.warning("job %s: progress cannot be shown", self._job.id)


def _differs(now: Sighting, then: Sighting) -> bool:
    return (now.presence, now.usb_serial, now.transport) != (then.presence, then.usb_serial, then.transport)


def _is_named_by_usb(identity: PhoneIdentity, sighting: Sighting) -> bool:
    """Does it tell the number that USB shows, in a mode that tells no other? Enough to begin what ends in a report."""
    shown, mode = spelled_serial(unspelled(sighting.usb_serial)), BY_PRESENCE[sighting.presence]
    return (mode.named_by_usb or mode.unnamed) and bool(identity.serial) and identity.serial == shown
