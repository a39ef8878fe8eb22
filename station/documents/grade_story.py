# SPDX-License-Identifier: GPL-3.0-or-later
"""How a phone's grade came about, for people: every check with its limit, what was measured and by whom, and what kept
the grade from being better.

What stands on the paper is read from its record, whose edition wrote it. What was measured and stands on no paper yet
is graded here by the scheme that measures, and says so: it is no claim of any paper.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from certs.page.errors import UnknownCodeError
from certs.page.labels import Pair, label, phrase_if_any
from grading.checks import NOT_LOOKED
from grading.choice import PLAIN, scheme_for
from grading.grade import grade
from grading.report import CheckOutcome, Grade
from grading.schemes import load, shipped
from grading.sentences import cap_sentence
from phones.verdict import Verdict
from phones.words import has
from station.ledger.job import Job
from station.text.language import current, text

_ORDER = ("fail", "indeterminate", "not_tested", "pass")
_SIGN = re.compile(r"not measured: ([a-z_]+)(?: \((.*)\))?", re.DOTALL)
"""As `grading.checks` tells that a value was not measured."""
_MARKS: Mapping[str, tuple[str, str]] = {"pass": ("good", "✓"), "fail": ("bad", "✗"), "indeterminate": ("warn", "?")}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStory:
    """One check. `who`: measures it by the scheme, else whoever told; "" where nobody did. `outcome`: a code, `said`:
    in words. `measured`: the value, "" for none. `unmeasured`: why it was not measured, in a sentence, "" where it was.
    `stated`: a person said it. `tone`, `sign`: never good without a pass.
    """

    name: str
    who: str
    limit: str
    measured: str
    unmeasured: str
    outcome: str
    said: str
    stated: bool
    tone: str
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeStory:
    """`usability`: "" for no grade, `means` in words. `axes`: name → what was found on it. `capped_by`: what kept it
    from being better, in sentences. `on_paper`: as it stands there. `checks`: the worst first, without those that do
    not concern such a phone. `counts`: outcome in words → how many.
    """

    scheme: str
    version: str
    usability: str
    means: str
    axes: tuple[tuple[str, str], ...]
    capped_by: tuple[str, ...]
    on_paper: bool
    checks: tuple[CheckStory, ...]
    counts: tuple[tuple[str, int], ...]


def grades(job: Job) -> tuple[GradeStory, ...]:
    """That of the paper, if there is one; that of what was measured, where the paper is graded by another scheme or is
    not there yet. In the language in use. Raises: LedgerError.
    """
    written = _written(job)
    told = [] if written is None else [_told(written, on_paper=True)]
    wanted = scheme_for(job.evidence)
    if written is None or (wanted != PLAIN and written.get("scheme") != wanted):
        measured = _measured(job, wanted)
        if measured is not None:
            told.append(_told(_as_written(measured), on_paper=False))
    return tuple(told)


def _written(job: Job) -> Mapping[str, Any] | None:
    """The grade in the record of the newest paper; None without one."""
    paper = job.certificate or job.report
    try:
        found = json.loads(paper.record).get("grade") if paper is not None else None
    except (ValueError, RecursionError, AttributeError):
        return None
    return found if isinstance(found, Mapping) else None


def _measured(job: Job, scheme: str) -> Grade | None:
    if not job.evidence:
        return None
    verdict = job.verdict.verdict if job.verdict is not None else Verdict.INDETERMINATE
    return grade(job.evidence, platform=job.platform, verdict=verdict, scheme=load(scheme))


def _as_written(found: Grade) -> Mapping[str, Any]:
    """As a record has it."""
    fields = ("scheme", "scheme_version", "usability", "functional", "battery_band", "cosmetic", "capped_by")
    rows = [
        {name: getattr(each, name) for name in ("name", "limit", "measured", "source")}
        | {"outcome": each.outcome.value}
        for each in found.checks
    ]
    return {name: getattr(found, name) for name in fields} | {"checks": rows}


def _told(written: Mapping[str, Any], *, on_paper: bool) -> GradeStory:
    rows = [each for each in _rows(written.get("checks")) if each.get("outcome") != CheckOutcome.NOT_APPLICABLE.value]
    who = _measurers(str(written.get("scheme", "")))
    checks = sorted((_check(each, who) for each in rows), key=lambda each: _place(each.outcome))
    usability = str(written.get("usability", ""))
    return GradeStory(
        scheme=str(written.get("scheme", "")),
        version=str(written.get("scheme_version", "")),
        usability=usability,
        means=_words("usability", usability or "none"),
        axes=tuple(_axes(written)),
        capped_by=tuple(_cap(str(each)) for each in _list(written.get("capped_by"))),
        on_paper=on_paper,
        checks=tuple(checks),
        counts=tuple(
            (_words("outcome", outcome), sum(each.outcome == outcome for each in checks)) for outcome in _ORDER
        ),
    )


def _axes(written: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for axis, name in (("functional", "functional"), ("battery_band", "battery"), ("cosmetic", "cosmetic")):
        found = str(written.get(axis, ""))
        said = _of_paper(f"{name}.{found}", found) if found else "—"
        letter = f"{found} · " if axis != "battery_band" and found not in ("", "none", "not_tested") else ""
        yield _of_paper(f"grade.{name}", name), letter + said


def _check(row: Mapping[str, Any], who: Mapping[str, str]) -> CheckStory:
    name, outcome, measured = (str(row.get(each, "")) for each in ("name", "outcome", "measured"))
    unmeasured = _SIGN.fullmatch(measured)
    stated = row.get("source") == "stated" and measured != NOT_LOOKED
    measurer = who.get(name, "") or ("person" if stated else "cable" if row.get("source") == "observed" else "")
    tone, sign = _MARKS.get(outcome, ("warn", "–"))
    return CheckStory(
        name=_one(phrase_if_any("check", name), name),
        who=text(f"measuring.who_{measurer}") if measurer else "",
        limit=_limit(str(row.get("limit", ""))),
        measured=_value((unmeasured[2] or "") if unmeasured else measured),
        unmeasured=_sign(unmeasured[1]) if unmeasured else "",
        outcome=outcome,
        said=_words("outcome", outcome),
        stated=stated,
        tone=tone,
        sign=sign,
    )


def _measurers(scheme: str) -> Mapping[str, str]:
    """Check → who measures it; of a scheme that this program does not have nobody knows."""
    return {each.name: each.measurer for each in load(scheme).checks} if scheme in shipped() else {}


def _limit(declared: str) -> str:
    """As `grading.checks` writes it: a sign, and the words or the number after it."""
    sign, space, rest = declared.partition(" ")
    return f"{sign} {_value(rest)}" if space and len(sign) == 1 else _value(declared)


def _value(said: str) -> str:
    """Its words as the paper has them; what is no word of ours (a number, a name) stands as it is."""
    words = said.split(", ") if said else []
    return ", ".join(_of_paper(f"measured_word.{each}", each) for each in words)


def _sign(sign: str) -> str:
    """Why it was not measured: the whole sentence, of which the paper has no room for more than a word."""
    return _words("unmeasured", sign)


def _cap(code: str) -> str:
    try:
        return cap_sentence(code, current())
    except KeyError:
        return code


def _words(section: str, code: str) -> str:
    return text(f"{section}.{code}") if has(f"{section}.{code}") else code


def _of_paper(key: str, otherwise: str) -> str:
    """In the words of the paper itself."""
    try:
        return _one(label(key), otherwise)
    except UnknownCodeError:
        return otherwise


def _one(pair: Pair | None, otherwise: str) -> str:
    if pair is None:
        return otherwise
    return pair.zh if current() == "zh" else pair.en


def _place(outcome: str) -> int:
    return _ORDER.index(outcome) if outcome in _ORDER else 0


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in _list(value) if isinstance(each, Mapping)]
