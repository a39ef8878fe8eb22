# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's station: a specimen station in a folder of its own, its virtual bench, and the service on both."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from station.client.connection import Connection, connection_to
from station.setup.home import Home
from tools.serve_demo.visitors import SLOTS, Visitors
from virtual_phones.bench.remote import RemoteBench

ROOT = Path(__file__).parents[2]
TECHNICIAN, VALIDATOR = "Li Wei", "Wang Fang"
LIFETIME_S = 30 * 86400.0
ENDS_WITHIN_S = 5.0
CONFIG = """# Made by `make serve-demo`. Only this station's specimen key signs what happens here.
emulated_bench = "bench.json"
recheck_s = 2.0

[service]
erase = true
port = {port}

[slots]
{slots}

[policy]
name = "demo"
require_validation = true

[deadlines]
leave_s = 40.0
return_s = 120.0
settle_s = 60.0
person_s = 600.0
evaluate_s = 2.0
absent_at_least_s = 2.0
poll_s = 0.3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStation:
    """`port`: of the service on loopback. `tokens`: role → its file."""

    home: Home
    bench: RemoteBench
    port: int
    tokens: dict[str, Path]

    @property
    def technician(self) -> Connection:
        """As the station's own user."""
        return connection_to(self.home)

    @property
    def validator(self) -> Connection:
        """With the validator's token."""
        return Connection(port=self.port, token=self.tokens["validator"].read_text("utf-8").strip())

    def login(self) -> str:
        """A new one-time address that opens the dashboard. Raises: what the service refuses."""
        return str(self.technician.post("/v1/logins", {})["address"])

    def run(self, *words: str) -> None:
        """A command of the program, which says by itself what it does. Raises: CalledProcessError."""
        subprocess.run(self.line(*words), env=self.environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    def line(self, *words: str) -> list[str]:
        """The command line of it."""
        return [sys.executable, "-m", "station.cli.main", "--home", str(self.home.path), *words]

    @property
    def environment(self) -> dict[str, str]:
        """Without what belongs to another station."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PROOFWIPE")}
        path = os.pathsep.join((str(ROOT), str(ROOT / "hardware-fixtures"), kept.get("PYTHONPATH", "")))
        return {**kept, "PYTHONPATH": path}


@contextmanager
def demo_station(folder: Path, visitors: Visitors, *, port: int = 0) -> Iterator[DemoStation]:
    """A new station in `folder`, in place of one that an earlier demo left there; its bench runs, its service not."""
    home = Home(folder / "station")
    if connection_to(home).answers():
        raise SystemExit(f"a demo runs in {folder} already")
    shutil.rmtree(home.path, ignore_errors=True)
    home.make()
    scenario = {"name": "serve-demo", "seed": secrets.randbelow(10**6), "phone": _first_phones(visitors)}
    with RemoteBench.start(scenario, die_with_us=True, lifetime_s=LIFETIME_S) as bench:
        names = ("technician", "validator", "kiosk")
        tokens = {role: home.path / f"{role}.token" for role in names}
        made = DemoStation(home=home, bench=bench, port=port or free_port(), tokens=tokens)
        (home.path / "bench.json").write_text(json.dumps(bench.hello), encoding="utf-8")
        slots = "\n".join(f'"{path}" = "{label}"' for path, (label, _kind) in SLOTS.items())
        (home.path / "config.toml").write_text(CONFIG.format(port=made.port, slots=slots), encoding="utf-8")
        passphrase = home.path / "passphrase"
        passphrase.touch(mode=0o600)
        passphrase.write_text(secrets.token_urlsafe(18) + "\n", encoding="utf-8")
        people = ("--person", f"{TECHNICIAN}:operator", "--person", f"{VALIDATOR}:validator")
        made.run("init", "--name", "Proofwipe Demo Bench", "--address", "no real address", "--contact",
                 "no real contact", "--specimen", *people, "--passphrase-file", str(passphrase))  # fmt: skip
        for role, out in tokens.items():
            person = VALIDATOR if role == "validator" else TECHNICIAN
            made.run("token", "add", "--role", role, "--person", person, "--out", str(out))
        yield made


@contextmanager
def serving(station: DemoStation) -> Iterator["subprocess.Popen[bytes]"]:
    """The service as a process; it is told to end at the end."""
    passphrase = str(station.home.path / "passphrase")
    process = subprocess.Popen(
        station.line("serve", "--passphrase-file", passphrase),
        env=station.environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is ours alone: two of them would end it at once
    )
    try:
        yield process
    finally:
        for told in (process.terminate, process.terminate, process.kill):  # virtual erases are waited for by nobody
            told()
            with suppress(subprocess.TimeoutExpired):
                process.wait(ENDS_WITHIN_S)
                break


def free_port() -> int:
    """One on loopback where nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _first_phones(visitors: Visitors) -> list[dict[str, Any]]:
    return [{"name": f"slot-{port}", "port": port, **visitors.next(kind)} for port, (_label, kind) in SLOTS.items()]
