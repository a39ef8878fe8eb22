# SPDX-License-Identifier: GPL-3.0-or-later
"""Every question the program ever puts to a person at the bench: `ask.<key>` in a words.toml, and its choices.

Three kinds. The condition of the phone is stated on one sheet, as often as a person likes, until it is kept. What eyes
measure while a phone is checked is asked one after the other, each with its picture. All others stand alone and decide
about the phone the moment they are answered: they are confirmed by a second key.
"""

from collections.abc import Mapping
from types import MappingProxyType

from grading.eyes import ASKED
from grading.maker_page import ASKED as OF_THE_MAKER
from grading.questions import QUESTIONS
from wipe.steps.set_up_screen import SEEN

ERASE_AGAIN = "erase_again"
PAGE_CODE = "page_code_seen"
"""Binds a page that came over the air to the phone on the cable."""
CONDITION: Mapping[str, tuple[str, ...]] = MappingProxyType({each.key: each.choices for each in QUESTIONS})
ALONE: Mapping[str, tuple[str, ...]] = MappingProxyType({**SEEN, ERASE_AGAIN: ("no", "yes"), PAGE_CODE: ("no", "yes")})
PHOTOS_TAKEN = "photos_taken"
EYES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{each.key: each.choices for each in ASKED},
        **{each.key: each.choices for each in OF_THE_MAKER},
        PHOTOS_TAKEN: ("taken", "no_photos"),
    }
)
"""Each answered by one key: none of them decides anything alone."""
ALL_QUESTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({**CONDITION, **EYES, **ALONE})

OF_CHECKS = frozenset({*EYES, PAGE_CODE})
"""Asked while a phone is checked: whoever skips the act has no answer."""
SEEN_NOW = frozenset({*SEEN, PAGE_CODE})
"""Never taken from a file that was written before it happened."""
