# SPDX-License-Identifier: GPL-3.0-or-later
"""All kinds of entries, and what each says.

The classes are the station's history as an API: whoever writes or reads an entry does it through them, and nothing
outside knows a payload's keys. The JSON of a kind is hashed into ledgers that are kept for years: a field may be added
with a default; none is renamed, removed or given another meaning.
"""

from collections.abc import Mapping
from types import MappingProxyType

from station.ledger.event import Event
from station.ledger.job_events import (
    AboutToErase,
    AnswerCorrected,
    DecisionTaken,
    EvidenceKept,
    JobFailed,
    JobJudged,
    JobMoved,
    JobOpened,
    JobResumed,
    MethodChosen,
    PhoneIdentified,
    ProblemsFound,
    StepBegun,
    StepDone,
)
from station.ledger.paper_events import (
    CertificateMade,
    CertificateReplaced,
    CertificateWithdrawn,
    CheckpointSigned,
    FieldsSealed,
    LogAnchored,
    LogStarted,
    PaperHandedOut,
    PaperLogged,
    PaperPrinted,
    ReportMade,
    SampleCommitted,
    SampleDrawn,
    SampleInspected,
)
from station.ledger.stages import EntryKind
from station.ledger.trade_events import FieldsStated, LotStated

EVENTS: Mapping[EntryKind, type[Event]] = MappingProxyType(
    {
        event.kind: event
        for event in (
            JobOpened,
            EvidenceKept,
            PhoneIdentified,
            ProblemsFound,
            MethodChosen,
            StepBegun,
            AboutToErase,
            StepDone,
            JobJudged,
            AnswerCorrected,
            DecisionTaken,
            JobFailed,
            CertificateMade,
            ReportMade,
            JobMoved,
            JobResumed,
            LogAnchored,
            LogStarted,
            PaperLogged,
            PaperPrinted,
            PaperHandedOut,
            FieldsSealed,
            CertificateReplaced,
            CertificateWithdrawn,
            SampleCommitted,
            SampleDrawn,
            SampleInspected,
            CheckpointSigned,
            FieldsStated,
            LotStated,
        )
    }
)
"""Kind of an entry → its class."""


def read_event(kind: EntryKind, document: Mapping[str, object]) -> Event:
    """The event of an entry. Raises: ValueError when the payload is none of that kind."""
    return EVENTS[kind].from_json(document)
