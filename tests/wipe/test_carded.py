# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a memory card from being called overwritten: each code from evidence that is honest but for one thing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phones.evidence import Evidence, Moment, digest_of
from tests.wipe.card.drive import treated
from wipe.carded import SHORT_OF_A_CARD, card
from wipe.judge import judge
from wipe.readings import Readings
from wipe.rules import load

Change = Callable[[Sequence[Evidence]], Sequence[Evidence]]
METHOD = "android_harness"


@cache
def honest() -> tuple[Evidence, ...]:
    """Of a job whose card was overwritten."""
    return tuple(treated().evidence)


def _with(piece: Evidence, values: Mapping[str, str]) -> Evidence:
    return replace(piece, values=values, digest=digest_of(values))


def put(asked: str, **values: str | None) -> Change:
    """In every answer to that question: `free_bytes="0"` is `card.free_bytes`; None takes the value out."""
    named = {f"card.{name.removesuffix('_')}": text for name, text in values.items()}

    def change(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
        return [
            _with(piece, {name: text for name, text in {**piece.values, **named}.items() if text is not None})
            if piece.asked == asked
            else piece
            for piece in evidence
        ]

    return change


def without(asked: str) -> Change:
    return lambda evidence: [piece for piece in evidence if piece.asked != asked]


def shows(state: str) -> Change:
    """The phone's own looks after the reset say so of a card, and nobody looks at the card itself."""

    def change(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
        kept = [piece for piece in evidence if not piece.asked.startswith(("card.again", "card.found_again"))]
        return [
            _with(piece, {**piece.values, "media.sd": state})
            if piece.moment is Moment.AFTER and "media.sd" in piece.values
            else piece
            for piece in kept
        ]

    return change


def moved_to_the_end(asked: str) -> Change:
    """That piece came after everything else."""

    def change(evidence: Sequence[Evidence]) -> Sequence[Evidence]:
        number = evidence[-1].number + 1
        return [replace(piece, number=number) if piece.asked == asked else piece for piece in evidence]

    return change


def _secret(evidence: Sequence[Evidence]) -> str:
    return next(piece.values["card.secret"] for piece in evidence if piece.asked == "card.disclosed")


CASES: Mapping[str, tuple[Change, ...]] = {
    "card_not_alone": (put("card.found", volumes="2", state="none"), put("card.found", volumes="99")),
    "card_not_found": (without("card.measured"), without("card.found"), moved_to_the_end("card.found")),
    "card_is_no_sd": (put("card.measured", kind="usb"),),
    "card_refuses": (put("card.measured", taken="no"), put("card.measured", taken=None)),
    "card_vanished": (put("card.found", volumes="0", state="none"),),
    "card_files_left": (
        put("card.cleared", files_left="1"),
        put("card.cleared", files_left=None),
        put("card.cleared", files_left="malformed"),
        without("card.cleared"),
    ),
    "card_size_not_read": (
        put("card.cleared", free_bytes=None),
        put("card.cleared", free_bytes="0"),
        put("card.cleared", free_bytes="9007199254740993"),
        put("card.measured", disk_bytes=None),  # there may be more on it than the one file system
        put("card.measured", disk_bytes="malformed"),
    ),
    "card_size_contradicts": (
        put("card.measured", total_bytes="4194304"),
        put("card.measured", disk_bytes="1048576"),
        put("card.filled", kept_bytes="999999999"),
    ),
    "card_not_filled": (
        put("card.filled", full="no"),
        put("card.filled", full=None),
        put("card.filled", kept_bytes="1000000"),
        put("card.sent", pattern="zeros"),
        put("card.sent", pass_="2"),
        put("card.begun", passes="2"),
        put("card.begun", passes=None),
        without("card.sent"),
        without("card.filled"),
    ),
    "card_coverage_too_small": (put("card.measured", disk_bytes="4194304"),),
    "card_not_remounted": (
        put("card.unmounted", unmounted="no"),
        put("card.unmounted", unmounted=None),
        put("card.mounted", phone_random=None),
        put("card.mounted", phone_random="malformed"),
        without("card.unmounted"),
        without("card.mounted"),
        moved_to_the_end("card.unmounted"),
    ),
    "card_differs": (put("card.read_back", chunks_differing="1"),),
    "card_not_committed": (
        put("card.begun", commitment="0" * 64),
        put("card.begun", commitment=None),
        put("card.disclosed", secret="1" * 64),
        put("card.disclosed", secret=None),
        put("card.drawn", seed="2" * 64),
        put("card.mounted", phone_random="00000000-0000-0000-0000-000000000000"),
        lambda evidence: put("card.filled", secret=_secret(evidence))(evidence),  # told too early
        without("card.disclosed"),
    ),
    "card_not_read_back": (
        without("card.read_back"),
        without("card.drawn"),
        put("card.read_back", chunks_unread="1"),
        put("card.read_back", chunks_unread=None),
        put("card.read_back", chunks_matching="127"),
        put("card.drawn", seed=None),
        put("card.drawn", chunk_bytes="0"),
        put("card.drawn", chunks_total="64", chunks_drawn="64"),
    ),
    "card_too_little_read_back": (
        lambda evidence: put("card.drawn", chunks_drawn="100")(
            put("card.read_back", chunks_drawn="100", chunks_matching="100")(evidence)
        ),
    ),
    "card_not_removed": (
        put("card.removed", removed="no"),
        without("card.removed"),
        moved_to_the_end("card.read_back"),
    ),
    "card_exchanged": (
        put("card.there", same="no"),
        put("card.there", same=None),
        put("card.again", total_bytes="4194304"),
        put("card.again", files_left="3"),
        put("card.again", files_left=None),
        put("card.found_again", volumes="2"),
        shows("adopted"),
    ),
    "card_not_seen_again": (shows("present"), without("card.again")),
}


def _card(*changes: Change) -> tuple[str, ...]:
    evidence: Sequence[Evidence] = honest()
    for change in changes:
        evidence = change(evidence)
    found = card(Readings(evidence), load().card)
    assert found is not None
    assert judge(tuple(evidence), method=METHOD, rules=load()).residues["sd"] == (
        "present" if found.reasons else "cleared"
    )
    return found.reasons


def test_honest_evidence_gives_no_reason() -> None:
    assert _card() == ()


def test_every_reason_has_its_cases() -> None:
    assert set(CASES) == set(SHORT_OF_A_CARD)


@pytest.mark.parametrize(("code", "change"), [(code, change) for code, changes in CASES.items() for change in changes])
def test_each_thing_that_is_missing_or_wrong_is_its_own_reason(code: str, change: Change) -> None:
    assert code in _card(change)


def test_without_a_card_that_was_begun_nothing_is_said_of_one() -> None:
    evidence = [piece for piece in honest() if not piece.asked.startswith("card.")]
    assert card(Readings(evidence), load().card) is None
    assert judge(tuple(evidence), method=METHOD, rules=load()).card is None


def test_the_numbers_on_the_paper_are_those_of_the_card_and_0_where_nothing_was_read() -> None:
    found = card(Readings(without("card.filled")(honest())), load().card)
    assert found is not None
    assert (found.written_bytes, found.passes, found.chunks_drawn, found.at_most_ppm) == (0, 0, 0, 1_000_000)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_part_of_the_evidence_of_a_card_can_be_left_out(data: st.DataObject) -> None:
    pieces = [piece for piece in honest() if piece.asked.startswith("card.")]
    needed = [
        piece for piece in pieces if piece.asked not in ("card.sync", "card.listed", "card.emptied", "card.found_again")
    ]
    left_out = data.draw(st.sampled_from(needed))
    same = [piece for piece in needed if piece.asked == left_out.asked]
    evidence = [piece for piece in honest() if piece not in same]
    found = card(Readings(evidence), load().card)
    assert found is None or found.reasons
