# SPDX-License-Identifier: GPL-3.0-or-later
"""The rig's program inside the guest: every scenario, one table.

    python -m rig.inside [--only NAME ...] [--log]

Writes /run/job/rows.json after each row, so that a guest that is killed has said what it knew.
"""

import argparse
import importlib
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from rig import bench_session, placing
from rig.play_tools import play_tools, same_of_both
from rig.scenario import RigScenario, RigScenarioError, Wanted, load_all
from rig.table import Row, all_good, write
from virtual_phones.bench.remote import RemoteBench

JOB = Path("/run/job")
SCRATCH = Path("/run/rig")
OF_BOTH_ADB = ("tools-android", "tools-rescue")
"""Played with Debian's adb and with the bundled one, which must print the same."""
MOST_OVERLOOKED = 6
"""On a busy machine libusb gives up a virtual phone that answers late (README); many more would be another fault."""
JOBS_AT_ONCE = 20
"""Scenarios on the bench together: all that there are. Many more would measure the emulator."""


class Log:
    """Lines with seconds since the start, into a file and, if wanted, onto the console."""

    def __init__(self, path: Path, *, loud: bool) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._loud = loud
        self._start = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, line: str) -> None:
        """Write one entry."""
        shown = "".join(sign if sign.isprintable() or sign in "\n\t" else "?" for sign in line)
        text = f"[{time.monotonic() - self._start:6.1f}] {shown}"
        with self._lock:
            self._file.write(text + "\n")
            self._file.flush()
            if self._loud:
                sys.stdout.write(text + "\n")
                sys.stdout.flush()


class Report:
    """Rows as they come."""

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self.rows: list[Row] = []
        self._path = path
        self._say = say

    def add(self, *rows: Row) -> None:
        """Keep, write, say."""
        self.rows += rows
        write(self.rows, self._path)
        for row in rows:
            mark = "ok" if row.good else "DIFFERS"
            self._say(f"== {row.name}: {mark} ({row.seconds:.1f} s) {row.skipped or row.seen}")

    def take(self, name: str, rows: Callable[[], list[Row]], *, part: str = "") -> None:
        """Add what `rows` finds; a phase that breaks is a row that says so, and the next one still runs.

        `part`: the scenario or phase that makes these rows, if it is not `name`.
        """
        started = time.monotonic()
        try:
            self.add(*(replace(row, part=part or name) for row in rows()))
        except Exception as broken:  # noqa: BLE001 - told in the table, with its traceback in the log
            self._say(traceback.format_exc())
            told = f"broke: {type(broken).__name__}: {broken}"
            seconds = time.monotonic() - started
            self.add(
                Row(name=name, expected="runs to its end", seen=told, seconds=seconds, good=False, part=part or name)
            )


def main(arguments: list[str] | None = None) -> int:
    """Exit 0 only if everything is as expected; 2 for a name that is neither a scenario's nor a phase's."""
    parser = argparse.ArgumentParser(prog="python -m rig.inside")
    parser.add_argument("--only", nargs="*", default=[], help="names of scenarios or phases")
    parser.add_argument("--log", action="store_true", help="everything onto the console")
    parser.add_argument("--hold", metavar="NAME", help="put a scenario's phones in, then a shell; `exit` ends it")
    options = parser.parse_args(arguments)
    try:
        wanted = Wanted.of([options.hold] if options.hold else options.only)
    except RigScenarioError as unknown:
        parser.error(str(unknown))
    say = Log(JOB / "rig.log", loud=options.log)

    def announce(line: str) -> None:
        say(line)
        if not options.log:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()

    report = Report(JOB / "rows.json", announce)
    # Reading pymobiledevice3 takes twenty seconds in here: begin while tools are tested.
    reading = threading.Thread(target=importlib.import_module, args=("rig.station",), daemon=True)
    reading.start()
    with ExitStack() as stack:
        bench_session.start_udevd()
        usbmuxd = stack.enter_context(bench_session.usbmuxd(JOB / "usbmuxd.log", say))
        remote = stack.enter_context(bench_session.phones(JOB / "phones.log"))
        say(f"{len(remote.slots)} root ports")
        if options.hold:
            return hold(options.hold, remote)
        tools(wanted.scenarios("tools"), remote, report, say)
        reading.join()
        if wanted.phase("process"):
            from rig import end_to_end as whole

            report.take("process", partial(whole.process, remote, SCRATCH / "whole", JOB, say))
        if wanted.station:
            with_station(wanted, remote, usbmuxd, report, say)
        hung = usbmuxd.restarts - usbmuxd.meant
        report.add(
            Row(
                name="usbmuxd",
                expected="hangs only where that is played",
                good=hung == 0,
                seconds=0.0,
                seen=f"hung {hung} times more (libimobiledevice/usbmuxd #114)" if hung else "so",
            )
        )
    return 0 if all_good(report.rows) else 1


