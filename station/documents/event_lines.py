# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a session's events into lines for programs: who the phone is, whether it may be unplugged, the result."""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from phones.port import Sighting
from station.documents.events import (
    EventLine,
    EventsLostLine,
    InstructionLine,
    JobDecidedLine,
    JobEndedLine,
    JobInterruptedLine,
    JobStartedLine,
    PhoneAppearedLine,
    PhoneLeftLine,
    PhonesCountedLine,
    ProgressLine,
    QuestionClosedLine,
    QuestionLine,
    Unplug,
    WarningLine,
)
from station.documents.jobs import JobTold
from station.documents.phones import names_of
from station.documents.sentences import Reason
from station.errors import LedgerError
from station.ledger.stages import Stage
from station.session.events import (
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
    Warned,
)
from station.session.jobs import Jobs
from station.text.language import text
from station.work.worker import Progress

log = logging.getLogger("proofwipe.events")

_WAITS_FOR_A_PERSON = ("waiting_person", "waiting_return")
_NOBODY: dict[str, Any] = dict.fromkeys(("slot", "port", "platform", "model", "serial", "udid", "imei", "imei2"))


@dataclass(slots=True)
class _Place:
    """What is known of one port and what works there."""

    names: dict[str, Any]
    job: str | None = None
    stage: Stage | None = None
    began: datetime | None = None
    identified: bool = False
    instructed: bool = False
    doing: str = ""
    over: bool = False
    interrupted: bool = False
    usual_s: float | None = None

    def unplug(self) -> Unplug:
        """See `Unplug`. Where a job works it must stay, unless a person is to do something at the phone."""
        if self.job is None or self.interrupted:
            return "unknown"
        if self.over:
            return "may_go"
        if self.stage is Stage.BLOCKED or self.instructed or self.doing == "waiting_person":
            return "unknown"
        return "must_stay"


def lost_line(at: datetime, sequence: int) -> EventsLostLine:
    """Lines were lost after the one with that number."""
    head = _NOBODY | {"job": None, "stage": None, "unplug": "unknown"}
    return EventsLostLine(sequence=sequence, at=at, **head)


