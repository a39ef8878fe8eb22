# SPDX-License-Identifier: GPL-3.0-or-later
"""Extensions of certificates and revocation lists: those of RFC 5280 that we look into, each with its strict reader.

What we do not look into is kept as it is, so that whoever judges can refuse a critical extension nobody understood.
"""

from collections.abc import Callable, Iterable
from typing import Any

from certs.formats import der
from certs.formats.der import DerError, Element
from phones.frozen import dataclass

_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
_CPS = der.oid("1.3.6.1.5.5.7.2.1")
_TRUE = der.element(der.BOOLEAN, b"\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """One extension: object identifier in dotted form, critical or not, and its DER value."""

    name: str
    critical: bool
    value: bytes


def read_extensions(content: bytes) -> tuple[Extension, ...]:
    """The extensions of a SEQUENCE, each once. Raises: DerError."""
    found = []
    for entry in der.members(content):
        parts = der.members(entry.encoded)
        critical = len(parts) == 3 and parts[1].encoded == _TRUE
        if len(parts) != (3 if critical else 2) or parts[-1].tag != der.OCTET_STRING:
            raise DerError("extension")
        found.append(Extension(name=der.dotted(parts[0]), critical=critical, value=parts[-1].content))
    if not found or len({extension.name for extension in found}) != len(found):
        raise DerError("no extensions, or one of them twice")
    return tuple(found)


def known_fields(extensions: Iterable[Extension]) -> dict[str, Any]:
    """The fields of `CertificateFacts` that stand in extensions. Raises: DerError."""
    values = {extension.name: extension.value for extension in extensions}
    read: dict[str, Any] = {
        field: reader(values[name]) if name in values else None for name, (field, reader) in READERS.items()
    }
    authority, path_length = read.pop("constraints") or (False, None)
    return {**read, "has_constraints": "2.5.29.19" in values, "authority": authority, "path_length": path_length}


def _constraints(value: bytes) -> tuple[bool, int | None]:
    parts = der.members(value)
    if not parts:
        return False, None
    if parts[0].encoded != _TRUE or len(parts) > 2:
        raise DerError("basic constraints")
    return True, der.whole_number(parts[1]) if len(parts) == 2 else None


def _key_usage(value: bytes) -> frozenset[str]:
    content = der.read(value, der.BIT_STRING).content
    if not 2 <= len(content) <= 3 or content[0] > 7 or content[-1] & (2 << content[0]) - 1 != 1 << content[0]:
        raise DerError("key usage")  # the last bit that is counted is set, those behind it are not
    bits = int.from_bytes(content[1:].ljust(2, b"\0"), "big")
    named = frozenset(name for place, name in enumerate(_KEY_USAGES) if bits >> (15 - place) & 1)
    if len(named) != bits.bit_count() or (named & {"encipher_only", "decipher_only"} and "key_agreement" not in named):
        raise DerError("key usage")
    return named


def _identifiers(value: bytes) -> tuple[str, ...]:
    found = tuple(der.dotted(part) for part in der.members(value))
    if not found:
        raise DerError("no usage")
    return found


def _policies(value: bytes) -> tuple[str, ...]:
    found = []
    for policy in der.members(value):
        parts = der.members(policy.encoded)
        if not 1 <= len(parts) <= 2:
            raise DerError("policy")
        if len(parts) == 2:
            _check_qualifiers(parts[1])
        found.append(der.dotted(parts[0]))
    if not found or len(set(found)) != len(found):
        raise DerError("policies")
    return tuple(found)


def _check_qualifiers(found: Element) -> None:
    """Addresses of practice statements only."""
    for qualifier in der.members(found.encoded):
        parts = der.members(qualifier.encoded)
        if len(parts) != 2 or parts[0].encoded != _CPS or parts[1].tag != 0x16 or not parts[1].content.isascii():
            raise DerError("policy qualifier")


def _key_identifier(value: bytes) -> bytes:
    return der.read(value, der.OCTET_STRING).content


def authority_key_id(value: bytes) -> bytes:
    """The key identifier of whoever signed, and nothing beside it. Raises: DerError."""
    parts = der.members(value)
    if len(parts) != 1 or parts[0].tag != 0x80:
        raise DerError("authority key identifier")
    return parts[0].content


def _revocation_points(value: bytes) -> tuple[str, ...]:
    """Distribution points that are one full name, which is one address, each."""
    found = []
    for point in der.members(value):
        address = der.read(der.read(der.read(point.content, 0xA0).content, 0xA0).content, 0x86).content
        if point.tag != der.SEQUENCE or not address.isascii():
            raise DerError("distribution point")
        found.append(address.decode("ascii"))
    if not found:
        raise DerError("distribution points")
    return tuple(found)


READERS: dict[str, tuple[str, Callable[[bytes], object]]] = {
    "2.5.29.14": ("subject_key_id", _key_identifier),
    "2.5.29.15": ("key_usage", _key_usage),
    "2.5.29.19": ("constraints", _constraints),
    "2.5.29.31": ("revocation_points", _revocation_points),
    "2.5.29.32": ("policies", _policies),
    "2.5.29.35": ("authority_key_id", authority_key_id),
    "2.5.29.37": ("extended_key_usage", _identifiers),
}
"""Object identifier → name of the field and its reader."""
