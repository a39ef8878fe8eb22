# SPDX-License-Identifier: GPL-3.0-or-later
"""Who comes in through a browser, how long, and what of it counts where."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station.service.callers import Caller, Role
from station.service.login_codes import VALID_S, LoginCodes
from station.service.pages.sessions import IDLE, LONGEST, Sessions, sessions_of
from station.service.tokens import remove, tokens
from tests.support.page_client import OWN, PageClient, coming_in
from tests.support.service_room import ServiceRoom


def test_a_badge_opens_a_session_whose_cookie_no_script_and_no_other_page_can_use(room: ServiceRoom) -> None:
    with room.over_tcp() as client:
        assert client.get("/").headers["location"] == "/login"
        assert client.get("/login").status_code == 200
        for wrong in ("proofwipe_nobody", "", "x" * 200, "<script>"):
            refused = client.post("/login/badge", json={"badge": wrong}, headers=OWN)
            assert (refused.status_code, "set-cookie" in refused.headers) == (401, False)
        answer = client.post("/login/badge", json={"badge": room.token("technician")}, headers=OWN)
        cookie = answer.headers["set-cookie"].lower()
        assert all(each in cookie for each in ("httponly", "samesite=strict", "path=/"))
        assert client.get("/").status_code == 200
        assert "Li Wei" in client.get("/").text


def test_the_local_user_opens_a_session_by_a_one_time_address_that_looking_at_does_not_use_up(
    room: ServiceRoom,
) -> None:
    made = room.client.post("/v1/logins", json={})
    assert (made.status_code, made.json()["address"]) == (201, None), "this service has no port set"
    path = made.json()["path"]
    code = path.partition("=")[2]
    with room.over_tcp() as client:
        for _ in range(2):
            assert 'id="login-code"' in client.get(path).text
        body = {"code": code, "operator": "Li Wei"}
        foreign = client.post("/login/code", json=body, headers={"Sec-Fetch-Site": "cross-site"})
        without = client.post("/login/code", json=body)
        nobody = client.post("/login/code", json={"code": code, "operator": "Mallory"}, headers=OWN)
        assert [each.status_code for each in (foreign, without, nobody)] == [403, 403, 422]
        assert client.post("/login/code", json=body, headers=OWN).headers["hx-redirect"] == "/"
        assert "technician" in client.get("/").text
    with room.over_tcp() as other:
        again = other.post("/login/code", json=body, headers=OWN)
        assert (again.status_code, "set-cookie" in again.headers) == (401, False), "it counts once"
        assert 'id="login-badge"' in other.get(path).text


def test_a_code_counts_for_a_minute() -> None:
    seconds = [0.0]
    codes = LoginCodes(monotonic=lambda: seconds[0])
    caller = Caller(id="user:1", role=Role.TECHNICIAN)
    early, late = codes.make(caller), codes.make(caller)
    seconds[0] = VALID_S - 1
    assert (codes.look(early), codes.use(early), codes.use(early)) == (caller, caller, None)
    seconds[0] = VALID_S
    assert (codes.look(late), codes.use(late), codes.use("")) == (None, None, None)


def test_a_session_survives_a_restart_and_is_kept_as_its_hash(room: ServiceRoom, browser: PageClient) -> None:
    (secret,) = [each.value for each in browser.client.cookies.jar]
    assert secret is not None
    file = room.home.path / "service.sqlite3"
    assert secret.encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    with closing(sessions_of(room.home)) as after_restart:
        found = after_restart.find(secret, touch=False)
        assert found is not None
        assert (found.caller.role, found.caller.person) == (Role.TECHNICIAN, "Li Wei")
        assert after_restart.find(secret[:-1], touch=False) is None


@dataclass
class Days:
    now: datetime = datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.mark.parametrize("busy", [True, False])
def test_a_session_ends_when_nobody_does_anything_and_in_any_case_after_a_day(tmp_path: Path, busy: bool) -> None:
    clock = Days()
    with closing(Sessions(tmp_path / "s", now=lambda: clock.now, token_counts=lambda *_: True)) as sessions:
        secret = sessions.begin(role=Role.TECHNICIAN, person="Li Wei", token="")
        began, alive = clock.now, timedelta()
        while sessions.find(secret, touch=busy) is not None:
            alive = clock.now - began
            clock.now += timedelta(minutes=30)
        ends = LONGEST if busy else IDLE
        assert ends - timedelta(minutes=30) <= alive < ends
        assert sessions.find(secret, touch=True) is None, "it does not come back"


def test_a_session_ends_with_its_token(room: ServiceRoom) -> None:
    with coming_in(room, "technician") as browser, coming_in(room, "auditor") as other:
        removed = next(each.id for each in tokens(room.home) if each.role == "technician")
        assert browser.client.get("/help").status_code == 200
        remove(room.home, removed)
        assert browser.client.get("/help").headers["location"] == "/login"
        assert other.client.get("/help").status_code == 200


def test_who_goes_out_is_out_wherever_the_cookie_was_copied_to(browser: PageClient) -> None:
    copied = dict(browser.client.cookies)
    assert browser.send("/logout", {}).headers["hx-redirect"] == "/login"
    browser.client.cookies.update(copied)
    assert browser.client.get("/help").headers["location"] == "/login"


def test_a_cookie_counts_for_pages_alone_and_a_token_for_the_api_alone(room: ServiceRoom, browser: PageClient) -> None:
    assert browser.client.get("/v1/phones").status_code == 401
    assert browser.client.post("/v1/plans", json={"phone": "x"}, headers=OWN).status_code == 401
    with room.over_tcp(room.token("kiosk")) as program:
        assert program.get("/v1/phones").status_code == 200
        assert program.get("/").headers["location"] == "/login"


def test_the_language_is_kept_by_the_browser_and_said_of_the_page(browser: PageClient) -> None:
    assert '<html lang="en">' in browser.page("/")
    assert browser.send("/language", {"language": "zh"}).headers["hx-refresh"] == "true"
    assert '<html lang="zh-CN">' in browser.page("/")
    assert browser.send("/language", {"language": "xx"}).status_code == 422


def test_everybody_begins_on_a_page_that_they_may_see(room: ServiceRoom) -> None:
    for role in Role:
        person = "Wang Fang" if role is Role.VALIDATOR else "Li Wei"
        with room.over_tcp() as client:
            answer = client.post("/login/badge", json={"badge": room.token(role.value, person)}, headers=OWN)
            begins = answer.headers["hx-redirect"]
            assert client.get(begins).status_code == 200, (role, begins)
            assert client.get("/login").headers["location"] == begins
            assert begins == ("/papers" if role is Role.AUDITOR else "/")


def test_the_bench_says_that_nothing_new_is_begun_and_why(room: ServiceRoom) -> None:
    with room.over_tcp() as client:
        client.post("/login/badge", json={"badge": room.token("technician")}, headers=OWN)
        assert 'id="stopped-' not in client.get("/parts/bench").text
        assert room.client.post("/v1/lock", json={}).status_code == 200
        assert 'id="stopped-service_locked"' in client.get("/parts/bench").text
