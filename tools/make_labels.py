# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/golden_labels: labels in ZPL as they are sent to printers, each byte.

    python -m tools.make_labels

After a change of sketch, words or letters; look at the difference before it is kept.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from station.printing.facts import Standing
from station.printing.sizes import SIZES
from station.printing.zpl import labels_zpl
from station.text import language
from tests.support.labels import good, stop

TARGET = Path(__file__).parents[1] / "tests" / "golden_labels"
KINDS: tuple[tuple[str, int, str], ...] = (("62x29", 203, "en"), ("62x29", 203, "zh"), ("100x50", 300, "en"))


def golden_name(size: str, resolution: int, words: str) -> str:
    """Of the file."""
    return f"{size}-{resolution}-{words}.zpl"


def made(size: str, resolution: int, words: str) -> bytes:
    """A good one, a specimen, and one that says DO NOT SELL."""
    three = (good(), good(standing=Standing.SPECIMEN), stop(model="手机 ^XA~JR_\\"))
    with language.speaking(words):
        return labels_zpl(three, SIZES[size], resolution)


def files() -> Mapping[Path, bytes]:
    """Each file and what must stand in it."""
    return {TARGET / golden_name(*kind): made(*kind) for kind in KINDS}


def main() -> None:
    """Write what differs."""
    TARGET.mkdir(exist_ok=True)
    for file, content in files().items():
        if not file.is_file() or file.read_bytes() != content:
            file.write_bytes(content)
            print(f"made {file.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
