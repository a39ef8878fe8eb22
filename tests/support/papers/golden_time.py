# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden papers about when: time stamps, the transparency log, its bounds, revocation, withdrawal."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from certs.log.entries import Entry, Replace, Withdraw
from certs.record.record import Record
from tests.support.papers.golden_case import Case, bad, good, unclear
from tests.support.papers.paper_world import MemoryLog, PaperWorld
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUED_AT, OPENED_AT

ROOT, LOG, TSA = "root.pem", "log.policy", "tsa.pem"
SECOND_ID = "PW-5MPX-70R3-G7TV-0A1C"
SOON = "2026-03-05T00:00:00Z"
"""What only a reader of the log, of lists or of tokens can see."""


def cases(scene: PaperWorld) -> tuple[dict[str, Case], dict[str, bytes]]:
    """Papers by name, and status files."""
    papers, files = _standing(scene)
    return {**_stamped(scene), **_logged(scene), **_bounds(scene), **_revoked(scene), **papers}, files


# ------------------------------------------------------------ time stamps


def _stamped(scene: PaperWorld) -> dict[str, Case]:
    record = scene.certificate(scene.job())
    soon = scene.stamp(ISSUED_AT + timedelta(seconds=20))
    stamped = scene.paper(record, stamp=soon)

    def about_something_else(signature: bytes) -> bytes:
        return soon(signature[::-1])

    def broken(signature: bytes) -> bytes:
        token = soon(signature)
        return token[:-1] + bytes((token[-1] ^ 1,))

    def revoked_later(_signature: bytes) -> bytes:
        return b"\x30\x03\x02\x01\x01"

    return {
        "valid-time-stamped": good(stamped, trust=(ROOT, TSA)),
        "valid-time-stamp-not-pinned": good(stamped, "W_TIMESTAMP_UNKNOWN"),
        "time-stamp-of-another-signature": bad(
            scene.paper(record, stamp=about_something_else), "E_TIMESTAMP", trust=(ROOT, TSA)
        ),
        "time-stamp-broken": bad(scene.paper(record, stamp=broken), "E_TIMESTAMP", trust=(ROOT, TSA)),
        "time-stamp-no-token": bad(scene.paper(record, stamp=revoked_later), "E_TIMESTAMP"),
        "time-stamp-removed": bad(_without_token(stamped), "E_PADDING"),
        "time-stamped-much-later": bad(
            scene.paper(record, stamp=scene.stamp(ISSUED_AT + timedelta(days=300))),
            "E_BACKDATED",
            trust=(ROOT, TSA),
            without_root="CANNOT TELL",
        ),
        "time-stamped-before-issue": bad(
            scene.paper(record, stamp=scene.stamp(ISSUED_AT - timedelta(hours=3))),
            "E_BACKDATED",
            trust=(ROOT, TSA),
            without_root="CANNOT TELL",
        ),
    }


def _without_token(data: bytes) -> bytes:
    """The token taken out; its room filled with zeros."""
    from certs.formats import cms

    start = data.index(b"/Contents <30") + len(b"/Contents <")
    end = data.index(b">", start)
    held = bytes.fromhex(data[start:end].decode())
    bare = cms.build(replace(cms.read(held), token=b""))
    return data[:start] + bare.ljust(len(held), b"\0").hex().encode() + data[end:]


# ------------------------------------------------------------ log


