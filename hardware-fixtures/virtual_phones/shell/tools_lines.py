# SPDX-License-Identifier: GPL-3.0-or-later
"""grep, sed and the one form of awk people type in front of a pipe."""

import re

from virtual_phones.shell.arithmetic import number
from virtual_phones.shell.streams import Call, Tool
from virtual_phones.shell.tools_words import expression, inputs, lines_of, options


def _grep(call: Call) -> int:
    found, rest = options(call.words, "efmABC")
    patterns = found.get("e") or ([rest.pop(0)] if rest else [])
    if not patterns:
        return call.complain("no REGEX", 2)
    extended = "E" in found or call.name == "egrep"
    try:
        regexes = [
            expression(line, extended=extended, fixed="F" in found or call.name == "fgrep", fold="i" in found)
            for pattern in patterns
            for line in pattern.split("\n")
        ]
    except ValueError as error:
        return call.complain(str(error), 2)
    texts, code = inputs(call, rest)
    code = 2 if code else 0
    named = "H" in found or (len(texts) > 1 and "h" not in found)
    any_match = False
    for name, text in texts:
        hits = _hits(found, regexes, lines_of(text))
        any_match = any_match or bool(hits)
        prefix = f"{name}:" if named else ""
        if "q" in found:
            continue
        if "l" in found:
            call.write(f"{name}\n" if hits else "")
        elif "c" in found:
            call.write(f"{prefix}{len(hits)}\n")
        else:
            for index, line in hits:
                for piece in _pieces(found, regexes, line):
                    call.write(prefix + (f"{index}:" if "n" in found else "") + piece + "\n")
    return code or int(not any_match)


def _hits(found: dict[str, list[str]], regexes: list["re.Pattern[str]"], lines: list[str]) -> list[tuple[int, str]]:
    most = number(found["m"][-1]) if "m" in found else len(lines)

    def hit(line: str) -> bool:
        if "x" in found:
            return any(regex.fullmatch(line) for regex in regexes)
        if "w" in found:
            return any(re.search(rf"(?<!\w)(?:{regex.pattern})(?!\w)", line, regex.flags) for regex in regexes)
        return search(line) is not None if search is not None else any(regex.search(line) for regex in regexes)

    search = regexes[0].search if len(regexes) == 1 else None
    hits = [index for index, line in enumerate(lines) if hit(line) != ("v" in found)][: max(most, 0)]
    after = number((found.get("A") or found.get("C") or ["0"])[-1])
    before = number((found.get("B") or found.get("C") or ["0"])[-1])
    if not (after or before) or "c" in found:
        return [(index + 1, lines[index]) for index in hits]
    shown = sorted(
        {near for index in hits for near in range(max(0, index - before), min(len(lines), index + after + 1))}
    )
    return [(index + 1, lines[index]) for index in shown]


def _pieces(found: dict[str, list[str]], regexes: list["re.Pattern[str]"], line: str) -> list[str]:
    if "o" not in found:
        return [line]
    return [hit.group() for regex in regexes for hit in regex.finditer(line) if hit.group()]


_ADDRESS = r"(\d+|\$|/(?:[^/\\]|\\.)*/)"
_COMMAND = re.compile(rf"(?:{_ADDRESS}(?:,{_ADDRESS})?)?\s*(!?)\s*([spdq=])(.*)", re.DOTALL)


def _sed(call: Call) -> int:
    found, rest = options(call.words, "e")
    scripts = found.get("e") or ([rest.pop(0)] if rest else [])
    if not scripts:
        return call.complain("no pattern", 2)
    extended = "E" in found or "r" in found
    try:
        commands = [
            _sed_command(piece.strip(), extended=extended)
            for script in scripts
            for piece in re.split(r"\n|;(?=\s*(?:\d|\$|[spdq]))", script)
            if piece.strip()
        ]
    except ValueError as error:
        return call.complain(str(error))
    texts, code = inputs(call, rest)
    lines = [line for _, text in texts for line in lines_of(text)]
    ranges = [False] * len(commands)
    for index, line in enumerate(lines, 1):
        kept: str | None = line
        for place, command in enumerate(commands):
            if kept is None:
                break
            if _selected(command, index, kept, len(lines), ranges, place):
                kept, printed = command.apply(kept)
                call.write(printed)
                if command.kind == "=":
                    call.write(f"{index}\n")
                if command.kind == "q":
                    call.write("" if "n" in found else f"{kept}\n")
                    return code
        if kept is not None and "n" not in found:
            call.write(kept + "\n")
    return code


