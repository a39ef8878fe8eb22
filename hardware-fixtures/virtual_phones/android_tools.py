# SPDX-License-Identifier: GPL-3.0-or-later
"""Android's own command-line tools, with the permissions of the shell user (research android.md §4, §9, §10)."""

import re
from collections.abc import Callable

from virtual_phones.android_dumpsys import dumpsys
from virtual_phones.android_foyer import tradeinmode
from virtual_phones.android_system import AndroidSystem
from virtual_phones.phone import section
from virtual_phones.shell_arithmetic import number
from virtual_phones.shell_streams import Call, Tool
from virtual_phones.tools_files import FILE_TOOLS
from virtual_phones.tools_text import TEXT_TOOLS, options

SystemTool = Callable[[AndroidSystem, Call], int]
NO_SERVICE = 20
"""Exit code of `cmd` for a service that is not there."""
SYSTEM_PACKAGES = (
    "android", "com.android.shell", "com.android.settings", "com.android.systemui", "com.google.android.gms",
    "com.android.providers.telephony", "com.google.android.setupwizard", "com.android.chrome",
)


def android_tools(system: AndroidSystem) -> dict[str, Tool]:
    """Everything the shell of this phone finds in its PATH."""
    def bound(tool: SystemTool) -> Tool:
        return lambda call: tool(system, call)

    found: dict[str, Tool] = dict(TEXT_TOOLS) | dict(FILE_TOOLS)
    found |= {name: bound(tool) for name, tool in SYSTEM_TOOLS.items()}
    if system.model.get("trade_in"):
        found["tradeinmode"] = bound(tradeinmode)
    return found


def _getprop(system: AndroidSystem, call: Call) -> int:
    names = [word for word in call.words if not word.startswith("-")]
    if not system.prints_properties():
        return 0
    found = system.properties()
    if names:
        call.write((found.get(names[0]) or (names[1] if len(names) > 1 else "")) + "\n")
        return 0
    call.write("".join(f"[{name}]: [{found[name]}]\n" for name in sorted(found)))
    return 0


def _setprop(system: AndroidSystem, call: Call) -> int:
    if len(call.words) != 2:
        call.err.write("usage: setprop NAME VALUE\n")
        return 1
    name, value = call.words
    if system.set_property(name, value):
        return 0
    call.err.write(f"Failed to set property '{name}' to '{value}'.\nSee dmesg for error reason.\n")
    return 1


def _settings(system: AndroidSystem, call: Call) -> int:
    if not system.serves(call, "settings"):
        return NO_SERVICE
    words = list(call.words)
    while words and words[0] == "--user":
        words = words[2:]
    verb = words[0] if words else ""
    tables = system.lives.data.settings
    table = tables.get(words[1]) if len(words) > 1 else None
    needed = {"get": 3, "put": 4, "delete": 3, "list": 2, "reset": 3}.get(verb, 0)
    if not needed or table is None or len(words) < needed:
        call.err.write("Bad arguments\nInvalid command: settings " + " ".join(call.words)[:200] + "\n")
        return 255
    if verb == "list":
        call.write("".join(f"{name}={table[name]}\n" for name in sorted(table)))
    elif verb == "get":
        call.write(table.get(words[2], "null") + "\n")
    elif verb == "put":
        if len(table) < 2000 or words[2] in table:
            table[words[2]] = words[3][:20_000]
    elif verb == "delete":
        call.write(f"Deleted {int(table.pop(words[2], None) is not None)} rows\n")
    return 0


def _pm(system: AndroidSystem, call: Call) -> int:
    if not system.serves(call, "package"):
        return NO_SERVICE
    found, words = options(call.words[1:])
    verb = call.words[0] if call.words else ""
    packages = system.lives.data.packages
    if verb == "list" and words[:1] == ["packages"]:
        names = [] if "s" in found else sorted(packages)
        names += [] if "3" in found else list(SYSTEM_PACKAGES)
        names = [name for name in names if all(word in name for word in words[1:] if not word.isdigit())]
        call.write("".join(f"package:{f'/data/app/~~x/{name}/base.apk=' if 'f' in found else ''}{name}\n" for name in names))
        return 0
    if verb == "list" and words[:1] == ["users"]:
        users = "".join(f"\tUserInfo{{{index * 10}:{name}:4c13}} running\n"
                        for index, name in enumerate(system.lives.data.users))
        call.write("Users:\n" + users)
        return 0
    if verb == "list" and words[:1] == ["features"]:
        call.write("feature:android.hardware.camera\nfeature:android.hardware.nfc\nfeature:android.hardware.telephony\n")
        return 0
    if verb == "path" and words:
        known = words[0] in packages or words[0] in SYSTEM_PACKAGES
        call.write(f"package:/data/app/{words[0]}/base.apk\n" if known else "")
        return int(not known)
    if verb == "uninstall" and words:
        if packages.pop(words[-1], None) is None:
            call.write("Failure [DELETE_FAILED_INTERNAL_ERROR]\n")
            return 1
        call.write("Success\n")
        return 0
    if verb in ("grant", "revoke", "clear", "enable", "disable-user", "disable"):
        return 0
    call.err.write(f"Unknown command: {verb[:100]}\n")
    return 255


