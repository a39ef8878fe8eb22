# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that change the shell itself, and the few every shell has built in."""

import re

from virtual_phones.shell.arithmetic import number
from virtual_phones.shell.streams import Call, Jump, Leave, Tool, decode
from virtual_phones.shell.test_builtin import bracket, double_bracket, test


def _colon(call: Call) -> int:
    return 0


def _false(call: Call) -> int:
    return 1


def _exit(call: Call) -> int:
    raise Leave(number(call.words[0]) % 256 if call.words else call.shell.status)


def _return(call: Call) -> int:
    raise Jump("return", number(call.words[0]) % 256 if call.words else call.shell.status)


def _break(call: Call) -> int:
    raise Jump(call.name, max(1, number(call.words[0])) if call.words else 1)


def _cd(call: Call) -> int:
    shell = call.shell
    words = [word for word in call.words if word not in ("-P", "-L", "--")]
    target = words[0] if words else shell.variables.get("HOME", "/")
    if target == "-":
        target = shell.variables.get("OLDPWD", shell.cwd)
        call.write(target + "\n")
    path = call.path(target)
    try:
        node = shell.machine.files.find(path, shell.uid)
    except OSError as error:
        return call.complain(f"{target}: {error.strerror}", 2)
    if not node.is_folder:
        return call.complain(f"{target}: Not a directory", 2)
    if not node.allows(shell.uid, 1):
        return call.complain(f"{target}: Permission denied", 2)
    shell.variables["OLDPWD"], shell.cwd = shell.cwd, path
    shell.variables["PWD"] = path
    return 0


def _pwd(call: Call) -> int:
    call.write(call.shell.cwd + "\n")
    return 0


def _export(call: Call) -> int:
    shell = call.shell
    for word in call.words:
        name, equals, value = word.partition("=")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            if not name.startswith("-"):
                return call.complain(f"{word}: is not an identifier")
            continue
        if equals:
            shell.variables[name] = value
        if call.name == "export":
            shell.exported.add(name)
    return 0


def _unset(call: Call) -> int:
    for word in call.words:
        call.shell.variables.pop(word, None)
        call.shell.functions.pop(word, None)
    return 0


def _set(call: Call) -> int:
    words = list(call.words)
    while words and words[0][:1] in "+-" and words[0] != "--" and len(words[0]) > 1:
        option = words.pop(0)
        if "e" in option[1:] and not option.endswith("o"):
            call.shell.stop_on_error = option[0] == "-"
        if option.endswith("o") and words:
            words.pop(0)
    if words and words[0] == "--":
        call.shell.arguments = words[1:]
    elif words:
        call.shell.arguments = words
    elif not call.words:
        call.write("".join(f"{name}={value}\n" for name, value in sorted(call.shell.variables.items())))
    return 0


def _shift(call: Call) -> int:
    count = number(call.words[0]) if call.words else 1
    if not 0 <= count <= len(call.shell.arguments):
        return call.complain("nothing to shift")
    call.shell.arguments = call.shell.arguments[count:]
    return 0


def _read(call: Call) -> int:
    raw = "-r" in call.words
    names = [word for word in call.words if not word.startswith("-")] or ["REPLY"]
    line = call.source.line()
    text = (line or "").rstrip("\n")
    if not raw:
        text = text.replace("\\", "")
    pieces = text.split(None, len(names) - 1) if call.shell.variables.get("IFS", " ") else [text]
    for index, name in enumerate(names):
        call.shell.variables[name] = pieces[index].rstrip() if index < len(pieces) else ""
    return 0 if line is not None and line.endswith("\n") else 1


def _eval(call: Call) -> int:
    return call.shell.again(" ".join(call.words), call)


def _sh(call: Call) -> int:
    """`sh -c TEXT [name arguments]`, `sh FILE`, or a program on standard input."""
    words = [word for word in call.words if word not in ("-e", "-l", "-i", "-s", "-")]
    if words and words[0] == "-c":
        if len(words) < 2:
            return call.complain("-c: requires an argument", 2)
        return call.shell.child(words[1], words[3:], call)
    if words:
        try:
            text = decode(call.shell.machine.files.read(call.path(words[0]), call.shell.uid))
        except OSError as error:
            return call.complain(f"{words[0]}: {error.strerror}", 127)
        return call.shell.child(text, words[1:], call)
    return call.shell.child(call.source.rest(), [], call)


def _dot(call: Call) -> int:
    if not call.words:
        return call.complain("missing argument", 2)
    text = decode(call.shell.machine.files.read(call.path(call.words[0]), call.shell.uid))
    return call.shell.again(text, call)


def _command(call: Call) -> int:
    words = list(call.words)
    if words and words[0] in ("-v", "-V"):
        return _type(Call(call.shell, "command", words[1:], call.source, call.out, call.err), terse=True)
    words = words[1:] if words and words[0] == "-p" else words
    return call.shell.call(words, call.source, call.out, call.err) if words else 0


def _type(call: Call, *, terse: bool = False) -> int:
    code = 0
    for word in call.words:
        if word in call.shell.functions:
            call.write(f"{word}\n" if terse else f"{word} is a function\n")
        elif word in BUILTINS:
            call.write(f"{word}\n" if terse else f"{word} is a shell builtin\n")
        elif word in call.shell.machine.tools:
            call.write(f"/system/bin/{word}\n" if terse else f"{word} is a tracked alias for /system/bin/{word}\n")
        else:
            code = 1
            if not terse:
                call.err.write(f"{word} not found\n")
    return code


