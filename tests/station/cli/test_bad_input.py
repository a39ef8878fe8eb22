# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is wrong: one line says why, one line says what to do, the exit code is the documented one,
nothing is lost and nobody sees a traceback."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import click
import pytest

from phones.clock import SystemClock
from station.cli import main
from station.errors import LedgerCorruptError
from station.ledger.ledger import Ledger
from tests.support.cli_station import IPHONE, PIXEL_13, PIXEL_16, CommandLine, Done, Starter
from tests.support.waiting import wait_for
from virtual_phones.bench.remote import RemoteBench

NO_VALIDATION = '[policy]\nname = "test"\nrequire_validation = false\n'
SERIAL_16 = "4A231FDAQ0001"
SERIAL_13 = "1B081FDF60002"

pytestmark = pytest.mark.timeout(180)


def refused(done: Done, code: int, *, saying: str = "", lines: int = 2) -> None:
    """One line of reason, one of advice."""
    assert done.code == code, done.err
    said = done.err.splitlines()
    assert len(said) == lines, done.err
    assert re.match(r"(Error|错误): \S", said[-2])
    assert re.match(r"  → \S", said[-1])
    assert saying.lower() in done.err.lower(), done.err


Break = Callable[[CommandLine, Path], list[object]]


def no_keys(line: CommandLine, _tmp: Path) -> list[object]:
    (line.home / "keys").rename(line.home / "elsewhere")
    return ["process", "-s", "x"]


def broken_config(line: CommandLine, _tmp: Path) -> list[object]:
    line.configure("= what")
    return ["process", "-s", "x"]


def misspelt_config(line: CommandLine, _tmp: Path) -> list[object]:
    line.configure('schem = "basic"')
    return ["list"]


def config_that_is_not_there(_line: CommandLine, tmp: Path) -> list[object]:
    return ["list", "--config", tmp / "none.toml"]


def config_that_is_no_text(line: CommandLine, _tmp: Path) -> list[object]:
    (line.home / "config.toml").write_bytes(b"\xff\xfe\x00")
    return ["list"]


def unknown_scheme(line: CommandLine, _tmp: Path) -> list[object]:
    line.configure('scheme = "golden"')
    return ["process", "-s", "x"]


def key_that_is_garbage(line: CommandLine, _tmp: Path) -> list[object]:
    (line.home / "keys" / "station.key").write_bytes(b"\x00garbage")
    return ["keys", "check"]


def key_that_is_gone(line: CommandLine, _tmp: Path) -> list[object]:
    (line.home / "keys" / "station.key").unlink()
    return ["process", "-s", "x"]


def certificate_that_is_garbage(line: CommandLine, _tmp: Path) -> list[object]:
    (line.home / "keys" / "station.pem").write_text("garbage")
    return ["keys", "show"]


def root_that_is_gone(line: CommandLine, _tmp: Path) -> list[object]:
    (line.home / "keys" / "root.pem").unlink()
    return ["keys", "show"]


def issuer_that_is_garbage(line: CommandLine, _tmp: Path) -> list[object]:
    (line.home / "keys" / "issuer.json").write_text('{"name": 3')
    return ["process", "-s", "x"]


def issuer_of_another_shape(line: CommandLine, _tmp: Path) -> list[object]:
    (line.home / "keys" / "issuer.json").write_text("[]")
    return ["keys", "show"]


def passphrase_file_that_is_not_there(_line: CommandLine, tmp: Path) -> list[object]:
    return ["keys", "check", "--passphrase-file", tmp / "none"]


def wrong_passphrase(_line: CommandLine, tmp: Path) -> list[object]:
    (tmp / "wrong").write_text("no\n")
    return ["keys", "check", "--passphrase-file", tmp / "wrong"]


def wrong_passphrase_before_any_erase(_line: CommandLine, tmp: Path) -> list[object]:
    (tmp / "wrong").write_text("no\n")
    return ["process", "--all", "--expect", 1, "--passphrase-file", tmp / "wrong"]


def empty_passphrase(_line: CommandLine, tmp: Path) -> list[object]:
    (tmp / "empty").write_text("\n")
    return ["keys", "renew", "--passphrase-file", tmp / "empty"]


