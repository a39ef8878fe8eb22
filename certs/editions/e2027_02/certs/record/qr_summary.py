# SPDX-License-Identifier: GPL-3.0-or-later
"""What the QR statement of a record must say. How it is spelled and signed is `certs.record.statement`."""

import hashlib
from datetime import datetime

from certs.editions.e2027_02.certs.record.schema import RecordDocument
from certs.record.statement import Statement
from certs.editions.e2027_02.phones.identifiers import ON_PAPER

_ISSUER_BYTES, _MODEL_BYTES = 40, 27


def statement_of(document: RecordDocument, record: bytes) -> Statement:
    """What the statement of this record must say; `record` are its exact bytes."""
    committed, commitment = _committed(document)
    return Statement(
        kind="pr1" if document.is_report else "pw1",
        key_id=document.station.key_id,
        issuer=_cut(document.issuer.name, _ISSUER_BYTES),
        issued_at=datetime.fromisoformat(document.issued_at),
        certificate_id=document.id,
        committed=committed,
        commitment=commitment,
        salt=bytes.fromhex(document.device.salt),
        record_sha256=hashlib.sha256(record).hexdigest(),
        model=_cut(document.device.model, _MODEL_BYTES),
        method=document.erase.claims.nist_method,
        usability=document.grade.usability if document.grade else "",
    )


def _committed(document: RecordDocument) -> tuple[str, str]:
    """The identifier a buyer can read most easily: IMEI (*#06#), else serial number, else the chip's."""
    for each in ON_PAPER:
        commitment = document.device.commitment(each)
        if each.statement_code and commitment:
            return each.label, commitment
    return "none", ""


def _cut(text: str, longest: int) -> str:
    return text.encode()[:longest].decode(errors="ignore")
