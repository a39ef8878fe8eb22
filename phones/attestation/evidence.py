# SPDX-License-Identifier: GPL-3.0-or-later
"""An attestation as it is kept in evidence, and judged again from evidence alone.

A chain that names the phone (serial, IMEI, MEID, a unique id) is never kept: everything else in evidence holds such
numbers as commitments only. Then nothing but the state is kept, and nobody can judge it later. A chain that names no
phone is kept whole, in pieces that fit into a value.
"""

import base64
import re
from collections.abc import Collection, Iterable, Mapping

from phones.attestation.certificates import Certificate, read_chain, unpack
from phones.attestation.der import MalformedError
from phones.attestation.judgement import Code, Finding, judge
from phones.attestation.key_description import KeyDescription, read_key_description
from phones.attestation.roots import RootSet
from phones.attestation.status_list import StatusList
from phones.cleaning import spelled_serial
from phones.evidence import Evidence, Moment, Outcome

FAMILY, ECHOED = "attestation.", "command.nonce_echoed"
STATE, PIECE = FAMILY + "state", FAMILY + "chain."
LONGEST_PIECE = 1024
"""Letters in a value of a record (`certs.record.schema`)."""
_PIECE_NAME = re.compile(re.escape(PIECE) + "[0-9]{2}")
_AFTER_THE_RETURN = (Moment.AFTER, Moment.FINAL)

Values = dict[str, str]


def values_of(
    section: Mapping[str, object], *, nonce: str, serial: str = "", imeis: Collection[str] = (), keep: bool = False
) -> Values:
    """What is kept of the `attestation` in a status. `serial`, `imeis`: what the same answer told, in clear.

    The state says what was read and nothing of who signed it. `keep`: the chain too, if it names no phone.
    """
    certificates = section.get("certificates")
    if not isinstance(certificates, str):
        return {STATE: "refused" if section else "not_given"}
    try:
        data = unpack(certificates)
        chain = read_chain(data)
        said = _said(chain)
    except MalformedError:
        return {STATE: "malformed"}
    state = _state(said, nonce, serial, imeis)
    told = {STATE: state, ECHOED: "no" if state == "wrong_nonce" else "yes"}
    if state != "named_no_phone" or not keep or _states_more(chain):
        return told
    text = base64.b64encode(b"".join(each.encoded for each in chain)).decode()
    pieces = [text[at : at + LONGEST_PIECE] for at in range(0, len(text), LONGEST_PIECE)]
    return told | {STATE: "kept"} | {f"{PIECE}{number:02d}": piece for number, piece in enumerate(pieces)}


def kept_chain(values: Mapping[str, str]) -> bytes | None:
    """The chain in the values of one piece of evidence; None without one. What is no base64 comes back as bytes that
    are no chain.
    """
    names = sorted(name for name in values if _PIECE_NAME.fullmatch(name))
    if not names:
        return None
    try:
        return unpack("".join(values[name] for name in names))
    except MalformedError:
        return b"-"


def judge_evidence(pieces: Iterable[Evidence], *, roots: RootSet, statuses: StatusList | None) -> Finding:
    """The attestation of the last trade-in status after the return. A challenge that was known before the erase proves
    nothing about after it: such a chain is judged as one with a wrong nonce.
    """
    every = sorted(pieces, key=lambda piece: piece.number)
    known = {piece.values.get("command.nonce", "") for piece in every if piece.moment not in _AFTER_THE_RETURN}
    asked = [
        piece
        for piece in every
        if piece.moment in _AFTER_THE_RETURN and piece.outcome is Outcome.ANSWERED and STATE in piece.values
    ]
    if not asked:
        return Finding(code=Code.NO_CHAIN)
    nonce = asked[-1].values.get("command.nonce", "")
    return judge(
        kept_chain(asked[-1].values),
        nonce="" if nonce in known else nonce,
        at=asked[-1].at,
        roots=roots,
        statuses=statuses,
    )


def _said(chain: tuple[Certificate, ...]) -> KeyDescription:
    if chain[0].attestation is None:
        raise MalformedError("no statement about the key")
    return read_key_description(chain[0].attestation)


def _state(said: KeyDescription, nonce: str, serial: str, imeis: Collection[str]) -> str:
    if not nonce or said.challenge != nonce.encode():
        return "wrong_nonce"
    names = said.names
    attested = {number for number in (names.imei, names.second_imei) if number}
    if (names.serial and serial and spelled_serial(names.serial) != serial) or (imeis and attested - set(imeis)):
        return "other_phone"
    return "named_the_phone" if said.names_a_phone else "named_no_phone"


def _states_more(chain: tuple[Certificate, ...]) -> bool:
    """Does any certificate but the first make a statement of its own? Then we do not know what it names."""
    return any(each.attestation is not None for each in chain[1:])
