# SPDX-License-Identifier: GPL-3.0-or-later
"""Does Apple still mend this iOS? By our own dated table (`system_support.toml`); what is not in it is unknown."""

import datetime as dt
import tomllib
from functools import cache
from importlib import resources
from typing import Any

SUPPORTED, ENDED, UNKNOWN = "supported", "ended", "unknown"
_TABLE_LASTS = dt.timedelta(days=366)


def support_of(version: str, *, epoch: int | None) -> str:
    """`supported`, `ended` or `unknown` of a version such as "18.7.1". `epoch`: the phone's own clock, Unix seconds:
    where it shows a day beyond the table's year, what is supported is unknown. Without a clock the table is believed.
    What has ended stays ended, whatever the day.
    """
    table = _table()
    row = table["system"].get(version.partition(".")[0])
    if row is None:
        return UNKNOWN
    if "ended" in row:
        return ENDED
    too_old = epoch is not None and epoch > _seconds(table["as_of"] + _TABLE_LASTS)
    return UNKNOWN if too_old else SUPPORTED


def _seconds(day: dt.date) -> int:
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())


@cache
def _table() -> dict[str, Any]:
    text = resources.files("phones.apple").joinpath("system_support.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
