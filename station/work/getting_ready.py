# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone before its erase: who it is, what stands in the way, which method it gets, and its START in the log."""

import logging
from collections.abc import Mapping

from certs.errors import CertsError
from phones.bench.inspection import inspect
from phones.cleaning import spelled_serial, unspelled
from phones.evidence import Moment
from phones.identity import PhoneIdentity, is_identified, is_same_phone
from phones.modes import BY_PRESENCE
from phones.port import Presence, Sighting
from phones.problem import Problem, ProblemCode
from phones.verdict import Verdict
from station.ledger.earlier import earlier_result, methods_refused
from station.ledger.job_events import MethodChosen, PhoneIdentified, ProblemsFound
from station.ledger.same_phone import jobs_of
from station.ledger.stages import Stage
from station.questions import ALL_QUESTIONS, ERASE_AGAIN
from station.work import blocking
from station.work.case import Case
from wipe.method import EraseMethod, StepFailed
from wipe.methods.choice import choose
from wipe.steps.preconditions import thin_identity

log = logging.getLogger("proofwipe.worker")

_OF_THE_WISH = frozenset({ProblemCode.OVERWRITE_NOT_POSSIBLE, ProblemCode.METHOD_WEAKER})
_STARTED = frozenset({Presence.ADB_DEVICE, Presence.ADB_FOYER, Presence.APPLE})


class GettingReady:
    """Of one job; may be made ready again when hands were at the phone."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._job = case.job
        self._context = case.context
        self._phone = case.phone
        self._can_be_certified = True  # by the method that was chosen, if everything goes well
        self._wanted_again = self._context.again
        self._wish_is_vain = False  # by the last look: only another wish helps, whatever is done at the phone

    def method(self) -> EraseMethod:
        """Identify, lift problems with the human's help, ask what eyes must see, choose the method."""
        clock, settings = self._context.clock, self._context.settings
        give_up = clock.monotonic() + settings.deadlines.person_s
        self._case.here_at = clock.monotonic()
        while True:
            self._case.stop_if_given_up()
            method, problems = self._identify()
            problems = tuple(map(self._case.known_numbers.explained, problems))
            if not problems and method is not None:
                self._must_be_wanted_again()
                if self._case.waited_while_held():
                    give_up = clock.monotonic() + settings.deadlines.person_s
                    continue  # asked again: another may hang there by now
                problems = self._start_in_log()
            if not problems and method is not None:
                break
            self._block(problems)
            self._stop_if_unplugged()
            if clock.monotonic() >= give_up or self._wish_is_vain:
                raise StepFailed("blocked")
            self._wait_for_change(give_up)
        number = self._job.write(
            MethodChosen(method=method.name, mark=self._context.random_hex(), attempt=self._job.attempt)
        )
        if self._job.stage is not Stage.READY:  # else a station that was killed here is taken up again
            self._job.move(Stage.READY, because=[number])
        self._case.tell("ready")
        if not self._can_be_certified:
            self._case.tell("report_only")
        return method

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
            self._case.stop_if_given_up()
            if answer != "yes":
                raise StepFailed("certified_before")
        self._wanted_again = True

    def _stop_if_unplugged(self) -> None:
        """A phone that somebody took away is not waited for until a person's time is over. Raises: StepFailed."""
        clock = self._context.clock
        if self._phone.peek().presence is not Presence.ABSENT:
            self._case.here_at = clock.monotonic()
        elif clock.monotonic() - self._case.here_at >= self._context.settings.unplugged_s:
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

    def _identify(self) -> tuple[EraseMethod | None, tuple[Problem, ...]]:
        self._case.tell("identify")
        self._wish_is_vain = False
        sighting = self._phone.peek()
        self._case.must_be_the_phone(sighting)
        if (problem := blocking.problem_of_presence(sighting, self._context.wanted_method)) is not None:
            return None, (problem,)
        values = inspect(self._phone, sighting, moment=Moment.BEFORE, draw=self._context.random_hex)
        self._case.known = values
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
            self._wish_is_vain = _is_vain(choice.problem, sighting, values)
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
        self._case.problems = problems
        self._case.tell("blocked")

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


def _is_vain(problem: Problem | None, sighting: Sighting, values: Mapping[str, str]) -> bool:
    """Is it refused for what the phone is? One that has not started, or did not say which system it has, may yet be
    served.
    """
    is_known = sighting.presence is not Presence.ADB_DEVICE or bool(values.get("system.sdk"))
    return problem is not None and problem.code in _OF_THE_WISH and sighting.presence in _STARTED and is_known


def _differs(now: Sighting, then: Sighting) -> bool:
    return (now.presence, now.usb_serial, now.transport) != (then.presence, then.usb_serial, then.transport)


def _is_named_by_usb(identity: PhoneIdentity, sighting: Sighting) -> bool:
    """Does it tell the number that USB shows, in a mode that tells no other? Enough to begin what ends in a report."""
    shown, mode = spelled_serial(unspelled(sighting.usb_serial)), BY_PRESENCE[sighting.presence]
    return (mode.named_by_usb or mode.unnamed) and bool(identity.serial) and identity.serial == shown
