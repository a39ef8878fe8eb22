# SPDX-License-Identifier: GPL-3.0-or-later
"""Tools that move bytes without looking at them: dd, truncate, sync. Parts of stored files pass unread."""

import errno

from virtual_phones.shell.arithmetic import number
from virtual_phones.shell.filetree import LARGEST_FILE, refusal
from virtual_phones.shell.streams import Call, Tool, encode
from virtual_phones.shell.tools_words import options
from virtual_phones.storage.stored import Part

LARGEST_BLOCK = 16 * 1024 * 1024
_UNITS = {"c": 1, "b": 512, "k": 1024, "K": 1024, "m": 1024**2, "M": 1024**2, "g": 1024**3, "G": 1024**3}


def _size(text: str) -> int:
    return number(text.rstrip("cbkKmMgG")) * _UNITS.get(text[-1:], 1)


def _dd(call: Call) -> int:
    words = dict(word.partition("=")[::2] for word in call.words)
    block = max(1, min(_size(words.get("bs", "512")), LARGEST_BLOCK))
    start = max(0, _size(words.get("skip", "0")) * block)
    most = max(0, _size(words["count"]) * block) if "count" in words else None
    data = _read(call, words, start, most)
    count = data.count if isinstance(data, Part) else len(data)
    try:
        if "of" in words:
            _put(call, words, data, max(0, _size(words.get("seek", "0")) * block))
        else:
            call.out.put(data)
    finally:
        whole, rest = divmod(count, block)
        records = f"{whole}+{int(rest > 0)} records"
        call.err.write(f"{records} in\n{records} out\n{count} bytes copied\n")
    return 0


def _read(call: Call, words: dict[str, str], start: int, most: int | None) -> bytes | Part:
    files, uid = call.shell.machine.files, call.shell.uid
    bounded = LARGEST_FILE if most is None else min(most, LARGEST_FILE)
    name = words.get("if", "")
    if name in ("/dev/zero", "/dev/urandom", "/dev/random"):
        return bytes(bounded)
    if not name:
        return encode(call.source.rest())[start : start + bounded]
    path = call.path(name)
    stored = files.stored(path, uid)
    if stored is None:
        return files.read(path, uid)[start : start + bounded]
    left = max(0, stored.size - start)
    return Part(file=stored, at=start, count=left if most is None else min(left, most))


def _put(call: Call, words: dict[str, str], data: bytes | Part, seek: int) -> None:
    """`of=`: the file is cut at `seek` first, unless conv=notrunc. Raises: OSError."""
    files, uid, now = call.shell.machine.files, call.shell.uid, call.shell.machine.epoch()
    path = call.path(words["of"])
    keeps = "notrunc" in words.get("conv", "").split(",")
    write = files.open(path, uid, append=keeps or seek > 0, mtime=now)
    stored = files.stored(path, uid)
    if isinstance(data, Part) and data.count > LARGEST_FILE:
        raise refusal(errno.EFBIG)
    raw = data.all() if isinstance(data, Part) else data
    if stored is None:
        write(raw)
        return
    if not keeps:
        stored.truncate(seek)
    stored.write(seek, raw)


def _truncate(call: Call) -> int:
    found, names = options(call.words, "s")
    text = found.get("s", [""])[-1]
    if not text[:1].isdigit() or not names:
        return call.complain("Needs -s SIZE and a file")
    code = 0
    for name in names:
        try:
            call.shell.machine.files.resize(call.path(name), _size(text), call.shell.uid, call.shell.machine.epoch())
        except OSError as error:
            code = call.complain(f"'{name}': {error.strerror}")
    return code


def _sync(call: Call) -> int:
    call.shell.machine.files.sync()
    return 0


BLOCK_TOOLS: dict[str, Tool] = {"dd": _dd, "truncate": _truncate, "sync": _sync}
