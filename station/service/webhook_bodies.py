# SPDX-License-Identifier: GPL-3.0-or-later
"""What requests about webhooks may hold; as strict as `station.service.bodies`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MOST_ENTRIES = 500
Number = Annotated[int, Field(ge=0, le=2**53)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Replay(_Body):
    """`after`: everything after that entry; else `entries`: dead letters of these numbers; else all dead letters."""

    after: Number | None = None
    entries: Annotated[list[Number], Field(max_length=MOST_ENTRIES)] = []


class Test(_Body):
    """Nothing has to be said."""
