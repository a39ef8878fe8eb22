# SPDX-License-Identifier: GPL-3.0-or-later
"""Badges and tokens cannot be tried without end, and who tries keeps nobody out."""

import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from station.service import tries as module
from station.service.callers import Caller, Peer, Role
from station.service.errors import TooManyTriesError
from station.service.tries import A_MINUTE, HELD, MOST_PLACES, NOBODY_KNOWN, Tries, place_of, user_of
from tests.support.page_client import OWN
from tests.support.service_room import ServiceRoom

LI = Caller(id="token:1", role=Role.TECHNICIAN, person="Li Wei")
EVERY_S = 60 / A_MINUTE


def guess(client: httpx.Client, badge: str, **headers: str) -> httpx.Response:
    return client.post("/login/badge", json={"badge": badge}, headers=OWN | headers)


def nobody() -> None:
    return None


def li() -> Caller:
    return LI


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_wrong_badges_are_looked_at_so_often_and_then_told_when_to_try_again(room: ServiceRoom) -> None:
    with room.over_tcp() as client:
        assert [guess(client, f"proofwipe_{n}").status_code for n in range(HELD)] == [401] * HELD
        right = room.token("technician")
        refused = guess(client, right, **{"HX-Request": "true"})
        assert (refused.status_code, "set-cookie" in refused.headers) == (429, False), "not looked at any more"
        wait = int(refused.headers["retry-after"])
        assert 1 <= wait <= EVERY_S
        assert f"Try again in {wait} s" in refused.text
        in_chinese = guess(client, right, **{"HX-Request": "true", "Accept-Language": "zh"}).text
        assert "秒后重试" in in_chinese
        assert client.get("/login").status_code == 200, "the page itself is there"
        told = client.get("/v1/phones", headers={"Authorization": f"Bearer {right}"})
        assert (told.status_code, told.json()["code"], told.json()["retryable"]) == (429, "too_many_tries", True)
        assert int(told.headers["retry-after"]) >= 1
        local = room.client.post("/v1/logins", json={}).json()["path"]
        assert 'id="login-code"' in client.get(local).text, "the way in at the machine is open"
        body = {"code": local.partition("=")[2], "operator": "Li Wei"}
        assert client.post("/login/code", json=body, headers=OWN).headers["hx-redirect"] == "/"


def test_wrong_tokens_and_wrong_one_time_codes_are_counted_with_them(room: ServiceRoom) -> None:
    with room.over_tcp() as client:
        for n in range(HELD - 2):
            wrong = client.get("/v1/phones", headers={"Authorization": f"Bearer proofwipe_{n}"})
            assert wrong.status_code == 401
        assert client.get("/login?code=a").status_code == 200
        assert client.post("/login/code", json={"code": "b"}, headers=OWN).status_code == 401
        refused = client.get("/login?code=c")
        assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
        assert client.get("/login?code=a").status_code == 200, "looking again is no further try"
        assert client.post("/login/code", json={"code": "d"}, headers=OWN).status_code == 429
        assert guess(client, "proofwipe_e").status_code == 429


def test_who_came_in_from_there_before_comes_in_while_somebody_tries(room: ServiceRoom) -> None:
    badge, other = room.token("technician"), room.token("auditor")
    with room.over_tcp() as client, room.over_tcp(other) as program:
        assert guess(client, badge).status_code == 200
        assert program.get("/v1/jobs").status_code == 200
        for n in range(2 * HELD):
            guess(client, f"proofwipe_{n}")
        assert guess(client, f"proofwipe_{2 * HELD}").status_code == 429
        assert guess(client, badge).status_code == 200
        assert program.get("/v1/jobs").status_code == 200
        assert client.get("/").status_code == 200, "nor does a session end"


def test_a_program_whose_token_has_ended_uses_up_nothing_by_asking_again(room: ServiceRoom) -> None:
    with room.over_tcp("proofwipe_ended") as stale, room.over_tcp(room.token("auditor")) as right:
        assert {stale.get("/v1/jobs").status_code for _ in range(3 * HELD)} == {401}
        assert right.get("/v1/jobs").status_code == 200


def test_another_user_of_the_machine_who_tries_keeps_nobody_out() -> None:
    tries = Tries(monotonic=Clock())
    for n in range(HELD):
        assert tries.look("user:33", f"{n}", nobody) is None
    with pytest.raises(TooManyTriesError):
        tries.look("user:33", "right", li)
    assert tries.look("user:1000", "right", li) == LI


def test_a_place_is_heard_again_at_its_pace() -> None:
    clock = Clock()
    tries = Tries(monotonic=clock)
    for n in range(HELD):
        tries.wrong("p", f"{n}")
    with pytest.raises(TooManyTriesError) as refused:
        tries.look("p", "x", li)
    assert refused.value.retry_after_s == EVERY_S
    clock.now += EVERY_S - 0.5
    with pytest.raises(TooManyTriesError) as refused:
        tries.look("p", "x", li)
    assert refused.value.retry_after_s == 1
    clock.now += 1
    assert tries.look("p", "x", li) == LI
    tries.wrong("p", "y")  # the right one cost nothing
    with pytest.raises(TooManyTriesError):
        tries.wrong("p", "z")


