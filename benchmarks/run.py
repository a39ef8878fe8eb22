# SPDX-License-Identifier: GPL-3.0-or-later
"""All measurements: tables on the terminal, JSON in out/bench/.

python -m benchmarks.run [--short] [inspection] [silent_checks] [papers] [service] [service_process] [memory] …

`--short`: of those that take long, only enough to see that they work; their numbers say nothing.
"""

import importlib
import inspect
import json
import os
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Table, shown

ROOT = Path(__file__).parent.parent
OUT = ROOT / "out" / "bench"
NAMES = (
    "inspection",
    "silent_checks",
    "papers",
    "signing",
    "startup",
    "parallel",
    "log",
    "ledger",
    "overwrite",
    "service",
    "service_process",
    "memory",
)


def main(wanted: list[str]) -> int:
    """Run what is wanted, or everything. Exit 2 for a name that is none."""
    short, wanted = "--short" in wanted, [each for each in wanted if each != "--short"]
    if set(wanted) - set(NAMES):
        print(f"there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    # Whole jobs over the wire are driven as the tests drive them.
    sys.path[:0] = [str(ROOT / "hardware-fixtures")]
    OUT.mkdir(parents=True, exist_ok=True)
    machine = {
        "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "load": os.getloadavg()[0],
    }
    print(f"{machine['at']}  {machine['cores']} cores, load {machine['load']:.1f}, Python {machine['python']}\n")
    for name in wanted or NAMES:
        measure = importlib.import_module(f"benchmarks.{name}").measure
        shortened = short and "short" in inspect.signature(measure).parameters
        found = measure(short=True) if shortened else measure()
        for table in (found,) if isinstance(found, Table) else found:
            print(shown(table), flush=True)
            document = json.dumps({"machine": machine, **asdict(table)}, indent=2, ensure_ascii=False)
            (OUT / f"{table.name}{'-short' * shortened}.json").write_text(document, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
