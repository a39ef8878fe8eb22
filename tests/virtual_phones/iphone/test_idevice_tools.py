# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's libimobiledevice tools against virtual iPhones, with questions the product never asks."""

import plistlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.virtual_phones.iphone.apple_bench import FAST, WiredBench, make_iphone, wired

pytestmark = pytest.mark.wire


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[WiredBench]:
    with wired(tmp_path, make_iphone(timing=FAST)) as running:
        yield running


@pytest.fixture
def trusted(bench: WiredBench) -> WiredBench:
    bench.trust_next()
    assert "SUCCESS" in bench.tool("idevicepair", "pair").stdout
    return bench


def test_the_phone_is_listed(bench: WiredBench) -> None:
    assert bench.tool("idevice_id", "-l").stdout.split() == [bench.phone.udid]


def test_a_stranger_reads_the_product_and_no_serial(bench: WiredBench) -> None:
    assert bench.tool("ideviceinfo", "-s", "-k", "ProductType").stdout.strip() == "iPhone14,5"
    assert bench.tool("ideviceinfo", "-s", "-k", "CPUArchitecture").stdout.strip() == "arm64e"
    assert bench.phone.serial not in bench.tool("ideviceinfo", "-s").stdout


def test_pairing_is_asked_for_granted_validated_and_ended(bench: WiredBench) -> None:
    assert "accept the trust dialog" in bench.tool("idevicepair", "pair").stdout
    bench.press("trust")
    assert "SUCCESS" in bench.tool("idevicepair", "pair").stdout
    assert "SUCCESS" in bench.tool("idevicepair", "validate").stdout
    assert "SUCCESS" in bench.tool("idevicepair", "unpair").stdout
    assert "accept the trust dialog" in bench.tool("idevicepair", "validate").stdout


@pytest.mark.parametrize(
    ("flag", "sentence"),
    [("trust_denied", "denied the trust dialog"), ("passcode_locked", "passcode is set"), ("trust_pending", "accept")],
)
def test_a_phone_that_does_not_trust_says_why(tmp_path: Path, flag: str, sentence: str) -> None:
    with wired(tmp_path, make_iphone(misbehaviour=[flag])) as bench:
        answer = bench.tool("idevicepair", "pair")
        assert answer.returncode == 1
        assert sentence in answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("domain", "key", "text"),
    [
        ("com.apple.mobile.battery", "BatteryCurrentCapacity", "83"),
        ("com.apple.international", "Locale", "zh_CN"),
        ("com.apple.mobile.backup", "WillEncrypt", "false"),
        ("com.apple.security.mac.amfi", "DeveloperModeStatus", "false"),
        ("com.apple.mobile.iTunes", "iTunesSetupComplete", "true"),
        ("com.apple.fmip", "IsAssociated", "false"),
        ("com.apple.purplebuddy", "SetupDone", "true"),
        ("com.apple.disk_usage", "TotalDiskCapacity", "127989493760"),
    ],
)
def test_domains_answer_by_key(trusted_once: WiredBench, domain: str, key: str, text: str) -> None:
    assert trusted_once.tool("ideviceinfo", "-q", domain, "-k", key).stdout.strip() == text


@pytest.fixture(scope="module")
def trusted_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WiredBench]:
    """One paired phone for tests that only read."""
    with wired(tmp_path_factory.mktemp("home"), make_iphone(timing=FAST)) as running:
        running.trust_next()
        assert "SUCCESS" in running.tool("idevicepair", "pair").stdout
        yield running


