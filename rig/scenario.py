# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenario files of the rig: phones on root ports, what hands and faults do, what must be seen. TOML, strict.

    title = "…"                        one sentence, shown in the table
    kind = "job"                       the station processes every phone; or "look": the station only looks
                                       or "tools": only programs of other people
    return_s = 45.0                    how long the station waits for a phone to return
    method = "android_rescue"          a wish for every phone of a "job"; by default the station chooses
    [[phone]]                          as in virtual_phones.bench.scenario, with `slot = "A"` instead of `port`
    [[act]]  on = "start"              or a progress key of the station ("erasing"), for phone `phone`
             after_s = 0.5             do = "unplug" | "plug" | "move" | "press"
             phone = "…"               to = "B" (move)   action = "trust" (press)   seconds = 1.0 (unplug)
    [[run]]  line = ["adb", "devices"] exit = 0   shows = ["regular expression"]   hides = ["…"]   within_s = 10.0
    [[look]] slot = "A"                presence = "adb_device"   serial = "…"   within_s = 10.0
                                       (and the station lists no port that is not the scenario's)
    [expect.NAME]                      outcome = "certificate" | "report"   reasons = ["phone_lost", …]
                                       (the first reason of the report must be one of them)
    [truth.NAME]                       erased = true   (what became of the phone, as only the rig knows; not for "look")

Slots are letters; each scenario gets root ports of its own. In `run` lines and expressions {A} is slot A's port path.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

KINDS = ("job", "look", "tools")
PHASES = (
    "tools",
    "process",
    "look",
    "false-success",
    "job",
    "cuts",
    "daemons",
    "overwriting",
    "beside-push",
    "many-phones",
)
"""Parts of a run, in this order; each may be asked for by its name."""
ACTS = ("unplug", "plug", "move", "press")
FOLDER = Path(__file__).parent / "scenarios"
TIMING: Mapping[str, float] = {"leave_s": 0.5, "absent_s": 4.0, "wipe_s": 5.0, "boot_s": 0.5, "ready_s": 3.0}
"""Virtual phones in the rig: about fifteen times as fast as real ones, but for `ready_s`: an adbd that restarts does so
a third of it after its last answer, which a loaded guest must have read by then.
"""


class RigScenarioError(ValueError):
    """A scenario file that says what nobody understands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a hand does: `after_s` after the event `on` of phone `phone`."""

    phone: str
    do: str
    on: str = "start"
    after_s: float = 0.0
    to: str = ""
    action: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A program of other people and what it must print; asked again until `within_s` is over."""

    line: tuple[str, ...]
    exit: int = 0
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    within_s: float = 15.0
    press: str = ""  # "phone:action", pressed before each try


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the station must see on a slot, at the latest after `within_s`."""

    slot: str
    presence: str
    serial: str = ""
    within_s: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """How one phone's job must end."""

    outcome: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RigScenario:
    """One file."""

    name: str
    title: str
    kind: str
    phones: tuple[Mapping[str, Any], ...]
    acts: tuple[Act, ...] = ()
    runs: tuple[Run, ...] = ()
    looks: tuple[Look, ...] = ()
    expected: Mapping[str, Expected] = field(default_factory=dict)
    return_s: float = 45.0
    method: str = ""
    truth: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def slots(self) -> tuple[str, ...]:
        """Every slot the file names, in order."""
        named = [str(phone["slot"]) for phone in self.phones] + [act.to for act in self.acts if act.to]
        return tuple(dict.fromkeys([*named, *(look.slot for look in self.looks)]))

    def untrue(self, phone: str, truth: Mapping[str, Any]) -> str:
        """What of `truth.PHONE` has become otherwise; "" when nothing has."""
        wrong = [
            f"{fact} is {truth.get(fact)!r}"
            for fact, value in self.truth.get(phone, {}).items()
            if truth.get(fact) != value
        ]
        return ", ".join(wrong)


def load(path: Path) -> RigScenario:
    """The scenario in a file. Raises: RigScenarioError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as broken:
        raise RigScenarioError(f"{path.name}: {broken}") from broken
    return read(document, path.stem)


def load_all() -> tuple[RigScenario, ...]:
    """Every scenario that ships, by name. Raises: RigScenarioError."""
    return tuple(load(path) for path in sorted(FOLDER.glob("*.toml")))


def read(document: Mapping[str, Any], name: str) -> RigScenario:
    """The scenario in a document. Raises: RigScenarioError."""
    _only(document, {"title", "kind", "return_s", "method", "phone", "act", "run", "look", "expect", "truth"}, name)
    kind = document.get("kind")
    if kind not in KINDS or not isinstance(document.get("title"), str):
        raise RigScenarioError(f"{name}: title, and kind: one of {', '.join(KINDS)}")
    return_s = document.get("return_s", 45.0)
    if not isinstance(return_s, int | float):
        raise RigScenarioError(f"{name}: return_s is a number of seconds")
    method = document.get("method", "")
    if not isinstance(method, str) or (method and kind != "job"):
        raise RigScenarioError(f"{name}: method is the name of one, for jobs")
    phones = tuple(_phone(table, name) for table in document.get("phone", []))
    names = {str(phone["name"]) for phone in phones}
    acts = tuple(_made(Act, table, name) for table in document.get("act", []))
    for act in acts:
        if act.do not in ACTS or act.phone not in names:
            raise RigScenarioError(f"{name}: act {act.do!r} of {act.phone!r}")
    expected = {
        phone: _made(Expected, table, f"{name}: expect.{phone}") for phone, table in document.get("expect", {}).items()
    }
    if kind == "job" and expected.keys() != names:
        raise RigScenarioError(f"{name}: expect every phone, and no other")
    for each in expected.values():
        if each.outcome not in ("certificate", "report") or (each.outcome == "report") is not bool(each.reasons):
            raise RigScenarioError(f"{name}: outcome certificate, or report with its reasons")
    return RigScenario(
        name=name,
        title=document["title"],
        kind=kind,
        phones=phones,
        acts=acts,
        runs=tuple(_made(Run, table, name) for table in document.get("run", [])),
        looks=tuple(_made(Look, table, name) for table in document.get("look", [])),
        expected=expected,
        return_s=return_s,
        method=method,
        truth=_truth(document.get("truth", {}), names, name),
    )


def _truth(document: Mapping[str, Any], phones: set[str], where: str) -> Mapping[str, Mapping[str, Any]]:
    if not document.keys() <= phones or not all(isinstance(table, dict) and table for table in document.values()):
        raise RigScenarioError(f"{where}: truth of its own phones")
    return document


def _phone(table: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    if not {"name", "slot", "model"} <= table.keys():
        raise RigScenarioError(f"{where}: a phone has name, slot and model")
    return table


def _made(kind: type, table: Mapping[str, Any], where: str) -> Any:
    known = {found.name: found.type for found in fields(kind)}
    _only(table, set(known), where)
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    for key, value in values.items():
        wanted = known[key]
        right = (
            isinstance(value, int | float)
            if wanted is float
            else not isinstance(wanted, type) or (isinstance(value, wanted))
        )
        if not right:
            raise RigScenarioError(f"{where}: {key} = {value!r}")
    try:
        return kind(**values)
    except TypeError as broken:
        raise RigScenarioError(f"{where}: {broken}") from broken


def _only(table: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(table.keys() - known)
    if unknown:
        raise RigScenarioError(f"{where}: unknown key {', '.join(unknown)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which parts of a run are asked for; no name means everything."""

    names: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str]) -> "Wanted":
        """Raises: RigScenarioError for a name that neither a scenario nor a phase has."""
        chosen = frozenset(names)
        unknown = sorted(chosen - {*PHASES, *(each.name for each in load_all())})
        if unknown:
            raise RigScenarioError(f"neither a scenario nor one of {', '.join(PHASES)}: {', '.join(unknown)}")
        return cls(names=chosen)

    def phase(self, name: str) -> bool:
        """Is this phase asked for, as a whole?"""
        return not self.names or name in self.names

    def scenarios(self, kind: str) -> list[RigScenario]:
        """Those of a kind that are asked for, by the name of their phase or their own."""
        return [each for each in load_all() if each.kind == kind and (self.phase(kind) or each.name in self.names)]

    @property
    def station(self) -> bool:
        """Is anything asked for that needs the product's own station?"""
        return any(map(self.phase, PHASES[2:])) or any(self.scenarios(kind) for kind in ("look", "job"))
