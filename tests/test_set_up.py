# SPDX-License-Identifier: GPL-3.0-or-later
"""What a target needs from Debian is installed or named in one line; nothing is skipped, nothing runs without it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.debian_packages import LIST, packages

ROOT = Path(__file__).parent.parent
SET_UP = ROOT / "packaging" / "set-up.sh"
TOOLS = ("sh", "dirname", "grep", "env", "true")


class Machine:
    """A PATH with nothing on it but what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.log = folder / "log"
        for name in TOOLS:
            (self.programs / name).symlink_to(str(shutil.which(name)))
        self.add("python3", f'exec {sys.executable} "$@"')

    def add(self, name: str, script: str) -> None:
        """A program that does `script`."""
        path = self.programs / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def user(self, number: int) -> None:
        """Who runs it."""
        self.add("id", f"echo {number}")

    def apt(self, *brings: str) -> None:
        """An apt-get that writes down how it was called and brings these programs."""
        bring = "; ".join(f"{shutil.which('cp')} {self.programs}/id {self.programs}/{name}" for name in brings)
        self.add("apt-get", f'echo "apt-get $*" >> {self.log}\n[ "$1" = update ] && exit 0\n{bring}\nexit 0')

    def run(self, *groups: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(self.programs / "sh"), str(SET_UP), *groups],
            env={"PATH": str(self.programs)}, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


PROGRAMS = [name for package in packages("test") for name in package.programs]


def test_where_all_is_there_nothing_is_said(machine: Machine) -> None:
    for name in PROGRAMS:
        machine.add(name, "")
    done = machine.run("install", "test")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_root_and_sudo_the_line_that_installs_is_printed_and_nothing_is_done(machine: Machine) -> None:
    machine.user(1000)
    machine.apt()
    machine.add("adb", "")
    done = machine.run("install", "test")
    names = " ".join(package.name for package in packages("test") if package.name != "adb")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].strip() == f"sudo apt-get install --no-install-recommends {names}"
    assert len(done.stderr.splitlines()) == 2
    assert not machine.log.exists()


def test_a_sudo_that_asks_for_a_password_is_not_waited_for(machine: Machine) -> None:
    machine.user(1000)
    machine.apt()
    machine.add("sudo", f'echo "sudo $*" >> {machine.log}; exit 1')
    assert machine.run("test").returncode == 2
    assert machine.log.read_text() == "sudo -n true\n"


@pytest.mark.parametrize(("user", "sudo"), [(0, False), (1000, True)])
def test_root_and_sudo_install_what_is_missing_and_say_so(machine: Machine, user: int, sudo: bool) -> None:
    machine.user(user)
    machine.apt(*PROGRAMS)
    if sudo:
        machine.add("sudo", 'shift; exec "$@"')
    done = machine.run("test")
    names = " ".join(package.name for package in packages("test"))
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith(f"proofwipe: installing Debian packages: {names}\n")
    assert machine.log.read_text().splitlines() == [
        "apt-get update -q", f"apt-get install -q -y --no-install-recommends {names}"
    ]  # fmt: skip


def test_an_apt_that_brings_nothing_is_not_believed(machine: Machine) -> None:
    machine.user(0)
    machine.apt()
    done = machine.run("test")
    assert done.returncode == 2
    assert "still not found: adb " in done.stderr


def test_where_there_is_no_apt_the_packages_are_named_all_the_same(machine: Machine) -> None:
    machine.user(0)
    done = machine.run("test")
    assert done.returncode == 2
    assert "adb libimobiledevice-utils" in done.stderr


def test_a_python_without_venv_is_a_missing_package(machine: Machine) -> None:
    machine.user(1000)
    machine.apt()
    machine.add("python3", f'case "$*" in *ensurepip*) exit 1 ;; esac; exec {sys.executable} "$@"')
    done = machine.run("install")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("--no-install-recommends python3-venv")


def test_an_old_python_is_told_in_one_sentence(machine: Machine) -> None:
    old = "import sys; sys.version_info = (3, 9, 2); sys.version = '3.9.2 (old)'; exec(sys.stdin.read())"
    machine.add("python3", f'[ "$1" = - ] || exec {sys.executable} "$@"; exec {sys.executable} -c "{old}"')
    done = machine.run("install")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("proofwipe: Python 3.11 or newer is needed; this is 3.9.2.")


def test_a_group_that_nobody_has_is_refused(machine: Machine) -> None:
    done = machine.run("tests")
    assert done.returncode == 2
    assert 'no group "tests"' in done.stderr


def test_every_row_of_the_list_is_one_and_every_group_is_somebodys() -> None:
    groups = {line.split()[1] for line in LIST.read_text().splitlines() if line and not line.startswith("#")}
    used = (ROOT / "Makefile").read_text() + (ROOT / ".ci" / "run").read_text()
    for group in groups:
        assert packages(group)
        assert f"{group}" in used
    assert os.access(SET_UP, os.X_OK)
