# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor says what works and what does not in sentences, mends what it may when it is told to, and makes nothing
by looking."""

import importlib
import re
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest

from phones.words import keys, say
from station.cli.commands import doctor
from station.errors import FileNotWrittenError
from station.setup.home import Home
from station.setup.repairs import SHIPPED, Repairs, run_program
from tests.support.cli_station import PIXEL_16, CommandLine, Starter, Terminal

EVERY_LOOK = {**doctor.LOOKS, **doctor.VIRTUAL}
EXACTLY_THESE = {f"doctor.{name}.{part}" for name in EVERY_LOOK for part in ("what", "so", "fix")}


def only(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Look at these alone; what the machine is like is no matter of theirs."""
    module = importlib.import_module("station.cli.commands.doctor")  # the one in use now
    monkeypatch.setattr(module, "LOOKS", {name: module.LOOKS[name] for name in names})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_every_look_has_a_sentence_for_good_and_bad_and_says_what_follows_and_what_to_do() -> None:
    assert set(keys("doctor.")) >= EXACTLY_THESE
    for name in EVERY_LOOK:
        found = {key.rpartition(".is_")[2] for key in keys(f"doctor.{name}.is_")}
        assert "works" in found, name
        assert len(found) >= 2, name
        for state in found:
            for language in ("en", "zh"):
                assert re.search(r"[.。}）:：]$", say(f"doctor.{name}.is_{state}", language, detail="x") + ".")


def test_no_sentence_sends_anybody_to_a_registry_for_a_name_that_someone_else_could_own() -> None:
    said = [say(key, language, detail="x") for key in keys("doctor.") for language in ("en", "zh") if "{" not in key]
    assert [line for line in said if "pip install" in line and ".[bench]" not in line] == []


def test_what_is_found_is_told_in_sentences_with_a_consequence_and_a_next_step(
    station: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, "keys", "ledger")
    (station.home / "keys" / "station.key").chmod(0o640)
    done = station.run("doctor")
    assert done.code == 1
    assert "PROBLEM     Other users can read these keys: station.key." in done.out
    assert "So: Others can copy the keys" in done.out
    assert "→ chmod 600" in done.out
    assert "1 of 2 things need you." in done.out
    assert "doctor --fix` can mend this itself" in done.out


def test_a_program_and_a_page_are_told_the_same_sentences_as_the_terminal() -> None:
    for name in EVERY_LOOK:
        for state in ("caution", "broken", "absent"):
            told = doctor._told(doctor.Diagnosis(name, state, "what was found"))
            assert (told.sentence, told.next_step) == (
                doctor._part(doctor.Diagnosis(name, state, "what was found"), "so"),
                doctor._part(doctor.Diagnosis(name, state, "what was found"), "fix"),
            )
    folder = doctor._told(doctor.Diagnosis("folder", "caution", "/there"))
    assert "chmod 700 /there" in str(folder.next_step)


def test_keys_and_folder_are_mended_when_it_is_told_to_and_nothing_before(
    station: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, "folder", "keys")
    key = station.home / "keys" / "station.key"
    key.chmod(0o644)
    station.home.chmod(0o755)
    assert station.run("doctor", "--fix").code == 1  # nobody is there who could agree
    assert (mode(key), mode(station.home)) == (0o644, 0o755)
    assert station.run("doctor", "--yes").code == 2
    assert station.run("doctor", "--fix", "--yes").code == 0
    assert (mode(key), mode(station.home)) == (0o600, 0o700)


def test_a_person_is_asked_before_anything_is_mended(station: CommandLine) -> None:
    key = station.home / "keys" / "station.key"
    key.chmod(0o644)
    Home(station.home).make()
    station.home.chmod(0o700)
    at = Terminal(station, "doctor", "--fix", columns=200)
    at.wait_for("Take everybody else's rights on these key files away? [y/N]")
    at.type("n")
    at.end()
    assert mode(key) == 0o644
    at = Terminal(station, "doctor", "--fix", columns=200)
    at.wait_for("[y/N]")
    at.type("y")
    at.end()
    assert mode(key) == 0o600


