# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job's overwriting pass shows: a pure function of kept values and the thresholds of the rule file.

The host wrote a keyed stream until the phone had no space left, restarted the phone, drew chunks after that, and
compared what came back. Everything here is about user-addressable space: cells that the phone keeps to itself, and
whatever its file system reserves, are out of any host's reach. Shape of the evidence: docs/methods.md.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Context, Decimal

from certs.editions.e2027_02.phones.allowed import MALFORMED
from certs.editions.e2027_02.phones.evidence import Evidence, Moment
from certs.editions.e2027_02.phones.identity import compare_all
from certs.editions.e2027_02.phones.verdict import Verdict
from certs.editions.e2027_02.wipe.operators import number
from certs.editions.e2027_02.wipe.readings import Readings
from certs.editions.e2027_02.wipe.report import Overwriting
from certs.editions.e2027_02.wipe.rules import OverwriteRule
from certs.editions.e2027_02.wipe.secret import commitment_to, seed_of

CONFIDENCE_PERCENT = 99
SHORT_OF_OVERWRITING = (
    "overwrite_capacity_not_read",
    "overwrite_capacity_contradicts",
    "overwrite_coverage_too_small",
    "overwrite_not_filled",
    "overwrite_not_restarted",
    "overwrite_not_committed",
    "overwrite_not_read_back",
    "overwrite_too_little_read_back",
    "overwrite_not_removed",
    "overwrite_mark_not_looked_for",
    "overwrite_of_another_phone",
)
"""Every code that may keep a pass from being claimed."""
_LARGEST = 2**53 - 1
_PARTS = 1_000_000
_SECRET = re.compile(r"[0-9a-f]{64}")
_MARKED = frozenset(("sdcard", "settings", "tmp"))
_EXACTLY = Context(prec=50)
"""Every platform must find the same digit."""


def overwriting(readings: Readings, rule: OverwriteRule) -> Overwriting | None:
    """What was overwritten, and which reasons keep it from being claimed; None when no pass was begun."""
    between = readings.pieces(Moment.BETWEEN)
    begun = [piece for piece in between if piece.asked.startswith("overwrite.")]
    if not begun:
        return None
    measured = [piece for piece in begun if piece.asked == "overwrite.measure"]
    filled = _last(between, "overwrite.filled", after=measured[0] if measured else None)
    restarted = _last(between, "overwrite.restarted", after=filled)
    drawn = _last(between, "overwrite.drawn", after=restarted)
    read = _last(between, "overwrite.read_back", after=drawn)
    disclosed = _last(between, "overwrite.disclosed", after=read)
    removed = _last(between, "overwrite.removed", after=read)
    looked = _last(between, "canary.look", after=removed)
    every = [piece for moment in Moment for piece in readings.pieces(moment)]
    counts = Counts(every=every, measured=measured, filled=filled, drawn=drawn, read=read)
    reasons = (
        *_of_the_measuring(counts, rule),
        *_of_the_filling(counts, between, filled, rule),
        *_of_the_restart(filled, restarted),
        *_of_the_secret(begun, restarted, drawn, disclosed),
        *_of_the_reading(counts, drawn, read, rule),
        *_of_the_passes(filled, drawn),
        *(() if _said(removed, "overwrite.removed") == "yes" else ("overwrite_not_removed",)),
        *(() if _is_mark_gone(looked) else ("overwrite_mark_not_looked_for",)),
        *(() if _is_same_phone(readings, between) else ("overwrite_of_another_phone",)),
    )
    return Overwriting(
        capacity_bytes=counts.capacity,
        written_bytes=counts.kept,
        passes=_passes(between),
        chunks_total=counts.total,
        chunks_drawn=counts.drawn,
        chunks_matching=counts.matching,
        at_most_ppm=at_most_ppm(counts.drawn) if counts.drawn and counts.matching == counts.drawn else _PARTS,
        reasons=tuple(dict.fromkeys(reasons)),
    )


