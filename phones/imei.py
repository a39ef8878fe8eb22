# SPDX-License-Identifier: GPL-3.0-or-later
"""IMEI numbers: their check digit, and how to keep an IMSI from passing for one."""

import re

_REPORTING_BODIES = ("00", "01", "10", "35", "86", "91", "98", "99")
"""First two digits of type allocation codes in use, less those that are also mobile country codes of
populous countries (44, 45, 49 to 54 hold Canada to Korea and Japan): a wrong transaction code can return
the IMSI, which has 15 digits too and belongs to a person."""


def luhn_holds(digits: str) -> bool:
    """Is the last digit the Luhn check digit of the others?"""
    total = 0
    for place, character in enumerate(reversed(digits)):
        number = int(character) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def read_imei(text: str) -> str:
    """15 digits that may be an IMEI, or "" for anything else."""
    found = text.strip()
    if re.fullmatch(r"[0-9]{15}", found) and found.startswith(_REPORTING_BODIES) and set(found) != {"0"}:
        return found
    return ""


def luhn_of(imeis: tuple[str, ...]) -> str:
    """`valid` when every IMEI read holds, `invalid` when one does not, `absent` when none was read."""
    if not imeis:
        return "absent"
    return "valid" if all(re.fullmatch(r"[0-9]{15}", imei) and luhn_holds(imei) for imei in imeis) else "invalid"
