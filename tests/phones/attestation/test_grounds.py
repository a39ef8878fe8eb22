# SPDX-License-Identifier: GPL-3.0-or-later
"""What an attestation was judged against, read back from evidence: a list that cannot have been there yet is none."""

from datetime import datetime, timedelta

import pytest

from phones.attestation.evidence import values_of
from phones.attestation.grounds import ASKED, grounds_of, values_of_grounds
from phones.attestation.roots import shipped
from phones.evidence import Evidence, Moment, Outcome, digest_of
from tests.phones.attestation.test_evidence import CHAIN, piece, section
from tests.support.attestation import AT, NONCE, statuses


def kept(as_of: datetime) -> tuple[Evidence, Evidence]:
    """A chain, and beside it a list of that day."""
    values = values_of_grounds(CHAIN, roots=shipped(), signed=b"", statuses=statuses(as_of=as_of))
    beside = Evidence(
        number=2,
        at=AT,
        moment=Moment.FINAL,
        port="1-1",
        link="host",
        asked=ASKED,
        outcome=Outcome.ANSWERED,
        values=values,
        digest=digest_of(values),
    )
    return piece(1, values_of(section(), nonce=NONCE, keep=True)), beside


@pytest.mark.parametrize(("days", "is_a_list"), [(-400, True), (0, True), (1, True), (2, False), (9000, False)])
def test_a_list_of_a_day_to_come_is_none(days: int, is_a_list: bool) -> None:
    """Said to be of a later year it would never grow too old. A day is for time zones east of Greenwich."""
    day = AT.replace(hour=0) + timedelta(days=days)
    assert (grounds_of(kept(day)).statuses is not None) is is_a_list
