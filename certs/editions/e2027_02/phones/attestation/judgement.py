# SPDX-License-Identifier: GPL-3.0-or-later
"""Is an attestation good? One code of a closed set, and what was attested.

What a good one shows: secure hardware that Google vouches for answered our challenge, in a phone whose boot chain was
locked and verified. Without an attested serial or IMEI it does not show which phone: a chain can be passed on from
another phone over the network. Never tried on real hardware.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from certs.editions.e2027_02.phones.attestation.certificates import Certificate, read_chain
from certs.editions.e2027_02.phones.attestation.der import MalformedError
from certs.editions.e2027_02.phones.attestation.key_description import BOOT_VERIFIED, KeyDescription, SOFTWARE, STRONG_BOX, has_other_imei, read_key_description
from certs.editions.e2027_02.phones.attestation.roots import Root, RootSet
from certs.editions.e2027_02.phones.attestation.signatures import signed_by
from certs.editions.e2027_02.phones.attestation.status_list import Status, StatusList
from phones.cleaning import spelled_serial
from phones.frozen import dataclass
from certs.editions.e2027_02.phones.verdict import Verdict


class Code(StrEnum):
    """How an attestation was judged; stable, written into evidence."""

    VALID = "valid"
    NO_CHAIN = "no_chain"
    MALFORMED = "malformed"
    ALGORITHM_UNKNOWN = "algorithm_unknown"
    SIGNATURE_WRONG = "signature_wrong"
    MAY_NOT_SIGN = "may_not_sign"
    FOREIGN_ROOT = "foreign_root"
    ROOT_NOT_YET_VALID = "root_not_yet_valid"
    ROOT_NO_LONGER_VALID = "root_no_longer_valid"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    CHAIN_EXTENDED = "chain_extended"
    WRONG_NONCE = "wrong_nonce"
    SOFTWARE_LEVEL = "software_level"
    BOOT_NOT_SAID = "boot_not_said"
    UNLOCKED_BOOT = "unlocked_boot"
    UNVERIFIED_BOOT = "unverified_boot"
    OTHER_PHONE = "other_phone"
    NAMES_A_PHONE = "names_a_phone"
    ROOTS_UNKNOWN = "roots_unknown"
    LIST_MISSING = "list_missing"
    LIST_TOO_OLD = "list_too_old"


_CANNOT_TELL = frozenset(
    (
        Code.NO_CHAIN,
        Code.MALFORMED,
        Code.ALGORITHM_UNKNOWN,
        Code.BOOT_NOT_SAID,
        Code.NAMES_A_PHONE,
        Code.ROOTS_UNKNOWN,
        Code.LIST_MISSING,
        Code.LIST_TOO_OLD,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One code, and what stood in the chain as far as it was read (None: not so far).

    `matched`: which of the phone's own numbers a valid attestation vouches for: `serial`, `imei`.
    """

    code: Code
    said: KeyDescription | None = None
    root: Root | None = None
    matched: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """PASSED for a valid attestation only; what could not be looked at is INDETERMINATE."""
        if self.code is Code.VALID:
            return Verdict.PASSED
        return Verdict.INDETERMINATE if self.code in _CANNOT_TELL else Verdict.FAILED

    @property
    def level(self) -> str:
        """`tee`, `strongbox`, or "" when not so far."""
        if self.said is None or min(self.said.attestation_level, self.said.key_level) == SOFTWARE:
            return ""
        return "strongbox" if self.said.attestation_level == STRONG_BOX else "tee"


