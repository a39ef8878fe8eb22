# SPDX-License-Identifier: GPL-3.0-or-later
"""The listener under whoever sits on the phone: floods, slow senders, foreign pages, other hosts. Real sockets."""

import contextlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from phones.port import Platform
from station.checking.browser import requests, visit
from station.checking.browser.listener import MOST_CONNECTIONS, Listener
from station.checking.browser.plan import CHECKS, plan_of
from station.checking.browser.visit import Visit, VisitEnd
from tests.support.phone_page import FILES, PhonePage
from tests.support.waiting import wait_for

TOKEN, NONCE = "0123456789abcdef" * 2, "fedcba9876543210" * 2


class Place:
    """A listener with a visit, and a page that comes to it."""

    def __init__(self) -> None:
        self.listener = Listener()
        plan = plan_of(tuple(CHECKS), language="en", code="7Q3K", nonce=NONCE, platform=Platform.ANDROID, known={})
        self.visit = Visit(
            token=TOKEN,
            nonce=NONCE,
            origin=f"http://localhost:{self.listener.port}",
            plan=plan,
            checks=CHECKS,
            files=FILES,
            draw=lambda: secrets.token_hex(16),
        )
        self.listener.open(self.visit)
        self.page = PhonePage(self.visit.address)

    def raw(self, data: bytes, *, seconds: float = 5.0) -> bytes:
        """What is heard after these bytes until the other side closes or says nothing."""
        with socket.create_connection(("127.0.0.1", self.listener.port), timeout=seconds) as caller:
            with contextlib.suppress(OSError):
                caller.sendall(data)
            heard = b""
            with contextlib.suppress(OSError):
                while piece := caller.recv(65536):
                    heard += piece
            return heard


@pytest.fixture
def place() -> Iterator[Place]:
    found = Place()
    yield found
    found.listener.close()


def test_a_page_of_another_name_for_this_machine_is_turned_away(place: Place) -> None:
    """DNS rebinding: the foreign page's own host name is in the request."""
    for host in (f"evil.example:{place.page.port}", f"127.0.0.1:{place.page.port}", "localhost", ""):
        assert place.page.ask("GET", "", headers={"Host": host})[0] == 421, host
    assert not place.visit.is_opened


def test_a_foreign_page_can_send_nothing(place: Place) -> None:
    assert place.page.open() == 200
    body = {"nonce": NONCE, "check": "touch", "state": "begun", "done_permille": 0}
    assert place.page.ask("POST", "state", body, headers={"Origin": "https://evil.example"})[0] == 403
    assert place.page.ask("POST", "state", body, headers={"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert place.page.ask("POST", "state", body, headers={"Content-Type": "text/plain"})[0] == 415
    assert place.page.ask("POST", "state", {**body, "nonce": "0" * 32})[0] == 403
    assert place.page.ask("POST", "state", body, headers={"Cookie": "proofwipe_check=" + "0" * 64})[0] == 403
    assert place.page.ask("PUT", "state", body)[0] == 405
    assert place.page.ask("POST", "state", body)[0] == 204


def test_without_the_token_nothing_is_there(place: Place) -> None:
    for base in ("/", "/c/", f"/c/{TOKEN[:-1]}0/", f"/c/{TOKEN}", "/favicon.ico", f"/c/{TOKEN}/../../etc/passwd"):
        place.page.base = base
        assert place.page.ask("GET", "")[0] in (403, 404), base
    assert not place.visit.is_opened


def test_no_file_but_the_pages_own_is_given_out(place: Place) -> None:
    assert place.page.open() == 200
    for name in ("../listener.py", "..%2f..%2fetc/passwd", "/etc/passwd", "page.js%00", "plan/", "index.html/"):
        assert place.page.ask("GET", name)[0] == 404, name
    assert place.page.ask("GET", "page.js") == (200, FILES["page.js"].body)


def test_every_answer_forbids_what_the_page_does_not_need(place: Place) -> None:
    said = place.raw(
        f"GET /c/{TOKEN}/ HTTP/1.1\r\nHost: localhost:{place.page.port}\r\nConnection: close\r\n\r\n".encode()
    )
    head = said.partition(b"\r\n\r\n")[0].decode()
    assert "default-src 'self'" in head
    assert "unsafe" not in head
    assert "Access-Control" not in head
    assert f"Path=/c/{TOKEN}/; HttpOnly; SameSite=Strict" in head
    assert "Cache-Control: no-store" in head


def test_ten_megabytes_are_refused_before_they_are_taken(place: Place) -> None:
    place.page.open()
    head = (
        f"POST /c/{TOKEN}/result HTTP/1.1\r\nHost: localhost:{place.page.port}\r\nContent-Type: application/json\r\n"
        f"Cookie: {place.page.cookie}\r\nContent-Length: 10485760\r\n\r\n"
    )
    assert place.raw(head.encode()).startswith(b"HTTP/1.1 413")
    began = time.monotonic()
    place.raw(head.encode() + b"x" * 10_485_760)
    place.raw(b"GET /" + b"x" * 10_485_760)
    assert time.monotonic() - began < 5, "it is not taken first"
    assert place.page.ask("GET", "plan")[0] == 200


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET http://localhost/ HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: 1\r\na: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\n folded\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"\xff\xfe\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
    ],
)
def test_what_is_no_request_of_a_page_is_refused(place: Place, head: bytes) -> None:
    assert place.raw(head).startswith(b"HTTP/1.1 400")


