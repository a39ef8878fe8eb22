# SPDX-License-Identifier: GPL-3.0-or-later
"""Readers of the silent questions: what is healthy, what is broken, and that no text of a phone makes them raise."""

import secrets
from collections.abc import Callable, Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones.allowed import MALFORMED, allowed
from phones.android import readers_alive as alive
from phones.android import readers_history as history
from phones.android import readers_radio as radio
from phones.android.silent import SPEED_BYTES, silent_question, speed_question
from phones.errors import ReplyMalformedError
from phones.link import Effect, Reply, ShellLine
from phones.signs import NOT_MEASURED
from tests.phones.android.silent_answers import ALL, BUILT, HEALTH, TODAY, WIFI_ON, dd, events

FULLY_BUILT = BUILT | {"fingerprint", "biometrics.face", "camera.flash"}
READERS: Mapping[str, Callable[[str], Mapping[str, str]]] = {
    "access_points": lambda text: radio.access_points(text, text),
    "bluetooth": lambda text: radio.bluetooth_alive(text, BUILT),
    "nfc": lambda text: radio.nfc_alive(text, BUILT),
    "satellites": lambda text: radio.satellites(text, BUILT),
    "wideband": lambda text: radio.wideband(text, BUILT),
    "registration": lambda text: radio.registration(text, BUILT),
    "sim_reader": lambda text: radio.sim_reader(text, BUILT),
    "accelerometer": lambda text: alive.accelerometer(text, text),
    "accelerometer, later": lambda text: alive.accelerometer(events(1), text),
    "storage_life": alive.storage_life,
    "speed": lambda text: alive.speed(text, "storage.flash_read_kb_s", 1),
    "memory": lambda text: alive.memory_claim(text, text),
    "display": lambda text: alive.display_modes(text, text),
    "charging": lambda text: alive.charging(text, text),
    "audio": alive.audio_devices,
    "inputs": alive.inputs,
    "flash": lambda text: alive.flash(text, FULLY_BUILT),
    "vibrators": alive.vibrators,
    "crashes": history.crashes,
    "panics": history.panics,
    "biometrics": lambda text: history.biometrics(text, FULLY_BUILT),
    "ages": lambda text: history.ages(text, text, TODAY),
    "enforcing": history.enforcing,
    "usb": history.usb,
}
_FRAGMENTS = (
    "heard 3", WIFI_ON, "enabled: true", "state: ON", "address: 12:34:56:", "Bluetooth crashed 7 times", "mState=on",
    "GNSS Hardware Model Name: q", "Number of CN0 reports: 99999999999", "Uwb is enabled", "mVoiceRegState=0", "LOADED",
    events(40), events(50, felt=0.0), f"{HEALTH}/life_time_estimation_a:0x0b", f"{HEALTH}/eol_info:0x03",
    dd(SPEED_BYTES, "0.171"), "MemTotal: 999999999999 kB", "12GB,Micron", "width=1080, height=2424, refreshRate=120.0",
    "Physical size: 1080x2424", "USB powered: true", "status: 2", "-450000", "AUDIO_DEVICE_OUT_SPEAKER", "KEY_POWER",
    "ABS_MT_SLOT  : value 0, min 0, max 99", "[TRUE", "No vibrator found", "0", "Drop box contents: 3 entries",
    "SYSTEM_TOMBSTONE (", "kernel_panic", "modality 15", "Sensors:", "2026-01-05", "34", "Enforcing",
    "kernel_state=CONFIGURED", "\x00", "\ufffd", "٣", "9" * 21,
)  # fmt: skip
HOSTILE = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(_FRAGMENTS), max_size=12).map("\n".join),
    st.lists(st.one_of(st.sampled_from(_FRAGMENTS), st.text(max_size=12)), max_size=12).map(" ".join),
)


@pytest.mark.parametrize("reader", READERS)
@given(text=HOSTILE)
def test_whatever_a_phone_says_is_read_in_its_shape_or_not_at_all(reader: str, text: str) -> None:
    for name, told in READERS[reader](text).items():
        assert allowed(name).admit(told) != MALFORMED, (name, told)


@given(text=HOSTILE)
def test_a_forged_script_answer_is_malformed_or_fits(text: str) -> None:
    for question in (
        silent_question("check.silent_android", "0" * 32, today=TODAY, timeout_s=1),
        speed_question("check.speed_android", "0" * 32, timeout_s=1),
    ):
        with pytest.raises(ReplyMalformedError):
            question.read(Reply(body=text.encode("utf-8", "replace")))


def test_two_round_trips_of_which_one_writes() -> None:
    mark = secrets.token_hex(16)
    silent = silent_question("check.silent_android", mark, today=TODAY, timeout_s=1)
    speed = speed_question("check.speed_android", mark, timeout_s=1)
    assert (silent.effect, speed.effect) == (Effect.READS, Effect.WRITES)
    for question in (silent, speed):
        assert isinstance(question.request, ShellLine)
        assert len(question.request.line.encode()) < 32 * 1024


@pytest.mark.parametrize("answer", [answer for answer in ALL if answer], ids=repr)
def test_what_was_not_measured_has_no_value_beside_its_sign(answer: Mapping[str, str]) -> None:
    signs = {name.removeprefix(NOT_MEASURED) for name in answer if name.startswith(NOT_MEASURED)}
    assert signs
    assert not signs & answer.keys()


