# SPDX-License-Identifier: GPL-3.0-or-later
"""Other commands beside a session at work: what they say and their exit codes are as without one."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from certs.keys.key_files import read_ed25519_key
from certs.log.entries import read_entry
from certs.page.pdf_profile import read
from certs.record.record import Record
from phones.errors import PhoneLostError
from phones.link import Link
from phones.port import Presence, Sighting
from station.ledger.paper_events import SampleInspected
from station.ledger.stages import Stage
from station.session.operations import OpenStation
from station.session.parts import Secrets
from station.session.remote.server import serve
from station.session.session import Session
from station.setup.home import Home
from station.setup.settings import load
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, PIXEL_16, ROOT, Call, CommandLine, Terminal, scenario
from tests.support.direct_bench import DirectBench
from transparency.database import TransparencyLog
from virtual_phones.bench.remote import RemoteBench


def leaves(home: Home) -> list[str]:
    with closing(TransparencyLog.open(home.transparency_log)) as log:
        return [read_entry(leaf).type for leaf in log.leaves()]


@pytest.fixture
def at_work(home: Home) -> Iterator[Session]:
    """The station of `home`, held by a session that others find."""
    with (
        Session.open(home, load(home.config), Secrets(passphrase=lambda: PASSPHRASE)) as session,
        serve(OpenStation(home=home, session=session)),
    ):
        yield session


def test_a_person_accepts_beside_a_session_and_is_asked_for_no_passphrase(
    at_work: Session, home: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROOFWIPE_PASSPHRASE")
    code, done = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")
    (facts,) = done["jobs"]
    assert (code, facts["stage"], facts["standing"]) == (0, "CERTIFIED", "live")
    assert (home.papers / facts["file"]).is_file()
    assert at_work.jobs.by_id("TESTJOB1").stage is Stage.CERTIFIED


def test_a_person_rejects_beside_a_session(at_work: Session, call: Call) -> None:
    code, done = call("validate", "TESTJOB1", "--reject", "--by", "Wang Fang", "--grounds", "scratched", "--json")
    (facts,) = done["jobs"]
    assert (code, facts["stage"], facts["decision"]) == (1, "FAILED", "rejected")
    validation = at_work.jobs.by_id("TESTJOB1").validation
    assert validation is not None
    assert validation.grounds == "scratched"


def test_a_validator_signs_beside_a_session_with_a_key_that_stays_with_them(home: Home, call: Call) -> None:
    _, made = call("keys", "validator", "Wang Fang", "--json")
    with (
        Session.open(home, load(home.config), Secrets(passphrase=lambda: PASSPHRASE)) as session,
        serve(OpenStation(home=home, session=session)),
    ):
        code, done = call("validate", "TESTJOB1", "--accept", "--key", made["path"], "--json")
    assert code == 0, done
    (facts,) = done["jobs"]
    files = read((home.papers / facts["file"]).read_bytes()).embedded()
    record = Record(data=files["erase-record.json"])
    assert record.facts.validation.by == "Wang Fang"
    assert record.facts.validation.signature


REFUSED = (
    ("validate", "NOSUCH00", "--accept", "--by", "Wang Fang"),
    ("validate", "TESTJOB1", "NOSUCH00", "--accept", "--by", "Wang Fang"),
    ("validate", "TESTJOB1", "--accept", "--by", "Li Wei"),
    ("validate", "TESTJOB1", "--accept"),
)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_refused_is_refused_with_the_same_words_and_code(home: Home, call: Call, language: str) -> None:
    alone = [call("--lang", language, *words) for words in REFUSED]
    with (
        Session.open(home, load(home.config), Secrets(passphrase=lambda: PASSPHRASE)) as session,
        serve(OpenStation(home=home, session=session)),
    ):
        assert [call("--lang", language, *words) for words in REFUSED] == alone
    assert lives.job_in(home.ledger).validation is None


def test_a_key_that_the_station_requires_is_required_by_the_session_whatever_the_client_was_told(
    home: Home, call: Call
) -> None:
    (home.path / "config.toml").write_text('validator_key = "required"\n')
    settings = load(home.config)
    lax = home.path / "lax.toml"
    lax.write_text("")
    with (
        Session.open(home, settings, Secrets(passphrase=lambda: PASSPHRASE)) as session,
        serve(OpenStation(home=home, session=session)),
    ):
        code, said = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--config", lax)
    assert code == 2
    assert "--key" in said
    assert lives.job_in(home.ledger).validation is None


def test_who_holds_the_station_and_answers_nobody_is_said_to_be_busy(home: Home, call: Call) -> None:
    with home.locked():
        code, said = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang")
    assert (code, "Another proofwipe is already using" in said) == (1, True)


def test_a_certificate_is_withdrawn_beside_a_session_and_the_log_knows(
    at_work: Session, home: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROOFWIPE_PASSPHRASE")
    words = ("withdraw", "TESTJOB1", "--reason", "other", "--by", "Wang Fang", "--yes", "--json")
    assert call(*words)[0] == 4, "there is no certificate yet"
    assert call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")[0] == 0
    code, done = call(*words)
    (facts,) = done["jobs"]
    assert (code, facts["standing"]) == (0, "withdrawn")
    assert (home.papers / facts["file"]).is_file(), "the file is where it is marked"
    assert leaves(home) == ["start", "issue", "close", "withdraw"]


def test_papers_are_printed_again_beside_a_session(at_work: Session, home: Home, call: Call, tmp_path: Path) -> None:
    code, made = call("reprint", "TESTJOB1", "--to", tmp_path / "out", "--json")
    assert code == 0, made
    assert Path(made["papers"][0]["path"]).read_bytes().startswith(b"%PDF")
    assert call("copy", "TESTJOB1", "--archive", "-o", tmp_path / "copy.pdf", "--json")[0] == 0


def test_a_paper_that_is_not_out_is_made_by_the_session_that_holds_the_station(
    at_work: Session, home: Home, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("station.session.copies._is_out", lambda _job: False)
    monkeypatch.delenv("PROOFWIPE_PASSPHRASE")
    code, made = call("reprint", "TESTJOB1", "-o", tmp_path / "again.pdf", "--json")
    assert code == 0, made
    files = read((tmp_path / "again.pdf").read_bytes()).embedded()
    assert Record(data=files["erase-record.json"]).facts.id == made["papers"][0]["paper"]
    code, made = call("copy", "TESTJOB1", "--archive", "-o", tmp_path / "copy.pdf", "--json")
    assert code == 0, made
    assert "openings.json" in read((tmp_path / "copy.pdf").read_bytes()).embedded()


def test_a_sample_is_drawn_and_its_result_written_down_beside_a_session(
    at_work: Session, home: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, done = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang", "--json")
    (facts,) = done["jobs"]
    today, tomorrow = datetime.now(UTC).date().isoformat(), datetime.now(UTC) + timedelta(days=1)
    monkeypatch.setattr("station.cli.commands.sample.utc_now", lambda: tomorrow)
    assert call("sample", "draw", today)[0] == 4
    key = read_ed25519_key(home.keys / "log-key.pem", PASSPHRASE)
    with closing(TransparencyLog.open(home.transparency_log, key)) as log:
        log.start(job="ab" * 32, tag="cd" * 16, station="ef" * 8, emulated=True, at=tomorrow)
    code, drawn = call("sample", "draw", today, "--json")
    assert code == 0, drawn
    assert drawn["chosen"] == [facts["paper"]]
    result = ("sample", "result", facts["paper"], "--tool", "Recovery 3.1", "--found")
    assert call(*result, "none", "--as", "Wang Fang")[0] == 0
    assert call(*result, "data", "--as", "Wang Fang")[0] == 1
    assert call(*result, "none", "--as", "Nobody")[0] == 2
    assert [each.found for each in at_work.jobs.ledger.all_of(SampleInspected)] == ["none", "data"]


def test_the_doctor_calls_nothing_broken_that_a_session_uses(home: Home, call: Call) -> None:
    with (
        Session.open(
            home,
            load(home.config),
            Secrets(passphrase=lambda: PASSPHRASE),
            bench=lambda: nullcontext(DirectBench()),
        ) as session,
        serve(OpenStation(home=home, session=session)),
    ):
        _code, found = call("doctor", "--json")
        assert [each["state"] for each in found["checks"] if each["check"] == "adb"] == ["works"]
        code, said = call("record", "-s", "1-1", "--out", home.path / "recording")
        assert (code, "Another proofwipe is already using" in said) == (1, True)


class EmptyPort:
    """A port whose phone has been taken away."""

    path = "1-1"
    emulated = True

    def look(self) -> Sighting:
        return Sighting(port=self.path, presence=Presence.ABSENT)

    def open(self) -> Link:
        raise PhoneLostError(subject=self.path)

    def forget(self, udid: str) -> None:
        return


KILLED = """
import os, signal, sys, threading
from pathlib import Path
from station.session.operations import OpenStation
from station.session.parts import Secrets
from station.session.remote.server import serve
from station.session.session import Session
from station.setup.home import Home
from station.setup.settings import load

