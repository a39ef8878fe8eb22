# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a long act is, in words: bytes, rate, time left."""

from phones.long_act import ActProgress
from station.text.language import text

_GIGABYTE, _MEGABYTE = 1e9, 1e6


def transfer_text(act: ActProgress) -> str:
    """Percent, gigabytes left, rate and minutes; shorter where less is known."""
    percent = f"{act.percent} % " if act.percent is not None else ""
    if act.left is None:
        return f"{percent}{act.carried / 1000:.1f} kB, {act.rate / 1000:.1f} kB/s"
    megabytes = f"{act.rate / _MEGABYTE:.0f}"
    if act.left_s is None:
        return f"{percent}{text('transfer.left', left=f'{act.left / _GIGABYTE:.1f}')}"
    minutes = f"{act.left_s / 60:.0f}"
    return percent + text("transfer.rate", left=f"{act.left / _GIGABYTE:.1f}", rate=megabytes, minutes=minutes)