def test_a_thousand_connections_are_bounded_and_the_page_still_comes_through(place: Place) -> None:
    threads = threading.active_count()
    crowd: list[socket.socket] = []
    for _ in range(1000):
        with contextlib.suppress(OSError):
            caller = socket.create_connection(("127.0.0.1", place.listener.port), timeout=2)
            crowd.append(caller)

    def is_bounded() -> bool:  # whoever is turned away learns it when the listener comes to them
        return sum(_is_held(caller) for caller in crowd) <= MOST_CONNECTIONS

    wait_for(is_bounded, 5, "more are held than may be")
    assert threading.active_count() <= threads + 1
    for caller in crowd:
        caller.close()
    wait_for(lambda: place.page.open() == 200, 5, "the page does not come through")


def _is_held(caller: socket.socket) -> bool:
    """Has the other side neither answered nor closed?"""
    caller.settimeout(0.001)
    try:
        caller.recv(1)
    except TimeoutError:
        return True
    except OSError:
        return False
    return False


def test_a_slow_sender_is_given_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "HEAD_S", 0.5)
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", place.listener.port), timeout=10) as caller:
        heard = b""
        caller.settimeout(0.1)
        while time.monotonic() - began < 8 and not heard:
            with contextlib.suppress(OSError):
                caller.sendall(b"G")
                heard = caller.recv(100)
    assert heard.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - began < 5
    assert place.page.open() == 200


def test_a_flood_of_requests_ends_the_visit(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visit, "MOST_REQUESTS", 20)
    assert place.page.open() == 200
    for _ in range(25):
        place.page.ask("GET", "plan")
    assert place.page.ask("GET", "plan")[0] == 429
    assert place.visit.end is VisitEnd.FLOODED


def test_a_page_that_is_loaded_anew_goes_on_where_it_was_and_nobody_else_does(place: Place) -> None:
    assert place.page.open() == 200
    assert place.page.begin("touch") == 204
    assert place.page.tell("touch", {"touch_coverage_permille": "900"}) == 204
    assert place.page.begin("nfc") == 204
    assert place.page.tell("nfc", {}, {"nfc_tag": "unsupported"}) == 204
    assert place.page.begin("sound") == 204
    assert place.page.begin("compass") == 204
    over = {"nonce": NONCE, "check": "compass", "state": "skipped", "done_permille": 0}
    assert place.page.ask("POST", "state", over)[0] == 204
    again = PhonePage(place.visit.address)
    again.cookie = place.page.cookie  # the same browser keeps it
    assert again.open() == 200
    past = json.loads(again.ask("GET", "past")[1])
    assert past == {
        "touch": {"begun": 1, "number": 1, "sign": "", "skipped": False},
        "nfc": {"begun": 1, "number": 1, "sign": "unsupported", "skipped": False},
        "sound": {"begun": 1, "number": 0, "sign": "", "skipped": False},
        "compass": {"begun": 1, "number": 0, "sign": "", "skipped": True},
    }
    assert [again.begin("touch") for _ in range(3)] == [204, 204, 409], "three times in all, not three a load"
    assert again.tell("touch", {"touch_coverage_permille": "1000"}, number=1) == 409
    assert again.tell("touch", {"touch_coverage_permille": "1000"}, number=past["touch"]["number"] + 1) == 204
    assert place.visit.end is None
    other = PhonePage(place.visit.address)
    assert other.ask("GET", "past")[0] == 403
    assert other.open() == 410
    assert place.visit.end is VisitEnd.REPLAYED


def test_random_bytes_come_with_their_digest_and_not_without_end(place: Place) -> None:
    place.page.open()
    status, body = place.page.ask("GET", "bytes?n=100000")
    assert (status, len(body)) == (200, 100_000)
    for query in ("n=0", "n=99999999", "n=1&n=2", "n=-1", ""):
        assert place.page.ask("GET", f"bytes?{query}")[0] == 400
    for _ in range(15):
        assert place.page.ask("GET", "bytes?n=4194304")[0] == 200
    assert place.page.ask("GET", "bytes?n=4194304")[0] == 429
