# SPDX-License-Identifier: GPL-3.0-or-later
"""Coverage-guided fuzzing of everything in a verifier that reads bytes (atheris, libFuzzer).

    python -m tools.fuzz [--seconds 600] [--only NAME] [--corpus FOLDER]

Each reader may raise its own error and nothing else; `verify` may raise nothing. `deep` is `verify` without the checks
that a signature makes, so that changed bytes get as far as the page. Exit 0 when nothing was found; a finding is
written by libFuzzer as `crash-...` or `timeout-...` and its traceback printed. Seeds are the golden papers' parts.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import atheris

from certs.verify import checks_record

with atheris.instrument_imports(include=["certs", "phones.commitment", "phones.evidence", "phones.allowed"]):
    from certs.errors import (
        OpeningsMalformedError,
        RecordMalformedError,
        StatementMalformedError,
        TrustFileError,
    )
    from certs.formats import cms
    from certs.formats.der import DerError
    from certs.formats.time_stamp import TokenError, check_token
    from certs.formats.x509_facts import read_certificate, read_revocation_list
    from certs.log.errors import LogReadError
    from certs.log.reading import LogPolicy, Snapshot, check_note, check_proof, read_entry
    from certs.page import pdf_profile
    from certs.page.errors import PdfProfileError
    from certs.record.openings import read_openings
    from certs.record.reading import read_record
    from certs.record.recompute import fault_of
    from certs.record.statement import from_qr_text, qr_text, read_statement
    from certs.verify import checks_seal, verifier
    from certs.verify.case import Case, Failed
    from certs.verify.trust import Trust

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
AT = datetime(2026, 3, 5, tzinfo=UTC)
LARGEST = 128 * 1024


def targets() -> dict[str, tuple[Callable[[bytes], object], tuple[type[Exception], ...]]]:
    """Name, what is called, and what it may raise."""
    trust = Trust.from_files([GOLDEN / "root.pem", GOLDEN / "log.policy", GOLDEN / "tsa.pem"])
    policy = trust.log_policy or LogPolicy()
    status = trust.status((GOLDEN / "standing.log").read_bytes())
    return {
        "verify": (lambda data: verifier.verify(data, trust, at=AT, status=status), ()),
        "seal": (lambda data: verifier.seal(data, trust), ()),
        "deep": (lambda data: _deep(data, trust, status), ()),
        "certificate": (read_certificate, (DerError,)),
        "revocation-list": (read_revocation_list, (DerError,)),
        "token": (lambda data: check_token(data, b"", trust.time_stampers), (TokenError,)),
        "container": (cms.read, (cms.CmsError,)),
        "statement": (read_statement, (StatementMalformedError,)),
        "qr": (lambda data: from_qr_text(data.decode("latin-1")), (StatementMalformedError,)),
        "record": (_record, (RecordMalformedError,)),
        "openings": (read_openings, (OpeningsMalformedError,)),
        "pdf": (_pdf, (PdfProfileError,)),
        "proof": (lambda data: check_proof(data, b"leaf", policy), (LogReadError,)),
        "note": (lambda data: check_note(data, policy), (LogReadError,)),
        "entry": (read_entry, (LogReadError,)),
        "policy": (LogPolicy.parse, (LogReadError,)),
        "snapshot": (lambda data: Snapshot.parse(data, policy), (LogReadError,)),
        "trust": (lambda data: Trust.from_bytes([("file", data)]), (TrustFileError,)),
    }


def _record(data: bytes) -> None:
    record = read_record(data)
    try:
        fault_of(record)
    except checks_record.FROM_OTHER_ROOMS:
        return  # the verifier says E_RULES to these


def _pdf(data: bytes) -> None:
    paper = pdf_profile.read(data)
    paper.embedded()
    paper.store()


def _deep(data: bytes, trust: Trust, status: Snapshot) -> None:
    """`verify`, with the signature's own checks made but not believed."""

    def ignoring(check: Callable[[Case], str | None]) -> Callable[[Case], str | None]:
        def ignored(case: Case) -> None:
            try:
                check(case)
            except Failed:
                if not hasattr(case, "station") and check is not checks_seal.structure:
                    raise

        return ignored

    believed = ("coverage", "integrity", "chain", "trust")
    kept = verifier.CHECKS
    verifier.CHECKS = tuple((name, ignoring(check) if name in believed else check) for name, check in kept)
    try:
        verifier.verify(data, trust, at=AT, status=status)
    finally:
        verifier.CHECKS = kept


def seeds() -> Iterator[tuple[str, bytes]]:
    """Target and bytes."""
    for name in ("valid", "valid-standing", "valid-archive", "valid-time-stamped", "valid-own-key", "report"):
        data = (GOLDEN / f"{name}.pdf").read_bytes()
        case = Case(data=data, trust=Trust(), identifier="", at=AT)
        for _, check in verifier.CHECKS[:8]:  # up to the edition, which reads the record
            try:
                check(case)
            except Failed:
                continue
        yield from (("verify", data), ("seal", data), ("deep", data), ("pdf", data))
        yield from (("certificate", case.parts.station), ("certificate", case.parts.organisation))
        yield from (("container", case.signed.container), ("statement", case.statement), ("record", case.record.data))
        yield "qr", qr_text(case.statement).encode()
        yield from (("revocation-list", held) for held in (case.store.revocation_lists if case.store else ()))
        yield from (
            (kind, held)
            for kind, held in (
                ("proof", case.proof),
                ("openings", case.openings),
                ("token", case.parts.token),
                ("note", case.proof.partition(b"\n\n")[2]),
            )
            if held
        )
    snapshot = (GOLDEN / "replaced.log").read_bytes()
    yield "snapshot", snapshot
    yield from (("entry", leaf) for leaf in _leaves(snapshot))
    yield from (("trust", path.read_bytes()) for path in GOLDEN.iterdir() if path.suffix in (".pem", ".crl", ".policy"))
    yield from (("policy", path.read_bytes()) for path in GOLDEN.glob("*.policy"))


def _leaves(snapshot: bytes) -> list[bytes]:
    from certs.log.snapshot import split

    return list(split(snapshot)[1])


def main() -> None:
    """Fuzz until the time is over; libFuzzer ends the process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--only", default="")
    parser.add_argument("--corpus", type=Path)
    asked = parser.parse_args()
    known = targets()
    names = [name for name in known if asked.only in ("", name)]
    called = dict.fromkeys(names, 0)

    def one(data: bytes) -> None:
        if not data:
            return
        name = names[data[0] % len(names)]
        call, may_raise = known[name]
        called[name] += 1
        try:
            call(data[1:])
        except may_raise:
            return

    folder = asked.corpus or Path(tempfile.mkdtemp(prefix="proofwipe-fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, data) in enumerate(seeds()):
        if name in names:
            (folder / f"seed-{number}").write_bytes(bytes([names.index(name)]) + data)
    options = [
        f"-max_total_time={asked.seconds}",
        f"-max_len={LARGEST}",
        "-timeout=60",
        "-rss_limit_mb=3000",
        "-print_final_stats=1",
        "-len_control=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(folder)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