def test_what_was_right_once_and_no_longer_is_counts_no_more_than_a_wrong_one() -> None:
    tries = Tries(monotonic=Clock())
    tries.look("p", "ended", li)
    tries.wrong("p", "ended")
    for n in range(HELD):
        tries.wrong("p", f"{n}")
    with pytest.raises(TooManyTriesError):
        tries.look("p", "ended", li)


def test_tries_at_one_time_are_no_more_than_tries_one_after_the_other() -> None:
    tries, looked, together = Tries(monotonic=Clock()), [0], threading.Barrier(4 * HELD)

    def whose() -> None:
        looked[0] += 1

    def one(n: int) -> bool:
        together.wait(10)
        try:
            tries.look("p", f"{n}", whose)
        except TooManyTriesError:
            return False
        return True

    with ThreadPoolExecutor(4 * HELD) as pool:
        assert sum(pool.map(one, range(4 * HELD))) == looked[0] == HELD


def test_a_right_token_that_comes_many_times_at_once_after_a_start_is_let_in_each_time() -> None:
    tries, together = Tries(monotonic=Clock()), threading.Barrier(4 * HELD)

    def whose() -> Caller:
        together.wait(10)  # all are under way before the first is known to be right
        return LI

    with ThreadPoolExecutor(4 * HELD) as pool:
        assert list(pool.map(lambda _: tries.look("p", "right", whose), range(4 * HELD))) == [LI] * (4 * HELD)


def test_what_could_not_be_looked_up_is_no_wrong_try_and_places_are_forgotten_before_memory_is_full() -> None:
    tries = Tries(monotonic=Clock())

    def broken() -> None:
        raise LookupError

    for n in range(3 * HELD):
        with pytest.raises(LookupError):
            tries.look("p", f"{n}", broken)
    assert tries.look("p", "right", li) == LI
    for n in range(2 * MOST_PLACES):
        tries.wrong(f"q{n}", "x")
    assert len(tries._places) == MOST_PLACES


def test_the_kernel_is_asked_once_for_each_connection(room: ServiceRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def counted(theirs: tuple[str, int], ours: tuple[str, int]) -> int | None:
        asked.append(theirs)
        return user_of(theirs, ours)

    monkeypatch.setattr(module, "user_of", counted)
    with room.over_tcp(room.token("auditor")) as one, room.over_tcp(room.token("technician")) as other:
        assert [each.get("/v1/jobs").status_code for each in (one, other) for _ in range(5)] == [200] * 10
    assert len(asked) == len(set(asked)) == 2


CALLING = """
import encodings.idna, os, socket, sys
os.setuid(int(sys.argv[2]))
calling = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
sys.stdin.read()
"""


def test_the_kernel_says_whose_process_is_at_the_other_end() -> None:
    user = os.geteuid() or 65534
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(20)
        own = server.getsockname()
        started = [sys.executable, "-c", CALLING, str(own[1]), str(user)]
        with subprocess.Popen(started, stdin=subprocess.PIPE) as child:
            accepted, theirs = server.accept()
            with accepted:
                scope = {"state": {}, "client": theirs, "server": own}
                assert (user_of(theirs, own), place_of(scope)) == (user, f"user:{user}")
                child.communicate()
                assert accepted.recv(1) == b""
                assert (user_of(theirs, own), place_of(scope)) == (None, NOBODY_KNOWN), "nobody's any more"


def test_a_place_of_the_unix_socket_is_its_user_and_nonsense_is_nobody(tmp_path: Path) -> None:
    assert place_of({"state": {"peer": Peer(process=1, user=7)}, "client": None, "server": ("/x", None)}) == "user:7"
    assert place_of({"client": None, "server": None}) == NOBODY_KNOWN
    listed = tmp_path / "tcp"
    line = b"   0: 0100007F:0001 0100007F:0002 01 00000000:00000000 00:00000000 00000000  %s        0 1\n"
    for uid, found in ((b"1000", 1000), (b"x", None), (b"-1", None)):
        listed.write_bytes(b"  sl  local_address\nshort\n\n" + line % uid)
        assert user_of(("127.0.0.1", 1), ("127.0.0.1", 2), connections=(tmp_path / "none", listed)) == found
    loopback = "00000000000000000000000001000000"
    listed.write_text(f"  sl\n 1: {loopback}:0001 {loopback}:0002 01 0:0 00:0 0 1000 0 1\n")
    assert user_of(("::1", 1), ("::1", 2), connections=(listed,)) == (1000 if sys.byteorder == "little" else None)
    for odd in (("nonsense", 1), ("127.0.0.1", -1), ("127.0.0.1", 10**9)):
        assert user_of(odd, ("127.0.0.1", 2), connections=(listed,)) is None
