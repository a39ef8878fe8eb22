# SPDX-License-Identifier: GPL-3.0-or-later
"""Four phones overwritten at once on the USB stack: all certified, none starved, one of them through a pulled cable.

Their storages are small, for the guest is slow; they hold blocks all the same, and nothing is told that was not read
back. What is measured is the host's side alone: this process and the adb server, not the phones, which are another.
"""

import contextlib
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.overwrite import compare
from phones.adb.server import bundled_adb
from phones.evidence import Evidence, Moment, Outcome
from phones.port import Presence
from rig.carried import Told, cost, shares
from rig.scenario import TIMING
from rig.station import Ended, UsbStation, must_hold
from rig.table import Row
from station.work.worker import Progress
from tests.support.imeis import imei
from virtual_phones.bench.control import ControlError
from virtual_phones.bench.remote import RemoteBench
from wipe.method import Deadlines

METHOD = "android_harness_overwrite"
MODELS = ("pixel-6-android-13", "samsung-galaxy-a52-android-13", "xiaomi-13-android-14", "pixel-3a-android-12")
PULLED = 2
"""Which of them loses its cable while it is written to."""
PULLED_FOR_S = 3.0
STORAGE: Mapping[str, int] = {"bytes": 30 * 1024**2, "data_kib": 28 * 1024}
"""Just below 32 MB, to which Android rounds the size it tells: of a smaller one too little would be covered."""
FAIR = 0.33
"""What the slowest gets at least of what the fastest does: generous, for two emulated cores do the phones' work too."""
SHARE_PERCENT = 30
"""The cable is pulled when all have so much: then it can be said how fairly they were served until then."""
LATE_PERCENT = 75
"""Or, when others are far behind, at the latest now."""
DEADLINES = Deadlines(
    leave_s=60.0, return_s=120.0, settle_s=90.0, person_s=120.0, evaluate_s=4.0, absent_at_least_s=1.0, poll_s=0.5
)
PATIENCE_S = 600.0
TOGETHER_S = 60.0
"""So long the first waits for the last to begin."""
SIDE_BYTES = 12 * 1024**2
SIDE_ROUNDS = 3
LEAST_OF_PUSH = 0.95
_ALLOWED_S = 120.0


class _Hand:
    """Hears what the workers tell, keeps it with the processor time used then, and pulls one cable meanwhile. All
    begin to write, and all but the pulled one to read, in the same moment: small storages would be full one by one.
    """

    def __init__(self, remote: RemoteBench, ports: list[str], processor_s: Callable[[], float]) -> None:
        self.told: list[Told] = []
        self.pulled_at: float | None = None
        self.pulled_percent = 0
        self._remote = remote
        self._ports = ports
        self._processor_s = processor_s
        self._percent: dict[str, int] = {}
        self._lock = threading.Lock()
        self._together = {
            "overwriting": threading.Barrier(len(ports)),
            "overwrite_reading": threading.Barrier(len(ports) - 1),
        }
        self._begun: set[tuple[str, str]] = set()

    def notice(self, progress: Progress) -> None:
        """A worker told something, and waits here if it is to begin with others."""
        act = progress.act
        barrier = self._together.get(progress.key)
        reads = progress.key == "overwrite_reading"
        if barrier and (progress.key, progress.port) not in self._begun and act is None:
            self._begun.add((progress.key, progress.port))
            if not (reads and progress.port == self._ports[PULLED]):
                with contextlib.suppress(threading.BrokenBarrierError):
                    barrier.wait(TOGETHER_S)
        with self._lock:
            self.told.append(
                Told(
                    at_s=time.monotonic(),
                    processor_s=self._processor_s(),
                    port=progress.port,
                    key=progress.key,
                    carried=None if act is None else act.carried,
                )
            )
            if act is None or progress.key != "overwriting" or self.pulled_at is not None:
                return
            self._percent[progress.port] = act.percent or 0
            mine = self._percent.get(self._ports[PULLED], 0)
            least = min(self._percent.get(port, 0) for port in self._ports)
            if least < SHARE_PERCENT and mine < LATE_PERCENT:
                return
            self.pulled_at, self.pulled_percent = time.monotonic(), mine
        threading.Thread(target=self._pull, daemon=True).start()

    def _pull(self) -> None:
        with contextlib.suppress(ControlError):
            self._remote.unplug(self._ports[PULLED], seconds=PULLED_FOR_S)


