# SPDX-License-Identifier: GPL-3.0-or-later
"""Silent checks of an iPhone over the cable: one batch, nobody is needed."""

from phones.apple.silent import silent_question
from phones.identifiers import PART_MEANINGS
from phones.port import Platform
from station.checking.act import CheckAct, Measurer, Profile, Scene

TIMEOUT_S = 120.0
"""A batch of some fifty parts, of which any one may take 15 s; a healthy phone is done within some seconds."""

GIVES = (
    *(f"parts.{part}" for part in PART_MEANINGS),
    *(f"parts.{part}_state" for part in PART_MEANINGS),
    "parts.read",
    "parts.blank",
    "parts.panel_maker",
    "parts.panel_auth",
    "parts.battery_auth",
    "face_id.self_test",
    "display.true_tone",
    "touch.electrodes",
    "touch.scan_hz",
    "cameras.back_calibration",
    "cameras.front_calibration",
    "cameras.modules",
    "radio.wifi_address",
    "radio.bluetooth_address",
    "radio.wifi_healthy",
    "radio.bluetooth_healthy",
    "radio.uwb",
    "radio.nfc_built",
    "radio.gnss_built",
    "radio.sim_reader",
    "media.sim_tray",
    "audio.microphones",
    "sensors.ambient_light",
    "storage.nand_state",
    "storage.built_gb",
    "storage.write_kb_s",
    "storage.read_kb_s",
    "storage.read_back",
    "storage.scratch_removed",
    "charge.connected",
    "charge.state",
    "charge.current_ma",
    "charge.full_ma",
    "battery.voltage_mv",
    "battery.gauge",
    "product.sold_as",
    "security.production",
    "security.enclave",
    "system.support",
    "panics.families",
    "panics.hardware",
    "consistency.contradictions",
)


def run(scene: Scene) -> None:
    """Ask everything once and keep what is told. Raises: BenchError."""
    if not scene.is_over():
        scene.phone.ask(silent_question(scene.draw(), timeout_s=TIMEOUT_S), scene.moment)


SILENT_APPLE_ACT = CheckAct(
    name="silent_apple",
    measurer=Measurer.CABLE,
    platforms=(Platform.APPLE,),
    profiles=(Profile.QUICK, Profile.FULL, Profile.KIOSK),
    gives=GIVES,
    run=run,
)
