# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be so before an erase begins, per method: each precondition finds its Problem, or none.

A blocking question the phone did not answer is a Problem too (`not_checked`): could not look is never fine.
Values are those of the inspection, in clear.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from phones.allowed import MALFORMED
from phones.identity import is_identified
from phones.problem import Problem, ProblemCode
from phones.shared_numbers import NOTE
from wipe.method import Limits

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Precondition:
    """One condition; `code` names it, `find` says what stands in its way."""

    code: ProblemCode
    find: Callable[[Values, Limits], Problem | None]


_LENDERS_LOCKS = ("locks.knox_guard", "locks.device_lock", "locks.finance_app")


def read(values: Values, name: str) -> str:
    """The value, or "" when it was not answered, malformed or unknown."""
    text = values.get(name, "")
    return "" if text in (MALFORMED, "unknown") else text


def _must_be(code: ProblemCode, name: str, good: str, *, facts: Mapping[str, str] | None = None) -> Precondition:
    """The value must be answered, and be `good`. `facts`: placeholder → name of the value it shows."""

    def find(values: Values, _limits: Limits) -> Problem | None:
        found = read(values, name)
        if not found:
            return _not_checked(name)
        shown = {placeholder: read(values, shows) for placeholder, shows in (facts or {}).items()}
        return None if found == good else Problem(code=code, facts=shown)

    return Precondition(code=code, find=find)


def _not_checked(what: str) -> Problem:
    return Problem(code=ProblemCode.NOT_CHECKED, facts={"what": what})


def _find_thin_identity(values: Values, _limits: Limits) -> Problem | None:
    return None if is_identified(values) else thin_identity(values)


def thin_identity(values: Values) -> Problem:
    """Why these values do not name a phone: it told too little, or what many phones tell."""
    return Problem(code=ProblemCode.NUMBERS_SHARED if values.get(NOTE) else ProblemCode.IDENTITY_TOO_THIN)


def _find_shared_serial(values: Values, _limits: Limits) -> Problem | None:
    """A final reset that only the port sees is seen by the serial number that USB shows."""
    return Problem(code=ProblemCode.NUMBERS_SHARED) if "serial" in read(values, NOTE).split(",") else None


def _find_no_serial(values: Values, _limits: Limits) -> Problem | None:
    """A boot loader tells one number; the worker holds it against the one that USB shows."""
    return None if read(values, "identity.serial") else Problem(code=ProblemCode.BOOT_LOADER_NAMELESS)


def _find_nameless(values: Values, _limits: Limits) -> Problem | None:
    """All that names a phone which cannot be asked is the number that USB shows."""
    return None if read(values, "identity.serial") else thin_identity(values)


def _find_no_userdata(values: Values, _limits: Limits) -> Problem | None:
    there = "userdata" in read(values, "fastboot.partitions").split(",")
    return None if there else Problem(code=ProblemCode.NO_USERDATA)


def _find_tired_boot_loader(values: Values, _limits: Limits) -> Problem | None:
    """Not answered is no obstacle: many boot loaders have no such variable."""
    tired = read(values, "fastboot.battery_ok") == "no"
    return Problem(code=ProblemCode.BOOT_LOADER_BATTERY_LOW) if tired else None


def _find_protection_told(values: Values, _limits: Limits) -> Problem | None:
    """Only Motorola's boot loaders tell; elsewhere the report says what the set-up screen showed."""
    armed = read(values, "locks.frp") == "armed"
    return Problem(code=ProblemCode.PROTECTION_TOLD) if armed else None


def _find_low_battery(values: Values, limits: Limits) -> Problem | None:
    level = read(values, "battery.level")
    if not level.isdecimal():
        return Problem(code=ProblemCode.BATTERY_UNKNOWN)
    if int(level) < limits.battery_percent:
        facts = {"level": level, "limit": str(limits.battery_percent)}
        return Problem(code=ProblemCode.BATTERY_LOW, facts=facts)
    return None


def _find_charge_told_low(values: Values, limits: Limits) -> Problem | None:
    """Not told is no obstacle: recovery itself refuses when there is too little."""
    return _find_low_battery(values, limits) if read(values, "battery.level") else None


