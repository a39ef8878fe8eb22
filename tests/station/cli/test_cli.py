# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line on a bench of virtual phones, as a person and as a script use it."""

import json
import signal
import sys
from pathlib import Path
from typing import IO

import pytest

from station.cli import commands, main
from station.text import language
from tests.support.cli_station import IPHONE, PIXEL_13, PIXEL_16, CommandLine, Starter, without_chinese
from tests.support.schemas import check
from tests.support.waiting import wait_for
from virtual_phones.bench.remote import RemoteBench

NO_VALIDATION = '[policy]\nname = "test"\nrequire_validation = false\n'
SERIAL_16 = "4A231FDAQ0001"
SERIAL_13 = "1B081FDF60002"
IMEI_13 = "004999006402746"

pytestmark = pytest.mark.timeout(180)


@pytest.mark.wire
def test_one_phone_goes_from_list_to_a_paper_that_verifies(specimen: Starter, tmp_path: Path) -> None:
    line, bench = specimen(PIXEL_16, config=NO_VALIDATION)

    listed = line.run("list", "--json").document["phones"]
    shown = [(phone["port"], phone["presence"], phone["serial"]) for phone in listed]
    assert shown == [("1-1", "adb_foyer", SERIAL_16)]
    inspected = line.run("inspect", "--json").document
    assert inspected["values"]["identity.serial"] == SERIAL_16
    assert inspected["problems"] == []
    planned = line.run("wipe", "--plan", "-s", SERIAL_16, "--json").document
    assert planned["can_begin"] is True
    assert planned["method"] == "android_trade_in"
    weighed = {each["method"]: each["code"] for each in planned["methods"]}
    assert (weighed["android_trade_in"], weighed["android_harness"]) == ("only", "needs_harness")
    assert line.run("wipe", "--plan", "--challenge", "--json").document["awaits_attestation"] is True
    assert bench.truth()[PIXEL_16]["resets"] == 0

    done = line.run("process", "-s", "1-1", "--confirm", SERIAL_16, "--jsonl", "--answers", line.answers())
    assert done.code == 0, done.err
    assert bench.truth()[PIXEL_16]["erased"] is True
    for event in done.events:
        check(event)
    assert done.events[-1]["event"] == "job_ended"
    assert done.events[-1]["result"]["stage"] == "CERTIFIED"
    assert [event["doing"] for event in done.events if event["event"] == "progress"][-1] == "done"

    (job,) = line.jobs()
    assert (job["stage"], job["outcome"], job["serial"]) == ("CERTIFIED", "certificate", SERIAL_16)
    paper = line.home / "papers" / job["file"]
    verified = line.run("verify", paper, "--json")
    assert verified.code == 7
    assert verified.document["answer"] == "SPECIMEN"

    paper.rename(tmp_path / "first.pdf")
    assert line.run("reprint", job["job"]).code == 0
    again = line.run("verify", paper, "--json").document
    assert again["answer"] == "SPECIMEN"
    assert again["summary"]["paper"] == verified.document["summary"]["paper"] == job["paper"]

    grade = line.run("regrade", paper, "--json").document
    assert grade["scheme"] == "basic"
    assert grade["grade"]
    assert line.run("process", "--resume").code == 8


@pytest.mark.wire
def test_a_named_person_accepts_one_verified_phone_and_rejects_another(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_16, IPHONE)
    line.run("inspect", "-s", "1-3.1")
    bench.press("1-3.1", "trust")
    done = line.run("process", "--all", "--expect", 2, "--jsonl", "--answers", line.answers())
    assert done.code == 0, "a good erase that only waits for a person is no failure"
    jobs = {job["port"]: job for job in line.jobs()}
    assert {job["stage"] for job in jobs.values()} == {"VERIFIED"}
    assert {(bool(job["file"]), job["awaits_decision"]) for job in jobs.values()} == {(False, True)}
    assert [event["doing"] for event in done.events if "doing" in event][-1] == "awaits_validator"
    assert not list((line.home / "papers").rglob("*.pdf")), "no report is filed where only a decision is missing"
    assert line.run("process", "--resume").code == 8, "nothing is left to do for the station"

    accepted = line.run("validate", jobs["1-1"]["job"], "--accept", "--by", "Wang Fang", "--json")
    assert (accepted.code, accepted.document["jobs"][0]["stage"]) == (0, "CERTIFIED")
    rejected = line.run(
        "validate", jobs["1-3.1"]["job"], "--reject", "--by", "Wang Fang", "--grounds", "scratched seal", "--json"
    )
    assert (rejected.code, rejected.document["jobs"][0]["stage"]) == (1, "FAILED")
    assert rejected.document["jobs"][0]["reasons"][0]["code"] == "rejected"
    for job in line.jobs():
        answer = line.run("verify", line.home / "papers" / job["file"], "--json").document["answer"]
        assert answer == ("SPECIMEN" if job["port"] == "1-1" else "REPORT")
    twice = line.run("validate", jobs["1-1"]["job"], "--accept", "--by", "Wang Fang")
    assert twice.code == 4
    assert "withdraw" in twice.err
    nobody = line.run("validate", jobs["1-1"]["job"], "--accept", "--by", "Li Wei")
    assert nobody.code == 2
    assert "Wang Fang" in nobody.err


