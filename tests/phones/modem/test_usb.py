# SPDX-License-Identifier: GPL-3.0-or-later
"""A Samsung phone with debugging off, through pyusb: its modem names it as it is named in other states."""

from pathlib import Path
from typing import Any

import pytest

from phones.bench.bench import Bench
from phones.bench.inspection import inspect
from phones.clock import SystemClock
from phones.evidence import Evidence, Moment
from phones.identity import PhoneIdentity, is_same_phone
from phones.usb.watch import UsbWatch
from phones.verdict import Verdict
from phones.witness import Witness, WitnessedPort
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.bench.scenario import add_phones, read_scenario
from virtual_phones.usb.backend import backend

pytestmark = pytest.mark.wire

PHONE: dict[str, Any] = {
    "name": "phone",
    "port": "1-1",
    "model": "samsung-galaxy-a52-android-13",
    "serial": "R5TEST00A52",
    "imeis": ["355123110000019"],
    "condition": "used",
    "set": {"usb": {"modem": True}},
}


def _asked(phone: dict[str, Any]) -> tuple[dict[str, str], list[Evidence]]:
    kept: list[Evidence] = []
    with RemoteBench.start({"name": "modem", "phone": [phone]}, die_with_us=True) as remote:
        bench = Bench(usb=UsbWatch(backend=backend(remote.control)), emulated=True)
        (sighting,) = bench.sightings()
        port = WitnessedPort(bench.port("1-1"), Witness(clock=SystemClock(), journal=kept.append, salt=bytes(16)))
        values = inspect(port, sighting, moment=Moment.BEFORE, draw=lambda: "0" * 32)
        port.close_link()
        bench.close()
    return values, kept


def test_the_modem_names_a_phone_with_debugging_off_and_it_is_the_one_that_adb_meets(tmp_path: Path) -> None:
    values, kept = _asked(PHONE)
    assert (values["identity.serial"], values["identity.imei1"]) == (PHONE["serial"], PHONE["imeis"][0])
    assert {piece.asked for piece in kept} == {"mtp.device_info", "modem.identity", "port.seen"}
    (slot,) = add_phones(
        read_scenario({"name": "adb", "seed": 1, "phone": [{**PHONE, "condition": "debugging"}]}),
        epoch_at_zero=lives.EPOCH_AT_ZERO,
    )
    clock, numbers = VirtualClock(), lives.counter(0)
    port = WitnessedPort(
        DirectPort(slot, clock, tmp_path), Witness(clock=clock, journal=lambda _piece: None, salt=bytes(16))
    )
    port.peek()
    clock.sleep(5)
    slot.press("accept_adb", clock.seconds)
    booted = inspect(port, port.peek(), moment=Moment.BEFORE, draw=numbers)
    same = is_same_phone(PhoneIdentity.from_values(values).reading, PhoneIdentity.from_values(booted).reading)
    assert same is Verdict.PASSED


def test_nothing_of_the_modems_answer_but_the_three_values_is_kept() -> None:
    _, kept = _asked(PHONE)
    (piece,) = [each for each in kept if each.asked == "modem.identity"]
    assert set(piece.values) == {"identity.serial", "identity.imei1", "product.model"}


def test_another_makers_modem_is_not_asked() -> None:
    _, kept = _asked({**PHONE, "model": "pixel-6-android-13"})
    assert {piece.asked for piece in kept} == {"mtp.device_info", "port.seen"}
