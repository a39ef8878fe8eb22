# SPDX-License-Identifier: GPL-3.0-or-later
"""Phones on the bench: how each is called, and what hangs where."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, Self

from phones.identity import PhoneIdentity, plain
from phones.port import Platform, Presence, Sighting
from phones.problem import Problem
from station.documents.document import Document, known
from station.documents.sentences import Reason
from station.text.language import text
from wipe.plan import Plan

_CLAIM_NAMES: Mapping[str, str] = MappingProxyType({"nist": "nist_method", "gb": "gb_status", "r2": "r2_status"})
"""Of a plan → of a record."""


@dataclass(frozen=True, kw_only=True)
class PhoneNamed:
    """What a phone is called, wherever one is spoken of."""

    slot: str | None
    port: str | None
    platform: Platform | None
    model: str | None
    serial: str | None
    udid: str | None
    imei: str | None
    imei2: str | None


def names_of(identity: PhoneIdentity | None, sighting: Sighting | None = None) -> dict[str, Any]:
    """The fields of `PhoneNamed` that a phone says of itself; before it was asked, what USB shows."""
    found: dict[str, Any] = dict.fromkeys(("platform", "model", "serial", "udid", "imei", "imei2"))
    if sighting is not None:
        found["platform"] = sighting.platform
        if sighting.platform is Platform.APPLE and sighting.presence is Presence.APPLE:
            found["udid"] = known(plain(sighting.transport or sighting.usb_serial))
        elif sighting.platform is Platform.ANDROID:
            found["serial"] = known(sighting.usb_serial)
    if identity is not None:
        said = {
            "model": identity.display_name,
            "serial": identity.serial,
            "udid": identity.number("udid"),
            "imei": identity.number("imei1"),
            "imei2": identity.number("imei2"),
        }
        found |= {name: text for name, text in said.items() if text}
    return found


@dataclass(frozen=True, kw_only=True)
class PhoneSeen(PhoneNamed):
    """A phone on its port, as USB shows it; it was asked nothing."""

    presence: Presence
    vendor_id: int | None
    product_id: int | None
    interfaces: tuple[str, ...]

    @classmethod
    def fields_of(cls, sighting: Sighting, slot: str) -> dict[str, Any]:
        """What its fields are filled with."""
        return {
            "slot": slot,
            "port": sighting.port,
            **names_of(None, sighting),
            "presence": sighting.presence,
            "vendor_id": sighting.vendor_id or None,
            "product_id": sighting.product_id or None,
            "interfaces": sighting.interfaces,
        }


@dataclass(frozen=True, kw_only=True)
class PhonesListed(Document):
    """`list`: what is plugged in. `notes`: by port, what a person should know of the bench itself."""

    NAME: ClassVar[str] = "list"

    phones: tuple[PhoneSeen, ...]
    notes: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class PhoneChanged(PhoneSeen, Document):
    """`watch`: one line a change of a port; presence "absent" when nothing hangs there any more."""

    NAME: ClassVar[str] = "watch"

    at: datetime


@dataclass(frozen=True, kw_only=True)
class PhoneInspected(PhoneNamed, Document):
    """`inspect`: who a phone is and how it stands. `values`: everything that it answered, in clear."""

    NAME: ClassVar[str] = "inspect"

    presence: Presence
    values: Mapping[str, str]
    problems: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class StepPlanned:
    """One step of an erase."""

    step: str
    acts: bool


@dataclass(frozen=True, kw_only=True)
class ConditionPlanned:
    """One thing that must be so before the erase."""

    condition: str
    met: bool
    problem: Reason | None


@dataclass(frozen=True, kw_only=True)
class OverwritePlanned:
    """What an overwriting pass would take. The minutes rest on assumed rates, not on this phone."""

    passes: int
    written_bytes: int
    read_bytes: int
    least_minutes: int
    most_minutes: int


@dataclass(frozen=True, kw_only=True)
class MethodWeighed:
    """One method for such a phone."""

    method: str
    taken: bool
    code: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class ErasePlanned(PhoneNamed, Document):
    """`wipe --plan`: what an erase of this phone would be."""

    NAME: ClassVar[str] = "plan"

    can_begin: bool
    method: str | None
    methods: tuple[MethodWeighed, ...]
    steps: tuple[StepPlanned, ...]
    conditions: tuple[ConditionPlanned, ...]
    predicted: Mapping[str, str]
    overwriting: OverwritePlanned | None
    card: str | None
    awaits_attestation: bool
    problems: tuple[Reason, ...]

    @classmethod
    def of(
        cls,
        planned: Plan | None,
        values: Mapping[str, str],
        sighting: Sighting,
        slot: str,
        *,
        problem: Problem | None = None,
    ) -> Self:
        """`planned` None: `problem` is why the phone could not be asked for one."""
        conditions = () if planned is None else planned.conditions
        unmet = [each.problem for each in conditions if each.problem is not None]
        return cls(
            slot=slot,
            port=sighting.port,
            **names_of(PhoneIdentity.from_values(values), sighting),
            can_begin=planned is not None and planned.can_begin,
            method=known(planned.method) if planned is not None else None,
            methods=tuple(
                MethodWeighed(
                    method=each.method, taken=each.is_taken, code=each.code, sentence=text(f"choice.{each.code}")
                )
                for each in (planned.weighed if planned is not None else ())
            ),
            steps=tuple(StepPlanned(step=each.name, acts=each.acts) for each in planned.steps) if planned else (),
            conditions=tuple(
                ConditionPlanned(
                    condition=each.code,
                    met=each.problem is None,
                    problem=Reason.of_problem(each.problem) if each.problem is not None else None,
                )
                for each in conditions
            ),
            predicted={}
            if planned is None
            else {_CLAIM_NAMES.get(name, name): said for name, said in planned.predicted.items()},
            overwriting=None
            if planned is None or planned.forecast is None
            else OverwritePlanned(**asdict(planned.forecast)),
            card=known(planned.choice.card) if planned is not None else None,
            awaits_attestation=planned is not None and planned.awaits_attestation,
            problems=tuple(Reason.of_problem(each) for each in ([problem] if problem is not None else unmet)),
        )
