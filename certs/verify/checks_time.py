# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of when: time stamp, transparency log, time bounds, revocation, and the paper's standing today.

What a log says counts only under a policy the reader pinned; what a time-stamping authority says, only if it is
pinned. Without either nobody can say when a paper was made, and revocation then counts from the beginning.
"""
# ruff: noqa: PLC0415 - the log's reader and the record's are loaded by the checks that need them

import base64
import binascii
from collections.abc import Iterable
from datetime import timedelta

from certs.editions.interface import moment
from certs.formats.der import DerError
from certs.formats.x509_facts import CertificateFacts, RevocationFacts, read_certificate, read_revocation_list
from certs.verify.case import CLOCK_SKEW, Case, Failed, Inconclusive

STATUS_LIFE = timedelta(days=7)
"""How old an exported log may be before its word on withdrawals is called stale."""


def time_stamped(case: Case) -> str | None:
    """The token, if there is one, is about this signature; a pinned authority's says when it was there."""
    if not case.parts.token:
        return "no time stamp"
    from certs.formats.time_stamp import TokenError, check_token

    try:
        stamp = check_token(
            case.parts.token,
            case.parts.signature,
            case.trust.time_stampers,
            certificates=_stored_certificates(case),
            lists=_lists(case),
        )
    except TokenError as error:
        raise Failed("E_TIMESTAMP", str(error)) from error
    if not stamp.pinned:
        case.warnings.append("W_TIMESTAMP_UNKNOWN")
        return "the time-stamping authority is not pinned"
    case.times.append(stamp.at)
    return None


def logged(case: Case) -> str | None:
    """The log a pinned policy names holds this paper's entry, built again from the paper itself."""
    if case.record.facts.log is None:
        if case.trust.log_policy is not None and not case.record.facts.is_report:
            raise Inconclusive("E_UNLOGGED")
        case.warnings.append("W_NOT_LOGGED")
        return "in no log"
    from certs.log.errors import LogReadError
    from certs.log.leaves import leaf_of
    from certs.log.reading import LogPolicy, check_proof

    leaf = leaf_of(case.record, case.statement)
    if leaf is None:
        raise Failed("E_NOT_LOGGED", "no entry")  # cannot be: the record names a log
    policy = case.trust.log_policy
    try:
        proven = check_proof(case.proof, leaf.to_bytes(), policy or LogPolicy())
    except LogReadError as error:
        if error.fault != "log_unknown":
            raise Failed("E_NOT_LOGGED", f"{error.fault} {error.facts['got']}") from error
        if policy is not None:
            raise Inconclusive("E_LOG_UNKNOWN") from error
        case.warnings.append("W_LOG_UNKNOWN")
        return "no log policy was given"
    if proven.origin != _origin(case):
        raise Failed("E_NOT_LOGGED", "another log than the record names")
    case.proven = proven
    if proven.since is not None:
        case.times.append(proven.since)
    elif not case.times:
        case.warnings.append("W_NO_WITNESS")
    return None


def _origin(case: Case) -> str:
    place = case.record.facts.log
    return "" if place is None else place.origin


def in_bounds(case: Case) -> str | None:
    """Not older than the checkpoint it was begun on, not much older than the first proof that it was there."""
    _check_anchor(case)
    seen_at = case.seen_at
    if seen_at is None:
        return "nobody pinned saw when it was made"
    if any(case.issued_at - seen > CLOCK_SKEW for seen in case.times):  # a difference cannot overflow
        raise Failed("E_BACKDATED", "seen before it says it was issued")
    if seen_at - case.issued_at > case.trust.longest_delay:
        raise Failed("E_BACKDATED", f"first seen {seen_at - case.issued_at} after it says it was issued")
    return None


def _check_anchor(case: Case) -> None:
    place, policy = case.record.facts.log, case.trust.log_policy
    if place is None or case.proven is None or policy is None:
        return
    from certs.log.errors import LogReadError
    from certs.log.reading import check_anchor

    if not case.record.facts.is_report and place.start >= case.proven.index:
        raise Failed("E_BACKDATED", "issued in the log before it was begun")
    if not place.anchor:
        if place.start != 0:
            raise Failed("E_BACKDATED", "no anchor, and yet not the log's first entry")
        return
    try:
        anchor = check_anchor(place.anchor, policy)
    except LogReadError as error:
        raise Failed("E_BACKDATED", f"anchor: {error.fault}") from error
    if anchor.checkpoint.origin != place.origin or anchor.checkpoint.size > place.start:
        raise Failed("E_BACKDATED", "anchor of another log, or made after the job began")
    if anchor.cosigned_at and anchor.cosigned_at[-1] - moment(case.record.facts.opened_at) > CLOCK_SKEW:
        raise Failed("E_BACKDATED", "begun before the checkpoint it rests on")


