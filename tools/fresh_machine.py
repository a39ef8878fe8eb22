# SPDX-License-Identifier: GPL-3.0-or-later
"""The two commands of the README on a machine that has nothing: a fresh Debian with `make`, certificates and no more.

    python -m tools.fresh_machine TESTS ...

Copies the checkout into a fresh Debian (tools/fresh_debian.py) and demands:
as an ordinary user `make test` and `make demo` name the missing packages in one line and end with 2 before anything
runs; as root `make demo` works, and `make test` installs what it needs and runs (the TESTS named; the whole suite runs
elsewhere). The Debian package has a trial of its own: tools/debian_trial.py. Needs root.
"""

import os
import re
import shutil
import sys
import time
from collections.abc import Sequence

from tools.debian_packages import packages
from tools.fresh_debian import CHECKOUT, REPOSITORY, Ended, FreshDebian, FreshDebianError

OUT = REPOSITORY / "out" / "fresh_machine"
NOBODY = 65534


def main() -> int:
    """Exit 0 if both commands do as promised, 1 if one does not, 2 if there is no machine to try them on."""
    tests = sys.argv[1:]
    if not tests or os.geteuid() != 0:
        print("fresh-machine: needs root, and the tests to run", file=sys.stderr)
        return 2
    started = time.monotonic()
    try:
        machine = FreshDebian.made(OUT / "root", include=["make"])
        machine.put_checkout(owner=NOBODY)
        wrong = [*as_user(machine), *as_root(machine, tests)]
    except FreshDebianError as broken:
        print(f"fresh-machine: {broken}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(OUT / "root", ignore_errors=True)
    for line in wrong:
        print(f"fresh-machine: {line}")
    print(f"fresh-machine: {'as promised' if not wrong else 'NOT as promised'}, {time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


def as_user(machine: FreshDebian) -> list[str]:
    """Without root and without the packages: one line, exit 2, nothing begun."""
    wrong = []
    for target, groups in (("test", ("install", "test")), ("demo", ("install",))):
        ended = make(machine, target, user=NOBODY)
        wanted = dict.fromkeys(package.name for group in groups for package in packages(group))
        lines = [line.split() for line in ended.said.splitlines() if "apt-get install" in line]
        if ended.code != 2 or len(lines) != 1 or not set(wanted) >= set(lines[0][4:]) >= {"python3", "python3-venv"}:
            wrong.append(f"make {target} as a user: exit {ended.code}, {lines}")
        if (machine.root / CHECKOUT.lstrip("/") / ".venv").exists():
            wrong.append(f"make {target} as a user began although packages were missing")
    return wrong


def as_root(machine: FreshDebian, tests: Sequence[str]) -> list[str]:
    """As root both install what they need and do their work."""
    wrong = []
    ended = make(machine, "demo", user=0)
    if ended.code != 0 or "4 certificates" not in ended.said:
        wrong.append(f"make demo as root: exit {ended.code}")
    ended = make(machine, f"test TESTS='{' '.join(tests)}'", user=0)
    if ended.code != 0 or "installing Debian packages" not in ended.said or not re.search(r"\d passed", ended.said):
        wrong.append(f"make test as root: exit {ended.code}")
    return wrong


def make(machine: FreshDebian, target: str, *, user: int) -> Ended:
    """A target of the Makefile, in there, as that user; what it says is shown and kept in out/fresh_machine/."""
    who = "root" if user == 0 else "user"
    print(f"fresh-machine: make {target} ({who})", flush=True)
    name = f"{target.split(maxsplit=1)[0]}-{who}"
    ended = machine.run(f"cd {CHECKOUT} && exec make {target}", user=user, name=name)
    print(ended.said if ended.code not in (0, 2) else "\n".join(ended.said.splitlines()[-6:]), flush=True)
    return ended


if __name__ == "__main__":
    sys.exit(main())