@pytest.mark.wire
def test_the_plan_asks_only_questions_that_read_and_leaves_the_phone_as_it_was(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_13, IPHONE)
    accept_adb(line, bench, "1-2")
    before, asked = bench.truth(), bench.counters()["1-2"]
    planned = line.run("wipe", "--plan", "-s", SERIAL_13, "--json")
    assert planned.document["method"] == "android_harness"
    assert bench.truth() == before
    assert 0 < bench.counters()["1-2"] - asked <= 4  # foyer?, identity, state, checks


@pytest.mark.wire
def test_a_phone_is_found_by_its_imei_and_its_slot_but_never_from_the_environment(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_16, PIXEL_13, config='[slots]\n"1-2" = "A3"\n')
    accept_adb(line, bench, "1-2")
    by_imei = line.run("inspect", "-s", IMEI_13, "--json")
    assert by_imei.document.get("port") == "1-2", by_imei.document
    assert line.run("inspect", "-s", "A3", "--json").document["port"] == "1-2"
    assert line.run("inspect", "--udid", SERIAL_13.lower(), "--json").document["port"] == "1-2"
    named = {"ANDROID_SERIAL": SERIAL_13, "PYMOBILEDEVICE3_UDID": SERIAL_13}
    assert line.run("inspect", env=named).code == 2
    assert line.run("wipe", "--plan", env=named).code == 2
    assert line.run("process", env=named).code == 2
    assert line.run("process", "--confirm", SERIAL_13, env=named).code == 2
    assert {truth["resets"] for truth in bench.truth().values()} == {0}
    assert line.jobs() == []


@pytest.mark.wire
@pytest.mark.repeats
def test_watch_says_when_a_phone_comes_and_goes(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_16)
    watching = line.start("watch", "--jsonl", "--seconds", "8")
    assert watching.stdout is not None
    first = json.loads(watching.stdout.readline())
    assert (first["schema"], first["port"]) == ("proofwipe/watch/1", "1-1")
    bench.unplug("1-1")
    gone = first
    while gone["presence"] != "absent":
        gone = json.loads(watching.stdout.readline())
    watching.send_signal(signal.SIGINT)
    _out, err = watching.communicate(timeout=90)
    assert watching.returncode == 130
    assert "Traceback" not in err


@pytest.mark.wire
def test_data_goes_to_stdout_and_words_to_stderr(specimen: Starter) -> None:
    line, _bench = specimen(PIXEL_16, config=NO_VALIDATION)
    done = line.run("process", "-s", "1-1", "--confirm", SERIAL_16, "--answers", line.answers())
    assert done.out == ""
    assert "CERTIFIED" in done.err
    quiet = line.run("jobs", "--json")
    assert quiet.err == ""
    assert json.loads(quiet.out)["schema"] == "proofwipe/jobs/1"
    plain = line.run("jobs")
    assert SERIAL_16 in plain.out
    assert "\x1b" not in plain.out + done.err
    assert len([row for row in plain.out.splitlines() if SERIAL_16 in row]) == 1  # one job, one line


@pytest.mark.wire
@pytest.mark.repeats
def test_ctrl_c_says_what_goes_on_and_a_second_one_leaves_a_job_that_is_taken_up(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_16, config=NO_VALIDATION)
    working = line.start("process", "-s", "1-1", "--confirm", SERIAL_16, "--answers", line.answers())
    assert working.stderr is not None
    said = read_until(working.stderr, "ERASING")
    working.send_signal(signal.SIGINT)
    said += read_until(working.stderr, "Ctrl-C")
    assert "1 phone(s) are still being processed" in said
    working.send_signal(signal.SIGINT)
    _out, err = working.communicate(timeout=90)
    assert working.returncode == 130, err
    assert "--resume" in err
    assert "Traceback" not in said + err
    (job,) = line.jobs()
    assert job["stage"] in ("ERASING", "RETURNED")  # not FAILED: nothing was closed under the worker

    done = line.run("process", "--resume", "--jsonl")
    (after,) = line.jobs()
    assert after["job"] == job["job"]
    assert after["stage"] in ("CERTIFIED", "FAILED")
    assert (after["stage"] == "CERTIFIED") == (done.code == 0)
    assert after["outcome"] in ("certificate", "report")
    if after["stage"] == "CERTIFIED":
        assert bench.truth()[PIXEL_16]["erased"] is True


