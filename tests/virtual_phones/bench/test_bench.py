# SPDX-License-Identifier: GPL-3.0-or-later
"""Slots, scenario files, the bench process, its control socket and its client."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.support.waiting import wait_for
from tests.virtual_phones.benches import Scenario, StartBench
from virtual_phones.adb.sync_service import FileStatus, SyncSession
from virtual_phones.bench.control import ControlError
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.bench.scenario import ScenarioError, demo_scenario, load_scenario, read_scenario
from virtual_phones.faults import Exchanges, Fault, FaultKind, FaultPlan, distorted
from virtual_phones.phone import Agenda, UsbView, VirtualPhone
from virtual_phones.port import BusAddresses, Swap, VirtualPort


class Blinker(VirtualPhone):
    """A phone that is off the bus between the given times."""

    platform = "android"
    misbehaviour = variation = frozenset()

    def __init__(self, serial: str, *absences: tuple[float, float]) -> None:
        self.serial = serial
        self.on_bus = True
        self.agenda = Agenda()
        for left, back in absences:
            self.agenda.at(left, lambda _: setattr(self, "on_bus", False))
            self.agenda.at(back, lambda _: setattr(self, "on_bus", True))

    def tick(self, now_s: float) -> None:
        self.agenda.run(now_s)

    def next_event_s(self) -> float | None:
        return self.agenda.next_s()

    def usb(self) -> UsbView | None:
        view = UsbView(vendor_id=1, product_id=2, iserial=self.serial, manufacturer="m", product="p")
        return view if self.on_bus else None

    def screen(self) -> str:
        return "new"

    def press(self, action: str, now_s: float) -> None:
        raise ValueError(action)

    def truth(self) -> dict[str, object]:
        return {"serial": self.serial}

    def secrets(self) -> dict[str, str]:
        return {}


def serial_on(port: VirtualPort) -> str | None:
    shown = port.usb()
    return None if shown is None else shown.iserial


def test_a_phone_that_returns_has_another_address_even_if_nobody_looked_in_between() -> None:
    port = VirtualPort("1-2.4", "a", Blinker("A", (1, 1.001)))
    port.tick(0)
    before = port.occupant()
    port.tick(2)
    assert serial_on(port) == "A"
    assert port.occupant() != before
    assert (port.bus, port.port_numbers) == (1, (2, 4))


def test_the_swapped_phone_comes_when_the_first_would_have_returned_and_stays() -> None:
    port = VirtualPort("1-1", "a", Blinker("A", (1, 3), (5, 6)), swap=Swap(phone=Blinker("B")))
    seen = []
    for now in (0, 0.9, 1.5, 2.9, 3.1, 5.5, 9):
        port.tick(now)
        seen.append(serial_on(port))
    assert seen == ["A", "A", None, None, "B", "B", "B"]


def test_a_swap_may_wait_for_a_later_absence_or_leave_a_gap_of_its_own() -> None:
    port = VirtualPort("1-1", "a", Blinker("A", (1, 2), (3, 9)), swap=Swap(phone=Blinker("B"), absence=2, gap_s=0.5))
    seen = []
    for now in (0, 1.5, 2.5, 3.2, 3.6):
        port.tick(now)
        seen.append(serial_on(port))
    assert seen == ["A", None, "A", None, "B"]


def test_a_pulled_cable_hides_the_phone_until_it_is_put_back() -> None:
    port = VirtualPort("1-1", "a", Blinker("A"))
    port.tick(0)
    port.unplug(1)
    assert serial_on(port) is None
    port.plug(2)
    assert serial_on(port) == "A"
    port.unplug(3, seconds=2)
    port.tick(4.9)
    assert serial_on(port) is None
    port.tick(5)
    assert serial_on(port) == "A"


def test_two_phones_on_one_bus_never_share_an_address() -> None:
    addresses = BusAddresses()
    ports = [VirtualPort(f"1-{n}", str(n), Blinker(str(n), (1, 2)), addresses=addresses) for n in range(1, 41)]
    for now in (0.0, 3.0):
        for port in ports:
            port.tick(now)
        assert len({port.address for port in ports}) == 40


def test_a_fault_may_strike_every_exchange_of_a_stretch() -> None:
    plan = FaultPlan.of([Fault(at=2, until=4, kind=FaultKind.FLOOD)])
    assert [plan.at(k) is not None for k in range(1, 7)] == [False, True, True, True, False, False]


def test_a_fault_plan_is_the_same_however_often_it_is_asked() -> None:
    plan = FaultPlan.of([Fault(at=2, kind=FaultKind.DELAY, seconds=1)])
    assert [plan.at(k) is not None for k in (1, 2, 3, 2)] == [False, True, False, True]
    with pytest.raises(ValueError, match="two faults"):
        FaultPlan.of([Fault(at=1, kind=FaultKind.FLOOD), Fault(at=1, kind=FaultKind.STALE)])
    with pytest.raises(ValueError, match="from 1"):
        FaultPlan.of([Fault(at=0, kind=FaultKind.FLOOD)])


def test_exchanges_are_counted_and_the_last_answer_is_kept_for_a_stale_one() -> None:
    exchanges = Exchanges()
    exchanges.begin()
    exchanges.answered(b"first")
    exchanges.strike(Fault(at=2, kind=FaultKind.STALE))
    second = exchanges.begin()
    assert (second.number, second.previous, exchanges.count) == (2, b"first", 2)
    assert second.fault is not None
    assert distorted(second.fault, b"second", second.previous) == b"first"


PHONE = {"name": "a", "model": "iphone-13-ios-18", "port": "1-1"}


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"name": "x", "phone": []}, "at least one"),
        ({"name": "x", "phone": [PHONE], "color": 1}, "unknown key color"),
        ({"name": "x", "phone": [{**PHONE, "missbehaviour": []}]}, "unknown key missbehaviour"),
        ({"name": "x", "phone": [{**PHONE, "timing": {"fast": 1}}]}, "unknown key fast"),
        ({"name": "x", "phone": [{**PHONE, "fault": [{"at": 1, "kind": "gremlin"}]}]}, "gremlin"),
        ({"name": "x", "phone": [{**PHONE, "fault": [{"at": 0, "kind": "delay"}]}]}, "from 1"),
        ({"name": "x", "phone": [{**PHONE, "swap": {"port": "1-2"}}]}, "unknown key port"),
        ({"name": "x", "phone": [PHONE, {**PHONE, "name": "b"}]}, "one port"),
        ({"name": "x", "phone": [PHONE, {**PHONE, "port": "1-2"}]}, "one name"),
        ({"name": "x", "phone": [{**PHONE, "port": "usb1"}]}, "port path"),
        ({"name": "x", "phone": [{**PHONE, "timing": {"boot_s": -1}}]}, "boot_s"),
        ({"name": "x", "phone": [{"name": "a", "port": "1-1"}]}, "model"),
    ],
)
def test_a_scenario_with_a_mistake_is_refused(document: Scenario, complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        read_scenario(document)


def test_a_scenario_is_read_from_toml(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(
        'name = "t"\nseed = 3\n[[phone]]\nname = "a"\nmodel = "m"\nport = "1-2.4"\nmisbehaviour = ["x"]\n'
        '[phone.timing]\nscale = 0.5\nboot_s = 1\n[[phone.fault]]\nat = 3\nkind = "drop_after"\nseconds = 2.5\n'
        '[phone.swap]\nserial = "B"\ncondition = "reset"\nabsence = 2\n[phone.set.battery]\nlevel = 5\n'
    )
    (phone,) = load_scenario(file).phones
    assert (phone.body.timing.boot_s, phone.body.timing.absent_s) == (1, 12)
    assert phone.faults.at(3) == Fault(at=3, kind=FaultKind.DROP_AFTER, seconds=2.5)
    assert phone.swap is not None
    assert (phone.swap.body.model, phone.swap.body.serial, phone.swap.absence) == ("m", "B", 2)
    assert phone.body.overrides == {"battery": {"level": 5}}
    with pytest.raises(ScenarioError):
        load_scenario(tmp_path / "none.toml")


FIRST = {"name": "one", "model": "iphone-13-ios-18", "port": "1-1", "serial": "F2LSERIAL001"}
SECOND = {"name": "two", "model": "iphone-se-ios-26", "port": "1-2.4", "serial": "F2LSERIAL002"}
IPHONES = {"name": "bench", "phone": [FIRST, SECOND]}


def test_a_bench_says_hello_and_obeys_its_control_socket(remote_bench: StartBench) -> None:
    bench = remote_bench(IPHONES)
    assert [phone["serial"] for phone in bench.phones()] == ["F2LSERIAL001", "F2LSERIAL002"]
    assert bench.usbmux is not None
    assert [card["ports"] for card in bench.usb()] == [[1], [2, 4]]
    bench.unplug("two")
    assert [card["ports"] for card in bench.usb()] == [[1]]
    bench.plug("1-2.4")
    assert len(bench.usb()) == 2
    assert bench.truth()["one"]["erased"] is False
    assert bench.screen("one") == "set_up"
    assert bench.secrets()["one"]
    assert bench.counters() == {"1-1": 0, "1-2.4": 0}


def test_acts_that_make_no_sense_are_refused_and_harm_nothing(remote_bench: StartBench) -> None:
    bench = remote_bench(IPHONES)
    acts: tuple[Callable[[], object], ...] = (
        lambda: bench.press("1-1", "jump"),
        lambda: bench.plug("9-9"),
        lambda: bench.screen("9-9"),
        lambda: bench.fault("1-1", {"at": 1, "kind": "gremlin"}),
        lambda: bench.swap("1-1", {"model": "no-such-phone"}),
    )
    for act in acts:
        with pytest.raises(ControlError):
            act()
    assert len(bench.usb()) == 2


def test_forty_phones_fit_on_one_bench(remote_bench: StartBench) -> None:
    phones = [
        {
            "name": f"p{n}",
            "port": f"{1 + n // 20}-{n % 20 + 1}",
            "serial": f"S{n:03}",
            "imeis": ["356938035643809"],
            "model": "pixel-6-android-13",
        }
        for n in range(40)
    ]
    bench = remote_bench({"name": "forty", "phone": phones})
    assert len(bench.usb()) == 40
    assert len({(card["bus"], card["address"]) for card in bench.usb()}) == 40
    assert len(bench.transports) == 40


def test_a_bench_outlives_whoever_started_it_unless_asked_to_die_with_it(tmp_path: Path) -> None:
    scenario = tmp_path / "s.json"
    scenario.write_text(json.dumps(IPHONES))
    starter = (
        "import json, os, signal, sys; from pathlib import Path; from virtual_phones.bench.remote import RemoteBench\n"
        f"bench = RemoteBench.start(Path({str(scenario)!r}), die_with_us=sys.argv[1] == 'die', lifetime_s=60)\n"
        "print(json.dumps([bench.pid, bench.hello]), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    for mode, survives in (("die", False), ("live", True)):
        done = subprocess.run(
            [sys.executable, "-c", starter, mode],
            capture_output=True,
            timeout=90,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        pid, hello = json.loads(done.stdout)
        bench = RemoteBench.found(hello, pid=pid)
        if survives:
            time.sleep(0.5)
            assert len(bench.phones()) == 2
        bench.stop()
        wait_for(partial(_has_ended, pid), 5, f"bench {mode} still runs")


def _has_ended(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"
    except FileNotFoundError:
        return True


def test_a_wrong_scenario_ends_the_bench_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text('name = "x"\n[[phone]]\nname = "a"\nport = "1-1"\nmodel = "no-such-phone"\n')
    with pytest.raises(ControlError, match="exit code 2"):
        RemoteBench.start(file, log=tmp_path / "log")
    assert "no-such-phone" in (tmp_path / "log").read_text()


class Folder:
    """One folder of files."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"/d/a": b"x" * 70_000}
        self.times: dict[str, int] = {}

    def status(self, path: str, *, follow: bool) -> FileStatus:
        if path == "/d":
            return FileStatus(mode=0o40755, size=0, mtime=1)
        if path not in self.files:
            raise FileNotFoundError(2, "No such file or directory")
        return FileStatus(mode=0o100644, size=len(self.files[path]), mtime=2)

    def names(self, path: str) -> list[str]:
        return [name.rpartition("/")[2] for name in self.files]

    def read(self, path: str) -> bytes:
        self.status(path, follow=True)
        return self.files[path]

    def create(self, path: str, *, mode: int) -> Callable[[bytes], None]:
        if path.startswith("/system"):
            raise OSError(30, "Read-only file system")
        self.files[path] = b""

        def append(data: bytes) -> None:
            self.files[path] += data
            if len(self.files[path]) > 100_000:
                raise OSError(28, "No space left on device")

        return append

    def set_time(self, path: str, mtime: int) -> None:
        self.times[path] = mtime


