# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe log` as its owner, a witness and a stranger use it, in processes of their own where they serve."""

import base64
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from certs.keys import key_files
from certs.log.entries import Entry
from certs.log.proofs import check_proof
from certs.log.snapshot import Snapshot
from station.cli import main
from tests.certs.log.samples import AT, day, issue, paper, replace, start
from tests.support.schemas import check
from transparency.files import LogFiles

PASSPHRASE = "correct horse"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_files.encrypted_pem, "__kwdefaults__", {"cost": 2**10})
    for function in (key_files.write_key, LogFiles.create):
        monkeypatch.setattr(function, "__kwdefaults__", {**(function.__kwdefaults__ or {}), "cost": 2**10})
    monkeypatch.setenv("PROOFWIPE_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], quick_keys: None) -> Run:
    def call(*arguments: object, home: str = "home") -> tuple[int, str, str]:
        capsys.readouterr()
        code = main.run(["--home", str(tmp_path / home), "log", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def files(run: Run, tmp_path: Path) -> LogFiles:
    """A station whose log has ten phones."""
    assert run("init", "--origin", "log.example/bench")[0] == 0
    made = LogFiles(tmp_path / "home" / "log.sqlite3", tmp_path / "home" / "keys")
    log = made.open(PASSPHRASE)
    log.append(day(10), at=AT)
    log.close()
    return made


def document(answer: tuple[int, str, str]) -> dict[str, Any]:
    found = dict(json.loads(answer[1]))
    check(found)
    return found


@contextmanager
def serving(*arguments: object, home: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "station.cli.main", "--home", str(home), "log", *map(str, arguments), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            yield json.loads(child.stdout.readline())["url"]
        finally:
            child.send_signal(signal.SIGINT)
            child.wait(20)
            assert child.returncode == 130


def test_a_new_log_is_made_once_and_says_how_it_stands(run: Run, files: LogFiles) -> None:
    assert run("init")[0] == 1
    shown = document(run("status", "--json"))
    assert shown["schema"] == "proofwipe/log-status/1"
    assert (shown["origin"], shown["size"]) == ("log.example/bench", len(day(10)))
    assert shown["counts"] == {"start": 10, "close": 10, "issue": 7, "replace": 0, "withdraw": 0}
    assert "log.example/bench" in run("status")[1]
    for path in (files.key, files.secret, files.log):
        assert path.stat().st_mode & 0o777 == 0o600


def test_an_empty_log_has_nothing_to_show(run: Run) -> None:
    assert run("status")[0] == 1  # none yet
    assert run("init")[0] == 0
    assert document(run("status", "--json"))["size"] == 0
    assert [run(*words)[0] for words in (("audit",), ("export", "--snapshot", "x"))] == [8, 8]
    assert run("prove", paper("paper 0"))[0] == 3


def test_a_proof_is_handed_out_that_a_stranger_can_check(run: Run, files: LogFiles, tmp_path: Path) -> None:
    code, out, _ = run("prove", paper("paper 3").lower())
    leaf = next(entry.to_bytes() for entry in day(10) if getattr(entry, "id", "") == paper("paper 3"))
    assert code == 0
    assert check_proof(out.encode(), leaf, files.read_policy()).origin == "log.example/bench"
    assert run("prove", paper("paper 3"), "-o", tmp_path / "a.tlog-proof")[0] == 0
    assert (tmp_path / "a.tlog-proof").read_text() == out
    assert run("prove", "PW-0000-0000-0000-0000")[0] == 3


def test_export_audit_and_change(run: Run, files: LogFiles, tmp_path: Path) -> None:
    site, file = tmp_path / "site", tmp_path / "log.snapshot"
    assert run("export")[0] == 2
    assert document(run("export", site, "--snapshot", file, "--json"))["size"] == len(day(10))
    assert Snapshot.parse(file.read_bytes(), files.read_policy()).status_of(paper("paper 0")) is not None
    for source in ((), (site,), (file,)):
        answer = run("audit", *source, "--policy", files.policy, "--json")
        assert (answer[0], document(answer)["verdict"], document(answer)["faults"]) == (0, "passed", [])
    assert run("audit", site)[0] == 2  # no policy named
    assert run("audit", tmp_path / "nowhere", "--policy", files.policy)[0] == 6
    bundle = next((site / "tile" / "entries").rglob("*.p/*"))
    bundle.write_bytes(bundle.read_bytes().replace(b'"attempt":1', b'"attempt":2', 1))
    answer = run("audit", site, "--policy", files.policy, "--json")
    faults = [(each["fault"], each["index"]) for each in document(answer)["faults"]]
    assert answer[0] == 7
    assert ("attempt_wrong", 0) in faults
    assert ("entry_changed", 0) in faults
    code, out, err = run("audit", site, "--policy", files.policy)
    assert (code, out) == (7, "")
    assert "FAILED the audit" in err


def test_the_memory_of_an_audit_shows_a_log_that_was_set_back(run: Run, files: LogFiles, tmp_path: Path) -> None:
    run("export", tmp_path / "old")
    log = files.open(PASSPHRASE)
    more: list[Entry] = [
        start("again", phone="phone 0", attempt=2, minutes=20),
        replace("paper 0", 1, "anew", minutes=21),
    ]
    log.append([*more, issue("anew", start=log.size, phone="phone 0", minutes=21)], at=AT)
    log.close()
    run("export", tmp_path / "new")
    memory = tmp_path / "memory"
    for folder, code in (("old", 0), ("new", 0), ("new", 0), ("old", 7), ("new", 0)):
        words = ("audit", tmp_path / folder, "--policy", files.policy, "--memory", memory, "--json")
        assert run(*words)[0] == code
    assert document(run(*words))["open_starts"] == [len(day(10))]
    memory.write_bytes(memory.read_bytes()[:-1])
    assert run(*words)[0] == 7


def test_a_database_changed_behind_its_back_is_refused_or_found(run: Run, files: LogFiles) -> None:
    other = sqlite3.connect(files.log)
    other.executescript(
        "DROP TRIGGER leaf_stays; UPDATE leaf SET entry ="
        " CAST(replace(CAST(entry AS TEXT), '\"attempt\":1', '\"attempt\":2') AS BLOB) WHERE number = 0"
    )
    other.close()
    answer = run("audit", "--json")
    assert answer[0] == 7
    assert "entry_changed" in [each["fault"] for each in document(answer)["faults"]]


def test_a_witness_in_a_process_of_its_own(run: Run, files: LogFiles, tmp_path: Path) -> None:
    code, key, _ = run("witness", "--new", "w.example", "--state", tmp_path / "w")
    assert code == 0
    given = tmp_path / "policy-of-the-witness"
    given.write_text(files.policy.read_text())
    assert run("cosign")[0] == 8
    with serving("witness", "--state", tmp_path / "w", "--policy", given, home=tmp_path / "elsewhere") as url:
        logs = files.policy.read_text().replace("quorum none\n", "")
        files.policy.write_text(f"{logs}witness it {key.strip()} {url}\nquorum it\n")
        assert run("audit")[0] == 6  # no quorum yet
        answer = run("cosign", "--json")
        assert (answer[0], document(answer)["replies"][0]["fault"]) == (0, None)
        assert document(run("status", "--json"))["witnesses"] == ["it"]
        assert run("audit")[0] == 0
    assert run("cosign")[0] == 1  # it is gone


def test_a_witness_that_comes_and_looks_for_itself(run: Run, files: LogFiles, tmp_path: Path) -> None:
    key = run("witness", "--new", "w.example", "--state", tmp_path / "w")[1].strip()
    logs = files.policy.read_text()
    given = tmp_path / "its-policy"
    given.write_text(logs)
    words = ("witness", "--state", tmp_path / "w", "--policy", given, "--once")
    files.policy.write_text(logs.replace("quorum none", f"witness it {key}\nquorum it"))
    with serving("serve", home=tmp_path / "home") as url:
        code, line, _ = run(*words, url)
        assert code == 0
        (tmp_path / "line").write_text(line)
        assert run("cosign", "--line", tmp_path / "line")[0] == 0
        assert run("audit")[0] == 0
        assert run("audit", url, "--policy", files.policy)[0] == 0
    run("export", tmp_path / "site")
    log = files.open(PASSPHRASE)
    log.append([start("one more", minutes=20)], at=AT)
    log.close()
    run("export", tmp_path / "site2")
    assert run(*words, tmp_path / "site2")[0] == 0
    assert run(*words, tmp_path / "site")[0] == 7  # the log would have gone back
    twin = LogFiles(tmp_path / "twin.sqlite3", files.keys).create(PASSPHRASE, origin="log.example/bench")
    twin.append([start(f"another {n}") for n in range(60)], at=AT)
    twin.close()
    (tmp_path / "home" / "log.sqlite3").unlink()
    for end in ("-wal", "-shm"):
        (tmp_path / "home" / f"log.sqlite3{end}").unlink(missing_ok=True)
    (tmp_path / "twin.sqlite3").rename(tmp_path / "home" / "log.sqlite3")
    run("export", tmp_path / "site3")
    answer = run(*words, tmp_path / "site3", "--json")
    assert (answer[0], document(answer)["faults"][0]["fault"]) == (7, "forked")


def test_lines_that_no_witness_made_are_not_taken_in(run: Run, files: LogFiles, tmp_path: Path) -> None:
    key = run("witness", "--new", "w.example", "--state", tmp_path / "w")[1].strip()
    files.policy.write_text(files.policy.read_text().replace("quorum none", f"witness it {key}\nquorum it"))
    name, key_id, _ = key.split("+", 2)
    forged = b"\0" * 72
    line = f"— {name} {base64.b64encode(bytes.fromhex(key_id) + forged).decode()}\n"
    for content, code in ((line, 1), ("nonsense\n", 7), ("", 7), ("— x AAAAAAAA\n", 8)):
        (tmp_path / "line").write_text(content)
        assert run("cosign", "--line", tmp_path / "line")[0] == code
    assert document(run("status", "--json"))["witnesses"] == []


@pytest.mark.parametrize(
    "words", [("serve", "--host", "203.0.113.1"), ("witness", "--once", "x"), ("cosign", "--line", "x")]
)
def test_what_cannot_be_is_said_before_anything_begins(words: tuple[str, ...], run: Run, files: LogFiles) -> None:
    assert run(*words)[0] == 2
