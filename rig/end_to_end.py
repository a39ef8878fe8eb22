# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe process` itself, at a terminal, with a person in front: three phones from plug to paper, then `verify`.

Nothing of the product is called here but its command line (`rig.slow_guest` only lengthens its timeouts). The person
types at a pseudo terminal, reads instructions there, and presses what is to be pressed on the phones.
"""

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rig.scenario import TIMING
from rig.table import Row
from virtual_phones.bench.control import ControlError
from virtual_phones.bench.remote import RemoteBench

LIMIT_S = 420.0
PHONES: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("a13", {"model": "pixel-6-android-13", "serial": "WHOLE13A001", "imeis": ["004999006402746", "004999006404114"]}),
    (
        "a16",
        {
            "model": "pixel-9-android-16",
            "serial": "WHOLE16A001",
            "condition": "reset",
            "imeis": ["004999006400005", "004999006401375"],
        },
    ),
    (
        "iphone",
        {
            "model": "iphone-13-ios-18",
            "serial": "F2LWHOLE0013",
            "imeis": ["004999006405483", "004999006406853"],
        },
    ),
)
_CONFIG = """
recheck_s = 2.0
gather_s = 6.0
[deadlines]
leave_s = 30.0
return_s = 90.0
settle_s = 60.0
person_s = 90.0
evaluate_s = 4.0
absent_at_least_s = 1.0
poll_s = 0.5
[policy]
name = "rig"
require_validation = false
[slots]
"""
_ANSWERS = """
[default]
battery_swollen = "no"
cosmetic_front = "B"
cosmetic_back = "A"
cosmetic_frame = "B"
screen = "ok"
touch = "ok"
buttons = "ok"
sound = "ok"
cameras = "ok"
charging = "ok"
parts = "original"
"""
_HEALTHY = {
    "udev": "works",
    "usbmuxd": "works",
    "iphones": "works",
    "adb": "works",
    "other_adb": "works",
    "installed_adb": "caution",
}
_INSTRUCTION = re.compile(r"\[(A[0-9]+)\] (?:Reset the phone now|Erase the iPhone now)")
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Person:
    """Sits at the terminal: answers what is asked, does what is said, allows what phones ask."""

    def __init__(self, remote: RemoteBench, labels: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._remote = remote
        self._labels = dict(labels)
        self._say = say
        self._read = ""
        self._answered = 0
        self._done: set[str] = set()

    def sit(self, command: list[str], environment: Mapping[str, str]) -> tuple[int, str]:
        """Run a command at a terminal until it ends; its exit code (-1: never ended) and what it printed."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=dict(environment), start_new_session=True
        )
        os.close(theirs)
        give_up, press_at = time.monotonic() + LIMIT_S, 0.0
        try:
            while time.monotonic() < give_up:
                if not self._reads(ours):
                    return process.wait(), self._read
                self._answers(ours)
                if time.monotonic() > press_at:
                    press_at = time.monotonic() + 1.0
                    self._allows()
            return -1, self._read
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            os.close(ours)

    def _reads(self, terminal: int) -> bool:
        if not select.select([terminal], [], [], 0.3)[0]:
            return True
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            return False
        text = _ESCAPES.sub("", data.decode("utf-8", "replace")).replace("\r", "")
        self._read += text
        self._say(text.rstrip("\n"))
        return bool(data)

    def _answers(self, terminal: int) -> None:
        asked = self._read.count("> ")
        if self._read.endswith("> ") and f"asked {asked}" not in self._done:
            self._done.add(f"asked {asked}")
            shown = self._read[self._answered :]
            owner = "does not ask" in shown and "You answered" not in shown
            os.write(terminal, b"n\n" if owner else b"y\n")  # each answer is confirmed by a yes
            self._answered = len(self._read)
        for found in _INSTRUCTION.finditer(" ".join(self._read.split())):
            if found[0] not in self._done:
                self._done.add(found[0])
                self._remote.press(self._labels[found[1]], "erase_in_settings")

    def _allows(self) -> None:
        for name, phone in PHONES:
            try:
                self._remote.press(name, "trust" if "iphone" in str(phone["model"]) else "accept_adb")
            except ControlError:
                continue