def answers_that_are_none(_line: CommandLine, tmp: Path) -> list[object]:
    (tmp / "answers.toml").write_text("cosmetic_front = 3")
    return ["process", "--resume", "--answers", tmp / "answers.toml"]


def acquisition_with_a_misspelt_field(_line: CommandLine, tmp: Path) -> list[object]:
    (tmp / "acquisition.toml").write_text('[default]\nplcae = "x"')
    return ["process", "--resume", "--acquisition", tmp / "acquisition.toml"]


def ledger_that_is_no_database(line: CommandLine, _tmp: Path) -> list[object]:
    (line.home / "ledger.sqlite3").write_bytes(b"not a database" * 1000)
    return ["jobs"]


def ledger_with_a_changed_entry(line: CommandLine, _tmp: Path) -> list[object]:
    line.run("jobs")
    with sqlite3.connect(line.home / "ledger.sqlite3") as raw:
        raw.execute("INSERT INTO entry VALUES (1, '2026-01-01T00:00:00.000000Z', 'J', 'failure', '{}', '0', '0')")
    raw.close()
    return ["ledger", "verify"]


def ledger_that_is_a_folder(line: CommandLine, _tmp: Path) -> list[object]:
    (line.home / "ledger.sqlite3").mkdir()
    return ["jobs"]


def home_that_is_a_file(line: CommandLine, tmp: Path) -> list[object]:
    (tmp / "file").write_text("")
    return ["--home", tmp / "file", "jobs"]


def unknown_job(_line: CommandLine, _tmp: Path) -> list[object]:
    return ["jobs", "NOSUCH00"]


def unknown_job_to_validate(_line: CommandLine, _tmp: Path) -> list[object]:
    return ["validate", "NOSUCH00", "--accept", "--by", "Wang Fang"]


def unknown_job_to_reprint(_line: CommandLine, _tmp: Path) -> list[object]:
    return ["reprint", "NOSUCH00"]


def unknown_person(_line: CommandLine, _tmp: Path) -> list[object]:
    return ["process", "--resume", "--operator", "Nobody"]


def person_without_role(line: CommandLine, tmp: Path) -> list[object]:
    return ["--home", tmp / "new", "init", "--name", "N", "--person", "Li Wei"]


def country_that_is_none(line: CommandLine, tmp: Path) -> list[object]:
    return ["--home", tmp / "new", "init", "--name", "N", "--person", "A:operator", "--country", "Germany"]


def name_over_two_lines(line: CommandLine, tmp: Path) -> list[object]:
    return ["--home", tmp / "new", "init", "--name", "N\nM", "--person", "A:operator"]


def verify_what_is_not_there(_line: CommandLine, tmp: Path) -> list[object]:
    return ["verify", tmp / "none.pdf"]


def verify_a_folder(_line: CommandLine, tmp: Path) -> list[object]:
    return ["verify", tmp]


def trust_that_is_no_root(_line: CommandLine, tmp: Path) -> list[object]:
    (tmp / "x.pdf").write_bytes(b"%PDF-1.7")
    (tmp / "root.pem").write_text("no")
    return ["verify", tmp / "x.pdf", "--trust", tmp / "root.pem"]


def regrade_what_is_not_there(_line: CommandLine, tmp: Path) -> list[object]:
    return ["regrade", tmp / "none.pdf"]


def regrade_a_binary(_line: CommandLine, tmp: Path) -> list[object]:
    (tmp / "b.pdf").write_bytes(os.urandom(5000))
    return ["regrade", tmp / "b.pdf"]


