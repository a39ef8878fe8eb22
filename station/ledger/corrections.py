# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job's evidence is after answers about the phone's condition were corrected.

The entries of the ledger stay as they were written, each with its own time. A paper is made of what was not taken back:
the earlier statement without the answer that was a slip, and, as a piece of its own with the time it was made, the
later one. So no paper says that something was stated at a time when it was not; that a piece `operator.correction` is
there shows its reader that an answer was corrected, and what it was before stands in the ledger alone.
"""

from collections.abc import Iterable
from dataclasses import replace

from phones.evidence import Evidence, digest_of
from station.ledger.job_events import AnswerCorrected

STATED = "operator.condition"
CORRECTED = "operator.correction"


def corrected(evidence: Iterable[Evidence], event: AnswerCorrected) -> list[Evidence]:
    """The evidence with the later answer in place of the earlier one."""
    kept = []
    for piece in evidence:
        values = dict(piece.values)
        if piece.asked in (STATED, CORRECTED) and values.pop(event.value_name, None) is not None:
            if values:
                kept.append(replace(piece, values=values, digest=digest_of(values)))
            continue
        kept.append(piece)
    return [*kept, event.evidence]
