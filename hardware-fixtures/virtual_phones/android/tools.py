# SPDX-License-Identifier: GPL-3.0-or-later
"""Android's own command-line tools, with the permissions of the shell user (research android.md §4, §9, §10)."""

import re

from virtual_phones.android import alive
from virtual_phones.android.cell import CORE_MA, CORES, STORAGE_MA
from virtual_phones.android.dumpsys import PDB_REFUSAL, dumpsys, frp_status
from virtual_phones.android.foyer import tradeinmode
from virtual_phones.android.system import AndroidSystem
from virtual_phones.android.tools_hardware import HARDWARE_SERVICES, HARDWARE_TOOLS, SystemTool
from virtual_phones.phone import section
from virtual_phones.shell.streams import Call, Tool
from virtual_phones.shell.tools_files import FILE_TOOLS
from virtual_phones.shell.tools_text import TEXT_TOOLS
from virtual_phones.shell.tools_words import options

NO_SERVICE = 20
"""Exit code of `cmd` for a service that is not there."""
SYSTEM_PACKAGES = (
    "android",
    "com.android.shell",
    "com.android.settings",
    "com.android.systemui",
    "com.google.android.gms",
    "com.android.providers.telephony",
    "com.google.android.setupwizard",
    "com.android.chrome",
)

FEATURES = ("bluetooth", "camera", "camera.flash", "location.gps", "nfc", "telephony", "touchscreen", "wifi")
"""Below android.hardware. in `pm list features`, from the permission files of the system image."""


def android_tools(system: AndroidSystem) -> dict[str, Tool]:
    """Everything the shell of this phone finds in its PATH."""

    def bound(tool: SystemTool) -> Tool:
        return lambda call: tool(system, call)

    found: dict[str, Tool] = dict(TEXT_TOOLS) | dict(FILE_TOOLS)
    found |= {name: bound(tool) for name, tool in SYSTEM_TOOLS.items()}
    if system.model.get("trade_in") and system.form("tradeinmode") == "present":
        found["tradeinmode"] = bound(tradeinmode)
    if system.form("gsi_tool") == "present":
        found["gsi_tool"] = bound(_gsi_tool)
    found["dd"] = alive.timed(found["dd"], system.model)
    found |= {"timeout": bound(_time_out), "nproc": bound(_nproc)}
    if system.has("load_refused"):
        del found["timeout"]
    absent = section(system.model, "shell").get("absent", [])
    return {name: tool for name, tool in found.items() if not (isinstance(absent, list) and name in absent)}


def _time_out(system: AndroidSystem, call: Call) -> int:
    """toybox: a program that keeps a core or the storage busy draws current until its time is over."""
    if len(call.words) > 1 and call.words[0].isdigit():
        draws = {"yes": CORE_MA, "cat": STORAGE_MA}.get(call.words[1], 0)
        if draws:
            system.lives.cell.load(float(call.words[0][:4]), draws)
    return FILE_TOOLS["timeout"](call)


def _nproc(system: AndroidSystem, call: Call) -> int:
    call.write(f"{CORES}\n")
    return 0


def _gsi_tool(system: AndroidSystem, call: Call) -> int:
    """What gsid tells the shell; all else is for root."""
    if call.words == ["status"]:
        call.write("running\n" if system.lives.hardware.system_image else "normal\n")
        return 0
    call.err.write("Could not connect to the gsid service.\n" if call.words else "Expected command.\n")
    return 77 if call.words else 64


def _getprop(system: AndroidSystem, call: Call) -> int:
    names = [word for word in call.words if not word.startswith("-")]
    if not system.prints_properties():
        return 0
    if names:
        call.write((system.shell_property(names[0]) or (names[1] if len(names) > 1 else "")) + "\n")
        return 0
    found = system.shell_properties()
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
        call.write(
            "".join(f"package:{f'/data/app/~~x/{name}/base.apk=' if 'f' in found else ''}{name}\n" for name in names)
        )
        return 0
    if verb == "list" and words[:1] == ["users"]:
        users = "".join(
            f"\tUserInfo{{{index * 10}:{name}:{system.user_flags(index)}}} running\n"
            for index, name in enumerate(system.lives.data.users)
        )
        call.write("Users:\n" + users)
        return 0
    if verb == "list" and words[:1] == ["features"]:
        call.write(
            "".join(
                f"feature:android.hardware.{name}\n" for name in (*FEATURES, *alive.words(system.model, "features"))
            )
        )
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
    if service is None or not _is_there(system, words[0]):
        call.err.write(f"cmd: Can't find service: {words[0] if words else ''}\n")
        return NO_SERVICE
    if not system.serves(call, words[0]):
        return NO_SERVICE
    return service(system, Call(call.shell, words[0], words[1:], call.source, call.out, call.err))


def _is_there(system: AndroidSystem, service: str) -> bool:
    """Is a service of `SERVICES` in this model, and in its Android?"""
    if service == "testharness":
        return bool(system.model.get("test_harness")) and system.form("cmd testharness") == "present"
    if service == "uwb":
        return "uwb" in alive.words(system.model, "features")
    return service != "vibrator_manager" or system.form("cmd vibrator_manager") == "present"


