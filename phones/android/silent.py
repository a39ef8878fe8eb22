# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Android phone answers silently, beyond its inspection: one round trip that reads, and one that writes a
scratch file to see how fast its storage is.

As in the inspection, whatever could print a name (network, place, account) is cut away or counted on the phone.
"""

from collections.abc import Callable, Mapping
from datetime import date

from phones.android import readers_alive as alive
from phones.android import readers_checks as checks
from phones.android import readers_history as history
from phones.android import readers_radio as radio
from phones.android.consistency import further_contradictions
from phones.android.not_ready import FILTER, is_not_ready
from phones.android.readers import Values
from phones.android.script import Part, PartResult, script, split
from phones.link import Effect, Question, Reply, ShellLine

SPEED_BYTES = 32 * 1024 * 1024
"""More than the buffers of a storage chip, and written in three seconds by the slowest that passes."""
SPEED_FILE = "/data/local/tmp/.proofwipe-speed"
_PROPERTIES = (
    "gsm.sim.state",
    "ro.boot.hardware.ddr",
    "ro.product.cpu.abilist",
    "ro.build.version.security_patch",
    "ro.product.first_api_level",
)
_FEATURES = (  # graded
    r"touchscreen|telephony(\.euicc)?|bluetooth|nfc|location\.gps|uwb|fingerprint|biometrics\.face|camera\.flash|wifi"
)
_SENSOR_EVENTS = "dumpsys sensorservice | grep -iA50 'accelerometer.*: last [0-9]* events'"
# Younger than 100 s, so that a radio that has died since is not credited with what it heard before.
_HEARD = r"^ *([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2} +[0-9]{4,5} +-[0-9]+(\([^)]*\))? +[0-9]{1,2}\.[0-9]"
_SCAN = (
    'if [ "$(getprop ro.build.version.sdk)" -ge 30 ];then for i in 1 2 3;do cmd wifi start-scan >/dev/null;sleep 2;'
    f"n=$(cmd wifi list-scan-results | grep -cE '{_HEARD}');"
    '[ "$n" -gt 0 ]&&break;done;'
    "cmd wifi list-scan-results | grep -qE '^ *BSSID|^No scan results'&&echo \"heard $n\";"
    # Below Android 11 no shell can have it scan: what it heard by itself counts, and nothing heard says nothing.
    f'else n=$(dumpsys wifi | grep -cE \'{_HEARD}\');[ "$n" -gt 0 ]&&echo "heard $n";fi'
)
_HEALTH = (
    "grep -sHE '^0x' /sys/block/mmcblk0/device/life_time /sys/block/mmcblk0/device/pre_eol_info"
    " /sys/devices/platform/*/health_descriptor/*life_time_estimation_[ab]"
    " /sys/devices/platform/*/health_descriptor/eol_info"
    " /sys/devices/platform/*/*/health_descriptor/*life_time_estimation_[ab]"
    " /sys/devices/platform/*/*/health_descriptor/eol_info"
)
_ASKED: Mapping[str, str] = {
    "sensors_first": _SENSOR_EVENTS,
    **{f"property.{name}": f"getprop {name}" for name in _PROPERTIES},
    "features": rf"pm list features | grep -E '^feature:android\.hardware\.({_FEATURES})$'",
    "wifi_on": "dumpsys wifi | grep -oE -m1 '^Wi-Fi is [a-z]+'",
    "wifi_scan": _SCAN,
    "bluetooth": "dumpsys bluetooth_manager | grep -oiE"
    " '^ *enabled: (true|false)|^ *state: [A-Z_]+|Bluetooth crashed [0-9]+|^ *address: (null|([0-9A-FX]{2}:){3})'",
    "nfc": "dumpsys nfc | grep -oE '^ *mState=[a-z]+'",
    "gnss": "dumpsys location | grep -oE 'GNSS Hardware Model Name: (null|[^ ])|Number of CN0 reports: [0-9]+'",
    "uwb": "cmd uwb status | grep -oiE '^ *uwb is (enabled|disabled)'",
    "network": "dumpsys telephony.registry | grep -oE 'm(Voice|Data)RegState=[0-3]|(mI|i)sEmergencyOnly=(true|false)'",
    "storage_life": _HEALTH,
    "memory": "grep '^MemTotal:' /proc/meminfo",
    "machine": "uname -m",
    "display": "dumpsys display | grep -oE"
    r" '(mActiveSfDisplayMode=DisplayMode|PhysicalDisplayInfo)\{[^}]*|\bfps=[0-9.]+'",
    "display_size": "wm size | grep '^Physical size: '",
    "charging": "dumpsys battery | grep -oE '^ *(AC|USB|Wireless) powered: (true|false)|UPDATES STOPPED"
    "|^ *(status|level): [0-9]+|^ *Max charging current: [0-9]+'",
    "current": "cat /sys/class/power_supply/battery/current_now",
    "vibrator": "cmd vibrator_manager list",
    "flash": r"dumpsys media.camera | grep -A1 'flash\.info\.available' | grep -oE '\[(TRUE|FALSE)'",
    "audio": "dumpsys media.audio_policy | grep -oE 'AUDIO_DEVICE_(OUT_SPEAKER|OUT_EARPIECE|IN_BUILTIN_MIC)' | sort -u",
    "inputs": "getevent -pl | grep -oE 'KEY_(POWER|VOLUMEUP|VOLUMEDOWN)|ABS_MT_SLOT .*max [0-9]+'",
    "crashes": "dumpsys dropbox | grep -oE '^Drop box contents: [0-9]+|system_server_(crash|watchdog|native_crash) \\("
    f"|SYSTEM_TOMBSTONE(_PROTO_WITH_HEADERS)? \\(|{FILTER}'",
    "panics": "getprop persist.sys.boot.reason.history | grep -oE '^[a-z_]+'",
    "biometrics": f"dumpsys biometric | grep -oiE 'modality\"?:? ?[0-9]+|sensors\"?:|{FILTER}'",
    "selinux": "getenforce",
    "usb": "dumpsys usb | grep -oE 'kernel_state=[A-Z]+'",
    "sensors_second": f"sleep 1;{_SENSOR_EVENTS}",
}
_SPEED: Mapping[str, str] = {
    "storage_write": f"dd if=/dev/urandom of={SPEED_FILE} bs=1048576 count={SPEED_BYTES // 1048576} conv=fsync 2>&1",
    # Past the cache of the kernel: what comes from memory says nothing of the storage.
    "storage_read": f"dd if={SPEED_FILE} of=/dev/null bs=1048576 iflag=direct 2>&1",
    "storage_cleared": f"rm -f {SPEED_FILE};[ ! -e {SPEED_FILE} ]&&echo gone",
}
_CLEARED = {"storage_cleared": _SPEED["storage_cleared"]}
WRITE, READ, GONE = "storage.flash_write_kb_s", "storage.flash_read_kb_s", "storage.scratch_gone"


def silent_question(name: str, marker: str, *, today: date, timeout_s: float) -> Question:
    """Everything that can be asked without writing. `today`: the bench's own day; `marker`: as `script` says."""
    return _question(name, _ASKED, marker, Effect.READS, lambda texts: _silent(texts, today), timeout_s)


