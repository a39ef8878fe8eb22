# SPDX-License-Identifier: GPL-3.0-or-later
"""Lays a sysfs tree (hardware-fixtures/sysfs/*.txt) into a folder, links and all.

Each file says in its head whether somebody wrote it after the documented layout or a kernel showed it.
"""

from pathlib import Path

TREES = Path(__file__).parents[2] / "hardware-fixtures" / "sysfs"


def lay(name: str, folder: Path) -> Path:
    """Returns the folder that stands for /sys/bus/usb/devices."""
    for line in (TREES / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        link, arrow, target = line.partition(" -> ")
        if arrow:
            (folder / link).parent.mkdir(parents=True, exist_ok=True)
            (folder / link).symlink_to(target)
        else:
            path, _, text = line.partition(" = ")
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(f"{text}\n", "utf-8")
    return folder / "bus" / "usb" / "devices"
