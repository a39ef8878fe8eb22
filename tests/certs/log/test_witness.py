# SPDX-License-Identifier: GPL-3.0-or-later
"""C2SP tlog-witness over HTTP: the right status for everything, both sides, and tiles as any client fetches them."""

import hashlib
import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certs.log import merkle
from certs.log.audit import audit
from certs.log.errors import LogReadError, SourceError, WitnessError
from certs.log.notes import checkpoint_text, read_checkpoint, read_note, read_signatures
from certs.log.policy import LogPolicy
from certs.log.proofs import check_note
from certs.log.tiles import Tile, tiles_of
from phones.clock import SystemClock
from phones.verdict import Verdict
from tests.certs.log.samples import AT, LOG_KEY, ORIGIN, day, key_of, start
from transparency import cosigning, sources
from transparency.database import TransparencyLog
from transparency.fetching import WebSource, ask
from transparency.serving import LogSite, Reply, Server, Site
from transparency.signing import NoteKey, witness_key
from transparency.witness import Witness, WitnessSite, format_request, read_request

KEY = witness_key("w.example", key_of("w"))


@contextmanager
def served(site: Site) -> Iterator[Server]:
    with Server(site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(90)


@pytest.fixture
def witness(tmp_path: Path, policy: LogPolicy) -> Iterator[Witness]:
    made = Witness(tmp_path / "witness.sqlite3", key=KEY, policy=policy, clock=SystemClock())
    yield made
    made.close()


def with_witness(log: TransparencyLog, url: str) -> LogPolicy:
    return LogPolicy.parse(f"log {log.public}\nwitness it {KEY.public} {url}\nquorum it\n")


def test_a_log_gets_its_checkpoints_signed_as_it_grows(worked: TransparencyLog, witness: Witness) -> None:
    with served(WitnessSite(witness)) as server:
        policy = with_witness(worked, f"{server.url}/")
        with pytest.raises(LogReadError):
            check_note(worked.checkpoint(), policy)
        for number in range(3):
            ((_, result),) = cosigning.ask_all(worked, policy)
            assert not isinstance(result, WitnessError)
            checked = check_note(worked.checkpoint(), policy)
            assert checked.witnesses == ("it",)
            assert worked.cosigned_size(KEY.public) == worked.size == witness.size_of(ORIGIN)
            worked.append([start(f"more {number} {each}") for each in range(7)], at=AT)
        shown = ask(f"{server.url}/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint", most=10_000)
        assert check_note(shown.body, policy).checkpoint.size == worked.size - 7
        assert ask(f"{server.url}/{'0' * 64}/checkpoint", most=10_000).status == 404


def test_a_log_that_forgot_what_was_signed_asks_for_the_size(worked: TransparencyLog, witness: Witness) -> None:
    with served(WitnessSite(witness)) as server:
        policy = with_witness(worked, server.url)
        answer = ask(f"{server.url}/add-checkpoint", most=10_000, body=format_request(0, (), worked.checkpoint()))
        assert answer.status == 200
        worked.append([start("more")], at=AT)
        assert worked.cosigned_size(KEY.public) == 0  # that line never reached the log
        cosigning.ask_witness(worked, policy.witnesses[0])
        assert worked.cosigned_size(KEY.public) == worked.size


def test_a_log_whose_other_process_was_quicker_is_not_told_that_it_lost_its_end(
    worked: TransparencyLog, witness: Witness
) -> None:
    site = WitnessSite(witness)

    class Quicker:
        """While the first request is on its way, another process appends and has that signed."""

        def __init__(self) -> None:
            self.was_there = False

        def get(self, path: str) -> Reply:
            return site.get(path)

        def post(self, path: str, body: bytes) -> Reply:
            if not self.was_there:
                self.was_there = True
                other = TransparencyLog.open(worked.path, LOG_KEY)
                other.append([start("meanwhile")], at=AT)
                assert site.post(path, format_request(0, (), other.checkpoint())).status == 200
                other.close()
            return site.post(path, body)

    with served(Quicker()) as server:
        cosigning.ask_witness(worked, with_witness(worked, server.url).witnesses[0])
    assert worked.cosigned_size(KEY.public) == worked.size == witness.size_of(ORIGIN)


def test_a_log_with_a_twin_is_told_so(worked: TransparencyLog, witness: Witness, tmp_path: Path) -> None:
    twin = TransparencyLog.create(tmp_path / "twin.sqlite3", origin=ORIGIN, key=LOG_KEY)
    with served(WitnessSite(witness)) as server:
        policy = with_witness(worked, server.url)
        cosigning.ask_witness(worked, policy.witnesses[0])
        twin.append([start("another day")], at=AT)
        with pytest.raises(WitnessError) as caught:
            cosigning.ask_witness(twin, policy.witnesses[0])
        assert caught.value.fault == "rolled_back"
        twin.append([start(f"another {each}") for each in range(60)], at=AT)
        with pytest.raises(WitnessError) as caught:
            cosigning.ask_witness(twin, policy.witnesses[0])
        assert caught.value.fault == "forked"
    twin.close()


def test_a_witness_that_is_not_there_or_answers_nonsense_signs_nothing(worked: TransparencyLog) -> None:
    class Nonsense:
        def __init__(self, reply: Reply) -> None:
            self.reply = reply

        def get(self, path: str) -> Reply:
            return self.reply

        def post(self, path: str, body: bytes) -> Reply:
            return self.reply

    stranger = witness_key("w.example", key_of("stranger")).cosign(read_note(worked.checkpoint()).text, at=AT).line
    wrong = KEY.cosign("another text\n", at=AT).line
    for reply in (
        Reply(status=200),
        Reply(status=200, body=b"\xff"),
        Reply(status=200, body=stranger.encode() + b"\n"),
        Reply(status=200, body=wrong.encode() + b"\n"),
        Reply(status=200, body=b"x" * 100_000),
        Reply(status=500),
        Reply(status=409, body=b"many\n"),
        Reply(status=409, body=b"99999\n"),
        Reply(status=409, body=b"1\n"),
        Reply(status=301),
    ):
        with served(Nonsense(reply)) as server, pytest.raises(WitnessError):
            cosigning.ask_witness(worked, with_witness(worked, server.url).witnesses[0])
    with pytest.raises(WitnessError) as caught:
        cosigning.ask_witness(worked, with_witness(worked, server.url).witnesses[0])  # gone by now
    assert caught.value.fault == "no_answer"
    assert worked.cosigned_size(KEY.public) == 0


def note(size: int, root: bytes, key: NoteKey | None = None, origin: str = ORIGIN) -> str:
    text = checkpoint_text(origin, size, root)
    return "\n".join([text, (key or NoteKey(origin, LOG_KEY)).sign(text).line, ""])


H = [hashlib.sha256(bytes([n])).digest() for n in range(70)]
EMPTY = merkle.EMPTY_ROOT


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"old 0", 400),
        (b"old 0\n\n", 400),
        (b"\xff", 400),
        (b"old 00\n\n" + note(3, H[0]).encode(), 400),
        (format_request(0, (), "x"), 400),
        (b"new 0\n\n" + note(3, H[0]).encode(), 400),
        (format_request(4, (), note(3, H[0])), 400),
        (format_request(0, H[:64], note(3, H[0])), 400),
        (b"old 0\nAAAA\n\n" + note(3, H[0]).encode(), 400),
        (format_request(0, (), note(3, b"short")), 400),
        (format_request(0, (), note(3, H[0], origin="other.example")), 404),
        (format_request(0, (), note(3, H[0], NoteKey(ORIGIN, key_of("stranger")))), 403),
        (format_request(0, (), note(3, H[0]).replace("\n3\n", "\n4\n")), 403),
        (format_request(2, (), note(3, H[0])), 409),
        (format_request(0, (H[1],), note(3, H[0])), 422),
        (format_request(0, (), note(0, H[0])), 422),
        (format_request(0, (), note(0, EMPTY)), 200),
        (format_request(0, (), note(3, H[0])), 200),
    ],
)
def test_the_first_request_is_answered_as_the_specification_says(body: bytes, status: int, witness: Witness) -> None:
    with served(WitnessSite(witness)) as server:
        answer = ask(f"{server.url}/add-checkpoint", most=10_000, body=body)
    assert answer.status == status
    if status == 200:
        (line,) = read_signatures(answer.body.decode())
        KEY.public.check(read_request(body).note.text, line)
    else:
        assert witness.size_of(ORIGIN) == 0


