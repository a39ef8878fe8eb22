# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone with debugging off, through pyusb: it is known by its model, and stays one that no job can begin on."""

import pytest

from phones.bench.bench import Bench
from phones.bench.inspection import inspect
from phones.clock import SystemClock
from phones.evidence import Moment
from phones.port import Presence
from phones.problem import ProblemCode
from phones.usb.watch import UsbWatch
from phones.witness import Witness, WitnessedPort
from station.work.blocking import problem_of_presence
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.usb.backend import backend

pytestmark = pytest.mark.wire


def test_a_phone_with_debugging_off_says_its_model_and_usb_alone_names_it() -> None:
    phone = {"name": "phone", "port": "1-1", "model": "pixel-6-android-13", "serial": "FASTOPEN1", "condition": "used"}
    with RemoteBench.start({"name": "mtp", "phone": [phone]}, die_with_us=True) as remote:
        bench = Bench(usb=UsbWatch(backend=backend(remote.control)), emulated=True)
        (sighting,) = bench.sightings()
        assert (sighting.presence, sighting.usb_serial) == (Presence.USB_ONLY, "FASTOPEN1")
        witness = Witness(clock=SystemClock(), journal=lambda _piece: None, salt=bytes(16))
        values = inspect(
            WitnessedPort(bench.port("1-1"), witness), sighting, moment=Moment.BEFORE, draw=lambda: "0" * 32
        )
        bench.close()
    assert values == {"product.maker": "Google", "product.model": "Pixel 6", "identity.serial": "FASTOPEN1"}
    problem = problem_of_presence(sighting)
    assert problem is not None
    assert problem.code is ProblemCode.NO_DEBUGGING
