# SPDX-License-Identifier: GPL-3.0-or-later
"""Text tools as toybox has them on Android, in the forms people use."""

import base64
import hashlib
import re

from virtual_phones.shell_arithmetic import ArithmeticError64, combine, number
from virtual_phones.shell_expansion import matches
from virtual_phones.shell_streams import Call, Tool, decode, encode

LONGEST_SEQUENCE = 100_000


def options(words: list[str], with_value: str = "") -> tuple[dict[str, list[str]], list[str]]:
    """Short options (value letters in `with_value`) and the other words. `-5` becomes option `n` = 5."""
    found: dict[str, list[str]] = {}
    rest: list[str] = []
    todo = list(words)
    while todo:
        word = todo.pop(0)
        if word == "--":
            rest += todo
            break
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            found.setdefault(name, []).append(value)
            continue
        if not word.startswith("-") or word == "-":
            rest.append(word)
            continue
        if word[1:].isdigit() and "n" in with_value:
            found.setdefault("n", []).append(word[1:])
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in with_value:
                found.setdefault(letter, []).append(letters or (todo.pop(0) if todo else ""))
                break
            found.setdefault(letter, []).append("")
    return found, rest


def inputs(call: Call, names: list[str]) -> tuple[list[tuple[str, str]], int]:
    """(name, text) of each file named, or of standard input; the code is 1 when one could not be read."""
    code = 0
    found: list[tuple[str, str]] = []
    for name in names or ["-"]:
        if name == "-":
            found.append(("-", call.source.rest()))
            continue
        try:
            data = call.shell.machine.files.read(call.path(name), call.shell.uid)
            found.append((name, decode(data)))
        except OSError as error:
            code = call.complain(f"{name}: {error.strerror}")
    return found, code


def lines_of(text: str) -> list[str]:
    """Lines without their newlines; only a newline ends a line."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def expression(text: str, *, extended: bool, fixed: bool = False, fold: bool = False) -> "re.Pattern[str]":
    """A POSIX regular expression as Python's. Raises: ValueError for one that is none."""
    flags = re.IGNORECASE if fold else 0
    if fixed:
        return re.compile(re.escape(text), flags)
    text = re.sub(r"\[\[:(\w+):\](.*?)\]", _character_class, text)
    if not extended:
        text = re.sub(r"\\?[(){}|+?]", lambda found: found.group()[1:] if len(found.group()) == 2
                      else "\\" + found.group(), text)
    try:
        return re.compile(text, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"bad regex '{text[:80]}'") from error


def _character_class(found: "re.Match[str]") -> str:
    inside = {
        "digit": "0-9", "alpha": "A-Za-z", "alnum": "A-Za-z0-9", "space": r"\s", "upper": "A-Z",
        "lower": "a-z", "xdigit": "0-9A-Fa-f", "blank": " \\t", "punct": r"!-/:-@\[-`{-~", "print": " -~",
    }.get(found.group(1), "")
    return f"[{inside}{found.group(2)}]"


def _cat(call: Call) -> int:
    found, names = options(call.words)
    texts, code = inputs(call, names)
    for _, text in texts:
        if "n" in found:
            text = "".join(f"{index:6d}\t{line}\n" for index, line in enumerate(lines_of(text), 1))  # noqa: PLW2901
        call.write(text)
    return code


