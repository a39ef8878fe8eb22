# SPDX-License-Identifier: GPL-3.0-or-later
"""The passphrase once a shift: held for this user alone, never where others can read it, and gone in time."""

import os
import shutil
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.cli.main import run
from station.session.agent import asking, holder
from station.session.agent.asking import agent_path, agent_status, held_passphrase, lock, unlock
from station.session.remote.place import listen_at
from station.setup.home import Home
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, Call
from tests.support.waiting import wait_for


@pytest.fixture
def unlocked(home: Home, call: Call, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A station whose passphrase nobody can have but from the agent."""
    code, said = call("unlock")
    assert code == 0, said
    assert "Unlocked until" in said
    monkeypatch.delenv("PROOFWIPE_PASSPHRASE")
    yield home
    lock(home)


def process_of(home: Home) -> int:
    """The process that listens there."""
    found = agent_status(home)
    assert found is not None
    return found.process


def is_gone(home: Home) -> bool:
    return agent_status(home) is None and not agent_path(home).exists()


def test_a_decision_is_signed_without_a_passphrase_and_it_is_said_whence_it_came(
    unlocked: Home, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang")
    assert code == 0, said
    assert "Passphrase: from `proofwipe unlock`" in said
    assert lives.job_in(unlocked.ledger).certificate is not None
    capsys.readouterr()
    assert run(["--home", str(unlocked.path), "lock"]) == 0
    assert is_gone(unlocked)
    code, said = call("withdraw", "TESTJOB1", "--reason", "other", "--by", "Wang Fang", "--yes")
    assert code == 2, "nothing is to be had any more"
    assert "assphrase" in said
    assert call("lock")[0] == 0


def test_what_changes_keys_asks_for_the_passphrase_all_the_same(unlocked: Home, call: Call) -> None:
    code, said = call("keys", "validator", "Wang Fang")
    assert code == 2, said
    assert held_passphrase(unlocked) == PASSPHRASE


def test_a_wrong_passphrase_unlocks_nothing(home: Home, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFWIPE_PASSPHRASE", "another")
    assert call("unlock")[0] == 1
    assert is_gone(home)
    assert call("unlock", "--hours", "25")[0] == 2
    assert call("unlock", "--hours", "0")[0] == 2


def test_no_program_of_the_current_folder_gets_the_passphrase(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    for name in ("resource", "mmap", "json"):
        (folder / f"{name}.py").write_text("import pathlib\npathlib.Path('taken').write_text('here')\n")
    monkeypatch.chdir(folder)
    unlock(home, PASSPHRASE, hours=1)
    assert held_passphrase(home) == PASSPHRASE
    assert not (folder / "taken").exists()
    lock(home)


def test_an_agent_that_does_not_answer_is_not_said_to_be_none(
    unlocked: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "CONNECT_S", 0.3)
    process = process_of(unlocked)
    os.kill(process, signal.SIGSTOP)
    try:
        code, said = call("lock")
        assert code == 1
        assert "may still hold the passphrase" in said
    finally:
        os.kill(process, signal.SIGCONT)
    wait_for(lambda: not Path(f"/proc/{process}").exists() or _is_dead(process), 20, "the agent stays")


def test_without_a_key_file_to_check_it_by_no_word_is_held_nor_given_to_a_device(
    unlocked: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("station.key", "organisation.key"):
        (unlocked.keys / name).rename(unlocked.keys / f"{name}.away") if (unlocked.keys / name).exists() else None
    code, said = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang")
    assert "Passphrase: from `proofwipe unlock`" not in said
    assert code != 0
    monkeypatch.setenv("PROOFWIPE_PASSPHRASE", "any word at all")
    code, said = call("unlock")
    assert code != 0
    assert "Unlocked" not in said


def test_what_is_no_number_of_hours_or_no_text_is_refused_by_name(
    home: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("unlock", "--hours", "nan")[0] == 2
    monkeypatch.setitem(os.environ, "PROOFWIPE_PASSPHRASE", "\udcff")
    code, said = call("unlock")
    assert code != 0
    assert "itself made a mistake" not in said
    assert is_gone(home)


def test_the_passphrase_is_in_no_argument_no_variable_and_no_file_and_the_socket_is_its_owners(unlocked: Home) -> None:
    process = Path(f"/proc/{process_of(unlocked)}")
    assert PASSPHRASE.encode() not in (process / "cmdline").read_bytes()
    assert stat.S_IMODE(agent_path(unlocked).stat().st_mode) == 0o600
    if os.geteuid() == 0:  # the kernel shows it to nobody else: the process is not dumpable
        assert PASSPHRASE.encode() not in (process / "environ").read_bytes()
    assert (process / "cmdline").stat().st_uid == 0
    for file in unlocked.path.rglob("*"):
        assert not file.is_file() or PASSPHRASE.encode() not in file.read_bytes(), file


def test_another_user_is_not_answered_and_another_users_agent_not_asked(
    unlocked: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = os.geteuid()
    monkeypatch.setattr(asking, "other_side", lambda _connection: own + 1)
    assert held_passphrase(unlocked) is None
    assert agent_status(unlocked) is None
    monkeypatch.undo()
    page = _page(b"a secret")
    answering = holder.Holder(page, unlocked.path / "other.sock", unlocked.keys, 60)
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        ours.sendall(b"passphrase\n")
        ours.settimeout(0.2)
        monkeypatch.setattr(holder, "other_side", lambda _connection: own + 1)
        answering._answer(theirs)
        with pytest.raises(TimeoutError):
            ours.recv(100)
    answering.over = True
    answering.run()
    assert not (unlocked.path / "other.sock").exists()


def _page(secret: bytes) -> holder.Page:
    reading, writing = os.pipe()
    os.write(writing, secret)
    os.close(writing)
    try:
        return holder.Page(reading)
    finally:
        os.close(reading)


@pytest.mark.parametrize("secret", [b"", b"x" * (holder.LONGEST + 1)])
def test_what_is_no_passphrase_is_not_held(secret: bytes) -> None:
    with pytest.raises(ValueError, match="no passphrase"):
        _page(secret)


def test_it_is_forgotten_when_its_time_is_over(home: Home) -> None:
    unlock(home, PASSPHRASE, hours=2 / 3600)
    assert held_passphrase(home) == PASSPHRASE
    wait_for(lambda: is_gone(home), 20, "the agent stays")
    assert held_passphrase(home) is None


def test_it_is_forgotten_when_the_station_goes_away(home: Home, tmp_path: Path) -> None:
    unlock(home, PASSPHRASE, hours=1)
    process = process_of(home)
    shutil.rmtree(home.path)
    wait_for(lambda: not Path(f"/proc/{process}").exists() or _is_dead(process), 20, "the agent stays")


def _is_dead(process: int) -> bool:
    return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].startswith("Z")


def test_a_killed_agent_leaves_nothing_open_and_its_socket_is_recognised(home: Home, call: Call) -> None:
    unlock(home, PASSPHRASE, hours=1)
    os.kill(process_of(home), signal.SIGKILL)
    wait_for(lambda: agent_status(home) is None, 20, "somebody answers")
    assert agent_path(home).exists()
    assert held_passphrase(home) is None
    checks = {each["check"]: each["state"] for each in call("doctor", "--json")[1]["checks"]}
    assert checks["agent"] == "absent"
    assert call("unlock")[0] == 0, "and the next one takes its place"
    assert held_passphrase(home) == PASSPHRASE
    checks = {each["check"]: each["state"] for each in call("doctor", "--json")[1]["checks"]}
    assert checks["agent"] in ("works", "caution")
    os.kill(process_of(home), signal.SIGTERM)
    wait_for(lambda: is_gone(home), 20, "the agent stays")


def test_a_second_unlock_takes_the_place_of_the_first_and_whose_socket_was_taken_ends(home: Home) -> None:
    unlock(home, PASSPHRASE, hours=1)
    first = process_of(home)
    unlock(home, "another one", hours=1)
    assert held_passphrase(home) == "another one"
    assert process_of(home) != first
    second = process_of(home)
    listen_at(agent_path(home), waiting=1).close()
    wait_for(lambda: not Path(f"/proc/{second}").exists() or _is_dead(second), 20, "the agent stays")
    assert agent_path(home).exists(), "what is not its own it leaves"


def test_nonsense_and_silence_end_nothing(unlocked: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for said in (b"", b"\n", b"passphrases\n", b"x" * 200 + b"\n", b"\xff\n"):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(10)
            raw.connect(str(agent_path(unlocked)))
            raw.sendall(said)
            raw.shutdown(socket.SHUT_WR)
            assert raw.recv(100) == b""
    assert held_passphrase(unlocked) == PASSPHRASE


def test_no_station_nothing_to_unlock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFWIPE_PASSPHRASE", PASSPHRASE)
    assert run(["--home", str(tmp_path / "none"), "unlock"]) == 1
    assert run(["--home", str(tmp_path / "none"), "lock"]) == 0
    assert not (tmp_path / "none").exists()