def _cmd(system: AndroidSystem, call: Call) -> int:
    if not call.words:
        call.err.write("cmd: No service specified; use -l to list all running services. Use -w to start and wait.\n")
        return NO_SERVICE
    words = call.words[1:] if call.words[0] == "-w" else call.words
    if words[:1] == ["-l"]:
        call.write("Currently running services:\n" + "".join(f"  {name}\n" for name in sorted(SERVICES)))
        return 0
    service = SERVICES.get(words[0]) if words else None
    if service is None or (words[0] == "testharness" and not system.model.get("test_harness")):
        call.err.write(f"cmd: Can't find service: {words[0] if words else ''}\n")
        return NO_SERVICE
    if not system.serves(call, words[0]):
        return NO_SERVICE
    return service(system, Call(call.shell, words[0], words[1:], call.source, call.out, call.err))


def _testharness(system: AndroidSystem, call: Call) -> int:
    verb = call.words[0] if call.words else ""
    if verb not in ("enable", "restore"):
        call.write("About:\n  Test Harness Mode is a mode that the device can be placed in to prepare\n"
                   "  it for UI test harness frameworks ...\nCommands:\n  enable|restore\n")
        return 0 if not verb or verb == "help" else 255
    if system.lives.data.lock_screen:
        call.err.write("Test Harness Mode cannot be enabled if there is a lock screen\n")
        return 2
    if system.has("harness_refused"):
        call.err.write("Failed to enable Test Harness Mode. No implementation of PersistentDataBlock was bound.\n"
                       "Failed to enable Test Harness Mode\n")
        return 1
    system.harness()
    return 0


def _wifi(system: AndroidSystem, call: Call) -> int:
    verb = call.words[0] if call.words else ""
    names = system.lives.data.networks
    on = system.setting("global", "wifi_on") == "1"
    if verb == "status":
        call.write(f"Wifi is {'enabled' if on else 'disabled'}\nWifi scanning is always available\n")
        if on and names and system.wifi_connected:
            call.write(
                "==== Primary ClientModeManager instance ====\n"
                f'Wifi is connected to "{names[0]}"\n'
                f'WifiInfo: SSID: "{names[0]}", BSSID: 02:11:22:33:44:55, MAC: 02:00:00:00:00:00, IP: /192.168.1.23, '
                "Security type: 2, Supplicant state: COMPLETED, RSSI: -52, Link speed: 866Mbps\n"
            )
        elif on:
            call.write("==== Primary ClientModeManager instance ====\nWifi is not connected\n")
    elif verb == "set-wifi-enabled" and len(call.words) > 1:
        system.lives.data.settings["global"]["wifi_on"] = "1" if call.words[1] == "enabled" else "0"
    elif verb == "list-networks":
        call.write("Network Id      SSID                         Security type\n" if names else "No networks\n")
        call.write("".join(f"{index:<16}{name:<29}wpa2-psk\n" for index, name in enumerate(names)))
    elif verb == "list-scan-results":
        if not on:
            call.write("No scan results\n")
            return 0
        call.write("    BSSID              Frequency      RSSI           Age(sec)     SSID                                 Flags\n")
        for index, name in enumerate([system.lives.owner.wifi, "shop-bench", "TP-LINK_9A12"]):
            call.write(f"  02:11:22:33:44:{index:02x}       {2412 + index * 25}    -5{index}(0:-5{index}/1:-60)    3.1    {name}    [WPA2-PSK-CCMP][ESS]\n")
    elif verb != "start-scan":
        call.err.write(f"Unknown command: {verb[:100]}\n")
        return 255
    return 0


def _bluetooth(system: AndroidSystem, call: Call) -> int:
    verb = call.words[0] if call.words else ""
    if verb not in ("enable", "disable") and not verb.startswith("wait-for-state"):
        call.err.write(f"Unknown command: {verb[:100]}\n")
        return 255
    if verb in ("enable", "disable"):
        system.lives.data.settings["global"]["bluetooth_on"] = str(int(verb == "enable"))
        call.write(f"{verb}: Success\n")
    return 0