def test_later_requests_are_answered_as_the_specification_says(worked: TransparencyLog, witness: Witness) -> None:
    size, root = worked.size, worked.root
    assert witness.add_checkpoint(format_request(0, (), note(9, root(9)))).status == 200
    for old, proof, text, status in (
        (0, (), note(size, root(size)), 409),
        (8, worked.consistency(8, size), note(size, root(size)), 409),
        (9, (), note(size, root(size)), 422),
        (9, worked.consistency(8, size), note(size, root(size)), 422),
        (9, worked.consistency(9, size), note(size, H[0]), 422),
        (9, (), note(9, H[0]), 422),
        (9, (H[0],), note(9, root(9)), 422),
        (9, (), note(9, root(9)), 200),
        (9, worked.consistency(9, size), note(size, root(size)), 200),
        (9, worked.consistency(9, size), note(size, root(size)), 409),
    ):
        reply = witness.add_checkpoint(format_request(old, proof, text))
        assert reply.status == status
        if status == 409:
            assert (reply.body, reply.content_type) == (f"{witness.size_of(ORIGIN)}\n".encode(), "text/x.tlog.size")
    assert witness.size_of(ORIGIN) == size


def test_a_witness_remembers_after_it_was_killed(worked: TransparencyLog, witness: Witness, policy: LogPolicy) -> None:
    witness.add_checkpoint(format_request(0, (), worked.checkpoint()))
    other = Witness(witness._path, key=KEY, policy=policy, clock=SystemClock())  # nothing was closed
    assert other.size_of(ORIGIN) == worked.size
    assert other.add_checkpoint(format_request(0, (), note(1, H[0]))).status == 409
    assert other._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    other.close()