def _find_sim(values: Values, limits: Limits) -> Problem | None:
    if limits.allow_sim or read(values, "media.sim") == "absent":
        return None
    return Problem(code=ProblemCode.SIM_PRESENT) if read(values, "media.sim") else _not_checked("media.sim")


def _find_sd(values: Values, limits: Limits) -> Problem | None:
    if limits.allow_sd or read(values, "media.sd") == "absent":
        return None
    return Problem(code=ProblemCode.SD_CARD_PRESENT) if read(values, "media.sd") else _not_checked("media.sd")


def _find_lender(values: Values, _limits: Limits) -> Problem | None:
    """Not answered is no obstacle: most phones tell nothing of lenders, and the paper says what was not asked."""
    locked = any(read(values, name) == "locked" for name in _LENDERS_LOCKS)
    return Problem(code=ProblemCode.FINANCED) if locked else None


def _find_lock_screen(values: Values, _limits: Limits) -> Problem | None:
    """Not answered is no obstacle here: with a lock screen the phone itself refuses (exit code 2)."""
    return Problem(code=ProblemCode.LOCK_SCREEN_SET) if read(values, "locks.lock_screen") == "yes" else None


def _find_armed_protection(values: Values, _limits: Limits) -> Problem | None:
    """Most phones of Android 10 to 15 do not tell their shell. Then a phone that is set up must stand in for it: one
    that is locked by the protection cannot have been; its lock screen must have been read, which `NO_LOCK_SCREEN`
    alone does not ask for; and the set-up screen after the last reset decides.
    """
    match read(values, "locks.frp"):
        case "armed":
            return Problem(code=ProblemCode.FACTORY_RESET_PROTECTION)
        case "clear":
            return None
    if values.get("part.frp") in (None, "missing"):
        return _not_checked("locks.frp")
    for name in ("setup.provisioned", "setup.complete"):
        if not read(values, name):
            return _not_checked(name)
        if values[name] != "1":
            return Problem(code=ProblemCode.FACTORY_RESET_PROTECTION)
    return None if read(values, "locks.lock_screen") else _not_checked("locks.lock_screen")


def _find_activation_lock(values: Values, _limits: Limits) -> Problem | None:
    """A phone whose variables were read and do not name the lock is asked for by the method itself, of the person
    before it acts and at the set-up screen.
    """
    if read(values, "locks.activation_lock") == "yes":
        return Problem(code=ProblemCode.ACTIVATION_LOCK)
    told = values.get("locks.activation_lock") in ("no", "unknown")
    return None if told else _not_checked("locks.activation_lock")


IDENTITY = Precondition(code=ProblemCode.IDENTITY_TOO_THIN, find=_find_thin_identity)
OWN_SERIAL = Precondition(code=ProblemCode.NUMBERS_SHARED, find=_find_shared_serial)
BATTERY = Precondition(code=ProblemCode.BATTERY_LOW, find=_find_low_battery)
SIM_OUT = Precondition(code=ProblemCode.SIM_PRESENT, find=_find_sim)
SD_OUT = Precondition(code=ProblemCode.SD_CARD_PRESENT, find=_find_sd)
FRP_CLEAR = _must_be(ProblemCode.FACTORY_RESET_PROTECTION, "locks.frp", "clear")
FRP_NOT_ARMED = Precondition(code=ProblemCode.FACTORY_RESET_PROTECTION, find=_find_armed_protection)
OWN_SYSTEM = _must_be(ProblemCode.SYSTEM_IMAGE_RUNNING, "boot.system_image_running", "no")
NO_DEVICE_OWNER = _must_be(ProblemCode.MANAGED, "locks.device_owner", "no")
NO_PROFILE_OWNER = _must_be(ProblemCode.MANAGED, "locks.profile_owner", "no")
NOT_FINANCED = Precondition(code=ProblemCode.FINANCED, find=_find_lender)
RESET_ALLOWED = _must_be(ProblemCode.RESET_FORBIDDEN, "locks.reset_forbidden", "no")
HARNESS_OFF = _must_be(ProblemCode.HARNESS_ALREADY_ON, "setup.test_harness", "0")
NO_ACCOUNT = _must_be(ProblemCode.ACCOUNT_PRESENT, "locks.accounts", "0", facts={"types": "locks.account_types"})
NO_LOCK_SCREEN = Precondition(code=ProblemCode.LOCK_SCREEN_SET, find=_find_lock_screen)
NO_ACTIVATION_LOCK = Precondition(code=ProblemCode.ACTIVATION_LOCK, find=_find_activation_lock)
NOT_SUPERVISED = _must_be(ProblemCode.MANAGED, "locks.supervised", "no")

