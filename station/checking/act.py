# SPDX-License-Identifier: GPL-3.0-or-later
"""One act of checking: who measures, what it costs a person, and which values it leaves in the evidence.

An act never judges. It keeps what was measured, or that it was not; limits stand in the grading scheme, and a value
that nobody kept is not tested.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from phones.clock import Clock
from phones.evidence import Evidence, Moment
from phones.operator import SheetOperator
from phones.port import Platform
from phones.witness import WitnessedPort
from station.setup.photo_desk import PhotoDesk


class Measurer(StrEnum):
    """Who measures. A later one never outranks an earlier one."""

    CABLE = "cable"  # silently, by what the phone's system answers
    WATCHED = "watched"  # over the cable, while a person acts
    BROWSER = "browser"  # a page in the phone's own browser: claimed by the phone
    PERSON = "person"  # eyes and a ruler


class Profile(StrEnum):
    """How much is checked."""

    QUICK = "quick"
    FULL = "full"
    KIOSK = "kiosk"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHost:
    """Where phones come to that no cable leads to a page: the bench in its own Wi-Fi.

    `host`: its name there, for which the operator's certificate is; `address`: of this machine; `certificate` and
    `key`: PEM files.
    """

    host: str
    address: str
    certificate: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What an act works with.

    `known`: what the inspection read, in clear, of the phone that is on the port now. `person_s`: how long a person has
    for one act, seconds. `draw`: 32 fresh random hex digits. `is_over`: somebody skips this act, or gives the phone up;
    an act looks at it at least once a second and then ends with what it has. `moment`: under which evidence is kept.
    `tell`: says which act is under way, by its name. `page_host`: None where the bench has none. `photos`: where photos
    are handed in; None where none are taken. `evidence`: what the job has kept so far, an earlier run of the
    station included.
    """

    phone: WitnessedPort
    platform: Platform
    known: Mapping[str, str]
    clock: Clock
    operator: SheetOperator
    draw: Callable[[], str]
    person_s: float
    tell: Callable[[str], None]
    moment: Moment = Moment.BEFORE
    photos: PhotoDesk | None = None
    is_over: Callable[[], bool] = lambda: False
    page_host: PageHost | None = None
    evidence: Sequence[Evidence] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAct:
    """One row of the table of acts (`station.checking.table`).

    `name`: also `checking.<name>` in words.toml, what people call it; its evidence is asked for as `check.<name>`, and
    an act is done when the job has an answered piece of that name. `gives`: the names of the values that it keeps.
    `seconds`: what a practised person needs for it, 0 where nobody is needed; `hand_acts`: what a person does
    meanwhile, counted. `moment`: BEFORE the erase, or FINAL for what may only be looked at once nobody's data is left.
    `run` keeps evidence through the scene's phone and raises nothing but BenchError. `is_open`: is anything of it
    still unanswered, although the evidence has an answered piece of that name? Such an act asks for what is missing.
    """

    name: str
    measurer: Measurer
    platforms: tuple[Platform, ...]
    profiles: tuple[Profile, ...]
    gives: tuple[str, ...]
    run: Callable[[Scene], None]
    seconds: int = 0
    hand_acts: int = 0
    moment: Moment = Moment.BEFORE
    is_open: Callable[[Sequence[Evidence]], bool] = lambda _evidence: False
