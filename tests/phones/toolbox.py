# SPDX-License-Identifier: GPL-3.0-or-later
"""Android's command-line tools as tiny programs on PATH, full of a seller's data, for a real `sh`.

The lines we send are run by a real shell, so that quoting, pipes and filters are tried as they go out.
"""

# ruff: noqa: E501 - a line a tool prints is a line

import shutil
import struct
import subprocess
from collections.abc import Mapping
from pathlib import Path

from phones.link import Question, Reply, ShellLine

SELLER = {
    "account": "anna.kowalska@example.com",
    "user": "Anna Kowalska",
    "wifi": "Kowalska-Home-5G",
    "iccid": "8948010000001234567",
    "imsi": "260011234567890",
    "volume": "7A1B-22FF",
    "app": "com.example.dating",
    "cell": "CELL-SERIAL-99",
    "bluetooth": "Annas AirPods",
}
SERIAL = "R58N12ABCDE"
IMEI = "353918057901122"
IMEI2 = "353918057901130"

PROPERTIES = {
    "ro.product.manufacturer": "Google",
    "ro.product.brand": "google",
    "ro.product.model": "Pixel 6",
    "ro.product.device": "oriole",
    "ro.serialno": SERIAL,
    "ro.build.version.sdk": "33",
    "ro.build.version.release": "13",
    "ro.build.id": "TQ3A.230901.001",
    "ro.build.type": "user",
    "ro.build.fingerprint": "google/oriole/oriole:13/TQ3A.230901.001/10750268:user/release-keys",
    "ro.build.version.security_patch": "2023-09-05",
    "ro.product.first_api_level": "31",
    "ro.build.tags": "release-keys",
    "ro.debuggable": "0",
    "ro.boot.verifiedbootstate": "green",
    "ro.boot.flash.locked": "1",
    "ro.boot.vbmeta.device_state": "locked",
    "sys.boot.reason": "reboot",
    "sys.boot_completed": "1",
    "ro.crypto.state": "encrypted",
    "ro.crypto.type": "file",
    "ro.crypto.metadata.enabled": "true",
    "gsm.sim.state": "ABSENT,NOT_READY",
    "persist.sys.boot.reason.history": "reboot,1699990000\nreboot,factory_reset,1600000000",
    "gsm.version.baseband": "g5123b-1",
    "sys.oem_unlock_allowed": "0",
}
BATTERY = (
    "Current Battery Service state:\n  AC powered: false\n  USB powered: true\n  status: 2\n  health: 2\n  present: true\n"
    "  level: 84\n  scale: 100\n  voltage: 4110\n  temperature: 301\n  technology: Li-ion\n"
)
"""`dumpsys battery` as every maker prints it; a maker's own lines follow."""
THERMAL = (
    "IsStatusOverride: false\nThermal Status: 0\nHAL Ready: true\nCurrent temperatures from HAL:\n"
    "\tTemperature{mValue=31.0, mType=3, mName=skin, mStatus=0}"
)


def _parcel(text: str) -> str:
    data = struct.pack("<II", 0, len(text)) + text.encode("utf-16-le")
    data += bytes(-len(data) % 4)
    return "Result: Parcel(" + " ".join(f"{word:08x}" for (word,) in struct.iter_unpack("<I", data)) + " '...')"


