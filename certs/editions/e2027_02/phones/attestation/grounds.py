# SPDX-License-Identifier: GPL-3.0-or-later
"""What an attestation was judged against, kept beside it in evidence so that anybody can judge again from the record.

The set of roots: its digest, and the whole signed file where it is not the one that came with the program. The status
list is too long for a record: its digest, the day it was fetched, and what it says of this chain's certificates, which
is the bench's word; whoever has the list of that digest can look again (`proofwipe attested`).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from certs.editions.e2027_02.phones.attestation.certificates import read_chain
from certs.editions.e2027_02.phones.attestation.der import MalformedError
from certs.editions.e2027_02.phones.attestation.evidence import FAMILY, Values, from_pieces, in_pieces, kept_chain, last_asked
from certs.editions.e2027_02.phones.attestation.roots import RootSet, shipped
from certs.editions.e2027_02.phones.attestation.signed_roots import SignedRoots, read_signed_roots
from certs.editions.e2027_02.phones.attestation.status_list import Status, StatusList
from certs.editions.e2027_02.phones.evidence import Evidence, Outcome
from phones.frozen import dataclass

ASKED = "attestation.grounds"
ROOTS_SHA256, ROOTS_FILE = FAMILY + "roots_sha256", FAMILY + "roots."
LIST_SHA256, LIST_FETCHED, LISTED = FAMILY + "list_sha256", FAMILY + "list_fetched", FAMILY + "listed"
NONE = "none"
EARLIEST_ZONE = timedelta(days=1)
"""The day a list was fetched is a person's: east of Greenwich it begins before ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """`roots`: None where the record names a set that neither it nor this law has. `signer`: whose key signed the set,
    "" for the one that came with the program.
    """

    roots: RootSet | None
    signer: str = ""
    statuses: StatusList | None = None


def values_of_grounds(chain: bytes, *, roots: RootSet, signed: bytes, statuses: StatusList | None) -> Values:
    """What is kept beside `chain`. `signed`: the file the set came from, b"" for the one that came with the program."""
    values = {ROOTS_SHA256: roots.digest, LIST_FETCHED: NONE}
    if signed:
        values |= in_pieces(ROOTS_FILE, signed)
    if statuses is not None:
        values |= {
            LIST_SHA256: statuses.digest,
            LIST_FETCHED: statuses.as_of.date().isoformat(),
            LISTED: _listed(chain, statuses),
        }
    return values


def _listed(chain: bytes, statuses: StatusList) -> str:
    try:
        serials = {each.serial for each in read_chain(chain)}
    except MalformedError:
        return NONE
    found = {f"{serial:x}": status for serial in serials if (status := statuses.status_of(serial)) is not None}
    return ",".join(f"{serial}:{status.value}" for serial, status in sorted(found.items())) or NONE


def grounds_of(pieces: Iterable[Evidence]) -> Grounds:
    """The grounds kept last, if they came after the last answer; without any: the program's roots and no list."""
    every = tuple(pieces)
    asked = last_asked(every)
    kept = [piece for piece in every if piece.asked == ASKED and piece.outcome is Outcome.ANSWERED]
    last = max(kept, key=lambda piece: piece.number, default=None)
    if last is None or asked is None or last.number < asked.number or kept_chain(asked.values) is None:
        return Grounds(roots=shipped())
    signed = _signed(last.values)
    roots = signed.roots if signed is not None else shipped()
    return Grounds(
        roots=roots if roots.digest == last.values.get(ROOTS_SHA256) else None,
        signer=signed.signer if signed is not None else "",
        statuses=_statuses(last.values, last.at),
    )


def _signed(values: Mapping[str, str]) -> SignedRoots | None:
    """None also for a file that cannot be read: its digest is then not the one that is named."""
    data = from_pieces(ROOTS_FILE, values)
    try:
        return read_signed_roots(data) if data is not None else None
    except MalformedError:
        return None


def _statuses(values: Mapping[str, str], at: datetime) -> StatusList | None:
    """None also for a list that could not have been fetched at `at`: it would never grow too old."""
    digest, fetched, listed = (values.get(name, "") for name in (LIST_SHA256, LIST_FETCHED, LISTED))
    try:
        as_of = datetime.strptime(fetched, "%Y-%m-%d").replace(tzinfo=UTC)
        entries = {} if listed == NONE else dict(_entry(entry) for entry in listed.split(","))
    except ValueError:
        return None
    if not digest or not listed or as_of > at + EARLIEST_ZONE:
        return None
    return StatusList(entries=entries, as_of=as_of, digest=digest)


def _entry(text: str) -> tuple[str, Status]:
    serial, _, status = text.partition(":")
    return serial, Status(status)
