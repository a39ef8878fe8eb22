# SPDX-License-Identifier: GPL-3.0-or-later
"""How an overwriting pass is done: sizes, passes, limits. Tests use small ones; the paper names the passes."""

from dataclasses import dataclass

from wipe.overwrite.pattern import Pattern

SHARE_PERCENT = 10
"""The least that a conforming read-back looks at; the NIST profile of a commercial eraser forces as much [research
market.md section 1]."""
LEAST_CHUNKS = 459
"""So many without a fault show, with 99 % confidence, that less than 1 % of all are wrong: 0.99 ** 459 < 0.01."""
MAXIMUM_PASSES = 3
"""Chips need one [research standards.md CN-43]; each is one full write of wear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverwritePlan:
    """Only the last pass is read back, and it is always keyed; `earlier` is the pattern of those before it."""

    passes: int = 1
    earlier: Pattern = Pattern.KEYED
    file_bytes: int = 1024**3
    chunk_bytes: int = 1024**2
    small_bytes: int = 4096  # the block of ext4 and f2fs
    most_small: int = 10_000
    percent: int = SHARE_PERCENT
    least_chunks: int = LEAST_CHUNKS
    hottest_dc: int = 450  # tenths of a degree Celsius
    lowest_percent: int = 20
    look_each_s: float = 300.0  # at battery and heat
    pause_s: float = 60.0
    silence_s: float = 180.0  # a phone that takes or gives nothing for so long is given up
    file_s: float = 3600.0  # 1 GiB at 0.3 MB/s

    def pattern_of(self, pass_number: int) -> Pattern:
        """What pass `pass_number` writes."""
        return Pattern.KEYED if pass_number >= self.passes else self.earlier


SLOWEST_BYTES_S, FASTEST_BYTES_S = 10_000_000, 40_000_000
"""Assumed for a forecast, not measured: usual values of USB 2, and a phone whose chip is slower [research market.md
4.4]. USB 3 may be faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What an overwriting pass will take, told before anything is done. Minutes are rounded up."""

    passes: int
    written_bytes: int
    read_bytes: int
    least_minutes: int
    most_minutes: int

    @classmethod
    def of(cls, total_bytes: int, passes: int) -> "Forecast":
        """For a phone whose user storage has so many bytes; after the reset nearly all of it is free."""
        written = total_bytes * passes
        read = -(-total_bytes * SHARE_PERCENT // 100)
        carried = written + read
        return cls(
            passes=passes,
            written_bytes=written,
            read_bytes=read,
            least_minutes=-(-carried // (FASTEST_BYTES_S * 60)),
            most_minutes=-(-carried // (SLOWEST_BYTES_S * 60)),
        )