class EventLines:
    """Makes one line of each numbered event, in their order. Not thread safe: one for each reader.

    `jobs`: where a phone's numbers and a job's result are read. `papers`: the folder that a paper's path begins with.
    """

    def __init__(self, jobs: Jobs, papers: Path | None) -> None:
        self._jobs = jobs
        self._papers = papers
        self._places: dict[str, _Place] = {}

    def line(self, numbered: Numbered) -> EventLine:
        """The line of this event. Never raises: what cannot be read just now is null in it."""
        happened = numbered.event
        match happened:
            case Warned(error=error):
                return WarningLine(warning=Reason.of_error(error), **self._head(numbered, None))
            case PhonesCounted():
                head = self._head(numbered, None)
                return PhonesCountedLine(counted=happened.counted, expected=happened.expected, **head)
            case PhoneAppeared(sighting=sighting):
                place = self._place(happened.port, happened.slot, sighting)
                return PhoneAppearedLine(presence=sighting.presence, **self._head(numbered, place))
            case PhoneLeft():
                place = self._place(happened.port, happened.slot)
                head = self._head(numbered, place)
                if place.job is None or place.over:
                    del self._places[happened.port]  # whatever is plugged in here next may be another phone
                return PhoneLeftLine(**head)
            case QuestionAsked(question=asked):
                place = self._place(asked.port, asked.slot)
                return QuestionLine(
                    question_id=asked.id,
                    question=asked.key,
                    choices=asked.choices,
                    sentence=text(f"ask.{asked.key}", **asked.facts),
                    facts=asked.facts,
                    timeout_s=asked.timeout_s,
                    **self._head(numbered, place),
                )
            case QuestionClosed(question=asked):
                place = self._place(asked.port, asked.slot)
                return QuestionClosedLine(
                    question_id=asked.id,
                    question=asked.key,
                    answered=happened.answer,
                    by=happened.by or None,
                    **self._head(numbered, place),
                )
            case JobDecided():
                return self._decided(numbered, happened)
            case _:
                return self._of_job(numbered, happened)

    def _of_job(
        self, numbered: Numbered, happened: JobStarted | Progress | Instruction | JobEnded | JobInterrupted
    ) -> EventLine:
        place = self._place(happened.port, getattr(happened, "slot", ""))
        match happened:
            case JobStarted():
                names = {**place.names, "slot": happened.slot}
                place = self._places[happened.port] = _Place(names=names, job=happened.job, began=numbered.at)
                place.stage = Stage(happened.stage)
                self._identify(place)
                return JobStartedLine(resumed=happened.resumed, **self._head(numbered, place))
            case Progress():
                return self._progress(numbered, happened, place)
            case Instruction():
                place.instructed = True
                return InstructionLine(
                    instruction=happened.key,
                    sentence=text(f"instruct.{happened.key}", **happened.facts),
                    facts=happened.facts,
                    **self._head(numbered, place),
                )
            case JobInterrupted():
                place.interrupted = True
                return JobInterruptedLine(error=Reason.of_code(happened.error), **self._head(numbered, place))
            case JobEnded():
                place.stage, place.over = Stage(happened.stage), True
                result = self._identify(place)
                return JobEndedLine(result=result, **self._head(numbered, place))

    def _decided(self, numbered: Numbered, happened: JobDecided) -> JobDecidedLine:
        place = self._places.get(happened.port)
        here = place is not None and place.job == happened.job
        if place is None or not here:
            place = _Place(names={**_NOBODY, "port": happened.port, "slot": happened.slot}, job=happened.job)
        place.stage = Stage(happened.stage)
        result = self._identify(place)
        head = self._head(numbered, place) | ({} if here else {"unplug": "unknown"})
        return JobDecidedLine(decided=happened.decision.value, by=happened.by, result=result, **head)

    def _progress(self, numbered: Numbered, happened: Progress, place: _Place) -> ProgressLine:
        if happened.key not in _WAITS_FOR_A_PERSON and happened.key != place.doing:
            place.instructed = False
        place.doing, place.stage, place.job = happened.key, happened.stage, happened.job or None
        if happened.model and not place.identified:
            self._identify(place)
        elapsed_s = None if place.began is None else (numbered.at - place.began).total_seconds()
        left_s = None if place.usual_s is None or elapsed_s is None else max(0.0, place.usual_s - elapsed_s)
        act = happened.act
        if act is not None and act.left_s is not None:
            left_s = act.left_s  # of the transfer itself; what comes after it is not in it
        return ProgressLine(
            doing=happened.key,
            check=happened.check or None,
            sentence=happened.sentence,
            problems=tuple(Reason.of_problem(problem) for problem in happened.problems),
            elapsed_s=elapsed_s,
            left_s=left_s,
            percent_done=None if act is None else act.percent,
            carried_bytes=None if act is None else act.carried,
            left_bytes=None if act is None else act.left,
            bytes_per_s=None if act is None else round(act.rate, 1),
            **self._head(numbered, place),
        )

    def _place(self, port: str, slot: str, sighting: Sighting | None = None) -> _Place:
        place = self._places.get(port)
        if place is None or (sighting is not None and place.over):
            place = self._places[port] = _Place(names={**_NOBODY, "port": port, "slot": slot or None})
        if sighting is not None and not place.identified:
            shown = {name: said for name, said in names_of(None, sighting).items() if said is not None}
            place.names |= shown
        return place

    def _identify(self, place: _Place) -> JobTold | None:
        """What the phone of that job is called, as far as the ledger knows by now; all that it knows of the job."""
        try:
            found = self._jobs.ledger.view.fold(place.job or "")
        except LedgerError as error:
            log.warning("job %s cannot be told of: %s", place.job, error.code)
            return None
        if found is None:
            return None
        told = JobTold.of(found, self._papers)
        place.names |= {name: said for name in _NOBODY if (said := getattr(told, name)) is not None}
        if found.model and not place.identified:
            place.identified = True
            place.usual_s = self._jobs.usual_s(found.model)
        return told

    def _head(self, numbered: Numbered, place: _Place | None) -> dict[str, Any]:
        head: dict[str, Any] = {"sequence": numbered.number, "at": numbered.at}
        if place is None:
            return head | _NOBODY | {"job": None, "stage": None, "unplug": "unknown"}
        return head | place.names | {"job": place.job, "stage": place.stage, "unplug": place.unplug()}
