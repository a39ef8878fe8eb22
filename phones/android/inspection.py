# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of an Android phone with a shell: a full inspection in three round trips.

Commands that could print a name (account, user, network, volume) are filtered on the phone, so that the
seller's data does not even cross the cable.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from phones.android import battery, consistency, locks
from phones.android import readers as state
from phones.android import readers_checks as checks
from phones.android.not_ready import FILTER, is_not_ready
from phones.android.readers import TextReader, Values
from phones.android.script import Part, PartResult, script, split
from phones.link import Effect, Question, Reply, ShellLine
from phones.shared_numbers import set_aside
from phones.signs import NOT_MEASURED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A part with its reader. Properties share one status, `part.properties`."""

    part: Part
    read: TextReader
    is_property: bool = False


def _ask(name: str, command: str, read: TextReader) -> _Asked:
    return _Asked(part=Part(name=name, command=command), read=read)


def _property(name: str, read: TextReader) -> _Asked:
    return _Asked(part=Part(name=f"property.{name}", command=f"getprop {name}"), read=read, is_property=True)


def _properties(names: Sequence[str]) -> tuple[_Asked, ...]:
    return tuple(_property(name, state.kept_property(name)) for name in names)


def _nothing(_: str) -> Values:
    return {}


def _both(first: TextReader, second: TextReader) -> TextReader:
    return lambda text: {**first(text), **second(text)}


# getprop has been seen to print nothing at all for a moment [read: google/mobly]: wait for it, on the phone.
_AWAKE = _ask(
    "awake",
    'for i in 1 2 3;do [ -n "$(getprop ro.build.version.sdk)" ]&&break;sleep 1;done',
    _nothing,
)
_IDENTITY = (
    _AWAKE,
    *_properties(state.IDENTITY_PROPERTIES),
    _property("ro.serialno", state.serial),
    # Codes 1 and 4 are those of Android 12 to 16 (unconfirmed per build); older ones may answer the IMSI.
    _ask(
        "imei1",
        '[ "$(getprop ro.build.version.sdk)" -ge 31 ]&&service call iphonesubinfo 1 s16 com.android.shell',
        state.imei_parcel("identity.imei1"),
    ),
    _ask(
        "imei2",
        '[ "$(getprop ro.build.version.sdk)" -ge 31 ]&&service call iphonesubinfo 4 i32 1 s16 com.android.shell',
        state.imei_parcel("identity.imei2"),
    ),
)
_THIRD_PARTY = 'p=$(pm list packages -3)&&[ -z "$(echo "$p" | grep -v ^package:)" ]'
"""Into `p`; fails when the list could not be made, or holds anything else than packages."""
_BATTERY = "dumpsys battery"
_IMAGE = "gsi_tool status"
_TELEPHONY = r"pm list features | grep -E '^feature:android\.hardware\.(telephony|touchscreen)$'"
_STATE = (
    *_IDENTITY,
    *_properties(state.STATE_PROPERTIES),
    _property("persist.sys.boot.reason.history", state.reset_history),
    _property("ro.gsid.image_running", state.system_image),
    _ask("image", _IMAGE, state.booted_image),
    _property("persist.sys.test_harness", state.flag_or_zero("setup.test_harness")),
    _property("persist.adb.tradeinmode", state.flag_or_zero("setup.trade_in")),
    _property("gsm.sim.state", state.sim_state),
    _ask("telephony", _TELEPHONY, state.built_without_modem),
    _ask("clock", "date +%s", state.clock),
    _ask("provisioned", "settings get global device_provisioned", state.setting("setup.provisioned", "[01]")),
    _ask("setup", "settings get secure user_setup_complete", state.setting("setup.complete", "[01]")),
    _ask("boot_count", "settings get global boot_count", state.setting("boot.count", "[0-9]{1,9}")),
    _ask("android_id", "settings get secure android_id", state.setting("data.android_id", "[0-9a-f]{8,32}")),
    # In the global table on every version that has it; Android 12 and later know the secure one as well.
    _ask("frp_mode", "settings get global secure_frp_mode", state.secure_frp_mode),
    _ask("frp_mode_secure", "settings get secure secure_frp_mode", state.secure_frp_mode),
    _ask(
        "users",
        rf"dumpsys user | grep -oE '^ *UserInfo\{{[0-9]+|^ *State: [A-Z_]+|no_factory_reset|{FILTER}'",
        state.users,
    ),
    _ask(
        "accounts",
        rf"dumpsys account | grep -oE '^ *Accounts: [0-9]+|, type=[^,{{}}]+\}}$|{FILTER}'",
        state.accounts,
    ),
    _ask("owners", "dpm list-owners", _both(state.owners, locks.owning_lender)),
    _ask(
        "policy",
        r"dumpsys device_policy | grep -E "
        rf"'^Current Device Policy|^ *Device Owner:|^ *Device Owner Type: 1$|^ *Profile Owner \(|{FILTER}'",
        _both(state.device_policy, locks.owner_type),
    ),
    _property("knox.kg.state", locks.knox_state),
    _property("ro.boot.kg", locks.knox_number),
    _ask("kiosk", locks.KIOSK_ASKED, locks.kiosk),
    _ask("lenders", locks.PACKAGES_LISTED, locks.lenders_installed),
    _ask("frp", "dumpsys persistent_data_block | grep -E '^ *(FRP|Has FRP) [a-zA-Z ]+: '", state.frp_block),
    _ask(
        "credential",
        f"dumpsys lock_settings | grep -oE 'CredentialType: [A-Za-z_]+|{FILTER}'",
        state.credential_type,
    ),
    _ask("keyguard", f"dumpsys window policy | grep -oE '^ *secure=(true|false)|{FILTER}'", state.keyguard),
    _ask("volumes", "sm list-volumes all", state.volumes),
    # Counted on the phone; a list that could not be made is not a count of 0.
    _ask("packages", f'{_THIRD_PARTY}&&echo "$p" | grep -c ^package:', state.package_count),
    _ask("battery", _BATTERY, battery.battery_level),
)
_ROOT = "root"
_CHECKS = (
    _AWAKE,
    _ask("telephony", _TELEPHONY, state.built_without_modem),
    *_properties(
        (
            "ro.product.manufacturer",
            "ro.product.brand",
            "ro.product.model",
            "ro.build.version.release",
            "ro.build.version.sdk",
            "ro.build.version.security_patch",
            "ro.product.first_api_level",
            "ro.build.date.utc",
            "ro.board.platform",
            "ro.system.build.version.sdk",
            "ro.system.build.version.release",
            "ro.build.type",
            "ro.build.tags",
            "ro.debuggable",
            "ro.boot.verifiedbootstate",
            "ro.boot.flash.locked",
            "ro.boot.vbmeta.device_state",
            "ro.boot.warranty_bit",
        )
    ),
    _property("ro.gsid.image_running", state.system_image),
    _ask("image", _IMAGE, state.booted_image),
    _property("gsm.version.baseband", checks.baseband),
    _ask("battery", _BATTERY, _nothing),
    _ask(
        "cycles",
        "dumpsys activity broadcasts | grep -oE 'android.os.extra.CYCLE_COUNT=-?[0-9]+'",
        _nothing,
    ),
    _ask(
        "capacity",
        "dumpsys batterystats | grep -E 'Estimated battery capacity|Last learned battery capacity'",
        _nothing,
    ),
    # Names of cells and their serial numbers stay on the phone.
    _ask(
        "power_supply",
        "grep -sHE '^POWER_SUPPLY_(TYPE|SCOPE|PRESENT|CYCLE_COUNT|CHARGE_FULL|CHARGE_FULL_DESIGN|BATT_FCC)='"
        " /sys/class/power_supply/*/uevent",
        _nothing,
    ),
    _ask("storage", "df -k /data", checks.data_partition),
    _ask("memory", "cat /proc/meminfo", checks.memory),
    _ask("kernel", "uname -rm||cat /proc/version", consistency.kernel),
    _ask("disks", "cat /proc/partitions", consistency.disks),
    _ask("display", "wm size", checks.display_size),
    _ask(
        "sensors",
        r"dumpsys sensorservice"
        r" | grep -oE '^.*type: android\.sensor\.[a-z0-9_]+|No Sensors on the device|^ *Mode : [A-Z_]+'",
        checks.sensors,
    ),
    _ask(
        "cameras",
        "dumpsys media.camera | grep -oE 'Number of camera devices: [0-9]+|Facing: [A-Za-z]+'",
        checks.cameras,
    ),
    _ask("features", "pm list features", checks.features),
    # `status` is a word of `cmd wifi` since Android 11; the dump's first line says the same on every version.
    _ask("wifi", "cmd wifi status | grep -oE '^Wifi is (enabled|disabled)'", checks.wifi),
    _ask("wifi_dump", "dumpsys wifi | grep -oE -m1 '^Wi-Fi is [a-z]+'", checks.wifi),
    _ask(
        "bluetooth",
        "dumpsys bluetooth_manager | grep -oiE '^ *enabled: (true|false)|^ *state: [A-Z_]+|Bluetooth crashed [0-9]+'",
        checks.bluetooth,
    ),
    _ask("nfc", "dumpsys nfc | grep -oE '^ *mState=[a-z]+'", checks.nfc),
    _ask(
        "thermal",
        "dumpsys thermalservice"
        " | grep -oE 'IsStatusOverride: [a-z]+|Thermal Status: [0-6]|HAL Ready: [a-z]+|mValue=[^,]+'",
        checks.thermal,
    ),
    _ask(
        _ROOT,
        "which su;ls -d /system/bin/su /system/xbin/su /sbin/.magisk /data/adb/magisk /data/adb/ksu;"
        # Without a package manager that lists, an app that has no path was not looked for.
        f"pm path com.topjohnwu.magisk;pm path me.weishu.kernelsu;{_THIRD_PARTY}&&echo searched",
        _nothing,
    ),
)


def inspection_questions(draw: Callable[[], str], *, timeout_s: float) -> tuple[Question, ...]:
    """A full inspection: `android.identity`, `android.state`, `android.checks`, one round trip each.

    `draw` gives a fresh random text of hex digits at each call.
    """
    return (
        _question("android.identity", _IDENTITY, draw(), timeout_s),
        state_question(draw(), timeout_s=timeout_s),
        _question("android.checks", _CHECKS, draw(), timeout_s),
    )


def state_question(marker: str, *, timeout_s: float) -> Question:
    """`android.state`: who the phone is and everything an erase changes, in one round trip; asked before
    and after.
    """
    return _question("android.state", _STATE, marker, timeout_s)


def _question(name: str, asked: tuple[_Asked, ...], marker: str, timeout_s: float) -> Question:
    parts = tuple(entry.part for entry in asked)

    def read(reply: Reply) -> Mapping[str, str]:
        return _values(asked, split(reply, parts, marker))

    return Question(
        name=name,
        effect=Effect.READS,
        request=ShellLine(line=script(parts, marker)),
        read=read,
        timeout_s=timeout_s,
    )


def _values(asked: tuple[_Asked, ...], results: Mapping[str, PartResult]) -> Values:
    """Everything the parts say. `setup.full_shell` is yes: an ordinary line was run to its end."""
    values: Values = {"setup.full_shell": "yes"}
    properties_readable = any(entry.is_property and results[entry.part.name].text for entry in asked)
    for entry in asked:
        result = results[entry.part.name]
        if entry.is_property:
            if properties_readable:
                state.merge(values, entry.read(result.text))
            continue
        values[f"part.{entry.part.name}"] = "failed" if is_not_ready(result.text) else result.status
        if result.status != "missing" and not is_not_ready(result.text):
            state.merge(values, entry.read(result.text))
    values["part.properties"] = "ok" if properties_readable else "failed"
    if asked is _CHECKS:
        values |= battery.battery({name: result.text for name, result in results.items()})
        if values.get("radio.baseband") == "no_modem":  # then a version of `unknown` is what is to be expected
            values.pop(NOT_MEASURED + "radio.baseband", None)
        values |= consistency.contradictions(values)
    else:
        values |= state.luhn(values)
    if asked is _STATE:
        state.merge(values, locks.of_accounts(values))
    root = results.get(_ROOT)
    if root is not None:
        whole = root.status == "ok" and root.text.endswith("searched") and not is_not_ready(root.text)
        searched = root.text if whole else None
        values |= checks.tamper(values, searched)
    return set_aside(values)
