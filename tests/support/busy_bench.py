# SPDX-License-Identifier: GPL-3.0-or-later
"""A service in a process of its own over a bench of several virtual phones, in real time, that can be killed.

The phones live in a third process, so they live on while nobody serves them.
"""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phones.errors import ProofwipeError
from station.client.connection import Connection, connection_to
from station.session.technician import SEEN
from station.setup.home import Home
from tests.support.cli_station import CommandLine
from tests.support.free_port import free_port
from tests.support.waiting import wait_for
from virtual_phones.bench.control import ControlError
from virtual_phones.bench.remote import RemoteBench

LONGEST_S = 300.0
CONFIG = """
[service]
erase = true
port = {port}

[policy]
name = "test"
require_validation = true

[slots]
{slots}
"""
DEADLINES = """
[deadlines]
leave_s = 120.0
return_s = 250.0
settle_s = 150.0
person_s = 900.0
evaluate_s = 1.0
absent_at_least_s = 1.0
poll_s = 0.1
"""
TIMING = {"leave_s": 0.3, "absent_s": 1.5, "wipe_s": 2.0, "boot_s": 0.7, "dialog_s": 0.2, "ready_s": 0.3}
PRESSES = {"unauthorized": "accept_adb", "trust_pending": "trust", "no_debugging": "enable_adb"}
INSTRUCTED = {"reset_in_settings": "erase_in_settings", "open_again": "open_again"}
ANSWERS = {"battery_swollen": "no", "parts": "original"}
VALIDATOR, OPERATOR = "Wang Fang", "Li Wei"


@dataclass(kw_only=True)
class BusyBench:
    """`slots`: port → label. `port`: of the service on loopback."""

    line: CommandLine
    bench: RemoteBench
    port: int
    slots: Mapping[str, str]
    process: "subprocess.Popen[str] | None" = field(default=None)

    def start(self) -> None:
        """The service, until it answers."""
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                self.line.command("serve"),
                env=self.line.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                text=True,
                start_new_session=True,
            )
            self.process = process

            def answers() -> bool:
                if process.poll() is not None:
                    said.seek(0)
                    raise AssertionError(said.read())
                return self.client.answers()

            wait_for(answers, LONGEST_S, "it does not answer")

    def kill(self) -> None:
        """As a power cut does, and whatever it had started with it."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(LONGEST_S)

    @property
    def client(self) -> Connection:
        """As the station's own user."""
        return connection_to(Home(self.line.home))

    def phones(self) -> dict[str, dict[str, Any]]:
        """Port → the phone there."""
        return {each["port"]: each for each in self.client.get("/v1/phones")["phones"]}

    def jobs(self) -> list[dict[str, Any]]:
        """All of them, in any order."""
        return list(self.client.get("/v1/jobs", most=200)["jobs"])

    def badge(self, role: str) -> str:
        """A token of the person who has that role."""
        out = self.line.home / f"{role}.token"
        out.unlink(missing_ok=True)
        person = VALIDATOR if role == "validator" else OPERATOR
        done = self.line.run("token", "add", "--role", role, "--person", person, "--out", out)
        assert done.code == 0, done.err
        return out.read_text().strip()

    def touch_phones(self, *, but: Collection[str] = ()) -> None:
        """The person does on each phone (`but` those on these ports) what its screen or the program asks for."""
        try:
            phones = self.phones()
        except ProofwipeError:
            return  # there is no service at the moment
        for port, phone in ((port, phone) for port, phone in phones.items() if port not in but):
            codes = [each["code"] for each in phone["state_reasons"]]
            for action in [PRESSES[code] for code in codes if code in PRESSES]:
                self._press(port, action)

    def seen(self, port: str, question: str) -> str | None:
        """What a person who looks at the phone there answers; None for a question about nothing that can be seen."""
        return SEEN[question][self.bench.screen(port)] if question in SEEN else None

    def _press(self, port: str, action: str) -> None:
        try:
            self.bench.press(port, action)
        except ControlError:
            return  # that phone has no such thing now


@contextmanager
def busy_bench(
    folder: Path, keys: Path, phones: Sequence[Mapping[str, Any]], *, config: str = ""
) -> Iterator[BusyBench]:
    """The phones hang on the ports 1-1, 1-2 …, and are called A1, A2 … here; the service runs."""
    slots = {f"1-{place}": f"A{place}" for place, _ in enumerate(phones, start=1)}
    tables = [
        {"name": f"phone-{slot}", "port": port, "timing": TIMING, **phone}
        for (port, slot), phone in zip(slots.items(), phones, strict=True)
    ]
    port = free_port()
    with RemoteBench.start({"name": "busy", "seed": 1, "phone": tables}, lifetime_s=900, die_with_us=True) as bench:
        line = CommandLine(folder / "station")
        named = "\n".join(f"{json.dumps(each)} = {json.dumps(label)}" for each, label in slots.items())
        line.configure(CONFIG.format(port=port, slots=named) + config, bench=bench, deadlines=DEADLINES)
        line.install_keys(keys)
        made = BusyBench(line=line, bench=bench, port=port, slots=slots)
        made.start()
        try:
            yield made
        finally:
            made.kill()
