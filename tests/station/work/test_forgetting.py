# SPDX-License-Identifier: GPL-3.0-or-later
"""What lets us into an iPhone is given up when its job is over, and kept while the job must still be resumed."""

from pathlib import Path

import pytest

from station.errors import LedgerError, LedgerFullError
from station.ledger.ledger import Ledger
from station.ledger.stages import Stage
from station.session.session import Session
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.bench.scenario import add_phones, read_scenario


# At 16 "about to erase" is written and the command never left: the resumed job looks, and does not erase.
@pytest.mark.parametrize(("writes", "certified"), [(5, True), (13, True), (16, False), (21, True)])
def test_a_job_whose_ledger_was_full_keeps_its_pair_records_until_it_is_resumed(
    tmp_path: Path, writes: int, certified: bool
) -> None:
    document = {"name": "life", "seed": 1, "phone": [{"name": "phone", "port": "1-1", **lives.IPHONE}]}
    (slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
    clock, pairing = VirtualClock(), tmp_path / "pairing"
    port = DirectPort(slot, clock, pairing)
    technician = lives.scripted(lives.SCRIPT, slot, clock)
    papers = lives.paper_issuer(tmp_path, clock)

    def session(ledger: Ledger) -> Session:
        return lives.session(ledger, port, clock, papers=papers, seed=1, listener=technician.notice)

    def refuse(number: int, _when: str) -> None:
        if number > writes:
            raise LedgerFullError(got="no space")

    full = Ledger(tmp_path / "ledger.sqlite3", clock=clock, on_append=refuse)
    with session(full) as first:
        first.start(port.look(), by=lives.TESTER)
        with pytest.raises(LedgerError):
            first.wait()
    full.close()
    assert list(pairing.iterdir()), "the trust test of the resumed job needs them"
    ledger = Ledger(tmp_path / "ledger.sqlite3", clock=clock)
    with session(ledger) as second:
        (job,) = second.resume()
        second.wait()
    assert (job.stage is Stage.CERTIFIED) == certified
    assert slot.first.truth()["erased"] is certified
    assert list(pairing.iterdir()) == []
    ledger.close()


def test_a_job_that_failed_gives_its_pair_records_up_too(tmp_path: Path) -> None:
    life = lives.live({**lives.IPHONE, "misbehaviour": ["media_kept"]}, folder=tmp_path)
    assert life.job.stage is Stage.FAILED
    assert list((tmp_path / "pairing").iterdir()) == []