def _grep(call: Call) -> int:
    found, rest = options(call.words, "efmABC")
    patterns = found.get("e") or ([rest.pop(0)] if rest else [])
    if not patterns:
        return call.complain("no REGEX", 2)
    extended = "E" in found or call.name == "egrep"
    try:
        regexes = [
            expression(line, extended=extended, fixed="F" in found or call.name == "fgrep", fold="i" in found)
            for pattern in patterns for line in pattern.split("\n")
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


def _hits(
    found: dict[str, list[str]], regexes: list["re.Pattern[str]"], lines: list[str]
) -> list[tuple[int, str]]:
    most = number(found["m"][-1]) if "m" in found else len(lines)

    def hit(line: str) -> bool:
        if "x" in found:
            return any(regex.fullmatch(line) for regex in regexes)
        if "w" in found:
            return any(re.search(rf"(?<!\w)(?:{regex.pattern})(?!\w)", line, regex.flags) for regex in regexes)
        return any(regex.search(line) for regex in regexes)

    hits = [index for index, line in enumerate(lines) if hit(line) != ("v" in found)][:max(most, 0)]
    after = number((found.get("A") or found.get("C") or ["0"])[-1])
    before = number((found.get("B") or found.get("C") or ["0"])[-1])
    if not (after or before) or "c" in found:
        return [(index + 1, lines[index]) for index in hits]
    shown = sorted({
        near for index in hits for near in range(max(0, index - before), min(len(lines), index + after + 1))
    })
    return [(index + 1, lines[index]) for index in shown]


def _pieces(found: dict[str, list[str]], regexes: list["re.Pattern[str]"], line: str) -> list[str]:
    if "o" not in found:
        return [line]
    return [hit.group() for regex in regexes for hit in regex.finditer(line) if hit.group()]


def _head(call: Call) -> int:
    found, names = options(call.words, "nc")
    texts, code = inputs(call, names)
    for name, text in texts:
        if len(texts) > 1:
            call.write(f"==> {name} <==\n")
        if "c" in found:
            call.write(decode(encode(text)[:max(0, number(found["c"][-1]))]))
            continue
        count = number(found["n"][-1]) if "n" in found else 10
        lines = text.splitlines(keepends=True) if "\r" not in text else re.findall(r"[^\n]*\n|[^\n]+", text)
        call.write("".join(lines[:count]))
    return code


def _tail(call: Call) -> int:
    found, names = options(call.words, "nc")
    texts, code = inputs(call, names)
    for _, text in texts:
        if "c" in found:
            size = found["c"][-1]
            data = encode(text)
            call.write(decode(data[number(size) - 1:] if size.startswith("+") else data[-abs(number(size)):]))
            continue
        count = found["n"][-1] if "n" in found else "10"
        lines = re.findall(r"[^\n]*\n|[^\n]+", text)
        if count.startswith("+"):
            call.write("".join(lines[max(0, number(count) - 1):]))
        else:
            last = abs(number(count))
            call.write("".join(lines[-last:] if last else []))
    return code


def _wc(call: Call) -> int:
    found, names = options(call.words)
    texts, code = inputs(call, names)
    for name, text in texts:
        counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(encode(text)), "m": len(text)}
        wanted = [letter for letter in "lwcm" if letter in found] or ["l", "w", "c"]
        shown = " ".join(str(counts[letter]) for letter in wanted)
        call.write(shown + ("" if name == "-" else f" {name}") + "\n")
    return code


_SUBSTITUTE = re.compile(r"(?:(\d+|\$|/(?:[^/\\]|\\.)*/)(?:,(\d+|\$|/(?:[^/\\]|\\.)*/))?)?\s*(!?)\s*([spdq=])(.*)", re.DOTALL)


