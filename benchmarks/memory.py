# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service holds in memory after many whole jobs, in virtual time, each of a virtual phone of its own."""

import gc
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import Row, Table
from tests.support import lives
from tests.support.cli_station import CommandLine
from tests.support.service_room import service_room
from tools.serve_demo.visitors import imei
from virtual_phones.bench.scenario import add_phones, read_scenario

JOBS, JOBS_IN_SHORT = (500, 1000, 2000), (3, 6)
"""After how many jobs it is looked at."""


def measure(*, short: bool = False) -> Table:
    """Service, phone and clients in this process, which is more than a service has; what grows is what is asked."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        line = CommandLine(place / "keys-of")
        line.init("--specimen")
        line.cheapen_keys()
        with service_room(place / "station", line.home / "keys") as room:
            session, begun = room.running.at.session, time.perf_counter()
            done = 0
            for stop in JOBS_IN_SHORT if short else JOBS:
                while done < stop:
                    room.phone.slot.phone = _another(done)
                    (job,) = session.start(room.phone.port.look(), by=lives.TESTER).jobs
                    session.wait()
                    done += 1
                assert session.jobs.by_id(job.id).stage == "CERTIFIED"
                gc.collect()
                took = time.perf_counter() - begun
                ledger = room.phone.ledger.path.stat().st_size / 2**20
                held = {"MiB held": round(_held_mib(), 1), "MiB of the ledger": round(ledger, 1)}
                found.append(Row(what=f"after {done} jobs", seconds=took, spread=(took, took), ratio=0.0, more=held))
    return Table(
        name="memory",
        title="Memory of a service after many jobs",
        rows=tuple(found),
        notes=(
            f"Load of the machine at the end: {os.getloadavg()[0]:.1f}; one run. "
            "Resident memory of one process that holds the service, its virtual phone and the papers as records.",
        ),
    )


def _another(number: int) -> Any:
    """The next phone that is put on the port: the same model with numbers of its own."""
    numbers = {"serial": f"4A231FDAQ{number:05}", "imeis": [imei(2 * number), imei(2 * number + 1)]}
    document = {"name": "next", "seed": 1, "phone": [{"name": "phone", "port": "1-1", **lives.PIXEL_13, **numbers}]}
    (slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
    return slot.phone


def _held_mib() -> float:
    (line,) = (each for each in Path("/proc/self/status").read_text("ascii").splitlines() if each.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