def at_most_ppm(drawn: int) -> int:
    """With so many chunks drawn and all of them right, at most so many parts in a million were not written: 99 %
    confidence, for a draw without a limit of the whole (the true draw, without repetition, is no worse).

    (1 - p) ** drawn = 1 - 0.99, solved for p and rounded up.
    """
    doubt = Decimal(100 - CONFIDENCE_PERCENT) / 100
    kept = _EXACTLY.exp(_EXACTLY.divide(_EXACTLY.ln(doubt), Decimal(drawn)))
    parts = _EXACTLY.multiply(_EXACTLY.subtract(Decimal(1), kept), Decimal(_PARTS))
    return int(parts.to_integral_value(rounding=ROUND_CEILING))


class Counts:
    """The numbers of the pass; what was not read is 0, which no threshold lets by. Of several measurements, also those
    before the erase, the one that asks for most counts.
    """

    def __init__(
        self,
        *,
        every: Sequence[Evidence],
        measured: Sequence[Evidence],
        filled: Evidence | None,
        drawn: Evidence | None,
        read: Evidence | None,
    ) -> None:
        self.free = _most(measured, "storage.free_bytes")
        self.volume = _most(every, "storage.total_bytes") if _most(measured, "storage.total_bytes") else 0
        self.capacity = _most(every, "storage.disks_bytes") if _most(measured, "storage.disks_bytes") else 0
        self.kept = _number(_values(filled), "overwrite.kept_bytes")
        if self.free:  # what was told too small before is there after the fill
            self.free = max(self.free, self.kept + _number(_values(filled), "storage.free_bytes"))
        self.files = _number(_values(filled), "overwrite.files")
        self.chunk = _number(_values(drawn), "overwrite.chunk_bytes")
        self.total = _number(_values(drawn), "overwrite.chunks_total")
        self.drawn = _number(_values(drawn), "overwrite.chunks_drawn")
        self.matching = _number(_values(read), "overwrite.chunks_matching")
        self.read_drawn = _number(_values(read), "overwrite.chunks_drawn")


def _of_the_measuring(counts: Counts, rule: OverwriteRule) -> tuple[str, ...]:
    if not counts.capacity or not counts.free or not counts.volume:
        return ("overwrite_capacity_not_read",)
    if counts.volume > counts.capacity or counts.free > counts.volume or counts.kept > counts.volume:
        return ("overwrite_capacity_contradicts",)
    if counts.kept * 100 < counts.capacity * rule.least_capacity_percent:
        return ("overwrite_coverage_too_small",)
    if counts.kept * 100 < counts.volume * rule.least_volume_percent:
        return ("overwrite_coverage_too_small",)
    return ()


def _of_the_filling(
    counts: Counts, between: Sequence[Evidence], filled: Evidence | None, rule: OverwriteRule
) -> tuple[str, ...]:
    """The last pass was of the keyed stream, went on until nothing fitted, and is all in the files listed then."""
    if filled is None:
        return ("overwrite_not_filled",)
    sent = [piece for piece in between if piece.asked == "overwrite.sent" and piece.number < filled.number]
    keyed = bool(sent) and _said(sent[-1], "overwrite.pattern") == "keyed"
    if not keyed or _said(sent[-1], "overwrite.pass") != _said(filled, "overwrite.pass"):
        return ("overwrite_not_filled",)
    if _said(filled, "overwrite.full") != "yes" or counts.kept * 100 < counts.free * rule.least_written_percent:
        return ("overwrite_not_filled",)
    return ()


def _of_the_restart(filled: Evidence | None, restarted: Evidence | None) -> tuple[str, ...]:
    """Without a restart the phone may have answered from its memory."""
    first, then = _said(filled, "overwrite.boot"), _said(restarted, "overwrite.boot")
    return () if first and then and first != then else ("overwrite_not_restarted",)