def _sed(call: Call) -> int:
    found, rest = options(call.words, "e")
    scripts = found.get("e") or ([rest.pop(0)] if rest else [])
    if not scripts:
        return call.complain("no pattern", 2)
    extended = "E" in found or "r" in found
    try:
        commands = [
            _sed_command(piece.strip(), extended=extended)
            for script in scripts for piece in re.split(r"\n|;(?=\s*(?:\d|\$|[spdq]))", script) if piece.strip()
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
    shape = _SUBSTITUTE.fullmatch(text)
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


def _cut(call: Call) -> int:
    found, names = options(call.words, "dfcb")
    wanted = (found.get("f") or found.get("c") or found.get("b") or [""])[-1]
    ranges = []
    for piece in wanted.split(","):
        shape = re.fullmatch(r"(\d{0,6})(-?)(\d{0,6})", piece)
        if shape is None or piece in ("", "-"):
            return call.complain("bad list")
        first = int(shape.group(1) or 1)
        last = int(shape.group(3) or 1_000_000) if shape.group(2) else first
        ranges.append((first, last))
    texts, code = inputs(call, names)
    mark = (found.get("d") or ["\t"])[-1] or "\t"
    for _, text in texts:
        for line in lines_of(text):
            if "f" not in found:
                chosen = [c for index, c in enumerate(line, 1) if any(a <= index <= b for a, b in ranges)]
                call.write("".join(chosen) + "\n")
                continue
            fields = line.split(mark)
            if len(fields) == 1:
                call.write("" if "s" in found else line + "\n")
                continue
            kept = [f for index, f in enumerate(fields, 1) if any(a <= index <= b for a, b in ranges)]
            call.write(mark.join(kept) + "\n")
    return code


def _characters(text: str) -> str:
    text = re.sub(r"\[:(\w+):\]", lambda found: {
        "upper": "A-Z", "lower": "a-z", "digit": "0-9", "alpha": "A-Za-z", "alnum": "A-Za-z0-9",
        "space": " \\t\\n\\r", "xdigit": "0-9a-fA-F", "punct": "!-/:-@",
    }.get(found.group(1), ""), text)
    text = re.sub(r"\\([ntr\\]|[0-7]{1,3})", lambda found: {
        "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}.get(found.group(1)) or chr(int(found.group(1), 8) % 128), text)

    def spread(found: "re.Match[str]") -> str:
        first, last = ord(found.group(1)), ord(found.group(2))
        return "".join(map(chr, range(first, min(last, first + 512) + 1)))

    return re.sub(r"(.)-(.)", spread, text, flags=re.DOTALL)


def _tr(call: Call) -> int:
    found, sets = options(call.words)
    if not sets:
        return call.complain("missing operand")
    text = call.source.rest()
    first = _characters(sets[0])
    complement = "c" in found or "C" in found
    inside = frozenset(first)
    if "d" in found:
        call.write("".join(c for c in text if (c in inside) == complement))
        return 0
    second = _characters(sets[1]) if len(sets) > 1 else first
    if complement:
        changed = "".join(c if c in inside else second[-1:] for c in text)
    else:
        padded = second + second[-1:] * (len(first) - len(second))
        table = {ord(old): new for old, new in reversed(list(zip(first, padded, strict=False)))}
        changed = text.translate(table)
    if "s" in found:
        squeezed = frozenset(second)
        pieces: list[str] = []
        for character in changed:
            if not (pieces and pieces[-1] == character and (character in squeezed) != (complement and len(sets) < 2)):
                pieces.append(character)
        changed = "".join(pieces)
    call.write(changed)
    return 0


def _sort(call: Call) -> int:
    found, names = options(call.words, "kto")
    texts, code = inputs(call, names)
    lines = [line for _, text in texts for line in lines_of(text)]
    column = number((found.get("k") or ["0"])[-1].partition(",")[0])

    def key(line: str) -> tuple[float, str]:
        mark = (found.get("t") or [""])[-1]
        fields = line.split(mark or None) if column else [line]
        text = fields[column - 1] if column and column <= len(fields) else (line if not column else "")
        if "n" in found:
            value = re.match(r"\s*-?\d{1,30}(\.\d{1,30})?", text)
            return (float(value.group()) if value else 0.0, line)
        return (0.0, text.lower() if "f" in found else text)

    lines.sort(key=key, reverse="r" in found)
    if "u" in found:
        lines = list(dict.fromkeys(lines))
    call.write("".join(line + "\n" for line in lines))
    return code


def _uniq(call: Call) -> int:
    found, names = options(call.words)
    texts, code = inputs(call, names[:1])
    groups: list[tuple[str, int]] = []
    for _, text in texts:
        for line in lines_of(text):
            if groups and groups[-1][0] == line:
                groups[-1] = (line, groups[-1][1] + 1)
            else:
                groups.append((line, 1))
    for line, count in groups:
        if ("d" in found and count < 2) or ("u" in found and count > 1):
            continue
        call.write((f"{count:7d} " if "c" in found else "") + line + "\n")
    return code


def _base64(call: Call) -> int:
    found, names = options(call.words, "w")
    texts, code = inputs(call, names)
    data = encode("".join(text for _, text in texts))
    if "d" in found:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        kept = kept[:-1] if len(kept) % 4 == 1 else kept
        call.write(decode(base64.b64decode(kept + b"=" * (-len(kept) % 4))))
        return code
    text = base64.b64encode(data).decode()
    width = number(found["w"][-1]) if "w" in found else 76
    width = width if width > 0 else max(len(text), 1)
    call.write("".join(text[at:at + width] + "\n" for at in range(0, len(text), width)))
    return code


def _sum(call: Call) -> int:
    found, names = options(call.words)
    texts, code = inputs(call, names)
    for name, text in texts:
        digest = hashlib.new(call.name.removesuffix("sum"), encode(text), usedforsecurity=False).hexdigest()
        call.write(f"{digest}\n" if "b" in found else f"{digest}  {name}\n")
    return code


def _xxd(call: Call) -> int:
    found, names = options(call.words, "lc")
    texts, code = inputs(call, names)
    data = encode("".join(text for _, text in texts))
    if "r" in found:
        digits = re.sub(rb"[^0-9a-fA-F]", b"", data)
        call.write(decode(bytes.fromhex(digits[:len(digits) // 2 * 2].decode())))
        return code
    data = data[:max(0, number(found["l"][-1]))] if "l" in found else data
    if "p" in found:
        text = data.hex()
        call.write("".join(text[at:at + 60] + "\n" for at in range(0, len(text), 60)))
        return code
    for at in range(0, len(data), 16):
        row = data[at:at + 16]
        pairs = " ".join(row[index:index + 2].hex() for index in range(0, len(row), 2))
        plain = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        call.write(f"{at:08x}: {pairs:<39}  {plain}\n")
    return code


def _seq(call: Call) -> int:
    words = [word for word in call.words if re.fullmatch(r"[+-]?\d{1,12}", word)]
    if not words or len(words) != len(call.words) or len(words) > 3:
        return call.complain("bad number")
    first = int(words[0]) if len(words) > 1 else 1
    step = int(words[1]) if len(words) == 3 else 1
    last = int(words[-1])
    if step == 0:
        return call.complain("increment 0")
    values = range(first, last + (1 if step > 0 else -1), step)
    call.write("".join(f"{value}\n" for value in values[:LONGEST_SEQUENCE]))
    return 0


def _expr(call: Call) -> int:
    words = call.words
    if len(words) == 1:
        call.write(words[0] + "\n")
        return int(words[0] in ("", "0"))
    if len(words) != 3:
        return call.complain("syntax error", 2)
    left, operator, right = words
    if operator == ":":
        try:
            hit = expression(right, extended=False).match(left)
        except ValueError as error:
            return call.complain(str(error), 2)
        result = "0" if hit is None else (hit.group(1) or "" if hit.re.groups else str(len(hit.group())))
    elif operator in ("=", "!="):
        result = str(int((left == right) == (operator == "=")))
    else:
        try:
            result = str(combine(operator, number(left), number(right)))
        except KeyError:
            return call.complain("syntax error", 2)
        except ArithmeticError64 as error:
            return call.complain(str(error), 2)
    call.write(result + "\n")
    return int(result in ("", "0"))


def _xargs(call: Call) -> int:
    words = list(call.words)
    count, replace = 0, ""
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option[:2] in ("-n", "-I") and words:
            value = option[2:] or words.pop(0)
            count, replace = (number(value), replace) if option[1] == "n" else (count, value)
    text = call.source.rest()
    items = lines_of(text) if replace else text.replace("\0", " ").split()
    command = words or ["echo"]
    code = 0
    size = 1 if replace else (count if count > 0 else max(len(items), 1))
    for at in range(0, max(len(items), 0 if replace else 1), size):
        chunk = items[at:at + size]
        line = [word.replace(replace, chunk[0]) for word in command] if replace else command + chunk
        code = call.shell.call(line, call.source, call.out, call.err) or code
    return 123 if code else 0


def _tee(call: Call) -> int:
    found, names = options(call.words)
    text = call.source.rest()
    call.write(text)
    code = 0
    for name in names:
        try:
            call.shell.machine.files.write(
                call.path(name), encode(text), call.shell.uid, append="a" in found,
                mtime=call.shell.machine.epoch(),
            )
        except OSError as error:
            code = call.complain(f"{name}: {error.strerror}")
    return code


def _basename(call: Call) -> int:
    if not call.words:
        return call.complain("missing operand")
    name = call.words[0].rstrip("/").rpartition("/")[2] or "/"
    suffix = call.words[1] if len(call.words) > 1 else ""
    call.write((name.removesuffix(suffix) if name != suffix else name) + "\n")
    return 0


def _dirname(call: Call) -> int:
    if not call.words:
        return call.complain("missing operand")
    head, slash, _ = call.words[0].rstrip("/").rpartition("/")
    call.write((head or ("/" if slash else ".")) + "\n")
    return 0


def _awk(call: Call) -> int:
    """Only `[/regex/] {print …}`: what people type in front of a pipe."""
    found, rest = options(call.words, "F")
    shape = re.fullmatch(r"\s*(?:/((?:[^/\\]|\\.)*)/|NR==(\d{1,6}))?\s*(?:\{\s*print\s*([^{}]*?);?\s*\})?\s*",
                         rest[0] if rest else "-")
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


def _yes(call: Call) -> int:
    text = (" ".join(call.words) or "y") + "\n"
    call.write(text * (65536 // len(text) + 1))
    return 0


def _find(call: Call) -> int:
    words = list(call.words)
    places = []
    while words and not words[0].startswith("-"):
        places.append(words.pop(0))
    tests = {name: words[at + 1] for at, name in enumerate(words[:-1]) if name in ("-name", "-type", "-maxdepth", "-iname")}
    code = 0
    for place in places or ["."]:
        root = call.path(place)
        try:
            call.shell.machine.files.find(root, call.shell.uid)
        except OSError as error:
            code = call.complain(f"{place}: {error.strerror}")
            continue
        code = _walk(call, place, root, tests, number(tests.get("-maxdepth", "30")), "-delete" in words) or code
    return code


def _walk(call: Call, shown: str, path: str, tests: dict[str, str], depth: int, delete: bool) -> int:  # noqa: FBT001
    files, uid = call.shell.machine.files, call.shell.uid
    node = files.find(path, uid, follow=False)
    code = 0
    if (node.is_folder or (node.is_link and shown == path)) and depth > 0:
        try:
            for name in files.names(path, uid):
                code = _walk(call, f"{shown.rstrip('/')}/{name}", f"{path.rstrip('/')}/{name}", tests, depth - 1,
                             delete) or code
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


TEXT_TOOLS: dict[str, Tool] = {
    "cat": _cat, "grep": _grep, "egrep": _grep, "fgrep": _grep, "head": _head, "tail": _tail, "wc": _wc,
    "sed": _sed, "cut": _cut, "tr": _tr, "sort": _sort, "uniq": _uniq, "base64": _base64,
    "md5sum": _sum, "sha1sum": _sum, "sha256sum": _sum, "sha512sum": _sum, "xxd": _xxd, "seq": _seq,
    "expr": _expr, "xargs": _xargs, "tee": _tee, "basename": _basename, "dirname": _dirname, "awk": _awk,
    "yes": _yes, "find": _find,
}