NAMED = Precondition(code=ProblemCode.BOOT_LOADER_NAMELESS, find=_find_no_serial)
SHOWN_BY_USB = Precondition(code=ProblemCode.IDENTITY_TOO_THIN, find=_find_nameless)
CHARGED_IF_TOLD = Precondition(code=ProblemCode.BATTERY_LOW, find=_find_charge_told_low)
UNLOCKED = _must_be(ProblemCode.BOOT_LOADER_LOCKED, "fastboot.unlocked", "yes")
USERDATA_THERE = Precondition(code=ProblemCode.NO_USERDATA, find=_find_no_userdata)
BOOT_LOADER_CHARGED = Precondition(code=ProblemCode.BOOT_LOADER_BATTERY_LOW, find=_find_tired_boot_loader)
FRP_NOT_TOLD = Precondition(code=ProblemCode.PROTECTION_TOLD, find=_find_protection_told)

TRADE_IN: tuple[Precondition, ...] = (IDENTITY, FRP_CLEAR)
"""The foyer says no more; SIM, battery and system image are looked at inside, before the wipe is forced."""
TRADE_IN_INSIDE: tuple[Precondition, ...] = (
    OWN_SYSTEM,
    SIM_OUT,
    SD_OUT,
    BATTERY,
    NO_DEVICE_OWNER,
    NOT_FINANCED,
)
"""Looked at through the full shell of trade-in evaluation; recovery refuses to wipe on an empty battery."""
GUIDED: tuple[Precondition, ...] = (
    IDENTITY,
    HARNESS_OFF,
    OWN_SYSTEM,
    NO_DEVICE_OWNER,
    NO_PROFILE_OWNER,
    NOT_FINANCED,
    RESET_ALLOWED,
    SIM_OUT,
    SD_OUT,
    BATTERY,
)
"""A reset from Settings asks for the PIN itself and clears factory reset protection: no need to block."""
HARNESS: tuple[Precondition, ...] = (*GUIDED, OWN_SERIAL, NO_ACCOUNT, FRP_NOT_ARMED, NO_LOCK_SCREEN)
RESCUE: tuple[Precondition, ...] = (*GUIDED, OWN_SERIAL, NO_ACCOUNT, FRP_NOT_ARMED)
"""Factory reset protection stays through recovery's wipe, and a lock screen hinders nobody."""
FASTBOOT: tuple[Precondition, ...] = (NAMED, OWN_SERIAL, UNLOCKED, USERDATA_THERE, BOOT_LOADER_CHARGED, FRP_NOT_TOLD)
"""A boot loader says nothing of SIM, memory card, accounts or management: the report lists them as unknown."""
IN_RESCUE: tuple[Precondition, ...] = (SHOWN_BY_USB, OWN_SERIAL, CHARGED_IF_TOLD)
"""Rescue mode tells its charge, sideload nothing: the report lists the rest as unknown."""
RECOVERY_GUIDED: tuple[Precondition, ...] = (SHOWN_BY_USB, OWN_SERIAL)
"""A phone that cannot be asked tells nothing else: the report lists the rest as unknown."""
REOPEN: tuple[Precondition, ...] = (*GUIDED, OWN_SERIAL, NO_ACCOUNT, FRP_NOT_ARMED)
"""A lock screen is none of its business: who resets in Settings is asked for it there."""
APPLE: tuple[Precondition, ...] = (IDENTITY, NO_ACTIVATION_LOCK, NOT_SUPERVISED, SIM_OUT, BATTERY)


def problems(preconditions: tuple[Precondition, ...], values: Values, limits: Limits) -> tuple[Problem, ...]:
    """Everything that stands in the way, each once, in order."""
    found: list[Problem] = []
    for precondition in preconditions:
        problem = precondition.find(values, limits)
        if problem is not None and problem not in found:
            found.append(problem)
    return tuple(found)
