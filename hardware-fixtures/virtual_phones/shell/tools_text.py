# SPDX-License-Identifier: GPL-3.0-or-later
"""Text tools as toybox has them on Android, in the forms people use."""

import re

from virtual_phones.shell.arithmetic import number
from virtual_phones.shell.streams import Call, Tool, decode, encode
from virtual_phones.shell.tools_data import DATA_TOOLS
from virtual_phones.shell.tools_lines import LINE_TOOLS
from virtual_phones.shell.tools_words import inputs, lines_of, options
from virtual_phones.storage.stored import Part


def _cat(call: Call) -> int:
    found, names = options(call.words)
    if names and not found and "-" not in names:
        return _cat_files(call, names)
    texts, code = inputs(call, names)
    for _, text in texts:
        numbered = (f"{index:6d}\t{line}\n" for index, line in enumerate(lines_of(text), 1))
        call.write("".join(numbered) if "n" in found else text)
    return code


def _cat_files(call: Call, names: list[str]) -> int:
    """Bytes as they are; those of the volume pass unread."""
    files, uid = call.shell.machine.files, call.shell.uid
    code = 0
    for name in names:
        try:
            path = call.path(name)
            stored = files.stored(path, uid)
            data = files.read(path, uid) if stored is None else Part(file=stored, at=0, count=stored.size)
        except OSError as error:
            code = call.complain(f"{name}: {error.strerror}")
            continue
        call.out.put(data)
    return code


def _head(call: Call) -> int:
    found, names = options(call.words, "nc")
    texts, code = inputs(call, names)
    for name, text in texts:
        if len(texts) > 1:
            call.write(f"==> {name} <==\n")
        if "c" in found:
            call.write(decode(encode(text)[: max(0, number(found["c"][-1]))]))
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
            call.write(decode(data[number(size) - 1 :] if size.startswith("+") else data[-abs(number(size)) :]))
            continue
        count = found["n"][-1] if "n" in found else "10"
        lines = re.findall(r"[^\n]*\n|[^\n]+", text)
        if count.startswith("+"):
            call.write("".join(lines[max(0, number(count) - 1) :]))
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
    text = re.sub(
        r"\[:(\w+):\]",
        lambda found: {
            "upper": "A-Z",
            "lower": "a-z",
            "digit": "0-9",
            "alpha": "A-Za-z",
            "alnum": "A-Za-z0-9",
            "space": " \\t\\n\\r",
            "xdigit": "0-9a-fA-F",
            "punct": "!-/:-@",
        }.get(found.group(1), ""),
        text,
    )
    text = re.sub(
        r"\\([ntr\\]|[0-7]{1,3})",
        lambda found: (
            {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}.get(found.group(1)) or chr(int(found.group(1), 8) % 128)
        ),
        text,
    )

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


def _tee(call: Call) -> int:
    found, names = options(call.words)
    text = call.source.rest()
    call.write(text)
    code = 0
    for name in names:
        try:
            call.shell.machine.files.write(
                call.path(name),
                encode(text),
                call.shell.uid,
                append="a" in found,
                mtime=call.shell.machine.epoch(),
            )
        except OSError as error:
            code = call.complain(f"{name}: {error.strerror}")
    return code


TEXT_TOOLS: dict[str, Tool] = {
    "cat": _cat,
    "head": _head,
    "tail": _tail,
    "wc": _wc,
    "cut": _cut,
    "tr": _tr,
    "sort": _sort,
    "uniq": _uniq,
    "tee": _tee,
    **LINE_TOOLS,
    **DATA_TOOLS,
}
