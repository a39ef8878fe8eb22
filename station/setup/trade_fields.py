# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of the trade: what a shop calls a phone by and which lot it came in. Stated by people and shop systems.

They are printed as they were stated and never judged: no paper's record holds one, so nobody may take what a shop typed
for what the station found. `colour` is one of them, for no phone is believed about it: it is what a person saw. What is
sealed into papers are the fields of an acquisition file (`setup.acquisition`).
"""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from phones.cleaning import clean
from station.errors import FieldRefusedError

LONGEST: Mapping[str, int] = MappingProxyType(
    {"asset_tag": 64, "lot": 64, "customer_ref": 64, "note": 500, "colour": 64}
)
"""Field → characters it may hold. In the order they are shown in."""
TRADE_FIELDS = tuple(LONGEST)


def is_trade_value(name: str, value: object) -> bool:
    """Could it stand in that field as it is? "" could: it says nothing."""
    return isinstance(value, str) and len(value) <= LONGEST[name] and _spelled(value) == value and _is_plain(value)


def read_trade_value(name: str, value: str) -> str:
    """What was typed or scanned, as it is kept: composed (NFC), without blanks or a scanner's line end around it.
    "" takes back what was stated before.

    Raises: FieldRefusedError for a name that is no field, and for what is too long, more than one line, or holds a
    character that cannot be seen.
    """
    if name not in LONGEST:
        raise FieldRefusedError(subject=clean(name, most=40), most="—", text=clean(value))
    kept = _spelled(value[: LONGEST[name] * 4])
    if len(value) > LONGEST[name] * 4 or not is_trade_value(name, kept):
        raise FieldRefusedError(subject=name, most=str(LONGEST[name]), text=clean(value))
    return kept


def read_trade_values(values: Mapping[str, str]) -> dict[str, str]:
    """Each of them by `read_trade_value`, in the order of the fields. Raises: FieldRefusedError."""
    kept = {name: read_trade_value(name, value) for name, value in values.items()}
    return {name: kept[name] for name in TRADE_FIELDS if name in kept}


def _spelled(value: str) -> str:
    return unicodedata.normalize("NFC", value).strip(" \t\r\n")


def _is_plain(value: str) -> bool:
    return clean(value, most=len(value)) == value
