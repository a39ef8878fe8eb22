# SPDX-License-Identifier: GPL-3.0-or-later
"""A grading scheme is a versioned TOML file: limits, bands, and the tables that turn results into a grade.

Shape: see `grading/schemes/basic.toml`. Its hash stands on the paper, so anyone can grade again.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from grading.errors import SchemeError
from grading.questions import COSMETIC
from phones import package_data as files
from phones.allowed import allowed
from phones.frozen import dataclass
from phones.port import Platform

WEIGHTS = ("gate", "lock", "safety", "key", "secondary", "seldom", "told")
OPERATORS = ("equals", "one_of", "at_least", "at_most", "contains_all", "is_empty", "present")
FUNCTIONAL = ("F6", "F5", "F3", "none")
USABILITY = ("1", "2", "3", "4", "5")
BANDS = ("excellent", "good", "service")
COSMETIC_FROM = ("stated", "measured")
MEASURERS = ("cable", "watched", "browser", "person")
"""Who measures: the phone's system over the cable, the same while a person acts, a page in the phone's own browser
(claimed by the phone), a person's eyes. "" where a scheme does not say.
"""
BROWSER = "browser."
"""How the names of values begin that only that page may claim."""
LONGEST_NOTE = 160
LARGEST_FILE = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check, declared before anything is measured.

    The measured text is the kept value called `value`; `operator` and `limit` say what passes;
    `not_applicable` lists texts that mean the phone has no such part. `weight`: a gate that is not known to be open
    keeps a phone from sale; a lock does when it is known to be shut, or when its own service answered otherwise than
    clear (`grading.grade.ANSWERING_LOCKS`), and is told of when nobody could ask.
    What is measured `seldom` counts as a secondary one when it fails, and caps nothing where it could not be measured;
    what is `told` of stands on the paper and caps nothing.
    `stated` names what a person says where a phone
    cannot be asked ("" = nobody): it stands in for readings that tell nothing, and is as good as `stated_limit` says.
    `measurer`: one of MEASURERS, or ""; `source`: where the limit comes from; `versions`: of which systems it is asked.
    """

    name: str
    weight: str
    platforms: tuple[str, ...]
    value: str
    operator: str
    limit: tuple[str, ...]
    unit: str
    not_applicable: tuple[str, ...]
    stated: str = ""
    stated_limit: tuple[str, ...] = ()
    measurer: str = ""
    source: str = ""
    versions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A scheme as loaded. `usability`: functional class → cosmetic grade → usability."""

    name: str
    version: str
    sha256: str
    checks: tuple[Check, ...]
    battery_bands: tuple[tuple[str, int], ...]  # (band, at least percent), best first
    battery_caps: Mapping[str, str]  # band → no better than
    usability: Mapping[str, Mapping[str, str]]
    several_secondary: int  # so many failed secondary checks cap at 4
    mappings: Mapping[str, Mapping[str, str]]
    """Column → `text`, or `otherwise` and functional.cosmetic → what it would be called there, `battery_<band>` before
    these. `label`, `source`, `valid_from` tell a reader of the file what the column is.
    """
    cosmetic: str = "stated"  # letters that a person gives, or "measured": as grading.eyes has them of answers


def load(name: str) -> Scheme:
    """A shipped scheme by name ("basic"), or one by path (ends in .toml).

    Raises: SchemeError when it is missing, malformed or leaves a combination without a grade.
    """
    try:
        if name.endswith(".toml"):
            if Path(name).exists() and not Path(name).is_file():
                raise _refused(name, expected="a scheme file", got="no ordinary file")
            with Path(name).open("rb") as file:
                return _read(name, file.read(LARGEST_FILE + 1), None)
        found = _shipped_file(name)
        return _read(name, found.read_bytes(), found)
    except OSError as error:
        raise _refused(name, expected="a scheme file", got=str(error).splitlines()[0]) from error


@lru_cache(maxsize=8)  # a verifier asks for the same bytes with every paper
def _read(name: str, data: bytes, file: Path | None) -> Scheme:
    try:
        if len(data) > LARGEST_FILE:
            raise ValueError(f"> {LARGEST_FILE} B")
        document = files.parsed(data, file)
    except ValueError as error:
        raise _refused(name, expected="a scheme file", got=str(error).splitlines()[0]) from error
    try:
        return _scheme(document, hashlib.sha256(data).hexdigest())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _refused(name, expected="a complete scheme", got=f"{type(error).__name__}: {error}") from error


def _refused(name: str, *, expected: str, got: str) -> SchemeError:
    return SchemeError(subject=name, expected=expected, got=got, shipped=", ".join(shipped()))


def shipped() -> tuple[str, ...]:
    """Names of the schemes that come with the program."""
    return tuple(sorted(item.stem for item in files.path("grading", "schemes").iterdir() if item.suffix == ".toml"))


def _shipped_file(name: str) -> Path:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", name) or name not in shipped():
        raise FileNotFoundError(f"no shipped scheme {name!r}; there are: {', '.join(shipped())}")
    return files.path("grading", "schemes", f"{name}.toml")


def _scheme(document: Mapping[str, Any], sha256: str) -> Scheme:
    scheme = Scheme(
        name=_word(document["name"]),
        version=_word(document["version"]),
        sha256=sha256,
        checks=tuple(_check(row) for row in document["check"]),
        battery_bands=tuple((_word(row["band"]), int(row["at_least"])) for row in document["battery"]["band"]),
        battery_caps={_word(band): _usability(cap) for band, cap in document["battery"]["no_better_than"].items()},
        usability={
            functional: {cosmetic: _usability(row[cosmetic]) for cosmetic in (*COSMETIC, "not_tested")}
            for functional, row in ((each, document["usability"][each]) for each in FUNCTIONAL)
        },
        several_secondary=int(document["several_secondary"]),
        mappings={
            name: {str(key): str(text) for key, text in table.items()} for name, table in document["mapping"].items()
        },
        cosmetic=str(document.get("cosmetic", "stated")),
    )
    _whole_and_sensible(document, scheme)
    return scheme


def _whole_and_sensible(document: Mapping[str, Any], scheme: Scheme) -> None:
    """What a reader of the file would take for granted. Raises: ValueError."""
    unknown = set(document) - {"name", "version", "several_secondary", "cosmetic", "check", "battery"}
    unknown -= {"usability", "mapping"}
    if scheme.cosmetic not in COSMETIC_FROM:
        raise ValueError(f"cosmetic: {', '.join(COSMETIC_FROM)}")
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    names = [check.name for check in scheme.checks]
    if not names or len(set(names)) != len(names):
        raise ValueError("no check, or two of one name")
    _check_battery(scheme)
    if scheme.several_secondary < 1:
        raise ValueError("several_secondary: 1 or more")
    for name, table in scheme.mappings.items():
        if not {"text", "otherwise"} & set(table):
            raise ValueError(f"mapping.{name}: otherwise, or text")


def _check_battery(scheme: Scheme) -> None:
    bands = tuple(band for band, _ in scheme.battery_bands)
    limits = [at_least for _, at_least in scheme.battery_bands]
    falling = limits == sorted(set(limits), reverse=True) and all(0 < each <= 100 for each in limits)
    if bands != BANDS or not falling:
        raise ValueError(f"battery.band: {', '.join(BANDS)}, in falling percents")
    if set(scheme.battery_caps) != {*BANDS, "fail", "not_measured"}:
        raise ValueError("battery.no_better_than: a cap for each band, fail and not_measured")
    caps = [USABILITY.index(scheme.battery_caps[band]) for band in (*BANDS, "fail")]
    if caps != sorted(caps) or scheme.battery_caps["not_measured"] < scheme.battery_caps["service"]:
        raise ValueError("battery.no_better_than: a worse or unknown battery allows no better grade")


def _check(row: Mapping[str, Any]) -> Check:
    if row["weight"] not in WEIGHTS or row["operator"] not in OPERATORS:
        raise ValueError(f"check {row['name']}: weight {row['weight']}, operator {row['operator']}")
    platforms, limit = row["platforms"], row.get("limit", [])
    lists = (platforms, limit, row.get("not_applicable", []), row.get("stated_limit", []))
    if not all(isinstance(each, list) and all(isinstance(text, str) for text in each) for each in lists):
        raise ValueError(f"check {row['name']}: platforms, limit and not_applicable are lists of texts")
    if not platforms or not set(platforms) <= {platform.value for platform in Platform}:
        raise ValueError(f"check {row['name']}: platforms {platforms}")
    if not _fits(row["operator"], limit):
        raise ValueError(f"check {row['name']}: {row['operator']} with limit {limit}")
    if bool(row.get("stated")) != bool(row.get("stated_limit")):
        raise ValueError(f"check {row['name']}: stated and stated_limit go together")
    for name in (row["value"], row.get("stated", row["value"])):
        allowed(str(name))
    _check_measurer(row)
    columns = {"name", "weight", "platforms", "value", "operator", "limit", "unit", "not_applicable"}
    unknown = set(row) - columns - {"stated", "stated_limit", "measurer", "source", "versions"}
    if unknown:
        raise ValueError(f"check {row['name']}: unknown keys {sorted(unknown)}")
    return Check(
        name=_word(row["name"]),
        weight=row["weight"],
        platforms=tuple(row["platforms"]),
        value=str(row["value"]),
        operator=row["operator"],
        limit=tuple(str(each) for each in row.get("limit", [])),
        unit=str(row.get("unit", "")),
        not_applicable=tuple(row.get("not_applicable", [])),
        stated=str(row.get("stated", "")),
        stated_limit=tuple(row.get("stated_limit", [])),
        measurer=row.get("measurer", ""),
        source=row.get("source", ""),
        versions=row.get("versions", ""),
    )


def _check_measurer(row: Mapping[str, Any]) -> None:
    """Who measures fits what is measured; and whoever names one says where the limit comes from. Raises: ValueError."""
    measurer, value = row.get("measurer", ""), str(row["value"])
    notes = (row.get("source", ""), row.get("versions", ""))
    if not all(isinstance(note, str) and len(note) <= LONGEST_NOTE for note in notes):
        raise ValueError(f"check {row['name']}: source and versions are short texts")
    if measurer not in ("", *MEASURERS) or (measurer and not notes[0]):
        raise ValueError(f"check {row['name']}: measurer {measurer!r} with its source")
    if str(row.get("stated", "")).startswith(BROWSER) or (measurer and (measurer == "browser") != _claimed(value)):
        raise ValueError(f"check {row['name']}: only the browser claims {BROWSER}*, and nothing else")


def _claimed(value: str) -> bool:
    return value.startswith(BROWSER)


def _fits(operator: str, limit: list[str]) -> bool:
    """Does the operator have the limit it needs? A limit nothing can meet must not wait for a phone to show it."""
    if operator in {"is_empty", "present"}:
        return not limit
    if operator in {"at_least", "at_most"}:
        return len(limit) == 1 and whole_number(limit[0]) is not None
    return bool(limit)


def whole_number(text: str) -> int | None:
    """The number if the text is one in plain digits, else None."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,19}", text) else None


def _word(text: object) -> str:
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_.\-]{1,64}", text):
        raise ValueError(f"not a word: {text!r}")
    return text


def _usability(text: object) -> str:
    if text not in USABILITY:
        raise ValueError(f"not a usability class: {text!r}")
    return str(text)