@pytest.mark.parametrize(
    ("told", "values"),
    [
        (radio.access_points("heard 0", WIFI_ON), {"radio.wifi": "on", "radio.wifi_heard": "0"}),
        (radio.access_points("", WIFI_ON), {"radio.wifi": "on"}),
        (radio.access_points("heard 3", ""), {}),
        (
            radio.bluetooth_alive("enabled: true\nstate: ON\naddress: 00:00:00:\nBluetooth crashed 3 times", BUILT),
            {"radio.bluetooth_works": "yes", "radio.bluetooth_crashes": "3", "radio.bluetooth_number": "blank"},
        ),
        (radio.nfc_alive("mState=on", BUILT), {"radio.nfc_works": "yes"}),
        (radio.nfc_alive("", BUILT - {"nfc"}), {"radio.nfc_works": "absent"}),
        (radio.nfc_alive("", frozenset()), {}),
        (radio.satellites("GNSS Hardware Model Name: null", BUILT), {"radio.gnss_receiver": "missing"}),
        (radio.wideband("", BUILT - {"uwb"}), {"radio.uwb_works": "absent"}),
        (radio.registration("mVoiceRegState=1\nmIsEmergencyOnly=true", BUILT), {"radio.network": "emergency"}),
        (radio.registration("mVoiceRegState=1\nmVoiceRegState=0", BUILT), {"radio.network": "in_service"}),
        (radio.sim_reader("CARD_IO_ERROR,ABSENT", BUILT), {"radio.sim_slots_work": "no"}),
        (radio.sim_reader("CARD_IO_ERROR,LOADED", BUILT | {"telephony.euicc"}), {"radio.sim_slots_work": "no"}),
        (radio.sim_reader("LOADED,ABSENT", BUILT), {"radio.sim_slots_work": "yes"}),
        (radio.sim_reader("PERM_DISABLED", BUILT), {"radio.sim_slots_work": "yes"}),
        (radio.sim_reader("", BUILT - {"telephony"}), {"radio.sim_slots_work": "no_modem"}),
        (radio.sim_reader("", BUILT), {}),
        (radio.sim_reader("LOADED,NOT_READY", BUILT), {"radio.sim_slots_work": "yes"}),
        (radio.sim_reader("LOADED,NEW_WORD", BUILT), {"not_measured.radio.sim_slots_work": "unknown_word"}),
        (radio.sim_reader("LOADED,UNKNOWN", BUILT), {"not_measured.radio.sim_slots_work": "unknown_word"}),
        (
            alive.accelerometer(events(10), events(20, felt=4.0)),
            {"sensors.accelerometer": "moving", "sensors.gravity_off_permille": "592"},
        ),
        (
            alive.storage_life("/sys/block/mmcblk0/device/life_time:0x01 0x09\n/sys/x/pre_eol_info:0x02"),
            {"storage.life_percent": "10", "storage.end_of_life": "warning"},
        ),
        (alive.storage_life(f"{HEALTH}/life_time_estimation_b:0x0b"), {"storage.life_percent": "0"}),
        (alive.storage_life(f"{HEALTH}/eol_info:0x03"), {"storage.end_of_life": "urgent"}),
        (alive.speed(dd(32_000_000, "4.0"), "storage.flash_write_kb_s", 1), {"storage.flash_write_kb_s": "8000"}),
        (alive.speed("dd: bad iflag direct", "storage.flash_read_kb_s", 1), {}),
        (alive.memory_claim("MemTotal: 2900000 kB", "12GB,Micron,LPDDR5X"), {"memory.of_claim_permille": "230"}),
        (alive.memory_claim("MemTotal: 2900000 kB", ""), {}),
        (
            alive.display_modes("width=2424, height=1080, refreshRate=59.99\nfps=119.88", "Physical size: 1080x2424"),
            {"display.fastest_hz": "120", "display.mode": "panel"},
        ),
        (
            alive.charging("AC powered: false\nUSB powered: false\nstatus: 3", "120000"),
            {
                "charging.plugged": "none",
                "charging.status": "discharging",
                "not_measured.charging.full_ma": "not_full",
            },
        ),
        (
            alive.charging("status: 4\nlevel: 60", "0"),
            {"charging.status": "not_charging", "not_measured.charging.full_ma": "not_full"},
        ),
        (
            alive.charging("status: 5\nlevel: 100", "-1200000"),
            {"charging.status": "full", "charging.current_ma": "full", "charging.full_ma": "1200"},
        ),
        (alive.charging("status: 5", ""), {"charging.status": "full", "charging.current_ma": "full"}),
        (alive.vibrators("No vibrator found\n\n"), {"vibrator.count": "0"}),
        (alive.flash("[FALSE\n[FALSE", FULLY_BUILT), {"cameras.flash": "no"}),
        (alive.flash("[FALSE", BUILT), {"cameras.flash": "absent"}),
        (history.crashes("system_server_crash ("), {}),
        (
            history.crashes("Drop box contents: 3 entries\nsystem_server_watchdog (\nSYSTEM_TOMBSTONE (\nx ("),
            {"crashes.system": "1", "crashes.native": "1"},
        ),
        (history.panics("reboot\nkernel_panic\nwatchdog"), {"crashes.kernel": "2"}),
        (history.panics(""), {}),
        (
            history.biometrics("Sensors:\nmodality 8", FULLY_BUILT),
            {"biometrics.fingerprint": "missing", "biometrics.face": "present"},
        ),
        (history.biometrics("", FULLY_BUILT), {}),
        (
            history.ages("2025-11-01", "34", date(2026, 11, 1)),
            {"system.patch_age_days": "365", "system.launch_age_days": "1124"},
        ),
        (history.enforcing("Permissive\n"), {"tamper.selinux": "permissive"}),
        (history.usb("kernel_state=DISCONNECTED"), {"usb.state": "other"}),
    ],
    ids=lambda value: "" if isinstance(value, dict) and not value else None,
)  # fmt: skip
def test_what_a_part_says_is_what_is_kept(told: Mapping[str, str], values: Mapping[str, str]) -> None:
    assert told == values
