# SPDX-License-Identifier: GPL-3.0-or-later
"""An attestation as it is kept in evidence, and judged again from evidence alone.

A chain that names the phone (serial, IMEI, MEID, a unique id) is never kept: everything else in evidence holds such
numbers as commitments only. Then nothing but the state is kept, and nobody can judge it later. A chain that names no
phone is kept whole, in pieces that fit into a value.
"""

import base64
import re
from collections.abc import Collection, Iterable, Mapping

from certs.editions.e2027_02.phones.attestation.certificates import Certificate, read_chain, unpack
from certs.editions.e2027_02.phones.attestation.der import MalformedError
from certs.editions.e2027_02.phones.attestation.judgement import Code, Finding, judge
from certs.editions.e2027_02.phones.attestation.key_description import KeyDescription, has_other_imei, read_key_description
from certs.editions.e2027_02.phones.attestation.roots import RootSet
from certs.editions.e2027_02.phones.attestation.status_list import StatusList
from phones.cleaning import spelled_serial
from certs.editions.e2027_02.phones.evidence import Evidence, Moment, Outcome

FAMILY, ECHOED = "attestation.", "command.nonce_echoed"
STATE, PIECE = FAMILY + "state", FAMILY + "chain."
_SHORTEST = 6
LONGEST_PIECE = 1024
"""Letters in a value of a record (`certs.record.schema`)."""
_NOT_KEPT = {
    "malformed": Code.MALFORMED,
    "wrong_nonce": Code.WRONG_NONCE,
    "other_phone": Code.OTHER_PHONE,
    "named_the_phone": Code.NAMES_A_PHONE,
    "named_no_phone": Code.CHAIN_EXTENDED,  # and was not kept all the same: a second statement could name one
}
"""What is said of a chain that was seen and not kept, by its state."""
_AFTER_THE_RETURN = (Moment.AFTER, Moment.FINAL)

Values = dict[str, str]


def values_of(
    section: Mapping[str, object],
    *,
    nonce: str,
    serial: str = "",
    imeis: Collection[str] = (),
    keep: bool = False,
    known: Collection[str] = (),
) -> Values:
    """What is kept of the `attestation` in a status. `serial`, `imeis`: what the same answer told, in clear.

    The state says what was read and nothing of who signed it. `keep`: the chain too, if it names no phone. `known`:
    further numbers of the phone, in clear, that no kept chain may hold wherever in it they stand.
    """
    certificates = section.get("certificates")
    if not isinstance(certificates, str):
        return {STATE: "refused" if section else "not_given"}
    try:
        chain = read_chain(unpack(certificates))
        said = _said(chain)
    except MalformedError:
        return {STATE: "malformed"}
    whole = b"".join(each.encoded for each in chain)
    state = _state(said, nonce, serial, imeis)
    if state == "named_no_phone" and _holds(whole, {serial, *imeis, *known}):
        state = "named_the_phone"
    told = {STATE: state, ECHOED: "no" if state == "wrong_nonce" else "yes"}
    if state != "named_no_phone" or not keep or _states_more(chain):
        return told
    return told | {STATE: "kept"} | in_pieces(PIECE, whole)


def in_pieces(family: str, data: bytes) -> Values:
    """Bytes as values of evidence: base64, under `family` and two digits."""
    text = base64.b64encode(data).decode()
    parts = [text[at : at + LONGEST_PIECE] for at in range(0, len(text), LONGEST_PIECE)]
    return {f"{family}{number:02d}": part for number, part in enumerate(parts)}


def from_pieces(family: str, values: Mapping[str, str]) -> bytes | None:
    """The inverse; None where there is no piece. What is no base64 comes back as bytes that are nothing of ours."""
    names = sorted(name for name in values if re.fullmatch(re.escape(family) + "[0-9]{2}", name))
    if not names:
        return None
    try:
        return unpack("".join(values[name] for name in names))
    except MalformedError:
        return b"-"


def kept_chain(values: Mapping[str, str]) -> bytes | None:
    """The chain in the values of one piece of evidence; None without one. What is no base64 comes back as bytes that
    are no chain.
    """
    return from_pieces(PIECE, values)


def last_asked(pieces: Iterable[Evidence]) -> Evidence | None:
    """The last answer after the return to a question for an attestation; None when nobody asked."""
    asked = [
        piece
        for piece in pieces
        if piece.moment in _AFTER_THE_RETURN and piece.outcome is Outcome.ANSWERED and STATE in piece.values
    ]
    return max(asked, key=lambda piece: piece.number, default=None)


def judge_evidence(pieces: Iterable[Evidence], *, roots: RootSet, statuses: StatusList | None) -> Finding:
    """The attestation of the last answer after the return. A challenge that was known before the erase, or before the
    last command of it, proves nothing about after it: such a chain is judged as one with a wrong nonce. A kept chain
    that names a phone is never VALID: nobody can tell from evidence whether it is this one.
    """
    every = tuple(pieces)
    commanded = max((piece.number for piece in every if piece.moment is Moment.COMMAND), default=0)
    known = {
        piece.values.get("command.nonce", "")
        for piece in every
        if piece.moment not in _AFTER_THE_RETURN or piece.number < commanded
    }
    asked = last_asked(every)
    if asked is None:
        return Finding(code=Code.NO_CHAIN)
    chain = kept_chain(asked.values)
    if chain is None:
        return Finding(code=_NOT_KEPT.get(asked.values[STATE], Code.NO_CHAIN))
    nonce = asked.values.get("command.nonce", "")
    found = judge(chain, nonce="" if nonce in known else nonce, at=asked.at, roots=roots, statuses=statuses)
    # No witness keeps a chain that names a phone, and here no number is in clear that it could be compared with.
    if found.code is Code.VALID and found.said is not None and found.said.names_a_phone:
        return Finding(code=Code.NAMES_A_PHONE, said=found.said, root=found.root)
    return found


def _said(chain: tuple[Certificate, ...]) -> KeyDescription:
    if chain[0].attestation is None:
        raise MalformedError("no statement about the key")
    return read_key_description(chain[0].attestation)


def _state(said: KeyDescription, nonce: str, serial: str, imeis: Collection[str]) -> str:
    if not nonce or said.challenge != nonce.encode():
        return "wrong_nonce"
    names = said.names
    if (names.serial and serial and spelled_serial(names.serial) != serial) or has_other_imei(names, imeis):
        return "other_phone"
    return "named_the_phone" if said.names_a_phone else "named_no_phone"


def _holds(chain: bytes, numbers: Collection[str]) -> bool:
    """Does one of these stand in the chain, in a name of a certificate or wherever? An IMEI also without its check
    digit; what is shorter than _SHORTEST could stand there by chance.
    """
    told = {number[:14] if re.fullmatch("[0-9]{15,16}", number) else number for number in numbers}
    upper = chain.upper()
    return any(len(number) >= _SHORTEST and number.upper().encode() in upper for number in told)


def _states_more(chain: tuple[Certificate, ...]) -> bool:
    """Does any certificate but the first make a statement of its own? Then we do not know what it names."""
    return any(each.attestation is not None for each in chain[1:])