def test_requests_at_once_are_signed_one_after_another(worked: TransparencyLog, witness: Witness) -> None:
    """The race of the specification: never back to a smaller size."""
    replies: list[int] = []

    def show(size: int) -> None:
        for _ in range(200):
            old = witness.size_of(ORIGIN)
            if old >= size:
                return
            proof = worked.consistency(old, size) if old else ()
            replies.append(witness.add_checkpoint(format_request(old, proof, note(size, worked.root(size)))).status)

    threads = [threading.Thread(target=show, args=(size,)) for size in (5, 11, 17, worked.size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert witness.size_of(ORIGIN) == worked.size
    assert set(replies) <= {200, 409}


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=200).map(lambda tail: b"old 0\n\n" + tail)))
def test_hostile_requests_are_refused(body: bytes) -> None:
    with pytest.raises(LogReadError):
        read_checkpoint(read_request(body).note)


# the log's own server


def test_everything_is_served_that_the_tiles_of_the_log_are_made_of(log: TransparencyLog, policy: LogPolicy) -> None:
    log.append(day(300), at=AT)
    with served(LogSite(log)) as server:
        found = sources.find(server.url)
        result = audit(found.note, found.leaves, policy, published=found.published)
        assert (result.verdict, result.size) == (Verdict.PASSED, 800)
        source = WebSource(server.url)
        for tile in tiles_of(800):
            assert source.fetch(tile.path, most=2_000_000) is not None, tile
        full = source.fetch("tile/0/000", most=8192)
        assert full is not None
        assert len(full) == 8192
        whole, part = (source.fetch(f"tile/0/003.p/{width}", most=8192) for width in (32, 31))
        assert whole is not None
        assert part == whole[: 31 * 32]
        level_one = source.fetch("tile/1/000.p/3", most=8192)
        assert level_one is not None
        assert level_one[:32] == merkle.root_of([full[n : n + 32] for n in range(0, 8192, 32)])
        for path in (
            "tile/0/003",
            "tile/0/003.p/33",
            "tile/1/000",
            "tile/2/000.p/1",
            "tile/0/3",
            "tile/00/000",
            "tile/64/000",
            "tile/0/x000/000",
            "tile/entries/004",
            "tile/0/000.p/256",
            "tile/0/000.p/0",
            "tile/0/000.p/01",
            "",
            "x",
            "checkpoint/",
            "../log.sqlite3",
            "tile/0/../0/000",
            "tile/-1/000",
            "tile/entries/000.p/",
            "%2e%2e",
        ):
            assert source.fetch(path, most=8192) is None, path