def process(remote: RemoteBench, folder: Path, out: Path, say: Callable[[str], None]) -> list[Row]:
    """The rows: the job of each phone, and the verifier's answer on each paper."""
    ports = remote.slots[: len(PHONES)]
    remote.add_phones(
        {
            "name": "whole",
            "seed": 5,
            "phone": [
                {"name": name, "port": port, "timing": dict(TIMING), **phone}
                for port, (name, phone) in zip(ports, PHONES, strict=True)
            ],
        }
    )
    labels = {f"A{place}": port for place, port in enumerate(ports, 1)}
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        _CONFIG + "".join(f'"{port}" = "{label}"\n' for label, port in labels.items()), encoding="utf-8"
    )
    (folder / "answers.toml").write_text(_ANSWERS, encoding="utf-8")
    program = [sys.executable, "-m", "rig.slow_guest", "--home", str(folder)]
    environment = {
        **os.environ,
        "PROOFWIPE_PASSPHRASE": "only-in-the-rig",
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
        "COLUMNS": "200",
    }
    begun = subprocess.run(
        [*program, "init", "--specimen", "--name", "USB Rig", "--person", "Rig:operator"],
        env=environment,
        capture_output=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    say(f"init: exit {begun.returncode} {begun.stderr.decode('utf-8', 'replace')[-500:]}")
    examined = _doctor(program, environment, say)
    started = time.monotonic()
    person = Person(remote, labels, say)
    code, _ = person.sit(
        [*program, "process", "--all", "--expect", "3", "--no-progress", "--answers", str(folder / "answers.toml")],
        environment,
    )
    seconds = time.monotonic() - started
    truths = remote.truth()
    erased = [name for name, _ in PHONES if truths[name]["erased"]]
    papers = sorted((folder / "papers").rglob("*.pdf"))
    kept = out / "papers"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder / "papers", kept) if papers else None
    certificates = [paper for paper in papers if paper.name.endswith("-certificate.pdf")]
    rows = [
        examined,
        Row(
            name="proofwipe process --all --expect 3",
            expected="exit 0, 3 certificates, 3 phones erased",
            seen=f"exit {code}, {len(certificates)} certificates, {len(erased)} phones erased",
            seconds=seconds,
            good=code == 0 and len(certificates) == len(PHONES) == len(erased),
        ),
    ]
    started = time.monotonic()
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda paper: _verified(program, paper, environment, say), certificates))
    rows.append(
        Row(
            name="proofwipe verify",
            expected="SPECIMEN for each certificate",
            seen=", ".join(answers) or "no papers",
            seconds=time.monotonic() - started,
            good=answers == ["SPECIMEN"] * len(PHONES),
        )
    )
    return rows


def _doctor(program: list[str], environment: Mapping[str, str], say: Callable[[str], None]) -> Row:
    """With the rules of packaging/ in force, usbmuxd without preflight, and Debian's adb lying about."""
    started = time.monotonic()
    done = subprocess.run(
        [*program, "doctor", "--json"],
        env=dict(environment),
        capture_output=True,
        check=False,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    say(f"doctor: exit {done.returncode}\n{(done.stdout + done.stderr).decode('utf-8', 'replace')}")
    try:
        states = {each["check"]: each["state"] for each in json.loads(done.stdout)["checks"]}
    except (ValueError, KeyError, TypeError):
        states = {}
    wrong = [f"{name} {states.get(name)}" for name, wanted in _HEALTHY.items() if states.get(name) != wanted]
    return Row(
        name="proofwipe doctor",
        expected=", ".join(f"{name} {state}" for name, state in _HEALTHY.items()),
        seen=", ".join(wrong) or "so",
        seconds=time.monotonic() - started,
        good=not wrong,
    )


def _verified(program: list[str], paper: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> str:
    done = subprocess.run(
        [*program, "verify", str(paper), "--json"],
        env=dict(environment),
        capture_output=True,
        check=False,
        timeout=180,
        stdin=subprocess.DEVNULL,
    )
    printed = (done.stdout + done.stderr).decode("utf-8", "replace")
    say(f"verify {paper.name}: exit {done.returncode}\n{printed}")
    try:
        answer = json.loads(done.stdout)["answer"]
    except (ValueError, KeyError, TypeError):
        return f"exit {done.returncode}"
    return "SPECIMEN" if (done.returncode, answer) == (7, "SPECIMEN") else f"exit {done.returncode}, {answer}"
