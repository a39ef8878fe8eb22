# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's `fastboot` and our client on the same virtual phones: the same answers, refusals and erase."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from phones.errors import PhoneRefusedError
from phones.fastboot.link import FastbootLink
from phones.link import FastbootErase, FastbootEverything, FastbootVariables, Reboot
from tests.support.fastboot_tcp import TcpTransport
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.phone import Timing, load_model
from virtual_phones.port import VirtualPort
from virtual_phones.usb.fastboot_tcp import FastbootTcp

pytestmark = pytest.mark.wire

ASKED = ("product", "serialno", "unlocked", "secure", "is-userspace", "partition-type:userdata", "nosuchthing")


@dataclass(frozen=True)
class Bench:
    phone: AndroidPhone
    server: FastbootTcp

    def real(self, *arguments: str) -> tuple[int, str]:
        """Debian's program: its exit code and everything it prints."""
        done = subprocess.run(
            ["fastboot", "-s", self.server.address, *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, done.stdout + done.stderr

    @contextmanager
    def ours(self) -> Iterator[FastbootLink]:
        link = FastbootLink(TcpTransport(self.server.number))
        yield link
        link.close()


@contextmanager
def bench(*variation: str, misbehaviour: tuple[str, ...] = ()) -> Iterator[Bench]:
    phone = AndroidPhone(
        load_model("pixel-6-android-13"),
        serial="FASTOPEN1",
        imeis=("353918110000011",),
        timing=Timing(),
        variation=variation,
        misbehaviour=misbehaviour,
        condition="fastboot",
    )
    port, start = VirtualPort("1-1", "phone", phone), time.monotonic()
    port.tick(0.0)
    server = FastbootTcp(port, lambda: time.monotonic() - start)
    try:
        yield Bench(phone, server)
    finally:
        server.close()


PHONES = [(), ("unlocked_bootloader",), ("unlocked_bootloader", "motorola_variables"), ("no_metadata_partition",)]


@pytest.mark.parametrize("variation", PHONES, ids=str)
def test_both_are_told_the_same_variables(variation: tuple[str, ...]) -> None:
    with bench(*variation) as phone:
        real = {}
        for name in ASKED:
            _, said = phone.real("getvar", name)
            found = re.search(rf"^{re.escape(name)}: (.+)$", said, re.MULTILINE)
            if found:
                real[name] = found[1]
        with phone.ours() as link:
            ours = json.loads(link.exchange(FastbootVariables(names=ASKED), timeout_s=10.0).body)
    assert ours == real
    assert real["serialno"] == "FASTOPEN1"


@pytest.mark.parametrize("variation", PHONES, ids=str)
def test_both_are_told_the_same_of_everything(variation: tuple[str, ...]) -> None:
    with bench(*variation) as phone:
        _, said = phone.real("getvar", "all")
        real = re.findall(r"^\(bootloader\) (.*)$", said, re.MULTILINE)
        with phone.ours() as link:
            ours = link.exchange(FastbootEverything(), timeout_s=10.0).body.decode().splitlines()
    assert ours == real
    assert any(line.startswith("partition-type:userdata:") for line in ours)


@pytest.mark.parametrize(
    ("variation", "misbehaviour", "partition", "words"),
    [
        ((), (), "userdata", "Erase is not allowed in Lock State"),
        (("unlocked_bootloader",), (), "nosuchthing", "partition does not exist"),
        (("unlocked_bootloader",), ("fastboot_refuses_erase",), "userdata", "failed to erase partition"),
    ],
)
def test_both_are_refused_the_same_erase(
    variation: tuple[str, ...], misbehaviour: tuple[str, ...], partition: str, words: str
) -> None:
    with bench(*variation, misbehaviour=misbehaviour) as phone:
        code, said = phone.real("erase", partition)
        assert code != 0
        assert words in said
        with phone.ours() as link, pytest.raises(PhoneRefusedError) as refused:
            link.exchange(FastbootErase(partition=partition), timeout_s=10.0)
        assert words in refused.value.got
        assert phone.phone.truth()["erased"] is False


@pytest.mark.parametrize("whose", ["real", "ours"])
def test_either_erases_the_phone_and_starts_it(whose: str) -> None:
    with bench("unlocked_bootloader") as phone:
        if whose == "real":
            assert phone.real("erase", "userdata")[0] == 0
            assert phone.real("reboot")[0] == 0
        else:
            with phone.ours() as link:
                assert link.exchange(FastbootErase(partition="userdata"), timeout_s=10.0).body == b"erasing userdata\n"
                link.exchange(Reboot(), timeout_s=10.0)
        truth = phone.phone.truth()
        assert (truth["erased"], truth["resets"]) == (True, 1)
        assert phone.phone.next_event_s() is not None  # it is on its way out of the boot loader
