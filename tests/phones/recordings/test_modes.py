# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone that stands in its boot loader is recorded as any other: nothing real in it, and it answers the same."""

from pathlib import Path

from phones.bench.inspection import inspect
from phones.clock import Clock
from phones.evidence import Moment
from phones.port import Port
from phones.recordings.record import EXCHANGES, Recorder
from phones.recordings.replay import ReplayClock, ReplayPort, load
from phones.witness import Witness, WitnessedPort
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.bench.scenario import add_phones, read_scenario

PHONE = {"name": "phone", "port": "1-1", **lives.PIXEL_13, "condition": "fastboot"}


def _inspected(port: Port, clock: Clock) -> dict[str, str]:
    phone = WitnessedPort(port, Witness(clock=clock, journal=lambda _piece: None, salt=bytes(16)))
    return inspect(phone, port.look(), moment=Moment.BEFORE, draw=lives.counter(0))


def test_a_phone_in_fastboot_is_recorded_and_answers_the_same_again(tmp_path: Path) -> None:
    (slot,) = add_phones(
        read_scenario({"name": "record", "seed": 1, "phone": [PHONE]}), epoch_at_zero=lives.EPOCH_AT_ZERO
    )
    clock = VirtualClock()
    recorder = Recorder(clock)
    found = _inspected(recorder.port(DirectPort(slot, clock, tmp_path / "pairing")), clock)
    folder = tmp_path / "recording"
    about = {"platform": recorder.platform, "kind": "inspection", "values": {}}
    recorder.write(folder, about=about, expected={"values": recorder.values()})
    assert str(PHONE["serial"]) not in (folder / EXCHANGES).read_text("utf-8")
    recording = load(folder)
    replayed = ReplayClock(recording.started)
    again = _inspected(ReplayPort(recording, replayed), replayed)
    assert again == recording.expected["values"]
    assert set(again) == set(found)
    differing = {name for name in found if found[name] != again[name]}
    assert differing == {"identity.serial"}