def test_everything_at_once_is_a_property_list(trusted_once: WiredBench) -> None:
    values = plistlib.loads(trusted_once.tool("ideviceinfo", "-x").stdout.encode())
    assert values["SerialNumber"] == trusted_once.phone.serial
    assert values["DeviceName"] == trusted_once.phone.secrets()["device_name"]


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (("ioregentry", "AppleSmartBattery"), "IORegistry"),
        (("ioregentry", "options"), "IORegistry"),
        (("diagnostics", "GasGauge"), "GasGauge"),
        (("mobilegestalt", "SerialNumber"), "MobileGestalt"),
    ],
)
def test_diagnostics_are_property_lists(trusted_once: WiredBench, command: tuple[str, ...], key: str) -> None:
    answer = trusted_once.tool("idevicediagnostics", *command)
    assert answer.returncode == 0
    assert plistlib.loads(answer.stdout.encode())[key]


def test_crash_reports_are_copied_and_kept(trusted_once: WiredBench, tmp_path: Path) -> None:
    assert "Done" in trusted_once.tool("idevicecrashreport", "-k", str(tmp_path)).stdout
    assert len(list(tmp_path.glob("panic-full-*.ips"))) == 1
    assert trusted_once.phone.strata.crashes.names("/") == sorted(found.name for found in tmp_path.iterdir())


def test_crash_reports_are_moved_away_when_asked(trusted: WiredBench, tmp_path: Path) -> None:
    assert trusted.tool("idevicecrashreport", str(tmp_path)).returncode == 0
    assert not [name for name in trusted.phone.strata.crashes.names("/") if name.endswith(".ips")]


def test_name_and_clock(trusted: WiredBench) -> None:
    assert trusted.tool("idevicename", "Bench 7").returncode == 0
    assert trusted.tool("idevicename").stdout.strip() == "Bench 7"
    assert "2026" in trusted.tool("idevicedate").stdout


def test_a_restart_takes_the_phone_away_and_brings_it_back(trusted: WiredBench) -> None:
    assert trusted.tool("idevicediagnostics", "restart").returncode == 0
    trusted.wait(lambda: trusted.tool("idevice_id", "-l").stdout == "" or trusted.ports[0].address > 1)
    trusted.wait(lambda: trusted.ports[0].usb() is not None)
    assert "SUCCESS" in trusted.tool("idevicepair", "validate").stdout
    assert trusted.phone.truth()["resets"] == 0


def test_an_old_pairing_is_worth_nothing_after_an_erase(trusted: WiredBench) -> None:
    trusted.press("erase_in_settings")
    trusted.wait(lambda: trusted.phone.truth()["erased"] is True)
    trusted.wait(lambda: bool(trusted.tool("idevice_id", "-l").stdout))
    assert "is not paired with this host" in trusted.tool("idevicepair", "validate").stdout
    assert "SUCCESS" in trusted.tool("idevicepair", "pair").stdout  # no dialog at the set-up screen
    assert trusted.tool("ideviceinfo", "-k", "ActivationState").stdout.strip() == "Unactivated"


def test_tls_1_2_is_enough(tmp_path: Path) -> None:
    with wired(tmp_path, make_iphone(variation=["tls_1_2"])) as bench:
        bench.trust_next()
        assert "SUCCESS" in bench.tool("idevicepair", "pair").stdout
        assert bench.tool("ideviceinfo", "-k", "SerialNumber").stdout.strip() == bench.phone.serial


def test_hostile_names_come_through_unharmed(tmp_path: Path) -> None:
    with wired(tmp_path, make_iphone(variation=["hostile_name"])) as bench:
        bench.trust_next()
        bench.tool("idevicepair", "pair")
        assert "$(reboot) %s {0}" in bench.tool("idevicename").stdout


def test_two_phones_are_told_apart(tmp_path: Path) -> None:
    with wired(tmp_path, *(make_iphone(seed=seed, timing=FAST) for seed in (1, 2))) as bench:
        one, two = bench.phones
        assert set(bench.tool("idevice_id", "-l").stdout.split()) == {one.udid, two.udid}
        for phone in (one, two):
            assert phone.udid in bench.tool("ideviceinfo", "-s", "-u", phone.udid, "-k", "UniqueDeviceID").stdout