def speed_question(name: str, marker: str, *, timeout_s: float) -> Question:
    """How fast the storage takes `SPEED_BYTES` and gives them back; the file is removed in the same line."""
    return _question(name, _SPEED, marker, Effect.WRITES, _speed, timeout_s)


def clearing_question(name: str, marker: str, *, timeout_s: float) -> Question:
    """The file is removed, where that line did not come to its end, and looked for."""
    return _question(name, _CLEARED, marker, Effect.WRITES, _gone, timeout_s)


def _question(
    name: str,
    asked: Mapping[str, str],
    marker: str,
    effect: Effect,
    values_of: Callable[[Mapping[str, str]], Values],
    timeout_s: float,
) -> Question:
    parts = tuple(Part(name=part, command=command) for part, command in asked.items())

    def read(reply: Reply) -> Values:
        results = split(reply, parts, marker)
        status = {f"part.{part}": _status(result) for part, result in results.items() if "property" not in part}
        texts = {part: "" if is_not_ready(result.text) else result.text for part, result in results.items()}
        return status | values_of(texts)

    line = ShellLine(line=script(parts, marker))
    return Question(name=name, effect=effect, request=line, read=read, timeout_s=timeout_s)


def _status(result: PartResult) -> str:
    return "failed" if is_not_ready(result.text) else result.status


def _silent(texts: Mapping[str, str], today: date) -> Values:
    features = radio.listed_features(texts["features"])
    return {
        **radio.access_points(texts["wifi_scan"], texts["wifi_on"]),
        **radio.bluetooth_alive(texts["bluetooth"], features),
        **radio.nfc_alive(texts["nfc"], features),
        **radio.satellites(texts["gnss"], features),
        **radio.wideband(texts["uwb"], features),
        **radio.registration(texts["network"], features),
        **radio.sim_reader(texts["property.gsm.sim.state"], features),
        **alive.accelerometer(texts["sensors_first"], texts["sensors_second"]),
        **alive.storage_life(texts["storage_life"]),
        **alive.memory_claim(texts["memory"], texts["property.ro.boot.hardware.ddr"]),
        **further_contradictions(_claims(texts)),
        **alive.display_modes(texts["display"], texts["display_size"]),
        **alive.charging(texts["charging"], texts["current"]),
        **alive.vibrators(texts["vibrator"]),
        **alive.flash(texts["flash"], features),
        **alive.audio_devices(texts["audio"]),
        **alive.inputs(texts["inputs"]),
        **history.crashes(texts["crashes"]),
        **history.panics(texts["panics"]),
        **history.biometrics(texts["biometrics"], features),
        **history.enforcing(texts["selinux"]),
        **history.usb(texts["usb"]),
        **history.ages(
            texts["property.ro.build.version.security_patch"], texts["property.ro.product.first_api_level"], today
        ),
    }


def _claims(texts: Mapping[str, str]) -> Values:
    return {
        **checks.memory(texts["memory"]),
        **alive.claimed_memory(texts["property.ro.boot.hardware.ddr"]),
        **alive.machine(texts["machine"], texts["property.ro.product.cpu.abilist"]),
    }


def _speed(texts: Mapping[str, str]) -> Values:
    return {
        **alive.speed(texts["storage_write"], WRITE, SPEED_BYTES),
        **alive.speed(texts["storage_read"], READ, SPEED_BYTES),
        **_gone(texts),
    }


def _gone(texts: Mapping[str, str]) -> Values:
    return {GONE: "yes" if texts["storage_cleared"] == "gone" else "no"}