class _SedCommand:
    def __init__(self, first: str, last: str, kind: str, *, negated: bool) -> None:
        self.first, self.last, self.kind, self.negated = first, last, kind, negated
        self.regex: re.Pattern[str] | None = None
        self.replacement = ""
        self.every = self.prints = False

    def apply(self, line: str) -> tuple[str | None, str]:
        """The line after the command (None = deleted), and what it prints."""
        if self.kind == "d":
            return None, ""
        if self.kind == "p":
            return line, line + "\n"
        if self.kind != "s" or self.regex is None:
            return line, ""
        changed, count = self.regex.subn(self._replace, line, count=0 if self.every else 1)
        return changed, changed + "\n" if count and self.prints else ""

    def _replace(self, found: "re.Match[str]") -> str:
        def piece(mark: "re.Match[str]") -> str:
            text = mark.group()
            if text == "&":
                return found.group()
            if text[1].isdigit():
                group = int(text[1])
                return (found.group(group) or "") if group <= found.re.groups else ""
            return {"n": "\n", "t": "\t"}.get(text[1], text[1])

        return re.sub(r"\\.|&", piece, self.replacement, flags=re.DOTALL)


def _sed_command(text: str, *, extended: bool) -> _SedCommand:
    shape = _COMMAND.fullmatch(text)
    if shape is None:
        raise ValueError(f"bad pattern '{text[:60]}'")
    first, last, negated, kind, rest = shape.groups()
    command = _SedCommand(first or "", last or "", kind, negated=bool(negated))
    for address in (command.first, command.last):
        if address.startswith("/"):
            expression(address[1:-1], extended=extended)
    if kind != "s":
        if rest.strip():
            raise ValueError(f"bad pattern '{text[:60]}'")
        return command
    if not rest or rest[0].isalnum() or rest[0] in "\\\n":
        raise ValueError("bad s")
    mark = re.escape(rest[0])
    parts = re.fullmatch(rf"{mark}((?:[^\\]|\\.)*?){mark}((?:[^\\]|\\.)*?){mark}([gpiI0-9]*)", rest, re.DOTALL)
    if parts is None:
        raise ValueError("unterminated s")
    pattern, command.replacement, flags = parts.groups()
    pattern = pattern.replace("\\" + rest[0], rest[0]) if rest[0] not in ".|" else pattern
    command.regex = expression(pattern, extended=extended, fold="i" in flags.lower())
    command.every, command.prints = "g" in flags, "p" in flags
    return command


def _selected(command: _SedCommand, index: int, line: str, count: int, ranges: list[bool], place: int) -> bool:
    def at(address: str) -> bool:
        if address == "$":
            return index == count
        if address.isdigit():
            return index == int(address[:9])
        return expression(address[1:-1], extended=True).search(line) is not None

    if not command.first:
        return not command.negated
    if not command.last:
        return at(command.first) != command.negated
    if ranges[place]:
        if at(command.last):
            ranges[place] = False
        return not command.negated
    if at(command.first):
        ends_here = command.last.isdigit() and int(command.last[:9]) <= index
        ranges[place] = not ends_here
        return not command.negated
    return command.negated


def _awk(call: Call) -> int:
    """Only `[/regex/] {print …}`: what people type in front of a pipe."""
    found, rest = options(call.words, "F")
    shape = re.fullmatch(
        r"\s*(?:/((?:[^/\\]|\\.)*)/|NR==(\d{1,6}))?\s*(?:\{\s*print\s*([^{}]*?);?\s*\})?\s*", rest[0] if rest else "-"
    )
    if shape is None or not rest[0].strip():
        return call.complain("this program is beyond this phone", 2)
    try:
        regex = expression(shape.group(1) or "", extended=True)
    except ValueError as error:
        return call.complain(str(error), 2)
    texts, code = inputs(call, rest[1:])
    mark = (found.get("F") or [""])[-1] or None
    index = 0
    for _, text in texts:
        for line in lines_of(text):
            index += 1
            if regex.search(line) is None or (shape.group(2) and int(shape.group(2)) != index):
                continue
            fields = line.split(mark)
            call.write(_awk_print(shape.group(3) or "$0", line, fields, index) + "\n")
    return code


def _awk_print(what: str, line: str, fields: list[str], index: int) -> str:
    pieces: list[str] = []
    for token in re.findall(r'"[^"]*"|\$NF|\$\d{1,4}|NF|NR|,', what):
        if token == ",":
            pieces.append(" ")
        elif token.startswith('"'):
            pieces.append(token[1:-1])
        elif token in ("NF", "NR"):
            pieces.append(str(len(fields) if token == "NF" else index))
        else:
            place = len(fields) if token == "$NF" else int(token[1:])
            pieces.append(line if place == 0 else fields[place - 1] if 0 < place <= len(fields) else "")
    return "".join(pieces)


LINE_TOOLS: dict[str, Tool] = {"grep": _grep, "egrep": _grep, "fgrep": _grep, "sed": _sed, "awk": _awk}
