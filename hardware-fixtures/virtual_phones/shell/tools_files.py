# SPDX-License-Identifier: GPL-3.0-or-later
"""Tools that work on files, processes and the machine, as toybox has them on Android."""

import re
import stat as modes
from datetime import UTC, datetime

from virtual_phones.shell.arithmetic import number
from virtual_phones.shell.expansion import matches
from virtual_phones.shell.filetree import File
from virtual_phones.shell.streams import Call, Tool
from virtual_phones.shell.tools_blocks import BLOCK_TOOLS
from virtual_phones.shell.tools_changes import CHANGING_TOOLS
from virtual_phones.shell.tools_words import options

USERS = {0: "root", 1000: "system", 1023: "media_rw", 1015: "sdcard_rw", 2000: "shell", 9997: "everybody"}


def user_name(uid: int) -> str:
    """The name Android gives a uid."""
    return USERS.get(uid) or (f"u0_a{uid - 10000}" if uid >= 10000 else str(uid))


def mode_text(mode: int) -> str:
    """drwxr-xr-x."""
    return modes.filemode(mode)


def _day(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d %H:%M")


def _ls(call: Call) -> int:
    found, names = options(call.words)
    shell = call.shell
    code = 0
    folders: list[tuple[str, str]] = []
    single: list[tuple[str, str]] = []
    for name in names or ["."]:
        try:
            node = shell.machine.files.find(call.path(name), shell.uid, follow="l" not in found or name.endswith("/"))
        except OSError as error:
            code = call.complain(f"{name}: {error.strerror}")
            continue
        target = folders if node.is_folder and "d" not in found else single
        target.append((name, call.path(name)))
    _listing(call, found, single, total=False)
    for index, (name, path) in enumerate(folders):
        if len(folders) + len(single) > 1 or "R" in found:
            call.write(("\n" if index or single else "") + f"{name}:\n")
        code = _list_folder(call, found, name, path, 0) or code
    return code


def _list_folder(call: Call, found: dict[str, list[str]], shown: str, path: str, depth: int) -> int:
    files, uid = call.shell.machine.files, call.shell.uid
    try:
        names = files.names(path, uid)
    except OSError as error:
        return call.complain(f"{shown}: {error.strerror}")
    if "a" not in found and "A" not in found:
        names = [name for name in names if not name.startswith(".")]
    elif "a" in found:
        names = [".", "..", *names]
    _listing(call, found, [(name, files.absolute(name, files.real(path))) for name in names], total=True)
    if "R" in found and depth < 20:
        for name in names:
            child = f"{files.real(path).rstrip('/')}/{name}"
            if name not in (".", "..") and files.find(child).is_folder:
                call.write(f"\n{shown}/{name}:\n")
                _list_folder(call, found, f"{shown}/{name}", child, depth + 1)
    return 0


def _listing(call: Call, found: dict[str, list[str]], entries: list[tuple[str, str]], *, total: bool) -> None:
    files = call.shell.machine.files
    nodes = [(name, files.find(path, follow=False)) for name, path in entries]
    if "t" in found:
        nodes.sort(key=lambda entry: -entry[1].mtime)
    if "r" in found:
        nodes.reverse()
    if "l" not in found:
        call.write("".join(f"{name}\n" for name, _ in nodes))
        return
    if total:
        call.write(f"total {sum((node.size + 1023) // 1024 for _, node in nodes)}\n")
    call.write("".join(_long(name, node) + "\n" for name, node in nodes))


def _long(name: str, node: File) -> str:
    owner, group = user_name(node.uid), user_name(node.gid)
    arrow = f" -> {node.target}" if node.is_link else ""
    who = f"{mode_text(node.mode)} {1 + node.is_folder} {owner:<6} {group:<9}"
    return f"{who} {node.size:>8} {_day(node.mtime)} {name}{arrow}"


def _stat(call: Call) -> int:
    found, names = options(call.words, "c")
    files, uid = call.shell.machine.files, call.shell.uid
    code = 0
    for name in names:
        try:
            node = files.find(call.path(name), uid, follow="L" in found)
        except OSError as error:
            code = call.complain(f"'{name}': {error.strerror}")
            continue
        values = {
            "n": name,
            "s": str(node.size),
            "a": format(modes.S_IMODE(node.mode), "o"),
            "u": str(node.uid),
            "g": str(node.gid),
            "U": user_name(node.uid),
            "G": user_name(node.gid),
            "Y": str(node.mtime),
            "Z": str(node.mtime),
            "X": str(node.mtime),
            "A": mode_text(node.mode),
            "%": "%",
            "F": "directory" if node.is_folder else "symbolic link" if node.is_link else "regular file",
            "y": _day(node.mtime),
            "f": format(node.mode, "x"),
            "h": "1",
            "i": "4711",
        }
        if "c" in found:
            pieces = re.split(r"%(.)", found["c"][-1])
            pieces[1::2] = [values.get(letter, "?") for letter in pieces[1::2]]
            call.write("".join(pieces) + "\n")
            continue
        call.write(
            f"  File: {name}\n  Size: {node.size}\t Blocks: {(node.size + 511) // 512}\t IO Blocks: 512\t"
            f"{values['F']}\nDevice: fe33h/65075d\t Inode: 4711\t Links: 1\n"
            f"Access: ({modes.S_IMODE(node.mode):04o}/{values['A']})\tUid: ({node.uid:5d}/{values['U']:>8})\t"
            f"Gid: ({node.gid:5d}/{values['G']:>8})\nModify: {_day(node.mtime)}:00.000000000 +0000\n"
        )
    return code


def _du(call: Call) -> int:
    _, names = options(call.words, "d")
    for name in names or ["."]:
        total = sum(node.size for _, node in call.shell.machine.files.below(call.path(name)))
        call.write(f"{(total + 1023) // 1024}\t{name}\n")
    return 0


def _sleep(call: Call) -> int:
    if not call.words or not re.fullmatch(r"\d{1,9}(\.\d{1,9})?[smhd]?", call.words[0]):
        return call.complain("Needs a number")
    unit = {"m": 60, "h": 3600, "d": 86400}.get(call.words[0][-1], 1)
    call.shell.delay_s += float(call.words[0].rstrip("smhd")) * unit
    return 0


def _date(call: Call) -> int:
    words = [word for word in call.words if word not in ("-u",)]
    moment = datetime.fromtimestamp(call.shell.machine.epoch(), UTC)
    if words and not words[0].startswith("+"):
        return call.complain("cannot set date: Operation not permitted")
    if not words:
        call.write(moment.strftime("%a %b %e %H:%M:%S UTC %Y\n"))
        return 0
    table = {
        "s": str(int(moment.timestamp())),
        "Y": f"{moment.year:04d}",
        "m": f"{moment.month:02d}",
        "d": f"{moment.day:02d}",
        "H": f"{moment.hour:02d}",
        "M": f"{moment.minute:02d}",
        "S": f"{moment.second:02d}",
        "N": "000000000",
        "F": moment.strftime("%Y-%m-%d"),
        "T": moment.strftime("%H:%M:%S"),
        "%": "%",
        "Z": "UTC",
        "z": "+0000",
        "j": moment.strftime("%j"),
        "n": "\n",
        "a": moment.strftime("%a"),
        "b": moment.strftime("%b"),
    }
    call.write(re.sub(r"%(.)", lambda hit: table.get(hit.group(1), hit.group()), words[0][1:]) + "\n")
    return 0


def _id(call: Call) -> int:
    found, _ = options(call.words)
    if "u" in found:
        call.write(("shell" if "n" in found else str(call.shell.uid)) + "\n")
        return 0
    call.write(
        "uid=2000(shell) gid=2000(shell) groups=2000(shell),1004(input),1007(log),1011(adb),1015(sdcard_rw),"
        "1028(sdcard_r),1078(ext_data_rw),1079(ext_obb_rw),3001(net_bt_admin),3002(net_bt),3003(inet),"
        "3006(net_bw_stats),3009(readproc),3011(uhid),3012(readtracefs) context=u:r:shell:s0\n"
    )
    return 0


def _whoami(call: Call) -> int:
    call.write(user_name(call.shell.uid) + "\n")
    return 0


def _env(call: Call) -> int:
    shell = call.shell
    words = list(call.words)
    while words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        shell.variables[name] = value
        shell.exported.add(name)
    if words:
        return shell.call(words, call.source, call.out, call.err)
    call.write("".join(f"{name}={shell.variables.get(name, '')}\n" for name in sorted(shell.exported)))
    return 0


def _which(call: Call) -> int:
    code = 0
    for word in [word for word in call.words if not word.startswith("-")]:
        if word in call.shell.machine.tools or word in ("sh", "echo", "printf", "test", "true", "false", "pwd"):
            call.write(f"/system/bin/{word}\n")
        else:
            code = 1
    return code


def _ps(call: Call) -> int:
    call.write("USER            PID   PPID        VSZ    RSS WCHAN            ADDR S NAME\n")
    names = [
        ("root", 1, "init"),
        ("root", 2, "[kthreadd]"),
        ("system", 1392, "system_server"),
        ("root", 512, "zygote64"),
        ("shell", 4700, "adbd"),
        ("shell", 4711, "sh"),
        ("shell", 4712, "ps"),
    ]
    for user, pid, name in names:
        parent = 1 if pid > 2 else 0
        call.write(f"{user:<12} {pid:>6} {parent:>6} {10_800_000 + pid:>10} {pid * 7 % 90000:>6} 0    0 S {name}\n")
    return 0


def _uptime(call: Call) -> int:
    call.write(" 12:00:00 up 0 min,  0 users,  load average: 3.02, 2.11, 1.07\n")
    return 0


def _nothing(call: Call) -> int:
    return 0


def _denied(call: Call) -> int:
    return call.complain("Permission denied")


def _time_out(call: Call) -> int:
    words = [word for word in call.words if not word.startswith("-")]
    if len(words) < 2:
        return call.complain("Needs 2 arguments", 125)
    before = call.shell.delay_s
    code = call.shell.call(words[1:], call.source, call.out, call.err)
    limit = float(number(words[0].rstrip("s")))
    if call.shell.delay_s - before > limit > 0:
        call.shell.delay_s = before + limit
        return 124
    return code


def _find(call: Call) -> int:
    words = list(call.words)
    places = []
    while words and not words[0].startswith("-"):
        places.append(words.pop(0))
    valued = ("-name", "-type", "-maxdepth", "-iname")
    tests = {name: words[at + 1] for at, name in enumerate(words[:-1]) if name in valued}
    code = 0
    for place in places or ["."]:
        root = call.path(place)
        try:
            call.shell.machine.files.find(root, call.shell.uid)
        except OSError as error:
            code = call.complain(f"{place}: {error.strerror}")
            continue
        code = _walk(call, place, root, tests, number(tests.get("-maxdepth", "30")), delete="-delete" in words) or code
    return code


def _walk(call: Call, shown: str, path: str, tests: dict[str, str], depth: int, *, delete: bool) -> int:
    files, uid = call.shell.machine.files, call.shell.uid
    node = files.find(path, uid, follow=False)
    code = 0
    if (node.is_folder or (node.is_link and shown == path)) and depth > 0:
        try:
            for name in files.names(path, uid):
                code = (
                    _walk(
                        call,
                        f"{shown.rstrip('/')}/{name}",
                        f"{path.rstrip('/')}/{name}",
                        tests,
                        depth - 1,
                        delete=delete,
                    )
                    or code
                )
        except OSError as error:
            code = call.complain(f"{shown}: {error.strerror}")
    name = shown.rstrip("/").rpartition("/")[2]
    kind = "d" if node.is_folder else "l" if node.is_link else "f"
    wanted = tests.get("-type", kind) == kind and matches(name, tests.get("-name", "*"))
    if wanted and matches(name.lower(), tests.get("-iname", "*").lower()):
        if delete:
            files.remove(path, uid)
        else:
            call.write(shown + "\n")
    return code


FILE_TOOLS: dict[str, Tool] = {
    "ls": _ls,
    "find": _find,
    "stat": _stat,
    "du": _du,
    "sleep": _sleep,
    "usleep": _nothing,
    "date": _date,
    "id": _id,
    "whoami": _whoami,
    "env": _env,
    "printenv": _env,
    "which": _which,
    "ps": _ps,
    "uptime": _uptime,
    "nohup": _env,
    "timeout": _time_out,
    "mount": _nothing,
    "dmesg": _denied,
    "chown": _denied,
    "log": _nothing,
    "logcat": _nothing,
    "toybox": _env,
    "setenforce": _denied,
    "kill": _denied,
    **BLOCK_TOOLS,
    **CHANGING_TOOLS,
}
