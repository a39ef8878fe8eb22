# SPDX-License-Identifier: GPL-3.0-or-later
"""Android's command-line tools that look at the hardware: radios, display, storage, subscriber, input."""

import re
from collections.abc import Callable

from virtual_phones.android import alive
from virtual_phones.android.card import VOLUME_ID
from virtual_phones.android.system import AndroidSystem
from virtual_phones.phone import section
from virtual_phones.shell.arithmetic import number
from virtual_phones.shell.streams import Call
from virtual_phones.shell.tools_files import FILE_TOOLS
from virtual_phones.shell.tools_words import options
from virtual_phones.storage.volume import BLOCK_BYTES

SystemTool = Callable[[AndroidSystem, Call], int]
"""A tool that asks the system."""


def _wifi(system: AndroidSystem, call: Call) -> int:
    verb = call.words[0] if call.words else ""
    names = system.lives.data.networks
    on = system.setting("global", "wifi_on") == "1"
    if verb == "status" and system.form("cmd wifi status") != "unknown":
        manager = "==== Primary ClientModeManager instance ====\n"
        manager = manager if system.form("cmd wifi status") == "managers" else ""
        call.write(f"Wifi is {'enabled' if on else 'disabled'}\nWifi scanning is always available\n")
        if on and names and system.wifi_connected:
            call.write(
                f'{manager}Wifi is connected to "{names[0]}"\n'
                f'WifiInfo: SSID: "{names[0]}", BSSID: 02:11:22:33:44:55, MAC: 02:00:00:00:00:00, IP: /192.168.1.23, '
                "Security type: 2, Supplicant state: COMPLETED, RSSI: -52, Link speed: 866Mbps\n"
            )
        elif on:
            call.write(f"{manager}Wifi is not connected\n")
    elif verb == "set-wifi-enabled" and len(call.words) > 1:
        system.lives.data.settings["global"]["wifi_on"] = "1" if call.words[1] == "enabled" else "0"
    elif verb == "list-networks":
        call.write("Network Id      SSID                         Security type\n" if names else "No networks\n")
        call.write("".join(f"{index:<16}{name:<29}wpa2-psk\n" for index, name in enumerate(names)))
    elif verb == "list-scan-results":
        heard = int(alive.number(system.model, "access_points", 3))
        if not on or not heard:
            call.write("No scan results\n")
            return 0
        call.write("    BSSID              Frequency      RSSI           Age(sec)     SSID            Flags\n")
        for index, name in enumerate([system.lives.owner.wifi, "shop-bench", "TP-LINK_9A12"][:heard]):
            place = f"  02:11:22:33:44:{index:02x}       {2412 + index * 25}    -5{index}(0:-5{index}/1:-60)"
            call.write(f"{place}    3.1    {name}    [WPA2-PSK-CCMP][ESS]\n")
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


def _uimode(system: AndroidSystem, call: Call) -> int:
    call.write("Night mode: no\n")
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
        call.write(
            "Found 2 services:\n0\tiphonesubinfo: [com.android.internal.telephony.IPhoneSubInfo]\n"
            "1\tpackage: [android.content.pm.IPackageManager]\n"
        )
        return 0
    if words[:1] == ["check"] and len(words) > 1:
        answer = "found" if words[1] in ("iphonesubinfo", "package") else "not found"
        call.write(f"Service {words[1][:80]}: {answer}\n")
        return 0
    if len(words) < 3 or words[0] != "call":
        call.err.write("service: Unknown command\n")
        return 10
    if words[1] != "iphonesubinfo" or not system.ready:
        call.write(f"service: Service {words[1][:80]} does not exist\n")
        return 10
    if system.form("service call iphonesubinfo") == "refused":
        call.write(f"Result: {REFUSAL}\n")
        return 0
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


REFUSAL = "Parcel(ffffffff 00000052 00650067 00440074 '....R...g.e.t.D.')"
"""The beginning of a SecurityException: status -1, then its text."""


def parcel(text: str | None) -> str:
    """How `service call` prints a reply parcel: 32-bit words in hex and, right of them, printable bytes."""
    if text is None:
        return "Parcel(00000000 ffffffff   '........')"
    data = (0).to_bytes(4, "little") + len(text).to_bytes(4, "little") + text.encode("utf-16-le") + b"\0\0"
    data += b"\0" * (-len(data) % 4)
    rows = []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        words = " ".join(f"{int.from_bytes(row[i : i + 4], 'little'):08x}" for i in range(0, len(row), 4))
        plain = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        rows.append(f"\n  0x{at:08x}: {words:<35} '{plain}'")
    return f"Parcel({''.join(rows)})"


def _sm(system: AndroidSystem, call: Call) -> int:
    tray = system.lives.tray
    if call.words[:1] in (["mount"], ["unmount"]) and call.words[1:] == [VOLUME_ID] and tray.card is not None:
        return int(not (tray.mount() if call.words[0] == "mount" else tray.unmount()))
    if call.words[:1] != ["list-volumes"]:
        call.err.write("usage: sm list-volumes [public|private|emulated|all]\n")
        return 1
    call.write("private mounted null\nemulated;0 mounted null\n" + tray.listed())
    if system.lives.hardware.sd_inserted and tray.card is None:
        call.write("public:179,1 mounted 1A2B-3C4D\n")
    return 0