def test_looking_makes_no_folder_and_mending_makes_them_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = CommandLine(tmp_path / "none" / "station")
    line.run("doctor")
    assert not (tmp_path / "none").exists()
    only(monkeypatch, "folder")
    done = line.run("doctor", "--json")
    assert done.document["checks"][0]["state"] == "absent"
    assert line.run("doctor", "--fix", "--yes").code == 0
    assert mode(line.home) == 0o700
    assert line.run("doctor", "--json").document["checks"][0]["state"] == "works"


def test_a_link_among_the_keys_is_not_followed(station: CommandLine, tmp_path: Path) -> None:
    outside = tmp_path / "outside.key"
    outside.write_text("somebody else's")
    outside.chmod(0o644)
    (station.home / "keys" / "linked.key").symlink_to(outside)
    station.run("doctor", "--fix", "--yes")
    assert mode(outside) == 0o644


@pytest.mark.wire
def test_a_virtual_bench_is_looked_at_as_what_it_is(specimen: Starter) -> None:
    line, _bench = specimen(PIXEL_16)
    done = line.run("doctor", "--json")
    checks = {each["check"]: each for each in done.document["checks"]}
    assert done.code == 0
    assert (checks["virtual_bench"]["state"], checks["virtual_bench"]["detail"]) == ("works", "1")
    assert not doctor.OF_REAL_PHONES & set(checks)


def test_a_virtual_bench_that_has_ended_is_a_problem(station: CommandLine) -> None:
    (station.home / "config.toml").write_text('emulated_bench = "bench.json"\n')
    (station.home / "bench.json").write_text('{"control": 1, "usbmux": null, "transports": {}}')
    done = station.run("doctor")
    assert done.code == 1
    assert "This bench is a virtual one and does not answer" in done.out


def test_settings_that_cannot_be_used_are_a_problem_of_their_own(
    station: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, "settings", "keys")
    (station.home / "config.toml").write_text("\nrecheck = 3\n")
    done = station.run("doctor")
    assert done.code == 1
    assert "The settings cannot be used: " in done.out
    assert "line 2: recheck" in done.out


# the udev rules, as root --------------------------------------------------------------------------


class System:
    """Where programs would be run: what was started, and which of them fails."""

    def __init__(self, broken: str = "") -> None:
        self.started: list[str] = []
        self._broken = broken

    def run(self, words: Sequence[str]) -> None:
        self.started.append(" ".join(words))
        if words[0] == self._broken:
            raise FileNotWrittenError(subject=words[0], cause="not there")


def test_root_gets_the_shipped_rules_and_udev_reads_them(tmp_path: Path) -> None:
    system, rules = System(), tmp_path / "70-proofwipe.rules"
    repairs = Repairs(home=Home(tmp_path), rules=rules, is_root=True, run=system.run)
    repair = repairs.of("udev", "absent")
    assert repair is not None
    repair()
    assert rules.read_bytes() == SHIPPED[0].read_bytes()
    assert [each.split()[0] for each in system.started] == ["groupadd", "udevadm", "udevadm"]


def test_rules_that_somebody_changed_and_users_that_are_not_root_are_left_to_a_person(tmp_path: Path) -> None:
    system = System()
    changed = tmp_path / "changed.rules"
    changed.write_text('SUBSYSTEM=="usb", MODE="0666"\n')
    as_root = Repairs(home=Home(tmp_path), rules=tmp_path / "r", is_root=True, run=system.run)
    assert as_root.of("udev", "broken") is None
    assert Repairs(home=Home(tmp_path), is_root=False, run=system.run).of("udev", "absent") is None
    assert Repairs(home=Home(tmp_path), shipped=[changed], is_root=True, run=system.run).of("udev", "absent") is None
    assert [as_root.of(name, "unknown") for name in EVERY_LOOK] == [None] * len(EVERY_LOOK)
    assert system.started == []


def test_a_program_of_the_system_that_is_missing_or_fails_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotWrittenError, match="no-such-program"):
        run_program(["no-such-program-of-any-system"])
    with pytest.raises(FileNotWrittenError, match="wrong"):
        run_program(["sh", "-c", "echo wrong >&2; exit 3"])
    rules = tmp_path / "70-proofwipe.rules"
    repair = Repairs(home=Home(tmp_path), rules=rules, is_root=True, run=System("groupadd").run).of("udev", "absent")
    assert repair is not None
    with pytest.raises(FileNotWrittenError):
        repair()
    assert not rules.exists()
