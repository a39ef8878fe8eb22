# SPDX-License-Identifier: GPL-3.0-or-later
"""The thin client: refusals are the errors they are, and what is no answer of ours is refused."""

import io
import json
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from phones.errors import ProofwipeError
from station.client.connection import Connection, Event, events_of
from station.client.refusals import refusal_from
from station.errors import JobNotFoundError, SessionLostError, SessionRefusedError
from station.service.errors import PlanChangedError
from station.service.problem import problem_json
from station.session.remote.carried_errors import known_errors

TEXTS = some.text(some.characters(codec="utf-8"), max_size=20)


@pytest.mark.parametrize("error", [JobNotFoundError(subject="7Q4M2K9D"), PlanChangedError(subject="p")])
def test_a_problem_is_the_error_it_was_told_from(error: ProofwipeError) -> None:
    told = refusal_from(problem_json(error))
    assert isinstance(told, type(error))
    assert (told.code, told.exit_code) == (error.code, error.exit_code)
    assert (told.reason("zh"), told.hint("zh")) == (error.reason("en"), error.hint("en")), "as it was told"


def test_an_unknown_code_is_an_error_of_no_special_kind() -> None:
    told = refusal_from({"code": "of_a_later_version", "detail": "So.", "next_step": None})
    assert (type(told).__name__, told.exit_code, told.reason()) == ("ProofwipeError", 1, "So.")


@given(
    kind=some.sampled_from(["entry", "now"]),
    number=some.none() | some.integers(0, 2**53),
    document=some.dictionaries(TEXTS, TEXTS),
)
def test_what_a_stream_tells_is_read_as_it_was_written(kind: str, number: int | None, document: dict[str, str]) -> None:
    head = "" if number is None else f"id: {number}\n"
    written = f"retry: 2000\n\n: still here\n\n{head}event: {kind}\ndata: {json.dumps(document)}\n\n"
    assert list(events_of(io.BytesIO(written.encode()))) == [Event(kind=kind, number=number, document=document)]


@given(some.binary(max_size=200))
def test_whatever_comes_is_an_event_or_an_error_of_one_kind(data: bytes) -> None:
    try:
        list(events_of(io.BytesIO(data)))
    except (ValueError, RecursionError):
        return


def test_where_nobody_answers_and_where_somebody_else_does(tmp_path: Path) -> None:
    with pytest.raises(SessionLostError):
        Connection(path=tmp_path / "api.sock").get("/v1/state")
    assert not Connection(path=tmp_path / "api.sock").answers()
    with socket.create_server(("127.0.0.1", 0)) as stranger:

        def answer() -> None:
            connection, _ = stranger.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<htm>")

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(SessionRefusedError):
            Connection(port=stranger.getsockname()[1]).get("/v1/state")


def test_errors_that_share_a_code_share_their_exit_code() -> None:
    import station.service.errors as refused

    classes = [*known_errors().values(), *(each for each in vars(refused).values() if isinstance(each, type))]
    codes: dict[str, set[int]] = {}
    for each in classes:
        if issubclass(each, ProofwipeError):
            codes.setdefault(each.code, set()).add(each.exit_code)
    assert {code: found for code, found in codes.items() if len(found) > 1} == {}, "a client could not tell them apart"