@pytest.mark.wire
@pytest.mark.repeats
def test_after_one_ctrl_c_the_job_ends_as_if_nothing_had_happened(specimen: Starter) -> None:
    line, _bench = specimen(PIXEL_16, config=NO_VALIDATION)
    working = line.start("process", "-s", "1-1", "--confirm", SERIAL_16, "--answers", line.answers())
    assert working.stderr is not None
    read_until(working.stderr, "ERASING")
    working.send_signal(signal.SIGINT)
    _out, err = working.communicate(timeout=90)
    assert working.returncode == 0, err
    assert line.jobs()[0]["stage"] == "CERTIFIED"


@pytest.mark.wire
@pytest.mark.repeats
def test_ctrl_c_leaves_at_once_a_phone_that_only_waits_for_a_person(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_13, config=NO_VALIDATION)
    working = line.start("process", "-s", "1-2", "--confirm", SERIAL_13)
    assert working.stderr is not None
    read_until(working.stderr, "BLOCKED")
    working.send_signal(signal.SIGINT)
    _out, err = working.communicate(timeout=90)
    assert working.returncode == 130, err
    assert bench.truth()[PIXEL_13]["resets"] == 0
    assert line.jobs()[0]["stage"] == "BLOCKED"


@pytest.mark.wire
@pytest.mark.repeats
def test_a_phone_whose_interrupted_job_goes_on_gets_no_second_job(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_13, config=NO_VALIDATION)
    working = line.start("process", "-s", "1-2", "--confirm", SERIAL_13)
    assert working.stderr is not None
    read_until(working.stderr, "BLOCKED")
    working.kill()
    working.communicate()
    bench.press("1-2", "accept_adb")
    done = line.run("process", "-s", "1-2", "--confirm", SERIAL_13, "--answers", line.answers())
    assert done.code == 9, done.err  # the named phone got no job of its own, and that is said
    assert len(line.jobs()) == 1


@pytest.mark.wire
def test_all_of_it_speaks_chinese(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_16, PIXEL_13, config=NO_VALIDATION)
    chinese = {"LANG": "zh_CN.UTF-8"}
    runs = [
        line.run("list", env=chinese),
        line.run("--lang", "zh", "inspect", "-s", "1-2"),
        line.run("wipe", "--plan", "-s", "1-1", env=chinese),
        line.run("wipe", "--plan", "-s", "1-2", env=chinese),
        line.run("process", "--all", "--expect", 2, "--answers", line.answers(), env=chinese),
        line.run("jobs", env=chinese),
        line.run("keys", "check", env=chinese),
        line.run("keys", "show", env=chinese),
        line.run("ledger", "verify", env=chinese),
        line.run("doctor", env=chinese),
        line.run("process", env=chinese),
        line.run("inspect", "-s", "NOSUCHPHONE", env=chinese),
        line.run("jobs", "NOSUCHJOB", env=chinese),
    ]
    for job in line.jobs():
        paper = line.home / "papers" / job["file"]
        runs += [line.run("verify", paper, env=chinese), line.run("regrade", paper, env=chinese)]
    names = ["Example Refurbishing GmbH", "Li Wei", "Wang Fang", *(str(phone["serial"]) for phone in bench.phones())]
    names.append(line.run("keys", "show", "--json").document["root_words"])  # of an English list, for telephones
    for done in runs:
        assert without_chinese(done.out + done.err, allowed=names) == []
        assert any("一" <= letter <= "鿿" for letter in done.out + done.err)
    assert json.loads(line.run("list", "--json", env=chinese).out)["phones"][0]["presence"]  # data has no language


def test_the_settings_choose_the_language_unless_the_command_line_does(line: CommandLine) -> None:
    line.configure('language = "zh"')
    assert "工位" in line.run("process", "-s", "x").err
    assert "station" in line.run("--lang", "en", "process", "-s", "x").err