def _logged(scene: PaperWorld) -> dict[str, Case]:
    log = scene.new_log()
    record = scene.certificate(scene.job(log=log))
    statement = scene.state(record.data)
    began = len(log.leaves)
    index = scene.enter(log, record, statement)

    def paper(proof: bytes) -> bytes:
        return scene.paper(record, statement=statement, proof=proof)

    honest = log.proof(index)
    valid = paper(honest)
    outside = MemoryLog(key=log.key, witness=log.witness, leaves=log.leaves[:began])
    outside.add(*(scene.begin_entry(number) for number in range(3)))
    forged = MemoryLog(key=scene.namesake_log, witness=log.witness, leaves=log.leaves)
    report_log = scene.new_log()
    report = scene.report(scene.job(log=report_log, validated=False, stage="FAILED", failure="phone_lost"))
    return {
        "valid-logged": good(valid, trust=(ROOT, LOG)),
        "valid-logged-no-policy": good(valid, "W_LOG_UNKNOWN"),
        "valid-logged-no-witness": good(
            paper(log.proof(index, None)), "W_NO_WITNESS", trust=(ROOT, "unwitnessed.policy")
        ),
        "report-logged": good(scene.logged(report_log, report), answer="REPORT", trust=(ROOT, LOG)),
        "log-not-in-policy": unclear(valid, "E_LOG_UNKNOWN", trust=(ROOT, "other-log.policy")),
        "log-none-though-pinned": unclear(scene.paper(scene.certificate(scene.job())), "E_UNLOGGED", trust=(ROOT, LOG)),
        "log-quorum-missing": bad(
            paper(log.proof(index, None)), "E_NOT_LOGGED", trust=(ROOT, LOG), without_root="CANNOT TELL"
        ),
        "log-proof-missing": bad(paper(b""), "E_NOT_LOGGED", trust=(ROOT, LOG)),
        "log-proof-malformed": bad(paper(honest.replace(b"tlog-proof@v1", b"tlog-proof@v2")), "E_NOT_LOGGED"),
        "log-proof-of-another-entry": bad(paper(log.proof(0)), "E_NOT_LOGGED", trust=(ROOT, LOG)),
        "log-proof-of-another-index": bad(paper(honest.replace(b"index 2", b"index 1")), "E_NOT_LOGGED"),
        "log-entry-never-made": bad(paper(outside.proof(began)), "E_NOT_LOGGED", trust=(ROOT, LOG)),
        "log-signed-by-another-key": unclear(paper(forged.proof(index)), "E_LOG_UNKNOWN", trust=(ROOT, LOG)),
        "log-checkpoint-changed": bad(
            paper(_other_signature(honest, b"\xe2\x80\x94 log.")),
            "E_NOT_LOGGED",
            trust=(ROOT, LOG),
            without_root="CANNOT TELL",
        ),
        "log-witness-line-changed": bad(
            paper(_other_signature(honest, b"\xe2\x80\x94 witness.")),
            "E_NOT_LOGGED",
            trust=(ROOT, LOG),
            without_root="CANNOT TELL",
        ),
        "attachment-proof-of-no-log": bad(scene.paper(scene.certificate(scene.job()), proof=honest), "E_ATTACHMENT"),
    }


def _other_signature(proof: bytes, line: bytes) -> bytes:
    """One letter in the middle of a signature changed."""
    at = proof.index(b"\n", proof.index(line)) - 30
    return proof[:at] + (b"A" if proof[at : at + 1] != b"A" else b"B") + proof[at + 1 :]


# ------------------------------------------------------------ bounds


def _bounds(scene: PaperWorld) -> dict[str, Case]:
    log = scene.new_log()
    record = scene.certificate(scene.job(log=log))
    late_log = MemoryLog(key=log.key, witness=log.witness, leaves=list(log.leaves))
    return {
        "backdated-seen-much-later": bad(
            scene.logged(late_log, record, cosigned_at=ISSUED_AT + timedelta(days=90)),
            "E_BACKDATED",
            trust=(ROOT, LOG),
            without_root="CANNOT TELL",
        ),
        "backdated-anchor-is-younger": _anchored(scene, 2, OPENED_AT + timedelta(hours=3)),
        "backdated-anchor-behind-start": _anchored(scene, 3, OPENED_AT - timedelta(minutes=5)),
        "backdated-anchor-missing": _anchored(scene, 0, OPENED_AT),
        "backdated-anchor-forged": _anchored(scene, 1, OPENED_AT, forged=True),
    }


def _anchored(scene: PaperWorld, size: int, cosigned_at: datetime, *, forged: bool = False) -> Case:
    """A record whose anchor is another checkpoint than the one the job was begun on."""
    log = scene.new_log()
    if size == 2:
        log.add(scene.begin_entry(7))
    facts = scene.job(log=log)
    log.add(scene.begin_entry(8))
    anchor = tuple(line for line in log.checkpoint(cosigned_at, size).split("\n") if line) if size else ()
    if forged:
        anchor = (*anchor[:3], anchor[3][:-20] + "AAAA" + anchor[3][-16:], *anchor[4:])
    assert facts.log is not None
    record = scene.certificate(replace(facts, log=replace(facts.log, anchor=anchor)))
    return bad(scene.logged(log, record), "E_BACKDATED", trust=(ROOT, LOG), without_root="CANNOT TELL")


# ------------------------------------------------------------ revocation


