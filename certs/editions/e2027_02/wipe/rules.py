# SPDX-License-Identifier: GPL-3.0-or-later
"""The versioned rule file: what counts as proof of an erase. Data, so that a verdict can be recomputed.

A paper names version and SHA-256 of the file it was judged by; its edition keeps that file (ADR 0012).
"""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from certs.editions.e2027_02.phones import package_data
from certs.editions.e2027_02.phones.allowed import allowed
from certs.editions.e2027_02.phones.evidence import Moment
from phones.frozen import dataclass
from certs.editions.e2027_02.phones.verdict import Source
from wipe.errors import RulesError
from certs.editions.e2027_02.wipe.operators import OPERATORS
from certs.editions.e2027_02.wipe.report import EvidenceLevel

KINDS = ("requirement", "signal", "contradiction")
WRITERS = ("shell", "system", "root", "bootloader", "hardware", "host", "operator")
WEAK_WRITERS = frozenset({"shell", "host", "operator"})
"""The phone's user, our own bench and a person: never E2 by themselves."""
EVERY_METHOD = "*"

_T = TypeVar("_T")
_VERSION = re.compile(r"[0-9]{4}\.[0-9]{2}(\.[0-9]{1,3})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """One look at kept values: at these moments, under this name, does the operator hold?

    `asked` and `link` narrow it to one question or one way of talking; "" = any. `than` names the value
    compared with, where that is another one. `any_time`: about every reading that `wipe.readings.Readings.counted`
    counts, of whatever moment, and not about the last.
    """

    moments: tuple[Moment, ...]
    value: str
    operator: str
    argument: str = ""
    than: str = ""
    asked: str = ""
    link: str = ""
    any_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """The row does not apply when this value was read at `moment` and every reading is `equals`."""

    moment: Moment
    value: str
    equals: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rule; the rule file says what each column means."""

    name: str
    methods: frozenset[str]
    kind: str
    test: Test
    writer: str
    level: EvidenceLevel
    reason: str
    against: bool
    group: str
    supports_with: tuple[tuple[str, ...], ...]
    unless: Guard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionCase:
    """One case of a condition of cryptographic erase (C1-C6)."""

    name: str
    methods: frozenset[str]
    state: str
    source: Source
    reason: str
    carries_e3: bool
    needs: tuple[Test, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearCase:
    """When a verified erase may be called Clear. `overwritten`: only with an overwriting pass that may be claimed."""

    methods: frozenset[str]
    overwritten: bool
    needs: tuple[Test, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverwriteRule:
    """From where on an overwriting pass may be claimed; of a phone, or of the memory card in it.

    `least_written_percent` of what was free must have been kept, `least_volume_percent` of /data (of the card's file
    system) and `least_capacity_percent` of all disks (of the whole card); of the chunks written `least_drawn_percent`
    must have been read back, and `least_chunks` of them (or all).
    """

    least_written_percent: int
    least_capacity_percent: int
    least_volume_percent: int
    least_drawn_percent: int
    least_chunks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidueCase:
    """One case of one item of the scope checklist."""

    name: str
    methods: frozenset[str]
    state: str
    verified: bool
    blocks_r2: bool
    needs: tuple[Test, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodRule:
    """What the rules need to know of a method: kind of its last reset, where identity is compared, words."""

    name: str
    final: str
    identity: tuple[Moment, ...]
    purge: str
    clear: str
    r2: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One rule file. `sha256` is over its bytes, hex."""

    version: str
    sha256: str
    methods: Mapping[str, MethodRule]
    rows: tuple[Row, ...]
    conditions: tuple[ConditionCase, ...]
    clears: tuple[ClearCase, ...]
    residues: tuple[ResidueCase, ...]
    overwrite: OverwriteRule
    card: OverwriteRule


def versions() -> tuple[str, ...]:
    """All versions this program knows, oldest first."""
    names = [entry.stem for entry in _folder().iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(names, key=_version_key))


@cache
def load(version: str | None = None) -> Rules:
    """The rules of `version`, or the newest.

    Raises: RulesError when there is no such version or the file is not a rule file.
    """
    known = versions()
    wanted = version or known[-1]
    if wanted not in known:
        raise RulesError(expected=", ".join(known), got=_printable(wanted))
    file = _folder() / f"{wanted}.toml"
    return parse(file.read_bytes(), file)


def parse(data: bytes, file: Path | None = None) -> Rules:
    """Rules from the bytes of a file; `file` where it is a shipped one.

    Raises: RulesError naming the first thing that is wrong.
    """
    try:
        table = package_data.parsed(data, file)
        rules = Rules(
            version=_version(table["version"]),
            sha256=hashlib.sha256(data).hexdigest(),
            methods={name: _method(name, entry) for name, entry in table["method"].items()},
            rows=tuple(_row(entry) for entry in table.get("row", ())),
            conditions=tuple(_condition(entry) for entry in table.get("condition", ())),
            clears=tuple(_clear(entry) for entry in table.get("clear", ())),
            residues=tuple(_residue(entry) for entry in table.get("residue", ())),
            overwrite=_overwrite(table["overwrite"]),
            card=_overwrite(table["card"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RulesError(expected="a rule file", got=_printable(str(error) or type(error).__name__)) from error
    _cross_check(rules)
    return rules


def _folder() -> Path:
    return package_data.path("wipe", "rules")


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _version(text: object) -> str:
    if not isinstance(text, str) or not _VERSION.fullmatch(text):
        raise ValueError(f"version {text!r}")
    return text


def _method(name: str, entry: dict[str, Any]) -> MethodRule:
    final, r2 = entry.pop("final"), entry.pop("r2")
    if final not in ("same", "stated") or r2 not in ("automated", "guided"):
        raise ValueError(f"method {name}: final {final!r}, r2 {r2!r}")
    identity = tuple(Moment(text) for text in entry.pop("identity"))
    rule = MethodRule(
        name=name, final=final, r2=r2, identity=identity, purge=entry.pop("purge"), clear=entry.pop("clear")
    )
    return _nothing_left(entry, rule)


def _row(entry: dict[str, Any]) -> Row:
    guard = entry.pop("unless", None)
    row = Row(
        name=entry.pop("name"),
        methods=frozenset(entry.pop("methods")),
        kind=entry.pop("kind"),
        writer=entry.pop("writer"),
        level=EvidenceLevel(entry.pop("level", "none")),
        reason=entry.pop("reason"),
        against=entry.pop("against", False),
        group=entry.pop("group", ""),
        supports_with=tuple(tuple(text.split("|")) for text in entry.pop("with", ())),
        unless=None if guard is None else _guard(guard),
        test=_test(entry),
    )
    if row.kind not in KINDS or row.writer not in WRITERS:
        raise ValueError(f"row {row.name}: kind {row.kind!r}, writer {row.writer!r}")
    if row.writer in WEAK_WRITERS and row.level.reaches(EvidenceLevel.E2):
        raise ValueError(f"row {row.name}: {row.writer} cannot carry {row.level}")
    return row


def _guard(entry: dict[str, Any]) -> Guard:
    guard = Guard(moment=Moment(entry.pop("moment")), value=entry.pop("value"), equals=entry.pop("equals"))
    allowed(guard.value)
    return _nothing_left(entry, guard)


def _test(entry: dict[str, Any]) -> Test:
    any_time = entry.pop("any_time", False)
    moments = list(Moment) if any_time else entry.pop("moments", None) or [entry.pop("moment")]
    test = Test(
        moments=tuple(Moment(text) for text in moments),
        value=entry.pop("value", ""),
        operator=entry.pop("operator"),
        argument=entry.pop("argument", ""),
        than=entry.pop("than", ""),
        asked=entry.pop("asked", ""),
        link=entry.pop("link", ""),
        any_time=any_time,
    )
    if test.operator not in OPERATORS:
        raise ValueError(f"operator {test.operator!r}")
    for name in (test.value, test.than):
        if name:
            allowed(name)
    if not test.value and not test.asked:
        raise ValueError("a test needs a value or a question")
    return _nothing_left(entry, test)


def _needs(entry: dict[str, Any]) -> tuple[Test, ...]:
    return tuple(_test(need) for need in entry.pop("needs"))


def _condition(entry: dict[str, Any]) -> ConditionCase:
    case = ConditionCase(
        name=entry.pop("name"),
        methods=frozenset(entry.pop("methods")),
        state=entry.pop("state"),
        source=Source(entry.pop("source")),
        reason=entry.pop("reason"),
        carries_e3=entry.pop("carries_e3", False),
        needs=_needs(entry),
    )
    if case.state not in ("met", "not_met", "unknown"):
        raise ValueError(f"condition {case.name}: state {case.state!r}")
    return _nothing_left(entry, case)


def _clear(entry: dict[str, Any]) -> ClearCase:
    overwritten = entry.pop("overwritten", False)
    case = ClearCase(methods=frozenset(entry.pop("methods")), overwritten=overwritten, needs=_needs(entry))
    return _nothing_left(entry, case)


def _overwrite(entry: dict[str, Any]) -> OverwriteRule:
    percents = ("least_written_percent", "least_capacity_percent", "least_volume_percent", "least_drawn_percent")
    rule = OverwriteRule(**{name: entry.pop(name) for name in (*percents, "least_chunks")})
    if any(type(getattr(rule, name)) is not int or not 0 < getattr(rule, name) <= 100 for name in percents):
        raise ValueError("overwrite: a percentage is a whole number of 1 to 100")
    if type(rule.least_chunks) is not int or rule.least_chunks < 1:
        raise ValueError("overwrite: least_chunks")
    return _nothing_left(entry, rule)


def _residue(entry: dict[str, Any]) -> ResidueCase:
    case = ResidueCase(
        name=entry.pop("name"),
        methods=frozenset(entry.pop("methods")),
        state=entry.pop("state"),
        verified=entry.pop("verified", False),
        blocks_r2=entry.pop("r2", False),
        needs=_needs(entry),
    )
    if case.state not in ("cleared", "absent", "stated_absent", "present", "not_covered"):
        raise ValueError(f"residue {case.name}: state {case.state!r}")
    return _nothing_left(entry, case)


def _nothing_left(entry: dict[str, Any], result: _T) -> _T:
    """A misspelt column must not silently mean nothing."""
    if entry:
        raise ValueError(f"unknown column {', '.join(sorted(entry))}")
    return result


def _cross_check(rules: Rules) -> None:
    names = [row.name for row in rules.rows]
    if len(names) != len(set(names)):
        raise RulesError(expected="each row once", got="two rows of one name")
    methods = frozenset().union(*(row.methods for row in rules.rows)) if rules.rows else frozenset()
    if unknown := sorted(methods - set(rules.methods)):
        raise RulesError(expected="known methods", got=unknown[0])
    for row in rules.rows:
        for name in (one for group in row.supports_with for one in group):
            if name not in names:
                raise RulesError(expected="known rows", got=_printable(name))


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:120]
