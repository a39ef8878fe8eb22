# SPDX-License-Identifier: GPL-3.0-or-later
"""Tools that change files."""

import errno
import re
from collections.abc import Callable

from virtual_phones.shell.filetree import refusal
from virtual_phones.shell.streams import Call, Tool
from virtual_phones.shell.tools_words import options


def _each(call: Call, names: list[str], act: Callable[[str], object]) -> int:
    code = 0
    for name in names:
        try:
            act(call.path(name))
        except OSError as error:
            code = call.complain(f"{name}: {error.strerror}")
    return code


def _rm(call: Call) -> int:
    found, names = options(call.words)
    recursive = bool({"r", "R"} & set(found))
    force = "f" in found
    files, uid = call.shell.machine.files, call.shell.uid

    def act(path: str) -> None:
        try:
            node = files.find(path, uid, follow=False)
        except FileNotFoundError:
            if force:
                return
            raise
        if node.is_folder and not recursive:
            raise refusal(errno.EISDIR)
        files.remove(path, uid, recursive=recursive)

    if not names and not force:
        return call.complain("Needs 1 argument")
    return _each(call, names, act)


def _rmdir(call: Call) -> int:
    files, uid = call.shell.machine.files, call.shell.uid

    def act(path: str) -> None:
        if not files.find(path, uid, follow=False).is_folder:
            raise refusal(errno.ENOTDIR)
        files.remove(path, uid)

    return _each(call, options(call.words)[1], act)


def _mkdir(call: Call) -> int:
    found, names = options(call.words, "m")
    files, uid, now = call.shell.machine.files, call.shell.uid, call.shell.machine.epoch()

    def act(path: str) -> None:
        if "p" not in found:
            files.make_folder(path, uid, mtime=now)
            return
        so_far = ""
        for part in path.strip("/").split("/"):
            so_far += "/" + part
            if not files.exists(so_far, uid):
                files.make_folder(so_far, uid, mtime=now)

    return _each(call, names, act)


def _touch(call: Call) -> int:
    found, names = options(call.words, "tdr")
    files, uid, now = call.shell.machine.files, call.shell.uid, call.shell.machine.epoch()

    def act(path: str) -> None:
        if "c" in found and not files.exists(path, uid):
            return
        files.touch(path, uid, now)

    return _each(call, names, act)


def _destination(call: Call, names: list[str]) -> tuple[list[str], str, bool] | None:
    if len(names) < 2:
        call.complain("Needs 2 arguments")
        return None
    files = call.shell.machine.files
    target = call.path(names[-1])
    is_folder = files.exists(target, call.shell.uid) and files.find(target).is_folder
    if len(names) > 2 and not is_folder:
        call.complain(f"'{names[-1]}' not directory")
        return None
    return names[:-1], target, is_folder


def _mv(call: Call) -> int:
    found = _destination(call, options(call.words)[1])
    if found is None:
        return 1
    names, target, into = found
    files, uid = call.shell.machine.files, call.shell.uid

    def act(path: str) -> None:
        files.rename(path, f"{target}/{path.rpartition('/')[2]}" if into else target, uid)

    return _each(call, names, act)


def _cp(call: Call) -> int:
    letters, words = options(call.words)
    found = _destination(call, words)
    if found is None:
        return 1
    names, target, into = found
    recursive = bool({"r", "R", "a"} & set(letters))

    def act(path: str) -> None:
        _copy(call, path, f"{target}/{path.rpartition('/')[2]}" if into else target, recursive=recursive, depth=0)

    return _each(call, names, act)


def _copy(call: Call, source: str, target: str, *, recursive: bool, depth: int) -> None:
    files, uid, now = call.shell.machine.files, call.shell.uid, call.shell.machine.epoch()
    node = files.find(source, uid)
    if not node.is_folder:
        files.write(target, files.read(source, uid), uid, mtime=now)
        return
    if not recursive or depth > 20 or (target + "/").startswith(source.rstrip("/") + "/"):
        raise refusal(errno.EISDIR)
    if not files.exists(target, uid):
        files.make_folder(target, uid, mtime=now)
    for name in files.names(source, uid):
        _copy(call, f"{source}/{name}", f"{target}/{name}", recursive=True, depth=depth + 1)


def _chmod(call: Call) -> int:
    words = [word for word in call.words if not re.fullmatch(r"-[Rvf]+", word)]
    if len(words) < 2 or not re.fullmatch(r"[0-7]{3,4}|[ugoa]*[-+=][rwxst]+", words[0]):
        return call.complain("bad mode")
    files, uid = call.shell.machine.files, call.shell.uid

    def act(path: str) -> None:
        old = files.find(path, uid).mode
        if words[0].isdigit():
            mode = int(words[0], 8)
        else:
            who, sign, bits = re.findall(r"([ugoa]*)([-+=])([rwxst]+)", words[0])[0]
            mask = sum({"r": 0o444, "w": 0o222, "x": 0o111}.get(bit, 0) for bit in set(bits))
            reach = sum({"u": 0o700, "g": 0o070, "o": 0o007}.get(one, 0o777) for one in set(who)) if who else 0o777
            mode = old & ~(mask & reach) if sign == "-" else old | mask & min(reach, 0o777)
        files.change_mode(path, mode, uid)

    return _each(call, words[1:], act)


def _ln(call: Call) -> int:
    found, names = options(call.words)
    if len(names) != 2 or "s" not in found:
        return call.complain("only -s TARGET NAME")
    return _each(call, names[1:], lambda path: call.shell.machine.files.link(path, names[0], call.shell.uid))


def _realpath(call: Call) -> int:
    return _each(
        call,
        [word for word in call.words if not word.startswith("-")],
        lambda path: call.write(call.shell.machine.files.real(path, call.shell.uid) + "\n"),
    )


CHANGING_TOOLS: dict[str, Tool] = {
    "rm": _rm,
    "unlink": _rm,
    "rmdir": _rmdir,
    "mkdir": _mkdir,
    "touch": _touch,
    "mv": _mv,
    "cp": _cp,
    "chmod": _chmod,
    "ln": _ln,
    "realpath": _realpath,
    "readlink": _realpath,
}
