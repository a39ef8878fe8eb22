# SPDX-License-Identifier: GPL-3.0-or-later
"""What a screen shows of a whole bench: one row a phone, folded from a session's events. No terminal, no clock.

Whoever shows it gives the time (seconds of any steady clock) and turns keys into sentences.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from phones.long_act import ActProgress
from phones.port import Platform, Sighting
from phones.problem import Problem
from station.ledger.stages import Stage
from station.session.condition import KEYS
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
from station.work import blocking
from station.work.worker import Progress

if TYPE_CHECKING:
    from station.session.confirmation import Candidate

DIGITS = 5
"""How many last characters of a phone's number a row shows."""
_WAITS_FOR_A_PERSON = ("waiting_person", "waiting_return")


class Cable(StrEnum):
    """What a person has to do about the cable of a phone, the only three answers there are."""

    NEEDS_YOU = "needs_you"
    UNPLUG = "unplug"
    DO_NOT_UNPLUG = "do_not_unplug"


class Urgency(StrEnum):
    """Why a row stands where it stands, most urgent first: the order of the members is the order on the screen."""

    HELP = "help"  # something stops this phone, and a person can lift it
    CONFIRM = "confirm"  # it has not been confirmed
    FINISHED = "finished"  # it can be taken away
    AT_WORK = "at_work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A sentence of words.toml, not yet in a language."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One phone. `digits`: the last characters of its number. `elapsed_s`, `left_s`: None where nothing is known.

    `doing`: what happens, in a few words. `tells`: what a person must do now, if anything; `problems` likewise.
    `check`: the act of checking that is under way, "" for none; `check_left_s`: how long it waits for a person yet.
    """

    port: str
    slot: str
    model: str
    digits: str
    job: str
    doing: Say
    urgency: Urgency
    cable: Cable
    tells: Say | None = None
    problems: tuple[Problem, ...] = ()
    elapsed_s: float | None = None
    left_s: float | None = None
    act: ActProgress | None = None
    check: str = ""
    check_left_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """`good`: erased and verified, with a certificate or `awaiting` a validator's decision. `waiting`: phones that need
    a person now.
    """

    good: int = 0
    awaiting: int = 0
    failed: int = 0
    waiting: int = 0
    at_work: int = 0


@dataclass(slots=True)
class _Place:
    """What is known of one port."""

    port: str
    slot: str
    sighting: Sighting | None = None
    plugged: bool = True
    model: str = ""
    number: str = ""
    problems: tuple[Problem, ...] = ()
    identified: bool = False
    finished_before: bool = False
    job: str = ""
    began: float = 0.0
    usual_s: float | None = None
    last: Progress | None = None
    check_until: float | None = None
    instruction: Say | None = None
    questions: list[Question] = field(default_factory=list)
    wants_form: bool = False
    ended: JobEnded | JobInterrupted | None = None
    decided: Decided | None = None
    took_s: float = 0.0


class Board:
    """The rows of a bench. Not thread safe: one reader of events feeds it.

    `usual_s`: how many seconds a job with that model usually takes here; the only source of time left.
    """

    def __init__(self, usual_s: Callable[[str], float | None] = lambda _model: None) -> None:
        self._usual_s = usual_s
        self._places: dict[str, _Place] = {}
        self._good: set[str] = set()
        self._awaiting: set[str] = set()
        self._failed: set[str] = set()

    # -- what happens -----------------------------------------------------------------------------------

    def tell(self, event: Event, now: float) -> None:
        """Take in one event of the session."""
        match event:
            case PhoneAppeared():
                self._appeared(event)
            case PhoneLeft():
                self._left(event)
            case JobStarted():
                place = self._place(event.port, event.slot)
                place.job, place.began, place.ended, place.last = event.job, now, None, None
                place.decided = None
                place.problems, place.instruction, place.questions = (), None, []
            case Progress():
                self._progress(event, now)
            case Instruction():
                place = self._place(event.port, event.slot)
                place.instruction = Say(key=f"instruct.{event.key}", facts=event.facts)
            case QuestionAsked(question=question):
                self._place(question.port, question.slot).questions.append(question)
            case QuestionClosed(question=question):
                place = self._place(question.port, question.slot)
                place.questions = [each for each in place.questions if each.id != question.id]
            case JobEnded() | JobInterrupted():
                self._ended(event, now)
            case JobDecided():
                self._decided(event)
            case _:
                pass

    def met(self, candidate: "Candidate", *, finished_before: bool = False) -> None:
        """A phone that hangs there and has no job said who it is."""
        place = self._places.get(candidate.sighting.port)
        if place is None or place.job:
            return
        place.identified = True
        place.model = candidate.identity.display_name
        place.number = candidate.identity.serial or _printed_number(candidate.sighting)
        place.problems = candidate.problems
        place.finished_before = finished_before

    def name(self, port: str, *, model: str, number: str) -> None:
        """What the phone of a job is called, from what the ledger knows."""
        place = self._places.get(port)
        if place is not None:
            place.model, place.number = model or place.model, number or place.number
            place.usual_s = self._usual_s(place.model) if place.model else None

    def form_wanted(self, port: str, *, wanted: bool) -> None:
        """Are answers about the phone's condition still to be given?"""
        if port in self._places:
            self._places[port].wants_form = wanted

    def _place(self, port: str, slot: str) -> _Place:
        return self._places.setdefault(port, _Place(port=port, slot=slot))

    def _appeared(self, event: PhoneAppeared) -> None:
        place = self._place(event.port, event.slot)
        if place.ended is not None and place.sighting is not None and not _may_be_same(place.sighting, event.sighting):
            place = self._places[event.port] = _Place(port=event.port, slot=event.slot)
        place.plugged, place.sighting = True, event.sighting
        if place.job:
            return
        place.number = place.number or _printed_number(event.sighting)
        problem = blocking.problem_of_presence(event.sighting)
        place.problems = () if problem is None else (problem,)
        place.identified = False

    def _left(self, event: PhoneLeft) -> None:
        place = self._places.get(event.port)
        if place is None:
            return
        if not place.job or place.ended is not None:
            del self._places[event.port]
        else:
            place.plugged = False

    def _progress(self, event: Progress, now: float) -> None:
        place = self._place(event.port, event.port)
        before = ("", "") if place.last is None else (place.last.key, place.last.check)
        if event.key not in _WAITS_FOR_A_PERSON and before != (event.key, event.check):
            place.instruction = None
        place.last, place.problems = event, event.problems
        place.check_until = None if event.check_s is None else now + event.check_s
        if event.model and event.model != place.model:
            self.name(event.port, model=event.model, number="")
        elif event.model and place.usual_s is None:
            place.usual_s = self._usual_s(event.model)

    def _ended(self, event: JobEnded | JobInterrupted, now: float) -> None:
        place = self._place(event.port, event.slot)
        place.ended, place.took_s, place.questions, place.instruction = event, now - place.began, [], None
        if isinstance(event, JobEnded):
            good = event.awaits_decision or event.stage == Stage.CERTIFIED.value
            (self._good if good else self._failed).add(event.job)
            if event.awaits_decision:
                self._awaiting.add(event.job)
        if not place.plugged:
            del self._places[event.port]

    def _decided(self, event: JobDecided) -> None:
        """A person decided, at whatever terminal; the totals are of this screen's jobs alone."""
        for place in self._places.values():
            if place.job == event.job and place.ended is not None:
                place.decided = event.decision
        self._awaiting.discard(event.job)
        if event.job in self._good and event.decision is not Decided.ACCEPTED:
            self._good.discard(event.job)
            self._failed.add(event.job)

    # -- what is shown ----------------------------------------------------------------------------------

    def rows(self, now: float) -> tuple[Row, ...]:
        """Phones that need a person first, then those that can be taken away; slots in the order people count."""
        rows = [_row(place, now) for place in self._places.values()]
        order = list(Urgency)
        return tuple(sorted(rows, key=lambda row: (order.index(row.urgency), natural(row.slot))))

    def row(self, port: str, now: float) -> Row | None:
        """The row of one port."""
        place = self._places.get(port)
        return None if place is None else _row(place, now)

    def questions(self, port: str) -> tuple[Question, ...]:
        """Open questions about the phone there, oldest first."""
        place = self._places.get(port)
        return () if place is None else tuple(place.questions)

    def totals(self, now: float) -> Totals:
        """Good and failed since the screen was opened; waiting and at work now."""
        rows = self.rows(now)
        return Totals(
            good=len(self._good),
            awaiting=len(self._awaiting),
            failed=len(self._failed),
            waiting=sum(1 for row in rows if row.cable is Cable.NEEDS_YOU),
            at_work=sum(1 for row in rows if row.cable is Cable.DO_NOT_UNPLUG),
        )


