# SPDX-License-Identifier: GPL-3.0-or-later
"""What a word means by which a phone, a service on it, usbmuxd or the adb server says no: the table `refusals.toml`.

A refusal travels as one text, `<who>:<word>`, e.g. `lockdown:PasswordProtected`: in an error, in evidence
(`command.refusal_word`), in a problem. A word that is in no table is kept as it came, cleaned, and printed.
"""

import re
from collections.abc import Mapping
from functools import cache

from phones import package_data
from phones.cleaning import clean
from phones.frozen import dataclass
from phones.words import has, say

SENTENCES = ("adb", "fastboot")
"""Who answers in sentences; everybody else in single words or numbers."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}|-?[0-9]{1,6}|[A-Za-z]{1,64}/-?[0-9]{1,6}")
_MOST_DIGITS = 6  # more could be a number of the phone
_NAMES_SOMETHING = re.compile(r"'[^']*'|\"[^\"]*\"|\S*[0-9]\S*")
_PLACE = re.compile(r"%(?:s|lu)")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWord:
    """One row of the table. `code`: our word for the kind of refusal. `says`: whose sentence it gets."""

    who: str
    word: str
    code: str
    says: str
    source: str

    @property
    def kept(self) -> str:
        """As it travels."""
        return f"{self.who}:{self.word}"


@cache
def table() -> Mapping[str, Mapping[str, KnownWord]]:
    """All rows: who says it, then the word. Rows of `library` are classes of pymobiledevice3."""
    return {
        who: {
            word: KnownWord(
                who=who, word=word, code=row["code"], says=row.get("says", row["code"]), source=row["source"]
            )
            for word, row in rows.items()
        }
        for who, rows in package_data.table("phones", "refusals.toml").items()
    }


@cache
def words_of_classes() -> Mapping[str, str]:
    """A class of the library → the word it stands for, where it does not pass the word on; as it travels."""
    rows = package_data.table("phones", "refusals.toml")["library"]
    return {name: row["word"] for name, row in rows.items() if "word" in row}


def find(who: str, said: str) -> KnownWord | None:
    """The row of what somebody said, or None."""
    rows = table().get(who, {})
    if who not in SENTENCES:
        return rows.get(said)
    begins = [row for row in rows.values() if _fits(who, row.word, said)]
    return max(begins, key=lambda row: len(row.word), default=None)


def _fits(who: str, row: str, said: str) -> bool:
    if who == "fastboot":  # a boot loader puts names before the words we know
        return row in said.lower()
    if " " not in row:  # a state, or `closed`
        return said.strip() == row
    return re.match(".{1,256}?".join(map(re.escape, _PLACE.split(row))), said) is not None


def kept(who: str, said: object) -> str:
    """How a refusal travels: `<who>:<word>`, safe to show and free of the phone's numbers; "" for no word at all."""
    text = clean(str(said), most=200).strip() if isinstance(said, str | int) and not isinstance(said, bool) else ""
    known = find(who, text)
    if known is not None:
        return known.kept
    if who in SENTENCES:
        text = _NAMES_SOMETHING.sub("*", text.partition("\\u000a")[0])
        text = re.sub(r"[^A-Za-z .,:/()*-]", "", text)[:64].strip()
    elif not _WORD.fullmatch(text) or sum(letter.isdigit() for letter in text) > _MOST_DIGITS:
        text = "unreadable" if text else ""
    return f"{who}:{text}" if text else ""


def known_word(word: str) -> KnownWord | None:
    """The row of a refusal as it travels, or None."""
    who, _, said = word.partition(":")
    return table().get(who, {}).get(said)


def reason(word: str, code: str, language: str = "en") -> str:
    """One sentence: what the refusal is. `word`: as it travels, or ""; `code`: our word, where that is all we have."""
    return _say("reason", word, code, language)


def next_step(word: str, code: str, language: str = "en") -> str:
    """One sentence: what the person does next."""
    return _say("next", word, code, language)


def _say(kind: str, word: str, code: str, language: str) -> str:
    known = known_word(word)
    if known is not None and known.says != "refused":
        return say(f"phone_says.{known.says}.{kind}", language)
    said = word.partition(":")[2]
    if said:
        return say(f"phone_says.refused.{kind}", language, word=said)
    says = code if code != "refused" and has(f"phone_says.{code}.{kind}") else "without_word"
    return say(f"phone_says.{says}.{kind}", language)