def _pdb(system: AndroidSystem, call: Call) -> int:
    if system.sdk() < 35:
        call.write("No shell command implementation.\n")
        return 0
    verb = call.words[0] if call.words else ""
    if verb == "status":
        call.write("active\n" if system.lives.hardware.frp_handle else "inactive\n")
        return 0
    call.err.write("Permission denied\n")
    return 255


def _uimode(system: AndroidSystem, call: Call) -> int:
    call.write("Night mode: no\n")
    return 0


def _locksettings(system: AndroidSystem, call: Call) -> int:
    verb = call.words[0] if call.words else ""
    locked = system.lives.data.lock_screen
    if verb == "get-disabled":
        call.write(str(not locked and system.in_harness()).lower() + "\n")
    elif verb == "verify":
        if locked:
            call.write("User has a lock credential, but old credential was not provided\n")
            return 255
        call.write("Lock credential verified successfully\n")
    elif verb in ("set-disabled", "set-pin", "set-password", "set-pattern", "clear"):
        if locked:
            call.write("Old password '' didn't match\n")
            return 255
        if verb in ("set-pin", "set-password", "set-pattern"):
            system.lives.data.lock_screen = True
            call.write("Pin set to '****'\n")
    else:
        call.err.write(f"Unknown command: {verb[:100]}\n")
        return 255
    return 0


def _am(system: AndroidSystem, call: Call) -> int:
    if not system.serves(call, "activity"):
        return NO_SERVICE
    verb = call.words[0] if call.words else ""
    text = " ".join(call.words[1:])[:400]
    if verb == "broadcast":
        action = re.search(r"-a\s+(\S+)", text)
        name = action.group(1) if action else ""
        call.write(f"Broadcasting: Intent {{ act={name} flg=0x400000 }}\n")
        if name.endswith(("FACTORY_RESET", "MASTER_CLEAR", "MASTER_CLEAR_NOTIFICATION", "BOOT_COMPLETED")):
            call.err.write(
                "\nException occurred while executing 'broadcast':\njava.lang.SecurityException: Permission Denial: "
                f"not allowed to send broadcast {name} from pid=4711, uid=2000\n"
                "\tat com.android.server.am.ActivityManagerService.broadcastIntentLocked(ActivityManagerService.java)\n"
            )
            return 255
        call.write("Broadcast completed: result=0\n")
    elif verb in ("start", "start-activity"):
        call.write(f"Starting: Intent {{ {text[:120]} }}\n")
    elif verb == "get-current-user":
        call.write("0\n")
    elif verb in ("force-stop", "kill", "startservice", "wait-for-broadcast-idle", "switch-user"):
        pass
    else:
        call.err.write(f"Unknown command: {verb[:100]}\n")
        return 255
    return 0


def _wm(system: AndroidSystem, call: Call) -> int:
    display = section(system.model, "display")
    if call.words[:1] == ["size"]:
        call.write(f"Physical size: {display.get('width')}x{display.get('height')}\n")
        override = system.volatile.get("override.size", "")
        if len(call.words) > 1:
            system.volatile["override.size"] = call.words[1] if re.fullmatch(r"\d+x\d+", call.words[1]) else ""
        elif override:
            call.write(f"Override size: {override}\n")
        return 0
    if call.words[:1] == ["density"]:
        call.write(f"Physical density: {display.get('density')}\n")
        return 0
    call.err.write("Unknown command\n")
    return 255


def _service(system: AndroidSystem, call: Call) -> int:
    words = call.words
    if words[:1] == ["list"]:
        call.write("Found 2 services:\n0\tiphonesubinfo: [com.android.internal.telephony.IPhoneSubInfo]\n1\tpackage: [android.content.pm.IPackageManager]\n")
        return 0
    if words[:1] == ["check"] and len(words) > 1:
        call.write(f"Service {words[1][:80]}: {'found' if words[1] in SERVICES else 'not found'}\n")
        return 0
    if len(words) < 3 or words[0] != "call":
        call.err.write("service: Unknown command\n")
        return 10
    if words[1] != "iphonesubinfo" or not system.ready:
        call.write(f"service: Service {words[1][:80]} does not exist\n")
        return 10
    call.write(f"Result: {parcel(_subscriber_answer(system, words))}\n")
    return 0


