# SPDX-License-Identifier: GPL-3.0-or-later
"""An initramfs in plain Python: kernel modules in the order they need each other, busybox, and /init.

No kmod, no cpio program: dependencies stand in each module's own `.modinfo`, a newc archive is a row of headers.
"""

import gzip
import lzma
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

_ELF_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
FILE, FOLDER, DEVICE = 0o100000, 0o040000, 0o020000


class InitramfsError(Exception):
    """A kernel package without what the rig needs."""


def read_module(path: Path) -> bytes:
    """A module's ELF bytes, unpacked. Raises: InitramfsError for a packing we cannot read."""
    data = path.read_bytes()
    match path.suffix:
        case ".ko":
            return data
        case ".xz":
            return lzma.decompress(data)
        case ".gz":
            return gzip.decompress(data)
    raise InitramfsError(f"{path.name}: unknown packing")


def modinfo(elf: bytes) -> dict[str, list[str]]:
    """The `.modinfo` section: key to values. Raises: InitramfsError for what is no 64-bit ELF file."""
    try:
        header = _ELF_HEADER.unpack_from(elf)
        if header[0][:6] != b"\x7fELF\x02\x01":
            raise InitramfsError("no 64-bit little-endian ELF file")
        offset, size, count, names_at = header[6], header[11], header[12], header[13]
        sections = [_SECTION.unpack_from(elf, offset + place * size) for place in range(count)]
        names = sections[names_at]
        for section in sections:
            start = names[4] + section[0]
            if elf[start : elf.index(b"\0", start)] == b".modinfo":
                return _pairs(elf[section[4] : section[4] + section[5]])
    except (struct.error, IndexError, ValueError) as broken:
        raise InitramfsError(f"broken ELF file: {broken}") from broken
    raise InitramfsError("no .modinfo")


def _pairs(data: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in data.split(b"\0"):
        key, equals, value = entry.decode("utf-8", "replace").partition("=")
        if equals:
            found.setdefault(key, []).append(value)
    return found


def plain_name(name: str) -> str:
    """How the kernel compares module names: vhci-hcd is vhci_hcd."""
    return name.replace("-", "_")


def in_order(wanted: Iterable[str], modules: Mapping[str, Path], built_in: frozenset[str]) -> list[Path]:
    """The files of `wanted` and of all they depend on, dependencies first. Raises: InitramfsError."""
    ordered: list[Path] = []
    seen: set[str] = set()

    def take(name: str, *, soft: bool) -> None:
        name = plain_name(name)
        if name in seen or name in built_in:
            return
        seen.add(name)
        if name not in modules:
            if soft:
                return
            raise InitramfsError(f"the kernel has no module {name}")
        info = modinfo(read_module(modules[name]))
        for need in ",".join(info.get("depends", [])).split(","):
            if need:
                take(need, soft=False)
        for line in info.get("softdep", []):
            if line.startswith("pre:"):
                for need in line.removeprefix("pre:").partition("post:")[0].split():
                    take(need, soft=True)
        ordered.append(modules[name])

    for name in wanted:
        take(name, soft=False)
    return ordered


def modules_below(folder: Path) -> tuple[dict[str, Path], frozenset[str]]:
    """Every module below lib/modules/VERSION by its plain name, and the names that are built in."""
    found = {plain_name(path.name.partition(".ko")[0]): path for path in sorted(folder.rglob("*.ko*"))}
    listed = folder / "modules.builtin"
    lines = listed.read_text().splitlines() if listed.is_file() else []
    return found, frozenset(plain_name(Path(line).name.partition(".ko")[0]) for line in lines)


class Archive:
    """A newc archive that grows file by file."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._number = 0

    def add(self, name: str, mode: int, data: bytes = b"", *, device: tuple[int, int] = (0, 0)) -> None:
        """One file, folder or device node; `mode` with its type bits."""
        self._number += 1
        packed = name.encode() + b"\0"
        fields = (self._number, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(packed), 0)
        self._data += b"070701" + b"".join(b"%08x" % field for field in fields) + packed
        self._pad()
        self._data += data
        self._pad()

    def finished(self) -> bytes:
        """The whole archive, gzipped; the same for the same files."""
        self.add("TRAILER!!!", 0)
        return gzip.compress(bytes(self._data), compresslevel=6, mtime=0)

    def _pad(self) -> None:
        self._data += bytes(-len(self._data) % 4)


def build(kernel_modules: Path, wanted: Iterable[str], *, busybox: Path, init: str) -> bytes:
    """The whole initramfs. The modules lie in /modules; /modules/order names them in order. Raises: InitramfsError."""
    modules, built_in = modules_below(kernel_modules)
    archive = Archive()
    for folder in ("bin", "dev", "modules", "proc", "sys", "lower", "upper", "new"):
        archive.add(folder, FOLDER | 0o755)
    archive.add("dev/console", DEVICE | 0o600, device=(5, 1))
    archive.add("bin/busybox", FILE | 0o755, busybox.read_bytes())
    names = []
    for path in in_order(wanted, modules, built_in):
        name = path.name.partition(".ko")[0] + ".ko"
        names.append(name)
        archive.add(f"modules/{name}", FILE | 0o644, read_module(path))
    archive.add("modules/order", FILE | 0o644, "".join(f"{name}\n" for name in names).encode())
    archive.add("init", FILE | 0o755, init.encode())
    return archive.finished()
