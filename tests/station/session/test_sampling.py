# SPDX-License-Identifier: GPL-3.0-or-later
"""A lot of resets that nobody could prove: which phones are opened again, and what that says of the lot."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from certs.log.entries import read_entry
from certs.log.sampling import CERTIFICATES, REPORTS, draw, period
from phones.clock import SystemClock
from phones.verdict import Verdict
from station.errors import JobNotFoundError
from station.ledger.ledger import Ledger
from station.session.sampling import draw_sample, lot, record_result, write_sample
from station.setup.home import Home
from tests.support import lives

DAY = period("2026-11-01")
AFTER = datetime(2026, 11, 2, 9, tzinfo=UTC)
TOOL = "Recovery 3.1"
INSPECTOR = "Wang Fang"
LOCKED: dict[str, Any] = {"model": "pixel-6-android-13", "condition": "used"}
METHOD = "android_recovery_guided"


@pytest.fixture
def station(tmp_path: Path) -> Home:
    """A certificate, three phones that were reset in their recovery menu, and a blocked one."""
    log = lives.job_log(tmp_path)
    lives.live(lives.PIXEL_13, folder=tmp_path, log=log, job_id="HONEST01")
    for number in range(3):
        phone = {**LOCKED, "serial": f"LOCKED0{number + 1}"}
        lives.live(phone, folder=tmp_path, log=log, job_id=f"RESET00{number}", method=METHOD, seed=2 + number)
    lives.live({**LOCKED, "serial": "LOCKED00"}, folder=tmp_path, log=log, job_id="BLOCKED1", seed=1)
    log.log.close()
    return Home(tmp_path)


def _ledger(home: Home) -> Ledger:
    return Ledger(home.ledger, clock=SystemClock())


def _go_on(home: Home) -> None:
    """The log's next entry after the day."""
    log = lives.new_log(home.path)
    log.start(job="ab" * 32, tag="cd" * 16, station="ef" * 8, emulated=True, at=AFTER + timedelta(minutes=log.size))
    log.close()


def _drawn(home: Home, percent: int = 100) -> tuple[str, ...]:
    ledger = _ledger(home)
    write_sample(home, ledger, DAY, percent=percent, of=REPORTS)
    _go_on(home)
    write_sample(home, ledger, DAY, percent=percent, of=REPORTS)
    ledger.close()
    found = draw_sample(home, lives.SETTINGS, DAY, percent=percent, of=REPORTS)
    assert found.sample is not None
    assert found.committed_before_seed
    assert {row.method for row in found.rows} == {METHOD}
    return found.sample.chosen


def test_only_phones_that_were_reset_and_not_proven_are_drawn_from(station: Home) -> None:
    assert len(_drawn(station)) == 3


def test_a_lot_of_three_has_at_least_one_phone_opened_again(station: Home) -> None:
    assert len(_drawn(station, percent=5)) == 1


def test_certificates_and_reports_of_one_day_are_two_samples(station: Home) -> None:
    reports = _drawn(station)
    ledger = _ledger(station)
    write_sample(station, ledger, DAY, percent=100, of=CERTIFICATES)
    ledger.close()
    found = draw_sample(station, lives.SETTINGS, DAY, percent=100)
    assert found.sample is not None
    assert len(found.sample.chosen) == 1
    assert not set(found.sample.chosen) & set(reports)


def test_whoever_has_the_log_draws_the_same_and_sees_a_report_that_is_not_in_it(station: Home) -> None:
    chosen = _drawn(station, percent=5)
    log = lives.new_log(station.path)
    entries = [read_entry(leaf) for leaf in log.leaves()]
    origin = log.origin
    log.close()
    found = draw_sample(station, lives.SETTINGS, DAY, percent=5, of=REPORTS).sample
    assert found is not None
    again = draw(entries, DAY, origin=origin, percent=5, reports=frozenset(found.population))
    assert again == found
    assert again.chosen == chosen
    invented = draw(entries, DAY, origin=origin, percent=5, reports={*found.population, "PW-0000-0000-0000-9999"})
    assert invented is not None
    assert "PW-0000-0000-0000-9999" not in invented.population


def test_a_lot_passes_only_when_somebody_has_looked_into_each_phone(station: Home) -> None:
    chosen = _drawn(station)
    ledger = _ledger(station)
    assert lot(ledger, DAY, REPORTS).verdict is Verdict.INDETERMINATE
    for each in chosen[:2]:
        record_result(ledger, each, found="none", tool=TOOL, by=INSPECTOR, grounds="")
    record_result(ledger, chosen[2], found="not_available", tool=TOOL, by=INSPECTOR, grounds="sold")
    found = lot(ledger, DAY, REPORTS)
    assert (found.verdict, found.open_, found.number) == (Verdict.INDETERMINATE, (chosen[2],), 3)
    record_result(ledger, chosen[2], found="none", tool=TOOL, by=INSPECTOR, grounds="")
    assert lot(ledger, DAY, REPORTS).verdict is Verdict.PASSED
    ledger.close()


def test_data_that_was_found_once_fails_the_lot_whatever_is_written_down_later(station: Home) -> None:
    chosen = _drawn(station)
    ledger = _ledger(station)
    record_result(ledger, chosen[0], found="data", tool=TOOL, by=INSPECTOR, grounds="")
    for each in chosen:
        record_result(ledger, each, found="none", tool=TOOL, by=INSPECTOR, grounds="")
    found = lot(ledger, DAY, REPORTS)
    assert (found.verdict, found.data) == (Verdict.FAILED, (chosen[0],))
    ledger.close()


def test_a_lot_that_was_never_drawn_has_no_verdict(station: Home) -> None:
    ledger = _ledger(station)
    with pytest.raises(JobNotFoundError):
        lot(ledger, DAY, REPORTS)
    ledger.close()


@pytest.mark.parametrize(("of", "draws"), [(CERTIFICATES, "{}`"), (REPORTS, "{} --reports`")])
def test_of_what_was_never_drawn_it_is_said_how_it_is_drawn_and_nothing_of_jobs(
    station: Home, of: str, draws: str
) -> None:
    ledger = _ledger(station)
    with pytest.raises(JobNotFoundError) as raised:
        lot(ledger, DAY, of)
    ledger.close()
    for language in ("en", "zh"):
        assert DAY.name in raised.value.reason(language)
        assert f"`proofwipe sample draw {draws.format(DAY.name)}" in raised.value.hint(language)
        assert "proofwipe jobs" not in raised.value.hint(language)
    assert "sample" in raised.value.reason("en")
    assert raised.value.exit_code == 3
