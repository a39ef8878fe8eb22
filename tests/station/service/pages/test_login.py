# SPDX-License-Identifier: GPL-3.0-or-later
"""Who comes in through a browser, how long, and what of it counts where."""

from tests.support.page_client import PageClient
from tests.support.service_room import ServiceRoom


def test_a_badge_opens_a_session_whose_cookie_no_script_can_read(room: ServiceRoom) -> None:
    with room.over_tcp() as client:
        assert client.get("/").headers["location"] == "/login"
        assert client.get("/login").status_code == 200
        own = {"Sec-Fetch-Site": "same-origin"}
        refused = client.post("/login/badge", json={"badge": "proofwipe_nobody"}, headers=own)
        assert (refused.status_code, "set-cookie" in refused.headers) == (401, False)
        answer = client.post("/login/badge", json={"badge": room.token("technician")}, headers=own)
        cookie = answer.headers["set-cookie"].lower()
        assert all(each in cookie for each in ("httponly", "samesite=strict", "path=/"))
        assert client.get("/").status_code == 200


def test_a_page_shows_the_phone_on_the_bench(room: ServiceRoom, browser: PageClient) -> None:
    told = room.until("to_confirm")
    assert str(told["model"]) in browser.page("/")
