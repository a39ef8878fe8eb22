# SPDX-License-Identifier: GPL-3.0-or-later
"""Over the API a phone is erased in two steps, once, and only as it was shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from station.service.plans import VALID_S
from station.setup.settings import Overwrite
from tests.support import lives
from tests.support.service_room import LONGEST_S, OPERATOR, SERIAL, ServiceRoom, service_room
from tests.support.waiting import wait_for
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.bench.scenario import add_phones, read_scenario


def test_a_phone_goes_from_plug_to_its_paper_over_the_socket(tmp_path: Path, keys_of: Callable[[bool], Path]) -> None:
    with service_room(tmp_path / "station", keys_of(True), answers=False) as room:
        shown = room.until("to_confirm")
        assert shown["model"] == "Google Pixel 9"
        assert SERIAL.endswith(shown["number_end"])
        plan = room.plan()
        assert plan["shows"]["method"] == "android_trade_in"
        begun = room.confirm(plan)
        assert begun.status_code == 202, begun.text
        job = begun.json()["job"]
        asked: list[str] = []

        def answered() -> bool:
            for each in room.get("/v1/questions")["questions"]:
                choice = {"choice": lives.ANSWERS[each["question"]]}
                said = room.client.post(f"/v1/questions/{each['question_id']}/answer", json=choice)
                assert said.status_code in (200, 410), said.text
                asked.append(each["question"])
            return bool(room.get(f"/v1/jobs/{job}")["jobs"][0]["closed_at"])

        wait_for(answered, LONGEST_S, "the job does not end")
        (told,) = room.get(f"/v1/jobs/{job}")["jobs"]
        assert (told["stage"], told["operator"], told["serial"]) == ("CERTIFIED", OPERATOR, SERIAL)
        assert told["path"] == told["file"], "over the API no folder is told"
        assert set(asked) <= set(lives.ANSWERS)
        assert room.phone.slot.first.truth()["erased"]
        assert room.get(f"/v1/jobs/{job}/record.json")["device"]["platform"] == "android"
        room.until("finished")


WRONG: tuple[tuple[str, dict[str, Any], int, str], ...] = (
    ("another number", {"number": lives.PIXEL_13["serial"]}, 422, "not_confirmed"),
    ("too few digits", {"number": SERIAL[-3:]}, 422, "not_confirmed"),
    ("another hash", {"plan_hash": "0" * 64}, 409, "plan_changed"),
    ("nobody of that name", {"operator": "Nobody"}, 403, "not_entitled"),
    ("a field that is not known", {"yes": True}, 422, "api_refused"),
    ("a number that is no text", {"number": 1}, 422, "api_refused"),
)


def test_what_does_not_fit_begins_nothing_and_a_slip_may_be_mended(room: ServiceRoom) -> None:
    plan = room.plan()
    for what, other, status, code in WRONG:
        refused = room.confirm(plan, **other)
        assert (refused.status_code, refused.json()["code"]) == (status, code), what
    assert room.client.post(f"/v1/plans/{plan['plan']}/confirm", json={}).json()["code"] == "api_refused"
    assert room.entries("job_opened") == 0
    assert room.confirm(plan, number=SERIAL[-4:]).status_code == 202


def test_the_same_request_again_begins_nothing_new_and_another_one_under_its_key_is_refused(room: ServiceRoom) -> None:
    plan = room.plan()
    first, again = room.confirm(plan), room.confirm(plan)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    other = room.confirm(plan, number=SERIAL[-4:])
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    replayed = room.confirm(plan, key="order-0002")
    assert (replayed.status_code, replayed.json()["code"]) == (404, "plan_not_found")
    assert room.entries("job_opened") == 1


def test_a_card_that_will_be_overwritten_stands_in_the_plan_and_one_put_in_afterwards_is_not_what_was_shown(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    phone = {**lives.PIXEL_13, "set": {"card": {"bytes": 3 * 1024**2}}}
    with service_room(tmp_path / "station", keys_of(True), phone=phone, overwrite=Overwrite(card=True)) as room:
        room.until("blocked")
        room.phone.slot.press("accept_adb", room.phone.clock.seconds)
        held = room.phone.slot.phone
        assert isinstance(held, AndroidPhone)
        tray = held.lives.tray
        assert tray.card is not None
        card = tray.card
        tray.take_out()
        room.until("to_confirm")
        without = room.plan(number := str(lives.PIXEL_13["serial"]))
        assert without["shows"]["card"] == "absent"
        tray.insert(card)
        refused = room.confirm(without, number=number)
        assert (refused.status_code, refused.json()["code"]) == (409, "plan_changed")
        assert room.entries("job_opened") == 0
        plan = room.plan(number)
        shown = plan["shows"]
        assert (shown["card"], shown["can_begin"], shown["problems"]) == ("overwrite", True, [])
        assert {"card_clear", "card_fill"} <= {each["step"] for each in shown["steps"] if each["acts"]}


def test_a_plan_ends_by_itself(room: ServiceRoom) -> None:
    plan = room.plan()
    room.seconds[0] += VALID_S - 1
    assert room.confirm(plan, number="0000").json()["code"] == "not_confirmed"
    room.seconds[0] += 1
    refused = room.confirm(plan)
    assert (refused.status_code, refused.json()["code"]) == (410, "plan_expired")
    assert room.confirm(plan).json()["code"] == "plan_not_found"
    assert room.entries("job_opened") == 0


def test_another_phone_on_the_port_is_not_what_was_shown(room: ServiceRoom) -> None:
    plan = room.plan()
    other = {**lives.PIXEL_16, "name": "other", "port": "1-1", "serial": lives.PIXEL_13["serial"]}
    (slot,) = add_phones(
        read_scenario({"name": "life", "seed": 2, "phone": [other]}), epoch_at_zero=lives.EPOCH_AT_ZERO
    )
    room.phone.slot.phone = slot.phone
    refused = room.confirm(plan)
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_changed")
    assert room.confirm(plan).json()["code"] == "plan_not_found", "a plan counts once, whatever came of it"
    assert room.entries("job_opened") == 0


def test_a_plan_is_of_the_caller_it_was_made_for(room: ServiceRoom) -> None:
    plan = room.plan()
    with room.over_tcp(room.token("kiosk")) as kiosk:
        refused = room.confirm(plan, client=kiosk)
    assert refused.json()["code"] == "plan_not_found"
    assert room.entries("job_opened") == 0


def test_nothing_is_erased_until_a_person_at_the_machine_has_switched_it_on(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    with service_room(tmp_path / "station", keys_of(True), erase=False) as room:
        refused = room.confirm(room.plan())
        assert (refused.status_code, refused.json()["code"]) == (403, "erase_switched_off")
        assert [each["code"] for each in room.get("/v1/state")["state_reasons"]] == ["erase_switched_off"]
        assert room.entries("job_opened") == 0


def test_a_plan_that_shows_nothing_to_be_done_is_no_consent_to_what_the_phone_allows_later(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    with service_room(tmp_path / "station", keys_of(True), phone=lives.PIXEL_13) as room:
        assert [each["code"] for each in room.until("blocked")["state_reasons"]] == ["unauthorized"]
        plan = room.client.post("/v1/plans", json={"phone": "1-1"}).json()
        assert (plan["shows"]["can_begin"], plan["shows"]["method"], plan["shows"]["steps"]) == (False, None, [])
        refused = room.confirm(plan, number=lives.PIXEL_13["serial"])
        assert (refused.status_code, refused.json()["code"]) == (409, "plan_empty")
        assert room.entries("job_opened") == 0


def test_a_drained_service_begins_nothing_until_it_is_told_to_again(room: ServiceRoom) -> None:
    plan = room.plan()
    assert room.client.post("/v1/drain", json={"drain": True}).json()["state"] == "draining"
    refused = room.confirm(plan)
    assert (refused.status_code, refused.json()["code"], refused.json()["retryable"]) == (503, "draining", True)
    assert room.client.post("/v1/drain", json={"drain": False}).json()["state"] == "running"
    assert room.confirm(plan).status_code == 202


@pytest.mark.parametrize(("language", "begins"), [("zh-CN,en;q=0.5", "没有"), ("en", "There is no"), ("fr", "There")])
def test_a_refusal_is_said_in_the_callers_language(room: ServiceRoom, language: str, begins: str) -> None:
    body = {"plan_hash": "0" * 64, "number": SERIAL}
    headers = {"Idempotency-Key": "order-0001", "Accept-Language": language}
    said = room.client.post("/v1/plans/nosuchplan/confirm", json=body, headers=headers)
    assert said.headers["content-type"] == "application/problem+json"
    assert said.json()["detail"].startswith(begins)
    assert said.json()["next_step"]
    assert room.get(said.json()["type"])["code"] == "plan_not_found"


def test_of_a_phone_that_a_job_is_at_it_is_said_so_and_that_it_ends_or_is_given_up(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    with service_room(tmp_path / "station", keys_of(True), answers=False) as room:
        job = room.confirm(room.plan()).json()["job"]
        for named in (SERIAL, "1-1"):
            for language, decide in (("en", "decide"), ("zh", "再决定")):
                busy = room.client.post("/v1/plans", json={"phone": named}, headers={"Accept-Language": language})
                told = busy.json()
                assert (busy.status_code, told["code"]) == (409, "phone_busy"), told
                assert job in told["detail"]
                assert f"proofwipe jobs {job}" in told["next_step"]
                assert f"proofwipe abandon {job}" in told["next_step"]
                assert decide not in told["next_step"]
