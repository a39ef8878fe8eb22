# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs between the phones and the station fail in the middle of erases: usbmuxd hangs, the adb server dies.

What becomes of those jobs is theirs (a typed report or a true certificate); the bench must serve the next phones.
"""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from rig.bench_session import Usbmuxd
from rig.cuts import Cut, add_cut_phones, next_phones
from rig.station import UsbStation, must_hold
from rig.table import Row
from station.work.worker import Progress
from virtual_phones.bench.remote import RemoteBench

BATCH = [Cut(kind="iphone", at=0), Cut(kind="iphone", at=0), Cut(kind="a16", at=0), Cut(kind="a13", at=0)]
WITHIN_S = 60.0


def daemons(station: UsbStation, remote: RemoteBench, usbmuxd: Usbmuxd, say: Callable[[str], None]) -> list[Row]:
    """One row for the jobs, one for the phones that come next."""
    started = time.monotonic()
    struck: list[str] = []

    def strike(progress: Progress) -> None:
        if progress.key != "erasing":
            return
        apple = progress.port in {phone["port"] for phone in phones if "iphone" in str(phone["model"])}
        name = "usbmuxd" if apple else "adb"
        if name in struck:
            return
        struck.append(name)
        say(f"{name} fails now")
        if apple:
            usbmuxd.hang()
        elif station.adb.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(station.adb.pid, signal.SIGKILL)

    phones = add_cut_phones(remote, BATCH, 40_000)
    seen = station.gather({str(phone["port"]) for phone in phones})
    with station.overheard(strike):
        ended = station.process(seen.values())
    truths = remote.truth()
    wrong = [found for port, each in ended.items() if (found := must_hold(each, truths[port]))]
    told = ", ".join(each.reasons[0] if each.reasons else each.outcome for each in ended.values())
    took, missing = next_phones(station, remote, BATCH, 41_000, within_s=WITHIN_S)
    return [
        Row(
            name="usbmuxd hangs, adb server dies, in mid-erase",
            expected="typed, or certified and true",
            seen="; ".join(wrong) or told,
            seconds=time.monotonic() - started,
            good=len(ended) == len(BATCH) and not wrong and len(struck) == 2,
        ),
        Row(
            name="next phones after that",
            expected=f"recognised within {WITHIN_S:g} s",
            seen=f"not: {', '.join(missing)}" if missing else f"slowest {took:.1f} s",
            seconds=took,
            good=not missing,
        ),
    ]
