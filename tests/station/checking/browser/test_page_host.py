# SPDX-License-Identifier: GPL-3.0-or-later
"""A page over the bench's own Wi-Fi: nothing is kept before a person has said which phone opened it."""

import http.client
import json
import secrets
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from phones.clock import utc_now
from phones.evidence import Evidence
from phones.port import Platform
from phones.signs import NOT_MEASURED
from station.checking.act import PageHost, Scene
from station.checking.browser.act import GIVES_APPLE, PageEnd
from station.checking.browser.page_host import over_the_air
from station.checking.wifi_settings import page_host_of
from station.setup.settings import Checking
from tests.station.checking.browser.conftest import Desk, ends
from tests.support.phone_page import FILES

HOST = "bench.shop.example"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> PageHost:
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    now = utc_now()
    signed = (
        builder.not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "chain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    found = page_host_of(
        Checking(wifi_host=HOST, wifi_address="127.0.0.1", wifi_certificate="chain.pem", wifi_key="key.pem"), folder
    )
    assert found is not None
    return found


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


def test_half_a_setting_is_no_setting() -> None:
    assert page_host_of(Checking(wifi_host=HOST, wifi_address="192.168.8.1"), Path("/")) is None