def regrade_a_pdf_without_record(_line: CommandLine, tmp: Path) -> list[object]:
    (tmp / "b.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    return ["regrade", tmp / "b.pdf"]


def emulated_bench_that_is_gone(line: CommandLine, _tmp: Path) -> list[object]:
    line.configure('emulated_bench = "none.json"')
    return ["list"]


def emulated_bench_that_is_garbage(line: CommandLine, _tmp: Path) -> list[object]:
    (line.home / "bench.json").write_text('{"control": "x"}')
    line.configure('emulated_bench = "bench.json"')
    return ["list"]


def emulated_bench_that_has_ended(line: CommandLine, _tmp: Path) -> list[object]:
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        port = gone.getsockname()[1]
    (line.home / "bench.json").write_text(f'{{"control": {port}, "usbmux": null, "transports": {{}}}}')
    line.configure('emulated_bench = "bench.json"')
    return ["list"]


def bench_without_phones(_line: CommandLine, _tmp: Path) -> list[object]:
    return ["inspect"]


def nothing_chosen(_line: CommandLine, _tmp: Path) -> list[object]:
    return ["process"]


def all_without_number(_line: CommandLine, _tmp: Path) -> list[object]:
    return ["process", "--all"]


def two_choices(_line: CommandLine, _tmp: Path) -> list[object]:
    return ["process", "--all", "--expect", 1, "-s", "x"]


def unknown_method(_line: CommandLine, _tmp: Path) -> list[object]:
    return ["process", "-s", "x", "--method", "hammer"]


def unknown_command(_line: CommandLine, _tmp: Path) -> list[object]:
    return ["destroy"]


def unknown_option(_line: CommandLine, _tmp: Path) -> list[object]:
    return ["process", "-y"]


def export_to_nowhere(_line: CommandLine, tmp: Path) -> list[object]:
    return ["ledger", "export", tmp / "no" / "such" / "file"]


def backup_to_nowhere(_line: CommandLine, tmp: Path) -> list[object]:
    return ["ledger", "backup", tmp / "no" / "such" / "file"]


TABLE: list[tuple[Break, int, str]] = [
    (no_keys, 1, "init"),
    (broken_config, 2, "config.toml"),
    (misspelt_config, 2, "scheme"),
    (config_that_is_not_there, 2, "none.toml"),
    (config_that_is_no_text, 2, "config.toml"),
    (unknown_scheme, 2, "golden"),
    (key_that_is_garbage, 1, "station.key"),
    (key_that_is_gone, 1, "station.key"),
    (certificate_that_is_garbage, 1, "station.pem"),
    (root_that_is_gone, 1, "root.pem"),
    (issuer_that_is_garbage, 2, "issuer.json"),
    (issuer_of_another_shape, 2, "issuer.json"),
    (passphrase_file_that_is_not_there, 2, "none"),
    (wrong_passphrase, 1, "passphrase"),
    (wrong_passphrase_before_any_erase, 1, "passphrase"),
    (empty_passphrase, 2, "passphrase"),
    (answers_that_are_none, 2, "answers.toml: line 1"),
    (acquisition_with_a_misspelt_field, 2, "acquisition.toml: line 2"),
    (ledger_that_is_no_database, 1, "ledger.sqlite3"),
    (ledger_with_a_changed_entry, 1, "is damaged"),
    (ledger_that_is_a_folder, 1, "ledger.sqlite3"),
    (home_that_is_a_file, 1, "file"),
    (unknown_job, 3, "NOSUCH00"),
    (unknown_job_to_validate, 3, "NOSUCH00"),
    (unknown_job_to_reprint, 3, "NOSUCH00"),
    (unknown_person, 2, "Nobody"),
    (person_without_role, 2, "Li Wei"),
    (country_that_is_none, 2, "--country"),
    (name_over_two_lines, 2, "--name"),
    (verify_what_is_not_there, 6, "none.pdf"),
    (verify_a_folder, 2, "is a folder"),
    (trust_that_is_no_root, 2, "root.pem"),
    (regrade_what_is_not_there, 3, "none.pdf"),
    (regrade_a_binary, 3, "b.pdf"),
    (regrade_a_pdf_without_record, 3, "b.pdf"),
    (emulated_bench_that_is_gone, 2, "none.json"),
    (emulated_bench_that_is_garbage, 2, "bench.json"),
    (emulated_bench_that_has_ended, 2, "bench"),
    (bench_without_phones, 3, "plugged in"),
    (nothing_chosen, 2, "-s"),
    (all_without_number, 2, "--expect"),
    (two_choices, 2, "--all"),
    (unknown_method, 2, "android_trade_in"),
    (unknown_command, 2, "destroy"),
    (unknown_option, 2, "-y"),
    (export_to_nowhere, 1, "file"),
    (backup_to_nowhere, 1, "file"),
]


@pytest.mark.parametrize(("breaking", "code", "saying"), TABLE, ids=[row[0].__name__ for row in TABLE])
def test_what_is_wrong_is_said_in_two_lines(
    station: CommandLine, tmp_path: Path, breaking: Break, code: int, saying: str
) -> None:
    arguments = breaking(station, tmp_path)
    refused(station.run(*arguments), code, saying=saying)


def test_every_fault_of_an_answers_file_has_a_line_on_the_screen_and_no_job_is_begun(
    station: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "answers.toml").write_text('[default]\nscreen = "OK"\nnonsense = "b"\n[A1]\ncosmetic_front = "B"\n')
    done = station.run("process", "--all", "--expect", 1, "--answers", tmp_path / "answers.toml")
    said = done.err.splitlines()
    assert (done.code, len(said)) == (2, 5), done.err
    assert "3 faults" in said[0]
    assert re.findall(r"^    line (\d+): \S", "\n".join(said[1:4]), re.MULTILINE) == ["2", "3", "4"]
    assert station.run("jobs", "--json").document["jobs"] == []


def test_an_error_is_data_when_data_was_asked_for(station: CommandLine) -> None:
    done = station.run("jobs", "NOSUCH00", "--json")
    assert done.document["code"] == "job_not_found"
    assert (done.document["exit_code"], done.code) == (3, 3)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 5000, b"%PDF-1.7\n", b"{}", b"\xff" * (17 * 1024 * 1024)],
    ids=["empty", "zeros", "header", "braces", "too long"],
)
def test_a_file_that_is_no_paper_is_not_valid_or_cannot_be_told(
    station: CommandLine, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "paper.pdf").write_bytes(content)
    done = station.run("verify", tmp_path / "paper.pdf", "--json")
    assert done.code in (6, 7)
    assert done.document["code"]


