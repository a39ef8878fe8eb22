# SPDX-License-Identifier: GPL-3.0-or-later
"""Silent checks of an Android phone over the cable: two acts, one round trip each, nobody's hand.

The second writes: 32 MiB of random bytes into the shell's own folder, which go again in the same line. Where that did
not come to its end they are removed by a second one; a phone that is gone by then keeps them until its erase, and
whoever checked it is told (`station.checking.scratch`).
"""

from phones.android.silent import GONE, READ, WRITE, clearing_question, silent_question, speed_question
from phones.port import Platform
from station.checking.act import CheckAct, Measurer, Profile, Scene

SILENT_S = 90.0
"""Three scans of Wi-Fi and some twenty dumps; a slow phone needs 20 s for them (`unconfirmed`)."""
SPEED_S = 60.0
CLEARING_S = 10.0
SPEED_ASKED, CLEARING_ASKED = "check.speed_android", "check.speed_android.clearing"
GIVES = (
    "radio.wifi",
    "radio.wifi_heard",
    "radio.bluetooth_works",
    "radio.bluetooth_crashes",
    "radio.bluetooth_number",
    "radio.nfc_works",
    "radio.gnss_receiver",
    "radio.gnss_reports",
    "radio.uwb_works",
    "radio.network",
    "radio.sim_slots_work",
    "sensors.accelerometer",
    "sensors.gravity_off_permille",
    "storage.life_percent",
    "storage.end_of_life",
    "memory.of_claim_permille",
    "consistency.contradictions",
    "display.fastest_hz",
    "display.mode",
    "charging.plugged",
    "charging.status",
    "charging.offered_ma",
    "charging.current_ma",
    "charging.full_ma",
    "vibrator.count",
    "cameras.flash",
    "audio.devices",
    "input.fingers",
    "input.keys",
    "crashes.system",
    "crashes.native",
    "crashes.kernel",
    "biometrics.fingerprint",
    "biometrics.face",
    "system.patch_age_days",
    "system.launch_age_days",
    "tamper.selinux",
    "usb.state",
)
SPEED_GIVES = (WRITE, READ, GONE)


def run(scene: Scene) -> None:
    """Ask everything that is only read. Raises: BenchError."""
    today = scene.clock.now().date()
    scene.phone.ask(
        silent_question("check.silent_android", scene.draw(), today=today, timeout_s=SILENT_S), scene.moment
    )


def run_speed(scene: Scene) -> None:
    """Write a file, read it, remove it, and remove it again unless the phone said that it is gone. Raises:
    BenchError.
    """
    answer = scene.phone.ask(speed_question(SPEED_ASKED, scene.draw(), timeout_s=SPEED_S), scene.moment)
    if answer.values.get(GONE) != "yes":
        scene.phone.ask(clearing_question(CLEARING_ASKED, scene.draw(), timeout_s=CLEARING_S), scene.moment)


SILENT_ANDROID_ACT = CheckAct(
    name="silent_android",
    measurer=Measurer.CABLE,
    platforms=(Platform.ANDROID,),
    profiles=(Profile.QUICK, Profile.FULL, Profile.KIOSK),
    gives=GIVES,
    run=run,
)
SPEED_ANDROID_ACT = CheckAct(
    name="speed_android",
    measurer=Measurer.CABLE,
    platforms=(Platform.ANDROID,),
    profiles=(Profile.FULL,),
    gives=SPEED_GIVES,
    run=run_speed,
)
