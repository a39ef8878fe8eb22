# SPDX-License-Identifier: GPL-3.0-or-later
"""Decisions, corrections, withdrawals and copies over the API, by who may, about what they were shown."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from certs.keys.authority import load_station
from certs.keys.validators import load_validator
from certs.page.pdf_profile import read
from certs.record.validation import subject
from phones.clock import utc_now
from station.setup.home import Home
from tests.support.cli_station import Call
from tests.support.service_room import SERIAL, ServiceRoom
from tests.support.station_room import VALIDATOR, StationRoom, station_room
from tests.support.waiting import wait_for

JOB = "/v1/jobs/TESTJOB1"


@pytest.fixture
def station(home: Home) -> Iterator[StationRoom]:
    with station_room(home) as found:
        yield found


def seen(station: StationRoom) -> str:
    return str(station.told()["awaiting_record"])


def test_a_certificate_is_withdrawn_by_a_validator_alone_and_once(station: StationRoom) -> None:
    body = {"reason": "data_found", "grounds": "<b>found</b> a photo"}
    with station.client("technician") as technician, station.client("validator") as validator:
        early = validator.post(f"{JOB}/withdrawal", json=body)
        assert (early.status_code, early.json()["code"]) == (409, "not_certified")
        decided = validator.post(f"{JOB}/decision", json={"accept": True, "seen": seen(station)})
        assert decided.status_code == 200, decided.text
        assert technician.post(f"{JOB}/withdrawal", json=body).status_code == 403
        for wrong in ({"reason": "no_such_reason"}, {"reason": "data_found", "extra": 1}, {}):
            assert validator.post(f"{JOB}/withdrawal", json=wrong).status_code in (409, 422), wrong
        assert station.told()["standing"] == "live"
        for _ in range(2):
            done = validator.post(f"{JOB}/withdrawal", json=body)
            assert done.status_code == 200, done.text
            (job,) = done.json()["jobs"]
            assert (job["standing"], job["ended_by"]) == ("withdrawn", "data_found")
    kinds = [row.kind for row in station.running.at.session.jobs.ledger.stored()]
    assert kinds.count("withdrawn") == 1


def test_a_copy_shows_the_sealed_fields_that_were_asked_for_and_no_others(station: StationRoom) -> None:
    with station.client("validator") as validator:
        none = validator.post(f"{JOB}/reprint", json={})
        assert (none.status_code, none.json()["code"]) == (409, "not_certified"), "nothing that waits is given out"
        validator.post(f"{JOB}/decision", json={"accept": True, "seen": seen(station)})
        plain = validator.post(f"{JOB}/reprint", json={})
        assert plain.headers["content-type"] == "application/pdf"
        record = read(plain.content).embedded()["erase-record.json"]
        sealed = [each.name for each in station.running.at.session.jobs.by_id("TESTJOB1").openings or ()]
        assert sealed
        opened = validator.post(f"{JOB}/reprint", json={"opened": sealed[:1]})
        assert opened.status_code == 200, opened.text
        files = read(opened.content).embedded()
        assert files["erase-record.json"] == record, "the same record under a new signature"
        assert set(files) - set(read(plain.content).embedded())
        wrong = validator.post(f"{JOB}/reprint", json={"opened": ["passphrase"]})
        assert wrong.status_code in (409, 422)
        assert sealed[0] in wrong.json()["detail"] + str(wrong.json()["next_step"])
    with station.client("kiosk") as kiosk:
        assert kiosk.post(f"{JOB}/reprint", json={}).status_code == 403


def signed_decision(station: StationRoom, home: Home, path: str, **other: Any) -> dict[str, Any]:
    """A program of the validator's own: asks what is signed, makes the bytes itself, signs where the key is."""
    key = load_validator(Path(path), "her own words", load_station(home.keys).organisation)
    shown = seen(station)
    with station.client("validator") as validator:
        asked = validator.post(f"{JOB}/decision/content", json={"seen": shown})
        assert asked.status_code == 200, asked.text
    signed = key.decide(asked.json()["content"], accept=True, role=asked.json()["role"], at=utc_now(), grounds="")
    at = f"{signed.at:%Y-%m-%dT%H:%M:%SZ}"
    assert subject(asked.json()["content"], decision="accepted", by=key.name, role="validator", at=at, grounds="")
    encoded = {
        "at": at,
        "certificate": base64.b64encode(signed.certificate).decode(),
        "signature": base64.b64encode(signed.signature).decode(),
    }
    return {"accept": True, "seen": shown, "signed": encoded | other}


