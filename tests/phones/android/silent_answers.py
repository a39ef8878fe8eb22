# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers to the silent questions that show each sign of not having been measured."""

from collections.abc import Mapping
from datetime import date

from phones.android import readers_alive as alive
from phones.android import readers_history as history
from phones.android import readers_radio as radio

BUILT = frozenset({"touchscreen", "telephony", "bluetooth", "nfc", "location.gps", "uwb"})
WIFI_ON = "Wi-Fi is enabled"
TODAY = date(2026, 11, 1)
HEALTH = "/sys/devices/platform/soc/1d84000.ufshc/health_descriptor"


def events(first: int, *, count: int = 10, frozen: bool = False, felt: float = 9.81) -> str:
    """Recent events of an accelerometer, five a second, from number `first` on."""
    rows = [
        f"\t{place + 1:2d} (ts={(first + place) / 5:.9f}, wall=12:00:00.000) 0.0{0 if frozen else place % 7},"
        f" -0.02, {felt:.2f}, \n"
        for place in range(count)
    ]
    return f"LSM6DSO Accelerometer Non-wakeup: last {count} events\n" + "".join(rows)


def dd(count: int, seconds: str) -> str:
    return f"32+0 records in\n32+0 records out\n{count} bytes (32 M) copied, {seconds} s, 188 M/s\n"


ALL: tuple[Mapping[str, str], ...] = (
    radio.access_points("heard 3\nheard 4", WIFI_ON),
    radio.access_points("heard 0", "Wi-Fi is disabled"),
    radio.bluetooth_alive("enabled: true\nenabled: false", BUILT),
    radio.bluetooth_alive("enabled: false\nstate: OFF", BUILT),
    radio.bluetooth_alive("enabled: true\nstate: BLE_TURNING_ON\naddress: null", BUILT),
    radio.nfc_alive("mState=on\nmState=off", BUILT),
    radio.nfc_alive("mState=off", BUILT),
    radio.nfc_alive("mState=turning", BUILT),
    radio.satellites("Number of CN0 reports: 0", BUILT),
    radio.satellites("Number of CN0 reports: 1\nNumber of CN0 reports: 2", BUILT),
    radio.wideband("Uwb is disabled", BUILT),
    radio.wideband("Uwb is disabled\nUwb is enabled", BUILT),
    radio.registration("mVoiceRegState=3\nmDataRegState=3", BUILT),
    radio.registration("mVoiceRegState=1\nmIsEmergencyOnly=false", BUILT),
    radio.sim_reader("NOT_READY,NOT_READY", BUILT),
    radio.sim_reader("ABSENT", BUILT),
    radio.sim_reader("ABSENT,NOT_READY", BUILT),
    radio.sim_reader("LOADED,ABSENT", BUILT | {"telephony.euicc"}),
    radio.sim_reader("LOADED,ABSENT", frozenset()),
    radio.sim_reader("UNKNOWN", BUILT),
    radio.sim_reader("LOADED,UNKNOWN", BUILT),
    alive.accelerometer(events(10), events(10)),
    alive.accelerometer(events(10, frozen=True), events(20, frozen=True)),
    alive.accelerometer(events(10, count=2), events(20, count=2)),
    alive.storage_life(f"{HEALTH}/life_time_estimation_a:0x00\n{HEALTH}/eol_info:0x00"),
    alive.storage_life(f"{HEALTH}/life_time_estimation_a:0x0c\n{HEALTH}/eol_info:0x07"),
    alive.speed(dd(1024, "0.1"), "storage.flash_write_kb_s", 2048),
    alive.speed(dd(4096, "0"), "storage.flash_write_kb_s", 2048),
    alive.speed(dd(4096, "0.1") + dd(4096, "0.2"), "storage.flash_write_kb_s", 2048),
    alive.memory_claim("MemTotal: 8000000 kB", "0GB,x"),
    alive.memory_claim("MemTotal: 8000000 kB\nMemTotal: 4000000 kB", "8GB,x"),
    alive.display_modes("width=1080, height=2400\nwidth=720, height=1600", "Physical size: 1080x2400"),
    alive.charging("UPDATES STOPPED", ""),
    alive.charging("AC powered: true\nUSB powered: true\nstatus: 2\nstatus: 3", ""),
    alive.charging("status: 1\nMax charging current: 0", ""),
    alive.charging("status: 2", "4200"),
    alive.charging("status: 2", "90000000"),
    alive.charging("status: 4\nlevel: 80", "0"),
    alive.charging("status: 5\nlevel: 100", "4200"),
    alive.charging("status: 5\nlevel: 100", "90000000"),
    history.ages("2027-06-01", "", TODAY),
    history.ages("2027-02-31", "", TODAY),
    history.usb("kernel_state=CONFIGURED\nkernel_state=DISCONNECTED"),
)
