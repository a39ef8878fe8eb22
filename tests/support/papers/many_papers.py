# SPDX-License-Identifier: GPL-3.0-or-later
"""Issues many papers of many kinds through the front door and asks for a single false answer.

    python -m tests.support.papers.many_papers [--count 10000] [--seed 1] [--processes 2]

Phones, people, texts, grades, logs, keys, openings, time stamps vary. A good job must be VALID, a bad one REPORT, both
with nothing said that is not so; the last line counts. Exit 1 when one was answered otherwise.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from random import Random

from certs.errors import NotCertifiableError
from certs.issue import draw_and_sign, inclusion_proof, signed_statement
from certs.log.entries import Start
from certs.record.facts import JobFacts, LogPlace, Person, SalePolicy
from certs.record.identifier import id_text
from certs.record.openings import write_openings
from certs.record.record import Record, certificate_record, report_record
from certs.record.sealing import Opening
from certs.verify.trust import Trust
from certs.verify.verifier import verify
from phones.identity import PhoneIdentity
from phones.imei import luhn_holds
from phones.verdict import Verdict
from tests.support.papers.forge import forge
from tests.support.papers.paper_world import PaperWorld
from tests.support.papers.synthetic_jobs import (
    IPHONE_PIECES,
    ISSUED_AT,
    ISSUER,
    OPENED_AT,
    Piece,
    iphone_job,
    witnessed,
)
from transparency.database import TransparencyLog

NAMES = ("李明", "王芳 Wang Fang", "Zoë Brontë", "张伟", "欧阳小红", "Anna-Lena O'Neil", "陈 Chen (night shift)")
ROLES = ("技术员 technician", "质检 quality", "", "lead; line 2")
DISCLOSURES = ("更换屏幕 screen replaced", "无 none", "保修 90 天 90 days", "电池为第三方 third-party battery")
NOW = ISSUED_AT + timedelta(days=1)


def one(scene: "ManyScene", log: TransparencyLog, draw: Random) -> tuple[str, str]:
    """Issue and verify one paper: what it was, and "" or what was wrong with the answer."""
    facts = _job(draw)
    if draw.random() < 0.5:
        facts = replace(facts, log=_begin(log, facts, scene, draw))
    if draw.random() < 0.3:
        facts = replace(facts, openings=_openings(facts, draw))
    if draw.random() < 0.4 and facts.validation is not None:
        facts = _decided(scene, facts, draw)
    record, expected = _record(scene, facts, draw)
    statement = signed_statement(record, scene.signer)
    proof = inclusion_proof(record, statement, log)
    opened = facts.openings if draw.random() < 0.5 else ()
    store = scene.authority.security_store()
    if draw.random() < 0.03:
        pdf = forge(
            record.data,
            scene.signer,
            statement=statement,
            proof=proof,
            store=store,
            stamp=scene.stamp(ISSUED_AT),
            openings=write_openings(record.facts.id, opened) if opened else b"",
        )
    else:
        pdf = draw_and_sign(record, statement, scene.signer, proof=proof, store=store, openings=opened).pdf
    trust = scene.trust_logged if facts.log else scene.trust_unlogged
    found = verify(pdf, trust, at=NOW, imei=facts.identity.number("imei1") if draw.random() < 0.5 else None)
    bad = [check for check in found.checks if check.verdict is Verdict.FAILED or check.code]
    if found.answer.value != expected or bad or {"W_LOG_UNKNOWN", "W_NO_REVOCATION"} & set(found.warnings):
        fault = f"{record.facts.id}: {found.answer.value} {found.code} {found.warnings} {bad}, expected {expected}"
        return expected, fault
    return expected, ""


def _record(scene: PaperWorld, facts: JobFacts, draw: Random) -> tuple[Record, str]:
    paper = id_text(draw.randbytes(10))
    try:
        made = certificate_record(
            facts, ISSUER, scene.signer.station, scene.scheme, issued_at=ISSUED_AT, certificate_id=paper
        )
    except NotCertifiableError:
        return report_record(
            facts, ISSUER, scene.signer.station, scene.scheme, issued_at=ISSUED_AT, certificate_id=paper
        ), "REPORT"
    return made, "VALID"


def _job(draw: Random) -> JobFacts:
    """A phone of its own, and everything about the job that can differ."""
    clear = {
        "identity.serial": "".join(draw.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=draw.choice((10, 12)))),
        "identity.imei1": _imei(draw),
        "identity.imei2": _imei(draw),
        "identity.udid": f"0000{draw.randrange(8000, 9000)}-{draw.randrange(2**52):016x}",
        "identity.ecid": str(draw.randrange(10**15, 10**16)),
    }
    seen = {
        **clear,
        "battery.health_percent": str(draw.randrange(55, 101)),
        "battery.cycles": str(draw.randrange(1500)),
        "storage.total_bytes": str(draw.randrange(16, 1100) * 10**9),
        **{f"statement.{what}": draw.choice(("ok", "ok", "ok", "broken")) for what in ("screen", "sound", "buttons")},
        **{f"statement.cosmetic_{side}": draw.choice("ABC") for side in ("front", "back", "frame")},
    }
    kept = draw.random() < 0.15
    pieces = tuple(_changed(piece, seen, kept=kept) for piece in IPHONE_PIECES)
    salt = draw.randbytes(16)
    honest = iphone_job(validated=draw.random() < 0.9)
    validation = honest.validation and replace(honest.validation, by=Person(name=draw.choice(NAMES), role=ROLES[1]))
    return replace(
        honest,
        identity=PhoneIdentity.from_values({**dict(IPHONE_PIECES[0].values), **clear}),
        salt=salt,
        evidence=witnessed(pieces, salt),
        job_id=f"{draw.randrange(32**8):08X}",
        attempt=draw.randrange(1, 4),
        slot=str(draw.randrange(1, 40)),
        performed_by=Person(name=f"{draw.choice(NAMES)} {draw.randrange(99)}", role=draw.choice(ROLES)),
        validation=validation,
        policy=SalePolicy(
            name=draw.choice(("basic", "strict")),
            minimum_nist=draw.choice(("clear", "purge")),
            require_validation=draw.random() < 0.8,
        ),
        disclosures={
            key: draw.choice(DISCLOSURES)
            for key in draw.sample(("repairs", "replaced_parts", "warranty"), draw.randrange(4))
        },
    )


def _changed(piece: Piece, seen: dict[str, str], *, kept: bool) -> Piece:
    values = {name: seen.get(name, text) for name, text in piece.values.items()}
    if kept and "canary.gone" in values:
        values |= {"canary.gone": "", "canary.still_there": "media"}
    return replace(piece, values=values)


def _imei(draw: Random) -> str:
    body = f"35{draw.randrange(10**12):012d}"
    return next(number for number in (f"{body}{digit}" for digit in range(10)) if luhn_holds(number))


def _openings(facts: JobFacts, draw: Random) -> tuple[Opening, ...]:
    return (
        Opening(name="acquisition.seller", salt=draw.randbytes(16), value=draw.choice(NAMES)),
        Opening(name="imei1", salt=draw.randbytes(16), value=facts.identity.number("imei1")),
    )


def _decided(scene: PaperWorld, facts: JobFacts, draw: Random) -> JobFacts:
    draft, _ = _record(scene, facts, draw)
    at = OPENED_AT + timedelta(minutes=40)
    decided = scene.validator.decide(
        draft.read.content_digest(),
        accept=draw.random() < 0.95,
        role=ROLES[1],
        at=at,
        grounds=draw.choice(("", "看过 seen")),
    )
    return replace(facts, validation=decided)


def _begin(log: TransparencyLog, facts: JobFacts, scene: PaperWorld, draw: Random) -> LogPlace:
    anchor = tuple(line for line in log.checkpoint().split("\n") if line)
    tag = draw.randbytes(16).hex()
    start = log.append(
        [
            Start(
                at=OPENED_AT,
                job=draw.randbytes(32).hex(),
                tag=tag,
                station=scene.signer.station.key_id,
                attempt=1,
                emulated=facts.emulated,
            )
        ],
        at=OPENED_AT,
    )[0]
    return LogPlace(origin=log.origin, device_tag=tag, start=start, attempt=1, anchor=anchor)


class ManyScene(PaperWorld):
    """The scene with a policy for the real log."""

    def trust_files(self) -> dict[str, bytes]:
        """And `many.policy`."""
        own = f"log {self.log_key.public}\nquorum none\n".encode()
        return {**super().trust_files(), "many.policy": own}

    @cached_property
    def trust_logged(self) -> Trust:
        """With the log."""
        return self.trust("root.pem", "tsa.pem", "many.policy")

    @cached_property
    def trust_unlogged(self) -> Trust:
        """Without any."""
        return self.trust("root.pem", "tsa.pem")


def many(seed: int, count: int) -> tuple[Counter[str], list[str]]:
    """So many papers under keys of their own; how many of what kind, and every wrong answer."""
    draw = Random(seed)
    scene = ManyScene()
    with tempfile.TemporaryDirectory() as folder:
        log = TransparencyLog.create(Path(folder) / "log.db", origin=scene.log_key.name, key=scene.log_key.private)
        try:
            found = [one(scene, log, draw) for _ in range(count)]
        finally:
            log.close()
    return Counter(kind for kind, _ in found), [f"seed {seed} {fault}" for _, fault in found if fault]


def main(arguments: list[str]) -> int:
    """Print what was wrong and a last line that counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    each = [len(range(number, asked.count, asked.processes)) for number in range(asked.processes)]
    kinds, faults = Counter[str](), list[str]()
    with ProcessPoolExecutor(asked.processes) as pool:
        for found, wrong in pool.map(many, range(asked.seed, asked.seed + asked.processes), each):
            kinds += found
            faults += wrong
    print(*faults, sep="\n", end="\n" if faults else "")
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    print(
        f"papers: {kinds.total()} issued and verified ({told}), {len(faults)} false answers, "
        f"{time.monotonic() - began:.0f} s"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
