# SPDX-License-Identifier: GPL-3.0-or-later
"""The silent checks of an Android beside its inspection, and the same questions asked one at a time; the page that
measures in the phone's browser: its weight, and how soon its first check can begin.
"""

import secrets
import tempfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.inspection import PHONE, PORT, accept
from benchmarks.measure import Table, medians, rows
from phones.adb.server import AdbServer
from phones.android.inspection import inspection_questions
from phones.android.silent import silent_question, speed_question
from phones.bench.bench import Bench
from phones.link import Link, Question
from phones.port import Platform, Port
from phones.usb.watch import UsbWatch
from station.checking.browser.listener import Listener
from station.checking.browser.page_files import page_files
from station.checking.browser.plan import CHECKS, plan_of
from station.checking.browser.visit import Visit
from tests.support.phone_page import PhonePage
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.usb.backend import backend

ROUNDS = 5
TIMEOUT_S = 120.0


def measure() -> tuple[Table, ...]:
    """Over one adb server and one virtual phone."""
    with (
        tempfile.TemporaryDirectory() as folder,
        RemoteBench.start({"name": "silent", "seed": 1, "phone": [PHONE]}, die_with_us=True) as remote,
    ):
        adb = AdbServer(Path(folder) / "adb", usb=False)
        adb.start()
        try:
            remote.connect_adb_server("127.0.0.1", adb.port)
            port = Bench(adb=adb, usb=UsbWatch(backend=backend(remote.control)), transports=remote.transports).port(
                PORT
            )
            accept(port, remote)
            return _beside_the_inspection(port, remote), _page()
        finally:
            adb.stop()


def _beside_the_inspection(port: Port, remote: RemoteBench) -> Table:
    link = port.open()
    names: dict[str, Callable[[], None]] = {
        "inspection": lambda: _ask(link, *inspection_questions(_mark, timeout_s=TIMEOUT_S)),
        "silent checks: what is read": lambda: _ask(link, _silent()),
        "silent checks: its storage written and read": lambda: _ask(
            link, speed_question("check.speed_android", _mark(), timeout_s=TIMEOUT_S)
        ),
    }
    more = {name: {"round trips": _counted(remote, run)} for name, run in names.items()}
    return Table(
        name="silent_checks",
        title="Silent checks of an Android beside its inspection",
        rows=rows(medians(names, rounds=ROUNDS), against="inspection", more=more),
        notes=(
            "A virtual phone over loopback. Three seconds of what is read are waits of the line itself: two for a scan "
            "of Wi-Fi (six where nothing is heard), one between two samples of the accelerometer. How long dumps and "
            "a scan take on a phone, nobody has measured.",
        ),
    )


def _page() -> Table:
    """From the address to the word that the first check has begun, by a client that reads every file and draws none."""
    files = page_files()
    sizes = {
        "files": len(files),
        "kB": round(sum(len(each.body) for each in files.values()) / 1000),
        "kB packed": round(sum(len(zlib.compress(each.body)) for each in files.values()) / 1000),
    }

    def first_check() -> None:
        mark = _mark()
        with Listener() as listener:
            visit = Visit(
                token=mark,
                nonce=mark,
                origin=f"http://localhost:{listener.port}",
                plan=plan_of(
                    tuple(CHECKS), language="en", code="7Q3K", nonce=mark, platform=Platform.ANDROID, known={}
                ),
                checks=CHECKS,
                files=files,
                draw=_mark,
            )
            listener.open(visit)
            page = PhonePage(visit.address)
            page.open()
            for name in files:
                page.ask("GET", name)
            if page.begin(next(iter(CHECKS))) >= 300:
                raise RuntimeError("the page was not let in")

    times = medians({"address to first check": first_check}, rounds=ROUNDS)
    return Table(
        name="phone_page",
        title="The page in the phone's own browser",
        rows=rows(times, against="address to first check", more={"address to first check": sizes}),
        notes=(
            "Over loopback, each file by a connection of its own; nothing is packed on the way. What a phone's browser "
            "needs to start and to draw comes on top, and nobody has measured it on a phone.",
        ),
    )


def _silent() -> Question:
    return silent_question("check.silent_android", _mark(), today=datetime.now(UTC).date(), timeout_s=TIMEOUT_S)


def _ask(link: Link, *questions: Question) -> None:
    for question in questions:
        question.read(link.exchange(question.request, timeout_s=question.timeout_s))


def _mark() -> str:
    return secrets.token_hex(16)


def _counted(remote: RemoteBench, run: Callable[[], None]) -> int:
    before = remote.counters()[PORT]
    run()
    return remote.counters()[PORT] - before
