# SPDX-License-Identifier: GPL-3.0-or-later
"""What a key's certificate says of the phone that made it: KeyMint's and Keymaster's KeyDescription.

Schema: source.android.com, "Key and ID attestation"; read again in Google's verifier (android/keyattestation,
Extension.kt at 47f970d, July 2026). Versions 1 to 4 (Keymaster) and 100 to 500 (KeyMint) share this outline and only
add fields. A field we do not use is passed over, a field twice is refused: two readers could take either.
"""

import re
from collections.abc import Collection

from certs.editions.e2027_02.phones.attestation import der
from certs.editions.e2027_02.phones.attestation.der import Element, MalformedError
from phones.frozen import dataclass

OBJECT_IDENTIFIER = "1.3.6.1.4.1.11129.2.1.17"
"""Of the certificate extension that holds it."""

SOFTWARE, TRUSTED_ENVIRONMENT, STRONG_BOX = 0, 1, 2
BOOT_VERIFIED, BOOT_SELF_SIGNED, BOOT_UNVERIFIED, BOOT_FAILED = 0, 1, 2, 3
_ROOT_OF_TRUST, _OS_PATCH_LEVEL = 704, 706
_TEXT_FIELDS = {710: "brand", 711: "device", 712: "product", 716: "maker", 717: "model"}
_NUMBER_FIELDS = {713: "serial", 714: "imei", 715: "meid", 723: "second_imei"}
_LONGEST_CHALLENGE, _LONGEST_TEXT, _LONGEST_UNIQUE_ID, _LONGEST_BOOT_KEY = 128, 64, 64, 128
_HIGHEST_VERSION = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class RootOfTrust:
    """How the phone booted, as its secure hardware was told by the boot loader. `boot_key`: digest or key, hex."""

    boot_key: str
    locked: bool
    boot_state: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestedNames:
    """Names and numbers of the phone that its secure hardware vouches for; "" for what is not said.

    `serial`, `imei`, `second_imei`, `meid` name one phone: such a chain is never kept in clear.
    """

    brand: str = ""
    device: str = ""
    product: str = ""
    maker: str = ""
    model: str = ""
    serial: str = ""
    imei: str = ""
    second_imei: str = ""
    meid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDescription:
    """The part of the extension that a judgement uses. `patch_level`: YYYYMM, None when not said."""

    version: int
    attestation_level: int
    key_level: int
    challenge: bytes
    unique_id: bytes
    root_of_trust: RootOfTrust | None
    patch_level: int | None
    names: AttestedNames
    names_a_phone: bool


def has_other_imei(names: AttestedNames, told: Collection[str]) -> bool:
    """Are the attested IMEIs those of another phone than the one that told these? Either side may name one of two."""
    attested = {number for number in (names.imei, names.second_imei) if number}
    return bool(attested and told) and not (attested <= set(told) or set(told) <= attested)


def read_key_description(data: bytes) -> KeyDescription:
    """The content of the extension. Raises: MalformedError."""
    parts = der.members(der.read(data, der.SEQUENCE))
    if len(parts) != 8:
        raise MalformedError("a key description has eight fields")
    version = der.whole_number(parts[0])
    levels = [der.whole_number(parts[index], tag=der.ENUMERATED) for index in (1, 3)]
    der.whole_number(parts[2])
    if version > _HIGHEST_VERSION or max(levels) > STRONG_BOX:
        raise MalformedError("version or level unknown")
    software, hardware = _fields(parts[6]), _fields(parts[7])
    # What software vouches for is not attested: the system could write it. But wherever a number stands, it names.
    unique_id = der.octets(parts[5], most=_LONGEST_UNIQUE_ID)
    names_a_phone = any(field in software or field in hardware for field in _NUMBER_FIELDS) or bool(unique_id)
    return KeyDescription(
        version=version,
        attestation_level=levels[0],
        key_level=levels[1],
        challenge=der.octets(parts[4], most=_LONGEST_CHALLENGE),
        unique_id=unique_id,
        root_of_trust=_root_of_trust(hardware[_ROOT_OF_TRUST]) if _ROOT_OF_TRUST in hardware else None,
        patch_level=_patch_level(hardware[_OS_PATCH_LEVEL]) if _OS_PATCH_LEVEL in hardware else None,
        names=_names(hardware),
        names_a_phone=names_a_phone,
    )


def _fields(listed: Element) -> dict[int, Element]:
    """An authorization list by field number. The order is not asked for: older phones do not keep it."""
    fields: dict[int, Element] = {}
    for found in der.members(der.expect(listed, der.SEQUENCE)):
        if found.field is None:
            raise MalformedError("not a field of an authorization list")
        if found.field in fields:
            raise MalformedError("a field twice")
        fields[found.field] = found
    return fields


def _root_of_trust(field: Element) -> RootOfTrust:
    """Keymaster 3 and later add a fourth member, the hash of the boot images; it is not used."""
    parts = der.members(der.inside(field, der.SEQUENCE))
    if len(parts) not in (3, 4):
        raise MalformedError("a root of trust has three or four fields")
    state = der.whole_number(parts[2], tag=der.ENUMERATED)
    if state > BOOT_FAILED:
        raise MalformedError("boot state unknown")
    return RootOfTrust(
        boot_key=der.octets(parts[0], most=_LONGEST_BOOT_KEY).hex(), locked=der.truth(parts[1]), boot_state=state
    )


def _patch_level(field: Element) -> int | None:
    level = der.whole_number(der.inside(field, der.INTEGER))
    if level == 0:
        return None  # a maker that does not say
    if not 201500 <= level <= 209912 or not 1 <= level % 100 <= 12:
        raise MalformedError("not a patch level YYYYMM")
    return level


def _names(hardware: dict[int, Element]) -> AttestedNames:
    known = _TEXT_FIELDS | _NUMBER_FIELDS
    return AttestedNames(**{name: _text(hardware[field]) for field, name in known.items() if field in hardware})


def _text(field: Element) -> str:
    content = der.octets(der.inside(field, der.OCTET_STRING), most=_LONGEST_TEXT)
    if not re.fullmatch(rb"[\x20-\x7e]*", content):
        raise MalformedError("a name with strange letters")
    return content.decode("ascii").strip()
