# SPDX-License-Identifier: GPL-3.0-or-later
"""A Debian of this machine's release that has nothing but what it is told to have, in a folder; and commands in it.

Made with mmdebstrap from this machine's own apt sources. What this machine's apt and pip are told about mirrors and
certificates holds in there too. Needs root.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
CHECKOUT = "/home/proofwipe"
TIMEOUT_S = 900
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
exec chroot --userspec="$USERSPEC" "$ROOT" /bin/sh -c "$COMMAND"
"""


class FreshDebianError(Exception):
    """The machine could not be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a command said, on both streams, and how it ended."""

    code: int
    said: str


@dataclass(frozen=True, slots=True)
class FreshDebian:
    """A root file system at `root`. What is said in there is kept beside it, in a file of the command's name."""

    root: Path

    @staticmethod
    def made(root: Path, *, include: Iterable[str] = ()) -> "FreshDebian":
        """A new one, with these packages and those that every Debian has. Raises: FreshDebianError."""
        shutil.rmtree(root, ignore_errors=True)
        root.parent.mkdir(parents=True, exist_ok=True)
        release = dict(line.partition("=")[::2] for line in Path("/etc/os-release").read_text().splitlines())
        suite = release.get("VERSION_CODENAME", "").strip('"')
        folder = Path("/etc/apt")
        sources = [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]
        used = [str(path) for path in sources if path.suffix in (".list", ".sources") and path.is_file()]
        # Certificates are there before this machine's own are copied over them: installing them later would undo that.
        included = f"--include={','.join([*include, 'ca-certificates'])}"
        run(["mmdebstrap", "--quiet", "--variant=minbase", included, suite, str(root), *used])
        shutil.rmtree(root / "etc/apt/sources.list.d", ignore_errors=True)
        copied = [name for name in COPIED if (Path("/") / name).exists()]
        archive = root.parent / "copied.tar"
        run(["tar", "-C", "/", "-chf", str(archive), "--ignore-failed-read", *copied])
        run(["tar", "-C", str(root), "-xf", str(archive)])
        archive.unlink()
        return FreshDebian(root)

    def copied(self, root: Path) -> "FreshDebian":
        """Another one, as this one is now. Raises: FreshDebianError."""
        shutil.rmtree(root, ignore_errors=True)
        run(["cp", "-a", "--reflink=auto", str(self.root), str(root)])
        return FreshDebian(root)

    def put_checkout(self, *, owner: int) -> None:
        """The files of this checkout in CHECKOUT, what git ignores apart. Raises: FreshDebianError."""
        inside = self.root / CHECKOUT.lstrip("/")
        tracked = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]).split("\0")
        for name in filter(None, tracked):
            if (REPOSITORY / name).exists():
                (inside / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(REPOSITORY / name, inside / name, follow_symlinks=False)
        run(["chown", "-R", f"{owner}:{owner}", str(inside)])

    def run(
        self, command: str, *, user: int = 0, name: str | None = None, environment: Mapping[str, str] | None = None
    ) -> Ended:
        """A line for the shell in there, as that user; raises when it takes longer than TIMEOUT_S."""
        log = self.root.parent / f"{name or command.split(maxsplit=1)[0]}.log"
        settings = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LC_ALL": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            **{key: value for key, value in os.environ.items() if ENVIRONMENT.fullmatch(key)},
            **(environment or {}),
            "ROOT": str(self.root),
            "COMMAND": command,
            "USERSPEC": f"{user}:{user}",
            "BOUND": " ".join(bound()),
        }
        unshared = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-c"]
        with log.open("w", encoding="utf-8") as file:
            done = subprocess.run(
                [*unshared, MOUNT],
                env=settings,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                timeout=TIMEOUT_S,
                check=False,
            )
        return Ended(code=done.returncode, said=log.read_text(encoding="utf-8", errors="replace"))


def bound() -> list[str]:
    """Files and folders of this machine that pip's settings name: packages kept here, certificates."""
    texts = [value for name, value in os.environ.items() if ENVIRONMENT.fullmatch(name)]
    texts += [path.read_text() for path in PIP_FILES if path.is_file()]
    named = {word.removeprefix("file://") for text in texts for word in re.split(r"[\s=]+", text)}
    paths = {Path(word) for word in named if word.startswith("/") and Path(word).exists()}
    return sorted(str(path) for path in paths if not any(Path("/etc") in each for each in [path.parents]))


def run(command: Sequence[str]) -> str:
    """A command on this machine; what it says. Raises: FreshDebianError."""
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    if done.returncode != 0:
        raise FreshDebianError(f"{command[0]}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout
