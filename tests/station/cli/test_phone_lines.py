# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of `inspect` say in words what was read, and say of everything else that it was not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones import allowed
from station.cli import phone_lines
from station.cli.phone_lines import lines_of
from tests.support.cli_station import PIXEL_16, Starter

ANDROID_FREE = {
    "product.maker": "Google",
    "product.model": "Pixel 6",
    "system.version": "16",
    "battery.level": "96",
    "storage.total_bytes": "127000000000",
    "media.sim": "absent",
    "media.sd": "absent",
    "locks.frp": "clear",
    "locks.accounts": "0",
    "locks.lock_screen": "no",
    "locks.device_owner": "no",
}


def said(values: dict[str, str], platform: str = "android") -> dict[str, str]:
    return dict(lines_of(values, platform=platform))


def is_allowed(name: str, word: str) -> bool:
    """May a phone's reader give this word for that value? Only then does it prove anything here."""
    return allowed.ALLOWED[name].admit(word) == word


def test_a_phone_that_told_everything_reads_as_one() -> None:
    lines = said(ANDROID_FREE)
    assert lines["Battery"] == "charged to 96 %, health not told"
    assert lines["Storage"] == "127 GB as measured"
    assert lines["Cards"] == "no SIM card, no memory card"
    assert lines["Locks"] == "none found"


@pytest.mark.parametrize("name", [*phone_lines._LOCKS, *phone_lines._COUNTED])
def test_a_lock_that_is_on_is_named_and_one_that_is_unknown_is_never_none_found_alone(name: str) -> None:
    on = said(
        {**ANDROID_FREE, name: "2" if name in phone_lines._COUNTED else "armed" if name == "locks.frp" else "yes"}
    )
    assert on["Locks"].startswith("ON: ")
    if name not in phone_lines._COUNTED:
        assert "could not be told" in said({**ANDROID_FREE, name: "unknown"})["Locks"]


@pytest.mark.parametrize(("platform", "missed"), [("android", 4), ("ios", 3)])
def test_a_phone_that_told_nothing_is_not_a_free_one(platform: str, missed: int) -> None:
    lines = said({}, platform)
    assert "could not be told" in lines["Locks"]
    assert lines["Locks"].count(",") == missed - 1
    assert lines["Cards"] == "SIM card: not told, memory card: not told"
    assert (lines["Serial"], lines["IMEI"], lines["Storage"]) == ("not told",) * 3


@given(st.dictionaries(st.sampled_from(sorted(allowed.ALLOWED)), st.sampled_from(["unknown", allowed.MALFORMED, "7"])))
def test_there_are_always_the_same_eight_lines_whatever_was_read(values: dict[str, str]) -> None:
    told_by_boot_loader = any(name.startswith("fastboot.") for name in values)
    assert len(lines_of(values, platform="android")) == 8 + told_by_boot_loader


@pytest.mark.parametrize(
    ("unlocked", "says"), [("yes", "unlocked"), ("no", "locked; it erases nothing"), ("malformed", "does not say")]
)
def test_a_boot_loader_says_its_code_name_and_whether_it_is_locked(unlocked: str, says: str) -> None:
    lines = said({"product.device": "oriole", "fastboot.unlocked": unlocked}, "android")
    assert lines["Phone"] == "oriole"
    assert lines["Boot loader"].startswith(says)


@pytest.mark.wire
def test_inspect_shows_eight_lines_and_every_value_only_when_asked(specimen: Starter) -> None:
    line, _bench = specimen(PIXEL_16)
    short, whole = line.run("inspect"), line.run("inspect", "--all")
    assert (short.code, whole.code) == (0, 0)
    assert len(short.out.splitlines()) == 8, short.out
    assert "battery.health_code" not in short.out
    assert "command.nonce_echoed" in whole.out
    assert len(whole.out.splitlines()) > 20
