# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers that many phones share, and so name none: placeholders, test numbers, defaults of drivers and emulators.

A phone that answers with one of them has not said who it is: two of them would be taken for one. Readers hand what they
have read to `set_aside`; what is left may identify a phone. A number that is not here may still be shared: stations
learn those from their own ledgers (`station.work.known_numbers`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from phones.allowed import MALFORMED, allowed
from phones.cleaning import unspelled
from phones.identifiers import SHAPES, Shape, normalise

NOTE = "numbers.shared"
"""The value that says which numbers were set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedNumbers:
    """Numbers under labels of `phones.identifiers`, in lower case, and where it is written that phones share them."""

    labels: tuple[str, ...]
    numbers: tuple[str, ...]
    source: str


_SERIALS, _IMEI, _CHIP, _MAC, _ANDROID_ID = ("serial",), ("imei",), ("udid", "ecid"), ("wifi_mac",), ("android_id",)

TABLE: tuple[SharedNumbers, ...] = (
    SharedNumbers(
        labels=_SERIALS,
        numbers=("0123456789abcdef", "1234567890abcdef"),
        source="two phones at once: camalot/madb#1, sch3m4/pyadb#9, pbreault/adb-idea#100, koush/vysor.io#220",
    ),
    SharedNumbers(
        labels=_SERIALS,
        numbers=("unknown", "null", "none", "0", "n/a", "na", "unset", "undefined", "default", "serialno"),
        source="Build.UNKNOWN [read: AOSP Build.java], defaults of scripts that set ro.serialno [unconfirmed]",
    ),
    SharedNumbers(
        labels=_SERIALS,
        numbers=("invalid", "not available", "no serial", "noserial", "to be filled by o.e.m."),
        source="defaults of board firmware that tablets keep [unconfirmed on phones]",
    ),
    SharedNumbers(
        labels=_SERIALS,
        numbers=(
            "system serial number",
            "test",
            "dummy",
            "fake",
            "sn",
            "serial",
            "android",
            "generic",
            "mt6735",
            "mtk",
        ),
        source="defaults of board firmware and of no-name builds [unconfirmed]",
    ),
    SharedNumbers(
        labels=_SERIALS,
        numbers=(
            *("d01eb0a014660q99", "28y67ij7t3", "hmn5s1floq", "sy58s62yhn", "ackrzjfksn", "c1330", "lenovotab2a8"),
            *("zteba510", "zteba520", "zteba610t", "zteba611t", "zteba910", "01234567890123456789"),
        ),
        source="serial numbers refused by MobSDK, which met each on many phones [read: com.mob.commons, decompiled]",
    ),
    SharedNumbers(
        labels=_SERIALS,
        numbers=("20080411", "c3d9b8674f4b94f6", "deadbeef", "cafebabe", "badc0ffee", "a1b2c3d4"),
        source="USB gadget of Linux 2.6 boards, adb of early Rockchip boards, programmers' constants [unconfirmed]",
    ),
    SharedNumbers(
        labels=_IMEI,
        numbers=("00499901064000", "00000001123456", "01234567890123", "01234567891234", "35867301379589"),
        source="refused by Viber or by Yandex [read: both lists, decompiled]; the first is 3GPP's conformance test",
    ),
    SharedNumbers(
        labels=_IMEI,
        numbers=(
            *(
                "35200504824725",
                "86228001059952",
                "35519500000001",
                "00106800000000",
                "35569254769308",
                "00440015202000",
            ),
            *(
                "01237900077288",
                "35870104290975",
                "35800004365413",
                "34563000000011",
                "35629904658776",
                "35659100000022",
            ),
            *("11345679894545", "86773102000100"),
        ),
        source="refused by Yandex's or MobSDK's identifiers as shared [read: both lists, decompiled]",
    ),
    SharedNumbers(
        labels=_IMEI,
        numbers=(
            *("35160200052582", "35175104542118", "35724204280404", "35653104459053", "35030526000000"),
            *("35724204183452", "35853704004054", "35175104406739"),
        ),
        source="refused by Viber as shared [read: com.viber.voip.registration, decompiled]",
    ),
    SharedNumbers(
        labels=_IMEI,
        numbers=("35824005111111", "86740002204719", "13579024681122", "35007710825531"),
        source="Android emulator, old and new; default of MediaTek modules; "
        "a TAC never allocated that one maker used (ciol.com)",
    ),
    SharedNumbers(
        labels=_MAC,
        numbers=("020000000000", "020000000002", "00904c112233", "00904cc51238", "000af58989ff", "580203040506"),
        source="Android's constant for apps; Broadcom's and Qualcomm's drivers without calibration; MobSDK's list",
    ),
    SharedNumbers(
        labels=_MAC,
        numbers=("001122334455", "112233445566", "aabbccddeeff", "1463183dab18", "0081dfd5a6a5", "00813c7532e1"),
        source="refused by MobSDK as shared [read: decompiled], and what people type",
    ),
    SharedNumbers(
        labels=_ANDROID_ID,
        numbers=("9774d56d682e549c", "dead00beef", "000000000000000", "ffffffffffffffff"),
        source="Android 2.2 of several makers (Android bug 10603); refused by Flurry [read: decompiled]",
    ),
)
"""Of an IMEI the first fourteen digits: the check digit says nothing of who has it, and phones show it wrong."""

TEST_EQUIPMENT: Mapping[str, str] = MappingProxyType(
    {
        "001": "reporting body 00: test IMEIs, numbered by country [GSMA TS.06]; 001 is the test network's own",
        "0044": "the same, United Kingdom: seen on Samsung's test units (004400152020000)",
        "0086": "the same, China",
        "0091": "the same, India",
        "00499901064": "3GPP's conformance tests [TS 34.108, TS 36.508]",
    }
)
"""First digits of type allocation codes that are given to test equipment and prototypes. Germany's, 0049, is left out
but for 3GPP's: the numbers of virtual phones and of recordings are taken from it, and are nobody's.
"""

_LEAST_LETTERS = 4
_LEAST_NUMBERED = 8
_WORD = "sn"
"""What some placeholders begin with."""
_PAIRED = ("0123456789abcdef" * 2, "1234567890abcdef" * 2, "1234567890" * 4, "abcdefghijklmnopqrstuvwxyz" * 2)
_RUNS = (*_PAIRED, *(run[::-1] for run in _PAIRED))

_LISTED: Mapping[str, frozenset[str]] = MappingProxyType(
    {label: frozenset(number for row in TABLE if label in row.labels for number in row.numbers) for label in SHAPES}
)


def is_shared(label: str, number: str) -> bool:
    """Is this number one that many phones have? By the list, or by a shape that no maker gives to one phone."""
    shape = SHAPES[label]
    text = unspelled(number).strip().lower()
    if shape is not Shape.TEXT:
        text = normalise(label, text)
    if shape is Shape.IMEI:
        return text[:14] in _LISTED[label] or text.startswith(tuple(TEST_EQUIPMENT)) or _is_filled_in(text[:14])
    letters = "".join(filter(str.isalnum, text))
    if text in _LISTED[label] or letters in _LISTED[label]:
        return True
    if shape is Shape.HEX:  # no identity, and drawn at random: nothing but the list and a single digit speaks
        return len(set(letters)) <= 1
    if shape is Shape.UDID:  # the newer kind ends in the ECID
        return _is_a_pattern(letters) or (len(letters) == 24 and _is_a_pattern(letters[8:]))
    if shape is Shape.ECID:
        return _is_one_character(letters) or _is_a_run(letters)
    if shape is Shape.TEXT and len(letters) < _LEAST_LETTERS:
        return True
    if shape is Shape.TEXT and letters.startswith(_WORD) and len(letters) >= _LEAST_NUMBERED + len(_WORD):
        letters = letters.removeprefix(_WORD)
    return _is_a_pattern(letters) or re.fullmatch(r"emulator\d+(x\d+)*", letters) is not None


def _is_filled_in(digits: str) -> bool:
    """A pattern, also behind the two digits of a reporting body, or one digit ten times in a row in what follows: a
    maker that gives its phones such numbers gives the same to all of them.
    """
    return _is_a_pattern(digits) or _is_a_pattern(digits[2:]) or re.search(r"(\d)\1{9}", digits[2:]) is not None


def _is_a_pattern(letters: str) -> bool:
    """One character, a few of them over and over, or the alphabet or the digits in order."""
    return _is_one_character(letters) or _repeats(letters) or _is_a_run(letters)


def _is_one_character(letters: str) -> bool:
    """Of the longer ones all but the last two: somebody counted up a placeholder."""
    return len(set(letters)) <= 1 or (len(letters) >= _LEAST_NUMBERED and len(set(letters[:-2])) <= 1)


def _repeats(letters: str) -> bool:
    """Up to four characters, three times or more, and at least eight in all."""
    return len(letters) >= 8 and any(
        letters == (letters[:unit] * len(letters))[: len(letters)] for unit in (2, 3, 4) if len(letters) >= 3 * unit
    )


def _is_a_run(letters: str) -> bool:
    return len(letters) >= _LEAST_LETTERS and any(letters in run for run in _RUNS)


def shared_among(values: Mapping[str, str]) -> frozenset[str]:
    """Names of those of these values that hold a number many phones share; values in clear."""
    return frozenset(name for name, label, number in _numbers(values) if is_shared(label, number))


def set_aside(values: Mapping[str, str], more: Iterable[str] = ()) -> dict[str, str]:
    """The values without the numbers that many phones share, and `numbers.shared` with the names of what is missing.

    `more`: further names to be left out, of numbers that somebody else knows to be shared.
    """
    shared = (shared_among(values) | set(more)) & values.keys()
    if not shared:
        return dict(values)
    noted = {word for word in values.get(NOTE, "").split(",") if word} | {name.partition(".")[2] for name in shared}
    return {name: text for name, text in values.items() if name not in shared} | {NOTE: ",".join(sorted(noted))}


def _numbers(values: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name, text in values.items():
        rule = allowed(name)
        if rule.identifier and rule.admit(text) != MALFORMED:
            yield name, rule.identifier, text
