# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian packages the rig needs must be installed; the kernel is only fetched and unpacked.

The kernel's version is never named here: `linux-image-amd64` says which one is current.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import debian_packages

_IMAGE = re.compile(r"linux-image-[0-9][a-z0-9.+-]*-amd64")


class PackagesError(Exception):
    """Something the rig needs is not there and cannot be fetched."""


class _ListsError(PackagesError):
    """The package lists name no kernel, or none that the mirror has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """An unpacked kernel package."""

    name: str
    image: Path
    modules: Path


def check() -> None:
    """All Debian packages of the rig are installed. Raises: PackagesError."""
    missing = [package.name for package in debian_packages.packages("usb-rig") if not _installed(package.name)]
    if missing:
        raise PackagesError(f"missing: {', '.join(missing)}; `make usb-rig` installs them")


def _installed(name: str) -> bool:
    asked = _run(["dpkg-query", "-W", "-f=${Status}", name], check=False)
    return asked.returncode == 0 and asked.stdout == "install ok installed"


def kernel(folder: Path, say: Callable[[str], None]) -> Kernel:
    """The current stock kernel, unpacked below `folder`; fetched once.

    A fresh machine has no package lists, and old ones name kernels that the mirror no longer has: then the
    lists are fetched, once. Raises: PackagesError.
    """
    try:
        return _unpacked(folder, say)
    except _ListsError:
        say("fetching the package lists")
        _run(["apt-get", "update", "-q"])
        return _unpacked(folder, say)


def _unpacked(folder: Path, say: Callable[[str], None]) -> Kernel:
    # apt-cache ends with 100, not with an empty answer, when there are no lists at all
    names = _IMAGE.findall(_run(["apt-cache", "depends", "--important", "linux-image-amd64"], check=False).stdout)
    if not names:
        raise _ListsError("linux-image-amd64 names no kernel package")
    place = folder / names[0]
    if not (place / "complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        say(f"fetching {names[0]}")
        loaded = _run(["apt-get", "download", "-q", names[0]], folder=place, check=False)
        if loaded.returncode != 0:
            shutil.rmtree(place, ignore_errors=True)
            raise _ListsError(f"{names[0]}: not to be had\n{loaded.stderr[-2000:]}")
        (package,) = place.glob("*.deb")
        _run(["dpkg", "-x", str(package), str(place)])
        package.unlink()
        (place / "complete").touch()
    images = list((place / "boot").glob("vmlinuz-*"))
    modules = [found for parent in ("lib/modules", "usr/lib/modules") for found in (place / parent).glob("*")]
    if len(images) != 1 or not modules:
        raise PackagesError(f"{names[0]} holds no kernel")
    return Kernel(name=names[0], image=images[0], modules=modules[0])


def _run(command: list[str], *, folder: Path | None = None, check: bool = True) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired) as broken:
        raise PackagesError(f"{command[0]}: {broken}") from broken
    if check and done.returncode != 0:
        raise PackagesError(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return done
