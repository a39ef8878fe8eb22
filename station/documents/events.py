# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens in a session, one JSON line an event: `proofwipe/event/1`. How they are made: `event_lines`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from phones.port import Presence
from station.documents.document import Document
from station.documents.jobs import JobTold
from station.documents.phones import PhoneNamed
from station.documents.sentences import Reason
from station.ledger.stages import Stage

Unplug = Literal["must_stay", "may_go", "unknown"]
"""May the cable be taken out? `must_stay`: the job needs the phone. `may_go`: nothing more will be done to it.
`unknown`: nobody can say, because a person is to do something at the phone, or because the job was interrupted; what to
do then stands in the instruction, never in this word.
"""


@dataclass(frozen=True, kw_only=True)
class EventLine(PhoneNamed, Document):
    """The head of every line. `sequence` counts 1, 2, 3 …; where a number is missing, lines were lost."""

    NAME: ClassVar[str] = "event"

    sequence: int
    at: datetime
    job: str | None
    stage: Stage | None
    unplug: Unplug


@dataclass(frozen=True, kw_only=True)
class PhoneAppearedLine(EventLine):
    """Something is plugged in, or shows itself in another way than before."""

    event: Literal["phone_appeared"] = "phone_appeared"
    presence: Presence


@dataclass(frozen=True, kw_only=True)
class PhoneLeftLine(EventLine):
    """Nothing hangs on that port any more."""

    event: Literal["phone_left"] = "phone_left"


@dataclass(frozen=True, kw_only=True)
class PhonesCountedLine(EventLine):
    """`--all` waits for phones to be plugged in."""

    event: Literal["phones_counted"] = "phones_counted"
    counted: int
    expected: int


@dataclass(frozen=True, kw_only=True)
class JobStartedLine(EventLine):
    """A job has begun, or goes on that an earlier run of the station left."""

    event: Literal["job_started"] = "job_started"
    resumed: bool


@dataclass(frozen=True, kw_only=True)
class ProgressLine(EventLine):
    """What a job is doing now; the same may be told more than once."""

    event: Literal["progress"] = "progress"
    doing: str
    check: str | None
    sentence: str
    problems: tuple[Reason, ...]
    elapsed_s: float | None
    left_s: float | None
    percent_done: int | None
    carried_bytes: int | None
    left_bytes: int | None
    bytes_per_s: float | None


@dataclass(frozen=True, kw_only=True)
class InstructionLine(EventLine):
    """A person must do something at the phone now."""

    event: Literal["instruction"] = "instruction"
    instruction: str
    sentence: str
    facts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class QuestionLine(EventLine):
    """A person is asked something. It is closed by its answer, or unanswered when `timeout_s` is over."""

    event: Literal["question"] = "question"
    question_id: str
    question: str
    choices: tuple[str, ...]
    sentence: str
    facts: Mapping[str, str]
    timeout_s: float


@dataclass(frozen=True, kw_only=True)
class QuestionClosedLine(EventLine):
    """A question waits no more. `answered` null: it was declined, as `by` says, or its time was over (`by` null)."""

    event: Literal["question_closed"] = "question_closed"
    question_id: str
    question: str
    answered: str | None
    by: str | None


@dataclass(frozen=True, kw_only=True)
class JobEndedLine(EventLine):
    """A job is done: its result, at once. `result` null: the ledger could not be read just now; ask `jobs JOB`."""

    event: Literal["job_ended"] = "job_ended"
    result: JobTold | None


@dataclass(frozen=True, kw_only=True)
class JobDecidedLine(EventLine):
    """A person decided about a job, at whatever terminal. Its phone may be gone, and another be on its port."""

    event: Literal["job_decided"] = "job_decided"
    decided: Literal["accepted", "rejected", "withdrawn"]
    by: str
    result: JobTold | None


@dataclass(frozen=True, kw_only=True)
class JobInterruptedLine(EventLine):
    """Nothing can be written any more; the job is resumed at the next start."""

    event: Literal["job_interrupted"] = "job_interrupted"
    error: Reason


@dataclass(frozen=True, kw_only=True)
class WarningLine(EventLine):
    """Something the work goes on without."""

    event: Literal["warning"] = "warning"
    warning: Reason


@dataclass(frozen=True, kw_only=True)
class EventsLostLine(EventLine):
    """Whoever reads was so slow that lines were lost before this one; what became of the jobs says `jobs`."""

    event: Literal["events_lost"] = "events_lost"


LINES: tuple[type[EventLine], ...] = (
    PhoneAppearedLine,
    PhoneLeftLine,
    PhonesCountedLine,
    JobStartedLine,
    ProgressLine,
    InstructionLine,
    QuestionLine,
    QuestionClosedLine,
    JobEndedLine,
    JobDecidedLine,
    JobInterruptedLine,
    WarningLine,
    EventsLostLine,
)
