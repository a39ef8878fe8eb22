# SPDX-License-Identifier: GPL-3.0-or-later
"""What a validator looks at before they decide about a job: at the terminal and on a page the same.

The findings, residues and checks are read from the record that is decided about, which its edition wrote; a later
edition may say things this program has no words for. They are shown by their codes, never left out.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from certs.page.errors import UnknownCodeError
from certs.page.labels import Pair, label, phrase_if_any
from phones.words import has
from station.documents.job_story import Happened, happenings, named_numbers
from station.ledger.corrections import CORRECTED, STATED
from station.ledger.job import Job
from station.ledger.newer_jobs import newer_jobs
from station.text.language import current, text

_ORDER = ("failed", "indeterminate", "passed")
_OUTCOMES = ("fail", "indeterminate", "not_tested", "pass", "not_applicable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the technician was asked about the phone's condition, and stated. `letter`: of a class, "" without one."""

    question: str
    letter: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the phone was asked after the erase, and what was seen. `verdict`: passed, failed or indeterminate, which is
    what could not be told; any other word where a later edition has one. `seen`: that in words; `writer`: who could
    have written it at least.
    """

    rule: str
    asked: str
    verdict: str
    seen: str
    writer: str
    against: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One check of the grade. `outcome`: a code, `said`: in words; `measured`: as the phone said it."""

    name: str
    outcome: str
    said: str
    measured: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewerJob:
    """The phone was here again since."""

    job: str
    opened_at: str
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCard:
    """`seen`: id of the record that is decided about, "" where there is none yet."""

    job: Job
    seen: str
    numbers: tuple[tuple[str, str], ...]
    answers: tuple[Answer, ...]
    findings: tuple[Finding, ...]
    residues: tuple[tuple[str, str], ...]
    checks: tuple[Checked, ...]
    happened: tuple[Happened, ...]
    newer: tuple[NewerJob, ...]


def decision_card(job: Job) -> DecisionCard:
    """In the language in use. Raises: LedgerError."""
    record = _record(job)
    erase, grade = _table(record.get("erase")), _table(record.get("grade"))
    return DecisionCard(
        job=job,
        seen=job.summary.report,
        numbers=tuple(named_numbers(job.summary)),
        answers=tuple(answers(job)),
        findings=tuple(sorted(map(_finding, _rows(erase.get("findings"))), key=_place_of_finding)),
        residues=tuple(
            (_residue(str(name)), _residue_state(str(state))) for name, state in _table(erase.get("residues")).items()
        ),
        checks=tuple(sorted(map(_check, _rows(grade.get("checks"))), key=_place_of_check)),
        happened=tuple(happenings(job)),
        newer=tuple(newer(job)),
    )


def answers(job: Job) -> Iterator[Answer]:
    """What was stated, in the order it was asked; a corrected answer stands behind the earlier one."""
    for piece in job.evidence:
        if piece.asked not in (STATED, CORRECTED):
            continue
        for name, value in piece.values.items():
            key = f"bench.form_{name.removeprefix('statement.')}"
            yield Answer(
                question=text(key) if has(key) else name,
                letter=value if len(value) == 1 else "",
                answer=text(f"answer.{value}") if has(f"answer.{value}") else value,
            )


def newer(job: Job) -> Iterator[NewerJob]:
    """Jobs with the same phone since. Raises: LedgerError."""
    for each in newer_jobs(job):
        yield NewerJob(job=each.id, opened_at=each.opened_at, stage=text(f"stage.{each.stage.value}"))


def _record(job: Job) -> Mapping[str, Any]:
    try:
        return _table(json.loads(job.report.record)) if job.report is not None else {}
    except (ValueError, RecursionError):
        return {}


def _finding(row: Mapping[str, Any]) -> Finding:
    rule, verdict, kind = (str(row.get(name, "")) for name in ("rule", "verdict", "kind"))
    against = kind == "contradiction"
    writer = str(row.get("writer", ""))
    return Finding(
        rule=rule,
        asked=_of_paper("rule", rule),
        verdict=verdict,
        seen=_of_paper("against" if against else "verdict", verdict),
        writer=_of_paper("writer", writer) if writer else "",
        against=against,
    )


def _check(row: Mapping[str, Any]) -> Checked:
    name, outcome = str(row.get("name", "")), str(row.get("outcome", ""))
    said = text(f"outcome.{outcome}") if has(f"outcome.{outcome}") else outcome
    return Checked(
        name=_said(phrase_if_any("check", name), name),
        outcome=outcome,
        said=said,
        measured=str(row.get("measured", "")),
    )


def _residue(name: str) -> str:
    return _said(phrase_if_any("residue", name), name)


def _residue_state(state: str) -> str:
    return text(f"residue_state.{state}") if has(f"residue_state.{state}") else state


def _of_paper(section: str, code: str) -> str:
    """In the words of the paper itself."""
    try:
        return _said(label(f"{section}.{code}"), code)
    except UnknownCodeError:
        return code


def _said(pair: Pair | None, code: str) -> str:
    if pair is None:
        return code
    return pair.zh if current() == "zh" else pair.en


def _place_of_finding(one: Finding) -> tuple[int, str]:
    return (_ORDER.index(one.verdict) if one.verdict in _ORDER else 0, one.rule)


def _place_of_check(one: Checked) -> tuple[int, str]:
    return (_OUTCOMES.index(one.outcome) if one.outcome in _OUTCOMES else 0, one.name)


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