def word(name: bytes, body: bytes = b"", number: int | None = None) -> bytes:
    return name + (len(body) if number is None else number).to_bytes(4, "little") + body


def test_sync_answers_each_request_however_it_is_cut_up() -> None:
    requests = (
        word(b"STAT", b"/d/a")
        + word(b"LST2", b"/none")
        + word(b"LIST", b"/d")
        + word(b"RECV", b"/d/a")
        + word(b"SEND", b"/d/b,33188")
        + word(b"DATA", b"new")
        + word(b"DONE", number=9)
        + word(b"SEND", b"/system/b,33188")
        + word(b"DONE", number=9)
        + word(b"RECV", b"/none")
        + word(b"QUIT")
    )
    answers = set()
    for step in (1, 7, 10_000):
        folder = Folder()
        session = SyncSession(folder)
        answers.add(b"".join(session.receive(requests[at : at + step]) for at in range(0, len(requests), step)))
        assert session.ended
        assert folder.files["/d/b"] == b"new"
        assert folder.times == {"/d/b": 9}
    (answer,) = answers
    assert answer.startswith(b"STAT" + (0o100644).to_bytes(4, "little") + (70_000).to_bytes(4, "little"))
    assert b"LST2\x02\x00\x00\x00" in answer
    assert answer.count(b"DATA") == 2
    assert answer.count(b"OKAY") == 1
    assert answer.count(b"FAIL") == 2
    assert b"Read-only file system" in answer


