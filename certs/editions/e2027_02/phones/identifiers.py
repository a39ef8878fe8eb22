# SPDX-License-Identifier: GPL-3.0-or-later
"""Every number that names a phone, in one literal table: how it is read, spelt, compared, committed, sealed, shown
and redacted.

Whoever does one of these things reads the table. A further number (an EID, a MEID, the serial number of a part) is one
row here, the question to the phone that reads it, and, if the page shows it, its word in words.toml.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from phones.frozen import dataclass

_SERIAL = r"(?! )[A-Za-z0-9._:/#+()\\ \-]{1,64}(?<! )"
"""Readers spell other letters in these (`phones.cleaning.spelled_serial`).
Makers use slashes and blanks too: SoloX#195, dtmilano/AndroidViewClient#153, Genymobile/scrcpy#3537.
"""
_PART_SERIAL = r"(?! )[A-Za-z0-9._:/#+()\\ \-]{1,160}(?<! )"
"""Of a part: a panel's holds the numbers of what it was made from, joined by `+` [read: public guides; unconfirmed]."""
_LAST = 4


class Shape(StrEnum):
    """What a number looks like: decides its one spelling, and what stands for it in a recording."""

    TEXT = "text"  # kept as it is: makers use capitals and small letters
    DECIMAL = "decimal"  # digits, kept as they are
    ECID = "ecid"  # as DECIMAL, of eight bytes
    IMEI = "imei"  # digits with a check digit; people write it with spaces and hyphens
    HEX = "hex"  # hexadecimal digits; people write it in capitals and with hyphens
    UDID = "udid"  # as HEX; the newer kind ends in the ECID
    MAC = "mac"  # as HEX; written with colons


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """One number that names a phone, or its data.

    `name`: its name in the ledger, in a record's commitments and among sealed fields.
    `label`: what it is committed under. Numbers of one label are of one kind and fit in either order: the two IMEIs.
    `values`: the allow-listed values that carry it, each with its meaning; their text must match `pattern` whole.
    `counts_as`: numbers with the same word count as one, because one holds the other; "" for a number that an erase
    replaces, or that is a part's: it is committed and redacted but names no phone.
    `on_paper`: the ledger keeps it, records commit to it and the archive copy may open it.
    `shown`: its place on the page, which shows its last four characters, and a buyer may check the number; 0 if it is
    not there. `missed`: the page says so when the number is not known.
    `called_by`: people call a phone by it.
    `statement_code`: what its label is in the QR statement; 0 if it never stands there.
    """

    name: str
    label: str
    shape: Shape
    values: Mapping[str, str]
    pattern: str
    counts_as: str
    on_paper: bool = False
    shown: int = 0
    missed: bool = False
    called_by: bool = False
    statement_code: int = 0

    @property
    def value(self) -> str:
        """The value under which the phone itself tells it."""
        return next(iter(self.values))


PART_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "panel": "the screen's panel",
        "cover_glass": "the screen's cover glass",
        "camera_back": "the back cameras",
        "camera_front": "the front camera",
        "face_id": "the Face ID module",
        "ambient_light": "the ambient light sensor",
        "flash": "the flash",
        "compass": "the compass",
        "storage": "the storage",
        "battery": "the battery",
    }
)
"""The parts whose serial numbers a phone may tell, `parts.<name>`: several modules of one kind are one text."""

PARTS: tuple[Identifier, ...] = tuple(
    Identifier(
        name=f"part_{part}",
        label=f"part_{part}",
        shape=Shape.TEXT,
        values={f"parts.{part}": f"serial number of {meaning}"},
        pattern=_PART_SERIAL,
        counts_as="",  # a part can be changed: it names no phone, and one that differs makes no other phone
    )
    for part, meaning in PART_MEANINGS.items()
)
"""Kept as commitments only, so that a later reading can be compared; on no page, in no opening, in no ledger column."""

IDENTIFIERS: tuple[Identifier, ...] = (
    Identifier(
        name="imei1",
        label="imei",
        shape=Shape.IMEI,
        values={"identity.imei1": "first IMEI"},
        pattern=r"[0-9]{15}",
        counts_as="imei1",
        on_paper=True,
        shown=2,
        missed=True,
        called_by=True,
        statement_code=1,
    ),
    Identifier(
        name="imei2",
        label="imei",
        shape=Shape.IMEI,
        values={"identity.imei2": "second IMEI"},
        pattern=r"[0-9]{15}",
        counts_as="imei2",
        on_paper=True,
        shown=3,
        called_by=True,
        statement_code=1,
    ),
    Identifier(
        name="serial",
        label="serial",
        shape=Shape.TEXT,
        values={
            "identity.serial": "serial number (ro.serialno, lockdown SerialNumber, trade-in JSON serial)",
            "port.usb_serial": "iSerial",
        },
        pattern=_SERIAL,
        counts_as="serial",
        on_paper=True,
        shown=1,
        missed=True,
        called_by=True,
        statement_code=2,
    ),
    Identifier(
        name="ecid",
        label="ecid",
        shape=Shape.ECID,
        values={"identity.ecid": "iPhone ECID (UniqueChipID), decimal"},
        pattern=r"[0-9]{1,20}",
        counts_as="chip",
        on_paper=True,
        statement_code=3,
    ),
    Identifier(
        name="udid",
        label="udid",
        shape=Shape.UDID,
        values={"identity.udid": "iPhone UDID, lower case, no hyphen"},
        pattern=r"[A-Fa-f0-9\-]{24,41}",
        counts_as="chip",  # from A12 on it contains the ECID
        on_paper=True,
        called_by=True,
        statement_code=4,
    ),
    Identifier(
        name="wifi_mac",
        label="wifi_mac",
        shape=Shape.MAC,
        values={"identity.wifi_mac": "iPhone Wi-Fi address"},
        pattern=r"[0-9a-f:]{17}",
        counts_as="wifi",
    ),
    Identifier(
        name="android_id",
        label="android_id",
        shape=Shape.HEX,
        values={"data.android_id": "settings secure android_id"},
        pattern=r"[0-9a-f]{8,32}",
        counts_as="",
    ),
    *PARTS,
)
"""In the order in which a buyer can read them most easily: *#06#, the label, then what a computer must ask."""

ON_PAPER: tuple[Identifier, ...] = tuple(each for each in IDENTIFIERS if each.on_paper)
SHOWN: tuple[Identifier, ...] = tuple(sorted((each for each in IDENTIFIERS if each.shown), key=lambda each: each.shown))
"""In the order of the page."""
IN_ANY_ORDER: tuple[Identifier, ...] = tuple(
    each for each in IDENTIFIERS if any(other is not each and other.label == each.label for other in IDENTIFIERS)
)
"""Those that may change places with another: the IMEIs."""
BY_NAME: Mapping[str, Identifier] = MappingProxyType({each.name: each for each in IDENTIFIERS})
SHAPES: Mapping[str, Shape] = MappingProxyType({each.label: each.shape for each in IDENTIFIERS})
"""Label → shape."""


def normalise(label: str, value: str) -> str:
    """One spelling per identifier: IMEI digits only, UDID and MAC lower case without separators."""
    shape = SHAPES.get(label)
    if shape is Shape.IMEI:
        return re.sub(r"[^0-9]", "", value)
    if shape in (Shape.UDID, Shape.MAC):
        return re.sub(r"[-:]", "", value).lower()
    return value


def last_four(number: str) -> str:
    """What of a number may stand on a page."""
    return number[-_LAST:]
