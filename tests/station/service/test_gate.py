# SPDX-License-Identifier: GPL-3.0-or-later
"""Who comes in: hosts, origins, bodies, tokens, and a right for every route."""

import json
import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from station.documents.setup import StationChecked
from station.service.app import describe
from station.service.callers import RIGHTS, Peer, Right, Role, caller_of
from station.service.daemon import api_socket
from station.service.gate import LARGEST_BODY, language_of
from station.service.tokens import remove, token_file, tokens
from tests.support.service_room import ServiceRoom

DESCRIBED = Path(__file__).parents[3] / "docs" / "openapi.json"
ROUTES = [
    (method.upper(), path, route["x-right"])
    for path, methods in describe()["paths"].items()
    if path != "/healthz"
    for method, route in methods.items()
]


def called(client: httpx.Client, method: str, path: str) -> httpx.Response:
    """That route, about things that are not there."""
    for name in ("job", "plan", "question", "code", "webhook", "lot"):
        path = path.replace(f"{{{name}}}", "NOSUCH00")
    path = path.replace("{period}", "2026-W01")
    if path == "/v1/events":
        with client.stream(method, path) as answer:  # a stream that is let in has no end
            if answer.status_code != 200:
                answer.read()
            return answer
    return client.request(method, path, json=None if method == "GET" else {})


def test_the_committed_description_is_current() -> None:
    assert json.loads(DESCRIBED.read_text("utf-8")) == describe(), "python -m tools.make_openapi"
    assert describe()["openapi"].startswith("3.1")


def test_every_route_takes_a_right_and_every_right_has_a_route() -> None:
    assert {right for _, _, right in ROUTES} == {each.value for each in Right}
    assert len(ROUTES) > 15


def test_each_role_may_exactly_what_its_rights_say_on_every_route(room: ServiceRoom) -> None:
    for role in Role:
        person = "Wang Fang" if role is Role.VALIDATOR else "Li Wei"
        with room.over_tcp(room.token(role.value, person)) as client:
            for method, path, right in ROUTES:
                answer = called(client, method, path)
                refused = answer.status_code == 403 and "role_refused" in answer_code(answer)
                assert refused is (right not in RIGHTS[role]), (role, method, path, answer.status_code)
                assert answer.status_code < 500, (path, answer.text)
                room.running.pauses.locked.clear()  # by the one order that needs no word; others would wait


def answer_code(answer: httpx.Response) -> str:
    return str(answer.json().get("code")) if answer.headers["content-type"].endswith("problem+json") else ""


def test_without_a_token_or_with_none_that_counts_no_route_of_tcp_answers(room: ServiceRoom) -> None:
    good = room.token("technician")
    gone = room.token("auditor")
    remove(room.home, next(each.id for each in tokens(room.home) if each.role == "auditor"))
    for token in ("", "x", good[:-1], good + "x", gone):
        with room.over_tcp(token) as client:
            assert client.get("/healthz").status_code == 200
            for method, path, _ in ROUTES:
                answer = called(client, method, path)
                assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), (token, path)
    with room.over_tcp(good) as client:
        assert client.get("/v1/state").status_code == 200
        assert client.get("/v1/state", headers={"Authorization": f"Basic {good}"}).status_code == 401


def test_a_token_is_kept_as_its_hash_for_its_owner_alone_and_ends(room: ServiceRoom) -> None:
    token = room.token("kiosk")
    kept = token_file(room.home)
    assert token not in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert (room.home.path / "kiosk.token").stat().st_mode & 0o777 == 0o600
    with room.over_tcp(token) as client:
        assert client.get("/v1/phones").status_code == 200
        document = json.loads(kept.read_text())
        document["tokens"][0]["until"] = "2026-01-01T00:00:00.000000Z"
        kept.write_text(json.dumps(document))
        assert client.get("/v1/phones").status_code == 401
        kept.write_text("{")
        broken = client.get("/v1/phones")
        assert (broken.status_code, broken.json()["code"]) == (409, "config"), "could not look is never let in"


def test_the_kernel_says_who_comes_over_the_socket_and_only_the_stations_user_is_let_in(room: ServiceRoom) -> None:
    import os

    assert api_socket(room.home).stat().st_mode & 0o777 == 0o600
    mine = caller_of(Peer(process=1, user=os.geteuid()))
    assert mine is not None
    assert mine.role is Role.TECHNICIAN
    assert caller_of(Peer(process=1, user=os.geteuid() + 1)) is None
    with httpx.Client(
        transport=httpx.HTTPTransport(uds=str(api_socket(room.home))), base_url="http://localhost"
    ) as client:
        less = {"Authorization": f"Bearer {room.token('auditor')}"}
        assert client.get("/v1/phones", headers=less).status_code == 403, "a token counts also there"


HOSTS = (
    ("localhost", 200),
    ("localhost:8700", 200),
    ("127.0.0.1:1", 200),
    ("[::1]:8700", 200),
    ("127.0.0.1.evil.example", 421),
    ("localhost.evil.example", 421),
    ("localhost.", 421),
    ("evil.example", 421),
    ("127.0.0.1@evil.example", 421),
    ("0x7f000001", 421),
)


@pytest.mark.parametrize(("host", "status"), HOSTS)
def test_a_request_names_this_host(room: ServiceRoom, host: str, status: int) -> None:
    with room.over_tcp(room.token("technician")) as tcp:
        for client in (room.client, tcp):
            assert client.get("/v1/state", headers={"Host": host}).status_code == status
    room_is_empty(room)