def _testharness(system: AndroidSystem, call: Call) -> int:
    verb = call.words[0] if call.words else ""
    if verb not in ("enable", "restore"):
        call.write(
            "About:\n  Test Harness Mode is a mode that the device can be placed in to prepare\n"
            "  it for UI test harness frameworks ...\nCommands:\n  enable|restore\n"
        )
        return 0 if not verb or verb == "help" else 255
    if system.lives.data.lock_screen:
        call.err.write("Test Harness Mode cannot be enabled if there is a lock screen\n")
        return 2
    if system.has("harness_refused"):
        call.err.write(
            "Failed to enable Test Harness Mode. No implementation of PersistentDataBlock was bound.\n"
            "Failed to enable Test Harness Mode\n"
        )
        return 1
    system.harness()
    return 0


def _pdb(system: AndroidSystem, call: Call) -> int:
    form = system.form("cmd persistent_data_block status")
    if form == "none":
        call.write("No shell command implementation.\n")
        return 0
    verb = call.words[0] if call.words else ""
    if form == "while_active" and verb == "status" and system.lives.hardware.frp_active:
        call.write(frp_status(system))
        return 1  # printFrpStatus returns what becomes the exit code
    call.err.write(f"\nException occurred while executing '{verb[:100]}':\n{PDB_REFUSAL}")
    return 255


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
        return _start_activity(system, call)
    elif verb == "get-current-user":
        call.write("0\n")
    elif verb in ("force-stop", "kill", "startservice", "wait-for-broadcast-idle", "switch-user"):
        pass
    else:
        call.err.write(f"Unknown command: {verb[:100]}\n")
        return 255
    return 0


def _start_activity(system: AndroidSystem, call: Call) -> int:
    """`am start -a ACTION -d ADDRESS`: what looks at an address is the browser, where there is one."""
    options = dict(zip(call.words[1::2], call.words[2::2], strict=False))
    action, address = options.get("-a", ""), options.get("-d", "")[:2000]
    said = " ".join(word for word in (f"act={action}", f"dat={address}" if address else "") if word)
    call.write(f"Starting: Intent {{ {said} }}\n")
    if action != "android.intent.action.VIEW" or not address.startswith(("http://", "https://")):
        return 0
    if system.model.get("browser") == "none":
        call.err.write(f"Error: Activity not started, unable to resolve Intent {{ {said} flg=0x10000000 }}\n")
        return 0
    system.opened = [*system.opened[-99:], address]
    return 0


def _dpm(system: AndroidSystem, call: Call) -> int:
    verb = call.words[0] if call.words else ""
    owner = system.lives.data.device_owner
    if verb == "list-owners" and system.form("dpm list-owners") == "listed":
        call.write(f"1 owner:\nUser  0: admin={owner},DeviceOwner\n" if owner else "no owners\n")
        return 0
    if verb in ("set-active-admin", "set-device-owner"):
        call.err.write("java.lang.IllegalArgumentException: Unknown admin\n")
        return 255
    call.err.write(f"unknown command '{verb[:100]}'\n")
    return 255


_PROVIDERS = {
    "content://sms": "sms",
    "content://com.android.contacts/contacts": "contacts",
    "content://contacts": "contacts",
    "content://call_log/calls": "calls",
    "content://media/external/file": "media",
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
            if iccid
            else "No result found.\n"
        )
        return 0
    kind = next((kind for prefix, kind in _PROVIDERS.items() if uri.startswith(prefix)), None)
    if kind is None:
        call.err.write(
            f"Error while accessing provider:{uri[10:90]}\njava.lang.IllegalStateException: Could not find provider\n"
        )
        return 1
    count = data.counts.get(kind, 0)
    call.write(
        "".join(
            f"Row: {index} _id={index + 1}, address={owner.phone_number}, body={owner.name} {index}\n"
            for index in range(count)
        )
        or "No result found.\n"
    )
    return 0


def _vibrators(system: AndroidSystem, call: Call) -> int:
    if call.words == ["list"]:
        count = int(alive.number(system.model, "vibrators", 1))
        call.write("".join(f"{place}\n" for place in range(count)) or "No vibrator found\n")
        call.write("\n")
    return 0


def _uwb(system: AndroidSystem, call: Call) -> int:
    if call.words == ["status"]:
        call.write(f"Uwb is {'enabled' if alive.alive(system.model).get('uwb', True) is True else 'disabled'}\n")
    return 0


def _quiet(system: AndroidSystem, call: Call) -> int:
    return 0


def _named(name: str) -> SystemTool:
    """A tool that is `cmd NAME` by another name."""

    def tool(system: AndroidSystem, call: Call) -> int:
        return _cmd(system, Call(call.shell, "cmd", [name, *call.words], call.source, call.out, call.err))

    return tool


SERVICES: dict[str, SystemTool] = {
    "testharness": _testharness,
    "persistent_data_block": _pdb,
    "lock_settings": _locksettings,
    "settings": _settings,
    "package": _pm,
    "activity": _am,
    "device_policy": _dpm,
    "vibrator_manager": _vibrators,
    "uwb": _uwb,
    "vibrator": _quiet,
    "statusbar": _quiet,
    **HARDWARE_SERVICES,
}
SYSTEM_TOOLS: dict[str, SystemTool] = {
    "getprop": _getprop,
    "setprop": _setprop,
    "settings": _settings,
    "pm": _pm,
    "cmd": _cmd,
    "dumpsys": dumpsys,
    "am": _am,
    "dpm": _dpm,
    "content": _content,
    "input": _quiet,
    "screencap": _quiet,
    "locksettings": _named("lock_settings"),
    **HARDWARE_TOOLS,
}
