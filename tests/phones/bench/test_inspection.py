# SPDX-License-Identifier: GPL-3.0-or-later
"""An inspection asks what fits the presence, stops at the first failure, and trusts no contradiction."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from phones.bench.inspection import inspect
from phones.errors import PhoneLostError, PhoneSilentError
from phones.evidence import Evidence, Moment
from phones.link import Link, Reply, Request, ShellLine, TradeInLine
from phones.port import Presence, Sighting
from phones.witness import Witness, WitnessedPort

MARKS = iter(range(10**6))


def draw() -> str:
    return f"{next(MARKS):032x}"


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 21, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody waits here")


class Wire:
    """Answers every request by a function; counts them."""

    path = "1-1"
    emulated = True
    name = "adb"

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self.answer = answer
        self.requests: list[Request] = []

    def look(self) -> Sighting:
        raise AssertionError("an inspection is given its sighting")

    def open(self) -> Link:
        return self

    def forget(self, udid: str) -> None:
        raise AssertionError("nothing was paired here")

    def exchange(self, request: Request, *, timeout_s: float) -> Reply:
        self.requests.append(request)
        return self.answer(request)

    def close(self) -> None:
        return None


def run(presence: Presence, answer: Callable[[Request], Reply]) -> tuple[dict[str, str], Wire, list[Evidence]]:
    journal: list[Evidence] = []
    wire = Wire(answer)
    phone = WitnessedPort(wire, Witness(clock=FixedClock(), journal=journal.append, salt=b"s" * 16))
    values = inspect(phone, Sighting(port="1-1", presence=presence), moment=Moment.BEFORE, draw=draw)
    return values, wire, journal


def shell(answers: Callable[[str], str]) -> Callable[[Request], Reply]:
    """A phone that runs each part of a script by a function of its command."""

    def answer(request: Request) -> Reply:
        assert isinstance(request, ShellLine)
        parts = re.findall(r"echo ([0-9a-f]{32})-b([0-9]+);(.*?);echo \1-e\2-\$\?", request.line)
        out = "".join(f"{mark}-b{number}\n{answers(command)}\n{mark}-e{number}-0\n" for mark, number, command in parts)
        return Reply(body=f"{out}{parts[0][0]}-z{len(parts)}\n".encode())

    return answer


def test_a_shell_is_inspected_in_three_exchanges_that_all_leave_evidence() -> None:
    values, wire, journal = run(
        Presence.ADB_DEVICE, shell(lambda command: "R58N12" if command == "getprop ro.serialno" else "")
    )
    assert len(wire.requests) == 3
    assert [piece.asked for piece in journal] == ["android.identity", "android.state", "android.checks"]
    assert values["identity.serial"] == "R58N12"
    assert values["setup.full_shell"] == "yes"


def test_the_foyer_is_asked_for_its_status_with_a_fresh_challenge() -> None:
    body = json.dumps({"locks": {"factory_reset_protection": False}, "serial": "R58N12"}).encode()
    values, wire, _ = run(Presence.ADB_FOYER, lambda _: Reply(body=body))
    other = run(Presence.ADB_FOYER, lambda _: Reply(body=body))[1]
    assert values["identity.serial"] == "R58N12"
    assert "setup.full_shell" not in values
    assert isinstance(wire.requests[0], TradeInLine)
    assert wire.requests != other.requests


@pytest.mark.parametrize(
    "presence",
    [
        Presence.ABSENT,
        Presence.ADB_UNAUTHORIZED,
        Presence.ADB_OFFLINE,
        Presence.ADB_RECOVERY,
        Presence.ADB_SIDELOAD,
        Presence.APPLE_RECOVERY,
    ],
)
def test_a_mode_that_does_not_talk_is_not_asked(presence: Presence) -> None:
    values, wire, journal = run(presence, lambda _: Reply())
    assert (values, wire.requests, journal) == ({}, [], [])


@pytest.mark.parametrize("error", [PhoneLostError(), PhoneSilentError()])
def test_after_a_failure_nothing_more_is_asked_and_nothing_is_made_up(error: Exception) -> None:
    def answer(_: Request) -> Reply:
        raise error

    values, wire, journal = run(Presence.ADB_DEVICE, answer)
    assert values == {}
    assert len(wire.requests) == len(journal) == 1


def test_a_phone_that_changes_its_serial_during_the_inspection_has_none() -> None:
    serials = iter(["R58N12", "OTHER9"])
    values, _, _ = run(
        Presence.ADB_DEVICE, shell(lambda command: next(serials) if command == "getprop ro.serialno" else "")
    )
    assert values["identity.serial"] == "malformed"


def test_an_inspection_of_android_loads_nothing_of_apple() -> None:
    import subprocess
    import sys
    from pathlib import Path

    heavy = ("pymobiledevice3", "phones.apple.driver")
    code = f"import sys, phones.bench.inspection; sys.exit(any(name in sys.modules for name in {heavy}))"
    run_ = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=False, timeout=60)
    assert run_.returncode == 0