def _revoked(scene: PaperWorld) -> dict[str, Case]:
    log = scene.new_log()
    record = scene.certificate(scene.job(log=log))
    logged = scene.logged(log, record)
    plain = scene.certificate(scene.job())
    own_key = scene.certificate(scene.job(own_key=True))
    before = scene.revoked(
        scene.authority.station.certificate, OPENED_AT - timedelta(days=2), now=OPENED_AT - timedelta(days=1)
    )
    stale = scene.revoked(scene.stranger.station.certificate, OPENED_AT - timedelta(days=90))
    return {
        "valid-logged-before-revocation": good(logged, trust=(ROOT, LOG, "revoked.crl")),
        "valid-stamped-before-revocation": good(
            scene.paper(plain, stamp=scene.stamp(ISSUED_AT)), trust=(ROOT, TSA, "revoked.crl")
        ),
        "valid-list-stale": good(scene.paper(plain, store=scene.store(stale)), "W_NO_REVOCATION"),
        "valid-list-of-stranger": good(
            scene.paper(plain, store=scene.store(scene.stranger.organisation_list)), "W_NO_REVOCATION"
        ),
        "revoked-no-proof-of-time": bad(
            scene.paper(plain), "E_REVOKED", trust=(ROOT, "revoked.crl"), without_root="CANNOT TELL"
        ),
        "revoked-logged-but-log-unknown": bad(
            logged, "E_REVOKED", trust=(ROOT, "revoked.crl"), without_root="CANNOT TELL"
        ),
        "revoked-before-logged": bad(
            logged, "E_REVOKED", trust=(ROOT, LOG, "revoked-before.crl"), without_root="CANNOT TELL"
        ),
        "revoked-by-its-own-list": bad(scene.paper(plain, store=scene.store(before)), "E_REVOKED"),
        "validator-revoked": bad(
            scene.paper(own_key), "E_VALIDATION", trust=(ROOT, "revoked-validator.crl"), without_root="CANNOT TELL"
        ),
    }


# ------------------------------------------------------------ standing


def _standing(scene: PaperWorld) -> tuple[dict[str, Case], dict[str, bytes]]:
    log = scene.new_log()
    record = scene.certificate(scene.job(log=log))
    statement = scene.state(record.data)
    index = scene.enter(log, record, statement)
    paper = scene.paper(record, statement=statement, proof=log.proof(index))
    day = ISSUED_AT + timedelta(days=1)

    def ended(*entries: Entry) -> bytes:
        grown = MemoryLog(key=log.key, witness=log.witness, leaves=list(log.leaves))
        grown.add(*entries)
        return grown.snapshot(day)

    forked = MemoryLog(key=log.key, witness=log.witness, leaves=log.leaves[:index])
    forked.add(*(scene.begin_entry(number) for number in range(20, 23)))
    files = {
        "standing.log": log.snapshot(day),
        "early.log": MemoryLog(key=log.key, witness=log.witness, leaves=log.leaves[:index]).snapshot(OPENED_AT),
        "withdrawn.log": ended(Withdraw(at=day, id=CERTIFICATE_ID, index=index, reason="rejected")),
        "replaced.log": ended(
            Replace(at=day, old=CERTIFICATE_ID, old_index=index, new=SECOND_ID, reason="erased_again")
        ),
        "forked.log": forked.snapshot(day),
    }
    second = _second(scene, log, index)
    common: dict[str, Any] = {"trust": (ROOT, LOG), "at": SOON}
    return {
        "valid-standing": good(paper, status="standing.log", **common),
        "valid-status-stale": good(paper, "W_STATUS_STALE", status="standing.log", trust=(ROOT, LOG)),
        "valid-status-older-than-paper": good(paper, "W_STATUS_STALE", status="early.log", **common),
        "valid-no-status": good(paper, "W_NO_STATUS", **common),
        "valid-second-erase": good(second, **common),
        "withdrawn": bad(paper, "E_WITHDRAWN", status="withdrawn.log", **common, without_root="CANNOT TELL"),
        "replaced": bad(paper, "E_SUPERSEDED", status="replaced.log", **common, without_root="CANNOT TELL"),
        "log-forked": bad(paper, "E_NOT_LOGGED", status="forked.log", **common, without_root="CANNOT TELL"),
    }, files


def _second(scene: PaperWorld, log: MemoryLog, first: int) -> bytes:
    """The same phone erased and certified again: the newer certificate replaces the older."""
    grown = MemoryLog(key=log.key, witness=log.witness, leaves=list(log.leaves))
    record: Record = scene.certificate(scene.job(log=grown), certificate_id=SECOND_ID)
    grown.add(Replace(at=ISSUED_AT, old=CERTIFICATE_ID, old_index=first, new=SECOND_ID, reason="erased_again"))
    return scene.logged(grown, record)