home, writes, left = Home(Path(sys.argv[1])), int(sys.argv[2]), [0]

def die(_number, when):
    left[0] += when == "after"
    if left[0] >= writes:
        os.kill(os.getpid(), signal.SIGKILL)

with Session.open(home, load(home.config), Secrets(passphrase=lambda: "correct horse")) as session:
    session.papers
    session._ledger._on_append = die
    with serve(OpenStation(home=home, session=session)):
        print("ready", flush=True)
        threading.Event().wait()
"""


@pytest.mark.parametrize("writes", [0, 1, 2, 3, 4])
def test_a_session_that_is_killed_during_a_decision_is_said_and_nothing_is_decided_twice(
    home: Home, call: Call, writes: int
) -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(home.path), str(writes)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=CommandLine(home.path).environment,
    )
    with killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"ready\n"
        code, said = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang")
        assert (code, "before it answered" in said) == (1, True)
    assert killed.returncode == -9
    with Session.open(
        home,
        load(home.config),
        Secrets(passphrase=lambda: PASSPHRASE),
        bench=lambda: nullcontext(DirectBench(EmptyPort())),
    ) as session:
        session.resume()
        session.wait()
    code, said = call("validate", "TESTJOB1", "--accept", "--by", "Wang Fang")
    assert code == (0 if writes == 0 else 4), said
    job = lives.job_in(home.ledger)
    assert (job.stage, job.certificate is not None) == (Stage.CERTIFIED, True)
    assert call("ledger", "verify")[0] == 0
    assert leaves(home).count("issue") == 1


READING = ("jobs", "jobs TESTJOB1", "jobs --json", "keys show", "keys check", "regrade TESTJOB1", "ledger verify")


def test_what_only_reads_says_the_same_beside_a_session(home: Home, call: Call) -> None:
    alone = [call(*words.split()) for words in READING]
    with (
        Session.open(home, load(home.config), Secrets(passphrase=lambda: PASSPHRASE)) as session,
        serve(OpenStation(home=home, session=session)),
    ):
        assert [call(*words.split()) for words in READING] == alone
    assert [code for code, _ in alone] == [0] * len(READING)


@pytest.mark.wire
def test_beside_a_running_bench_phones_are_listed_and_a_job_is_decided(home: Home) -> None:
    bench = RemoteBench.start(scenario(PIXEL_16), lifetime_s=300, die_with_us=True)
    line = CommandLine(home.path)
    line.configure(bench=bench)
    looks = [words.split() for words in LOOKS]
    alone = [line.run(*words) for words in looks]
    assert [done.code for done in alone] == [0, 0, 0, 0, 7, 3], alone
    assert PIXEL_16_SERIAL in alone[0].out
    screen = Terminal(line, "bench", columns=100)
    try:
        screen.wait_for("0001")
        for words, before in zip(looks, alone, strict=True):
            beside = line.run(*words)
            assert (beside.code, _steady(beside.out), beside.err) == (before.code, _steady(before.out), before.err)
        assert "0001" in line.run("watch", "--seconds", "2").err
        refused = line.run("validate", "TESTJOB1", "--accept", "--by", "Li Wei")
        assert (refused.code, "is not a validator" in refused.err) == (2, True)
        done = line.run("validate", "TESTJOB1", "--accept", "--by", "Wang Fang")
        assert done.code == 0, done.err
        assert re.search(r"TESTJOB1  CERTIFIED  .*certificate\.pdf  \(decided by Wang Fang\)", done.err)
        assert screen.process.poll() is None
        screen.process.kill()
        screen.process.wait()
        assert line.run("list").code == 0, "what a killed session left is in nobody's way"
        assert line.run("validate", "TESTJOB1", "--reject", "--by", "Wang Fang").code == 4
    finally:
        screen.process.kill()
        screen.end()
        bench.stop()


PIXEL_16_SERIAL = "4A231FDAQ0001"
LOOKS = (
    "list",
    "list --json",
    "inspect -s 1-1",
    "wipe --plan -s 1-1",
    f"recheck TESTJOB1 -s {PIXEL_16_SERIAL}",
    "inspect -s 9-9",
)


def _steady(said: str) -> str:
    """Without what a phone says differently each time: its clock and our nonce."""
    return "\n".join(line for line in said.splitlines() if not re.search(r"nonce|epoch|uptime", line))
