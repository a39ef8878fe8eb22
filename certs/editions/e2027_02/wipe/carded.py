# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job did to the memory card in the phone: a pure function of kept values and the thresholds of the rule file.

A carrier of its own: it says nothing of the phone, and the phone's erase says nothing of it. All of this is about the
space that a file system on the card gives to a user; what its controller keeps to itself is out of any host's reach.
"""

import re
from collections.abc import Mapping, Sequence

from certs.editions.e2027_02.phones.allowed import MALFORMED
from certs.editions.e2027_02.phones.evidence import Evidence, Moment
from certs.editions.e2027_02.wipe.operators import number
from certs.editions.e2027_02.wipe.overwritten import at_most_ppm
from certs.editions.e2027_02.wipe.readings import Readings
from certs.editions.e2027_02.wipe.report import CardOverwriting
from certs.editions.e2027_02.wipe.rules import OverwriteRule
from certs.editions.e2027_02.wipe.secret import commitment_to, seed_of

SHORT_OF_A_CARD = (
    "card_not_alone",
    "card_not_found",
    "card_is_no_sd",
    "card_refuses",
    "card_vanished",
    "card_files_left",
    "card_size_not_read",
    "card_size_contradicts",
    "card_not_filled",
    "card_coverage_too_small",
    "card_not_remounted",
    "card_not_committed",
    "card_differs",
    "card_not_read_back",
    "card_too_little_read_back",
    "card_not_removed",
    "card_exchanged",
    "card_not_seen_again",
)
"""Every code that keeps a card from being called overwritten."""
_LARGEST = 2**53 - 1
_PARTS = 1_000_000
_SECRET = re.compile(r"[0-9a-f]{64}")
_PRESENT = ("present", "adopted")
_OF_SIZE_PERCENT = 1
"""A file system is a little smaller than its card; it is larger on none."""


def card(readings: Readings, rule: OverwriteRule) -> CardOverwriting | None:
    """What was done to the card, and which reasons keep it from being called overwritten; None when none was begun.

    A job may have begun it more than once; the last counts, and everything it rests on came after that.
    """
    before = readings.pieces(Moment.BEFORE)
    begun = [piece for piece in before if piece.asked == "card.begun"]
    if not begun:
        return None
    pass_ = _Pass([piece for piece in before if piece.number > begun[-1].number], every=before)
    reasons = (
        *_of_the_place(pass_),
        *_of_the_size(pass_),
        *_of_the_filling(pass_, begun[-1], rule),
        *_of_the_secret(pass_, begun[-1]),
        *_of_the_reading(pass_, rule),
        *(() if pass_.said(pass_.removed, "card.removed") == "yes" else ("card_not_removed",)),
        *_of_the_later_looks(readings, pass_),
    )
    is_right = 0 < pass_.drawn_chunks == pass_.matching
    return CardOverwriting(
        capacity_bytes=pass_.capacity,
        file_system=pass_.said(pass_.measured, "card.file_system"),
        written_bytes=pass_.kept,
        passes=pass_.passes,
        chunks_total=pass_.total_chunks,
        chunks_drawn=pass_.drawn_chunks,
        chunks_matching=pass_.matching,
        at_most_ppm=at_most_ppm(pass_.drawn_chunks) if is_right else _PARTS,
        reasons=tuple(dict.fromkeys(reasons)),
    )


class _Pass:
    """The pieces of one pass in the order they must have come in, and its numbers; what was not read is 0."""

    def __init__(self, pieces: Sequence[Evidence], *, every: Sequence[Evidence]) -> None:
        differing = (piece.values.get("card.chunks_differing", "0") for piece in every)
        self.has_differed = any(text != "0" for text in differing)  # in whichever pass of the job
        self.pieces = pieces
        self.found = [piece for piece in pieces if piece.asked == "card.found"]
        self.measured = self._last("card.measured", self.found[0] if self.found else None)
        self.cleared = self._last("card.cleared", self.measured)
        self.filled = self._last("card.filled", self.cleared)
        self.unmounted = self._last("card.unmounted", self.filled)
        self.mounted = self._last("card.mounted", self.unmounted)
        self.drawn = self._last("card.drawn", self.mounted)
        self.read = self._last("card.read_back", self.drawn)
        self.disclosed = self._last("card.disclosed", self.read)
        self.removed = self._last("card.removed", self.read)
        self.volume = max(self.count(each, "card.total_bytes") for each in (self.measured, self.cleared, self.filled))
        self.disk = self.count(self.measured, "card.disk_bytes")
        self.capacity = self.disk or self.volume
        self.kept = self.count(self.filled, "card.kept_bytes")
        free = self.count(self.cleared, "card.free_bytes")
        # What was told too small before is there after the fill.
        self.free = max(free, self.kept + self.count(self.filled, "card.free_bytes")) if free else 0
        self.chunk = self.count(self.drawn, "card.chunk_bytes")
        self.total_chunks = self.count(self.drawn, "card.chunks_total")
        self.drawn_chunks = self.count(self.drawn, "card.chunks_drawn")
        self.matching = self.count(self.read, "card.chunks_matching")
        full = [piece for piece in pieces if piece.asked == "card.filled" and piece.values.get("card.full") == "yes"]
        self.passes = len({told for piece in full if (told := self.count(piece, "card.pass"))})

    def _last(self, asked: str, after: Evidence | None) -> Evidence | None:
        """The last answer to that question, if it came after that other piece."""
        found = [piece for piece in self.pieces if piece.asked == asked]
        return found[-1] if found and after is not None and found[-1].number > after.number else None

    @staticmethod
    def said(piece: Evidence | None, name: str) -> str:
        """Its text under that name; "" when there is none, and for what was malformed."""
        told = "" if piece is None else piece.values.get(name, "")
        return "" if told == MALFORMED else told

    @classmethod
    def count(cls, piece: Evidence | None, name: str) -> int:
        """0 also for more than every JSON reader holds exactly."""
        told = number(cls.said(piece, name)) or 0
        return told if 0 <= told <= _LARGEST else 0


def _of_the_place(found: _Pass) -> tuple[str, ...]:
    """One card, and nothing else that could have been taken for it; the same one each time it was looked for."""
    volumes = {piece.values.get("card.volumes", "") for piece in found.found}
    if any((number(each) or 0) > 1 for each in volumes):
        return ("card_not_alone",)
    if found.measured is None:
        return ("card_not_found",)
    if found.said(found.measured, "card.kind") == "usb":
        return ("card_is_no_sd",)
    if found.said(found.measured, "card.taken") != "yes":
        return ("card_refuses",)
    if "0" in volumes:
        return ("card_vanished",)
    left = found.said(found.cleared, "card.files_left")
    same = {piece.values.get("card.same", "") for piece in found.pieces if piece.asked == "card.there"}
    return (
        *(() if same == {"yes"} else ("card_exchanged",)),
        *(() if left == "0" else ("card_files_left",)),
    )


def _of_the_size(found: _Pass) -> tuple[str, ...]:
    """The size of the whole card too: without it a partition beside the one that was filled would not be missed."""
    if not found.volume or not found.free or not found.disk:
        return ("card_size_not_read",)
    larger = found.volume * 100 > found.disk * (100 + _OF_SIZE_PERCENT)
    # Two sizes of one file system are two cards.
    sizes = {_Pass.count(piece, "card.total_bytes") for piece in (found.measured, found.cleared, found.filled)} - {0}
    if larger or found.free > found.volume or found.kept > found.volume or len(sizes) > 1:
        return ("card_size_contradicts",)
    return ()


def _of_the_filling(found: _Pass, begun: Evidence, rule: OverwriteRule) -> tuple[str, ...]:
    """The last pass was of the keyed stream, went on until nothing fitted, and covers nearly all of the card."""
    if found.filled is None:
        return ("card_not_filled",)
    sent = [piece for piece in found.pieces if piece.asked == "card.sent" and piece.number < found.filled.number]
    last, planned = (sent[-1] if sent else None), found.count(begun, "card.passes")
    pass_number = found.count(found.filled, "card.pass")
    is_last = 0 < planned == pass_number == found.count(last, "card.pass")
    is_keyed = found.said(last, "card.pattern") == "keyed"
    is_full = found.said(found.filled, "card.full") == "yes"
    if not (is_last and is_keyed and is_full) or found.kept * 100 < found.free * rule.least_written_percent:
        return ("card_not_filled",)
    of_volume = found.kept * 100 >= found.volume * rule.least_volume_percent
    of_card = found.kept * 100 >= found.capacity * rule.least_capacity_percent
    return () if of_volume and of_card else ("card_coverage_too_small",)


def _of_the_secret(found: _Pass, begun: Evidence) -> tuple[str, ...]:
    """Stream and draw are of one secret, promised before the card was touched and told when it was read."""
    secret, random = found.said(found.disclosed, "card.secret"), found.said(found.mounted, "card.phone_random")
    told = [piece.values["card.secret"] for piece in found.pieces if "card.secret" in piece.values]
    if not _SECRET.fullmatch(secret) or told != [secret] or not random.isascii():
        return ("card_not_committed",)
    is_promised = found.said(begun, "card.commitment") == commitment_to(secret)
    is_its_draw = found.said(found.drawn, "card.seed") == seed_of(secret, random)
    return () if is_promised and is_its_draw else ("card_not_committed",)


def _of_the_reading(found: _Pass, rule: OverwriteRule) -> tuple[str, ...]:
    """Enough was drawn after the card had been let go of, and everything drawn came back as it was written."""
    if found.said(found.unmounted, "card.unmounted") != "yes" or not found.said(found.mounted, "card.phone_random"):
        return ("card_not_remounted",)
    if found.has_differed:
        return ("card_differs",)
    chunks, drawn = found.total_chunks, found.drawn_chunks
    told = {found.said(found.read, f"card.chunks_{how}") for how in ("differing", "unread")}
    whole = -(-found.kept // found.chunk) if found.chunk else 0
    files = found.count(found.filled, "card.files")
    plausible = found.chunk and found.said(found.drawn, "card.seed") and whole <= chunks <= whole + files
    complete = found.matching == drawn == found.count(found.read, "card.chunks_drawn")
    if told != {"0"} or not plausible or not 0 < drawn <= chunks or not complete:
        return ("card_not_read_back",)
    least = min(chunks, max(rule.least_chunks, -(-chunks * rule.least_drawn_percent // 100)))
    return () if drawn >= least else ("card_too_little_read_back",)


def _of_the_later_looks(readings: Readings, found: _Pass) -> tuple[str, ...]:
    """A card that is in the phone after its reset is the one that was overwritten, and nothing is on it."""
    later = [piece for moment in (Moment.BETWEEN, Moment.AFTER, Moment.FINAL) for piece in readings.pieces(moment)]
    shown = [piece for piece in later if piece.values.get("media.sd") in _PRESENT]
    adopted = any(piece.values["media.sd"] == "adopted" for piece in shown)
    looks = [piece.values for piece in later if piece.asked == "card.again"]
    volumes = [number(piece.values.get("card.volumes", "")) for piece in later if piece.asked == "card.found_again"]
    several = any((told or 0) > 1 for told in volumes)
    if adopted or several or not all(_is_empty_card(look, found) for look in looks):
        return ("card_exchanged",)
    return ("card_not_seen_again",) if not looks and (shown or any(volumes)) else ()


def _is_empty_card(look: Mapping[str, str], found: _Pass) -> bool:
    size = number(look.get("card.total_bytes", ""))
    return size == found.volume and look.get("card.files_left") == "0"
