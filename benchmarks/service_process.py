# SPDX-License-Identifier: GPL-3.0-or-later
"""The service as a process of its own, in real time: with 64 phones and nothing to do, and a job beside one without."""

import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import Row, Table, rows
from tests.support.busy_bench import BusyBench, busy_bench
from tests.support.cli_station import CommandLine
from tests.support.waiting import wait_for
from tools.serve_demo.visitors import imei

LONGEST_S = 600.0
UNVALIDATED = ("require_validation = true", "require_validation = false")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Size:
    """`watched_s`: how long a service at rest is watched; `rounds`: jobs with and without one."""

    phones: int = 64
    watched_s: float = 60.0
    rounds: int = 3


def measure(*, short: bool = False) -> tuple[Table, ...]:
    """Two tables."""
    size = _Size(phones=3, watched_s=3.0, rounds=1) if short else _Size()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        line = CommandLine(place / "keys-of")
        line.init("--specimen")
        line.cheapen_keys()
        keys = line.home / "keys"
        for each in ("rest", "jobs"):
            (place / each).mkdir()
        return _at_rest(place / "rest", keys, size), _jobs(place / "jobs", keys, size.rounds)


def _phone(place: int) -> Mapping[str, Any]:
    imeis = [imei(2 * place), imei(2 * place + 1)]
    return {"model": "pixel-9-android-16", "serial": f"4A231FDAQ{place:04}", "condition": "reset", "imeis": imeis}


def _at_rest(place: Path, keys: Path, size: _Size) -> Table:
    with busy_bench(place, keys, [_phone(each) for each in range(size.phones)]) as station:
        _wait_for_phones(station)
        station.kill()
        begun = time.perf_counter()
        station.start()
        answered = time.perf_counter() - begun
        _wait_for_phones(station)
        all_seen = time.perf_counter() - begun
        assert station.process is not None
        process = station.process.pid
        before = _processor_s(process)
        time.sleep(size.watched_s)
        used = _processor_s(process) - before
        memory = _memory_mib(process)
        load = os.getloadavg()[0]
    found = (
        _once("from its start until the service answers", answered),
        _once(f"from its start until {size.phones} phones stand on the bench", all_seen),
        _once(
            f"processor time of {size.watched_s:.0f} s with nothing to do",
            used,
            {"% of a core": round(100 * used / size.watched_s, 1), "MiB": round(memory)},
        ),
    )
    notes = (
        f"Load of the machine at the end: {load:.1f}; one run. "
        "The phones are virtual and stand behind one real adb server, which is not counted.",
    )
    return Table(name="service-at-rest", title=f"A service with {size.phones} phones at rest", rows=found, notes=notes)


def _jobs(place: Path, keys: Path, rounds: int) -> Table:
    """Each on a phone of its own, in turn."""
    times: dict[str, list[float]] = {"process, without a service": [], "process, beside a service": []}
    without, beside = times
    with busy_bench(place, keys, [_phone(each) for each in range(2 * rounds)]) as station:
        settings = station.line.home / "config.toml"
        settings.write_text(settings.read_text("utf-8").replace(*UNVALIDATED), "utf-8")
        station.kill()
        for number in range(rounds):
            times[without].append(_job(station, 2 * number))
            station.start()
            _wait_for_phones(station)
            times[beside].append(_job(station, 2 * number + 1))
            station.kill()
    return Table(
        name="service-job",
        title="A whole job at the command line",
        rows=rows(times, against=without),
        notes=(
            f"{rounds} jobs each, in turn, from the command until it ends; the virtual phone needs most of it to wipe "
            f"and start. Without a service the command opens the station and its adb server itself. "
            f"Load of the machine at the end: {os.getloadavg()[0]:.1f}.",
        ),
    )


def _job(station: BusyBench, number: int) -> float:
    serial = _phone(number)["serial"]
    begun = time.perf_counter()
    done = station.line.run(
        "process", "-s", serial, "--confirm", serial, "--answers", station.line.answers(), timeout_s=LONGEST_S
    )
    took = time.perf_counter() - begun
    assert done.code == 0, done.err
    return took


def _wait_for_phones(station: BusyBench) -> None:
    def all_there() -> bool:
        found = station.phones()
        return len(found) == len(station.slots) and all(each["model"] for each in found.values())

    wait_for(all_there, LONGEST_S, lambda: f"{len(station.phones())} of {len(station.slots)}")


def _once(what: str, seconds: float, more: Mapping[str, object] | None = None) -> Row:
    return Row(what=what, seconds=seconds, spread=(seconds, seconds), ratio=0.0, more=more or {})


def _processor_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mib(process: int) -> float:
    (line,) = (
        each for each in Path(f"/proc/{process}/status").read_text("ascii").splitlines() if each.startswith("VmRSS:")
    )
    return int(line.split()[1]) / 1024
