# SPDX-License-Identifier: GPL-3.0-or-later
"""`make serve-demo`: a bench on which something happens by itself, and that leaves nothing behind when it ends."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phones.imei import read_imei
from station.client.connection import Connection, connection_to
from station.setup.home import Home
from tests.support.cli_station import ROOT
from tests.support.waiting import wait_for
from tools.serve_demo.visitors import APPLE, ROUND, SLOTS, TIMING, Visitors
from virtual_phones.bench.scenario import add_phones, read_scenario

LONGEST_S = 200.0


def test_every_phone_of_the_round_can_be_made_and_no_two_share_a_number() -> None:
    visitors = Visitors(39_000)
    bodies = [visitors.next(kind) for kind, phones in ROUND.items() for _ in range(2 * len(phones))]
    tables = [{"name": f"phone-{place}", "port": f"1-{place}", **body} for place, body in enumerate(bodies, start=1)]
    ports = add_phones(read_scenario({"name": "all", "seed": 1, "phone": tables}), epoch_at_zero=0.0)
    assert [each.phone.platform for each in ports[-2 * len(ROUND[APPLE]) :]] == ["apple"] * 2 * len(ROUND[APPLE])
    serials, imeis = [str(each["serial"]) for each in bodies], [imei for each in bodies for imei in list(each["imeis"])]
    assert len(set(serials)) == len(serials)
    assert len(set(imeis)) == len(imeis)
    assert all(read_imei(each) == each and each.startswith("00") for each in imeis), "no phone on sale is called so"
    assert set(TIMING) <= set(tables[0]["timing"]), "as fast as a person can follow"
    assert {kind for _label, kind in SLOTS.values()} == set(ROUND)


@pytest.mark.wire
@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_the_demo_works_by_itself_and_leaves_nothing_behind(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.serve_demo", "--out", str(tmp_path), "--slow", "0.02"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        station = Home(tmp_path / "station")
        service = connection_to(station)
        wait_for(service.answers, LONGEST_S, "no service")
        serials = set[str]()

        def goes_round() -> bool:
            assert process.poll() is None
            found = service.get("/v1/jobs", most=200)["jobs"]
            serials.update(each["serial"] for each in found)
            done = {each["outcome"] for each in found if each["closed_at"]}
            return done >= {"certificate", "report"} and len(serials) > len(SLOTS)

        wait_for(goes_round, LONGEST_S, lambda: f"{serials}")
        state = service.get("/v1/state")
        assert state["specimen"]
        assert state["erase"]
    finally:
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=LONGEST_S)[1]
    assert process.returncode == 0, said
    port = int(said.split("http://127.0.0.1:")[-1].split("/")[0])
    assert not Connection(port=port).answers(), "nothing is left behind"
    assert "/login?code=" in said, "the address opens the dashboard by itself"
    assert "Traceback" not in said


def _processes_of(folder: Path) -> list[str]:
    """Command lines of those that were started for what lies there."""
    found = []
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and each.name != str(os.getpid()):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                line = (each / "cmdline").read_bytes()
                if str(folder).encode() in line + (each / "environ").read_bytes():
                    found.append(line.replace(b"\0", b" ").decode())
    return found


@pytest.mark.wire
@pytest.mark.timeout(600)
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_told_to_end_more_than_once_still_ends_its_children(
    tmp_path: Path, told: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.serve_demo", "--out", str(tmp_path)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    service = connection_to(Home(tmp_path / "station"))
    wait_for(service.answers, LONGEST_S, "no service")
    assert len(_processes_of(tmp_path)) >= 2
    for _ in range(3):
        process.send_signal(told)
        time.sleep(0.3)
    said = process.communicate(timeout=LONGEST_S)[1]
    assert (process.returncode, "Traceback" in said) == (0, False), said
    wait_for(lambda: not _processes_of(tmp_path), LONGEST_S, lambda: f"left behind: {_processes_of(tmp_path)}")
