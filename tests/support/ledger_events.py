# SPDX-License-Identifier: GPL-3.0-or-later
"""Sequences of ledger events for property tests: a few jobs, their entries in any order, ids that meet each other."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from station.ledger.event import Event
from station.ledger.job_events import JobFailed, JobMoved, JobOpened, PhoneIdentified, ProblemsFound
from station.ledger.ledger import Ledger
from station.ledger.paper_events import (
    CertificateMade,
    CertificateReplaced,
    CertificateWithdrawn,
    PaperHandedOut,
    PaperLogged,
    ReportMade,
)
from station.ledger.stages import EntryKind, Stage
from station.ledger.trade_events import FieldsStated
from station.setup.trade_fields import TRADE_FIELDS
from tests.support.ledger_payloads import an_event

JOBS = ("JOB00001", "JOB00002", "JOB00003")
_PAPERS = st.sampled_from(["PW-0000-0000-0000-0001", "PW-0000-0000-0000-0002"])
_NUMBERS = st.sampled_from(["", "S1", "356938035643809", "490154203237518", 'a "quoted" one', "100%_\\"])


def _varied(event: Event, draw: Any) -> Event:
    match event:
        case PhoneIdentified():
            numbers = {name: draw(_NUMBERS) for name in ("serial", "imei1", "imei2")}
            phone = replace(event.phone, numbers={name: number for name, number in numbers.items() if number})
            return replace(event, phone=phone, attempt=draw(st.integers(1, 9)))
        case JobMoved():
            return replace(event, to=draw(st.sampled_from(list(Stage))))
        case JobFailed():
            return replace(event, reason=draw(st.sampled_from(["phone_lost", "blocked", "rejected"])))
        case ProblemsFound():
            return replace(event, codes=tuple(draw(st.lists(st.sampled_from(["a", "b"]), max_size=2))))
        case CertificateMade() | ReportMade() | PaperLogged() | PaperHandedOut():
            return replace(event, id=draw(_PAPERS))
        case CertificateReplaced() | CertificateWithdrawn():
            return replace(event, id=draw(_PAPERS))
        case FieldsStated():
            names = st.sampled_from([*TRADE_FIELDS, "another"])
            return replace(event, fields=draw(st.dictionaries(names, _NUMBERS)), ahead=draw(st.integers(0, 9)))
        case _:
            return event


@st.composite
def an_entry(draw: Any) -> tuple[str, Event]:
    """Job and event; the event may make no sense there."""
    kind = draw(st.sampled_from([kind for kind in EntryKind if kind is not EntryKind.CHECKPOINT]))
    return draw(st.sampled_from(JOBS)), _varied(an_event(kind), draw)


HISTORIES = st.lists(an_entry(), max_size=40)


def write(ledger: Ledger, history: list[tuple[str, Event]]) -> None:
    """Append all of it; a job that was not opened is opened first."""
    known = set(ledger.jobs())
    for job, event in history:
        if job not in known and not isinstance(event, JobOpened):
            ledger.append(an_event(EntryKind.JOB_OPENED), job)
        known.add(job)
        ledger.append(event, job)