def not_revoked(case: Case) -> str | None:
    """Neither station nor organisation nor validator was revoked when the paper is proven to have been there.

    Lists come from the paper's own store and from the reader; the one a reader brings may be newer.
    """
    lists = _lists(case)
    fresh = []
    for certificate, authority in ((case.station, case.organisation), (case.organisation, case.root)):
        if authority is None:
            continue
        own = [listed for listed in lists if listed.is_signed_by(authority)]
        fresh.append(
            any(
                listed.this_update - case.issued_at <= CLOCK_SKEW and case.issued_at <= listed.next_update
                for listed in own
            )
        )
        _check_lists(case, certificate, own, "E_REVOKED")
    validator = _validator(case)
    if validator is not None:
        _check_lists(case, validator, [one for one in lists if one.is_signed_by(case.organisation)], "E_VALIDATION")
    if not all(fresh):
        case.warnings.append("W_NO_REVOCATION")
        return "no revocation list that was fresh when it was issued"
    return None


def _check_lists(case: Case, certificate: CertificateFacts, lists: Iterable[RevocationFacts], code: str) -> None:
    for listed in lists:
        entry = listed.entry(certificate.serial)
        if entry is None:
            continue
        if case.seen_at is None or entry.since <= case.seen_at:
            when = f"{entry.since:%Y-%m-%d}"
            raise Failed(code, f"revoked {when}" if case.seen_at else f"revoked {when}, no proof it was made before")


def _validator(case: Case) -> CertificateFacts | None:
    try:
        return read_certificate(base64.b64decode(case.record.facts.validation.certificate, validate=True))
    except (DerError, binascii.Error):
        return None


def _lists(case: Case) -> list[RevocationFacts]:
    """Every list that can be read; whose it is, is asked where it is used."""
    lists = list(case.trust.revocation_lists)
    for data in case.store.revocation_lists if case.store else ():
        try:
            lists.append(read_revocation_list(data))
        except DerError:
            continue
    return lists


def _stored_certificates(case: Case) -> list[CertificateFacts]:
    found = []
    for data in case.store.certificates if case.store else ():
        try:
            found.append(read_certificate(data))
        except DerError:
            continue
    return found


def not_withdrawn(case: Case) -> str | None:
    """Nobody withdrew it and nothing took its place, as far as the exported log that the reader holds tells."""
    if case.record.facts.log is None or case.record.facts.is_report:
        return "only certificates in a log can be withdrawn"
    snapshot = case.status
    if snapshot is None:
        case.warnings.append("W_NO_STATUS")
        return "no status file was given"
    if snapshot.checkpoint.origin != _origin(case):
        case.warnings.append("W_NO_STATUS")
        return "the status file is another log's"
    _check_same_tree(case)
    found = snapshot.status_of(case.record.facts.id)
    if found is not None and found.state == "withdrawn":
        raise Failed("E_WITHDRAWN", f"{found.reason} {found.at:%Y-%m-%d}" if found.at else found.reason)
    if found is not None and found.state == "replaced":
        raise Failed("E_SUPERSEDED", f"{found.by} {found.reason}")
    place = case.record.facts.log
    if place is not None and snapshot.history.later_failures(place.device_tag, place.start):
        case.warnings.append("W_LATER_JOB")
    if found is None or snapshot.at is None or case.at - snapshot.at > STATUS_LIFE:
        case.warnings.append("W_STATUS_STALE")
        return "the status file is old" if found is not None else "the status file is older than the paper"
    return None


def _check_same_tree(case: Case) -> None:
    """If the exported log is as long as the one the paper was proven in, the paper's entry stands in it, and the job's
    START says of the phone what the paper says: above all, how often it had been begun on.
    """
    from certs.log.entries import Start
    from certs.log.leaves import leaf_of

    snapshot, proven, place = case.status, case.proven, case.record.facts.log
    if snapshot is None or proven is None or snapshot.checkpoint.size <= proven.index:
        return
    entry = snapshot.history.entry(proven.index)
    same_root = snapshot.checkpoint.size != proven.size or snapshot.checkpoint.root == proven.root
    if entry != leaf_of(case.record, case.statement) or not same_root:
        raise Failed("E_NOT_LOGGED", "the exported log holds another entry in its place")
    start = snapshot.history.entry(place.start) if place is not None else None
    if place is None or not isinstance(start, Start):
        raise Failed("E_NOT_LOGGED", "the exported log knows no such START")
    said = (place.device_tag, place.attempt, case.record.facts.emulated)
    if (start.tag, start.attempt, start.emulated) != said:
        raise Failed("E_NOT_LOGGED", "the exported log says something else of the job's START")
