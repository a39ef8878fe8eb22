# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phone says of itself that shows: this value was not measured.

A reader that finds a sign keeps `not_measured.<value>` = its word beside the value or instead of it, and a check of
that value is INDETERMINATE: neither a pass nor a failure. Of what a person skipped it is NOT TESTED. Which value has
which signs: docs/checks.md.
"""

from collections.abc import Mapping
from types import MappingProxyType

NOT_MEASURED = "not_measured."
SOURCES = "sources."
"""Prefix under which two sources of one value are both kept when they disagree: `source:text,source:text`."""

SKIPPED = "skipped"
"""The sign that counts for nothing beside any other reading: alone it is NOT TESTED."""
SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "asleep": "nobody on the phone listens to the part, and it delivers nothing",
        "built_in": "what answers may be built in, and says nothing of the part that was asked about",
        "changing": "it is being switched just now",
        "charging": "it is being charged, so that its voltage under load says nothing",
        "code_not_known": "a code that no document we know explains",
        "crashed": "the service says that it has crashed since the phone started",
        "cut": "parts of the answer that always stand there are missing",
        "dim": "it was too dark to measure",
        "frozen": "the same value came again and again: nothing says that it was measured",
        "hal_not_ready": "the hardware layer below the service is not ready, or there is none",
        "held_back": "from this level on the phone may hold its charge back to spare the battery",
        "left_at_zero": "a figure that makers leave at 0 when they do not measure it",
        "no_card": "no card is in it, so that nobody can tell whether one would be read",
        "no_service": "it hears no network: a dead antenna and a place without one look the same",
        "noisy": "what is around it was louder, or shook more, than what was to be measured",
        "no_load": "no load could be put on it, or none was seen in its current",
        "not_available": "the phone says that it has no such figure",
        "not_full": "its battery is not full, so that nobody can see whether the current falls then",
        "not_opened": "the page that measures it was never opened on the phone, or the phone gave no way to it",
        "not_present": "the phone says that the part is not there, and goes on with default values",
        "not_set_up": "the bench has no way to the browser of such a phone",
        "not_the_partition": "the answer is about another file system",
        "not_seen": "what was waited for was not seen: the part does not answer, or nobody has done it",
        "one_state": "only one of the two states that it must show was seen",
        "out_of_range": "no phone can have this value",
        "over_cable": "the bytes came over the cable, not over the air",
        "overridden": "somebody has put another value in its place",
        "placeholder": "a default that stands there when nobody has filled it in",
        "processed": "the phone changes the sound before anybody can measure it",
        "refused": "the phone or its user did not allow it",
        "remark": "the service adds a remark that we do not know",
        "replayed": "somebody else came with the address that this phone alone was given",
        "said_twice": "one answer says two things",
        "set_by_hand": "somebody has set the values by hand or stopped them",
        "simulated": "the phone says that it simulates the part",
        "skipped": "a person passed over it before it was measured: nobody has tested it",
        "sources_disagree": "two sources disagree: on the phone, a person and a sensor, or one try and the next",
        "starting": "the phone has not finished starting",
        "switched_off": "it is switched off, and we do not switch it on",
        "too_fast": "the hand was too fast for what was to be measured",
        "too_little": "the person ended before enough was measured",
        "unanswered": "nobody said whether the phone that opened the page is the one on the cable",
        "unit_unknown": "nobody says in which unit the figure is",
        "unknown_version": "how this version of the system says it, no document we know tells",
        "unknown_word": "the phone answers `unknown`, or a word that says as little",
        "unsupported": "the phone's browser has no means for it",
        "virtual": "only computed from other sensors, or a stand-in without hardware",
    }
)
"""Word → what it means."""


def not_measured(sign: str, *names: str) -> dict[str, str]:
    """The mark for each of these values. `sign`: a word of `SIGNS`."""
    return {NOT_MEASURED + name: sign for name in names}
