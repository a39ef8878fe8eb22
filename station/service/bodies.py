# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request may hold: every field bounded, no others taken, no value turned into another type."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
Key = Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]


class RequestBody(BaseModel):
    """What all of them have in common."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PlanWanted(RequestBody):
    """`phone`: a serial number, UDID, IMEI, slot or port. `method`: a wish, never replaced by another."""

    phone: Name
    method: Code | None = None


class Confirmation(RequestBody):
    """`number`: the phone's own, whole or its last `digits`. `operator`: whose work it is, where the caller is not
    somebody's token; may be left out where the station has one operator only.
    """

    plan_hash: Annotated[str, StringConstraints(min_length=64, max_length=64, pattern=r"^[0-9a-f]+$")]
    number: Name
    operator: Name | None = None


class Answer(RequestBody):
    """`choice`: one of the question's, or null: nobody looked, and nobody guesses."""

    choice: Code | None
    operator: Name | None = None


class Draining(RequestBody):
    """Begin nothing new (true), or begin again (false)."""

    drain: bool


class Maintaining(RequestBody):
    """`reason`: why the bench is kept free; null where it may begin again. `operator`: as in `Confirmation`."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")] | None
    operator: Name | None = None


class Unlocking(RequestBody):
    """`passphrase`: of the station's key; never kept, never written."""

    passphrase: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class Skipped(RequestBody):
    """`rest`: every further check too. `operator`: as in `Confirmation`."""

    rest: bool = False
    operator: Name | None = None


class Nothing(RequestBody):
    """Of a request that says all it has to say by its address. `operator`: as in `Confirmation`."""

    operator: Name | None = None
