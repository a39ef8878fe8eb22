# SPDX-License-Identifier: GPL-3.0-or-later
"""`make usb-rig`: boots the guest, runs every scenario in it, prints the table.

python -m rig                       everything
python -m rig --only NAME ...       some scenarios or phases, with their log
python -m rig --list                names
python -m rig --shell               a root shell in the guest; `exit` ends it
"""

import argparse
import compileall
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from rig import packages, table
from rig.initramfs import InitramfsError
from rig.machine import REPOSITORY, Machine
from rig.packages import PackagesError
from rig.scenario import RigScenarioError, Wanted, load_all
from tools.flaky import Flaky, Rerun

OUT = REPOSITORY / "out" / "rig"
ROOMS = (
    *("phones", "wipe", "grading", "certs", "transparency", "station"),
    *("benchmarks", "hardware-fixtures", "rig", "tests/support", "tools"),
)
TIMEOUT_S = 1380.0
SEARCHED = (REPOSITORY, REPOSITORY / "hardware-fixtures")
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/run/rig",
    "TMPDIR": "/run/rig",
    "LC_ALL": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": os.pathsep.join(str(path) for path in SEARCHED),
}


def main() -> int:
    """Exit 0 only if all is as expected and nothing was skipped; 2 when the rig itself cannot run."""
    parser = argparse.ArgumentParser(prog="python -m rig")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--shell", action="store_true")
    options = parser.parse_args()
    if options.list:
        for scenario in load_all():
            sys.stdout.write(f"{scenario.name:32}  {scenario.kind:6} {scenario.title}\n")
        return 0
    try:
        Wanted.of(options.only)
    except RigScenarioError as unknown:
        _say(f"{unknown}; `--list` names them")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    OUT.mkdir(parents=True, exist_ok=True)
    try:
        packages.check()
        for room in ROOMS:  # once here instead of slowly in the guest
            compileall.compile_dir(REPOSITORY / room, quiet=1)
        machine = Machine(packages.kernel(OUT / "kernel", _say), OUT)
        return _shell(machine) if options.shell else _run(machine, options.only)
    except (PackagesError, InitramfsError) as broken:
        _say(f"usb-rig cannot run: {broken}")
        return 2


def _run(machine: Machine, only: list[str]) -> int:
    """Everything wanted, and once more what differed: an emulated machine on two cores may be starved."""
    os.environ.setdefault("USB_RIG_FIRST", str(_commit_number()))
    started = time.monotonic()
    rows, status = _boot(machine, only, loud=bool(only))
    wrong = [row for row in rows if not row.good or row.skipped]
    flaky = Flaky.of_this_run()
    parts = sorted({row.part for row in wrong})
    if status is not None and parts and len(parts) <= flaky.left and all(parts):
        again, status = _boot(machine, parts, loud=True)
        for part in parts:  # a phone that got no certificate has no paper to verify either: one cause, one rerun
            then = "passed" if table.all_good([each for each in again if each.part == part]) else "failed"
            test, seed = f"usb-rig: {part}", int(os.environ["USB_RIG_FIRST"])
            seen = "; ".join(f"{row.name}: {row.seen}" for row in wrong if row.part == part)
            flaky.add(Rerun(step="usb-rig", test=test, seed=seed, first_traceback=seen, then=then))
        wrong = [row for row in again if not row.good or row.skipped]
    good = bool(rows) and not wrong and status == 0
    verdict = "all as expected" if good else "NOT as expected"
    _say(f"\n{len(rows)} scenarios, {time.monotonic() - started:.0f} s, {verdict}")
    return 0 if good else 1


def _boot(machine: Machine, only: list[str], *, loud: bool) -> tuple[list[table.Row], int | None]:
    """One guest: its rows, and how its program ended; None if it never said."""
    job = OUT / "job"
    rows_file = job / "rows.json"
    rows_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "rig.inside", *(["--log"] if loud else []), *(["--only", *only] if only else [])]
    ended = machine.run(command, job=job, environment=ENVIRONMENT, timeout_s=TIMEOUT_S, say=_say)
    rows = table.read(rows_file) if rows_file.exists() else []
    _say("")
    for line in table.lines(rows):
        _say(line)
    if ended.status is None:
        _say("the guest ended without an exit status")
    _say(f"logs: {job}")
    return rows, ended.status


def _commit_number() -> int:
    """A number that the checked-out commit stands for; 0 without git."""
    done = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True, timeout=30, check=False
    )
    return int(done.stdout.strip()[:8] or "0", 16) if done.returncode == 0 else 0


def _shell(machine: Machine) -> int:
    _say("booting; `exit` ends the guest, Ctrl-C does not")
    environment = {**ENVIRONMENT, "PYTHON": sys.executable, "TERM": os.environ.get("TERM", "linux")}
    shell = str(Path(__file__).parent / "shell.sh")
    machine.run(
        ["/bin/sh", shell], job=OUT / "job", environment=environment, timeout_s=86400.0, say=_say, interactive=True
    )
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
