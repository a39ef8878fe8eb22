# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian package as a technician meets it: installed by apt in a Debian that has nothing, used, removed, purged.

    python -m tools.debian_trial dist/proofwipe_….deb

Demands, in there: the command, its completions and man pages; the udev rules, the group and usbmuxd's drop-in, as
`doctor` sees them; a golden paper verified by an ordinary user; two virtual phones, one of each platform, from plug to
paper through the adb and the libraries that the package brings; and that a purge takes all of it away but a station's
home. Nothing of the checkout is in there but the package, the papers and the phones' scenario. Needs root.
"""

import json
import os
import shutil
import sys
import time
import tomllib
from pathlib import Path

from tools.fresh_debian import REPOSITORY, FreshDebian, FreshDebianError

OUT = REPOSITORY / "out" / "debian_trial"
GOLDEN = REPOSITORY / "tests" / "golden"
DEMO = REPOSITORY / "hardware-fixtures" / "virtual_phones" / "scenarios" / "demo.toml"
PHONES = ("honest-pixel-android-16", "honest-iphone-13")
"""One of each platform, out of the demo's."""
GIVEN = "/srv/given"
TECHNICIAN = 1500
SETTINGS = {"HOME": "/home/technician"}
STATION = "/home/technician/.local/share/proofwipe"
PASSPHRASE = "only for this trial"
FILES = (
    "/usr/lib/udev/rules.d/70-proofwipe.rules",
    "/usr/lib/systemd/system/usbmuxd.service.d/no-preflight.conf",
    "/usr/share/bash-completion/completions/proofwipe",
    "/usr/share/zsh/vendor-completions/_proofwipe",
    "/usr/share/fish/vendor_completions.d/proofwipe.fish",
    "/usr/share/man/man1/proofwipe-verify.1.gz",
    "/usr/share/man/zh_CN/man1/proofwipe-verify.1.gz",
    "/usr/share/doc/proofwipe/copyright",
)


class Trial:
    """One Debian, and what was not as promised in it."""

    def __init__(self, machine: FreshDebian) -> None:
        self.machine = machine
        self.wrong: list[str] = []

    def demand(self, what: str, command: str, *wanted: str, code: int = 0, user: int = 0) -> str:
        """The command ends with `code` and says each of `wanted`; what it said."""
        print(f"debian-trial: {what}", flush=True)
        settings = SETTINGS if user else {}
        ended = self.machine.run(command, user=user, name=what.replace(" ", "-"), environment=settings)
        missing = [word for word in wanted if word not in ended.said]
        if ended.code != code or missing:
            print(ended.said[-6000:], flush=True)
            self.wrong.append(f"{what}: exit {ended.code} instead of {code}, does not say {missing}")
        return ended.said

    def demand_file(self, path: str, *, there: bool) -> None:
        """A file is there, or is not."""
        if os.path.lexists(self.machine.root / path.lstrip("/")) != there:
            self.wrong.append(f"{path} is {'not there' if there else 'still there'}")


def main() -> int:
    """Exit 0 if all is as promised, 1 if something is not, 2 if there is no machine to try it on."""
    if len(sys.argv) != 2 or os.geteuid() != 0:
        print("debian-trial: needs root, and a package", file=sys.stderr)
        return 2
    started = time.monotonic()
    try:
        machine = FreshDebian.made(OUT / "root")
        wrong = try_package(machine, Path(sys.argv[1]))
    except FreshDebianError as broken:
        print(f"debian-trial: {broken}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(OUT / "root", ignore_errors=True)
    for line in wrong:
        print(f"debian-trial: {line}")
    print(f"debian-trial: {'as promised' if not wrong else 'NOT as promised'}, {time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


def try_package(machine: FreshDebian, package: Path) -> list[str]:
    """What was not as promised. Raises: FreshDebianError."""
    trial = Trial(machine)
    given = machine.root / GIVEN.lstrip("/")
    given.mkdir(parents=True)
    for source in (package, GOLDEN / "valid.pdf", GOLDEN / "root.pem", GOLDEN / "appended-line.pdf"):
        shutil.copy(source, given / source.name)
    scenario = tomllib.loads(DEMO.read_text("utf-8"))
    scenario["phone"] = [phone for phone in scenario["phone"] if phone["name"] in PHONES]
    (given / "phones.json").write_text(json.dumps(scenario), "utf-8")
    (given / "passphrase").write_text(PASSPHRASE, "utf-8")
    _install(trial, package.name)
    _use(trial)
    _remove(trial)
    return trial.wrong


def _install(trial: Trial, package: str) -> None:
    trial.demand("update", "apt-get update -q")
    trial.demand("install", f"apt-get install -q -y {GIVEN}/{package}", "Setting up proofwipe")
    trial.demand("group", "getent group proofwipe", "proofwipe:x:")
    trial.demand("technician", f"useradd --create-home --uid {TECHNICIAN} --groups proofwipe technician")
    for path in FILES:
        trial.demand_file(path, there=True)
    trial.demand("whole", "dpkg --verify proofwipe")


def _use(trial: Trial) -> None:
    trial.demand("version", "proofwipe --version", "proofwipe ", user=TECHNICIAN)
    # 6: in a machine without USB it could not look at controllers and phones.
    doctor = "proofwipe doctor --json; code=$?; [ $code = 0 ] || [ $code = 6 ]"
    said = trial.demand("doctor", doctor, '"installation"', FILES[0], user=TECHNICIAN)
    trial.wrong += [f"doctor: {line.strip()}" for line in said.splitlines() if '"broken"' in line]
    trial.demand(
        "verify",
        f"cd {GIVEN} && proofwipe verify valid.pdf --trust root.pem",
        "Genuine: now compare the phone",
        user=TECHNICIAN,
    )
    trial.demand(
        "verify a changed one",
        f"cd {GIVEN} && proofwipe verify appended-line.pdf --trust root.pem",
        "Do not rely on it",
        code=7,
        user=TECHNICIAN,
    )
    trial.demand(
        "bash completion", "_PROOFWIPE_COMPLETE=bash_complete COMP_WORDS='proofwipe ver' COMP_CWORD=1 proofwipe",
        "plain,verify", user=TECHNICIAN,
    )  # fmt: skip
    trial.demand(
        "two virtual phones",
        f"cd ~ && proofwipe demo --no-progress --out demo --scenario {GIVEN}/phones.json",
        "2 certificates", user=TECHNICIAN,
    )  # fmt: skip
    trial.demand(
        "a station",
        f"proofwipe init --name Trial --address 'no real address' --contact 'no real contact'"
        f" --person 'Wang Fang:validator' --passphrase-file {GIVEN}/passphrase",
        user=TECHNICIAN,
    )


def _remove(trial: Trial) -> None:
    kept = f"find {STATION} -type f | sort | xargs -d '\\n' sha256sum"
    before = trial.demand("station before", kept, "root.pem")
    trial.demand("remove", "apt-get remove -q -y proofwipe")
    trial.demand_file("/usr/lib/proofwipe", there=False)
    trial.demand_file("/usr/bin/proofwipe", there=False)
    trial.demand("purge with a member", "dpkg --purge proofwipe", "has members and stays")
    trial.demand("group that stays", "getent group proofwipe", "technician")
    for path in FILES:
        trial.demand_file(path, there=False)
    if trial.demand("station after", kept, "root.pem") != before:
        trial.wrong.append(f"{STATION} is not as it was")


if __name__ == "__main__":
    sys.exit(main())
