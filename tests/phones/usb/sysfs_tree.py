# SPDX-License-Identifier: GPL-3.0-or-later
"""Lays a sysfs tree (hardware-fixtures/sysfs/*.txt) into a folder, links and all; and writes one down.

Each file says in its head whether somebody wrote it after the documented layout or a kernel showed it.
`python tests/phones/usb/sysfs_tree.py` prints, below a head to be written by hand, the tree of the machine it runs on.
"""

from collections.abc import Iterator
from pathlib import Path

TREES = Path(__file__).parents[3] / "hardware-fixtures" / "sysfs"
DEVICES = Path("bus") / "usb" / "devices"
ATTRIBUTES = (
    "busnum",
    "devnum",
    "bDeviceClass",
    "idVendor",
    "bInterfaceClass",
    "bInterfaceSubClass",
    "bInterfaceProtocol",
    "bNumEndpoints",
    "connect_type",
)
"""What the product reads; no serial number among them."""


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
    return folder / DEVICES


def written_down(sys_folder: Path) -> Iterator[str]:
    """The lines that `lay` lays: of every device and its interfaces, and the links between them."""
    links = [entry for entry in sorted((sys_folder / DEVICES).iterdir()) if ":" not in entry.name]
    for device in [link.resolve() for link in links]:
        for folder in (device, *sorted(device.glob("*:*")), *sorted(device.glob("*:*/*-port*"))):
            for path in (folder / name for name in ATTRIBUTES):
                if path.is_file():
                    yield f"{path.relative_to(sys_folder)} = {path.read_text('ascii').strip()}"
            links += [folder / "peer"] if (folder / "peer").is_symlink() else []
    for link in links:
        yield f"{link.relative_to(sys_folder)} -> {link.readlink()}"


if __name__ == "__main__":
    print(*written_down(Path("/sys")), sep="\n")