def overwriting(station: UsbStation, remote: RemoteBench, say: Callable[[str], None]) -> list[Row]:
    """Whole jobs with an overwriting pass: four rows."""
    started = time.monotonic()
    ports = remote.slots[: len(MODELS)]
    phones = _phones(ports)
    remote.add_phones({"name": "overwriting", "seed": 46864, "phone": phones})
    seen = station.gather(ports, within_s=PATIENCE_S)
    hand = _Hand(remote, ports, lambda: _processor_s(station))
    hurried, station.bench.exchange_s = station.bench.exchange_s, PATIENCE_S
    try:
        with station.overheard(hand.notice):
            ended = station.process(
                seen.values(), deadlines=lambda _port: DEADLINES, methods=dict.fromkeys(ports, METHOD)
            )
    finally:
        station.bench.exchange_s = hurried
    truths = remote.truth()
    seconds = time.monotonic() - started
    wrong = []
    for phone in phones:
        one = ended.get(str(phone["port"]))
        found = "no job" if one is None else must_hold(one, truths[str(phone["name"])]) or _not_overwritten(one)
        say(f"overwriting {phone['model']}: {found or _told(one)}")
        wrong += [f"{phone['model']}: {found}"] if found else []
    return [
        Row(
            name=f"{len(MODELS)} phones overwritten at once",
            expected=f"{len(MODELS)} certificates, all of it read back",
            seen="; ".join(wrong) or f"{len(ended)} certificates, all of it read back; {seconds:.0f} s",
            seconds=seconds,
            good=len(ended) == len(MODELS) and not wrong,
        ),
        _resumed(ended.get(ports[PULLED]), hand),
        _fair(hand, say),
        _cost(hand),
    ]


def _phones(ports: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"overwriting-{place}",
            "port": port,
            "model": model,
            "condition": "debugging",
            "serial": f"FILL{place:05d}A",
            "imeis": [imei(900_000 + place)],
            "timing": dict(TIMING),
            "set": {"storage": dict(STORAGE)},
        }
        for place, (port, model) in enumerate(zip(ports, MODELS, strict=True))
    ]


