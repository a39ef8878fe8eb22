# SPDX-License-Identifier: GPL-3.0-or-later
"""However long and odd a phone's answer is, reading it takes time that grows with its length and no faster.

A reader holds the interpreter's lock while a pattern runs: what takes one phone's reader a minute takes every other
phone, and Ctrl-C, a minute too.
"""

import inspect
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from phones.adb.devices import read_devices
from phones.android import battery, battery_layouts, inspection, readers, readers_checks
from phones.android.script import MAXIMUM_CHARACTERS, MAXIMUM_LINES, Part, split
from phones.errors import ReplyMalformedError
from phones.link import MAXIMUM_REPLY_BYTES, Reply

READERS: dict[str, Callable[[str], dict[str, str]]] = {
    entry.part.name: entry.read for entry in (*inspection._STATE, *inspection._CHECKS)
} | {
    f"figures of {part}": lambda text, part=part: battery.battery({part: text})
    for part in sorted({figure.part for figure in battery_layouts.FIGURES})
}
SOURCES = (readers, readers_checks, battery, battery_layouts)
_FIXED = re.compile(r"[A-Za-z][A-Za-z_. ]{3,40}(?:: |=|\{)?")
KEYS = sorted(set(_FIXED.findall("".join(map(inspect.getsource, SOURCES)))))
"""Whatever could be the beginning of something a reader looks for, taken from the readers' own text."""
pytestmark = pytest.mark.repeats  # a line that is counted (COVERAGE=1) is slower than the limit allows for

SECONDS = 5.0
"""Of this thread's processor. A linear reader needs some hundredths, a quadratic one needed more than a minute."""


def _seconds(read: Callable[[str], object], text: str) -> float:
    begun = time.thread_time()
    read(text)
    return time.thread_time() - begun


@pytest.mark.parametrize("name", sorted(READERS))
def test_no_reader_is_slow_over_a_phone_that_answers_nothing_but_blanks(name: str) -> None:
    for blank in ("\n", "\r\n", " ", "\v"):
        text = blank * (MAXIMUM_CHARACTERS // len(blank))
        assert _seconds(READERS[name], text) < SECONDS, repr(blank)
        assert _seconds(READERS[name], text + "x") < SECONDS, repr(blank)


@pytest.mark.parametrize("name", sorted(READERS))
def test_no_reader_is_slow_over_a_phone_that_repeats_what_it_looks_for(name: str) -> None:
    """All keys at once, each too long to be right, or cut off where the value should be."""
    for between in (" " * 200, "\n" * 200, "9" * 200):
        once = "".join(f"  {key}{between}\n" for key in KEYS)
        text = once * (MAXIMUM_CHARACTERS // 2 // len(once) + 1)
        assert _seconds(READERS[name], text) < SECONDS, repr(between)


@pytest.mark.parametrize(
    "line",
    [
        " " * 65_000,
        "A" + " " * 65_000 + "device",
        "A no permissions" + " a:b" * 16_000 + " x transport_id:1",
        "A device" + " 1-1" * 16_000 + " ! transport_id:1",
    ],
)
def test_no_list_of_devices_is_slow(line: str) -> None:
    assert _seconds(read_devices, line) < SECONDS
    assert read_devices(line) == ()


@pytest.mark.parametrize("body", ["\r" * MAXIMUM_REPLY_BYTES, "\r" * (MAXIMUM_REPLY_BYTES - 1) + "\n"])
def test_line_ends_are_read_once_however_many_returns_there_are(body: str) -> None:
    def read(text: str) -> None:
        with pytest.raises(ReplyMalformedError):
            split(Reply(body=text.encode()), (), "0" * 16)

    assert _seconds(read, body) < SECONDS


@pytest.mark.parametrize("flood", ["\n" * (MAXIMUM_LINES + 1), "x" * (MAXIMUM_CHARACTERS + 1)])
def test_a_phone_that_floods_its_shell_is_not_read_at_all(flood: str) -> None:
    marker = "0" * 16
    reply = Reply(body=f"{marker}-b0\n{flood}{marker}-e0-0\n{marker}-z1\n".encode())
    with pytest.raises(ReplyMalformedError):
        split(reply, (Part(name="a", command="a"),), marker)


def test_a_phone_of_forty_thousand_blank_lines_holds_no_honest_phone_beside_it_up() -> None:
    """Each in a thread of its own, as the workers of a bench are; what the honest ones say comes through."""
    marker = "0" * 16
    parts = (Part(name="a", command="a"),)

    def answer(text: str) -> Reply:
        return Reply(body=f"{marker}-b0\n{text}{marker}-e0-0\n{marker}-z1\n".encode())

    def read(text: str) -> tuple[list[dict[str, str]], float]:
        begun = time.thread_time()
        try:
            said = split(answer(text), parts, marker)["a"].text
        except ReplyMalformedError:
            said = ""
        return [each(said) for _, each in sorted(READERS.items())], time.thread_time() - begun

    honest = "MemTotal:        3880900 kB\nMemFree:          219112 kB\n"
    texts = [honest, "\n" * 40_000, honest, " \n" * (MAXIMUM_LINES - 1), honest]
    with ThreadPoolExecutor(len(texts)) as workers:
        found = list(workers.map(read, texts))
    assert all(seconds < SECONDS for _, seconds in found)
    assert found[0][0] == found[2][0] == found[4][0]
    assert {"memory.total_kib": "3880900"} in found[0][0]