def test_a_mistake_of_our_own_is_one_line_and_its_traceback_goes_to_the_log(
    station: CommandLine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command("broken")
    def broken() -> None:
        raise RuntimeError("first line\nsecond line")

    module = ModuleType("broken")
    vars(module)["command"] = broken
    monkeypatch.setitem(sys.modules, "broken", module)
    monkeypatch.setattr(main, "COMMANDS", {"broken": "broken"})
    assert main.run(["--home", str(station.home), "broken"]) == 1
    said = capsys.readouterr()
    refused(Done(code=1, out=said.out, err=said.err), 1, saying="made a mistake")
    assert main.run(["--verbose", "--home", str(station.home), "broken"]) == 1
    assert "internal: got=RuntimeError: first line" in capsys.readouterr().err
    assert "Traceback" in (station.home / "station.log").read_text()


def test_output_survives_a_terminal_that_knows_no_chinese(station: CommandLine) -> None:
    assert station.run("--lang", "zh", "list", env={"PYTHONIOENCODING": "ascii"}).code == 0
    assert station.run("--lang", "zh", "doctor", env={"PYTHONIOENCODING": "latin-1"}).code in (0, 1, 6)


def test_a_reader_that_goes_away_is_no_error_to_talk_about(station: CommandLine) -> None:
    line = " ".join(station.command("demo", "--help"))
    done = subprocess.run(
        ["sh", "-c", f"{line} | true"], env=station.environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""


def test_a_place_that_may_not_be_written_is_said_to_be_one(tmp_path: Path, station: CommandLine) -> None:
    station.run("jobs")
    script = 'mount -t tmpfs none "$0" && mkdir -p "$0/station/keys" && mount -o remount,ro "$0" && exec "$@"'
    target = tmp_path / "fixed"
    target.mkdir()
    done = in_own_mounts(station, script, target, "--home", target / "station", "jobs")
    refused(done, 1, saying="read-only")


@pytest.mark.wire
def test_a_disk_that_fills_up_during_a_job_loses_nothing(specimen: Starter, tmp_path: Path) -> None:
    line, bench = specimen(PIXEL_16, config=NO_VALIDATION)
    small, kept = tmp_path / "small", tmp_path / "kept"
    small.mkdir()
    kept.mkdir()
    # Room at the start (a disk that is full beforehand is refused before any phone), none once the job has begun.
    script = (
        'small=$0; kept=$1; source=$2; shift 2; mount -t tmpfs -o size=600m none "$small" && '
        'cp -r "$source"/. "$small" || exit 9; '
        '"$@" process -s 1-1 --confirm 4A231FDAQ0001 > "$kept/out1" 2> "$kept/err1" & job=$!; '
        'waited=0; until [ -s "$kept/err1" ] || [ "$waited" = 600 ]; do sleep 0.05; waited=$((waited + 1)); done; '
        # The job waits meanwhile: on a busy machine it was over before half a gigabyte was written.
        'kill -STOP $job; free=$(df --output=avail -k "$small" | tail -1); '
        'head -c "$(( (free - 60) * 1024 ))" /dev/zero > "$small/filler" 2> "$kept/filled"; '
        'kill -CONT $job; wait $job; echo $? > "$kept/code1"; '
        'rm "$small/filler"; "$@" ledger verify --json > "$kept/ledger"; '
        '"$@" process --resume > "$kept/out2" 2> "$kept/err2"; echo $? > "$kept/code2"; '
        '"$@" jobs --json > "$kept/jobs"; cp -r "$small"/papers/. "$kept/"'
    )
    elsewhere = CommandLine(small)
    subprocess.run(
        ["unshare", *user_namespace(), "--mount", "sh", "-c", script, small, kept, line.home, *elsewhere.command()],
        env=elsewhere.environment,
        timeout=150,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    first = Done(code=int((kept / "code1").read_text()), out="", err=(kept / "err1").read_text())
    assert first.code == 1
    assert "Traceback" not in first.err
    assert "the place" in first.err or "full" in first.err, first.err
    assert '"schema": "proofwipe/ledger-verify/1"' in (kept / "ledger").read_text()
    jobs = Done(code=0, out=(kept / "jobs").read_text(), err="").document["jobs"]
    assert [job["stage"] in ("CERTIFIED", "FAILED") for job in jobs] == [True], (kept / "err2").read_text()
    assert line.run("verify", kept / jobs[0]["file"], "--json").document["answer"] in ("SPECIMEN", "REPORT")
    if jobs[0]["stage"] == "CERTIFIED":
        assert bench.truth()[PIXEL_16]["erased"] is True


@pytest.mark.wire
def test_phones_that_are_not_the_one_meant_are_refused(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_16, PIXEL_13)
    refused(line.run("inspect"), 2, saying="more than one")
    refused(line.run("wipe", "--plan"), 2, saying="more than one")
    refused(line.run("inspect", "-s", "WRONGSERIAL"), 3, saying="WRONGSERIAL")
    refused(line.run("inspect", "-s", "127.0.0.1:5555"), 3)  # a transport is no phone
    refused(line.run("process", "-s", "WRONGSERIAL", "--confirm", "WRONGSERIAL"), 3, saying=SERIAL_16)
    refused(line.run("process", "-s", SERIAL_16, "--confirm", SERIAL_13), 2, saying="nothing was erased")
    refused(line.run("process", "-s", SERIAL_16, "--confirm", SERIAL_16[-4:]), 2, saying="nothing was erased")
    refused(line.run("process", "-s", SERIAL_16), 2, saying="--confirm")
    assert line.jobs() == []
    assert {truth["resets"] for truth in bench.truth().values()} == {0}


@pytest.mark.wire
def test_another_number_of_phones_than_expected_is_refused(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_16)
    refused(line.run("process", "--all", "--expect", 2), 2, lines=3, saying="--expect says 2")
    assert line.jobs() == []
    assert bench.truth()[PIXEL_16]["resets"] == 0


@pytest.mark.wire
def test_an_unauthorised_phone_is_told_apart_and_blocked(specimen: Starter) -> None:
    line, _bench = specimen(PIXEL_13, config=NO_VALIDATION)
    inspected = line.run("inspect", "--json")
    assert (inspected.code, [each["code"] for each in inspected.document["problems"]]) == (4, ["unauthorized"])
    assert "Allow" in line.run("inspect").err
    assert line.run("wipe", "--plan", "-s", "1-2").code == 4
    line.configure(NO_VALIDATION, bench=_bench, deadlines="[deadlines]\nperson_s = 2.0\npoll_s = 0.1\n")
    done = line.run("process", "-s", "1-2", "--confirm", SERIAL_13, "--jsonl")
    assert done.code == 4, done.err
    result = done.events[-1]["result"]
    assert [reason["code"] for reason in result["reasons"]][:2] == ["unauthorized", "blocked"]
    assert result["outcome"] == "report"


@pytest.mark.wire
def test_a_foreign_server_on_our_port_is_left_alone(specimen: Starter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as foreign:
        line, _bench = specimen(PIXEL_16, config=f"adb_port = {foreign.getsockname()[1]}")
        refused(line.run("list"), 1, saying="was not touched")
        refused(line.run("process", "-s", "1-1", "--confirm", SERIAL_16), 1, saying="was not touched")


@pytest.mark.wire
@pytest.mark.repeats
def test_an_adb_server_that_dies_during_a_job_is_started_again(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_16, config=NO_VALIDATION)
    working = line.start("process", "-s", "1-1", "--confirm", SERIAL_16, "--answers", line.answers())
    wait_for(lambda: bench.truth()[PIXEL_16]["resets"] == 1, 60, "never erased")
    before = server_pid(line)
    os.kill(before, 9)
    _out, err = working.communicate(timeout=120)
    assert "Traceback" not in err
    (job,) = line.jobs()
    assert job["outcome"] in ("certificate", "report"), err
    assert job["stage"] == "CERTIFIED", (job["reasons"], err)
    assert working.returncode == 0


@pytest.mark.wire
def test_without_usbmuxd_iphones_are_named_and_androids_go_on(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_16, IPHONE)
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        nowhere = f"127.0.0.1:{gone.getsockname()[1]}"
        hello = RemoteBench.found({**bench.hello, "usbmux": nowhere}, pid=bench.pid)
        line.configure(bench=hello)
        listed = line.run("list")
    assert listed.code == 0
    assert "usbmuxd" in listed.err
    assert "F2L" not in listed.out
    assert SERIAL_16 in listed.out
    assert line.run("inspect", "-s", SERIAL_16).code == 0


@pytest.mark.wire
def test_a_second_station_on_the_same_folder_is_refused(specimen: Starter) -> None:
    line, _bench = specimen(PIXEL_13, config=NO_VALIDATION)
    working = line.start("process", "-s", "1-2", "--confirm", SERIAL_13)
    wait_for(lambda: bool(line.jobs()), 30, "never began")
    refused(line.run("process", "--resume"), 1, saying="another proofwipe")
    assert line.run("list").code == 0  # through the socket of the one that works
    working.kill()
    working.communicate()


def test_a_corrupt_ledger_is_kept_as_it_is(station: CommandLine) -> None:
    path = station.home / "ledger.sqlite3"
    path.write_bytes(b"not a database" * 1000)
    refused(station.run("process", "--resume"), 1, saying="ledger")
    assert path.read_bytes() == b"not a database" * 1000
    with pytest.raises(LedgerCorruptError):
        Ledger(path, clock=SystemClock())


def test_keys_of_another_user_are_unreadable_not_wrong(station: CommandLine) -> None:
    (station.home / "keys" / "station.key").unlink()
    (station.home / "keys" / "station.key").mkdir()
    refused(station.run("keys", "check"), 1, saying="station.key")


def server_pid(line: CommandLine) -> int:
    import json

    return int(json.loads((line.home / "adb" / "adb-server.json").read_text())["pid"])


def user_namespace() -> list[str]:
    """Mounting needs to be root, of the machine or of a namespace of our own."""
    return [] if os.geteuid() == 0 else ["--user", "--map-root-user"]


def in_own_mounts(line: CommandLine, script: str, target: Path, *arguments: object) -> Done:
    """Run a command where `target` is another file system that nobody else sees."""
    done = subprocess.run(
        ["unshare", *user_namespace(), "--mount", "sh", "-c", script, target, *line.command(*arguments)],
        env=line.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    return Done(code=done.returncode, out=done.stdout, err=done.stderr)