def with_station(
    wanted: Wanted, remote: RemoteBench, usbmuxd: bench_session.Usbmuxd, report: Report, say: Callable[[str], None]
) -> None:
    """Everything for which the product's own station looks at the bench."""
    from rig import cuts, daemons, false_success, loop_watch, many_phones, overwriting, run_scenarios
    from rig.station import UsbStation

    with (
        UsbStation(SCRATCH / "jobs", remote, say) as station,
        loop_watch.watched(station.island, JOB / "stuck.log", say),
    ):
        say("station ready")
        for scenario in wanted.scenarios("look"):
            report.take(scenario.name, partial(run_scenarios.play_look, scenario, station, remote, say))
        if wanted.phase("false-success"):
            report.take("false-success", partial(false_success.false_success, station, remote, say))
        jobs = wanted.scenarios("job")
        if wanted.phase("cuts") and not any(each.name == run_scenarios.HONEST for each in jobs):
            jobs = [*jobs, *(each for each in load_all() if each.name == run_scenarios.HONEST)]
        exchanges: dict[str, int] = {}
        for first in range(0, len(jobs), JOBS_AT_ONCE):
            batch = jobs[first : first + JOBS_AT_ONCE]
            names = ", ".join(each.name for each in batch)
            report.take(names, partial(run_scenarios.play_jobs, batch, station, remote, say, exchanges), part="job")
        if wanted.phase("cuts"):
            report.take("cuts", partial(cuts.cuts, station, remote, exchanges, say))
        if wanted.phase("daemons"):
            report.take("daemons", partial(daemons.daemons, station, remote, usbmuxd, say))
        if wanted.phase("overwriting"):
            report.take("overwriting", partial(overwriting.overwriting, station, remote, say))
        if wanted.phase("beside-push"):
            report.take("beside-push", partial(overwriting.side_by_side, station, remote, say))
        if wanted.phase("many-phones"):
            report.take("many-phones", partial(many_phones.many_phones, station, remote, say))
        report.add(
            Row(
                name="phones that adb overlooked at first",
                expected=f"at most {MOST_OVERLOOKED}, seen when put in anew",
                seen=", ".join(station.put_in_anew) or "none",
                seconds=0.0,
                good=len(station.put_in_anew) <= MOST_OVERLOOKED,
            )
        )


def hold(name: str, remote: RemoteBench) -> int:
    """A scenario's phones on the bench, udevd, usbmuxd and an adb server beside them, and a shell for whoever asked."""
    (placed,) = placing.place([each for each in load_all() if each.name == name], remote.slots)
    placing.add_phones(remote, [placed])
    for slot, path in placed.ports.items():
        sys.stdout.write(f"slot {slot}: {path}\n")
    with tools_environment("adb", 15037) as environment:
        # The station has an adb server of its own; end this one (`kill $ADB_SERVER`) before `rig.slow_guest list`.
        return subprocess.run(["/bin/bash", "-i"], env=dict(environment), check=False).returncode


def tools(scenarios: list[RigScenario], remote: RemoteBench, report: Report, say: Callable[[str], None]) -> None:
    """Tool scenarios, with Debian's adb; those that use adb again with the product's bundled one."""
    for place, scenario in enumerate(scenarios):
        debian: dict[str, str] = {}
        bundled: dict[str, str] = {}
        with tools_environment("adb", 15037 + 2 * place) as environment:
            report.take(scenario.name, partial(play_tools, scenario, remote, environment, say, debian))
        if scenario.name in OF_BOTH_ADB:
            from phones.adb.server import bundled_adb

            with tools_environment(str(bundled_adb()), 15038 + 2 * place) as environment:
                again = replace(scenario, name=f"{scenario.name} (bundled adb)")
                asked = partial(play_tools, again, remote, environment, say, bundled)
                report.take(again.name, asked, part=scenario.name)
            report.take(
                f"{scenario.name}: both", partial(same_of_both, debian, bundled, scenario.name), part=scenario.name
            )


@contextmanager
def tools_environment(adb: str, port: int) -> Iterator[Mapping[str, str]]:
    """What `run` lines of scenarios may name with a $: ADB, PYTHON."""
    with bench_session.adb_server(adb, port, SCRATCH / f"adb-{port}") as environment:
        yield {**environment, "ADB": adb, "PYTHON": sys.executable}


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # threads of the station may still sit in sockets
