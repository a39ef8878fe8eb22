# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person can do on an iPhone: its screen, its keys, its SIM tray."""

from collections.abc import Callable
from typing import Protocol

from virtual_phones.iphone.strata import Strata
from virtual_phones.iphone.trust import TrustDialog


class Touched(Protocol):
    """The phone under the person's fingers."""

    misbehaviour: frozenset[str]
    strata: Strata
    dialog: TrustDialog
    locked: bool
    sim_inside: bool
    resets: int

    @property
    def activation_locked(self) -> bool:
        """Find My holds this phone."""

    def press_key(self, key: str) -> None:
        """A key pressed once."""

    def restart(self) -> None:
        """A plain restart."""

    def boot_into(self, mode: str) -> None:
        """The keys held at a restart."""

    def erase_refusal(self) -> str:
        """Why it erases nothing, or ""."""

    def erase(self, route: str) -> bool:
        """Begin an erase."""


def _trust(phone: Touched) -> None:
    phone.dialog.tap(trust=True)


def _dont_trust(phone: Touched) -> None:
    phone.dialog.tap(trust=False)


def _enter_passcode(phone: Touched) -> None:
    if "passcode_locked" not in phone.misbehaviour:
        phone.locked = False


def _set_passcode(phone: Touched) -> None:
    if phone.strata.set_up:
        phone.strata.passcode_set = True


def _lock(phone: Touched) -> None:
    phone.locked = phone.strata.passcode_set


def _erase_in_settings(phone: Touched) -> None:
    if phone.strata.set_up and not phone.locked and not phone.erase_refusal():
        phone.erase("settings")


def _finish_setup(phone: Touched) -> None:
    if not phone.activation_locked or phone.resets == 0:
        phone.strata.set_up, phone.strata.activation_state = True, "Activated"


def _insert_sim(phone: Touched) -> None:
    phone.sim_inside = True


def _remove_sim(phone: Touched) -> None:
    phone.sim_inside = False


ACTIONS: dict[str, Callable[[Touched], None]] = {
    "trust": _trust,
    "dont_trust": _dont_trust,
    "enter_passcode": _enter_passcode,
    "set_passcode": _set_passcode,
    "lock": _lock,
    "erase_in_settings": _erase_in_settings,
    "finish_setup": _finish_setup,
    "insert_sim": _insert_sim,
    "remove_sim": _remove_sim,
    "press_power": lambda phone: phone.press_key("power"),
    "press_volume_up": lambda phone: phone.press_key("volume_up"),
    "press_volume_down": lambda phone: phone.press_key("volume_down"),
    "restart": lambda phone: phone.restart(),
    "enter_recovery": lambda phone: phone.boot_into("recovery"),
    "enter_dfu": lambda phone: phone.boot_into("dfu"),
}
SIM_ACTIONS = ("insert_sim", "remove_sim")
"""Possible also while the phone is away."""
