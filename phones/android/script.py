# SPDX-License-Identifier: GPL-3.0-or-later
"""Many questions in one shell round trip, each with its own status.

One line: before each part a begin marker, after it an end marker with the part's exit code, at the very end
a final marker. The markers hold a random text drawn for this one call, so that nothing a seller has left on
the phone can imitate them; and every marker must appear exactly once and in order, so that a phone that
echoes our line, repeats an old answer or stops in the middle gives no answer at all instead of a shifted one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from phones.cleaning import clean
from phones.errors import ReplyMalformedError
from phones.link import MAXIMUM_REPLY_BYTES, Reply

_END = re.compile(r"([0-9]{1,3})\n")
_MARKER = re.compile(r"[0-9a-f]{16,64}")
_CARRIAGE_RETURNS = re.compile(r"(?<!\r)\r+\n")
"""The look behind keeps it linear: a run of returns without a line feed is tried once, not from each of its places."""
MAXIMUM_LINES = 16_384
MAXIMUM_CHARACTERS = 1024 * 1024
"""A whole inspection of the phones we know of has a few hundred lines and some 10 kB, because the phone's own tools cut
away the rest. Readers go through a text line by line, so that its lines are bounded and not only its bytes."""
_NOT_THERE = (126, 127)
"""Exit codes with which a shell says that it has no such command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One question: a name of ours (`part.<name>` in evidence) and one or more shell commands."""

    name: str
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """`status`: ok (exit 0), failed (another exit code) or missing (the phone has no such command).

    `text`: standard output with LF line ends, without the last one; bytes that are no UTF-8 became U+FFFD.
    """

    status: str
    exit_code: int
    text: str


def script(parts: Sequence[Part], marker: str) -> str:
    """The line to send. `marker`: 16 to 64 hex digits, fresh for every call. Raises: ValueError."""
    if not _MARKER.fullmatch(marker):
        raise ValueError("a marker is 16 to 64 hex digits")
    pieces = [f"echo {marker}-b{number};{part.command};echo {marker}-e{number}-$?" for number, part in enumerate(parts)]
    return ";".join([*pieces, f"echo {marker}-z{len(parts)}"])


def split(reply: Reply, parts: Sequence[Part], marker: str) -> Mapping[str, PartResult]:
    """The parts of the answer by name.

    Raises: ReplyMalformedError when a marker is missing, doubled or out of order, when the line itself
    failed, or when there is too much.
    """
    if reply.status != 0:
        raise ReplyMalformedError(step="script", expected="exit code 0", got=str(reply.status))
    if len(reply.body) > MAXIMUM_REPLY_BYTES:
        raise ReplyMalformedError(step="script", expected=f"at most {MAXIMUM_REPLY_BYTES} bytes", got="more")
    text = reply.body.decode("utf-8", "replace")
    if "\r" in text:
        text = _CARRIAGE_RETURNS.sub("\n", text)
    if len(text) > MAXIMUM_CHARACTERS or text.count("\n") > MAXIMUM_LINES:
        limits = f"at most {MAXIMUM_CHARACTERS} characters and {MAXIMUM_LINES} lines"
        raise ReplyMalformedError(step="script", expected=limits, got="more")
    expected = 2 * len(parts) + 1
    if text.count(marker) != expected:
        raise ReplyMalformedError(step="script", expected=f"{expected} markers", got=str(text.count(marker)))
    place = 0
    results: dict[str, PartResult] = {}
    for number, part in enumerate(parts):
        place = _skip(text, place, f"{marker}-b{number}\n")
        close = f"{marker}-e{number}-"
        stop = text.find(marker, place)  # no pattern a part: each would be compiled anew, for its marker is fresh
        end = _END.match(text, stop + len(close)) if text.startswith(close, max(stop, 0)) else None
        if end is None:
            raise ReplyMalformedError(step="script", expected=f"the end of {part.name}", got="another marker")
        results[part.name] = _result(int(end[1]), text[place:stop])
        place = end.end()
    place = _skip(text, place, f"{marker}-z{len(parts)}")
    if text[place:].strip("\n"):
        raise ReplyMalformedError(step="script", expected="nothing after the end", got=clean(text[place : place + 40]))
    return results


def _skip(text: str, place: int, what: str) -> int:
    if not text.startswith(what, place):
        raise ReplyMalformedError(step="script", expected="a marker", got=clean(text[place : place + 40]))
    return place + len(what)


def _result(exit_code: int, text: str) -> PartResult:
    status = "ok" if exit_code == 0 else "missing" if exit_code in _NOT_THERE else "failed"
    return PartResult(status=status, exit_code=exit_code, text=text.removesuffix("\n"))
