# SPDX-License-Identifier: GPL-3.0-or-later
"""What requests about the trade may hold. What a field may be says `station.setup.trade_fields`, for everybody."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from station.service.bodies import Name
from station.session.lots import LONGEST_MODEL, MOST_EXPECTED, MOST_MODELS
from station.setup.trade_fields import LONGEST

Short = Annotated[str, StringConstraints(max_length=LONGEST["lot"] * 4)]
Note = Annotated[str, StringConstraints(max_length=LONGEST["note"] * 4)]
Phones = Annotated[int, Field(ge=0, le=MOST_EXPECTED)]
Model = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_MODEL)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Tag(_Body):
    """`about`: a job's or paper's id, a phone's number or the end of one, or the slot it is at work in. `ahead`: the
    phone is not here yet; then a whole number, or the slot that it will be plugged in next. A field that is left out
    stays as it is, "" takes one back. `operator`: as in `Confirmation`.
    """

    about: Name
    ahead: bool = False
    asset_tag: Short | None = None
    lot: Short | None = None
    customer_ref: Short | None = None
    note: Note | None = None
    colour: Short | None = None
    operator: Name | None = None

    def fields_given(self) -> dict[str, str]:
        """Those that are stated."""
        given = {name: getattr(self, name) for name in LONGEST}
        return {name: value for name, value in given.items() if value is not None}


class LotExpected(_Body):
    """`expected`: phones in all; `models`: how many of which, as lists show them."""

    expected: Phones | None = None
    models: Annotated[dict[Model, Phones], Field(max_length=MOST_MODELS)] = {}
    operator: Name | None = None


class LotClosing(_Body):
    """`differences_known`: close it although it is not as it should be; the differences are written with it."""

    differences_known: bool = False
    operator: Name | None = None
