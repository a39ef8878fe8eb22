# SPDX-License-Identifier: GPL-3.0-or-later
"""Asset tag, lot, customer's reference and note of a phone, stated by a person or a shop system before or after it is
plugged in.

Nothing that decides about an erase or a paper reads them. A later statement counts, and the ledger keeps both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from phones.cleaning import is_plain_serial
from phones.identity import plain
from phones.usb.ports import is_port_path
from station.errors import AheadRefusedError, JobNotFoundError, LotClosedError
from station.ledger.ahead import MOST_AHEAD, ahead_of_numbers, ahead_of_slot, fields_of
from station.ledger.entry import Entry
from station.ledger.job_filter import JobFilter
from station.ledger.ledger import Ledger
from station.ledger.summary import JobSummary
from station.ledger.trade_events import FieldsStated
from station.session.job_names import job_named, jobs_named
from station.session.lots import lot_stated
from station.setup.settings import Settings
from station.setup.slot_tables import is_number
from station.setup.trade_fields import read_trade_values

_MOST_LOOKED_AT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What came of a statement: about `job`, or ahead about the phone with that `number` or the next one in `slot`.

    `fields`: all that hold of it now. `also`: jobs of other phones with the same asset tag, for whoever mistyped.
    """

    job: str = ""
    number: str = ""
    slot: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who states it. `role`: operator, validator, or of a shop system that has no person."""

    name: str
    role: str


def state_fields(
    ledger: Ledger, settings: Settings, *, about: str, fields: Mapping[str, str], ahead: bool, by: By
) -> Stated:
    """State fields of the job or phone meant by a job's or paper's id, the phone's number or the end of one, or the
    slot it is at work in. `ahead`: of the phone with that whole number, or of the next one in that slot; if that phone
    is at work now, of its job.

    Raises: FieldRefusedError, LotClosedError, JobNotFoundError, AmbiguousJobError, AheadRefusedError; LedgerError.
    """
    known = read_trade_values(fields)
    next(ledger.view.jobs(), None)  # the lists are made now, if they have to be: inside nobody could read them
    with ledger.together():  # nobody begins a job between the look and the statement
        if lot := known.get("lot"):
            stated = lot_stated(ledger, lot)
            if stated is not None and not stated.open:
                raise LotClosedError(subject=stated.lot)
            known["lot"] = lot if stated is None else stated.lot
        job = _at_work(ledger, settings, about) if ahead else _meant(ledger, settings, about)
        told = Stated(job=job) if job else _phone_ahead(ledger, settings, about)
        event = FieldsStated(fields=known, by=by.name, role=by.role, number=told.number, slot=told.slot)
        entry = ledger.append(event, told.job)
    return _as_it_stands(ledger, told, entry)


def waiting_for(ledger: Ledger, settings: Settings, about: str, *, at: str) -> Mapping[str, str]:
    """What waits for the phone with that number, or at that time for the next one in that slot."""
    slot = _slot(settings, about)
    return fields_of(ahead_of_slot(ledger, slot, at=at) if slot else ahead_of_numbers(ledger, (about,)))


def _meant(ledger: Ledger, settings: Settings, about: str) -> str:
    """Id of the job. Raises: JobNotFoundError, AmbiguousJobError."""
    slot = _slot(settings, about)
    if slot:
        if job := _at_work(ledger, settings, about):
            return job
        raise JobNotFoundError(subject=about)
    named = jobs_named(ledger, about)
    newest = named[-1] if named else None
    if newest is not None and all(_same(newest.summary, each.summary) for each in named):
        return newest.id
    return job_named(ledger, about).id


def _at_work(ledger: Ledger, settings: Settings, about: str) -> str:
    """Id of the job that works on the phone in that slot or with that number now; "" without one."""
    slot, number = _slot(settings, about), plain(about)
    found = ""
    for job in ledger.view.jobs(only_open=True):
        here = job.slot == slot if slot else number in map(plain, job.numbers)
        if here and not job.work_is_over:
            found = job.id
    return found


def _phone_ahead(ledger: Ledger, settings: Settings, about: str) -> Stated:
    """Raises: AheadRefusedError for what is neither a slot nor a whole number, and where too much waits already."""
    slot, number = _slot(settings, about), plain(about)
    waits = ahead_of_numbers(ledger, (number,)) if not slot else ()
    is_phone = is_number(number) and is_plain_serial(number)
    if not (slot or is_phone) or len(waits) >= MOST_AHEAD:
        raise AheadRefusedError(subject=about, most=MOST_AHEAD)
    return Stated(slot=slot) if slot else Stated(number=number)


def _slot(settings: Settings, about: str) -> str:
    """The slot's label, or its port where it has none; "" for what is no slot."""
    if is_port_path(about):
        return settings.slot(about)
    return about if about in settings.slots.values() else ""


def _same(one: JobSummary, other: JobSummary) -> bool:
    """Is it one phone, as far as a list can tell?"""
    return one.id == other.id or bool(set(map(plain, one.numbers)) & set(map(plain, other.numbers)))


def _as_it_stands(ledger: Ledger, told: Stated, entry: Entry) -> Stated:
    summary = ledger.view.fold(told.job) if told.job else None
    if summary is not None:
        fields = summary.stated
    elif told.slot:
        fields = fields_of(ahead_of_slot(ledger, told.slot, at=entry.at))
    else:
        fields = fields_of(ahead_of_numbers(ledger, (told.number,)))
    others: tuple[str, ...] = ()
    if tag := fields.get("asset_tag"):
        bearing = ledger.view.select(JobFilter(asset_tag=tag), most=_MOST_LOOKED_AT)
        own = {plain(number) for number in (summary.numbers if summary is not None else (told.number,))}
        strangers = (each for each in bearing if each.id != told.job and own.isdisjoint(map(plain, each.numbers)))
        others = tuple(each.id for each in strangers)
    return Stated(job=told.job, number=told.number, slot=told.slot, fields=dict(fields), also=others)