def _echo(call: Call) -> int:
    words = call.words
    if len(words) == 1 and words[0][:1] != "-":
        call.out.write(words[0] + "\n")
        return 0
    words = list(words)
    newline, escapes = True, False
    while words and words[0][:1] == "-" and _ECHO_OPTION.fullmatch(words[0]):
        option = words.pop(0)
        newline = newline and "n" not in option
        escapes = "e" in option or (escapes and "E" not in option)
    text = " ".join(words)
    stop = False
    if escapes:
        text, stop = unescape(text)
    call.write(text + ("\n" if newline and not stop else ""))
    return 0


_ECHO_OPTION = re.compile(r"-[neE]+")
_ESCAPE = re.compile(r"\\(?:([abefnrtv\\c\"'])|0?([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4}))")
_CONTROL = {"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def unescape(text: str) -> tuple[str, bool]:
    r"""`\n`, `\xHH`, `\0NNN` … replaced; the second is True after `\c`, which ends all output."""
    stop = False
    pieces: list[str] = []
    at = 0
    for found in _ESCAPE.finditer(text):
        pieces.append(text[at : found.start()])
        at = found.end()
        letter, octal, hexadecimal, code = found.groups()
        if letter == "c":
            stop = True
            break
        if letter:
            pieces.append(_CONTROL.get(letter, letter))
        elif code:
            pieces.append(chr(int(code, 16)))
        else:
            byte = (int(octal, 8) if octal else int(hexadecimal, 16)) % 256
            pieces.append(chr(byte) if byte < 128 else chr(0xDC00 + byte))
    if not stop:
        pieces.append(text[at:])
    joined = "".join(pieces)
    return decode(joined.encode("utf-8", "surrogateescape")) if _whole(joined) else joined, stop


def _whole(text: str) -> bool:
    return not any("\ud800" <= character < "\udc80" or "\udd00" <= character <= "\udfff" for character in text)


_CONVERSION = re.compile(r"%([-+ 0#]*)(\*|[0-9]{0,4})(?:\.([0-9]{0,4}))?([diouxXscbqeEfgG%])")


def _printf(call: Call) -> int:
    if not call.words:
        return call.complain("missing format", 2)
    template = call.words[0]
    rest = call.words[1:]
    while True:
        before = len(rest)
        text, rest, stop = _formatted(template, rest)
        call.write(text)
        if stop or not rest or len(rest) == before:
            return 0


def _formatted(template: str, rest: list[str]) -> tuple[str, list[str], bool]:
    pieces: list[str] = []
    at = 0
    for found in _CONVERSION.finditer(template):
        literal, stop = unescape(template[at : found.start()])
        pieces.append(literal)
        if stop:
            return "".join(pieces), [], True
        at = found.end()
        flags, width, precision, kind = found.groups()
        if kind == "%":
            pieces.append("%")
            continue
        if width == "*":
            width, rest = (str(number(rest[0])), rest[1:]) if rest else ("", rest)
        argument, rest = (rest[0], rest[1:]) if rest else ("", rest)
        pieces.append(_conversion(flags, width[:4], precision, kind, argument))
    literal, stop = unescape(template[at:])
    return "".join(pieces) + literal, rest, stop


def _conversion(flags: str, width: str, precision: str | None, kind: str, argument: str) -> str:
    limit = int(precision) if precision else None
    if kind in "sbq":
        text = unescape(argument)[0] if kind == "b" else argument
        text = text if precision is None else text[: limit or 0]
    elif kind == "c":
        text = argument[:1]
    elif kind in "eEfgG":
        try:
            text = f"{float(argument or 0):.{6 if limit is None else min(limit, 40)}{kind}}"
        except ValueError:
            text = "0"
    else:
        value = ord(argument[1]) if argument[:1] in "'\"" and len(argument) > 1 else number(argument)
        value = value % (1 << 64) if kind in "ouxX" else value
        text = format(value, {"i": "d", "u": "d"}.get(kind, kind))
        text = text.rjust(min(limit or 0, 4096), "0")
    size = min(int(width or 0) if width.lstrip("-").isdigit() else 0, 4096)
    if "-" in flags:
        return text.ljust(size)
    if "0" in flags and kind not in "sbqc":
        return text.rjust(size, "0")
    return text.rjust(size)


BUILTINS: dict[str, Tool] = {
    ":": _colon,
    "true": _colon,
    "false": _false,
    "exit": _exit,
    "return": _return,
    "break": _break,
    "continue": _break,
    "cd": _cd,
    "pwd": _pwd,
    "export": _export,
    "local": _export,
    "readonly": _export,
    "typeset": _export,
    "unset": _unset,
    "set": _set,
    "shift": _shift,
    "read": _read,
    "eval": _eval,
    "sh": _sh,
    ".": _dot,
    "source": _dot,
    "command": _command,
    "type": _type,
    "echo": _echo,
    "printf": _printf,
    "test": test,
    "[": bracket,
    "[[": double_bracket,
    "trap": _colon,
    "wait": _colon,
    "ulimit": _colon,
    "umask": _colon,
    "alias": _colon,
    "hash": _colon,
    "jobs": _colon,
}
