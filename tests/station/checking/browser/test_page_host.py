# SPDX-License-Identifier: GPL-3.0-or-later
"""A page over the bench's own Wi-Fi: nothing is kept before a person has said which phone opened it."""

import http.client
import json
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from grading.checks import run_check
from grading.report import CheckOutcome
from grading.schemes import load
from phones.evidence import Evidence
from phones.port import Platform
from phones.signs import NOT_MEASURED
from station.checking.act import PageHost, Scene
from station.checking.browser import listener as module
from station.checking.browser.act import GIVES_APPLE
from station.checking.browser.ends import PageEnd
from station.checking.browser.listener import MOST_CONNECTIONS, MOST_OF_ONE, Listener
from station.checking.browser.page_host import encryption_of, over_the_air
from station.checking.browser.visit import Visit
from station.checking.flow import done, skipped
from station.checking.wifi_settings import page_host_of
from station.setup.settings import Checking
from tests.station.checking.browser.conftest import Desk, ends
from tests.support import lives
from tests.support.phone_page import FILES
from tests.support.wifi_host import HOST, wifi_host


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> PageHost:
    return wifi_host(tmp_path_factory.mktemp("certificate"))


class Person:
    """Opens the page on the phone, and answers whether it shows the code."""

    def __init__(self, host: PageHost | None, answer: str | None) -> None:
        self.host = host
        self.answer = answer
        self.codes: list[str] = []
        self.shown = ""
        self.opened = threading.Event()

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        assert key == "phone_page_wifi"
        threading.Thread(target=self._browse, args=(facts["address"],), daemon=True).start()

    def ask(
        self, key: str, *, port: str, choices: tuple[str, ...], facts: Mapping[str, str], timeout_s: float
    ) -> str | None:
        self.opened.wait(5)
        self.codes.append(facts["code"])
        return self.answer

    def _browse(self, address: str) -> None:
        assert self.host is not None
        parts = urlsplit(address)
        trust = ssl.create_default_context(cafile=self.host.certificate)
        cookie, nonce = "", ""

        def ask(method: str, name: str, body: object = None) -> bytes:
            nonlocal cookie
            caller = http.client.HTTPSConnection("127.0.0.1", int(parts.port or 0), context=trust, timeout=10)
            caller.sock = trust.wrap_socket(_to(int(parts.port or 0)), server_hostname=HOST)
            headers = {
                "Host": parts.netloc,
                "Content-Type": "application/json",
                **({"Cookie": cookie} if cookie else {}),
            }
            caller.request(method, parts.path + name, json.dumps(body) if body else None, headers)
            answer = caller.getresponse()
            cookie = (answer.getheader("Set-Cookie") or cookie).partition(";")[0]
            if name == "" and "Secure" not in str(answer.getheader("Set-Cookie")):
                raise AssertionError("a cookie that may travel in clear")
            found = answer.read()
            caller.close()
            return found

        ask("GET", "")
        plan = json.loads(ask("GET", "plan"))
        self.shown, nonce = plan["code"], plan["nonce"]
        ask("POST", "state", {"nonce": nonce, "check": "touch", "state": "begun", "done_permille": 0})
        values = {"touch_coverage_permille": "1000"}
        ask("POST", "result", {"nonce": nonce, "check": "touch", "number": 1, "values": values, "not_measured": {}})
        ask("POST", "done", {"nonce": nonce})
        self.opened.set()


