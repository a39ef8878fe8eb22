# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a virtual iPhone is: what an erase never changes."""

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from virtual_phones.phone import section

TEST_TAC = "00499900"
"""Type allocation code in front of every virtual iPhone's IMEI; one that begins with 00 is on no phone on sale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IPhoneIdentity:
    """Identifiers fused or provisioned in the factory. Addresses are lower case with colons."""

    serial: str
    board_serial: str
    chip_id: int
    ecid: int
    imeis: tuple[str, ...]
    baseband_serial: bytes
    wifi_address: str
    bluetooth_address: str

    @property
    def udid(self) -> str:
        """As usbmuxd gives it, with the hyphen (A12 and later)."""
        return f"{self.chip_id:08X}-{self.ecid:016X}"

    @property
    def usb_serial(self) -> str:
        """As USB shows it: the UDID without the hyphen."""
        return self.udid.replace("-", "")


def draw_identity(
    model: Mapping[str, object], *, serial: str, imeis: Sequence[str], ecid: int, seed: int
) -> IPhoneIdentity:
    """The identity of phone number `seed` of a model. Empty serial, IMEIs or ECID 0 are drawn from the
    seed; equal arguments give equal identities. Raises: TypeError for a model without chip_id.
    """
    chip_id = section(model, "identity").get("chip_id")
    if not isinstance(chip_id, int):
        raise TypeError("model: identity.chip_id is no integer")
    dice = random.Random(f"iphone/{model.get('name')}/{serial}/{seed}")
    letters = "CDFGHJKLMNPQRTVWXY0123456789"
    wifi = _address(dice)
    drawn_ecid = dice.getrandbits(52)
    drawn_serial = "".join(dice.choices(letters, k=10))
    drawn_imeis = tuple(with_check_digit(f"{TEST_TAC}{dice.randrange(10**6):06}") for _ in range(2))
    return IPhoneIdentity(
        serial=serial or drawn_serial,
        board_serial="".join(dice.choices(letters, k=17)),
        chip_id=chip_id,
        ecid=ecid or drawn_ecid,
        imeis=tuple(imeis) or drawn_imeis,
        baseband_serial=dice.randbytes(4),
        wifi_address=wifi,
        bluetooth_address=_address(dice),
    )


def sibling(identity: IPhoneIdentity, model: Mapping[str, object]) -> IPhoneIdentity:
    """Another phone of the same model, always the same other one."""
    seed = int.from_bytes(hashlib.sha256(identity.udid.encode()).digest()[:6], "big")
    return draw_identity(model, serial="", imeis=(), ecid=0, seed=seed)


def with_check_digit(digits: str) -> str:
    """14 digits and their Luhn check digit: a well-formed IMEI."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def _address(dice: random.Random) -> str:
    return ":".join(f"{octet:02x}" for octet in (dice.randrange(256) & 0xFC, *dice.randbytes(5)))