def test_a_validator_signs_with_their_own_key_and_a_signature_of_something_else_is_refused(
    home: Home, call: Call
) -> None:
    path = call("keys", "validator", VALIDATOR, "--json")[1]["path"]
    with station_room(home) as station, station.client("validator") as validator:
        other = signed_decision(station, home, path)
        refused = validator.post(f"{JOB}/decision", json=other | {"accept": False})
        assert refused.status_code == 503, "somebody signed for the opposite"
        broken = signed_decision(station, home, path, signature="AAAA")
        assert validator.post(f"{JOB}/decision", json=broken).status_code == 503
        bad = signed_decision(station, home, path, signature="A===")
        assert validator.post(f"{JOB}/decision", json=bad).status_code == 422
        assert station.told()["decision"] is None
        good = validator.post(f"{JOB}/decision", json=signed_decision(station, home, path))
        assert good.status_code == 200, good.text
        job = station.running.at.session.jobs.by_id("TESTJOB1")
        assert job.validation is not None
        assert job.validation.signature
        late = validator.post(f"{JOB}/decision/content", json={"seen": good.json()["jobs"][0]["paper"]})
        assert (late.status_code, late.json()["code"]) == (409, "wrong_stage")


def test_an_answer_is_corrected_before_the_decision_and_who_saw_the_old_one_decides_nothing(
    station: StationRoom,
) -> None:
    old = seen(station)
    with station.client("technician") as technician, station.client("validator") as validator:
        for answers in ({"screen": "perfect"}, {"erase_again": "yes"}, {}, {"no_such": "ok"}):
            wrong = technician.post(f"{JOB}/correction", json={"answers": answers, "reason": "a slip"})
            assert wrong.status_code in (409, 422), answers
        body = {"answers": {"screen": "defect"}, "reason": "a slip <script>"}
        done = technician.post(f"{JOB}/correction", json=body)
        assert done.status_code == 200, done.text
        assert seen(station) != old
        late = validator.post(f"{JOB}/decision", json={"accept": True, "seen": old})
        assert (late.status_code, late.json()["code"]) == (409, "seen_changed")
        assert station.told()["decision"] is None
        now = validator.post(f"{JOB}/decision", json={"accept": True, "seen": seen(station)})
        assert now.status_code == 200, now.text
        over = technician.post(f"{JOB}/correction", json={"answers": {"screen": "ok"}, "reason": "late"})
        assert (over.status_code, over.json()["code"]) == (409, "answer_kept")


def test_the_phone_on_the_bench_is_held_against_its_paper(room: ServiceRoom) -> None:
    job = room.confirm(room.plan()).json()["job"]
    wait_for(lambda: bool(room.get(f"/v1/jobs/{job}")["jobs"][0]["closed_at"]), 100, "the job does not end")
    room.until("finished")
    told = room.client.post(f"/v1/jobs/{job}/recheck", json={"phone": SERIAL})
    assert told.status_code == 200, told.text
    assert (told.json()["same"], told.json()["differs"]) == ("passed", [])
    assert room.client.post(f"/v1/jobs/{job}/recheck", json={"phone": "nothing"}).status_code == 404
    assert room.client.post("/v1/jobs/NOSUCH/recheck", json={"phone": SERIAL}).status_code == 404