def _to(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def checked(desk: Desk, host: PageHost | None, person: Person) -> list[Evidence]:
    scene: Scene = replace(
        desk.scene(),
        platform=Platform.APPLE,
        operator=person,  # type: ignore[arg-type]  # told and asked one thing each
        page_host=host,
        draw=lambda: secrets.token_hex(16),
    )
    over_the_air(scene, FILES)
    return desk.kept


def claims(pieces: list[Evidence]) -> list[Evidence]:
    return [piece for piece in pieces if piece.link == "browser"]


def test_a_page_counts_once_a_person_has_seen_its_code_on_this_phone(desk: Desk, host: PageHost) -> None:
    person = Person(host, "yes")
    pieces = checked(desk, host, person)
    assert ends(pieces) == PageEnd.DONE
    assert [dict(piece.values) for piece in claims(pieces)] == [{"browser.touch_coverage_permille": "1000"}]
    assert person.codes == [person.shown]


@pytest.mark.parametrize(
    ("answer", "end", "sign"),
    [("no", PageEnd.NOT_BOUND, "replayed"), (None, PageEnd.UNANSWERED, "unanswered")],
)
def test_a_page_that_nobody_says_this_phone_opened_counts_for_nothing(
    desk: Desk, host: PageHost, answer: str | None, end: PageEnd, sign: str
) -> None:
    pieces = checked(desk, host, Person(host, answer))
    assert ends(pieces) == end
    (piece,) = claims(pieces)
    assert piece.values == {NOT_MEASURED + name: sign for name in GIVES_APPLE}


def test_whoever_skips_at_the_question_of_the_code_has_skipped_and_is_asked_again(desk: Desk, host: PageHost) -> None:
    class Skipping(Person):
        def ask(self, key: str, **more: Any) -> str | None:
            desk.is_over = True
            return super().ask(key, **more)

    pieces = checked(desk, host, Skipping(host, None))
    assert ends(pieces) == PageEnd.SKIPPED
    assert not claims(pieces)
    assert ("browser" in skipped(pieces), "browser" in done(pieces)) == (True, False)


def test_a_bench_without_a_name_in_its_wifi_says_so_for_every_value(desk: Desk) -> None:
    pieces = checked(desk, None, Person(None, "yes"))
    assert ends(pieces) == PageEnd.NOT_SET_UP
    (piece,) = claims(pieces)
    assert piece.values == {NOT_MEASURED + name: "not_set_up" for name in GIVES_APPLE}


def test_a_certificate_that_cannot_be_used_is_not_set_up(desk: Desk, host: PageHost, tmp_path: Path) -> None:
    (tmp_path / "other.pem").write_text("no key")
    for wrong in (replace(host, key=str(tmp_path / "other.pem")), replace(host, certificate=str(tmp_path / "none"))):
        pieces = checked(desk, wrong, Person(host, "yes"))
        assert pieces[-1].values["host.page"] == PageEnd.NOT_SET_UP


@pytest.mark.parametrize("address", ["192.0.2.7", "no such address"], ids=["of another machine", "none at all"])
def test_an_address_that_this_machine_has_not_is_not_set_up(desk: Desk, host: PageHost, address: str) -> None:
    pieces = checked(desk, replace(host, address=address), Person(host, "yes"))
    assert ends(pieces) == PageEnd.NOT_SET_UP
    (piece,) = claims(pieces)
    assert piece.values == {NOT_MEASURED + name: "not_set_up" for name in GIVES_APPLE}


def test_an_address_that_this_machine_has_not_stops_no_job(host: PageHost) -> None:
    life = lives.live(
        lives.IPHONE,
        settings=replace(lives.SETTINGS, checking=Checking(checks="kiosk")),
        page_host=replace(host, address="192.0.2.7"),
    )
    assert life.certified
    assert life.truly_erased
    assert [each.values["host.page"] for each in life.job.evidence if each.asked == "check.browser"] == ["not_set_up"]
    of_the_page = [each for each in load("basic-2").checks if each.value in GIVES_APPLE]
    found = [run_check(each, life.job.evidence, Platform.APPLE) for each in of_the_page]
    assert {each.outcome for each in found if each.source != "stated"} == {CheckOutcome.INDETERMINATE}
    assert len(found) > len([each for each in found if each.source == "stated"]) > 0, "a person's word stands in"


# -- whoever is in the same Wi-Fi --------------------------------------------------------------------------


@pytest.fixture
def listening(host: PageHost) -> Iterator[Listener]:
    listener = Listener(host.address, encryption=encryption_of(host))
    visit = Visit(
        token="0" * 32,
        nonce="1" * 32,
        origin=f"https://{HOST}:{listener.port}",
        plan=b"{}",
        checks={},
        files=FILES,
        draw=lambda: secrets.token_hex(16),
    )
    listener.open(visit)
    yield listener
    listener.close()


def is_let_go(caller: socket.socket, *, within_s: float) -> bool:
    caller.settimeout(within_s)
    try:
        while caller.recv(4096):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def opens(listener: Listener, host: PageHost, source: str) -> bytes:
    """The first bytes of the page's answer to somebody who speaks TLS."""
    trust = ssl.create_default_context(cafile=host.certificate)
    with (
        socket.create_connection(("127.0.0.1", listener.port), timeout=10, source_address=(source, 0)) as caller,
        trust.wrap_socket(caller, server_hostname=HOST) as secret,
    ):
        secret.sendall(f"GET /c/{'0' * 32}/ HTTP/1.1\r\nHost: {HOST}:{listener.port}\r\n\r\n".encode())
        return secret.recv(12)


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n\r\n"])
def test_a_peer_that_does_not_greet_in_time_is_let_go(
    listening: Listener, host: PageHost, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HANDSHAKE_S", 0.5)
    with socket.create_connection(("127.0.0.1", listening.port), timeout=10) as caller:
        caller.sendall(said)
        assert is_let_go(caller, within_s=10)
    assert opens(listening, host, "127.0.0.1") == b"HTTP/1.1 200"


def test_one_that_greets_byte_by_byte_has_no_longer(listening: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HANDSHAKE_S", 1.0)
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", listening.port), timeout=10) as caller, suppress(OSError):
        while time.monotonic() - began < 30:
            caller.sendall(b"\x16")
            caller.settimeout(0.1)
            with suppress(TimeoutError):
                if not caller.recv(1):
                    break
    assert time.monotonic() - began < 15


def test_a_neighbour_who_opens_hundreds_leaves_room_for_the_phone(listening: Listener, host: PageHost) -> None:
    """A neighbour's greetings take no more than their share, however many they are."""
    with ExitStack() as crowd:
        callers = []
        for _ in range(300):
            with suppress(OSError):
                callers.append(crowd.enter_context(socket.create_connection(("127.0.0.1", listening.port), timeout=5)))
        assert opens(listening, host, "127.0.0.2") == b"HTTP/1.1 200"
        held = sum(not is_let_go(each, within_s=0.01) for each in callers)
    assert 0 < held <= MOST_OF_ONE
    assert MOST_OF_ONE < MOST_CONNECTIONS


def test_half_a_setting_is_no_setting() -> None:
    assert page_host_of(Checking(wifi_host=HOST, wifi_address="192.168.8.1"), Path("/")) is None
