# SPDX-License-Identifier: GPL-3.0-or-later
"""What a phone is, taken from the evidence of its job: the same for who writes a record and who checks it."""

from collections.abc import Iterable

from certs.editions.e2027_02.certs.record.fields import LARGEST_NUMBER
from certs.editions.e2027_02.certs.record.schema import DeviceFactsPart, SystemPart
from certs.editions.e2027_02.phones.allowed import MALFORMED
from certs.editions.e2027_02.phones.evidence import Evidence, Moment, Outcome

_BEFORE = (Moment.BEFORE, Moment.COMMAND)
_AFTER = (Moment.AFTER, Moment.FINAL)


def device_facts(evidence: tuple[Evidence, ...]) -> DeviceFactsPart:
    """The record's `device_facts`: "" or None for what was not read."""
    return DeviceFactsPart(
        system_before=_system(evidence, _BEFORE),
        system_after=_system(evidence, _AFTER),
        storage_total_bytes=_number(evidence, "storage.total_bytes"),
        memory_total_kib=_number(evidence, "memory.total_kib"),
        first_api_level=_number(evidence, "system.first_api_level"),
        encryption="/".join(
            text for name in ("crypto.state", "crypto.type") if (text := last_value(evidence, name, _BEFORE))
        ),
        verified_boot=last_value(evidence, "boot.verified_state", tuple(Moment)),
    )


def _system(evidence: tuple[Evidence, ...], moments: Iterable[Moment]) -> SystemPart:
    return SystemPart(
        version=last_value(evidence, "system.version", moments),
        build=last_value(evidence, "system.build", moments),
        security_patch=last_value(evidence, "system.security_patch", moments),
        fingerprint=last_value(evidence, "system.fingerprint", moments),
    )


def _number(evidence: tuple[Evidence, ...], name: str) -> int | None:
    """A phone that claims more than every JSON reader holds exactly has claimed nothing."""
    text = last_value(evidence, name, tuple(Moment))
    return int(text) if text and int(text) <= LARGEST_NUMBER else None


def last_value(evidence: tuple[Evidence, ...], name: str, moments: Iterable[Moment]) -> str:
    """The last well-formed text kept under `name` at any of `moments`, else ""."""
    found = values(evidence, name, moments)
    return found[-1] if found else ""


def values(evidence: tuple[Evidence, ...], name: str, moments: Iterable[Moment]) -> tuple[str, ...]:
    """All well-formed texts kept under `name` at any of `moments`, from answered exchanges, in order."""
    wanted = set(moments)
    return tuple(
        piece.values[name]
        for piece in evidence
        if piece.moment in wanted
        and piece.outcome is Outcome.ANSWERED
        and piece.values.get(name, MALFORMED) != MALFORMED
    )