def judge(
    chain: bytes | None,
    *,
    nonce: str,
    at: datetime,
    roots: RootSet,
    statuses: StatusList | None,
    serial: str = "",
    imeis: Collection[str] = (),
) -> Finding:
    """The first fault found, refusals before doubts. `chain`: as unpacked; None when the phone gave none.

    `nonce`: our challenge. `at`: when the phone answered (aware). `serial`, `imeis`: what the phone is known by, in
    clear; a number that is attested and differs is OTHER_PHONE, one that the phone has not told is not compared.
    Raises nothing for whatever bytes.
    """
    if not chain:
        return Finding(code=Code.NO_CHAIN)
    try:
        certificates = read_chain(chain)
        held = [each.attestation for each in certificates]
        said = read_key_description(held[0]) if held[0] is not None else None
    except MalformedError:
        return Finding(code=Code.MALFORMED)
    root = roots.of_key(certificates[-1].public_key)
    code = _of_chain(certificates, root, at)
    if code is None and statuses is not None:
        code = _of_statuses(certificates, statuses)
    if code is None:
        code = Code.CHAIN_EXTENDED if any(one is not None for one in held[1:]) else None
    if code is None:
        code = Code.MALFORMED if said is None else _of_statement(said, nonce, serial, imeis)
    code = code or _of_list(statuses, at)
    matched = _matched(said, serial, imeis) if said is not None and code is Code.VALID else ()
    return Finding(code=code, said=said, root=root, matched=matched)


def _of_chain(certificates: Sequence[Certificate], root: Root | None, at: datetime) -> Code | None:
    """Signatures and names from the key up to the root, then the root, then the dates."""
    for below, above in pairwise(certificates):
        signed = signed_by(below, above)
        if below.issuer != above.subject or signed is Verdict.FAILED:
            return Code.SIGNATURE_WRONG
        if signed is Verdict.INDETERMINATE:
            return Code.ALGORITHM_UNKNOWN
    # The certificate of a factory's attestation key may say that it signs nothing, and signs all the same (Sony
    # Xperia 10 III in Google's test data). No harm: nothing below a key's own certificate is taken (CHAIN_EXTENDED).
    if not all(each.may_sign for each in certificates[2:]):
        return Code.MAY_NOT_SIGN
    if root is None:
        return Code.FOREIGN_ROOT
    if at < root.used_from:
        return Code.ROOT_NOT_YET_VALID
    if at >= root.used_until:
        return Code.ROOT_NO_LONGER_VALID
    return _of_dates(certificates[1:-1], root, at)


def _of_dates(between: Sequence[Certificate], root: Root, at: datetime) -> Code | None:
    """Between leaf and root. Keys from a factory cannot be replaced, so theirs may expire; the certificate below the
    root tells such a chain by the serialNumber in its subject, as Google's verifier does.
    """
    may_expire = root.factory_keys and between[-1].subject_serial_number
    for each in between:
        if each.not_before is None or each.not_after is None or at < each.not_before:
            return Code.NOT_YET_VALID
        if at > each.not_after and not may_expire:
            return Code.EXPIRED
    return None


def _of_statuses(certificates: Sequence[Certificate], statuses: StatusList) -> Code | None:
    found = {statuses.status_of(each.serial) for each in certificates}
    if Status.REVOKED in found:
        return Code.REVOKED
    return Code.SUSPENDED if Status.SUSPENDED in found else None


def _of_statement(said: KeyDescription, nonce: str, serial: str, imeis: Collection[str]) -> Code | None:
    if not nonce or said.challenge != nonce.encode("utf-8"):
        return Code.WRONG_NONCE
    if SOFTWARE in (said.attestation_level, said.key_level):
        return Code.SOFTWARE_LEVEL
    if said.root_of_trust is None:
        return Code.BOOT_NOT_SAID
    if not said.root_of_trust.locked:
        return Code.UNLOCKED_BOOT
    if said.root_of_trust.boot_state != BOOT_VERIFIED:
        return Code.UNVERIFIED_BOOT
    names = said.names
    if names.serial and serial and spelled_serial(names.serial) != spelled_serial(serial):
        return Code.OTHER_PHONE
    if has_other_imei(names, imeis):
        return Code.OTHER_PHONE
    return None


def _matched(said: KeyDescription, serial: str, imeis: Collection[str]) -> tuple[str, ...]:
    """Numbers told and attested; that they are equal was asked before."""
    names = said.names
    has = {"serial": bool(names.serial and serial), "imei": bool((names.imei or names.second_imei) and imeis)}
    return tuple(name for name, found in has.items() if found)


def _of_list(statuses: StatusList | None, at: datetime) -> Code:
    if statuses is None:
        return Code.LIST_MISSING
    return Code.LIST_TOO_OLD if statuses.is_too_old(at) else Code.VALID
