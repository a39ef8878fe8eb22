# SPDX-License-Identifier: GPL-3.0-or-later
"""`verify` tells of the memory card in a field of its own: what became of it, and how far that was read back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from certs import editions
from certs.issue import issue
from certs.record.issuer import FileSigner
from certs.record.record import certificate_record
from certs.verify.plain_answer import plain_of
from certs.verify.trust import Trust
from certs.verify.verification import Answer
from certs.verify.verifier import verify
from station.documents.document import plain
from station.documents.verification import VerificationTold
from station.papers.paper_issuer import facts_of
from station.setup.settings import Overwrite
from tests.support import lives
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUER

CARD: Mapping[str, Any] = {**lives.PIXEL_13, "set": {"card": {"bytes": 3 * 1024**2}}}
OVERWRITES = replace(lives.SETTINGS, overwrite=Overwrite(card=True))


def told(phone: Mapping[str, Any], signer: FileSigner, trust: Trust) -> Any:
    """The field in what `verify --json` prints of that phone's certificate, under the law in work."""
    facts = replace(facts_of(lives.live(phone, settings=OVERWRITES).job, editions.in_work()), emulated=False)
    issued_at = facts.finished_at + timedelta(minutes=5)
    record = certificate_record(facts, ISSUER, signer.station, "", issued_at=issued_at, certificate_id=CERTIFICATE_ID)
    found = verify(issue(record, signer).pdf, trust, at=issued_at + timedelta(days=2))
    assert (found.answer, found.code) == (Answer.VALID, "")
    document: Any = plain(VerificationTold.of(found, plain_of(found), file="paper.pdf", path="paper.pdf"))
    return document["summary"]["memory_card"]


def test_a_card_that_was_overwritten_and_read_back_is_told_with_its_figures(signer: FileSigner, trust: Trust) -> None:
    card = told(CARD, signer, trust)
    done = card["card_overwritten"]
    assert (card["carrier_state"], done["overwritten"], done["short_of"]) == ("cleared", True, [])
    assert (done["card_bytes"], done["passes_full"]) == (3 * 1024**2, 1)
    assert 0 < done["kept_bytes"] <= done["card_bytes"]
    assert done["chunks_matching"] == done["chunks_drawn"] == done["chunks_total"] > 0


def test_a_card_that_keeps_nothing_is_named_as_a_residue_with_its_reason(signer: FileSigner, trust: Trust) -> None:
    card = told({**CARD, "misbehaviour": ["card_keeps_nothing"]}, signer, trust)
    reasons = card["card_overwritten"]["short_of"]
    assert (card["carrier_state"], card["card_overwritten"]["overwritten"]) == ("present", False)
    assert reasons
    assert all(each["sentence"] for each in reasons)


@pytest.mark.parametrize("phone", [lives.PIXEL_13, lives.IPHONE], ids=["android", "iphone"])
def test_a_phone_without_a_card_says_so(phone: Mapping[str, Any], signer: FileSigner, trust: Trust) -> None:
    assert told(phone, signer, trust) == {"carrier_state": "absent", "card_overwritten": None}
