# SPDX-License-Identifier: GPL-3.0-or-later
"""What `doctor --fix` can mend by itself: the station's folders, who may read its keys, the udev rules as root.

Each mends exactly what was found and says nothing; the check is made again afterwards. Nothing of anybody else's is
ended, removed or replaced: a rules file of another content stays for the person who wrote it.
"""

import os
import stat
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from phones import package_data
from phones.cleaning import clean
from station.errors import FileNotWrittenError
from station.setup.home import Home, write_whole
from station.setup.machine import GROUP, RULES_NAME, SHIPPED_RULES, effective_rules
from station.text.language import os_reason

OTHERS = 0o077
RULES_FOLDER = Path("/etc/udev/rules.d")
SHIPPED = (
    package_data.ROOT / "packaging" / "udev" / RULES_NAME,
    Path("/usr/share/proofwipe") / RULES_NAME,
    Path("/usr/lib/udev/rules.d") / RULES_NAME,
)
"""Where the rules lie that belong to this program: in a checkout, or in a package."""
_LONGEST_S = 30.0


def loose_keys(keys: Path) -> list[Path]:
    """Key files that others than their owner may read or write; links are not followed. Raises: OSError."""
    return [path for path in sorted(keys.rglob("*.key")) if _is_loose(path)]


def _is_loose(path: Path) -> bool:
    mode = path.lstat().st_mode
    return stat.S_ISREG(mode) and bool(stat.S_IMODE(mode) & OTHERS)


def run_program(words: Sequence[str]) -> None:
    """A program of the system, to its end. Raises: FileNotWrittenError when it is not there or fails."""
    try:
        done = subprocess.run(words, capture_output=True, timeout=_LONGEST_S, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired) as error:
        cause = os_reason(error) if isinstance(error, OSError) else f"> {_LONGEST_S:g} s"
        raise FileNotWrittenError(subject=words[0], cause=cause) from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise FileNotWrittenError(
            subject=words[0], cause=clean(said.splitlines()[-1] if said else str(done.returncode))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Repairs:
    """What can be mended for one station. `run`: starts a program; the places are other ones in tests."""

    home: Home
    rules: Path = RULES_FOLDER / RULES_NAME
    shipped: Sequence[Path] = SHIPPED
    is_root: bool = field(default_factory=lambda: os.geteuid() == 0)
    run: Callable[[Sequence[str]], None] = run_program

    def of(self, check: str, state: str) -> Callable[[], None] | None:
        """What mends a check of the doctor that ended in that state; None when it needs a person."""
        match check, state:
            case "folder", ("absent" | "caution"):
                return self._folder
            case "keys", "broken":
                return self._keys
            case "udev", "absent" if self.is_root and self._shipped_rules() is not None:
                return self._udev
        return None

    def _folder(self) -> None:
        self.home.make()
        self._take_from_others(self.home.path, stat.S_IMODE(self.home.path.stat().st_mode))

    def _keys(self) -> None:
        for path in loose_keys(self.home.keys):
            self._take_from_others(path, stat.S_IMODE(path.stat().st_mode))

    def _take_from_others(self, path: Path, mode: int) -> None:
        try:
            path.chmod(mode & ~OTHERS)
        except OSError as error:
            raise FileNotWrittenError(subject=str(path), cause=os_reason(error)) from error

    def _udev(self) -> None:
        rules = self._shipped_rules()
        if rules is None or os.path.lexists(self.rules):
            return
        self.run(["groupadd", "--force", "--system", GROUP])
        write_whole(self.rules, rules)
        self.run(["udevadm", "control", "--reload"])
        self.run(["udevadm", "trigger", "--subsystem-match=usb"])

    def _shipped_rules(self) -> bytes | None:
        for path in self.shipped:
            try:
                found = path.read_bytes()
            except OSError:
                continue
            if effective_rules(found.decode("utf-8", "replace")) == SHIPPED_RULES:
                return found
        return None