def _svc(system: AndroidSystem, call: Call) -> int:
    words = call.words
    if len(words) < 2:
        call.write("Available commands:\n    help\n    power\n    usb\n    nfc\n    wifi\n    data\n")
        return 0
    switch = {"enable": "1", "disable": "0"}.get(words[1])
    names = {
        "wifi": ("global", "wifi_on"),
        "bluetooth": ("global", "bluetooth_on"),
        "nfc": ("secure", "nfc_on"),
        "data": ("global", "mobile_data"),
    }
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
    found, _ = options(call.words)
    inputs, now_s = system.inputs, system.lives.now_s
    call.write(inputs.listing(possible="p" in found, info="i" in found, now_s=now_s))
    if "p" not in found:
        call.shell.delay_s += 3600.0  # whoever wants to hear of it while it happens opens it live (`android/phone.py`)
    return 0


def _kill(system: AndroidSystem, call: Call) -> int:
    for word in call.words:
        if not word.isdigit() or not system.end_process(int(word)):
            return call.complain(f"{word}: No such process")
    return 0


def _stat(system: AndroidSystem, call: Call) -> int:
    """Of a file, or with -f of the file system that it lies on: only /data's is modelled."""
    found, names = options(call.words, "c")
    if "f" not in found:
        return FILE_TOOLS["stat"](call)
    if names != ["/data"] or found.get("c") != ["%S %b %a"]:
        return call.complain("only -c '%S %b %a' /data is modelled")
    volume = system.lives.volume
    call.write(f"{BLOCK_BYTES} {volume.capacity_bytes // BLOCK_BYTES} {volume.free_bytes // BLOCK_BYTES}\n")
    return 0


def _toolbox_df(system: AndroidSystem, call: Call) -> int:
    """As lists of Android 4 to 6 look (`unconfirmed`): each word is a path, sizes rounded to a tenth of a unit."""
    volume = system.lives.volume
    call.write("Filesystem               Size     Used     Free   Blksize\n")
    for name in call.words:
        if name != "/data":
            call.write(f"{name}: No such file or directory\n")
            continue
        sizes = (volume.capacity_bytes, volume.used_bytes, volume.free_bytes)
        call.write(f"{name:<20}" + "".join(f"{size / 1024**3:8.1f}G" for size in sizes) + f"   {BLOCK_BYTES}\n")
    return 0


def _df(system: AndroidSystem, call: Call) -> int:
    if section(system.model, "shell").get("df") == "toolbox":
        return _toolbox_df(system, call)
    volume = system.lives.volume
    blocks = max(1, volume.capacity_bytes // 1024)
    used = volume.used_bytes // 1024
    free = volume.free_bytes // 1024
    _, names = options(call.words)
    human = "h" in options(call.words)[0]
    call.write(
        "Filesystem        Size  Used Avail Use% Mounted on\n"
        if human
        else "Filesystem       1K-blocks     Used Available Use% Mounted on\n"
    )
    card = system.lives.tray.card if system.lives.tray.is_mounted else None
    places = {"/data": "/dev/block/dm-51", "/storage/emulated": "/dev/fuse"}
    if card is not None:
        places[card.path] = "/dev/fuse"
    wanted = [
        place
        for place in places
        if not names
        or any(
            system.files.absolute(name, call.shell.cwd).replace("/sdcard", "/storage/emulated/0").startswith(place)
            for name in names
        )
    ]
    for place in wanted:
        if card is not None and place == card.path:
            blocks = max(1, card.volume.capacity_bytes // 1024)
            used, free = card.volume.used_bytes // 1024, card.volume.free_bytes // 1024
        if human:
            sizes = "  ".join(f"{size // 1048576}G" for size in (blocks, used, free))
            call.write(f"{places[place]:<16} {sizes}   {used * 100 // blocks}% {place}\n")
        else:
            call.write(f"{places[place]:<16} {blocks} {used} {free} {used * 100 // blocks:>3}% {place}\n")
    return 0


def _bootstat(system: AndroidSystem, call: Call) -> int:
    call.err.write("/system/bin/sh: bootstat: can't execute: Permission denied\n")
    return 126


def _uname(system: AndroidSystem, call: Call) -> int:
    found, _ = options(call.words)
    release = str(section(system.model, "kernel").get("release"))
    words = {"s": "Linux", "n": "localhost", "r": release, "v": "#1 SMP PREEMPT", "m": "aarch64"}
    order = list(words) if "a" in found else [letter for letter in words if letter in found] or ["s"]
    call.write(" ".join(words[letter] for letter in order) + (" Toybox\n" if "a" in found else "\n"))
    return 0


def _getenforce(system: AndroidSystem, call: Call) -> int:
    call.write(f"{alive.alive(system.model).get('selinux', 'Enforcing')}\n")
    return 0


HARDWARE_TOOLS: dict[str, SystemTool] = {
    "wm": _wm,
    "service": _service,
    "sm": _sm,
    "svc": _svc,
    "reboot": _reboot,
    "getevent": _getevent,
    "kill": _kill,
    "df": _df,
    "stat": _stat,
    "bootstat": _bootstat,
    "uname": _uname,
    "getenforce": _getenforce,
}
HARDWARE_SERVICES: dict[str, SystemTool] = {
    "wifi": _wifi,
    "bluetooth_manager": _bluetooth,
    "uimode": _uimode,
    "window": _wm,
}
