# SPDX-License-Identifier: GPL-3.0-or-later
"""Encodings, digests, numbers, and tools that make words."""

import base64
import hashlib
import re

from virtual_phones.shell.arithmetic import ArithmeticError64, combine, number
from virtual_phones.shell.streams import Call, Tool, decode, encode
from virtual_phones.shell.tools_words import expression, inputs, lines_of, options

LONGEST_SEQUENCE = 100_000


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
    call.write("".join(text[at : at + width] + "\n" for at in range(0, len(text), width)))
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
        call.write(decode(bytes.fromhex(digits[: len(digits) // 2 * 2].decode())))
        return code
    data = data[: max(0, number(found["l"][-1]))] if "l" in found else data
    if "p" in found:
        text = data.hex()
        call.write("".join(text[at : at + 60] + "\n" for at in range(0, len(text), 60)))
        return code
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        pairs = " ".join(row[index : index + 2].hex() for index in range(0, len(row), 2))
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
        chunk = items[at : at + size]
        line = [word.replace(replace, chunk[0]) for word in command] if replace else command + chunk
        code = call.shell.call(line, call.source, call.out, call.err) or code
    return 123 if code else 0


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


def _yes(call: Call) -> int:
    text = (" ".join(call.words) or "y") + "\n"
    call.write(text * (65536 // len(text) + 1))
    return 0


DATA_TOOLS: dict[str, Tool] = {
    "base64": _base64,
    "md5sum": _sum,
    "sha1sum": _sum,
    "sha256sum": _sum,
    "sha512sum": _sum,
    "xxd": _xxd,
    "seq": _seq,
    "expr": _expr,
    "xargs": _xargs,
    "basename": _basename,
    "dirname": _dirname,
    "yes": _yes,
}
