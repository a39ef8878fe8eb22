# SPDX-License-Identifier: GPL-3.0-or-later
"""What requests about papers, samples and decisions may hold; bounded like all others (`station.service.bodies`)."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from certs.log.sampling import LEAST_PERCENT
from station.service.bodies import Code, Name, RequestBody

Grounds = Annotated[str, StringConstraints(max_length=1000)]
Encoded = Annotated[str, StringConstraints(min_length=4, max_length=16 * 1024, pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
Moment = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
PaperId = Annotated[str, StringConstraints(min_length=4, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]
Period = Annotated[str, StringConstraints(min_length=7, max_length=10, pattern=r"^[0-9W-]+$")]


class Signature(RequestBody):
    """A validator's own signature of their decision: `at` to the second, in UTC; certificate and signature as DER in
    base64.
    """

    at: Moment
    certificate: Encoded
    signature: Encoded


class Decision(RequestBody):
    """`seen`: the job's `awaiting_record` as it was shown to the validator. `despite_newer`: they know that the phone
    was here again since. `signed`: where they have a key of their own.
    """

    accept: bool
    seen: Code
    grounds: Grounds = ""
    validator: Name | None = None
    despite_newer: bool = False
    signed: Signature | None = None


class Seen(RequestBody):
    """`seen`: as in `Decision`."""

    seen: Code


class Withdrawal(RequestBody):
    """`reason`: rejected, data_found, wrong_phone, grade_wrong, key_compromised or other."""

    reason: Code
    grounds: Grounds = ""
    validator: Name | None = None


class Copy(RequestBody):
    """`opened`: names of sealed fields that the copy shows; with none it is the paper as everybody gets it."""

    opened: Annotated[list[Code], Field(max_length=20, default_factory=list)]


class Rechecking(RequestBody):
    """`phone`: a serial number, UDID, IMEI, slot or port."""

    phone: Name


class Correction(RequestBody):
    """Question → answer, of those about the phone's condition; why they were other ones before."""

    answers: Annotated[dict[Code, Code], Field(min_length=1, max_length=40)]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
    operator: Name | None = None


class SampleWanted(RequestBody):
    """`period`: 2026-11, 2026-W48 or 2026-11-29, in UTC. `of`: certificates or reports."""

    period: Period
    percent: Annotated[int, Field(ge=LEAST_PERCENT, le=100)] = LEAST_PERCENT
    of: Literal["certificates", "reports"] = "certificates"


class Inspected(RequestBody):
    """What `person` found on the phone of that certificate: none, data or not_available; and with which tool."""

    certificate: PaperId
    found: Literal["none", "data", "not_available"]
    tool: Name
    grounds: Grounds = ""
    person: Name | None = None
