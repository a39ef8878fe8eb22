# SPDX-License-Identifier: GPL-3.0-or-later
"""An erase method: an ordered list of steps that reads top to bottom, and what it needs and promises.

The station runs the steps in order and writes each beginning ahead to the ledger. After a crash a step
that only looks is run again; a step that acts (`acts=True`) is never run again: the job goes on with
the next one, and the evidence says `host.resumed`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from phones.clock import Clock
from phones.evidence import Evidence
from phones.long_act import ActProgress
from phones.operator import Operator
from phones.port import Platform, Presence, Sighting
from phones.problem import Problem
from phones.witness import WitnessedPort
from wipe.overwrite.plan import OverwritePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds; the demo uses short ones and says so. Sources: research on reboot times per maker."""

    leave_s: float = 120.0  # from the command until the port is empty
    return_s: float = 900.0  # from then until something is back
    settle_s: float = 90.0  # from then until it answers (boot completed, shell ready)
    person_s: float = 1800.0  # for a person to do something on the phone
    evaluate_s: float = 6.0  # adbd's restart after trade-in evaluation; the upstream tests wait as long
    absent_at_least_s: float = 20.0  # a shorter absence is a flicker of the cable, not a reset
    poll_s: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Below these the erase does not begin (Problems). From the sale policy / config."""

    battery_percent: int = 30
    allow_sim: bool = False
    allow_sd: bool = False


@dataclass(slots=True, kw_only=True)
class StepContext:
    """Everything a step is handed. `evidence` grows as the witness writes; `mark` is this job's random mark."""

    phone: WitnessedPort
    clock: Clock
    operator: Operator
    deadlines: Deadlines
    limits: Limits
    mark: str  # 32 hex digits drawn for this job: canary text and challenge
    secret: str  # 64 hex digits that no phone is told: of the overwriting pass (wipe.secret)
    draw: Callable[[], str]  # a fresh 32-hex-digit random text each call: script markers
    evidence: list[Evidence]
    act_progress: Callable[[ActProgress], None] = field(default=lambda _progress: None)  # of a long act, as it runs
    overwrite: OverwritePlan = field(default_factory=OverwritePlan)
    progress: Callable[[str], None] = field(default=lambda _key: None)  # key `progress.<key>`; free of phone data


class StepFailed(Exception):
    """A step cannot go on; the job ends in a report. `reason` is a stable code, `reason.<code>` in words.toml."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. `acts`: it changes the phone for good and is never repeated. `reaches`: the stage the job
    has when it is done: "" (none), "erasing" (set before the step runs) or "returned".
    """

    name: str
    run: Callable[[StepContext], None]
    acts: bool = False
    reaches: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseMethod:
    """One way of erasing. `fits` says whether it can be used on what was inspected: inspection values in
    clear (`Answer.values`, merged) and the sighting. `problems` are what a human must lift first.
    """

    name: str
    platform: Platform
    guided: bool  # a person performs the erase
    fits: Callable[[Mapping[str, str], Sighting], bool]
    problems: Callable[[Mapping[str, str], Sighting, Limits], tuple[Problem, ...]]
    steps: tuple[Step, ...]
    overwrites_card: bool = False  # the memory card in the phone is overwritten first
    overwrites: bool = False  # it writes over the whole user-addressable space before its last reset
    predicted: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    begins_in: frozenset[Presence] = frozenset()  # modes that tell no number, where a job may begin all the same
    on_wish: bool = False  # never chosen by itself; taken when wished, also where another proves more
    unserved_after: tuple[str, ...] = ()  # reasons of a failed job after which this phone is not offered it again
    # predicted: {"level": "E2", "nist": "clear", "gb": "supporting_only", "r2": "automated"} for --plan