@pytest.mark.parametrize(
    "command",
    [
        "",
        *main.COMMANDS,
        "keys show",
        "keys check",
        "keys renew",
        "keys revoke",
        "ledger verify",
        "ledger export",
        "ledger backup",
        "log audit",
        "log witness",
        "sample draw",
        "sample lot",
    ],
)
def test_every_help_page_is_there_in_both_languages(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    language.choose([], {"LANG": "en_US.UTF-8"})
    reload_commands()
    assert main.run([*command.split(), "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: proofwipe {command}".rstrip())
    language.choose([], {"LANG": "zh_CN.UTF-8"})
    reload_commands()
    assert main.run([*command.split(), "--help"]) == 0
    language.choose([], {})
    said = capsys.readouterr().out
    assert said.startswith("用法")
    assert without_chinese(said, allowed=[f"proofwipe {command}"]) == []


def test_help_is_chinese_in_a_chinese_locale(line: CommandLine) -> None:
    said = line.run("process", "--help", env={"LC_ALL": "zh_CN.UTF-8"}).out
    assert said.startswith("用法： proofwipe process [选项]")
    assert line.run("--lang", "en", "--help", env={"LC_ALL": "zh_CN.UTF-8"}).out.startswith("Usage:")


def reload_commands() -> None:
    """Help texts are made when a command's module is imported, once a process."""
    for name in [name for name in sys.modules if name.startswith("station.cli.commands.")]:
        delattr(commands, name.rpartition(".")[2])
        del sys.modules[name]


def test_keys_are_shown_checked_and_renewed(station: CommandLine) -> None:
    line = station
    shown = line.run("keys", "show", "--json").document
    assert shown["issuer"] == "Example Refurbishing GmbH"
    assert line.run("keys", "check").code == 0
    assert line.run("keys", "renew").code == 0
    renewed = line.run("keys", "show", "--json").document
    assert renewed["key_id"] != shown["key_id"]
    assert renewed["root_sha256"] == shown["root_sha256"]
    assert line.run("keys", "check").code == 0


def test_a_second_init_destroys_no_keys(station: CommandLine) -> None:
    line = station
    before = {path.name: path.read_bytes() for path in (line.home / "keys").iterdir()}
    again = line.run("init", "--name", "Other", "--person", "A:operator")
    assert again.code == 1
    assert {path.name: path.read_bytes() for path in (line.home / "keys").iterdir()} == before


@pytest.mark.wire
def test_the_ledger_is_verified_exported_and_backed_up(specimen: Starter, tmp_path: Path) -> None:
    line, _bench = specimen(PIXEL_16, config=NO_VALIDATION)
    line.run("process", "-s", "1-1", "--confirm", SERIAL_16)
    checked = line.run("ledger", "verify", "--json").document
    assert checked["size"] > 10
    exported = line.run("ledger", "export")
    lines = [json.loads(each) for each in exported.out.splitlines()]
    assert (len(lines), lines[-1]["hash"]) == (checked["size"], checked["head"])
    assert line.run("ledger", "export", tmp_path / "all.jsonl").out == ""
    assert (tmp_path / "all.jsonl").read_text() == exported.out
    assert line.run("ledger", "backup", tmp_path / "copy.sqlite3").code == 0
    elsewhere = CommandLine(tmp_path / "elsewhere")
    elsewhere.home.mkdir()
    (tmp_path / "copy.sqlite3").rename(elsewhere.home / "ledger.sqlite3")
    # Without the station's keys nobody can say whether its checkpoints are its own.
    assert elsewhere.run("ledger", "verify", "--json").document == {**checked, "unchecked_checkpoints": 1}


def test_doctor_finds_keys_that_others_may_read(station: CommandLine) -> None:
    line = station
    checks = {each["check"]: each for each in line.run("doctor", "--json").document["checks"]}
    assert checks["keys"]["state"] == "works"
    assert checks["adb"]["state"] == "works"
    (line.home / "keys" / "station.key").chmod(0o644)
    loose = line.run("doctor", "--json")
    checks = {each["check"]: each for each in loose.document["checks"]}
    assert loose.code == 1
    assert (checks["keys"]["state"], checks["keys"]["detail"]) == ("broken", "station.key")


@pytest.mark.wire
def test_a_specimen_station_refuses_real_phones_and_a_real_one_virtual_phones(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_16, init=False)
    line.init()
    refused = line.run("process", "-s", "1-1", "--confirm", SERIAL_16)
    assert refused.code == 7
    assert "specimen" in refused.err
    assert bench.truth()[PIXEL_16]["resets"] == 0
    assert line.jobs() == []


def accept_adb(line: CommandLine, bench: RemoteBench, port: str) -> None:
    line.run("list")
    bench.press(port, "accept_adb")
    wait_for(lambda: line.run("inspect", "-s", port).code == 0, 10, "never authorised")


def read_until(stream: IO[str], word: str) -> str:
    said = ""
    while word not in said:
        piece = stream.readline()
        assert piece, said
        said += piece
    return said
