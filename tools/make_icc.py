# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes certs/shared/srgb-….icc: a small ICC version 2 profile of sRGB, written from the numbers of IEC 61966-2-1.

PDF/A wants an output intent; profiles made by a library carry the time of their making and version 4, which some
checkers refuse. This one is fixed, 0.9 kB, and ours (CC0). Run again only to change it: pages then change.

    python tools/make_icc.py
"""

import hashlib
import struct
from pathlib import Path

SHARED = Path(__file__).resolve().parent.parent / "certs" / "shared"
D50 = (0.9642, 1.0, 0.8249)
# sRGB primaries adapted to D50 (Bradford), the columns of the matrix.
RED = (0.4360747, 0.2225045, 0.0139322)
GREEN = (0.3850649, 0.7168786, 0.0971045)
BLUE = (0.1430804, 0.0606169, 0.7141733)
STEPS = 256


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _curve() -> bytes:
    points = []
    for step in range(STEPS):
        share = step / (STEPS - 1)
        linear = share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        points.append(round(linear * 65535))
    return b"curv\0\0\0\0" + struct.pack(f">I{STEPS}H", STEPS, *points)


def _description(text: bytes) -> bytes:
    body = struct.pack(">I", len(text) + 1) + text + b"\0"
    return b"desc\0\0\0\0" + body + b"\0" * 8 + b"\0" * 3 + b"\0" * 67


def profile() -> bytes:
    """The whole profile."""
    curve = _curve()
    tags = [
        (b"desc", _description(b"sRGB (proofwipe)")),
        (b"cprt", b"text\0\0\0\0" + b"CC0, no rights reserved\0"),
        (b"wtpt", _xyz(D50)),
        (b"rXYZ", _xyz(RED)),
        (b"gXYZ", _xyz(GREEN)),
        (b"bXYZ", _xyz(BLUE)),
        (b"rTRC", curve),
        (b"gTRC", curve),
        (b"bTRC", curve),
    ]
    offset = 128 + 4 + 12 * len(tags)
    table, data, places = b"", b"", {}
    for name, content in tags:
        if content not in places:
            padded = content + b"\0" * (-len(content) % 4)
            places[content] = offset + len(data)
            data += padded
        table += name + struct.pack(">II", places[content], len(content))
    size = offset + len(data)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    head += struct.pack(">3i", *(round(value * 65536) for value in D50))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


if __name__ == "__main__":
    name = f"srgb-{hashlib.sha256(profile()).hexdigest()[:16]}.icc"
    (SHARED / name).write_bytes(profile())
    print(f"{name}: {len(profile())} bytes; certs/page/draw.py names it")
