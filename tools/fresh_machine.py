# SPDX-License-Identifier: GPL-3.0-or-later
"""The two commands of the README on a machine that has nothing: a fresh Debian with `make`, certificates and no more.

    python -m tools.fresh_machine TESTS ...

Makes a root file system with mmdebstrap from this machine's own apt sources, copies the checkout into it and demands:
as an ordinary user `make test` and `make demo` name the missing packages in one line and end with 2 before anything
runs; as root `make demo` works, and `make test` installs what it needs and runs (the TESTS named; the whole suite runs
elsewhere). What this machine's apt and pip are told about mirrors and certificates holds in there too. Needs root.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.debian_packages import packages

REPOSITORY = Path(__file__).parent.parent
OUT = REPOSITORY / "out" / "fresh_machine"
ROOT = OUT / "root"
INSIDE = "/home/proofwipe"
NOBODY = 65534
TIMEOUT_S = 900
INCLUDED = "make,ca-certificates"
"""Certificates are there before this machine's own are copied over them: installing them later would undo that."""
COPIED = (
    "etc/apt",
    "etc/pip.conf",
    "etc/xdg/pip",
    "etc/hosts",
    "etc/resolv.conf",
    "etc/ssl/certs",
    "usr/share/keyrings",
)
"""What names mirrors, certificates and hosts; beside what the environment and pip's own files point at."""
PIP_FILES = (Path("/etc/pip.conf"), Path("/etc/xdg/pip/pip.conf"), Path.home() / ".config/pip/pip.conf")
ENVIRONMENT = re.compile(r"PIP_\w+|\w+_PROXY|\w+_proxy|SSL_\w+|\w*CA_BUNDLE")
MOUNT = """
set -e
mount --bind "$ROOT" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --rbind /sys "$ROOT/sys"
mount --rbind /dev "$ROOT/dev"
for path in $BOUND; do
    [ -d "$path" ] && mkdir -p "$ROOT$path" || { mkdir -p "$ROOT${path%/*}"; touch "$ROOT$path"; }
    mount --bind -o ro "$path" "$ROOT$path"
done
exec chroot --userspec="$USERSPEC" "$ROOT" /bin/sh -c "cd $INSIDE && exec make $TARGET"
"""


class FreshMachineError(Exception):
    """The machine could not be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a target said, and how it ended."""

    code: int
    said: str


def main() -> int:
    """Exit 0 if both commands do as promised, 1 if one does not, 2 if there is no machine to try them on."""
    tests = sys.argv[1:]
    if not tests or os.geteuid() != 0:
        print("fresh-machine: needs root, and the tests to run", file=sys.stderr)
        return 2
    started = time.monotonic()
    try:
        make_root()
        wrong = [*as_user(), *as_root(tests)]
    except FreshMachineError as broken:
        print(f"fresh-machine: {broken}", file=sys.stderr)
        return 2
    finally:
        shutil.rmtree(ROOT, ignore_errors=True)
    for line in wrong:
        print(f"fresh-machine: {line}")
    print(f"fresh-machine: {'as promised' if not wrong else 'NOT as promised'}, {time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


def make_root() -> None:
    """A fresh Debian of this machine's release, with `make`, this machine's mirrors and the checkout."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    release = dict(line.partition("=")[::2] for line in Path("/etc/os-release").read_text().splitlines())
    suite = release.get("VERSION_CODENAME", "").strip('"')
    folder = Path("/etc/apt")
    sources = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
    used = [str(path) for path in sources if path.suffix in (".list", ".sources") and path.is_file()]
    _run(["mmdebstrap", "--quiet", "--variant=minbase", f"--include={INCLUDED}", suite, str(ROOT), *used])
    shutil.rmtree(ROOT / "etc/apt/sources.list.d", ignore_errors=True)
    copied = [name for name in COPIED if (Path("/") / name).exists()]
    _run(["tar", "-C", "/", "-chf", str(OUT / "copied.tar"), "--ignore-failed-read", *copied])
    _run(["tar", "-C", str(ROOT), "-xf", str(OUT / "copied.tar")])
    (OUT / "copied.tar").unlink()
    inside = ROOT / INSIDE.lstrip("/")
    tracked = _run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]).split("\0")
    for name in filter(None, tracked):
        if (REPOSITORY / name).exists():
            (inside / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, inside / name, follow_symlinks=False)
    _run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(inside)])


def as_user() -> list[str]:
    """Without root and without the packages: one line, exit 2, nothing begun."""
    wrong = []
    for target, groups in (("test", ("install", "test")), ("demo", ("install",))):
        ended = make(target, user=NOBODY)
        wanted = dict.fromkeys(package.name for group in groups for package in packages(group))
        lines = [line.split() for line in ended.said.splitlines() if "apt-get install" in line]
        if ended.code != 2 or len(lines) != 1 or not set(wanted) >= set(lines[0][4:]) >= {"python3", "python3-venv"}:
            wrong.append(f"make {target} as a user: exit {ended.code}, {lines}")
        if (ROOT / INSIDE.lstrip("/") / ".venv").exists():
            wrong.append(f"make {target} as a user began although packages were missing")
    return wrong


def as_root(tests: Sequence[str]) -> list[str]:
    """As root both install what they need and do their work."""
    wrong = []
    ended = make("demo", user=0)
    if ended.code != 0 or "4 certificates" not in ended.said:
        wrong.append(f"make demo as root: exit {ended.code}")
    ended = make(f"test TESTS='{' '.join(tests)}'", user=0)
    if ended.code != 0 or "installing Debian packages" not in ended.said or not re.search(r"\d passed", ended.said):
        wrong.append(f"make test as root: exit {ended.code}")
    return wrong


def make(target: str, *, user: int) -> Ended:
    """A target of the Makefile, in there, as that user; what it says is shown and kept in out/fresh_machine/."""
    who = "root" if user == 0 else "user"
    log = OUT / f"{target.split(maxsplit=1)[0]}-{who}.log"
    print(f"fresh-machine: make {target} ({who})", flush=True)
    environment = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LC_ALL": "C.UTF-8",
        **{name: value for name, value in os.environ.items() if ENVIRONMENT.fullmatch(name)},
        "ROOT": str(ROOT),
        "INSIDE": INSIDE,
        "TARGET": target,
        "USERSPEC": f"{user}:{user}",
        "BOUND": " ".join(bound()),
    }
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-c", MOUNT]
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT_S,
            check=False,
        )
    said = log.read_text(encoding="utf-8", errors="replace")
    print(said if done.returncode not in (0, 2) else "\n".join(said.splitlines()[-6:]), flush=True)
    return Ended(code=done.returncode, said=said)


def bound() -> list[str]:
    """Files and folders of this machine that pip's settings name: packages kept here, certificates."""
    texts = [value for name, value in os.environ.items() if ENVIRONMENT.fullmatch(name)]
    texts += [path.read_text() for path in PIP_FILES if path.is_file()]
    named = {word.removeprefix("file://") for text in texts for word in re.split(r"[\s=]+", text)}
    paths = {Path(word) for word in named if word.startswith("/") and Path(word).exists()}
    return sorted(str(path) for path in paths if not any(Path("/etc") in each for each in [path.parents]))


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    if done.returncode != 0:
        raise FreshMachineError(f"{command[0]}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