def outputs() -> dict[str, str]:
    """What each command line prints."""
    return {
        "service call iphonesubinfo 1 s16 com.android.shell": _parcel(IMEI),
        "service call iphonesubinfo 4 i32 1 s16 com.android.shell": _parcel(IMEI2),
        "settings get global device_provisioned": "1",
        "settings get secure user_setup_complete": "1",
        "settings get global boot_count": "57",
        "settings get secure android_id": "0123456789abcdef",
        "settings get global secure_frp_mode": "0",
        "settings get secure secure_frp_mode": "null",
        "gsi_tool status": "normal",
        "dumpsys user": f"Users:\n  UserInfo{{0:{SELLER['user']}:c13}} serialNo=0\n    State: RUNNING_UNLOCKED\n    Restrictions:\n      none",
        "cmd role get-role-holders android.app.role.FINANCED_DEVICE_KIOSK": "",
        "pm list packages": f"package:android\npackage:{SELLER['app']}\npackage:com.google.android.devicelockcontroller",
        "dumpsys account": f"User UserInfo{{0:{SELLER['user']}:c13}}:\n  Accounts: 1\n    Account {{name={SELLER['account']}, type=com.google}}\n"
        f"  RegisteredServicesCache: 1 services\n    ServiceInfo: AuthenticatorDescription {{type=com.whatsapp}}, x",
        "dpm list-owners": "no owners",
        "dumpsys device_policy": "Current Device Policy Manager state:\n  Device Owner Type: -1\n  name="
        + SELLER["user"],
        "dumpsys persistent_data_block": "Has FRP credential handle: true\nFRP challenge block size: 0",
        "dumpsys lock_settings": "    User 0\n      CredentialType: NONE",
        "dumpsys window policy": "    KeyguardServiceDelegate\n      secure=false",
        "sm list-volumes all": f"private mounted null\npublic:179,1 mounted {SELLER['volume']}",
        "pm list packages -3": f"package:{SELLER['app']}\npackage:org.example.two",
        "dumpsys battery": BATTERY + f"  mSavedBatteryAsoc: [93]\n  serial: {SELLER['cell']}",
        "dumpsys activity broadcasts": f"extras: android.os.extra.CYCLE_COUNT=139 {SELLER['app']}",
        "dumpsys batterystats": f"  Estimated battery capacity: 4600 mAh\n  {SELLER['app']}",
        "df -k /data": "Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/block/dm-5 112000000 2000000 110000000 2% /data",
        "wm size": "Physical size: 1080x2400",
        "dumpsys sensorservice": "0x1) Accel | x | ver: 1 | type: android.sensor.accelerometer(1)\nConnection: "
        + SELLER["app"],
        "dumpsys media.camera": "Number of camera devices: 2\n  Facing: BACK\n  Facing: FRONT\n  client "
        + SELLER["app"],
        "pm list features": "feature:android.hardware.telephony\nfeature:android.hardware.touchscreen\nfeature:android.hardware.wifi\nfeature:android.hardware.bluetooth\nfeature:android.hardware.nfc",
        "cmd wifi status": f'Wifi is enabled\nWifi is connected to "{SELLER["wifi"]}"',
        "dumpsys wifi": f'Wi-Fi is enabled\nVerbose logging is off\nID: 0 SSID: "{SELLER["wifi"]}"',
        "dumpsys bluetooth_manager": f"  enabled: true\n  name: {SELLER['bluetooth']}",
        "dumpsys nfc": "mState=on",
        "dumpsys thermalservice": THERMAL,
    }


def install(
    folder: Path,
    *,
    properties: Mapping[str, str] | None = None,
    without: tuple[str, ...] = (),
    prints: Mapping[str, str] | None = None,
) -> Path:
    """Write the tools into `folder`; `without` names tools the phone does not have, `prints` what command lines print
    instead.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for tool in ("cat", "date", "grep", "ls", "sh", "sleep", "which"):
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)
    words: dict[str, dict[str, str]] = {}
    for line, text in {**outputs(), **(prints or {})}.items():
        tool, _, arguments = line.partition(" ")
        words.setdefault(tool, {})[arguments] = text
    words["getprop"] = {**PROPERTIES, **(properties or {})}
    for tool, answers in words.items():
        if tool in without:
            continue
        cases = "".join(
            f"{_quote(arguments)}) printf '%s\\n' {_quote(text)};;\n" for arguments, text in answers.items()
        )
        default = "echo" if tool == "getprop" else "echo nothing >&2; exit 1"
        program = folder / tool
        program.write_text(f'#!/bin/sh\ncase "$*" in\n{cases}*) {default};;\nesac\n')
        program.chmod(0o755)
    return folder


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def ask(question: Question, tools: Path) -> tuple[Reply, dict[str, str]]:
    """Run the question's line in a real shell; the raw reply and what the reader takes from it."""
    assert isinstance(question.request, ShellLine)
    run = subprocess.run(
        [str(tools / "sh"), "-c", question.request.line],
        capture_output=True,
        check=False,
        timeout=90,
        env={"PATH": str(tools)},
    )
    reply = Reply(status=run.returncode, body=run.stdout, error=run.stderr)
    return reply, dict(question.read(reply))
