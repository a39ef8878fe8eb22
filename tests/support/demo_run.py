# SPDX-License-Identifier: GPL-3.0-or-later
"""One demo, a program of its own with a home and a temporary folder of its own, for all tests that look at one."""

import os
import stat
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from virtual_phones.bench.scenario import add_phones, demo_scenario, load_scenario

ROOT = Path(__file__).parents[2]
DEMO_S = 180.0
WATCH_S = 0.05


@dataclass
class DemoRun:
    """What one demo left behind, and what was seen while it ran."""

    folder: Path
    out: Path
    phones: dict[str, Any]
    out_said: bytes = b""
    err_said: bytes = b""
    exit_code: int | None = None
    seen: dict[str, set[int]] = field(default_factory=dict)  # path in the station's folder → modes it had
    journal: bytes = b""  # the ledger's write-ahead log, as large as it was seen

    @property
    def station(self) -> Path:
        return self.out / "station"

    @property
    def papers(self) -> list[Path]:
        return sorted(self.out.glob("PW-*.pdf"))

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


def run_demo(folder: Path) -> DemoRun:
    """Run it in `folder`; returns when it has ended."""
    for name in ("home", "tmp"):
        (folder / name).mkdir(mode=0o700)
    run = DemoRun(folder=folder, out=folder / "out", phones=all_phones())
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("PROOFWIPE", "XDG_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "station.cli.main", "demo", "--out", os.path.relpath(run.out, ROOT)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={
            **kept,
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "PYTHONDEVMODE": "",
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "hardware-fixtures")]),
        },
    )
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(run, over))
    watcher.start()
    try:
        run.out_said, run.err_said = process.communicate(timeout=DEMO_S)
    finally:
        over.set()
        watcher.join()
        if process.poll() is None:
            process.kill()
            process.communicate()
    run.exit_code = process.returncode
    (folder / "what-it-said").write_bytes(run.out_said + run.err_said)
    (folder / "ledger-wal-seen-while-it-ran").write_bytes(run.journal)
    return run


def _watch(run: DemoRun, over: threading.Event) -> None:
    """Note every file of the station and its mode while the demo runs; keep the ledger's journal."""
    while not over.wait(WATCH_S):
        for path in (run.station, *run.station.rglob("*")):
            try:
                mode = stat.S_IMODE(path.stat().st_mode)
                run.seen.setdefault(str(path.relative_to(run.station)), set()).add(mode)
                if path.name.endswith("-wal") and path.stat().st_size > len(run.journal):
                    run.journal = path.read_bytes()
            except OSError:
                continue  # gone between the listing and the look


def all_phones() -> dict[str, Any]:
    """Every phone of the demo, those that are put into another's slot too."""
    phones = {}
    for port in add_phones(load_scenario(demo_scenario()), epoch_at_zero=0.0):
        phones[port.name] = port.first
        if port.swap is not None:
            phones[f"{port.name}, the other one"] = port.swap.phone
    return phones
