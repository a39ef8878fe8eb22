# SPDX-License-Identifier: GPL-3.0-or-later
"""The few comparisons a rule may use. Each is total: a text it cannot read is *cannot tell*, never an error.

An operator gets one reading, the rule's argument, and the readings to compare with; it answers True,
False, or None when there is nothing to compare or the text is not of the documented shape.
"""

import re
from collections.abc import Callable, Mapping

Comparison = Callable[[str, str, tuple[str, ...]], bool | None]

_NUMBER = re.compile(r"-?[0-9]{1,19}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_APPLE_MODEL = re.compile(r"([A-Za-z]{3,12})([0-9]{1,3})(,[0-9]{1,3})?")


def _equals(text: str, argument: str, _others: tuple[str, ...]) -> bool:
    return text == argument


def _one_of(text: str, argument: str, _others: tuple[str, ...]) -> bool:
    return text in argument.split(",")


def _is_empty(text: str, _argument: str, _others: tuple[str, ...]) -> bool:
    return text == ""


def _not_empty(text: str, _argument: str, _others: tuple[str, ...]) -> bool:
    return text != ""


def _contains_all(text: str, argument: str, _others: tuple[str, ...]) -> bool:
    return set(argument.split(",")) <= set(text.split(","))


def _only_of(text: str, argument: str, _others: tuple[str, ...]) -> bool:
    """A list with nothing else in it; the empty list has nothing else in it."""
    return set(text.split(",")) <= {"", *argument.split(",")}


def _at_least(text: str, argument: str, _others: tuple[str, ...]) -> bool | None:
    measured, limit = number(text), number(argument)
    return None if measured is None or limit is None else measured >= limit


def _date_at_least(text: str, argument: str, _others: tuple[str, ...]) -> bool | None:
    return text >= argument if _DATE.fullmatch(text) else None


def _differs_from_before(text: str, _argument: str, others: tuple[str, ...]) -> bool | None:
    return text not in others if others else None


def _same_as_before(text: str, _argument: str, others: tuple[str, ...]) -> bool | None:
    return all(text == other for other in others) if others else None


def _became(text: str, argument: str, others: tuple[str, ...]) -> bool | None:
    return text == argument and argument not in others if others else None


def _appeared(text: str, argument: str, others: tuple[str, ...]) -> bool | None:
    """A mark that was not there before, or not the same. The very same mark is a leftover: it says nothing of what
    came after, or leaves a doubt (argument `doubt`).
    """
    if text == "none":
        return False
    if not others:
        return None
    return True if text not in others else None if argument == "doubt" else False


def _new_entry(text: str, _argument: str, others: tuple[str, ...]) -> bool | None:
    if not others:
        return None
    known = {"none"}.union(*(other.split(",") for other in others))
    return bool(set(text.split(",")) - known)


def _fewer_than_before(text: str, _argument: str, others: tuple[str, ...]) -> bool | None:
    """None at all, or fewer than at any look before."""
    counted, known = number(text), [number(other) for other in others]
    if counted is None or not known:
        return None
    return counted == 0 or all(before is not None and counted < before for before in known)


def _newer_than_before(text: str, argument: str, others: tuple[str, ...]) -> bool | None:
    """Not earlier than the latest clock reading before, less the slack (`argument`, seconds)."""
    stamp, slack = number(text), number(argument)
    clocks = [number(other) for other in others]
    known = [clock for clock in clocks if clock is not None]
    if stamp is None or slack is None or not known or len(known) < len(clocks):
        return None
    return stamp >= max(known) - slack


def _model_at_least(text: str, argument: str, _others: tuple[str, ...]) -> bool | None:
    """Apple product types: `iPhone8,iPad6` = iPhone8,x and later, iPad6,x and later."""
    found = _APPLE_MODEL.fullmatch(text)
    if found is None:
        return None
    for oldest in argument.split(","):
        family = _APPLE_MODEL.fullmatch(oldest)
        if family is not None and family[1] == found[1]:
            return int(found[2]) >= int(family[2])
    return None


def _answered(_text: str, _argument: str, _others: tuple[str, ...]) -> bool:
    """The question itself was answered in its documented shape; no value is looked at."""
    return True


def number(text: str) -> int | None:
    """A whole number of at most 19 ASCII digits, else None."""
    return int(text) if _NUMBER.fullmatch(text) else None


OPERATORS: Mapping[str, Comparison] = {
    "answered": _answered,
    "appeared": _appeared,
    "at_least": _at_least,
    "became": _became,
    "contains_all": _contains_all,
    "date_at_least": _date_at_least,
    "differs_from_before": _differs_from_before,
    "equals": _equals,
    "fewer_than_before": _fewer_than_before,
    "is_empty": _is_empty,
    "model_at_least": _model_at_least,
    "new_entry": _new_entry,
    "newer_than_before": _newer_than_before,
    "not_empty": _not_empty,
    "one_of": _one_of,
    "only_of": _only_of,
    "same_as_before": _same_as_before,
}

LOOKS_BACK = frozenset(
    {
        "appeared",
        "became",
        "differs_from_before",
        "fewer_than_before",
        "new_entry",
        "newer_than_before",
        "same_as_before",
    }
)
"""Operators whose readings to compare with are those of the moment BEFORE."""