PAGES = (
    ({"Origin": "http://localhost"}, 201),
    ({"Origin": "http://localhost:81"}, 403),
    ({"Origin": "https://localhost"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://evil.example"}, 403),
    ({"Sec-Fetch-Site": "same-origin"}, 201),
    ({"Sec-Fetch-Site": "none"}, 201),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Content-Type": "text/plain"}, 415),
    ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    ({"Content-Type": "multipart/form-data"}, 415),
)


@pytest.mark.parametrize(("headers", "status"), PAGES)
def test_a_page_of_somebody_else_orders_nothing(room: ServiceRoom, headers: dict[str, str], status: int) -> None:
    room.until("to_confirm")
    answer = room.client.post("/v1/plans", json={"phone": "1-1"}, headers=headers)
    assert answer.status_code == status, answer.text
    assert "access-control-allow-origin" not in answer.headers


def test_every_answer_forbids_scripts_frames_and_keeping(room: ServiceRoom) -> None:
    for path in ("/healthz", "/v1/state", "/v1/nothing", "/v1/phones"):
        headers = room.client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
        assert "server" not in headers


def test_a_large_body_is_refused_unread_also_when_its_length_is_not_told(room: ServiceRoom) -> None:
    large = b'{"phone": "' + b"x" * (10 * 1024 * 1024) + b'"}'
    kind = {"Content-Type": "application/json"}

    def pieces() -> Any:
        for start in range(0, 4 * LARGEST_BODY, 1024):
            yield large[start : start + 1024]

    for content in (large, pieces()):
        try:
            answer = room.client.post("/v1/plans", content=content, headers=kind)
        except httpx.WriteError:  # closed before all of it was sent
            continue
        assert (answer.status_code, answer.json()["code"]) == (413, "api_refused")
    room_is_empty(room)


def test_who_is_refused_by_the_head_hears_why_though_the_body_comes_later(room: ServiceRoom) -> None:
    head = b"POST /v1/plans HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 40000\r\n\r\n"
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", room.port)) as late:
            late.sendall(head)
            time.sleep(0.05)
            for _ in range(4):
                late.sendall(b"x" * 10_000)
                time.sleep(0.02)
            said = b"".join(iter(lambda: late.recv(65536), b""))
        assert said.startswith(b"HTTP/1.1 415 "), said[:100]
        assert said.endswith(b"}")


def test_odd_methods_bodies_and_paths_are_refused_with_a_problem(room: ServiceRoom) -> None:
    kind = {"Content-Type": "application/json"}
    for method, path, content, status in (
        ("GET", "/v1/plans", b"", 405),
        ("DELETE", "/v1/jobs/NOSUCH00", b"{}", 405),
        ("POST", "/v1/plans", b"{", 422),
        ("POST", "/v1/plans", b"[" * 20_000, 400),
        ("POST", "/v1/plans", b'{"phone": "\\u0000"}', 422),
        ("POST", "/v1/plans", b'{"phone": NaN}', 422),
        ("GET", "/v1/jobs/..%2f..%2fconfig.toml", b"", 404),
        ("GET", "/v1/jobs/../../etc/passwd", b"", 404),
        ("GET", "/v1/jobs?most=1000000", b"", 422),
        ("GET", "/v1/jobs/", b"", 404),
        ("POST", "/v1/plans/", b"{}", 404),
        ("GET", "/v1/jobs?most=1e3", b"", 422),
    ):
        answer = room.client.request(method, path, content=content, headers=kind)
        assert answer.status_code == status, (method, path, answer.text)
        of_api = answer.request.url.path.startswith("/v1")  # the client itself walks up: what is no address of the API
        kind_told = "application/problem+json" if of_api else "text/html; charset=utf-8"  # is one of a page
        assert answer.headers["content-type"] == kind_told
        assert "Traceback" not in answer.text


def test_an_error_of_ours_is_a_problem_too_and_says_nothing_of_what_it_was_about(room: ServiceRoom) -> None:
    def broken() -> StationChecked:
        raise ZeroDivisionError("47 secrets")

    room.running.look = broken
    for _ in range(2):
        answer = room.client.get("/v1/doctor")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert answer.headers["content-security-policy"]
        assert "secrets" not in answer.text
    room.undeclared.remove(("GET", "/doctor", 500))  # which is declared nowhere, for it is a fault
    assert room.get("/v1/state")["state"] == "running"


def test_a_connection_that_asks_nothing_and_one_that_speaks_nonsense_hold_up_nobody(room: ServiceRoom) -> None:
    silent = [socket.create_connection(("127.0.0.1", room.port)) for _ in range(50)]
    with socket.create_connection(("127.0.0.1", room.port)) as nonsense:
        nonsense.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        assert b"400" in nonsense.recv(100)
    assert room.get("/v1/state")["state"] == "running"
    for each in silent:
        each.close()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB", "en"), ("fr,zh;q=0.1", "zh"), ("zh;q=0,en", "en"), ("", ""),
     ("zh;q=x", ""), ("de", ""), ("en;q=0.1,zh;q=0.2", "zh")],
)  # fmt: skip
def test_the_language_is_the_one_that_weighs_more(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


def room_is_empty(room: ServiceRoom) -> None:
    assert room.entries("job_opened") == 0