def _processor_s(station: UsbStation) -> float:
    """Processor time so far: this process and the station's adb server."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{station.adb.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return time.process_time()


def _said(one: Ended, asked: str) -> Mapping[str, str]:
    """What was answered last under that name."""
    found = [each.values for each in one.job.evidence if each.asked == asked and each.outcome is Outcome.ANSWERED]
    return found[-1] if found else {}


def _not_overwritten(one: Ended) -> str:
    """What is missing of a pass that was read back whole and may be claimed; "" if nothing."""
    if one.outcome != "certificate":
        return ",".join(one.reasons[:3]) or one.outcome
    claimed = dict(one.job.summary.claims).get("gb_status")
    if claimed != "method_overwrite":
        return f"claimed {claimed}"
    drawn, read = _said(one, "overwrite.drawn"), _said(one, "overwrite.read_back")
    if not (
        drawn.get("overwrite.chunks_total") == read.get("overwrite.chunks_matching") != "0"
        and read.get("overwrite.read_bytes") == _said(one, "overwrite.filled").get("overwrite.kept_bytes")
    ):
        return f"read back {dict(read)}"
    return ""


def _told(one: Ended | None) -> str:
    return "" if one is None else f"{one.seconds:.1f} s, {dict(_said(one, 'overwrite.read_back'))}"


def _resumed(one: Ended | None, hand: _Hand) -> Row:
    """The write that the cable broke off is in the evidence as lost, and what came after it was asked for anew."""
    broken: list[Evidence] = []
    if one is not None:
        between = [each for each in one.job.evidence if each.moment is Moment.BETWEEN]
        broken = [each for each in between if each.asked == "overwrite.write" and each.outcome is not Outcome.ANSWERED]
    read = {} if one is None else _said(one, "overwrite.read_back")
    good = one is not None and hand.pulled_at is not None and bool(broken) and not _not_overwritten(one)
    struck = ", ".join(each.outcome.value for each in broken) or "no write broken"
    return Row(
        name="one of them unplugged while it was written to",
        expected="goes on with it; every piece proven again",
        seen=(
            f"pulled at {hand.pulled_percent} %; {struck}; "
            f"{read.get('overwrite.chunks_matching', 'none')} of {read.get('overwrite.chunks_drawn', 'none')} match"
        ),
        seconds=0.0 if one is None else one.seconds,
        good=good,
    )


def _fair(hand: _Hand, say: Callable[[str], None]) -> Row:
    """While all four were written to: what each was given, in the same seconds."""
    seconds, found = shares(hand.told, "overwriting", until_s=hand.pulled_at)
    for port, carried in found.items():
        say(f"overwriting {port}: {carried / 1e6:.2f} MB in {seconds:.1f} s")
    ratio = min(found.values()) / max(found.values()) if len(found) == len(MODELS) and min(found.values()) else 0.0
    return Row(
        name="how fairly they were written to",
        expected=f"the slowest at least {FAIR} of the fastest",
        seen=f"{ratio:.2f}, {sum(found.values()) / 1e6:.1f} MB in {seconds:.1f} s",
        seconds=seconds,
        good=ratio >= FAIR,
    )


def _cost(hand: _Hand) -> Row:
    """Processor time in the stretches in which phones were only written to, and only read back."""
    written, read = (
        cost(hand.told, "overwriting", "overwrite_reading"),
        cost(hand.told, "overwrite_reading", "overwriting"),
    )
    return Row(
        name="processor time of the host's side",
        expected="told for both ways, as the guest has it",
        seen=f"written {written} sent; read back {read}",
        seconds=written.processor_s + read.processor_s,
        good=written.carried > 0 and read.carried > 0,
    )


def side_by_side(station: UsbStation, remote: RemoteBench, say: Callable[[str], None]) -> list[Row]:
    """One row: the benchmark of the same name, with fewer bytes, on this USB stack instead of loopback."""
    started = time.monotonic()
    port = remote.slots[0]
    storage = {"bytes": 108 * 1024**2, "data_kib": 96 * 1024}  # its owner's data lies there too
    phone = {**_phones(remote.slots[: len(MODELS)])[0], "serial": "SIDEBYSIDE1", "set": {"storage": storage}}
    remote.add_phones({"name": "side-by-side", "seed": 1, "phone": [phone]})
    station.gather([port], within_s=_ALLOWED_S)
    give_up = time.monotonic() + _ALLOWED_S
    while station.bench.sighting(port).presence is not Presence.ADB_DEVICE:
        if time.monotonic() > give_up:
            raise TimeoutError(f"nothing talks on {port}")
        remote.press(port, "accept_adb")
        time.sleep(0.3)
    link = station.bench.open(port)
    try:
        with tempfile.TemporaryDirectory() as folder:
            table = compare(
                link,
                [str(bundled_adb()), "-P", str(station.adb.port), "-s", f"usb:{port}"],
                Path(folder),
                size=SIDE_BYTES,
                rounds=SIDE_ROUNDS,
                name="overwrite-usb",
                note="on the rig's USB stack, under emulation",
            )
    except (OSError, subprocess.SubprocessError) as broken:
        raise RuntimeError(f"side by side: {broken}") from broken
    finally:
        link.close()
    for row in table.rows:
        say(f"side by side: {row.what}: {row.seconds:.2f} s, ratio {row.ratio:.2f}")
    rates = {row.what: SIDE_BYTES / 1e6 / row.seconds for row in table.rows}
    push, ours, pull, back = rates.values()
    return [
        Row(
            name="overwriting beside `adb push`, one phone",
            expected=f"at least {LEAST_OF_PUSH} x, {SIDE_ROUNDS} rounds of {SIDE_BYTES // 1024**2} MiB",
            seen=f"{ours / push:.2f} x push ({ours:.2f} MB/s); read back {back:.2f} MB/s, {back / pull:.2f} x pull",
            seconds=time.monotonic() - started,
            good=ours >= LEAST_OF_PUSH * push,
        )
    ]