def natural(slot: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts 2-1.2 before 2-1.10, and A2 before A10."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"([0-9]+)", slot) if part
    )


def _printed_number(sighting: Sighting) -> str:
    """What USB shows of a phone's number; of an iPhone it is the UDID, which a person finds nowhere on the phone."""
    return "" if sighting.platform is Platform.APPLE else sighting.usb_serial


def _may_be_same(before: Sighting, now: Sighting) -> bool:
    """A phone that shows itself in another way, or another phone?"""
    return not (before.usb_serial and now.usb_serial) or before.usb_serial == now.usb_serial


def _row(place: _Place, now: float) -> Row:
    doing, urgency, cable, tells = _state(place)
    running = bool(place.job) and place.ended is None
    elapsed = None if not place.job else (now - place.began if running else place.took_s)
    act = place.last.act if running and place.last is not None else None
    left = max(0.0, place.usual_s - elapsed) if running and place.usual_s is not None and elapsed is not None else None
    check = place.last.check if running and place.last is not None else ""
    check_left = None if not check or place.check_until is None else max(0.0, place.check_until - now)
    return Row(
        port=place.port,
        slot=place.slot,
        model=place.model,
        digits=place.number[-DIGITS:],
        job=place.job,
        doing=doing,
        urgency=urgency,
        cable=cable,
        tells=tells,
        problems=place.problems if urgency is Urgency.HELP else (),
        elapsed_s=elapsed,
        left_s=left,
        act=act,
        check=check,
        check_left_s=check_left,
    )


