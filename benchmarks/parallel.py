# SPDX-License-Identifier: GPL-3.0-or-later
"""N phones at once, whole jobs to the drawn and signed paper, against the slowest of them alone."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.measure import Row, Table
from certs.record.facts import SalePolicy
from station.setup.settings import Settings
from tests.support.wire_bench import WireBench
from wipe.method import Deadlines

NUMBERS = (1, 8, 32)
MODELS: tuple[Mapping[str, Any], ...] = (
    {"model": "iphone-13-ios-18"},
    {"model": "pixel-9-android-16", "condition": "reset"},
    {"model": "pixel-6-android-13"},
)
TIMING = {"leave_s": 0.3, "absent_s": 2.0, "wipe_s": 6.0, "boot_s": 1.0, "ready_s": 0.3}
"""About a tenth of a real phone's times; the larger they are, the smaller the ratio."""
SETTINGS = Settings(
    deadlines=Deadlines(
        leave_s=60.0, return_s=120.0, settle_s=60.0, person_s=120.0, evaluate_s=1.0, absent_at_least_s=0.5, poll_s=0.2
    ),
    policy=SalePolicy(name="bench", require_validation=False),
    recheck_s=1.0,
)


def measure() -> Table:
    """One of each model alone, then mixtures."""
    alone = {str(model["model"]): _run([model]) for model in MODELS}
    slowest = max(alone.values())
    rows = [
        Row(
            what=f"{name} alone",
            seconds=seconds,
            spread=(seconds, seconds),
            ratio=seconds / slowest,
            more={"phones": 1},
        )
        for name, seconds in alone.items()
    ]
    for number in NUMBERS[1:]:
        seconds = _run([MODELS[place % len(MODELS)] for place in range(number)])
        rows.append(
            Row(
                what=f"{number} at once",
                seconds=seconds,
                spread=(seconds, seconds),
                ratio=seconds / slowest,
                more={"phones": number, "phones per minute": round(60 * number / seconds)},
            )
        )
    return Table(
        name="parallel",
        title="Whole jobs in parallel against the slowest single phone",
        rows=tuple(rows),
        notes=(
            f"Timing of the virtual phones, seconds: {TIMING}. Station, virtual phones and adb server share this "
            "machine's cores, and every paper is drawn, signed and verified in the station's process.",
        ),
    )


def _run(phones: list[Mapping[str, Any]]) -> float:
    with (
        tempfile.TemporaryDirectory() as folder,
        WireBench(phones, Path(folder), settings=SETTINGS, timing=TIMING, exchange_s=60.0) as bench,
    ):
        bench.drawn.update(phone["port"] for phone in bench.phones)
        lives = bench.run()
    for life in lives:
        if not life.certified:
            raise RuntimeError(f"{life.phone['model']}: {life.job.stage} {life.job.failure} {life.job.problems}")
    return max(life.seconds for life in lives)
