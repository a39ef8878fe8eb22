# SPDX-License-Identifier: GPL-3.0-or-later
"""Issue the golden files of tests/golden under a throw-away root: one that must pass, and many that must not.

    python tools/make_golden.py [FOLDER]

Each file is named by its fault; expected.json says what a verifier must answer, with and without the root. The
keys exist only while this runs. Record, page and times are the same in every run; keys and signatures are not.
Run it again when rules, scheme or drawing changed: papers name the versions they were made with.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from certs.authority import create_authority, pem
from certs.issue import issue
from certs.record import Record, certificate_record, report_record
from certs.statement import sign_statement, statement_of
from grading import schemes
from tools.forge import changed, forge, with_attachment
from tools.synthetic_jobs import CERTIFICATE_ID, ISSUED_AT, ISSUER, OPENED_AT, iphone_job, spoiled

GOLDEN = Path(__file__).parents[1] / "tests" / "golden"
CREATED_AT = OPENED_AT - timedelta(days=30)
Case = tuple[bytes, str, str, str]
"""File, answer with the root, code with the root, answer without it."""


def golden_files() -> tuple[dict[str, Case], bytes]:
    """All cases by name, and the root as PEM."""
    authority = create_authority(ISSUER, "bench-1", now=CREATED_AT)
    specimen = create_authority(ISSUER, "demo", now=CREATED_AT, specimen=True)
    other = create_authority(ISSUER, "bench-2", now=CREATED_AT)
    signer, scheme = authority.signer(), schemes.load("basic")
    honest = certificate_record(
        iphone_job(), ISSUER, signer.station, scheme, issued_at=ISSUED_AT, certificate_id=CERTIFICATE_ID
    )
    kept_its_data = report_record(
        iphone_job(pieces=spoiled({"canary.still_there": "media", "canary.gone": ""})), ISSUER, signer.station,
        scheme, issued_at=ISSUED_AT, certificate_id="PW-5MPX-70R3-G7TV-0A1C",
    )
    demo = certificate_record(
        iphone_job(emulated=True), ISSUER, specimen.signer().station, scheme, issued_at=ISSUED_AT,
        certificate_id="PW-5MPX-70R3-G7TV-0A1D",
    )
    valid = issue(honest, signer).pdf
    statement = sign_statement(statement_of(honest.document, honest.data), signer)
    cases: dict[str, Case] = {
        "valid": (valid, "VALID", "", "CANNOT TELL"),
        "report": (issue(kept_its_data, signer).pdf, "REPORT", "", "CANNOT TELL"),
        "specimen": (issue(demo, specimen.signer()).pdf, "SPECIMEN", "", "SPECIMEN"),
        "byte-flipped": _bad(_flipped(valid), "E_TAMPERED"),
        "appended": _bad(valid + b"more\n", "E_STRUCTURE"),
        "signed-by-another": _bad(forge(honest.data, other.signer(), statement=statement), "E_ISSUER"),
        "claim-raised": _bad(forge(changed(honest, _raise_grade), signer), "E_RULES"),
        "emulated-under-station-key": _bad(forge(changed(honest, _emulate), signer), "E_SPECIMEN"),
        "issued-after-expiry": _bad(forge(changed(honest, _date_late), signer), "E_EXPIRED"),
        "record-respelled": _bad(forge(honest.data, signer, attached=honest.data + b"\n"), "E_RECORD"),
        "record-swapped": _bad(forge(honest.data, signer, attached=kept_its_data.data), "E_QR"),
        "attachment-added": _bad(forge(honest.data, signer, edit=with_attachment), "E_ATTACHMENT"),
        "page-edited": _bad(forge(honest.data, signer, page=_other_page(honest)), "E_PAGE_MISMATCH"),
        "unknown-rules": (
            forge(changed(honest, _unknown_rules), signer), "CANNOT TELL", "E_RULES_UNKNOWN", "CANNOT TELL",
        ),
    }
    return cases, pem(authority.root.certificate)


def _bad(data: bytes, code: str) -> Case:
    return data, "NOT VALID", code, "NOT VALID"


def _flipped(data: bytes) -> bytes:
    at = data.index(b"/EmbeddedFile ")
    return data[: at + 1] + b"Q" + data[at + 2 :]


def _raise_grade(document: dict[str, Any]) -> None:
    document["grade"]["usability"] = "1"


def _emulate(document: dict[str, Any]) -> None:
    document["emulated"] = True


def _date_late(document: dict[str, Any]) -> None:
    document["issued_at"] = "2028-01-01T00:00:00Z"


def _unknown_rules(document: dict[str, Any]) -> None:
    document["rules"]["version"] = "2099.01"


def _other_page(record: Record) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(record.data)
    document["device"]["marketing_name"] = "iPhone 15"
    return document


def main(folder: Path) -> None:
    """Write all files into `folder`."""
    cases, root = golden_files()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.pdf"):
        old.unlink()
    expected = {}
    for name, (data, answer, code, without_root) in cases.items():
        (folder / f"{name}.pdf").write_bytes(data)
        expected[f"{name}.pdf"] = {"answer": answer, "code": code, "answer_without_root": without_root}
        print(f"{name}.pdf  {len(data):>7} bytes  {answer} {code}")
    (folder / "root.pem").write_bytes(root)
    (folder / "expected.json").write_text(json.dumps(expected, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else GOLDEN)
