# SPDX-License-Identifier: GPL-3.0-or-later
"""The socket of a session: who may ask, what is taken, and that nothing that comes in hurts the session."""

import errno
import inspect
import json
import os
import socket
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.errors import NotCertifiableError, TimeStampError
from certs.record.facts import Person
from certs.record.issuer import Issuer
from phones.errors import ProofwipeError
from phones.words import keys
from station.errors import (
    AnswerRefusedError,
    EraseBegunError,
    GivenFileError,
    JobBusyError,
    JobNotFoundError,
    LotDiffersError,
    NotEntitledError,
    PhoneBusyError,
    QuestionClosedError,
    QuestionNotFoundError,
    SessionLostError,
    SessionRefusedError,
)
from station.ledger.stages import Stage
from station.session import beginning, bench_operations, measuring, operations
from station.session.bench_operations import Phones
from station.session.operations import OpenStation
from station.session.remote import client, messages, server
from station.session.remote.carried_errors import error_from_json, error_to_json, known_errors
from station.session.remote.client import Elsewhere, find_session
from station.session.remote.messages import LARGEST_REQUEST, OPERATIONS, read_request
from station.session.remote.place import listen, own_or_root, reachable, socket_path
from station.session.remote.server import serve
from station.setup.home import Home
from station.setup.people import Company, save
from tests.support import lives
from tests.support.one_phone import OnePhone, UnhurriedClock

WARNING, ANOTHER = TimeStampError(subject="one"), TimeStampError(subject="another")


