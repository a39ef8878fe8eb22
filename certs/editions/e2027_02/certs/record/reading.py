# SPDX-License-Identifier: GPL-3.0-or-later
"""From plain JSON types to the typed record and back: the door of a record's fields."""

from collections.abc import Mapping

from certs.errors import RecordMalformedError
from certs.record.canonical import read_canonical
from certs.editions.e2027_02.certs.record.fields import FieldError
from certs.editions.e2027_02.certs.record.schema import RECORD, RecordDocument
from phones.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRecord:
    """Bytes that were accepted: as plain JSON types, and as the typed document."""

    data: bytes
    plain: Mapping[str, object]
    document: RecordDocument


def read_record(data: bytes) -> ReadRecord:
    """Bytes to a document: canonical spelling, then fields. Raises: RecordMalformedError; `got` names the check."""
    plain = read_canonical(data)
    return ReadRecord(data=data, plain=plain, document=read_document(plain))


def read_document(plain: Mapping[str, object]) -> RecordDocument:
    """The fields alone, of plain JSON types. Raises: RecordMalformedError naming the first that does not fit."""
    try:
        return RECORD.read(plain)
    except FieldError as error:
        raise RecordMalformedError(got=str(error)[:120]) from error


def written(document: RecordDocument) -> dict[str, object]:
    """The document as plain JSON types: the inverse of `read_document`."""
    return RECORD.write(document)