def test_nothing_can_be_written_and_much_at_once_is_refused(worked: TransparencyLog) -> None:
    with served(LogSite(worked)) as server:
        host, port = server.server_address[:2]
        assert ask(f"{server.url}/checkpoint", most=10_000, body=b"x").status == 405
        connection = http.client.HTTPConnection(str(host), port, timeout=90)
        connection.request("HEAD", "/checkpoint")
        head = connection.getresponse()
        assert (head.status, head.read(), head.getheader("Cache-Control")) == (200, b"", "no-cache")
        connection.request("GET", "/" + "a" * 5000)
        assert connection.getresponse().read() == b""
        connection.close()
        connection.request("POST", "/x", body=b"", headers={"Content-Length": "999999999"})
        assert connection.getresponse().status == 413
        connection.close()
        connection.request("DELETE", "/checkpoint")
        assert connection.getresponse().status == 501
        connection.close()
        idle = [socket.create_connection((str(host), port), timeout=90) for _ in range(20)]
        closed = [each.recv(1) for each in idle[16:]]  # no place: closed at once, not kept waiting
        assert closed == [b""] * 4
        for each in idle:
            each.close()


def test_answers_that_are_too_long_or_never_come_are_given_up(worked: TransparencyLog) -> None:
    with served(LogSite(worked)) as server:
        with pytest.raises(LogReadError):
            ask(f"{server.url}/checkpoint", most=10)
        gone = server.url
    for url in (gone, "ftp://127.0.0.1/", "file:///etc/passwd", "http://[", "nonsense"):
        with pytest.raises(SourceError):
            WebSource(url).fetch("checkpoint", most=10)


@given(st.integers(0, 2**40), st.integers(1, 256), st.sampled_from([None, 0, 1, 5, 63]))
def test_a_tile_has_one_path(number: int, width: int, level: int | None) -> None:
    tile = Tile(level=level, number=number, width=width)
    assert Tile.parse(tile.path) == tile


def test_paths_and_tiles_are_those_of_the_specification() -> None:
    assert Tile(level=0, number=1234067).path == "tile/0/x001/x234/067"
    assert Tile(level=None, number=0, width=3).path == "tile/entries/000.p/3"
    found = [tile for tile in tiles_of(70_000) if tile.level is not None]
    assert [sum(1 for tile in found if tile.level == level and tile.width == 256) for level in (0, 1, 2)] == [273, 1, 0]
    assert [tile.width for tile in found if tile.width < 256] == [112, 17, 1]
    assert [tile.path for tile in tiles_of(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]


LIKE_A_TILE = st.from_regex(r"tile/(entries|[0-9]{1,3})/[x0-9/]{1,12}(\.p/[0-9]{1,4})?", fullmatch=True)


@given(st.text(max_size=40) | LIKE_A_TILE)
def test_any_path_is_a_tile_of_that_path_or_none(path: str) -> None:
    tile = Tile.parse(path)
    assert tile is None or tile.path == path
