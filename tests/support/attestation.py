# SPDX-License-Identifier: GPL-3.0-or-later
"""Attestation chains of a virtual authority, a set of roots that holds it, and lists that name its certificates."""

import json
from datetime import UTC, datetime, timedelta

from phones.attestation.judgement import Finding, judge
from phones.attestation.roots import RootSet, read_root_set
from phones.attestation.status_list import StatusList, read_status_list
from virtual_phones.android.attestation import Authority, Statement, joined

NONCE = "aB_-90000000"
AT = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
AUTHORITY = Authority("test")
HONEST = Statement(challenge=NONCE.encode())


def root_document(**changes: object) -> dict[str, object]:
    """A root of the test authority as it stands in a set."""
    return {
        "name": "SPECIMEN",
        "spki_sha256": AUTHORITY.root_digest,
        "used_from": "2026-02-01",
        "used_until": "2035-07-15",
        "factory_keys": False,
        "source": "tests/support/attestation.py",
    } | changes


def set_document(*roots: dict[str, object], version: int = 1, date: str = "2026-11-29") -> bytes:
    """A set of roots as a file."""
    document = {
        "schema": "proofwipe/attestation-roots/1",
        "version": version,
        "date": date,
        "roots": list(roots or (root_document(),)),
    }
    return json.dumps(document).encode()


def roots(**changes: object) -> RootSet:
    """A set with the test authority's root in it."""
    return read_root_set(set_document(root_document(**changes)))


def statuses(entries: dict[str, object] | None = None, *, as_of: datetime = AT - timedelta(days=1)) -> StatusList:
    """A status list, empty if nothing else is said."""
    return read_status_list(json.dumps({"entries": entries or {}}).encode(), as_of=as_of)


def judged(
    chain: bytes | None = None,
    *,
    statement: Statement = HONEST,
    at: datetime = AT,
    root_set: RootSet | None = None,
    listed: StatusList | None = None,
    serial: str = "",
    imeis: tuple[str, ...] = (),
) -> Finding:
    """The judgement over an honest chain, or this one, with everything else in order."""
    return judge(
        joined(AUTHORITY.chain(statement)) if chain is None else chain,
        nonce=NONCE,
        at=at,
        roots=root_set or roots(),
        statuses=listed or statuses(),
        serial=serial,
        imeis=imeis,
    )
