# SPDX-License-Identifier: GPL-3.0-or-later
"""Locked, drained, in maintenance: nothing is begun, everything else goes on, and who watches over programs sees it."""

import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from station.errors import LockedError
from station.service.pauses import Pauses
from station.session import operations
from tests.support.cli_station import PASSPHRASE
from tests.support.service_room import LONGEST_S, OPERATOR, SERIAL, ServiceRoom, service_room
from tests.support.waiting import wait_for

Keys = Callable[[bool], Path]


def test_a_locked_service_begins_nothing_and_only_its_passphrase_at_the_machine_unlocks_it(room: ServiceRoom) -> None:
    plan = room.plan()
    assert room.client.post("/v1/lock", json={}).json()["locked"] is True
    refused = room.confirm(plan)
    assert (refused.status_code, refused.json()["code"], refused.json()["retryable"]) == (503, "service_locked", True)
    assert room.entries("job_opened") == 0
    assert room.get("/v1/phones")["phones"], "what needs no signature goes on"
    with room.over_tcp(room.token("technician")) as client:
        elsewhere = client.post("/v1/unlock", json={"passphrase": PASSPHRASE})
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "unlock_refused")
    wrong = room.client.post("/v1/unlock", json={"passphrase": "wrong"})
    assert (wrong.status_code, wrong.json()["code"], "wrong" in wrong.json()["detail"]) == (
        403,
        "unlock_refused",
        False,
    )
    assert room.get("/v1/state")["locked"] is True
    assert room.client.post("/v1/unlock", json={"passphrase": PASSPHRASE}).json()["locked"] is False
    assert room.confirm(plan).status_code == 202


def test_an_erase_that_has_begun_when_it_is_locked_goes_on_to_its_paper(tmp_path: Path, keys_of: Keys) -> None:
    with service_room(tmp_path / "station", keys_of(True)) as room:
        erasing = threading.Event()

        def lock(_session: object, event: object) -> None:
            if getattr(event, "key", "") == "erasing":
                room.running.pauses.locked.set()
                erasing.set()

        room.listeners.append(lock)
        job = room.confirm(room.plan()).json()["job"]
        assert erasing.wait(LONGEST_S)
        wait_for(lambda: bool(room.get(f"/v1/jobs/{job}")["jobs"][0]["closed_at"]), LONGEST_S, "the job does not end")
        assert room.get(f"/v1/jobs/{job}")["jobs"][0]["stage"] == "CERTIFIED"
        assert room.get("/v1/state")["locked"] is True


def test_a_job_whose_erase_has_not_begun_waits_before_it_until_it_is_unlocked(tmp_path: Path, keys_of: Keys) -> None:
    with service_room(tmp_path / "station", keys_of(True)) as room:
        held = threading.Event()

        def lock(_session: object, event: object) -> None:
            key = getattr(event, "key", "")
            if key == "identify":
                room.running.pauses.locked.set()
            if key == "held":
                held.set()

        room.listeners.append(lock)
        job = room.confirm(room.plan()).json()["job"]
        assert held.wait(LONGEST_S)
        before = room.phone.clock.monotonic()
        wait_for(lambda: room.phone.clock.monotonic() > before + 60, LONGEST_S, "time stands still")
        assert room.entries("about_to_erase") == room.entries("paper_handed_out") == 0
        assert not room.phone.slot.first.truth()["erased"]
        room.listeners.clear()
        assert room.client.post("/v1/unlock", json={"passphrase": PASSPHRASE}).status_code == 200
        wait_for(lambda: bool(room.get(f"/v1/jobs/{job}")["jobs"][0]["closed_at"]), LONGEST_S, "the job does not end")
        assert room.get(f"/v1/jobs/{job}")["jobs"][0]["stage"] == "CERTIFIED"


def test_while_it_is_locked_no_call_makes_a_signature(room: ServiceRoom) -> None:
    job = room.confirm(room.plan()).json()["job"]
    wait_for(lambda: bool(room.get(f"/v1/jobs/{job}")["jobs"][0]["closed_at"]), LONGEST_S, "the job does not end")
    room.client.post("/v1/lock", json={})
    written = room.entries("certificate_withdrawn")
    with room.over_tcp(room.token("validator", "Wang Fang")) as validator:
        orders: tuple[tuple[httpx.Client, str, dict[str, object]], ...] = (
            (validator, "decision", {"accept": True, "seen": "x"}),
            (validator, "withdrawal", {"reason": "other", "grounds": "x"}),
            (validator, "reprint", {"opened": []}),
            (room.client, "correction", {"answers": {"screen": "fine"}, "reason": "x"}),
            (room.client, "abandon", {}),
        )
        for client, what, body in orders:
            refused = client.post(f"/v1/jobs/{job}/{what}", json=body)
            assert (refused.status_code, refused.json()["code"]) == (503, "service_locked"), what
        assert room.entries("certificate_withdrawn") == written
        room.client.post("/v1/unlock", json={"passphrase": PASSPHRASE})
        for client, what, body in orders:
            assert b"service_locked" not in client.post(f"/v1/jobs/{job}/{what}", json=body).content, what
    beside = room.running.at
    room.running.pauses.locked.set()
    for call in (
        lambda: operations.decide(beside, job=job, accept=True, by="Wang Fang", seen=""),
        lambda: operations.withdraw(beside, job=job, reason="other", by="Wang Fang"),
        lambda: operations.print_paper(beside, job=job),
    ):
        with pytest.raises(LockedError):
            call()


def test_maintenance_says_why_and_by_whom_and_outlives_the_service(room: ServiceRoom) -> None:
    plan = room.plan()
    told = room.client.post("/v1/maintenance", json={"reason": "new cables"}).json()
    assert (told["state"], told["maintenance"]["reason"], told["maintenance"]["by"]) == (
        "draining", "new cables", OPERATOR)  # fmt: skip
    refused = room.confirm(plan)
    assert (refused.status_code, refused.json()["code"]) == (503, "in_maintenance")
    assert "new cables" in refused.json()["detail"]
    later = Pauses(room.home.path / "maintenance.json", threading.Event()).maintenance
    assert later is not None
    assert (later.reason, later.by) == ("new cables", OPERATOR)
    assert room.client.post("/v1/maintenance", json={"reason": None}).json()["maintenance"] is None
    assert room.confirm(plan).status_code == 202


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"reason": 1}', b"\xff"])
def test_a_word_about_maintenance_that_cannot_be_read_is_not_taken_for_none(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "maintenance.json").write_bytes(content)
    assert [each.code for each in Pauses(tmp_path / "maintenance.json", threading.Event()).reasons()] == [
        "in_maintenance"
    ]


def test_who_watches_over_programs_is_told_whether_work_may_come_and_no_phones_data(room: ServiceRoom) -> None:
    room.until("to_confirm")
    assert room.client.get("/readyz").text == "ready\n"
    numbers = room.client.get("/metrics")
    assert numbers.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'proofwipe_phones{state="to_confirm"} 1\n' in numbers.text
    assert "proofwipe_ready 1\n" in numbers.text
    assert SERIAL not in numbers.text
    room.client.post("/v1/drain", json={"drain": True})
    refused = room.client.get("/readyz")
    assert (refused.status_code, refused.json()["retryable"]) == (503, True)
    assert "proofwipe_ready 0\n" in room.client.get("/metrics").text
    with room.over_tcp() as nobody:
        assert [nobody.get(path).status_code for path in ("/readyz", "/metrics")] == [401, 401]