def _state(place: _Place) -> tuple[Say, Urgency, Cable, Say | None]:
    """What happens to the phone, how urgent that is, what its cable's answer is, and what a person must do."""
    if not place.job:
        return _state_without_job(place)
    if place.ended is not None:
        return _state_at_the_end(place.ended, place.decided)
    key = place.last.key if place.last is not None else "identify"
    check = place.last.check if place.last is not None else ""
    doing = Say(key=f"checking.{check}" if check else f"bench.doing_{key}")
    if not place.plugged and place.last is not None and place.last.stage is Stage.BLOCKED:
        return Say(key="bench.doing_gone"), Urgency.HELP, Cable.NEEDS_YOU, Say(key="bench.plug_in_again")
    if place.questions and place.wants_form:
        return Say(key="bench.doing_form"), Urgency.HELP, Cable.NEEDS_YOU, Say(key="bench.fill_form")
    if place.questions and not all(each.key in KEYS for each in place.questions):
        return Say(key="bench.doing_question"), Urgency.HELP, Cable.NEEDS_YOU, Say(key="bench.answer_it")
    if key == "blocked":
        return doing, Urgency.HELP, Cable.NEEDS_YOU, None
    if key == "waiting_person" or place.instruction is not None:
        return doing, Urgency.HELP, Cable.NEEDS_YOU, place.instruction
    if key == "overwrite_waiting":
        return doing, Urgency.HELP, Cable.NEEDS_YOU, Say(key="bench.plug_in_again")
    if key == "attestation_wanted":
        return doing, Urgency.HELP, Cable.NEEDS_YOU, Say(key="bench.attest_it", facts={"job": place.job})
    if place.wants_form:
        return doing, Urgency.AT_WORK, Cable.DO_NOT_UNPLUG, Say(key="bench.fill_form")
    return doing, Urgency.AT_WORK, Cable.DO_NOT_UNPLUG, None


def _state_without_job(place: _Place) -> tuple[Say, Urgency, Cable, Say | None]:
    if place.problems:
        return Say(key="bench.doing_blocked"), Urgency.HELP, Cable.NEEDS_YOU, None
    if not place.identified:
        return Say(key="bench.doing_identify"), Urgency.AT_WORK, Cable.DO_NOT_UNPLUG, None
    if place.finished_before:
        return Say(key="bench.doing_certified_before"), Urgency.FINISHED, Cable.UNPLUG, None
    return Say(key="bench.doing_confirm"), Urgency.CONFIRM, Cable.NEEDS_YOU, None


def _state_at_the_end(
    ended: JobEnded | JobInterrupted, decided: Decided | None
) -> tuple[Say, Urgency, Cable, Say | None]:
    if decided is not None:
        word = "certified" if decided is Decided.ACCEPTED else decided.value
        return Say(key=f"bench.doing_{word}"), Urgency.FINISHED, Cable.UNPLUG, None
    if isinstance(ended, JobInterrupted):
        return Say(key="bench.doing_interrupted"), Urgency.HELP, Cable.NEEDS_YOU, Say(key="bench.see_interrupted")
    if ended.awaits_decision:
        return Say(key="bench.doing_awaits_validator"), Urgency.FINISHED, Cable.UNPLUG, None
    if not ended.paper:
        return Say(key="bench.doing_no_paper"), Urgency.FINISHED, Cable.UNPLUG, None
    if ended.stage == Stage.FAILED.value:
        return Say(key="bench.doing_failed"), Urgency.FINISHED, Cable.UNPLUG, None
    word = "certified" if ended.stage == Stage.CERTIFIED.value else "report"
    return Say(key=f"bench.doing_{word}"), Urgency.FINISHED, Cable.UNPLUG, None
