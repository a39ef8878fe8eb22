# SPDX-License-Identifier: GPL-3.0-or-later
"""Lots: what one should hold, what came of it, and what differs. A lot is there as soon as anybody names it.

Phones are counted, not jobs: of a phone that came twice in one lot the newest job counts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from string import ascii_lowercase, ascii_uppercase

from phones.cleaning import clean
from phones.identity import plain
from phones.verdict import Verdict
from station.errors import LotClosedError, LotDiffersError, LotNotFoundError
from station.ledger.ahead import ahead_of_lot
from station.ledger.job_filter import JobFilter
from station.ledger.ledger import Ledger
from station.ledger.summary import JobSummary, Result
from station.ledger.trade_events import LotStated, ModelExpected
from station.setup.trade_fields import read_trade_value

MOST_EXPECTED = 1_000_000
MOST_MODELS = 200
LONGEST_MODEL = 80
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
MOST_NAMED = 1000
"""Phones that were stated ahead and have not come, as a lot names them at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Phones of a lot, or of one model in it.

    `expected`, `missing`, `unexpected`: None where nobody said how many. `erased`: with an erase that was verified.
    `certified`: with a certificate that stands. `awaiting`: a validator has not decided. `reported`: it ended without
    a certificate. `at_work`: anything else. Of `arrived` each is one of the last four, or its certificate stands no
    more.
    """

    expected: int | None = None
    arrived: int = 0
    erased: int = 0
    certified: int = 0
    awaiting: int = 0
    reported: int = 0
    at_work: int = 0

    @property
    def missing(self) -> int | None:
        """Expected, and not there."""
        return None if self.expected is None else max(0, self.expected - self.arrived)

    @property
    def unexpected(self) -> int | None:
        """There beyond what was expected."""
        return None if self.expected is None else max(0, self.arrived - self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """How a lot stands. `stated`: what somebody said of it, None where it is only named by phones. `models`: by what
    lists show. `not_come`: numbers that were stated to be of it, of phones that have not come. `jobs`: of its phones,
    the earlier ones too.
    """

    name: str
    stated: LotStated | None
    total: Count
    models: Mapping[str, Count] = field(default_factory=dict)
    not_come: tuple[str, ...] = ()
    jobs: int = 0

    @property
    def open(self) -> bool:
        """Nobody has closed it."""
        return self.stated is None or self.stated.open

    @property
    def differences(self) -> Mapping[str, int]:
        """What a person who closes it has to know; empty where it is all as was said and done."""
        stated_models = {} if self.stated is None else self.stated.models
        unlike = sum(max(0, each.missing or 0) for each in self.models.values()) if stated_models else 0
        found = {
            "missing": max(self.total.missing or 0, unlike, len(self.not_come)),
            "unexpected": max(
                self.total.unexpected or 0,
                sum(each.unexpected or 0 for each in self.models.values()) if stated_models else 0,
            ),
            "at_work": self.total.at_work,
            "awaiting": self.total.awaiting,
        }
        return {name: number for name, number in found.items() if number}


@dataclass(frozen=True, slots=True, kw_only=True)
class LotLine:
    """A lot as the list of lots shows it."""

    name: str
    open: bool
    expected: int | None
    jobs: int


def lot_stated(ledger: Ledger, name: str) -> LotStated | None:
    """The last statement about the lot of that name, in any case of ASCII letters. Raises: LedgerError."""
    found = None
    for each in ledger.all_of(LotStated):
        if lot_key(each.lot) == lot_key(name):
            found = each
    return found


def lots(ledger: Ledger) -> tuple[LotLine, ...]:
    """Every lot that was announced or has a phone; open ones first, then by name. Raises: LedgerError."""
    stated = {lot_key(each.lot): each for each in ledger.all_of(LotStated)}
    lines: dict[str, LotLine] = {
        key: LotLine(name=each.lot, open=each.open, expected=_expected(each), jobs=0) for key, each in stated.items()
    }
    for name, number in ledger.view.lots():
        known = lines.get(lot_key(name), LotLine(name=name, open=True, expected=None, jobs=0))
        lines[lot_key(name)] = replace(known, jobs=known.jobs + number)
    return tuple(sorted(lines.values(), key=lambda each: (not each.open, each.name.casefold())))


def lot(ledger: Ledger, name: str) -> Lot:
    """How it stands. Raises: LotNotFoundError for one that nobody named; LedgerError."""
    stated = lot_stated(ledger, name)
    named = name if stated is None else stated.lot
    phones: dict[str, JobSummary] = {}
    jobs = 0
    for job in ledger.view.each(JobFilter(lot=named)):
        jobs += 1
        phones[phone_key(job)] = job  # the newest of a phone comes last
    not_come = tuple(islice(ahead_of_lot(ledger, named), MOST_NAMED))
    if stated is None and not jobs and not not_come:
        raise LotNotFoundError(subject=clean(name))
    expected = {} if stated is None else {each.model: each.expected for each in stated.models}
    models = {each.casefold(): each for each in expected}
    of_model: dict[str, list[JobSummary]] = {model: [] for model in expected}
    for job in phones.values():
        of_model.setdefault(models.setdefault(job.model.casefold(), job.model), []).append(job)
    said = bool(expected)
    return Lot(
        name=named if stated is not None or not jobs else next(iter(phones.values())).lot,
        stated=stated,
        total=_count(phones.values(), None if stated is None else _expected(stated)),
        models={
            model: _count(found, expected.get(model, 0 if said else None)) for model, found in sorted(of_model.items())
        },
        not_come=not_come,
        jobs=jobs,
    )


def state_lot(
    ledger: Ledger, *, name: str, by: str, role: str, expected: int | None, models: Mapping[str, int]
) -> None:
    """Say what a lot should hold, in place of what was said before; one that was closed is open again.

    Raises: FieldRefusedError, LedgerError.
    """
    lot_name = read_trade_value("lot", name)
    with ledger.together():
        known = lot_stated(ledger, lot_name)
        rows = tuple(ModelExpected(model=clean(model, most=LONGEST_MODEL), expected=n) for model, n in models.items())
        spelled = lot_name if known is None else known.lot
        ledger.append(LotStated(lot=spelled, by=by, role=role, expected=expected, models=rows), "")


def close_lot(ledger: Ledger, *, name: str, by: str, role: str, differences_known: bool) -> Mapping[str, int]:
    """Close a lot; what differs is written with it, and returned. Nobody states a phone to be of it any more.

    Raises: LotNotFoundError; LotClosedError; LotDiffersError where something differs and nobody said that this is
    known; LedgerError.
    """
    next(ledger.view.jobs(), None)  # the lists are made now, if they have to be: inside nobody could read them
    with ledger.together():
        found = lot(ledger, name)
        if not found.open:
            raise LotClosedError(subject=found.name)
        if found.differences and not differences_known:
            raise LotDiffersError(subject=found.name, differences=found.differences)
        before = found.stated or LotStated(lot=found.name, by=by, role=role)
        shown = {key: str(number) for key, number in found.differences.items()}
        ledger.append(replace(before, by=by, role=role, open=False, closed_with=shown), "")
    return found.differences


def lot_key(name: str) -> str:
    """What tells lots apart: ASCII letters in any case, as the ledger's lists compare, so that a lot is the same in the
    list of lots and on its manifest.
    """
    return name.translate(_SMALL)


def phone_key(job: JobSummary) -> str:
    """What tells the phones of a list apart: its first number, or the job where none is known."""
    return plain(job.numbers[0]) if job.numbers else job.id


def _expected(stated: LotStated) -> int | None:
    if stated.expected is not None or not stated.models:
        return stated.expected
    return sum(each.expected for each in stated.models)


def _count(jobs: Iterable[JobSummary], expected: int | None) -> Count:
    results: Counter[Result] = Counter()
    arrived = erased = 0
    for job in jobs:
        arrived += 1
        erased += job.verdict == Verdict.PASSED.value
        results[job.result] += 1
    return Count(
        expected=expected,
        arrived=arrived,
        erased=erased,
        certified=results[Result.CERTIFIED],
        awaiting=results[Result.AWAITING],
        reported=results[Result.NOT_CERTIFIED],
        at_work=results[Result.OPEN],
    )
