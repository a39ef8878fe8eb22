# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be said of a phone's usability: results of checks, and a grade with its reasons."""

from collections.abc import Mapping
from enum import StrEnum

from phones.frozen import dataclass


class CheckOutcome(StrEnum):
    """Five answers. NOT_TESTED and INDETERMINATE never count as pass."""

    PASS = "pass"  # noqa: S105 - a result, not a password
    FAIL = "fail"
    INDETERMINATE = "indeterminate"
    NOT_TESTED = "not_tested"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check: the limit as declared before measuring, then what was measured.

    `weight`: one of `grading.schemes.WEIGHTS`. `limit` and `measured` are texts with units. `moment` is when it was
    measured (before or after the erase); `evidence` the numbers of the pieces it was read from.
    """

    name: str
    weight: str
    outcome: CheckOutcome
    limit: str
    measured: str
    source: str  # observed, stated, not_checked
    moment: str
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The grade of a verified-erased phone under one scheme.

    usability: "1" best .. "5", "U" untradeable, "H" safety hold, "" when no grade may be given.
    functional: F2..F6 or "none". battery_band: excellent, good, service, fail, not_measured.
    cosmetic: A..E or "not_tested". `capped_by`: stable codes (`cap.<code>` in words.toml), most telling first.
    mappings: column name -> text ("ctia", "r2v3", "gbt45656": "text not available").
    """

    scheme: str
    scheme_version: str
    scheme_sha256: str
    usability: str
    functional: str
    battery_band: str
    cosmetic: str
    capped_by: tuple[str, ...]
    checks: tuple[CheckResult, ...]
    mappings: Mapping[str, str]
