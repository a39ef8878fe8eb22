# SPDX-License-Identifier: GPL-3.0-or-later
"""The Android driver over the real adb server, against virtual phones in a process of their own."""

import json
import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from phones.adb.server import AdbServer
from phones.android.inspection import state_question
from phones.android.trade_in import evaluate_question
from phones.bench.bench import Bench
from phones.bench.inspection import inspect
from phones.clock import SystemClock
from phones.errors import PhoneError, PhoneRefusedError
from phones.evidence import Evidence, Moment
from phones.link import Reboot, ShellLine
from phones.port import Presence
from phones.usb.watch import UsbWatch
from phones.witness import Witness, WitnessedPort
from tests.support.waiting import PATIENCE_S
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.faults import FaultKind
from virtual_phones.usb.backend import backend

pytestmark = pytest.mark.wire

SCENARIO: dict[str, object] = {
    "name": "android driver",
    "seed": 11,
    "phone": [
        {
            "name": "foyer",
            "model": "pixel-9-android-16",
            "port": "1-1",
            "serial": "4A161JEBF00001",
            "imeis": ["353918057901122"],
            "condition": "reset",
            "timing": {"scale": 0.02},
        },
        {
            "name": "shell",
            "model": "pixel-6-android-13",
            "port": "1-2.3",
            "serial": "21081FDF600002",
            "imeis": ["353918057901130"],
            "condition": "debugging",
            "timing": {"scale": 0.02},
        },
    ],
}


class Wired:
    def __init__(self, remote: RemoteBench, server: AdbServer) -> None:
        self.remote = remote
        self.server = server
        self.usb = UsbWatch(backend(remote.control))
        self.bench = Bench(adb=server, usb=self.usb, transports=remote.transports)
        self.journal: list[Evidence] = []

    def wait_for(self, path: str, presence: Presence, seconds: float = PATIENCE_S) -> None:
        self.wait(lambda: self.bench.port(path).look().presence is presence, seconds)

    def wait(self, what: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        until = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < until, f"in vain: {self.bench.sightings()}"
            time.sleep(0.05)

    def phone(self, path: str) -> WitnessedPort:
        witness = Witness(clock=SystemClock(), journal=self.journal.append, salt=bytes(16))
        return WitnessedPort(self.bench.port(path), witness)

    def inspect(self, path: str) -> dict[str, str]:
        sighting = self.bench.port(path).look()
        return inspect(self.phone(path), sighting, moment=Moment.BEFORE, draw=lambda: secrets.token_hex(16))

    def accept(self, path: str) -> None:
        """A person allows this bench, unless they already have; waits until the phone talks."""
        talking = (Presence.ADB_UNAUTHORIZED, Presence.ADB_DEVICE)
        self.wait(lambda: self.bench.port(path).look().presence in talking)
        if self.bench.port(path).look().presence is Presence.ADB_UNAUTHORIZED:
            self.remote.press(path, "accept_adb")
        self.wait(lambda: self.talks(path))

    def talks(self, path: str) -> bool:
        """Does the phone answer? A look may be older than the fault of the test before."""
        try:
            return self.bench.port(path).open().exchange(ShellLine(line="true"), timeout_s=2).status == 0
        except PhoneError:
            return False


@contextmanager
def running(home: Path) -> Iterator[Wired]:
    server = AdbServer(home / "adb", usb=False)
    with RemoteBench.start(SCENARIO, die_with_us=True, lifetime_s=180) as remote:
        server.start()
        try:
            remote.connect_adb_server("127.0.0.1", server.port)
            yield Wired(remote, server)
        finally:
            server.stop()


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    """One bench for all tests that leave the phones as they were."""
    with running(tmp_path_factory.mktemp("wired")) as bench:
        yield bench


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Wired]:
    """A bench of its own, for tests that change a phone."""
    with running(tmp_path) as bench:
        yield bench


def test_foyer_and_unauthorised_phone_are_told_apart_and_both_are_emulated(fresh: Wired) -> None:
    fresh.wait_for("1-1", Presence.ADB_FOYER)
    fresh.wait_for("1-2.3", Presence.ADB_UNAUTHORIZED)
    assert [sighting.usb_serial for sighting in fresh.bench.sightings()] == ["4A161JEBF00001", "21081FDF600002"]
    assert all(fresh.bench.port(path).emulated for path in ("1-1", "1-2.3"))
    with pytest.raises(PhoneRefusedError) as caught:
        fresh.bench.port("1-2.3").open()
    assert caught.value.reason_code == "unauthorized"


