# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds on a bench the one phone that is meant."""

import secrets
import time
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from phones.evidence import Moment
from phones.identity import PhoneIdentity, plain
from phones.modes import ADB_INTERFACE, BY_PRESENCE
from phones.port import Presence, Sighting
from station.errors import AmbiguousPhoneError, NoPhoneError, PhoneNotFoundError, SeveralPhonesError
from station.session.bench import PhoneBench
from station.setup.settings import Settings

if TYPE_CHECKING:
    from phones.witness import WitnessedPort

FEWEST_DIGITS = 4
"""A phone may be called by as few last characters of a number, where no other phone's number ends in them."""
SETTLE_S = 8.0
"""How long a phone that has just met our adb server may take until it is more than `offline`."""
_POLL_S = 0.05
_ASKED_AT_ONCE = 8


def present(bench: PhoneBench) -> tuple[Sighting, ...]:
    """Everything plugged in that may be a phone."""
    return tuple(sighting for sighting in bench.sightings() if sighting.presence is not Presence.ABSENT)


def settled(bench: PhoneBench, *, timeout_s: float = SETTLE_S) -> tuple[Sighting, ...]:
    """Everything plugged in, once our adb server, which has just started, knows what USB shows.

    Returns at once on an empty bench. What is still offline after `timeout_s` is told as it is.
    """
    give_up = time.monotonic() + timeout_s
    while True:
        seen = present(bench)
        if time.monotonic() >= give_up or not any(_is_meeting(item) for item in seen):
            return seen
        time.sleep(_POLL_S)


def _is_meeting(item: Sighting) -> bool:
    """USB shows an adb interface, and our server does not talk to it yet."""
    unlisted = item.presence is Presence.USB_ONLY and ADB_INTERFACE in item.interfaces
    return unlisted or item.presence is Presence.ADB_OFFLINE


def ask(bench: PhoneBench, sighting: Sighting, *, parts: bool = False) -> dict[str, str]:
    """A whole inspection of one phone, in clear; nothing is kept. `parts`: with what it names of its parts.

    Raises: BenchError.
    """
    from phones.bench.inspection import inspect
    from phones.clock import SystemClock
    from phones.witness import Witness, WitnessedPort

    witness = Witness(clock=SystemClock(), journal=lambda _piece: None, salt=secrets.token_bytes(16))
    phone = WitnessedPort(bench.port(sighting.port), witness)
    try:
        values = inspect(phone, sighting, moment=Moment.BEFORE, draw=lambda: secrets.token_hex(16))
        return values | (_parts_of(phone, sighting) if parts else {})
    finally:
        phone.close_link()


def _parts_of(phone: "WitnessedPort", sighting: Sighting) -> dict[str, str]:
    """What it names of its parts; nothing where it cannot be asked. Raises: BenchError."""
    from station.checking.flow import CAN_BE_CHECKED
    from station.checking.parts import question_of_parts

    if sighting.platform is None or sighting.presence not in CAN_BE_CHECKED:
        return {}
    question = question_of_parts(sighting.platform, secrets.token_hex(16), name="check.parts")
    if question is None:
        return {}
    answer = phone.ask(question, Moment.BEFORE)
    return dict(answer.values) if answer.answered else {}


def find(bench: PhoneBench, wanted: str | None, settings: Settings, *, left_alone: Collection[str] = ()) -> Sighting:
    """The one phone meant: by serial, UDID, slot or port, else by what the phones say of themselves (IMEI,
    an iPhone's own serial), else by the end of one of these. The only one when nothing was given.

    Callers that destroy demand a selector themselves. `left_alone`: ports whose phones are asked nothing.
    Raises: PhoneNotFoundError, AmbiguousPhoneError, BenchError.
    """
    sightings = settled(bench)
    try:
        return select(sightings, wanted, settings)
    except PhoneNotFoundError:
        if wanted is None or len(plain(wanted)) < FEWEST_DIGITS or not plain(wanted).isalnum():
            raise
    talking = [item for item in sightings if BY_PRESENCE[item.presence].link and item.port not in left_alone]
    with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
        answers = zip(talking, pool.map(lambda item: ask(bench, item), talking), strict=True)
        numbers = {item: numbers_of(item, values) for item, values in answers}
    numbers = {item: numbers.get(item, frozenset({plain(item.usb_serial)})) for item in sightings}
    found = tuple(item for item, own in numbers.items() if plain(wanted) in own)
    if not found:
        found = tuple(item for item, own in numbers.items() if any(each.endswith(plain(wanted)) for each in own))
    return _only(found, sightings, wanted, settings)


def select(sightings: tuple[Sighting, ...], wanted: str | None, settings: Settings) -> Sighting:
    """The one phone meant, by what the bench sees without asking any phone.

    Raises: PhoneNotFoundError, AmbiguousPhoneError.
    """
    if wanted is None:
        return _only(sightings, sightings, "", settings)
    found = tuple(
        sighting
        for sighting in sightings
        if wanted in (sighting.port, settings.slot(sighting.port))
        or (sighting.usb_serial and plain(wanted) == plain(sighting.usb_serial))
    )
    return _only(found, sightings, wanted, settings)


def numbers_of(sighting: Sighting, values: Mapping[str, str]) -> frozenset[str]:
    """Every number a person may call this phone by, made plain: serials, UDID, IMEIs."""
    return PhoneIdentity.from_values(values).called_by(sighting.usb_serial)


def _only(found: tuple[Sighting, ...], sightings: tuple[Sighting, ...], wanted: str, settings: Settings) -> Sighting:
    if not sightings:
        raise NoPhoneError(subject=wanted)
    if not found:
        raise PhoneNotFoundError(subject=wanted, plugged_in=_listing(sightings, settings))
    if len(found) > 1 and not wanted:
        raise SeveralPhonesError(matching=_listing(found, settings))
    if len(found) > 1:
        raise AmbiguousPhoneError(subject=wanted, matching=_listing(found, settings))
    return found[0]


def _listing(sightings: tuple[Sighting, ...], settings: Settings) -> str:
    return ", ".join(f"{settings.slot(item.port)}={item.usb_serial or '?'}" for item in sightings) or "0"
