# SPDX-License-Identifier: GPL-3.0-or-later
"""The boot loader of a phone on a bench, through pyusb: found on its port, asked, refused, erased; never another's."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from phones.bench.bench import Bench
from phones.bench.inspection import inspect
from phones.clock import SystemClock
from phones.errors import PhoneLostError, PhoneRefusedError, PhoneSilentError
from phones.evidence import Evidence, Moment
from phones.fastboot.questions import erase_question
from phones.port import Presence
from phones.usb.watch import UsbWatch
from phones.witness import Witness, WitnessedPort
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.usb.backend import backend

pytestmark = pytest.mark.wire


@contextmanager
def on_bench(**more: object) -> Iterator[tuple[Bench, RemoteBench]]:
    phone = {
        "name": "phone",
        "port": "1-1",
        "model": "pixel-6-android-13",
        "serial": "FASTOPEN1",
        "condition": "fastboot",
        **more,
    }
    remote = RemoteBench.start({"name": "fastboot", "phone": [phone]}, die_with_us=True)
    bench = Bench(usb=UsbWatch(backend=backend(remote.control)), emulated=True)
    try:
        yield bench, remote
    finally:
        bench.close()
        remote.stop()


def inspected(bench: Bench) -> tuple[Mapping[str, str], list[Evidence]]:
    kept: list[Evidence] = []
    (sighting,) = bench.sightings()
    assert sighting.presence is Presence.FASTBOOT
    phone = WitnessedPort(bench.port(sighting.port), Witness(clock=SystemClock(), journal=kept.append, salt=b"s" * 16))
    values = inspect(phone, sighting, moment=Moment.BEFORE, draw=lambda: "0" * 32)
    phone.close_link()
    return values, kept


def test_a_boot_loader_says_who_it_is_and_whether_it_is_locked() -> None:
    with on_bench() as (bench, _):
        values, kept = inspected(bench)
    assert values["identity.serial"] == "FASTOPEN1"
    assert values["fastboot.unlocked"] == "no"
    assert values["fastboot.partitions"] == "cache,metadata,userdata"
    assert {piece.link for piece in kept} == {"fastboot"}
    assert not any("FASTOPEN1" in text for piece in kept for text in piece.values.values())


def test_a_locked_one_refuses_and_an_unlocked_one_erases() -> None:
    for variation, erased in (((), False), (("unlocked_bootloader",), True)):
        with on_bench(variation=list(variation)) as (bench, remote):
            link = bench.port("1-1").open()
            question = erase_question("userdata")
            if erased:
                assert question.read(link.exchange(question.request, timeout_s=10.0)) == {"command.returned": "okay"}
            else:
                with pytest.raises(PhoneRefusedError):
                    link.exchange(question.request, timeout_s=10.0)
            link.close()
            assert remote.truth()["phone"]["erased"] is erased


@pytest.mark.parametrize(
    ("kind", "error"), [("drop_before", PhoneLostError), ("drop_after", PhoneLostError), ("silence", PhoneSilentError)]
)
def test_a_cable_that_is_cut_and_a_phone_that_is_mute_are_told_apart(kind: str, error: type[Exception]) -> None:
    with on_bench(fault=[{"at": 1, "kind": kind}]) as (bench, _):
        link = bench.port("1-1").open()
        with pytest.raises(error):
            link.exchange(erase_question("cache").request, timeout_s=2.0)
        link.close()


def test_a_pulled_cable_is_a_lost_phone() -> None:
    with on_bench() as (bench, remote):
        link = bench.port("1-1").open()
        remote.unplug("1-1")
        with pytest.raises(PhoneLostError):
            link.exchange(erase_question("cache").request, timeout_s=5.0)
        link.close()
        with pytest.raises(PhoneLostError):
            bench.port("1-1").open()
