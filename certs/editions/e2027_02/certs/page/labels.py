# SPDX-License-Identifier: GPL-3.0-or-later
"""Every word on the paper, always as a pair: Chinese and English. Codes are never printed in a word's place."""

from collections.abc import Mapping
from functools import cache, partial
from typing import NamedTuple

from certs.page.errors import UnknownCodeError
from certs.editions.e2027_02.certs.page.sentences import has, say
from certs.editions.e2027_02.grading.caps import cap_sentence_of
from certs.editions.e2027_02.phones import package_data


class Pair(NamedTuple):
    """The same words in both languages."""

    zh: str
    en: str

    @property
    def both(self) -> str:
        """One line: Chinese, then English."""
        return self.zh if self.zh == self.en else f"{self.zh} {self.en}"


# Where the rooms keep the sentence for a kind of code; the first that exists is taken.
_PLACES: Mapping[str, tuple[str, ...]] = {
    "technique": ("technique.{code}",),
    "method": ("method.{code}",),
    "condition": ("condition.{code}",),
    "reason": ("reason.{code}", "refusal.{code}", "problem.{code}.reason", "error.{code}.reason"),
    "next": ("problem.{code}.next", "next.{code}", "error.{code}.hint"),
    "check": ("check.{code}",),
    "contradiction": ("contradiction.{code}",),
    "residue": ("residue.{code}",),
    "part": ("part_name.{code}",),
}


def label(key: str, **facts: object) -> Pair:
    """A caption of ours by its dotted key, with `facts` filled in. Raises: UnknownCodeError."""
    plain = _plain(key)
    return Pair(plain.zh.format(**facts), plain.en.format(**facts)) if facts else plain


@cache
def _plain(key: str) -> Pair:
    section, _, name = key.partition(".")
    entry = _labels().get(section, {}).get(name)
    if entry is None:
        raise UnknownCodeError(section, name)
    return Pair(entry["zh"], entry["en"])


def phrase(kind: str, code: str) -> Pair:
    """What the rooms say of a code: `phrase("reason", "phone_swapped")`. Raises: UnknownCodeError."""
    found = phrase_if_any(kind, code)
    if found is None:
        raise UnknownCodeError(kind, code)
    return found


@cache
def phrase_if_any(kind: str, code: str) -> Pair | None:
    """As `phrase`, and None where no room has a sentence (a reason need not have a next step)."""
    for place in _PLACES[kind]:
        key = place.format(code=code)
        if has(key):
            return Pair(say(key, "zh"), say(key, "en"))
    return None


@cache
def capped_by(code: str) -> Pair:
    """What limited a grade, in the words of the room that grades. Raises: UnknownCodeError."""
    try:
        return Pair(*(cap_sentence_of(code, partial(say, language=language), has) for language in ("zh", "en")))
    except KeyError as error:
        raise UnknownCodeError("cap", code) from error


@cache
def _labels() -> dict[str, dict[str, dict[str, str]]]:
    return package_data.table("certs", "page", "labels.toml")
