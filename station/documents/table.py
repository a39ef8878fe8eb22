# SPDX-License-Identifier: GPL-3.0-or-later
"""Every document there is, by name."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from station.documents import (
    agreement,
    checks,
    entries,
    errors,
    events,
    job_rows,
    jobs,
    logs,
    papers,
    phones,
    setup,
    trade,
    verification,
    webhooks,
)
from station.documents.document import Document
from station.documents.schemas import schema_of

DOCUMENTS: Mapping[str, tuple[type[Document], ...]] = MappingProxyType(
    {
        kinds[0].NAME: kinds
        for kinds in (
            (errors.Failure,),
            events.LINES,
            (entries.EntryTold,),
            (jobs.JobsTold,),
            (phones.PhonesListed,),
            (phones.PhoneChanged,),
            (phones.PhoneInspected,),
            (checks.PhoneChecked,),
            (phones.ErasePlanned,),
            (papers.PapersPrinted,),
            (papers.CopyMade,),
            (papers.GradeTold,),
            (agreement.AnswersCompared,),
            (papers.PhoneRechecked,),
            (papers.SampleTold,),
            (papers.SampleChecked,),
            (papers.SampleResult,),
            (papers.SampleLot,),
            (verification.VerificationTold,),
            (verification.TotalTold,),
            (verification.CodeAnswered,),
            (verification.VerificationsTold,),
            (setup.StationMade,),
            (setup.KeysTold,),
            (setup.ValidatorMade,),
            (setup.StationChecked,),
            (setup.LedgerVerified,),
            (setup.RecordingMade,),
            (setup.CodesExplained,),
            (setup.DemoTold,),
            (logs.LogMade,),
            (logs.LogTold,),
            (logs.LogExported,),
            (logs.WitnessesAsked,),
            (logs.LogProof,),
            (logs.LogAudited,),
            (logs.WitnessMade,),
            (logs.LogCosigned,),
            (logs.LogServing,),
            (trade.PhoneTagged,),
            (trade.LotTold,),
            (trade.LotsTold,),
            (trade.HistoryTold,),
            (job_rows.JobRow,),
            (webhooks.WebhooksTold,),
            (webhooks.WebhookTold,),
            (webhooks.DeadLetters,),
            (webhooks.WebhookTested,),
            (webhooks.WebhookSecretMade,),
        )
    }
)
"""Name → the type of the document, or the types of lines of a stream."""


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each document, by name."""
    return {name: schema_of(*kinds) for name, kinds in sorted(DOCUMENTS.items())}
