# SPDX-License-Identifier: GPL-3.0-or-later
"""A paper from its record: the complete PDF/A-3b file, unsigned, with room for the signature.

The bytes are a function of record, statement and this program's version: no clock, no random number, no environment.
The verifier calls the same function and compares (`certs.page.compare`). Everything is written here, without a PDF
library: the one revision and its one spelling are what the verifier relies on (docs/adr/0008-own-pdf-writer.md).
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache

from certs import shared
from certs.formats.dss import SecurityStore
from certs.editions.e2027_02.certs.page import layout, letters, metadata, qr, structure
from certs.page.pdf_profile import PLACEHOLDER_RANGE, PaperFile
from certs.page.pdf_syntax import (
    HexText,
    Name,
    Object,
    Reference,
    Stream,
    Token,
    Value,
    number,
    text_value,
    to_pack,
)
from certs.editions.e2027_02.certs.page.sheet import Element, HEIGHT, Page, Sheet, UNIT, WIDTH
from certs.editions.e2027_02.certs.record.schema import RecordDocument

COLOUR_PROFILE = "srgb-70de594bf59a2193.icc"
RECORD_FILE = "erase-record.json"
STATEMENT_FILE = "statement.cose"
PROOF_FILE = "erase.tlog-proof"
OPENINGS_FILE = "openings.json"
SHORT = 400  # bytes; packing gains nothing on a statement, which is mostly a signature and digests
_TOKENS_OF_A_FILE = (b"%%EOF", b"startxref", b"/ByteRange", b"trailer", b"endobj", b"endstream")


def drawing(
    document: RecordDocument,
    *,
    record_bytes: bytes,
    statement: bytes,
    qr_text: str,
    contents_bytes: int,
    proof: bytes = b"",
    openings: bytes = b"",
    store: SecurityStore | None = None,
) -> PaperFile:
    """As `draw_paper`, as objects whose streams are not packed: what a verifier compares with, without the packing."""
    symbol = qr.modules(qr_text)
    digest = hashlib.sha256(record_bytes).hexdigest()
    sheet = Sheet()
    layout.draw(sheet, document, symbol=symbol, record_digest=digest)
    pages, elements = sheet.finish()
    attached = (
        (RECORD_FILE, "application#2Fjson", "Data", record_bytes),
        (STATEMENT_FILE, "application#2Fcose", "Supplement", statement),
        *(((PROOF_FILE, "text#2Fplain", "Supplement", proof),) if proof else ()),
        *(((OPENINGS_FILE, "application#2Fjson", "Supplement", openings),) if openings else ()),
    )
    objects = _file(document, pages, elements, attached, contents_bytes, store)
    identity = HexText(digest[:32].encode())
    return PaperFile(objects=tuple(objects), identity=(identity, identity))


def _file(
    document: RecordDocument,
    pages: Sequence[Page],
    elements: Sequence[Element],
    attached: tuple[tuple[str, str, str, bytes], ...],
    contents_bytes: int,
    store: SecurityStore | None,
) -> list[Object]:
    """All objects: catalog, info, metadata, output profile, pages, font, attachments, signature, reading order,
    security store.
    """
    issued_at, issuer = document.issued_at, document.issuer.name
    title = layout.title(document)
    objects: list[Object] = [{}, dict(metadata.info(title, issuer, issued_at))]
    objects.append(Stream({"Type": Name("Metadata"), "Subtype": Name("XML")}, metadata.xmp(title, issuer, issued_at)))
    objects.append(to_pack({"N": number(3)}, _colour_profile()))
    tree, first_page = Reference(5), 6
    page_at = [Reference(first_page + 2 * index) for index in range(len(pages))]
    font = Reference(first_page + 2 * len(pages))
    first_file = font.number + letters.OBJECTS
    field, signature, appearance = (Reference(first_file + 2 * len(attached) + step) for step in range(3))
    reading = Reference(appearance.number + 1)
    numbered = letters.numbered(
        [piece for page in pages for piece in (*page.decoration, *page.text) if type(piece) is str]
    )
    objects.append({"Type": Name("Pages"), "Count": number(len(pages)), "Kids": list(page_at)})
    for index, (at, page) in enumerate(zip(page_at, pages, strict=True)):
        objects.append(_page(tree, at, font, index, [field] if at == page_at[-1] else []))
        objects.append(to_pack({}, _content(page, numbered)))
    for item in letters.font(numbered, font.number):
        objects.append(to_pack(item.entries, item.raw) if isinstance(item, Stream) else item)
    listed: list[Value] = []
    for index, (name, kind, relationship, content) in enumerate(attached):
        at = Reference(first_file + 2 * index)
        listed += [name.encode(), at]
        objects += [_named_file(name, relationship, Reference(at.number + 1)), _attachment(kind, content, issued_at)]
    objects += _signature(document, page_at[-1], signature, appearance, contents_bytes)
    objects += structure.tree(elements, pages, page_at, reading.number)
    stored = _stored(objects, store) if store is not None else {}
    objects[0] = {**_catalog(tree, listed, field, signature, reading), **stored}
    return objects


def _page(tree: Reference, at: Reference, font: Reference, index: int, notes: list[Value]) -> dict[str, Value]:
    english: dict[str, Value] = {"E": {"Lang": b"en"}}
    return {
        "Type": Name("Page"),
        "Parent": tree,
        "MediaBox": [Token(b"0"), Token(b"0"), number(WIDTH), number(HEIGHT)],
        "Resources": {"Font": {"F": font}, "Properties": english},
        "Contents": Reference(at.number + 1),
        "StructParents": number(index),
        "Tabs": Name("S"),
        **({"Annots": notes} if notes else {}),
    }


def _content(page: Page, numbered: Mapping[int, int]) -> bytes:
    scale = b"%g 0 0 %g 0 0 cm\n" % (UNIT, UNIT)
    return b"".join(
        (
            scale,
            b"/Artifact BMC\n",
            letters.shown(page.decoration, numbered),
            b"EMC\n",
            letters.shown(page.text, numbered),
        )
    )


def _named_file(name: str, relationship: str, content: Reference) -> dict[str, Value]:
    return {
        "Type": Name("Filespec"),
        "F": name.encode(),
        "UF": name.encode(),
        "Desc": text_value(name),
        "AFRelationship": Name(relationship),
        "EF": {"F": content, "UF": content},
    }


@cache
def _colour_profile() -> bytes:
    return shared.content(COLOUR_PROFILE)


def _stored(objects: list[Object], store: SecurityStore) -> dict[str, Value]:
    """Appends the streams of the security store; returns what the catalog says of them."""
    listed: dict[str, Value] = {"Type": Name("DSS")}
    for key, pieces in (("Certs", store.certificates), ("CRLs", store.revocation_lists)):
        listed[key] = [Reference(len(objects) + step) for step in range(1, len(pieces) + 1)]
        objects += [to_pack({}, piece) for piece in pieces]
    # ETSI's extension to PDF 1.7, without which a strict reader may not look for /DSS.
    level: dict[str, Value] = {"BaseVersion": Name("1.7"), "ExtensionLevel": Token(b"1")}
    return {"Extensions": {"ESIC": level}, "DSS": listed}


def _catalog(
    tree: Reference, listed: list[Value], field: Reference, signature: Reference, reading: Reference
) -> dict[str, Value]:
    return {
        "Type": Name("Catalog"),
        "Pages": tree,
        "Lang": b"zh-CN",
        "MarkInfo": {"Marked": Token(b"true")},
        "StructTreeRoot": reading,
        "ViewerPreferences": {"DisplayDocTitle": Token(b"true")},
        "Metadata": Reference(3),
        "OutputIntents": [
            {
                "Type": Name("OutputIntent"),
                "S": Name("GTS_PDFA1"),
                "OutputConditionIdentifier": b"sRGB IEC61966-2.1",
                "Info": b"sRGB IEC61966-2.1",
                "DestOutputProfile": Reference(4),
            }
        ],
        "Names": {"EmbeddedFiles": {"Names": listed}},
        "AF": [entry for entry in listed if isinstance(entry, Reference)],
        "AcroForm": {"Fields": [field], "SigFlags": Token(b"3")},
        "Perms": {"DocMDP": signature},
    }


def _attachment(kind: str, content: bytes, issued_at: str) -> Stream:
    """An attached file, packed if that makes it smaller.

    A short one stands as it is; only if it holds a word of the file's own frame (a phone may call itself `%%EOF`)
    it is written in hexadecimal.
    """
    entries: dict[str, Value] = {
        "Type": Name("EmbeddedFile"),
        "Subtype": Name(kind),
        "Params": {"Size": number(len(content)), "ModDate": metadata.pdf_date(issued_at)},
    }
    if len(content) > SHORT:
        return to_pack(entries, content)
    if any(token in content for token in _TOKENS_OF_A_FILE):
        return Stream({**entries, "Filter": Name("ASCIIHexDecode")}, content.hex().encode() + b">")
    return Stream(entries, content)


def _signature(
    document: RecordDocument, page: Reference, signature: Reference, appearance: Reference, contents_bytes: int
) -> list[Object]:
    widget: dict[str, Value] = {
        "Type": Name("Annot"),
        "Subtype": Name("Widget"),
        "FT": Name("Sig"),
        "T": b"Issuer",
        "F": Token(b"132"),
        "Rect": [Token(b"0")] * 4,
        "P": page,
        "V": signature,
        "AP": {"N": appearance},
    }
    held: dict[str, Value] = {
        "Type": Name("Sig"),
        "Filter": Name("Adobe.PPKLite"),
        "SubFilter": Name("ETSI.CAdES.detached"),
        "ByteRange": list(PLACEHOLDER_RANGE),
        "Contents": HexText(b"0" * (2 * contents_bytes)),
        "M": metadata.pdf_date(document.issued_at),
        "Name": text_value(document.issuer.name),
        "Reason": text_value(document.id),
        "Reference": [
            {
                "Type": Name("SigRef"),
                "TransformMethod": Name("DocMDP"),
                "TransformParams": {"Type": Name("TransformParams"), "V": Name("1.2"), "P": Token(b"1")},
            }
        ],
    }
    empty = Stream({"Type": Name("XObject"), "Subtype": Name("Form"), "BBox": [Token(b"0")] * 4}, b"")
    return [widget, held, empty]