def _subscriber_answer(system: AndroidSystem, words: list[str]) -> str | None:
    """What iphonesubinfo returns; transaction codes differ per build (here those of A12 to A16)."""
    code = number(words[2])
    slot = number(words[4]) if len(words) > 4 and words[3] == "i32" else 0
    imeis = system.lives.hardware.imeis
    owner = system.lives.owner
    if code in (1, 4):
        return imeis[slot] if 0 <= slot < len(imeis) else None
    inserted = system.lives.hardware.sim_inserted
    return {8: owner.imsi, 12: owner.iccid, 15: owner.phone_number}.get(code) if inserted else None


def parcel(text: str | None) -> str:
    """How `service call` prints a reply parcel: 32-bit words in hex and, right of them, printable bytes."""
    if text is None:
        return "Parcel(00000000 ffffffff   '........')"
    data = (0).to_bytes(4, "little") + len(text).to_bytes(4, "little") + text.encode("utf-16-le") + b"\0\0"
    data += b"\0" * (-len(data) % 4)
    rows = []
    for at in range(0, len(data), 16):
        row = data[at:at + 16]
        words = " ".join(f"{int.from_bytes(row[i:i + 4], 'little'):08x}" for i in range(0, len(row), 4))
        plain = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        rows.append(f"\n  0x{at:08x}: {words:<35} '{plain}'")
    return f"Parcel({''.join(rows)})"


def _dpm(system: AndroidSystem, call: Call) -> int:
    verb = call.words[0] if call.words else ""
    owner = system.lives.data.device_owner
    if verb == "list-owners":
        call.write(f"1 owner:\nUser  0: admin={owner},DeviceOwner\n" if owner else "no owners\n")
        return 0
    if verb in ("set-active-admin", "set-device-owner"):
        call.err.write("java.lang.IllegalArgumentException: Unknown admin\n")
        return 255
    call.err.write(f"unknown command '{verb[:100]}'\n")
    return 255


def _sm(system: AndroidSystem, call: Call) -> int:
    if call.words[:1] != ["list-volumes"]:
        call.err.write("usage: sm list-volumes [public|private|emulated|all]\n")
        return 1
    call.write("private mounted null\nemulated;0 mounted null\n")
    if system.lives.hardware.sd_inserted:
        call.write("public:179,1 mounted 1A2B-3C4D\n")
    return 0


_PROVIDERS = {
    "content://sms": "sms", "content://com.android.contacts/contacts": "contacts", "content://contacts": "contacts",
    "content://call_log/calls": "calls", "content://media/external/file": "media",
    "content://media/external/images/media": "media",
}


def _content(system: AndroidSystem, call: Call) -> int:
    words = call.words
    uri = words[words.index("--uri") + 1] if "--uri" in words[:-1] else ""
    if words[:1] != ["query"] or not uri:
        call.err.write("[ERROR] Unsupported operation\n")
        return 1
    owner, data = system.lives.owner, system.lives.data
    if uri.startswith("content://telephony/siminfo"):
        phone, iccid = data.known_sim
        call.write(
            f"Row: 0 _id=1, icc_id={iccid}, sim_id=-1, display_name=CMCC, number={phone}, mcc=460, mnc=0\n"
            if iccid else "No result found.\n"
        )
        return 0
    kind = next((kind for prefix, kind in _PROVIDERS.items() if uri.startswith(prefix)), None)
    if kind is None:
        call.err.write(f"Error while accessing provider:{uri[10:90]}\njava.lang.IllegalStateException: Could not find provider\n")
        return 1
    count = data.counts.get(kind, 0)
    call.write("".join(
        f"Row: {index} _id={index + 1}, address={owner.phone_number}, body={owner.name} {index}\n" for index in range(count)
    ) or "No result found.\n")
    return 0


def _svc(system: AndroidSystem, call: Call) -> int:
    words = call.words
    if len(words) < 2:
        call.write("Available commands:\n    help\n    power\n    usb\n    nfc\n    wifi\n    data\n")
        return 0
    switch = {"enable": "1", "disable": "0"}.get(words[1])
    names = {"wifi": ("global", "wifi_on"), "bluetooth": ("global", "bluetooth_on"), "nfc": ("secure", "nfc_on"),
             "data": ("global", "mobile_data")}
    if words[0] in names and switch is not None:
        table, name = names[words[0]]
        system.lives.data.settings[table][name] = switch
    elif words[:2] == ["power", "reboot"]:
        system.reboot(words[2] if len(words) > 2 else "")
    elif words[:2] == ["power", "shutdown"]:
        system.reboot("shutdown")
    return 0


def _reboot(system: AndroidSystem, call: Call) -> int:
    target = next((word for word in call.words if not word.startswith("-")), "")
    system.reboot("shutdown" if "-p" in call.words else target)
    return 0


