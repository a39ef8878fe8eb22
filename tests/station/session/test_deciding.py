# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands between a person and a decision that could lead to no paper: nothing of it is written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from certs.errors import WrongSignerError
from certs.keys.authority import load_station
from certs.keys.validators import Validator, load_validator
from certs.record.facts import Person, Validation
from phones.clock import SystemClock, utc_now
from station.errors import DecisionRefusedError, WrongStageError
from station.ledger.stages import Stage
from station.session import operations
from station.session.deciding import LONGEST_AGO, must_lead_to_a_paper
from station.session.operations import OpenStation
from station.session.parts import Secrets
from station.session.session import Session
from station.setup.home import Home
from station.setup.settings import load
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, Call


@pytest.fixture
def validator(home: Home, call: Call) -> Validator:
    """Wang Fang with her own key."""
    made = call("keys", "validator", "Wang Fang", "--json")[1]
    return load_validator(Path(made["path"]), "her own words", load_station(home.keys).organisation)


@pytest.fixture
def station(home: Home, validator: Validator) -> Iterator[OpenStation]:
    with Session.open(home, load(home.config), Secrets(passphrase=lambda: PASSPHRASE)) as session:
        yield OpenStation(home=home, session=session)


def _decided(station: OpenStation, validator: Validator, at: datetime) -> Stage:
    seen = station.session.jobs.by_id("TESTJOB1").summary.report
    content = operations.what_is_signed(station, job="TESTJOB1", seen=seen)
    signed = validator.decide(content, accept=True, role="validator", at=at, grounds="")
    operations.decide(station, job="TESTJOB1", accept=True, by=validator.name, seen=seen, signed=signed)
    return station.session.jobs.by_id("TESTJOB1").stage


@pytest.mark.parametrize("hours", [0, 8, -5])
def test_a_signature_of_now_stands_in_whatever_zone_its_clock_is(
    station: OpenStation, validator: Validator, hours: int
) -> None:
    now = utc_now().astimezone(timezone(timedelta(hours=hours)))
    assert _decided(station, validator, now) is Stage.CERTIFIED


@pytest.mark.parametrize(
    "off", [timedelta(seconds=5), timedelta(minutes=4), timedelta(hours=8), -LONGEST_AGO - timedelta(seconds=2)]
)
def test_a_signature_of_another_time_is_refused_and_the_job_still_waits(
    station: OpenStation, validator: Validator, off: timedelta
) -> None:
    with pytest.raises(WrongSignerError):
        _decided(station, validator, utc_now() + off)
    job = station.session.jobs.by_id("TESTJOB1")
    assert job.validation is None
    assert _decided(station, validator, utc_now() - timedelta(seconds=20)) is Stage.CERTIFIED


def test_nothing_is_sealed_for_a_job_that_is_decided(station: OpenStation, validator: Validator) -> None:
    seen = station.session.jobs.by_id("TESTJOB1").summary.report
    assert _decided(station, validator, utc_now()) is Stage.CERTIFIED
    entries = station.session.jobs.ledger.last_number()
    with pytest.raises(WrongStageError):
        operations.what_is_signed(station, job="TESTJOB1", seen=seen)
    assert station.session.jobs.ledger.last_number() == entries


def test_a_job_that_misses_more_than_a_person_cannot_be_accepted_but_rejected(home: Home) -> None:
    job = lives.job_in(home.ledger)
    assert job.report is not None
    accepted = Validation(decision="accepted", by=Person(name="Wang Fang", role="validator"), at=utc_now(), grounds="")
    must_lead_to_a_paper(job, accepted)
    job.summary = replace(job.summary, reasons=("policy_not_met", "awaiting_validation"))
    with pytest.raises(DecisionRefusedError) as refused:
        must_lead_to_a_paper(job, accepted)
    assert refused.value.facts["got"] == "other_reasons"
    must_lead_to_a_paper(job, replace(accepted, decision="rejected"))


def test_the_session_measures_by_the_clock_it_writes_with(
    station: OpenStation, validator: Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Ahead(SystemClock):
        def now(self) -> datetime:
            return super().now() + timedelta(minutes=6)

    monkeypatch.setattr(station.session, "_clock", Ahead())
    with pytest.raises(WrongSignerError):
        _decided(station, validator, utc_now())