def test_evaluation_turns_the_foyer_into_a_shell_and_the_reboot_brings_the_foyer_back(fresh: Wired) -> None:
    fresh.wait_for("1-1", Presence.ADB_FOYER)
    evaluate = evaluate_question(timeout_s=10)
    fresh.phone("1-1").ask(evaluate, Moment.COMMAND)
    fresh.wait_for("1-1", Presence.ADB_DEVICE)
    link = fresh.bench.port("1-1").open()
    assert link.name == "adb"
    assert link.exchange(ShellLine(line="echo full"), timeout_s=5).body == b"full\n"
    assert link.exchange(Reboot(), timeout_s=5).body == b""
    fresh.wait_for("1-1", Presence.ABSENT)
    fresh.wait_for("1-1", Presence.ADB_FOYER)
    assert fresh.remote.truth()["foyer"]["resets"] == 1


def test_an_accepted_phone_is_inspected_in_three_exchanges(wired: Wired) -> None:
    wired.accept("1-2.3")
    before = wired.remote.counters()["1-2.3"]
    values = wired.inspect("1-2.3")
    assert wired.remote.counters()["1-2.3"] - before <= 4  # three batches, and one peek for the foyer
    assert values["identity.serial"] == "21081FDF600002"
    assert values["identity.imei1"] == "353918057901130"
    assert values["system.sdk"] == "33"
    assert values["boot.completed"] == "1"
    assert values["tamper.signs"] == ""
    assert "malformed" not in values.values()
    expected = ("locks.accounts", "locks.frp", "media.sim", "media.sd", "battery.level", "data.android_id")
    assert [name for name in expected if name not in values] == []


def test_the_foyer_answers_its_status_and_nothing_else(wired: Wired) -> None:
    wired.wait_for("1-1", Presence.ADB_FOYER)
    values = wired.inspect("1-1")
    assert values["identity.serial"] == "4A161JEBF00001"
    assert values["locks.frp"] == "clear"
    with pytest.raises(PhoneRefusedError) as caught:
        wired.bench.port("1-1").open().exchange(ShellLine(line="id"), timeout_s=5)
    assert caught.value.reason_code == "closed"


def test_no_secret_of_any_phone_is_kept_in_evidence(wired: Wired) -> None:
    wired.accept("1-2.3")
    wired.wait_for("1-1", Presence.ADB_FOYER)
    values = {**wired.inspect("1-2.3"), **wired.inspect("1-1")}
    kept = json.dumps([piece.to_json() for piece in wired.journal]) + json.dumps(values)
    secrets_found = [
        (name, label)
        for name, secret in wired.remote.secrets().items()
        for label, text in secret.items()
        if isinstance(text, str) and len(text) > 3 and text in kept
    ]
    assert secrets_found == []


def test_a_pulled_cable_is_absence_and_not_an_answer(fresh: Wired) -> None:
    fresh.accept("1-2.3")
    link = fresh.bench.port("1-2.3").open()
    fresh.remote.unplug("1-2.3")
    fresh.wait_for("1-2.3", Presence.ABSENT)
    with pytest.raises(PhoneError):
        link.exchange(ShellLine(line="getprop ro.serialno"), timeout_s=5)
    fresh.remote.plug("1-2.3")
    fresh.wait_for("1-2.3", Presence.ADB_DEVICE)


def test_the_phones_are_reached_again_after_the_adb_server_was_killed(fresh: Wired) -> None:
    fresh.accept("1-2.3")
    pid = fresh.server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    fresh.wait(lambda: fresh.server.generation == 2)
    fresh.wait_for("1-2.3", Presence.ADB_DEVICE)
    fresh.wait_for("1-1", Presence.ADB_FOYER)
    assert fresh.inspect("1-2.3")["identity.serial"] == "21081FDF600002"


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.DELAY])
def test_no_fault_of_the_wire_passes_for_an_answer(wired: Wired, kind: FaultKind) -> None:
    wired.accept("1-2.3")
    link = wired.bench.port("1-2.3").open()
    honest = state_question(secrets.token_hex(16), timeout_s=10)
    honest.read(link.exchange(honest.request, timeout_s=10))
    wired.remote.fault("1-2.3", {"at": wired.remote.counters()["1-2.3"] + 1, "kind": kind.value})
    struck = state_question(secrets.token_hex(16), timeout_s=2)
    with pytest.raises(PhoneError):
        struck.read(link.exchange(struck.request, timeout_s=2))


def test_a_late_answer_is_an_answer(wired: Wired) -> None:
    wired.accept("1-2.3")
    link = wired.bench.port("1-2.3").open()
    wired.remote.fault("1-2.3", {"at": wired.remote.counters()["1-2.3"] + 1, "kind": "delay", "seconds": 1.0})
    late = state_question(secrets.token_hex(16), timeout_s=10)
    assert late.read(link.exchange(late.request, timeout_s=10))["identity.serial"] == "21081FDF600002"


def test_evidence_is_dated_by_the_bench_and_not_by_the_phone(wired: Wired) -> None:
    wired.accept("1-2.3")
    wired.inspect("1-2.3")
    assert all(abs((piece.at - datetime.now(UTC)).total_seconds()) < 60 for piece in wired.journal)