def _getevent(system: AndroidSystem, call: Call) -> int:
    touch = section(system.model, "touch")
    found, _ = options(call.words)
    if "p" not in found and "i" not in found:
        call.shell.delay_s += 3600.0
        return 0
    call.write(
        "add device 1: /dev/input/event2\n  name:     \"gpio_keys\"\n  events:\n"
        "    KEY (0001): KEY_VOLUMEDOWN        KEY_VOLUMEUP          KEY_POWER            \n"
        "  input props:\n    <none>\n"
        "add device 2: /dev/input/event1\n  name:     \"touchscreen\"\n  events:\n"
        "    KEY (0001): BTN_TOUCH            \n"
        "    ABS (0003): ABS_MT_SLOT           : value 0, min 0, max 9, fuzz 0, flat 0, resolution 0\n"
        f"                ABS_MT_POSITION_X     : value 0, min 0, max {touch.get('x')}, fuzz 0, flat 0, resolution 0\n"
        f"                ABS_MT_POSITION_Y     : value 0, min 0, max {touch.get('y')}, fuzz 0, flat 0, resolution 0\n"
        "  input props:\n    INPUT_PROP_DIRECT\n"
    )
    return 0


def _df(system: AndroidSystem, call: Call) -> int:
    storage = section(system.model, "storage")
    blocks = int(str(storage.get("data_kib", 0)))
    used = 6_300_000 + system.files.used // 1024 + (48_000_000 if system.lives.data.packages else 0)
    free = max(blocks - used, 0)
    _, names = options(call.words)
    human = "h" in options(call.words)[0]
    call.write("Filesystem        Size  Used Avail Use% Mounted on\n" if human
               else "Filesystem       1K-blocks     Used Available Use% Mounted on\n")
    places = {"/data": "/dev/block/dm-51", "/storage/emulated": "/dev/fuse"}
    wanted = [place for place in places if not names or any(
        system.files.absolute(name, call.shell.cwd).replace("/sdcard", "/storage/emulated/0").startswith(place)
        for name in names)]
    for place in wanted:
        if human:
            call.write(f"{places[place]:<16} {blocks // 1048576}G  {used // 1048576}G  {free // 1048576}G   {used * 100 // blocks}% {place}\n")
        else:
            call.write(f"{places[place]:<16} {blocks} {used} {free} {used * 100 // blocks:>3}% {place}\n")
    return 0


def _bootstat(system: AndroidSystem, call: Call) -> int:
    call.err.write("/system/bin/sh: bootstat: can't execute: Permission denied\n")
    return 126


def _uname(system: AndroidSystem, call: Call) -> int:
    found, _ = options(call.words)
    words = {"s": "Linux", "n": "localhost", "r": "6.1.99-android14-11", "v": "#1 SMP PREEMPT", "m": "aarch64"}
    order = list(words) if "a" in found else [letter for letter in words if letter in found] or ["s"]
    call.write(" ".join(words[letter] for letter in order) + (" Toybox\n" if "a" in found else "\n"))
    return 0


def _getenforce(system: AndroidSystem, call: Call) -> int:
    call.write("Enforcing\n")
    return 0


def _quiet(system: AndroidSystem, call: Call) -> int:
    return 0


def _named(name: str) -> SystemTool:
    """A tool that is `cmd NAME` by another name."""
    return lambda system, call: _cmd(system, Call(call.shell, "cmd", [name, *call.words], call.source, call.out, call.err))


SERVICES: dict[str, SystemTool] = {
    "testharness": _testharness, "wifi": _wifi, "bluetooth_manager": _bluetooth, "persistent_data_block": _pdb,
    "uimode": _uimode, "lock_settings": _locksettings, "settings": _settings, "package": _pm, "activity": _am,
    "window": _wm, "device_policy": _dpm, "vibrator_manager": _quiet, "vibrator": _quiet, "statusbar": _quiet,
}
SYSTEM_TOOLS: dict[str, SystemTool] = {
    "getprop": _getprop, "setprop": _setprop, "settings": _settings, "pm": _pm, "cmd": _cmd, "dumpsys": dumpsys,
    "am": _am, "wm": _wm, "service": _service, "dpm": _dpm, "sm": _sm, "content": _content, "svc": _svc,
    "reboot": _reboot, "getevent": _getevent, "df": _df, "bootstat": _bootstat, "uname": _uname,
    "getenforce": _getenforce, "input": _quiet, "screencap": _quiet, "locksettings": _named("lock_settings"),
}
