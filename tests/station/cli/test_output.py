# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that a terminal would obey is printed, whoever wrote it; and what cannot be printed is said in one line."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.cli import main, output
from station.cli.commands import doctor
from station.cli.commands.process import say_left_alone
from station.cli.main import run
from station.setup.settings import Settings
from tests.support.schemas import check

ROOT = Path(__file__).parents[3]
EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eabc\u2066\x08\x7f"


def is_harmless(printed: str) -> bool:
    return all(
        each == "\n" or unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for each in printed
    )


@pytest.mark.parametrize(
    "arguments",
    [
        [EVIL],
        [f"--{EVIL}"],
        ["verify", f"/nowhere/{EVIL}.pdf"],
        ["verify", f"/nowhere/{EVIL}*.pdf"],
        ["verify", "x.pdf", "--imei", EVIL],
        ["verify", "x.pdf", "--trust", f"/nowhere/{EVIL}.pem"],
        ["verify", "x.pdf", f"--{EVIL}"],
        ["regrade", f"/nowhere/{EVIL}"],
        ["regrade", f"/nowhere/{EVIL}", "--scheme", EVIL],
        ["list", "--config", f"/nowhere/{EVIL}.toml"],
        ["jobs", "--find", EVIL],
        ["jobs", EVIL],
        ["--lang", EVIL, "jobs"],
        ["process", "-s", EVIL, "--method", EVIL],
        ["process", "--all", "--expect", EVIL],
        ["withdraw", EVIL, "--reason", EVIL],
        ["log", "audit", f"/nowhere/{EVIL}"],
        ["log", "audit", f"http://127.0.0.1:9/{EVIL}"],
        ["sample", "check", f"/nowhere/{EVIL}", "--log", EVIL, "--policy", EVIL],
        ["reprint", EVIL],
    ],
)
def test_an_argument_never_reaches_the_terminal_raw(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROOFWIPE_HOME", str(tmp_path))
    for more in ([], ["--json"], ["--verbose"]):
        run([*arguments, *more])
        printed = capsys.readouterr()
        assert printed.out + printed.err
        assert is_harmless(printed.out + printed.err)


class Screen(io.StringIO):
    """A terminal, which gets what a pipe does not: click takes escape sequences out for a pipe only."""

    def isatty(self) -> bool:
        return True


ORNAMENT = ("\x1b[1m", "\x1b[0m")
"""What this program itself sends to a terminal."""


def shown(*arguments: str) -> str:
    with contextlib.redirect_stdout(Screen()) as screen:
        run(list(arguments))
    said = screen.getvalue()
    for each in ORNAMENT:
        said = said.replace(each, "")
    return said


@pytest.mark.parametrize("look", ["keys", "ledger"])
def test_a_path_that_the_doctor_names_never_reaches_a_terminal_raw(
    look: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "LOOKS", {look: doctor.LOOKS[look]})
    said = shown("--home", str(tmp_path / EVIL), "doctor")
    assert "owned" in said
    assert is_harmless(said)


def test_a_note_of_the_verifier_or_a_grade_never_reaches_a_terminal_raw(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / f"{EVIL}.zip", "w") as archive:
        archive.writestr(f"{EVIL}.pdf", b"%PDF-1.7")
    said = shown("verify", "-r", str(tmp_path), str(tmp_path / EVIL))
    assert said.count("owned") >= 3
    assert is_harmless(said)
    assert is_harmless(shown("regrade", str(ROOT / "tests" / "golden" / "valid.pdf")))


@pytest.mark.parametrize("command", ["doctor", "regrade", "verify"])
def test_what_these_commands_say_goes_through_the_one_door(command: str) -> None:
    source = (ROOT / "station" / "cli" / "commands" / f"{command}.py").read_text(encoding="utf-8")
    assert "output.say(" in source
    assert not re.search(r"\bclick\.s?echo\b|\bprint\(", source)


@pytest.mark.parametrize(
    "configuration",
    [f'scheme = "{json.dumps(EVIL)[1:-1]}"', f"{json.dumps(EVIL)} = 1", f'[slots]\n"1-1" = {json.dumps(EVIL)}'],
)
def test_a_value_of_the_configuration_never_reaches_the_terminal_raw(
    configuration: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text(configuration.replace("\\ud", "\\u0d"), encoding="utf-8")
    for more in ([], ["--json"], ["--verbose"]):
        run(["--home", str(tmp_path), "process", "-s", "x", *more])
        printed = capsys.readouterr()
        assert is_harmless(printed.out + printed.err)


@given(st.text())
def test_whatever_is_said_is_harmless_and_keeps_its_lines(text: str) -> None:
    shown = output.visible(text)
    assert is_harmless(shown)
    assert shown.count("\n") == text.count("\n")
    if text.isprintable() and len(text) < 1000:
        assert shown == text


@given(st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.dictionaries(st.text(), inner, max_size=3)))
def test_json_means_the_same_and_is_harmless(content: object) -> None:
    written = output._json({"schema": "x", "content": content})
    assert is_harmless(written)
    assert json.loads(written)["content"] == content


def shell(line: str) -> "subprocess.CompletedProcess[str]":
    paths = os.pathsep.join((str(ROOT), str(ROOT / "hardware-fixtures")))
    environment = {**os.environ, "PYTHONPATH": paths}
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=60, check=False, env=environment
    )


