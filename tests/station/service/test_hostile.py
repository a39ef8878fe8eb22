# SPDX-License-Identifier: GPL-3.0-or-later
"""What an unfriendly program on this machine may send to loopback, row by row, and what it gets for it."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from station.errors import ConfigError, FileNotWrittenError, LedgerError
from station.papers.paper_names import current_file
from station.service import connection
from station.service.connection import Connection
from station.service.daemon import api_socket
from station.service.errors import TooOftenError
from station.service.pace import HELD, OF_A_CHANGE, Pace
from station.service.problem import problem_of
from tests.support import raw_client
from tests.support.raw_client import Answer, asked
from tests.support.service_room import LONGEST_S, SERIAL, ServiceRoom, service_room
from tests.support.waiting import wait_for

JSON = "Content-Type: application/json\r\n"
PLAN = '{"phone": "1-1"}'
CLOSE = "Connection: close\r\n"
CHUNKED = f"{len(PLAN):x}\r\n{PLAN}\r\n0\r\n\r\n"
SECOND = "POST /v1/drain HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\r\n"

REQUESTS: tuple[tuple[str, str, str, str, int], ...] = (
    # what, request line, further headers, body, the one status that is answered
    ("a plain one", "GET /v1/state HTTP/1.1", "", "", 200),
    ("its body in pieces", "POST /v1/plans HTTP/1.1", JSON + "Transfer-Encoding: chunked\r\n", CHUNKED, 201),
    # -- methods
    ("HEAD", "HEAD /v1/state HTTP/1.1", "", "", 405),
    ("OPTIONS, as a browser asks first", "OPTIONS /v1/state HTTP/1.1",
     "Origin: http://evil.example\r\nAccess-Control-Request-Method: GET\r\n", "", 403),
    ("OPTIONS", "OPTIONS /v1/state HTTP/1.1", JSON, "", 405),
    ("OPTIONS of everything", "OPTIONS * HTTP/1.1", JSON, "", 404),
    ("TRACE", "TRACE /v1/state HTTP/1.1", JSON, "", 405),
    ("TRACE as a form", "TRACE /v1/state HTTP/1.1", "", "", 415),
    ("CONNECT", "CONNECT localhost:80 HTTP/1.1", JSON, "", 404),
    ("a method of nobody", "ERASE /v1/phones HTTP/1.1", JSON, "", 405),
    ("an effect by GET", "GET /v1/drain HTTP/1.1", "", "", 405),
    ("an effect by another method's name", "GET /v1/drain HTTP/1.1", "X-HTTP-Method-Override: POST\r\n", "", 405),
    # -- paths
    ("up and out", "GET /v1/jobs/../../etc/passwd HTTP/1.1", "", "", 404),
    ("up and out, written otherwise", "GET /v1/jobs/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1", "", "", 404),
    ("up and out, written twice otherwise", "GET /v1/jobs/%252e%252e%252fpasswd HTTP/1.1", "", "", 422),
    ("up and out the other way", "GET /v1/jobs/..%5c..%5cpasswd HTTP/1.1", "", "", 422),
    ("nothing in the middle", "GET //v1//state HTTP/1.1", "", "", 404),
    ("a dot in the middle", "GET /v1/./state HTTP/1.1", "", "", 404),
    ("a zero at the end", "GET /v1/state%00 HTTP/1.1", "", "", 404),
    ("a zero in a name", "GET /v1/jobs/A%00B HTTP/1.1", "", "", 422),
    ("a line break in a name", "GET /v1/jobs/A%0d%0aSet-Cookie:%20a HTTP/1.1", "", "", 422),
    ("bytes that are no text", "GET /v1/jobs/%ff%fe HTTP/1.1", "", "", 422),
    ("a name without end", f"GET /v1/jobs/{'A' * 9000} HTTP/1.1", "", "", 422),
    ("a parameter in the path", "GET /v1/state;x=1 HTTP/1.1", "", "", 404),
    ("another case", "GET /V1/state HTTP/1.1", "", "", 404),
    ("the address of another host", "GET http://evil.example/v1/state HTTP/1.1", "", "", 404),
    ("the address of ours, whole", "GET http://localhost/v1/state HTTP/1.1", "", "", 404),
    ("a query without end", f"GET /v1/jobs?find={'A' * 9000} HTTP/1.1", "", "", 422),
    ("a field twice", "GET /v1/jobs?most=1&most=1000000 HTTP/1.1", "", "", 422),
    # -- one request that two readers may see as two
    ("two lengths", "POST /v1/plans HTTP/1.1",
     JSON + f"Content-Length: {len(PLAN)}\r\nContent-Length: 3\r\n", PLAN, 400),
    ("two lengths in one line", "POST /v1/plans HTTP/1.1", JSON + f"Content-Length: {len(PLAN)}, 3\r\n", PLAN, 400),
    ("a length and pieces", "POST /v1/plans HTTP/1.1",
     JSON + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", CHUNKED + SECOND, 400),
    ("pieces and a length", "POST /v1/plans HTTP/1.1",
     JSON + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", CHUNKED + SECOND, 400),
    ("pieces called otherwise", "POST /v1/plans HTTP/1.1", JSON + "Transfer-Encoding: xchunked\r\n", CHUNKED, 400),
    ("pieces twice", "POST /v1/plans HTTP/1.1", JSON + "Transfer-Encoding: chunked, chunked\r\n", CHUNKED, 400),
    ("pieces, packed", "POST /v1/plans HTTP/1.1", JSON + "Transfer-Encoding: gzip, chunked\r\n", CHUNKED, 400),
    ("pieces, with a letter before", "POST /v1/plans HTTP/1.1",
     JSON + "Transfer-Encoding: \x0bchunked\r\n", CHUNKED, 400),
    ("a name with a blank after it", "POST /v1/plans HTTP/1.1", JSON + "Content-Length : 16\r\n", PLAN, 400),
    ("a line that goes on", "GET /v1/state HTTP/1.1", "X-More: a\r\n Transfer-Encoding: chunked\r\n", "", 200),
    ("a length with a sign", "POST /v1/plans HTTP/1.1", JSON + "Content-Length: +16\r\n", PLAN, 400),
    ("a length of another kind", "POST /v1/plans HTTP/1.1", JSON + "Content-Length: 0x10\r\n", PLAN, 400),
    ("a negative length", "POST /v1/plans HTTP/1.1", JSON + "Content-Length: -1\r\n", PLAN, 400),
    ("a length that no number holds", "POST /v1/plans HTTP/1.1", JSON + f"Content-Length: {'9' * 19}\r\n", PLAN, 413),
    ("pieces of a length that is no number", "POST /v1/plans HTTP/1.1",
     JSON + "Transfer-Encoding: chunked\r\n", "zz\r\n", 400),
    ("a piece without end", "POST /v1/plans HTTP/1.1",
     JSON + "Transfer-Encoding: chunked\r\n", f"{'f' * 19}\r\n{'A' * 70_000}", 413),
    ("ten megabytes", "POST /v1/plans HTTP/1.1", JSON + "Content-Length: 10485760\r\n", "A" * 1000, 413),
    # -- what is no HTTP of ours
    ("another version", "GET /v1/state HTTP/2.0", "", "", 505),
    ("no version", "GET /v1/state", "", "", 400),
    ("nothing but a line", "nonsense", "", "", 400),
    ("a zero in a header", "GET /v1/state HTTP/1.1", "X-Zero: a\x00b\r\n", "", 400),
    ("a header without a name", "GET /v1/state HTTP/1.1", ": a\r\n", "", 400),
    ("a header without end", "GET /v1/state HTTP/1.1", f"X-Long: {'A' * 9_000}\r\n", "", 431),
    ("a thousand headers", "GET /v1/state HTTP/1.1", "X-Many: aaaaaaaaaaaaaaaa\r\n" * 100, "", 431),
    ("a head that is no head", "GET /v1/state HTTP/1.1", "X-Many: aaaaaaaaaaaaaaaa\r\n" * 10_000, "", 400),
    ("two hosts", "GET /v1/state HTTP/1.1", "Host: localhost\r\n", "", 400),
    ("a WebSocket", "GET /v1/state HTTP/1.1",
     "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n", "", 200),
    ("HTTP/2 from here on", "GET /v1/state HTTP/1.1",
     "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n", "", 200),
    ("two tokens", "GET /v1/state HTTP/1.1", "Authorization: Bearer x\r\n", "", 401),
    ("a token in the address", "GET /v1/state?access_token=TOKEN HTTP/1.0", "Authorization: none\r\n", "", 401),
    ("a packed body", "POST /v1/plans HTTP/1.1",
     JSON + f"Content-Encoding: gzip\r\nContent-Length: {len(PLAN)}\r\n", PLAN, 201),
    ("another host behind a proxy", "GET /v1/state HTTP/1.1", "X-Forwarded-Host: evil.example\r\n", "", 200),
)  # fmt: skip


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory, keys_of: Callable[[bool], Path]) -> Iterator[ServiceRoom]:
    with service_room(tmp_path_factory.mktemp("target") / "station", keys_of(True)) as room:
        room.until("to_confirm")
        yield room


@pytest.fixture(scope="module")
def secret(target: ServiceRoom) -> str:
    return target.token("technician")


def sent(target: ServiceRoom, secret: str, line: str, headers: str, body: str) -> list[Answer]:
    allowed = "" if "Authorization: none" in headers else f"Authorization: Bearer {secret}\r\n"
    head = f"{line}\r\nHost: localhost\r\n{allowed}{CLOSE}{headers.replace('Authorization: none', 'X-None: 1')}\r\n"
    return asked(target.port, (head + body).encode("latin-1"))


@pytest.mark.parametrize(("what", "line", "headers", "body", "status"), REQUESTS, ids=[each[0] for each in REQUESTS])
def test_each_gets_one_answer_which_is_ours(
    target: ServiceRoom, secret: str, what: str, line: str, headers: str, body: str, status: int
) -> None:
    found = sent(target, secret, line, headers, body)
    assert [each.status for each in found] == [status], (what, found)
    (only,) = found
    if status >= 400 and not line.startswith("HEAD"):
        assert only.code or b"api_refused" in only.body, only  # beside the API a page says the same
        assert b"Traceback" not in only.body
    if status == 405:
        assert only.headers["allow"] in ("GET", "POST")
    assert not {name for name in only.headers if name.startswith("access-control-")}
    assert target.entries("job_opened") == 0
    assert target.get("/v1/state")["state"] == "running", "whatever was hidden in it was not done"


def test_more_than_one_request_on_a_connection_are_each_judged_by_themselves(target: ServiceRoom, secret: str) -> None:
    good = f"GET /v1/state HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n\r\n"
    without = "GET /v1/state HTTP/1.1\r\nHost: localhost\r\n\r\n"
    found = asked(target.port, (good + good + without + good).encode())
    assert [each.status for each in found] == [200, 200, 401], "and after a refusal nothing more is read"


# -- those who wait -----------------------------------------------------------------------------------------------


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.5)
    monkeypatch.setattr(connection, "TAKEN_S", 0.5)
    monkeypatch.setattr(connection, "TURNED_AWAY_S", 0.5)


def closes(opened: socket.socket, within_s: float = LONGEST_S) -> bytes:
    """What came until the other end closed it."""
    opened.settimeout(within_s)
    return raw_client.everything(opened)


@pytest.mark.usefixtures("hurried")
def test_a_head_that_comes_letter_by_letter_is_not_waited_for_not_the_first_and_not_a_later_one(
    room: ServiceRoom,
) -> None:
    secret = room.token("technician")
    good = f"GET /v1/state HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n\r\n".encode()
    for before in (b"", good):
        with socket.create_connection(("127.0.0.1", room.port)) as slow:
            slow.sendall(before)

            def is_closed(slow: socket.socket = slow) -> bool:
                try:
                    slow.sendall(b"G")
                    slow.settimeout(0.05)
                    return slow.recv(65536) == b""
                except TimeoutError:
                    return False
                except ConnectionError:
                    return True

            wait_for(is_closed, LONGEST_S, "it may go on for ever")
    assert room.get("/v1/state")["state"] == "running"


@pytest.mark.usefixtures("hurried")
def test_whoever_asks_for_a_large_paper_and_does_not_take_it_is_let_go(room: ServiceRoom) -> None:
    job = room.confirm(room.plan()).json()["job"]
    wait_for(lambda: bool(room.get(f"/v1/jobs/{job}")["jobs"][0]["closed_at"]), LONGEST_S, "the job does not end")
    large = b"%PDF-" + bytes(30_000_000)
    paper = room.home.papers / current_file(room.running.at.session.jobs.by_id(job).summary)
    paper.parent.mkdir(parents=True, exist_ok=True)
    paper.write_bytes(large)
    token = room.token("auditor")
    head = f"GET /v1/jobs/{job}/paper.pdf HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
    with room.over_tcp(token) as quick:
        assert quick.get(f"/v1/jobs/{job}/paper.pdf").content == large
    with socket.create_connection(("127.0.0.1", room.port)) as lazy:
        lazy.sendall(head.encode())
        begun = lazy.recv(100)
        assert begun.startswith(b"HTTP/1.1 200")
        time.sleep(3.0)  # six looks
        assert len(closes(lazy)) < len(large) / 2
    assert room.get("/v1/state")["state"] == "running"


@pytest.mark.usefixtures("hurried")
def test_an_event_stream_without_events_goes_on_though_nothing_is_sent_or_taken(room: ServiceRoom) -> None:
    with room.client.stream("GET", "/v1/events", params={"after": 0}) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000"
        time.sleep(2.0)
        room.confirm(room.plan())
        assert any("job_opened" in line for line in lines)


def test_a_thousand_connections_leave_a_place_for_the_person_at_the_machine(
    room: ServiceRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 1e4)  # those that hold the places hold on to them
    secret = room.token("technician")
    order = f"GET /v1/state HTTP/1.1\r\nHost: localhost\r\n{CLOSE}Authorization: Bearer {secret}\r\n\r\n".encode()
    before = descriptors()
    opened: list[socket.socket] = []
    refused: list[Answer] = []
    cut_off = 0
    try:
        for _ in range(connection.MOST_CONNECTIONS):
            opened.append(socket.create_connection(("127.0.0.1", room.port)))
        wait_for(lambda: served(room) == connection.MOST_CONNECTIONS, LONGEST_S, lambda: f"{served(room)} are in")
        for _ in range(1000 - connection.MOST_CONNECTIONS):
            found = asked(room.port, order)
            refused += found
            cut_off += not found
        assert room.get("/v1/state")["state"] == "running", "over the socket of the station's own user"
        assert {(each.status, each.code, each.headers["retry-after"]) for each in refused} == {(503, "busy", "2")}
        assert len(refused) + cut_off == 1000 - connection.MOST_CONNECTIONS
        assert len(refused) > cut_off
        crowd = [socket.create_connection(("127.0.0.1", room.port)) for _ in range(300)]  # all at one time
        opened += crowd
        assert room.get("/v1/state")["state"] == "running"
        wait_for(lambda: served(room) <= connection.MOST_CONNECTIONS + connection.MOST_TURNED_AWAY, LONGEST_S, "more")
    finally:
        for each in opened:
            each.close()
    wait_for(lambda: served(room) == 0, LONGEST_S, "they stay")
    assert asked(room.port, order)[0].status == 200
    assert descriptors() < before + 20


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def served(room: ServiceRoom) -> int:
    """Connections that the service holds, but for those of the room's own client."""
    return sum(not each.local for each in room.daemon.server_state.connections if isinstance(each, Connection))


