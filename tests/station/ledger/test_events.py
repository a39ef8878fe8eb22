# SPDX-License-Identifier: GPL-3.0-or-later
"""The payload of every kind of entry: the JSON form that ledgers of years are read by, and nothing else is accepted."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.identifiers import ON_PAPER
from phones.identity import PhoneIdentity
from station.ledger.event import Event
from station.ledger.events import EVENTS, read_event
from station.ledger.job_events import JobMoved, JobOpened
from station.ledger.paper_events import CertificateWithdrawn
from station.ledger.stages import EntryKind, Stage
from tests.support.ledger_payloads import WRITTEN


def test_every_kind_has_a_class_and_a_payload_here() -> None:
    assert set(EVENTS) == set(WRITTEN) == set(EntryKind)


@pytest.mark.parametrize("kind", list(EntryKind))
def test_a_payload_of_an_existing_ledger_is_read_and_written_as_it_stands(kind: EntryKind) -> None:
    event = read_event(kind, WRITTEN[kind])
    assert event.kind is kind
    assert event.to_json() == WRITTEN[kind]


@pytest.mark.parametrize("kind", list(EntryKind))
def test_a_payload_with_a_field_nobody_knows_is_refused(kind: EntryKind) -> None:
    with pytest.raises(ValueError, match="unknown"):
        read_event(kind, {**WRITTEN[kind], "more": "1"})


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, payload in WRITTEN.items() for field in payload])
@pytest.mark.parametrize("wrong", [None, 1.5, ["x", 1], {"x": 1}])
def test_a_value_of_another_type_is_refused(kind: EntryKind, field: str, wrong: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them
        read_event(kind, {**WRITTEN[kind], field: wrong})


@pytest.mark.parametrize(
    "kind", [EntryKind.EVIDENCE, EntryKind.IDENTITY, EntryKind.MOVE, EntryKind.CERTIFICATE, EntryKind.LOG_START]
)
def test_a_payload_without_a_field_it_needs_is_refused(kind: EntryKind) -> None:
    for field in WRITTEN[kind]:
        with pytest.raises(ValueError, match="missing"):
            read_event(kind, {name: value for name, value in WRITTEN[kind].items() if name != field})


def test_a_job_of_an_earlier_version_has_no_acquisition_and_nothing_it_was_bound_by() -> None:
    document = {**WRITTEN[EntryKind.JOB_OPENED]}
    for later in ("usb_serial", "bound", "acquisition", "disclosures", "attempt"):
        del document[later]
    event = read_event(EntryKind.JOB_OPENED, document)
    assert isinstance(event, JobOpened)
    assert (event.usb_serial, event.bound, dict(event.acquisition), event.attempt) == ("", (), {}, 1)


def test_what_nobody_signed_says_nothing_of_a_signature() -> None:
    event = CertificateWithdrawn(id="PW-1", reason="other", by="V", role="validator", grounds="", logged="")
    assert "signed" not in event.to_json()


def test_a_number_is_no_truth_value() -> None:
    with pytest.raises(ValueError, match="because"):
        read_event(EntryKind.MOVE, {"from": "SEEN", "to": "IDENTIFIED", "because": [True]})


EARLIEST = datetime(1970, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
st.register_type_strategy(datetime, st.datetimes(min_value=EARLIEST, timezones=st.just(UTC)))
st.register_type_strategy(
    PhoneIdentity,
    st.builds(
        PhoneIdentity,
        maker=st.text(),
        numbers=st.dictionaries(st.sampled_from([each.name for each in ON_PAPER]), st.text(min_size=1)),
    ),
)


@given(st.sampled_from(list(EVENTS.values())).flatmap(st.from_type))
def test_whatever_is_written_is_read_back_the_same(event: Event) -> None:
    text = json.dumps(event.to_json(), ensure_ascii=False)
    assert read_event(event.kind, json.loads(text)) == event


def test_a_key_that_python_keeps_for_itself_is_written_without_the_underscore() -> None:
    moved = JobMoved(from_=Stage.SEEN, to=Stage.FAILED, because=(1,))
    assert moved.to_json() == {"from": "SEEN", "to": "FAILED", "because": [1]}
