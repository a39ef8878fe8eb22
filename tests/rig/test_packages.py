# SPDX-License-Identifier: GPL-3.0-or-later
"""How the rig comes by its kernel, with fake apt and dpkg on the PATH: fresh machines, stale lists, no network."""

import os
from pathlib import Path

import pytest

from rig.packages import Kernel, PackagesError, kernel

NEW, OLD = "linux-image-6.12.99-amd64", "linux-image-6.12.1-amd64"
APT_CACHE = """#!/bin/sh
[ -s "$WORLD/lists" ] || { echo "E: No packages found" >&2; exit 100; }
echo "linux-image-amd64"
echo "  Depends: $(cat "$WORLD/lists")"
"""
APT_GET = """#!/bin/sh
echo "$1" >> "$WORLD/asked"
case "$1" in
  update) [ -e "$WORLD/mirror" ] || { echo "E: no network" >&2; exit 100; }; cat "$WORLD/mirror" > "$WORLD/lists" ;;
  download) [ "$3" = "$(cat "$WORLD/pool")" ] || { echo "E: 404  Not Found" >&2; exit 100; }; echo deb > "$3_1.deb" ;;
esac
"""
DPKG = """#!/bin/sh
[ "$1" = -x ] && [ -s "$2" ] || exit 2
mkdir -p "$3/boot" "$3/lib/modules/6.12" && echo image > "$3/boot/vmlinuz-6.12"
"""


class Debian:
    """A machine and its mirror: the kernel that its `lists` name, that the `mirror` names, that lies in the `pool`."""

    def __init__(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place, programs = place / "world", place / "bin"
        self.place.mkdir()
        programs.mkdir()
        for name, text in {"apt-cache": APT_CACHE, "apt-get": APT_GET, "dpkg": DPKG}.items():
            (programs / name).write_text(text, "utf-8")
            (programs / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.setenv("WORLD", str(self.place))
        self.folder, self.said = place / "kernels", list[str]()

    def has(self, *, lists: str = "", mirror: str = "", pool: str = "") -> None:
        for name, text in {"lists": lists, "mirror": mirror, "pool": pool}.items():
            (self.place / name).write_text(text, "utf-8")

    def asked(self) -> list[str]:
        log = self.place / "asked"
        return log.read_text("utf-8").split() if log.exists() else []

    def kernel(self) -> Kernel:
        return kernel(self.folder, self.said.append)


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Debian:
    return Debian(tmp_path, monkeypatch)


def test_a_fresh_machine_without_package_lists_fetches_them_and_then_the_kernel(debian: Debian) -> None:
    debian.has(mirror=NEW, pool=NEW)
    found = debian.kernel()
    assert (found.name, found.image.name, found.modules.name) == (NEW, "vmlinuz-6.12", "6.12")
    assert debian.asked() == ["update", "download"]


def test_stale_lists_that_name_a_kernel_which_is_gone_are_fetched_anew(debian: Debian) -> None:
    debian.has(lists=OLD, mirror=NEW, pool=NEW)
    assert debian.kernel().name == NEW
    assert debian.asked() == ["download", "update", "download"]
    assert [path.name for path in debian.folder.iterdir()] == [NEW]


def test_good_lists_are_not_fetched_and_a_kernel_only_once(debian: Debian) -> None:
    debian.has(lists=NEW, pool=NEW)
    assert debian.kernel() == debian.kernel()
    assert debian.asked() == ["download"]


@pytest.mark.parametrize(
    ("lists", "mirror", "asked"),
    [
        ("", "", ["update"]),
        ("", NEW, ["update", "download"]),
        (OLD, NEW, ["download", "update", "download"]),
        (OLD, "", ["download", "update"]),
    ],
    ids=["no lists", "nothing to load", "all stale", "lists lost"],
)
def test_what_is_not_there_after_one_update_is_said_and_not_asked_for_again(
    lists: str, mirror: str, asked: list[str], debian: Debian
) -> None:
    debian.has(lists=lists, mirror=mirror, pool="nothing")
    with pytest.raises(PackagesError, match="linux-image"):
        debian.kernel()
    assert debian.asked() == asked


def test_an_update_without_network_says_so(debian: Debian) -> None:
    debian.has(pool=NEW)
    (debian.place / "mirror").unlink()
    with pytest.raises(PackagesError, match="no network"):
        debian.kernel()