def test_a_name_that_is_no_text_is_an_error_like_any_other(tmp_path: Path) -> None:
    done = shell(f"exec {sys.executable} -m station.cli.main --home {tmp_path} verify {tmp_path}/$'\\xff'.pdf")
    assert done.returncode not in (0, 7)
    assert "mistake" not in done.stderr
    assert is_harmless(done.stderr)


@pytest.mark.parametrize("arguments", ["--help", "--version", "verify {here}", "verify {here} --json"])
def test_a_full_disk_behind_standard_output_has_a_sentence(arguments: str, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    here = arguments.format(here=tmp_path / "a.pdf")
    done = shell(f"exec {sys.executable} -m station.cli.main --home {tmp_path} {here} > /dev/full")
    assert done.returncode == 1
    assert "What was to be printed could not be written" in done.stderr
    assert "mistake" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize(
    "name",
    ["a" * 300, "a/" * 3000, "**x", "[", "[!", "{", "?" * 300],
)
def test_an_odd_name_is_an_error_like_any_other(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["verify", name], ["regrade", name], ["verify", "x", "--trust", name], ["list", "--config", name]):
        assert run(command) not in (0, 7)
        assert "mistake" not in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--json", "--jsonl"])
def test_an_error_for_programs_is_one_line_with_code_sentence_next_step_and_exit_code(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["verify", str(tmp_path / "none.pdf")]
    for arguments in ([*words, option], [option, *words], ["--lang", "zh", option, "--home", str(tmp_path), *words]):
        code = run(arguments)
        printed = capsys.readouterr()
        (line,) = printed.out.splitlines()
        found = json.loads(line)
        check(found)
        assert (found["schema"], found["exit_code"]) == ("proofwipe/error/1", code)
        assert found["sentence"] in printed.err
        assert found["next_step"] in printed.err


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["--json", "jobs"], ["jobs", "--json"]),
        (["--home", "--json", "--json", "log", "status"], ["--home", "--json", "log", "status", "--json"]),
        (["log", "--json", "status"], ["log", "status", "--json"]),
        (["--lang=zh", "--jsonl", "process", "-s", "A3"], ["--lang=zh", "process", "--jsonl", "-s", "A3"]),
        (["withdraw", "PW", "--grounds", "--json"], ["withdraw", "PW", "--grounds", "--json"]),
        (["verify", "--", "--json"], ["verify", "--", "--json"]),
        (["--json"], ["--json"]),
    ],
)
def test_options_for_programs_may_stand_before_the_command(given: list[str], read: list[str]) -> None:
    assert main.behind_the_command(given) == read


def test_a_command_that_has_no_json_refuses_it_before_its_name_too(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["bench", "--json"], ["--json", "bench"]):
        assert run(arguments) == 2
        assert "--json" in capsys.readouterr().err


def test_every_group_of_commands_is_known_to_who_looks_for_the_command() -> None:
    group = main.build()
    context = click.Context(group)
    commands = {name: group.get_command(context, name) for name in group.list_commands(context)}
    assert {name for name, each in commands.items() if isinstance(each, click.Group)} == main.GROUPS


def test_of_each_phone_that_gets_no_job_the_true_reason_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert say_left_alone(Settings(), occupied=("1-1",), measured=("1-2",)) == 2
    worked, measured = capsys.readouterr().err.splitlines()
    assert "1-1: its interrupted job continues" in worked
    assert "1-2 is being measured by `proofwipe check`" in measured