# -- those who ask too often --------------------------------------------------------------------------------------


def test_a_bucket_holds_so_much_is_filled_again_and_is_each_callers_own() -> None:
    seconds = [0.0]
    pace = Pace(held=10, a_second=2, monotonic=lambda: seconds[0])
    for _ in range(2):
        pace.must_not_be_over("a", writes=True)
    with pytest.raises(TooOftenError) as refused:
        pace.must_not_be_over("a", writes=True)
    assert refused.value.retry_after_s == 3
    pace.must_not_be_over("b", writes=True)
    seconds[0] += 2.5
    pace.must_not_be_over("a", writes=True)
    with pytest.raises(TooOftenError):
        pace.must_not_be_over("a", writes=False)
    seconds[0] += 1e6
    for _ in range(10):
        pace.must_not_be_over("a", writes=False)
    with pytest.raises(TooOftenError):
        pace.must_not_be_over("a", writes=False)


def test_a_client_that_asks_without_end_is_told_when_it_may_ask_again_and_the_others_are_heard(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    pace = Pace(held=50.0, a_second=0.01)
    with service_room(tmp_path / "station", keys_of(True), pace=pace) as room:
        with room.over_tcp(room.token("technician")) as hasty:
            found = [hasty.post("/v1/drain", json={"drain": False}) for _ in range(12)]
        assert [each.status_code for each in found] == [200] * 10 + [429] * 2
        assert (found[-1].json()["code"], found[-1].json()["retryable"]) == ("too_often", True)
        assert int(found[-1].headers["retry-after"]) in range(400, 501)
        assert room.get("/v1/state")["state"] == "running"
    assert HELD / OF_A_CHANGE >= 100, "a bench full of phones at one time"


# -- what a refusal tells -----------------------------------------------------------------------------------------


def test_a_kiosk_that_names_no_phone_of_the_bench_is_told_no_whole_number(room: ServiceRoom) -> None:
    room.until("to_confirm")
    with room.over_tcp(room.token("kiosk")) as kiosk, room.over_tcp(room.token("integrator")) as shop:
        for wanted in ("nosuchphone", "X" * 100):
            told = kiosk.post("/v1/plans", json={"phone": wanted})
            assert (told.status_code, told.json()["code"]) == (404, "phone_not_found")
            assert SERIAL not in told.text
            assert f"…{SERIAL[-4:]}" in told.json()["detail"], told.json()
        assert SERIAL in shop.post("/v1/plans", json={"phone": "nosuchphone"}).text, "who may read jobs reads numbers"


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ConfigError(subject="/home/li wei/.proofwipe/config.toml", expected="TOML", got="[x"), "config.toml"),
        (LedgerError(subject="/var/lib/proofwipe/ledger.sqlite3", got="disk I/O error"), "ledger.sqlite3"),
        (FileNotWrittenError(subject="/srv/papers/2026/A.pdf", cause="No space: '/srv/papers/2026'"), "A.pdf"),
    ],
)
def test_a_problem_names_a_file_and_not_where_it_lies(error: ConfigError, name: str) -> None:
    told = problem_of(error)
    said = f"{told.detail} {told.next_step}"
    assert name in said
    assert not {"/home", "/var/lib", "/srv", "li wei"} & {
        each for each in ("/home", "/var/lib", "/srv", "li wei") if each in said
    }


def test_a_problem_leaves_addresses_and_routes_as_they_are() -> None:
    told = problem_of(TooOftenError(retry_after_s=2))
    assert "/v1/events" in (told.next_step or "")


def test_the_socket_of_the_station_is_its_users_alone(target: ServiceRoom) -> None:
    assert api_socket(target.home).stat().st_mode & 0o777 == 0o600