def test_sync_says_at_the_end_that_there_was_no_space_and_goes_on() -> None:
    session = SyncSession(Folder())
    assert session.receive(word(b"SEND", b"/d/b,33188") + word(b"DATA", b"x" * 60_000)) == b""
    assert session.receive(word(b"DATA", b"x" * 60_000) + word(b"DATA", b"x")) == b""
    assert b"write failed: No space left on device" in session.receive(word(b"DONE", number=9))
    assert session.receive(word(b"STAT", b"/none")).startswith(b"STAT")


def test_sync_ends_at_a_request_nobody_knows_or_one_too_long() -> None:
    for request in (word(b"EVIL", b"x"), word(b"STAT", number=0xFFFFFFFF), word(b"DATA", number=70_000)):
        session = SyncSession(Folder())
        assert session.receive(request).startswith(b"FAIL")
        assert session.ended


@pytest.mark.wire
def test_debian_tools_see_the_benchs_iphones_come_go_and_be_swapped(remote_bench: StartBench, tmp_path: Path) -> None:
    swap = {"serial": "F2LOTHER0001", "absence": 1}
    fast = {"leave_s": 0.1, "absent_s": 0.4, "wipe_s": 0.5, "boot_s": 0.1}
    bench = remote_bench({"name": "x", "phone": [{**FIRST, "timing": fast, "swap": swap}, SECOND]})
    env = {**os.environ, "USBMUXD_SOCKET_ADDRESS": str(bench.usbmux), "HOME": str(tmp_path)}

    def listed() -> set[str]:
        done = subprocess.run(["idevice_id", "-l"], env=env, capture_output=True, text=True, timeout=90, check=False)
        return set(done.stdout.split())

    def serial(udid: str) -> str:
        command = ["ideviceinfo", "-s", "-u", udid, "-k", "DeviceName"]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=90, check=True).stdout

    before = listed()
    assert before == {str(bench.truth()[name]["udid"]) for name in ("one", "two")}
    assert all(serial(udid).strip() for udid in before)
    assert bench.counters()["1-1"] > 0
    bench.unplug("two")
    wait_for(lambda: len(listed()) == 1, 5, "still listed")
    bench.plug("two")
    wait_for(lambda: listed() == before, 5, "not listed again")
    bench.press("one", "restart")
    wait_for(lambda: len(listed()) == 2 and listed() != before, 5, "nobody was swapped")
    assert bench.truth()["one"]["swapped"] is True
    assert bench.phones()[0]["serial"] == "F2LOTHER0001"


def test_the_demo_holds_four_honest_phones_and_says_of_every_other_what_is_wrong() -> None:
    phones = load_scenario(demo_scenario()).phones
    trouble = {
        phone.name: bool(phone.body.misbehaviour or phone.swap or phone.faults.faults or not phone.plugged)
        for phone in phones
    }
    assert len(phones) >= 9
    honest = {name for name in trouble if "honest" in name}
    assert {name for name, bad in trouble.items() if not bad} == honest
    assert len(honest) == 4
    assert len({phone.body.serial for phone in phones}) == len(phones)
    assert len({imei for phone in phones for imei in phone.body.imeis}) == 2 * len(phones)


def test_every_phone_of_the_demo_hangs_on_its_port(remote_bench: StartBench) -> None:
    bench = remote_bench(demo_scenario())
    planned = {phone.name for phone in load_scenario(demo_scenario()).phones}
    assert {str(card["name"]) for card in bench.phones()} == planned
    assert len(bench.usb()) == len(bench.phones())