def _of_the_secret(
    begun: Sequence[Evidence], restarted: Evidence | None, drawn: Evidence | None, disclosed: Evidence | None
) -> tuple[str, ...]:
    """Stream and draw are of one secret, promised before anything of the pass was done and told when it was read."""
    promised = {piece.values["overwrite.commitment"] for piece in begun if "overwrite.commitment" in piece.values}
    secret, boot = _said(disclosed, "overwrite.secret"), _said(restarted, "overwrite.boot")
    told = {piece.values["overwrite.secret"] for piece in begun if "overwrite.secret" in piece.values}
    if not _SECRET.fullmatch(secret) or not boot.isascii() or told != {secret}:
        return ("overwrite_not_committed",)
    is_first = begun[0].values.get("overwrite.commitment") == commitment_to(secret)
    is_told_last = min(piece.number for piece in begun if "overwrite.secret" in piece.values) == _number_of(disclosed)
    is_its_draw = _said(drawn, "overwrite.seed") == seed_of(secret, boot)
    return () if is_first and is_told_last and len(promised) == 1 and is_its_draw else ("overwrite_not_committed",)


def _is_mark_gone(looked: Evidence | None) -> bool:
    """In every place it had been written to, and a new one could be written there."""
    return all(
        set(_said(looked, name).split(",")) >= _MARKED for name in ("canary.gone", "canary.marker_works")
    ) and not _said(looked, "canary.still_there")


def _of_the_reading(
    counts: Counts, drawn: Evidence | None, read: Evidence | None, rule: OverwriteRule
) -> tuple[str, ...]:
    """Enough was drawn, of as many chunks as the bytes make, and everything drawn came back as it was written."""
    if not counts.chunk or not counts.drawn or not _said(drawn, "overwrite.seed"):
        return ("overwrite_not_read_back",)
    if {_said(read, f"overwrite.chunks_{how}") for how in ("differing", "unread")} != {"0"}:
        return ("overwrite_not_read_back",)
    whole = -(-counts.kept // counts.chunk)
    # Each file may end with one short chunk.
    if not whole <= counts.total <= whole + counts.files or counts.drawn > counts.total:
        return ("overwrite_not_read_back",)
    least = min(counts.total, max(rule.least_chunks, -(-counts.total * rule.least_drawn_percent // 100)))
    if counts.drawn < least:
        return ("overwrite_too_little_read_back",)
    return () if counts.matching == counts.drawn == counts.read_drawn else ("overwrite_not_read_back",)


def _of_the_passes(filled: Evidence | None, drawn: Evidence | None) -> tuple[str, ...]:
    """The pass that was read back is the last of those asked for."""
    planned = _number(_values(drawn), "overwrite.passes")
    return () if planned and planned == _number(_values(filled), "overwrite.pass") else ("overwrite_not_filled",)


def _passes(between: Sequence[Evidence]) -> int:
    """Passes that the phone was seen full in, each counted once."""
    full = [piece for piece in between if piece.asked == "overwrite.filled" and _said(piece, "overwrite.full") == "yes"]
    return len({number for piece in full if (number := _number(piece.values, "overwrite.pass"))})


def _is_same_phone(readings: Readings, between: Sequence[Evidence]) -> bool:
    before = [piece.values for piece in readings.pieces(Moment.BEFORE)]
    return compare_all(before, [piece.values for piece in between]).verdict is Verdict.PASSED


def _last(pieces: Sequence[Evidence], asked: str, *, after: Evidence | None) -> Evidence | None:
    """The last answer to that question, if it came after that other piece."""
    found = [piece for piece in pieces if piece.asked == asked]
    return found[-1] if found and after is not None and found[-1].number > after.number else None


def _number_of(piece: Evidence | None) -> int:
    return 0 if piece is None else piece.number


def _values(piece: Evidence | None) -> Mapping[str, str]:
    return {} if piece is None else piece.values


def _said(piece: Evidence | None, name: str) -> str:
    """Its text; nothing also for what was malformed: that says nothing, and is no other start."""
    told = _values(piece).get(name, "")
    return "" if told == MALFORMED else told


def _most(pieces: Sequence[Evidence], name: str) -> int:
    return max((_number(piece.values, name) for piece in pieces), default=0)


def _number(values: Mapping[str, str], name: str) -> int:
    """0 also for more than every JSON reader holds exactly."""
    told = number(values.get(name, "")) or 0
    return told if 0 <= told <= _LARGEST else 0
