# SPDX-License-Identifier: GPL-3.0-or-later
"""What may leave the station for other systems: two tables, written out. What is not in them leaves in no event.

No name of a person, no note, no evidence and no text that a phone chose but its model; numbers of a phone only where
the settings of an endpoint say so. What a shop stated goes back to shops: its asset tag, lot and reference.
"""

from collections.abc import Mapping
from types import MappingProxyType

_TRADE = ("asset_tag", "lot", "customer_ref")
_WHICH = ("job", "slot", "platform", "model", "attempt", "stage", "opened_at", *_TRADE)
_NUMBERS = ("serial", "udid", "imei", "imei2")
_PHONE = ("storage_bytes", "colour", "grade", "cosmetic", "functional", "grade_r2", "battery", "locks")
_ERASE = ("method", "verdict", "level", "nist_method", "gb_status", "r2_status", "technique")
_PAPER = ("outcome", "standing", "paper", "url", "reasons", "closed_at")

NUMBERS = frozenset(_NUMBERS)
"""Fields that name one phone in the world: sent only with `numbers = true`."""

EVENTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "job.opened": _WHICH,
        "job.stated": _WHICH,
        "job.blocked": (*_WHICH, *_NUMBERS, "reasons"),
        "job.erasing": (*_WHICH, *_NUMBERS, "method"),
        "job.verified": (*_WHICH, *_NUMBERS, "method", "verdict", "level"),
        "job.awaiting": (*_WHICH, *_NUMBERS, *_PHONE, *_ERASE),
        "job.decided": (*_WHICH, *_NUMBERS, "decision"),
        "job.certified": (*_WHICH, *_NUMBERS, *_PHONE, *_ERASE, *_PAPER),
        "job.failed": (*_WHICH, *_NUMBERS, "method", "reasons", "closed_at"),
        "paper.ready": (*_WHICH, *_NUMBERS, *_PHONE, *_ERASE, *_PAPER),
        "certificate.replaced": (*_WHICH, *_NUMBERS, "paper", "standing", "ended_by"),
        "certificate.withdrawn": (*_WHICH, *_NUMBERS, "paper", "standing", "ended_by"),
    }
)
"""Event as the settings call it → fields that it may carry, in the order in which they are sent."""

USUAL_EVENTS = ("job.certified", "job.failed", "certificate.replaced", "certificate.withdrawn")
"""Sent to an endpoint whose settings name none."""

FIELDS: frozenset[str] = frozenset(field for fields in EVENTS.values() for field in fields)
"""Every field that some event may carry."""
