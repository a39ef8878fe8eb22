# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence that never was, for checks and grades."""

from collections.abc import Mapping
from datetime import UTC, datetime

from phones.evidence import Evidence, Moment, Outcome, digest_of


def evidence_of(
    values: Mapping[str, str],
    *,
    number: int = 1,
    link: str = "adb",
    outcome: Outcome = Outcome.ANSWERED,
    moment: Moment = Moment.BEFORE,
) -> Evidence:
    return Evidence(
        number=number,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        moment=moment,
        port="1-1",
        link=link,
        asked="x",
        outcome=outcome,
        values=dict(values),
        digest=digest_of(values),
    )
