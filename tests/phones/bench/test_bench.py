# SPDX-License-Identifier: GPL-3.0-or-later
"""What USB, adb and usbmuxd say is put together per port, and nobody speaks for another port."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from phones.bench.bench import Bench
from phones.errors import PhoneLostError, PhoneRefusedError, UsbAccessError, UsbmuxError
from phones.link import Link, Reply, Request
from phones.port import Platform, Presence
from phones.usb.watch import UsbWatch
from tests.phones.adb.smart_socket import Answers, SmartSocket, fail, okay, shell, smart_socket
from tests.phones.usb.sysfs_tree import lay
from tests.phones.usb.usb_bus import Gadget, UsbBus

ADB = (0xFF, 0x42, 0x01)
MTP = (6, 1, 1)


def gadget(
    path: tuple[int, ...], serial: str, *interfaces: tuple[int, int, int], vendor: int = 0x18D1, product: int = 0x4EE7
) -> Gadget:
    return Gadget(
        bus=path[0],
        ports=path[1:],
        address=sum(path) + len(serial),
        vendor=vendor,
        product=product,
        serial=serial,
        interfaces=interfaces or (ADB,),
    )


def listed(*lines: str) -> bytes:
    return okay("".join(line + "\n" for line in lines).encode())


def transport(number: int, serial: str, path: str = "", *, foyer: bool = False) -> Answers:
    return {
        f"host-transport-id:{number}:get-serialno": okay(serial.encode()),
        f"host-transport-id:{number}:get-devpath": okay(f"usb:{path}".encode() if path else b"unknown"),
        f"host:transport-id:{number}": b"OKAY",
        "shell,v2,raw:true": fail("closed") if foyer else shell(b""),
        "shell,v2,raw:tradeinmode": shell(b""),
    }


class Iphones:
    """An Apple driver at its edge to the bench."""

    def __init__(self, *udids: str, down: bool = False) -> None:
        self.udids = udids
        self.down = down
        self.forgotten: list[str] = []

    def attached(self) -> tuple[str, ...]:
        if self.down:
            raise UsbmuxError(step="list", expected="usbmuxd", got="nothing")
        return self.udids

    def open(self, udid: str) -> Link:
        return Opened(udid)

    def forget(self, udid: str) -> None:
        self.forgotten.append(udid)
        if self.down:
            raise UsbmuxError(step="forget", expected="usbmuxd", got="nothing")

    def close(self) -> None:
        return None


class Opened:
    def __init__(self, udid: str) -> None:
        self.name = "usbmux"
        self.udid = udid

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        return Reply()

    def close(self) -> None:
        return None


@contextmanager
def bench(answers: Answers, *gadgets: Gadget, **more: Any) -> Iterator[tuple[Bench, SmartSocket, UsbBus]]:
    bus = UsbBus(list(gadgets))
    with smart_socket(answers) as server:
        yield Bench(adb=server, usb=UsbWatch(bus), **more), server, bus


def test_a_phone_is_found_by_adbs_own_usb_path() -> None:
    answers: Answers = {"host:devices-l": listed("R58 device usb:3-1.4 transport_id:1"), **transport(1, "R58", "3-1.4")}
    with bench(answers, gadget((3, 1, 4), "R58")) as (found, _, _):
        sighting = found.port("3-1.4").look()
    assert sighting.presence is Presence.ADB_DEVICE
    assert sighting.platform is Platform.ANDROID
    assert (sighting.usb_serial, sighting.transport, sighting.vendor_id) == ("R58", "R58", 0x18D1)


def test_without_a_path_the_phone_is_found_by_its_iserial() -> None:
    answers: Answers = {"host:devices-l": listed("R58 device transport_id:1"), **transport(1, "R58")}
    with bench(answers, gadget((3, 1), "R58")) as (found, _, _):
        assert found.port("3-1").look().presence is Presence.ADB_DEVICE


def test_without_a_path_a_serial_two_ports_carry_finds_neither() -> None:
    answers: Answers = {"host:devices-l": listed("R58 device transport_id:1"), **transport(1, "R58")}
    with bench(answers, gadget((3, 1), "R58"), gadget((3, 2), "R58")) as (found, _, _):
        assert {sighting.presence for sighting in found.sightings()} == {Presence.ADB_OFFLINE}
        assert found.duplicated_serials() == ("R58",)


def test_two_phones_with_one_serial_keep_their_ports_by_path() -> None:
    answers: Answers = {
        "host:devices-l": listed("R58 device usb:3-1 transport_id:1", "R58 unauthorized usb:3-2 transport_id:2"),
        **transport(1, "R58", "3-1"),
        "host-transport-id:2:get-serialno": fail("device unauthorized."),
    }
    with bench(answers, gadget((3, 1), "R58"), gadget((3, 2), "R58")) as (found, _, _):
        assert [sighting.presence for sighting in found.sightings()] == [Presence.ADB_DEVICE, Presence.ADB_UNAUTHORIZED]
        assert found.duplicated_serials() == ("R58",)


def test_a_forged_line_does_not_take_a_neighbours_port() -> None:
    answers: Answers = {
        "host:devices-l": listed("R58 device usb:3-1 transport_id:1", "X device usb:3-1 transport_id:77"),
        **transport(1, "R58", "3-1"),
        "host-transport-id:77:get-serialno": fail("no device with transport id '77'"),
    }
    with bench(answers, gadget((3, 1), "R58")) as (found, _, _):
        assert found.port("3-1").look().presence is Presence.ADB_DEVICE
        assert found.port("3-1").open().name == "adb"


def test_a_path_claimed_in_the_list_is_checked_with_the_server() -> None:
    answers: Answers = {"host:devices-l": listed("EVIL device usb:3-1 transport_id:2"), **transport(2, "EVIL", "3-2")}
    with bench(answers, gadget((3, 1), "R58"), gadget((3, 2), "EVIL")) as (found, _, _):
        assert found.port("3-1").look().presence is Presence.ADB_OFFLINE
        assert found.port("3-2").look().presence is Presence.ADB_DEVICE


def test_a_phone_usb_no_longer_shows_is_absent_although_adb_lists_it() -> None:
    answers: Answers = {"host:devices-l": listed("R58 device usb:3-1 transport_id:1"), **transport(1, "R58", "3-1")}
    with bench(answers) as (found, _, _):
        assert found.sightings() == ()
        assert found.port("3-1").look().presence is Presence.ABSENT
        with pytest.raises(PhoneLostError):
            found.port("3-1").open()


def test_a_phone_without_adb_is_named_for_what_it_is() -> None:
    with bench({"host:devices-l": listed()}, gadget((3, 1), "R58", MTP)) as (found, _, _):
        assert found.port("3-1").look().presence is Presence.USB_ONLY
        with pytest.raises(PhoneRefusedError) as caught:
            found.port("3-1").open()
        assert caught.value.reason_code == "no_debugging"


def test_a_boot_loader_whose_interface_cannot_be_used_is_lost_and_nothing_worse() -> None:
    with bench({"host:devices-l": listed()}, gadget((3, 1), "R58", (0xFF, 0x42, 0x03))) as (found, _, _):
        assert found.port("3-1").look().presence is Presence.FASTBOOT
        with pytest.raises(PhoneLostError):
            found.port("3-1").open()


@pytest.mark.parametrize(
    ("state", "presence", "refusal"),
    [
        ("unauthorized", Presence.ADB_UNAUTHORIZED, "unauthorized"),
        ("recovery", Presence.ADB_RECOVERY, "wrong_mode"),
    ],
)
def test_every_adb_state_is_told_apart_and_refuses_a_link_by_name(state: str, presence: Presence, refusal: str) -> None:
    answers: Answers = {"host:devices-l": listed(f"R58 {state} usb:3-1 transport_id:1"), **transport(1, "R58", "3-1")}
    with bench(answers, gadget((3, 1), "R58")) as (found, _, _):
        assert found.port("3-1").look().presence is presence
        with pytest.raises(PhoneRefusedError) as caught:
            found.port("3-1").open()
        assert caught.value.reason_code == refusal


@pytest.mark.parametrize(("state", "presence"), [("sideload", Presence.ADB_SIDELOAD), ("rescue", Presence.ADB_RESCUE)])
def test_modes_that_a_method_passes_through_have_a_link(state: str, presence: Presence) -> None:
    answers: Answers = {"host:devices-l": listed(f"R58 {state} usb:3-1 transport_id:1"), **transport(1, "R58", "3-1")}
    with bench(answers, gadget((3, 1), "R58")) as (found, _, _):
        assert found.port("3-1").look().presence is presence
        assert found.port("3-1").open().name == "recovery"


def test_the_trade_in_foyer_is_told_from_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phones.bench.bench.FOYER_AGE_S", 3600.0)  # what was told a moment ago, on any machine
    answers: Answers = {
        "host:devices-l": listed("R58 device usb:3-1 transport_id:1"),
        **transport(1, "R58", "3-1", foyer=True),
    }
    with bench(answers, gadget((3, 1), "R58")) as (found, server, _):
        assert found.port("3-1").look().presence is Presence.ADB_FOYER
        assert found.port("3-1").open().name == "trade_in"
        assert found.sightings()[0].presence is Presence.ADB_FOYER
        assert server.asked.count("shell,v2,raw:true") == 2, "once to look, once more to open a foyer"


def test_a_phone_that_closes_everything_because_it_goes_down_is_no_foyer() -> None:
    answers: Answers = {
        "host:devices-l": listed("R58 device usb:3-1 transport_id:1"),
        **transport(1, "R58", "3-1", foyer=True),
        "shell,v2,raw:tradeinmode": fail("closed"),
    }
    with bench(answers, gadget((3, 1), "R58")) as (found, _, _):
        assert found.port("3-1").look().presence is Presence.ADB_DEVICE


def test_a_foyer_that_became_a_shell_under_the_same_transport_is_seen_again() -> None:
    answers: Answers = {
        "host:devices-l": listed("R58 device usb:3-1 transport_id:1"),
        **transport(1, "R58", "3-1", foyer=True),
    }
    with bench(answers, gadget((3, 1), "R58")) as (found, server, _):
        assert found.port("3-1").look().presence is Presence.ADB_FOYER
        server.answers["host:devices-l"] = listed("R58 offline usb:3-1 transport_id:1")
        time.sleep(0.25)
        assert found.port("3-1").look().presence is Presence.ADB_OFFLINE
        server.answers["host:devices-l"] = listed("R58 device usb:3-1 transport_id:1")
        server.answers["shell,v2,raw:true"] = shell(b"")
        time.sleep(0.25)
        assert found.port("3-1").look().presence is Presence.ADB_DEVICE


def test_a_foyer_that_evaluation_made_a_shell_is_opened_as_one_without_having_left() -> None:
    answers: Answers = {
        "host:devices-l": listed("R58 device usb:3-1 transport_id:1"),
        **transport(1, "R58", "3-1", foyer=True),
    }
    with bench(answers, gadget((3, 1), "R58")) as (found, server, _):
        assert found.port("3-1").look().presence is Presence.ADB_FOYER
        server.answers["shell,v2,raw:true"] = shell(b"")
        assert found.port("3-1").open().name == "adb"
        assert found.port("3-1").look().presence is Presence.ADB_DEVICE


def test_a_tcp_phone_hangs_on_the_port_it_is_mapped_to_and_is_emulated(tmp_path: Path) -> None:
    answers: Answers = {
        "host:devices-l": listed("127.0.0.1:4101 device transport_id:1", "127.0.0.1:9 device transport_id:2"),
        **transport(1, "127.0.0.1:4101"),
        "host-transport-id:2:get-serialno": okay(b"127.0.0.1:9"),
        "host-transport-id:2:get-devpath": okay(b"unknown"),
    }
    with smart_socket(answers) as server:
        found = Bench(adb=server, transports={"127.0.0.1:4101": "1-1"}, sysfs=lay("vhci", tmp_path))
        assert [sighting.port for sighting in found.sightings()] == ["1-1"]
        assert found.port("1-1").emulated
        assert not found.port("1-2").emulated
        assert found.duplicated_serials() == ()


def test_a_port_of_a_bus_that_nobody_can_look_at_is_no_cable(tmp_path: Path) -> None:
    found = Bench(sysfs=lay("vhci", tmp_path))
    assert not found.port("1-2").emulated
    assert found.port("2-5").emulated, "the kernel's virtual controller"
    assert found.port("9-1").emulated, "no such bus"
    assert Bench(sysfs=tmp_path / "nowhere").port("1-2").emulated


def test_a_virtual_bus_is_emulated_on_every_port() -> None:
    with bench({"host:devices-l": listed()}, gadget((3, 1), "R58", MTP)) as (found, _, _):
        assert found.port("3-1").emulated
        assert found.port("9-9").emulated


def test_a_restarted_server_is_told_of_the_tcp_phones_again() -> None:
    with smart_socket({"host:connect:127.0.0.1:4101": okay(b"connected to 127.0.0.1:4101")}) as server:
        Bench(adb=server, transports={"127.0.0.1:4101": "1-1"})
        for listener in server.listeners:
            listener()
        assert server.asked == ["host:connect:127.0.0.1:4101"]


UDID = "00008101-000A1B2C3D4E5F60"
OTHER_UDID = "00008101-000A1B2C3D4E5F61"


def test_an_iphone_is_found_by_its_udid_with_or_without_hyphen() -> None:
    iphone = gadget((1, 2), UDID.replace("-", ""), MTP, (0xFF, 0xFE, 2), vendor=0x05AC, product=0x12A8)
    with bench({"host:devices-l": listed()}, iphone, apple=Iphones(UDID)) as (found, _, _):
        sighting = found.port("1-2").look()
        assert (sighting.presence, sighting.platform, sighting.transport) == (Presence.APPLE, Platform.APPLE, UDID)
        link = found.port("1-2").open()
        assert isinstance(link, Opened)
        assert link.udid == UDID


def test_a_port_forgets_every_iphone_it_opened_and_the_one_that_hangs_there() -> None:
    iphones = Iphones(UDID, OTHER_UDID)
    gadgets = [
        gadget((1, 2), udid.replace("-", ""), MTP, (0xFF, 0xFE, 2), vendor=0x05AC, product=0x12A8)
        for udid in (UDID, OTHER_UDID)
    ]
    with bench({"host:devices-l": listed()}, gadgets[0], apple=iphones) as (found, _, bus):
        port = found.port("1-2")
        port.open()
        bus.gadgets[:] = [replace(gadgets[1], address=99)]
        time.sleep(0.25)
        port.forget("")
        assert set(iphones.forgotten) == {UDID, OTHER_UDID}


def test_a_port_tries_to_forget_every_iphone_before_it_says_that_it_could_not() -> None:
    iphones = Iphones(down=True)
    with bench({"host:devices-l": listed()}, apple=iphones) as (found, _, _), pytest.raises(UsbmuxError):
        found.port("1-2").forget(UDID)
    assert iphones.forgotten == [UDID]


def test_an_iphone_in_recovery_is_told_from_one_usbmuxd_does_not_know() -> None:
    recovery = gadget((1, 2), "", MTP, vendor=0x05AC, product=0x1281)
    unknown = gadget((1, 3), "A" * 24, MTP, vendor=0x05AC, product=0x12A8)
    with bench({"host:devices-l": listed()}, recovery, unknown, apple=Iphones()) as (found, _, _):
        assert [sighting.presence for sighting in found.sightings()] == [Presence.APPLE_RECOVERY, Presence.USB_ONLY]


def test_a_missing_usbmuxd_is_a_note_and_android_goes_on() -> None:
    answers: Answers = {"host:devices-l": listed("R58 device usb:3-1 transport_id:1"), **transport(1, "R58", "3-1")}
    with bench(answers, gadget((3, 1), "R58"), apple=Iphones(down=True)) as (found, _, _):
        assert [sighting.presence for sighting in found.sightings()] == [Presence.ADB_DEVICE]
        assert "usbmuxd" in found.notes()["usbmux"]


def test_a_bench_without_adb_and_apple_still_sees_what_hangs_there() -> None:
    found = Bench(usb=UsbWatch(UsbBus([gadget((3, 1), "R58")])))
    assert [sighting.presence for sighting in found.sightings()] == [Presence.ADB_OFFLINE]
    assert Bench().sightings() == ()


def test_an_unreadable_bus_is_said_and_not_taken_for_an_empty_one() -> None:
    class Broken(UsbBus):
        def enumerate_devices(self) -> Iterator[Gadget]:
            raise OSError("no bus")

    with pytest.raises(UsbAccessError):
        Bench(usb=UsbWatch(Broken([]))).sightings()


def test_looking_again_at_once_costs_no_further_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phones.bench.bench.LOOK_AGE_S", 3600.0)  # all of this is "at once" on any machine
    answers: Answers = {"host:devices-l": listed("R58 device usb:3-1 transport_id:1"), **transport(1, "R58", "3-1")}
    with bench(answers, gadget((3, 1), "R58")) as (found, server, bus):
        for _ in range(20):
            found.port("3-1").look()
        assert server.asked.count("host:devices-l") == 1
        assert bus.enumerations <= 2


RNDIS = (0xE0, 1, 3)


@pytest.mark.parametrize("between", [(RNDIS, (0x0A, 0, 0)), ((2, 2, 1), (0x0A, 0, 0)), ((1, 3, 0),)])
def test_a_change_of_mode_is_never_an_absence(between: tuple[tuple[int, int, int], ...]) -> None:
    answers: Answers = {"host:devices-l": listed("R58 device usb:3-1 transport_id:1"), **transport(1, "R58", "3-1")}
    adb = gadget((3, 1), "R58")
    with bench(answers, adb) as (found, server, bus):
        seen = [found.sighting("3-1").presence]
        for address, interfaces in enumerate((between, (MTP,)), start=50):
            bus.gadgets[:] = [adb.but(address=address, interfaces=interfaces)]
            server.answers["host:devices-l"] = listed()
            time.sleep(0.25)
            seen.append(found.sighting("3-1").presence)
    assert seen == [Presence.ADB_DEVICE, Presence.USB_ONLY, Presence.USB_ONLY]


def test_a_device_that_cannot_be_read_is_neither_absent_nor_without_adb() -> None:
    with bench({"host:devices-l": listed()}, gadget((3, 1), "R58")) as (found, _, bus):
        bus.refuse_descriptors = True
        assert found.sighting("3-1").presence is Presence.ADB_OFFLINE
        assert found.sightings() == ()
        with pytest.raises(PhoneLostError):
            found.port("3-1").open()


def test_a_hub_on_a_watched_port_is_something_but_no_phone() -> None:
    with bench({"host:devices-l": listed()}, gadget((3, 1), "HUB01", (9, 0, 0))) as (found, _, _):
        assert found.sighting("3-1").presence is Presence.USB_ONLY
        assert found.sightings() == ()


def test_ports_are_listed_in_the_order_of_the_hub() -> None:
    with bench(
        {"host:devices-l": listed()},
        gadget((1, 10), "A1", MTP),
        gadget((1, 2), "B2", MTP),
        gadget((1, 2, 1), "C3", MTP),
    ) as (found, _, _):
        assert [sighting.port for sighting in found.sightings()] == ["1-2", "1-2.1", "1-10"]


def test_a_pulled_cable_is_seen_however_long_the_usb_list_may_be_kept() -> None:
    bus = UsbBus([gadget((3, 1), "PULLED001", MTP)])
    bench = Bench(usb=UsbWatch(backend=bus, maximum_age_s=60.0))
    assert bench.sighting("3-1").presence is Presence.USB_ONLY
    bus.gadgets.clear()
    time.sleep(0.25)
    assert bench.sighting("3-1").presence is Presence.ABSENT


def test_a_pulled_cable_is_seen_without_waiting_for_usbmuxd() -> None:
    asked: list[int] = []

    class Counting(Iphones):
        def attached(self) -> tuple[str, ...]:
            asked.append(1)
            return ()

    bus = UsbBus([gadget((3, 1), "PULLED001", MTP)])
    bench = Bench(usb=UsbWatch(backend=bus, maximum_age_s=0.0), apple=Counting())
    assert bench.sighting("3-1").presence is Presence.USB_ONLY
    before = len(asked)
    bus.gadgets.clear()
    time.sleep(0.25)
    assert bench.sighting("3-1").presence is Presence.ABSENT
    assert len(asked) == before, "who is not asked is not waited for"