class Served:
    """One phone, a session around it, and the folder where it is found."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "station").make()
        self.phone = OnePhone(folder, lives.PIXEL_16)
        self.session = self.phone.session(self.phone.hands.notice)
        self.station = OpenStation(home=self.home, session=self.session)

    def close(self) -> None:
        self.session.close()
        self.phone.ledger.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.close()


def found(home: Home) -> Elsewhere:
    session = find_session(home)
    assert session is not None
    return session


def spoken(home: Home, data: bytes, *, end: bool = True) -> bytes:
    """What comes back when somebody says just that."""
    with socket.socket(socket.AF_UNIX) as raw, reachable(socket_path(home)) as name:
        raw.settimeout(20)
        raw.connect(name)
        try:
            raw.sendall(data)
            if end:
                raw.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: raw.recv(65536), b""))
        except (BrokenPipeError, ConnectionResetError):
            return b""


def request(**changes: Any) -> bytes:
    whole = {"v": 1, "id": "1", "lang": "en", "do": "phones", "with": {}, **changes}
    return json.dumps(whole).encode() + b"\n"


def test_the_session_answers_from_elsewhere_as_it_does_itself(served: Served) -> None:
    with serve(served.station):
        here = bench_operations.phones(served.station)
        assert found(served.home).do(bench_operations.phones) == here
        assert isinstance(here, Phones)
        assert len(here.sightings) == 1


def test_an_error_comes_back_as_itself(served: Served) -> None:
    with serve(served.station):
        with pytest.raises(JobNotFoundError) as elsewhere:
            found(served.home).do(operations.what_is_signed, job="NOSUCH00", seen="")
        with pytest.raises(JobNotFoundError) as here:
            operations.what_is_signed(served.station, job="NOSUCH00", seen="")
    assert [elsewhere.value.reason(each) for each in ("en", "zh")] == [here.value.reason(each) for each in ("en", "zh")]
    assert elsewhere.value.facts == here.value.facts


def test_the_socket_is_its_owners_and_goes_with_the_session(served: Served) -> None:
    path = socket_path(served.home)
    with serve(served.station):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()
    assert find_session(served.home) is None


def test_another_user_gets_no_word(served: Served) -> None:
    assert own_or_root(os.geteuid())
    assert own_or_root(0)
    assert not own_or_root(os.geteuid() + 1)
    asked: list[int] = []

    def nobody(user: int) -> bool:
        asked.append(user)
        return False

    with serve(served.station, admits=nobody):
        assert spoken(served.home, request()) == b""
        with pytest.raises(SessionLostError):
            found(served.home).do(bench_operations.phones)
    assert set(asked) == {os.geteuid()}


def test_a_socket_that_a_killed_session_left_is_taken_over(served: Served) -> None:
    listen(served.home, waiting=1).close()
    assert socket_path(served.home).exists()
    assert find_session(served.home) is None
    with serve(served.station):
        assert found(served.home).do(bench_operations.phones).sightings


def test_what_is_no_socket_is_left_alone_and_the_session_works_without_one(served: Served) -> None:
    path = socket_path(served.home)
    path.write_text("mine")
    with serve(served.station):
        assert find_session(served.home) is None
    assert path.read_text() == "mine"


def test_a_folder_with_a_longer_name_than_a_socket_may_have_is_served_too(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    served = Served(folder)
    with serve(served.station):
        assert found(served.home).do(bench_operations.phones).sightings
    served.close()


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\xff\n",
        b"[]\n",
        b'{"v":1}\n',
        b"[" * 100_000 + b"\n",
        request(v=2),
        request(id=7),
        request(do="os.system"),
        request(do="__class__"),
        request(more=1),
        request(**{"with": []}),
        request(**{"with": {"settle": 1}}),
        request(**{"with": {"path": "/"}}),
        request(do="decide", **{"with": {"job": "X"}}),
        request()[:-2] + b', "v": 1}\n',
        b"x" * (LARGEST_REQUEST + 1) + b"\n",
    ],
)
def test_what_is_no_request_is_refused_in_words(served: Served, line: bytes) -> None:
    with serve(served.station):
        reply = json.loads(spoken(served.home, line, end=False))
        assert reply["error"]["class"] == "SessionRefusedError"
        assert found(served.home).do(bench_operations.phones).sightings


def test_a_flood_a_silence_and_a_client_that_goes_away_hurt_nobody(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REQUEST_S", 0.5)
    with serve(served.station):
        assert spoken(served.home, b"") == b""
        silent = [socket.socket(socket.AF_UNIX) for _ in range(2 * server.AT_ONCE)]
        for each in silent:
            each.settimeout(20)
            each.connect(str(socket_path(served.home)))
        silent[0].sendall(request())
        silent[0].close()
        assert found(served.home).do(bench_operations.phones).sightings, "the silent are left after a while"
        for each in silent[1:]:
            each.close()


class _Exhausted:
    """A listening socket for which the process had no descriptor a few times."""

    def __init__(self, listening: socket.socket, times: int) -> None:
        self._listening, self.left = listening, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._listening, name)

    def accept(self) -> tuple[socket.socket, Any]:
        if self.left:
            self.left -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return self._listening.accept()


def test_a_request_that_could_not_be_taken_ends_nothing(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[_Exhausted] = []

    def exhausted(home: Home, *, waiting: int) -> Any:
        made.append(_Exhausted(listen(home, waiting=waiting), times=3))
        return made[0]

    monkeypatch.setattr(server, "listen", exhausted)
    with serve(served.station):
        assert found(served.home).do(bench_operations.phones).sightings
    assert made[0].left == 0


class _Slow(threading.Thread):
    """Starts late, as under load."""

    def start(self) -> None:
        time.sleep(0.2)
        super().start()


def test_who_closes_waits_for_a_request_that_has_hardly_begun(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(served.station):
        monkeypatch.setattr(threading, "Thread", _Slow)
        with socket.socket(socket.AF_UNIX) as raw:
            raw.connect(str(socket_path(served.home)))
            time.sleep(0.05)


def test_a_sample_is_written_when_nobody_acts(served: Served) -> None:
    acting, done = threading.Event(), threading.Event()

    def write() -> None:
        acting.wait(20)
        with pytest.raises(ProofwipeError):
            operations.write_sample(served.station, period="2026-10", percent=5)
        done.set()

    other = threading.Thread(target=write)
    other.start()
    with served.session.acting():
        acting.set()
        assert not done.wait(0.3)
    assert done.wait(90)
    other.join()


@given(line=st.binary(max_size=300) | st.from_regex(r'\{"v":1,"id":.{0,40}\}', fullmatch=True).map(str.encode))
def test_no_line_does_more_than_be_refused(line: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them is a refusal in words
        read_request(line)


def test_two_clients_at_once_are_both_answered_and_what_was_begun_is_finished_at_the_end(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, release, done = threading.Barrier(3, timeout=20), threading.Event(), []

    def slow(at: OpenStation, *, settle: bool = True) -> Phones:
        both.wait()
        assert release.wait(90)
        return bench_operations.phones(at, settle=False)

    monkeypatch.setattr(messages, "OPERATIONS", {"phones": slow})

    def ask() -> None:
        done.append(found(served.home).do(bench_operations.phones))

    clients = [threading.Thread(target=ask) for _ in range(2)]
    with serve(served.station):
        for each in clients:
            each.start()
        both.wait()
        threading.Timer(0.2, release.set).start()
    for each in clients:
        each.join()
    assert len(done) == 2


def test_a_session_that_ends_before_it_answers_is_no_answer(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    listening = listen(served.home, waiting=4)

    def end_at_once() -> None:
        connection, _ = listening.accept()  # who looks whether somebody is there
        connection.close()
        connection, _ = listening.accept()
        connection.recv(65536)
        connection.close()

    thread = threading.Thread(target=end_at_once)
    thread.start()
    session = found(served.home)
    with pytest.raises(SessionLostError):
        session.do(bench_operations.phones)
    thread.join()
    monkeypatch.setattr(client, "LONGEST_ACT_S", 0.2)
    with pytest.raises(SessionLostError):
        session.do(bench_operations.phones)
    listening.close()
    with pytest.raises(SessionLostError):
        session.do(bench_operations.phones)


@pytest.mark.parametrize(
    "answer",
    [
        b"hello\n",
        b'{"v":2,"id":"1","ok":null,"warned":[]}\n',
        b'{"v":1,"id":"1","ok":{"sightings":[],"notes":{}},"warned":[]}\n',
        b'{"v":1,"id":"1","ok":{"sightings":"x","notes":{}},"warned":[]}\n',
        b'{"v":1,"id":"1","error":{"class":"Exception","facts":{},"own":{}},"warned":[]}\n',
        b'{"v":1,"id":"1","error":{"class":"ConfigError","facts":{},"own":{"code":"x"}},"warned":[]}\n',
        b'{"v":1,"id":"1","error":{"class":"GivenFileError","facts":{},"own":{"faults":{}}},"warned":[]}\n',
        b'{"v":1,"id":"1","error":{"class":"ConfigError","facts":{"code":1},"own":{}},"warned":[]}\n',
    ],
)
def test_an_answer_of_another_shape_is_not_believed(served: Served, answer: bytes) -> None:
    listening = listen(served.home, waiting=4)

    def say() -> None:
        connection, _ = listening.accept()  # who looks whether somebody is there
        connection.close()
        connection, _ = listening.accept()
        connection.recv(65536)
        connection.sendall(answer)
        connection.close()

    thread = threading.Thread(target=say)
    thread.start()
    with pytest.raises(SessionRefusedError):
        found(served.home).do(bench_operations.phones)
    thread.join()
    listening.close()


def _made(kind: type[ProofwipeError]) -> ProofwipeError:
    """An error of that class with every fact its constructor takes."""
    if issubclass(kind, NotCertifiableError):
        return kind(("no_reading", "not_verified"))
    if issubclass(kind, GivenFileError):
        return kind(subject="answers.toml", faults=((3, "no such answer"), (0, "no such key")), left_out=2)
    if issubclass(kind, LotDiffersError):
        return kind(subject="L-7", differences={"missing": 2, "unexpected": 1})
    taken = inspect.signature(kind).parameters
    facts = {name: f"<{name}>" for name, each in taken.items() if each.kind is inspect.Parameter.KEYWORD_ONLY}
    words = {"word": "", "reason_code": "unauthorized", "fault": keys("log_fault.")[0].removeprefix("log_fault.")}
    facts |= {name: value for name, value in words.items() if name in taken}
    return kind(**facts)


def test_every_error_of_ours_comes_back_with_the_same_sentence_step_and_exit_code() -> None:
    for kind in known_errors().values():
        error = _made(kind)
        back = error_from_json(json.loads(json.dumps(error_to_json(error))))
        assert type(back) is kind
        assert back.exit_code == error.exit_code
        for language in ("en", "zh"):
            assert (back.reason(language), back.hint(language)) == (error.reason(language), error.hint(language))
        assert back.details() == error.details()
        assert vars(back) == vars(error)


def test_every_operation_is_one_of_a_station_and_takes_and_gives_data() -> None:
    for name, operation in OPERATIONS.items():
        assert operation in [vars(room).get(name) for room in (beginning, operations, bench_operations, measuring)]
        messages._shape(operation)  # TypeError for what has no form as data


def test_warnings_of_one_clients_work_are_told_to_that_client_alone(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def warns(at: OpenStation, *, settle: bool = True) -> Phones:
        at.session._warn(WARNING)
        other = threading.Thread(target=at.session._warn, args=(ANOTHER,))
        other.start()
        other.join()
        return bench_operations.phones(at, settle=settle)

    monkeypatch.setattr(messages, "OPERATIONS", {"phones": warns})
    told: list[ProofwipeError] = []
    with serve(served.station):
        session = find_session(served.home, warn=told.append)
        assert session is not None
        session.do(bench_operations.phones)
    assert [each.facts for each in told] == [WARNING.facts]


def test_an_operation_speaks_the_language_of_whoever_asked(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from station.text.language import current

    spoken_there: list[str] = []

    def speaks(at: OpenStation, *, settle: bool = True) -> Phones:
        spoken_there.append(current())
        return bench_operations.phones(at, settle=settle)

    monkeypatch.setattr(messages, "OPERATIONS", {"phones": speaks})
    with serve(served.station):
        spoken(served.home, request(lang="zh"), end=False)
        spoken(served.home, request(lang="xx"), end=False)
    assert spoken_there == ["zh", current()]


def test_questions_are_answered_from_elsewhere_by_people_of_the_station(tmp_path: Path) -> None:
    home = Home(tmp_path / "station").make()
    (home.path / "keys").mkdir()
    people = (Person(name="Li Wei", role="operator"), Person(name="Wang Fang", role="validator"))
    save(home.keys, Company(issuer=Issuer(name="X", address="", contact="", country="DE"), station="b", people=people))
    phone = OnePhone(tmp_path, lives.PIXEL_16, clock=UnhurriedClock())
    answered: dict[str, str] = {}
    with phone.session(phone.only_hands) as session, serve(OpenStation(home=home, session=session)):
        elsewhere = found(home)
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        while session.busy:
            for question in elsewhere.do(operations.questions):
                with pytest.raises(NotEntitledError):
                    elsewhere.do(operations.answer, question=question.id, by="Wang Fang", choice=question.choices[0])
                with suppress(QuestionClosedError, QuestionNotFoundError):
                    with pytest.raises(AnswerRefusedError):
                        elsewhere.do(operations.answer, question=question.id, by="Li Wei", choice="perhaps")
                    elsewhere.do(operations.answer, question=question.id, by="Li Wei", choice=question.choices[0])
                    answered[question.key] = question.choices[0]
                    with pytest.raises(QuestionClosedError):
                        elsewhere.do(operations.answer, question=question.id, by="Li Wei")
        session.wait()
        assert answered
        said = {
            name: value for piece in job.evidence if piece.link == "operator" for name, value in piece.values.items()
        }
    assert {key: said.get(f"statement.{key}") for key in answered} == answered
    phone.ledger.close()


def test_a_phone_that_a_worker_is_at_is_asked_nothing_and_can_be_given_up(tmp_path: Path) -> None:
    home = Home(tmp_path / "station").make()
    (home.path / "keys").mkdir()
    people = (Person(name="Li Wei", role="operator"),)
    save(home.keys, Company(issuer=Issuer(name="X", address="", contact="", country="DE"), station="b", people=people))
    phone = OnePhone(tmp_path, {**lives.PIXEL_16, "condition": "debugging"}, clock=UnhurriedClock(pause_s=0.05))
    with phone.session(lambda _session, _event: None) as session, serve(OpenStation(home=home, session=session)):
        elsewhere = found(home)
        (job,) = session.start(phone.port.look(), by=lives.TESTER).jobs
        with pytest.raises(PhoneBusyError, match=job.id):
            elsewhere.do(bench_operations.inspect, wanted="1-1")
        with pytest.raises(JobBusyError):
            elsewhere.do(operations.print_paper, job=job.id)
        elsewhere.do(operations.abandon, job=job.id, by="Li Wei")
        assert not session.busy
        assert elsewhere.do(bench_operations.inspect, wanted="1-1") == bench_operations.inspect(
            OpenStation(home=home, session=session), wanted="1-1"
        )
        session.wait()
        assert (job.stage, job.failure) == (Stage.FAILED, "abandoned")
        with pytest.raises(EraseBegunError):
            elsewhere.do(operations.abandon, job=job.id, by="Li Wei")
    phone.ledger.close()
