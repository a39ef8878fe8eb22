# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench's cables on virtual root ports, without a kernel: when a phone is attached, and when it must wait."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from virtual_phones.bench.scenario import add_phones, read_scenario
from virtual_phones.port import VirtualPort
from virtual_phones.usb.bus import UsbBus
from virtual_phones.usb.vhci import is_clear


class Root:
    """One root port of a kernel that takes its time: `busy` while the device before is still on its bus."""

    def __init__(self) -> None:
        (self.port,) = add_phones(
            read_scenario({"name": "one", "phone": [{"name": "p", "port": "1-1", "model": "pixel-6-android-13"}]}),
            epoch_at_zero=0.0,
        )
        self.port.tick(1.0)
        self.busy = False
        self.later_s = 0.0
        self.attached: list[socket.socket] = []
        self.bus = UsbBus(
            lambda: time.monotonic() + self.later_s,
            {"1-1": 0},
            plug_in=lambda _number, theirs: self.attached.append(theirs.dup()),
            is_clear=lambda path: path == "1-1" and not self.busy,
        )

    def keep(self, seconds: float) -> None:
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            self.bus.keep(self.port)
            time.sleep(0.02)


@pytest.fixture
def root() -> Iterator[Root]:
    made = Root()
    yield made
    made.bus.leave(made.port)
    for line in made.attached:
        line.close()


def replugged(port: VirtualPort) -> None:
    port.unplug(2.0)
    port.plug(3.0)


def test_a_phone_that_shows_itself_is_attached_once(root: Root) -> None:
    root.keep(0.2)
    assert len(root.attached) == 1


def test_a_phone_that_comes_back_waits_until_the_kernel_has_let_go_of_the_one_before(root: Root) -> None:
    root.keep(0.1)
    root.busy = True
    replugged(root.port)
    root.keep(0.8)
    assert len(root.attached) == 1
    root.busy = False
    root.keep(0.2)
    assert len(root.attached) == 2


def test_a_port_that_the_kernel_never_clears_is_told_of_once(root: Root, capsys: pytest.CaptureFixture[str]) -> None:
    root.keep(0.1)
    root.busy = True
    replugged(root.port)
    root.keep(0.3)
    assert capsys.readouterr().err == ""
    root.later_s = 11.0
    root.keep(0.2)
    assert capsys.readouterr().err == "usb: the kernel still lists what left 1-1 11 s ago\n"


def test_a_root_port_is_clear_when_the_kernel_lists_no_device_there(tmp_path: Path) -> None:
    (tmp_path / "5-1").mkdir()
    assert not is_clear("5-1", tmp_path)
    assert is_clear("5-2", tmp_path)
