# SPDX-License-Identifier: GPL-3.0-or-later
"""A paper from its record: the complete PDF/A-3b file, unsigned, with room for the signature.

The bytes are a function of record, statement and this program's version: no clock, no random number, no environment.
The verifier calls the same function and compares (`certs.page.compare`). reportlab draws pages and cuts the fonts;
the file around them is written here, because its one revision and its spelling are what the verifier relies on.
Recipe and its reasons: research/certificate.md 2; docs/certificate.md.
"""

import hashlib
import zlib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from certs.dss import SecurityStore
from certs.page import layout, metadata, qr
from certs.page.errors import PageError
from certs.page.pdf_profile import (
    PLACEHOLDER_RANGE,
    PaperFile,
    read_objects,
    write,
)
from certs.page.pdf_syntax import HexText, Name, Object, Reader, Reference, Stream, Token, Value, number, text_value
from certs.page.sheet import HEIGHT, WIDTH, Sheet

RECORD_FILE = "erase-record.json"
STATEMENT_FILE = "statement.cose"
PROOF_FILE = "erase.tlog-proof"
OPENINGS_FILE = "openings.json"
_TOKENS_OF_A_FILE = (b"%%EOF", b"startxref", b"/ByteRange", b"trailer", b"endobj", b"endstream")


def draw_paper(
    document: Mapping[str, Any], *, record_bytes: bytes, statement: bytes, qr_text: str, contents_bytes: int,
    proof: bytes = b"", openings: bytes = b"", store: SecurityStore | None = None,
) -> bytes:
    """The unsigned paper for a record.

    `document` is the record as its JSON says, already checked by `certs.record_schema`; `record_bytes` the exact
    canonical bytes that are attached; `statement` the COSE bytes and `qr_text` the same as text for the QR code;
    `contents_bytes` the room for the CMS. `proof` (C2SP tlog-proof), `openings` (archive copy only) and `store` are
    attached where given. The signature dictionary holds `/ByteRange [0 0000000000 0000000000
    0000000000] /Contents <00…>`, to be filled in place.

    Raises: GlyphMissingError, UnknownCodeError, PaperTooLongError.
    """
    symbol = qr.modules(qr_text)
    digest = hashlib.sha256(record_bytes).hexdigest()
    sheet = Sheet()
    layout.draw(sheet, document, symbol=symbol, record_digest=digest)
    pages, fonts = _drawn(sheet.finish())
    attached = (
        (RECORD_FILE, "application#2Fjson", "Data", record_bytes),
        (STATEMENT_FILE, "application#2Fcose", "Supplement", statement),
        *(((PROOF_FILE, "text#2Fplain", "Supplement", proof),) if proof else ()),
        *(((OPENINGS_FILE, "application#2Fjson", "Supplement", openings),) if openings else ()),
    )
    objects = _file(document, pages, fonts, attached, contents_bytes, store)
    identity = HexText(digest[:32].encode())
    return write(PaperFile(objects=tuple(objects), identity=(identity, identity)))


def _drawn(raw: bytes) -> tuple[list[bytes], dict[str, list[Object]]]:
    """Page contents in order, and each font with its descriptor, program and character map, out of reportlab's file."""
    reader = Reader(raw)
    objects = read_objects(reader)

    def follow(value: Value | Object | None) -> Object:
        if not isinstance(value, Reference):
            raise PageError(step="draw", expected="a reference", got=ascii(value)[:60])
        return objects[value.number]

    def entry(item: Object, key: str) -> Value:
        if not isinstance(item, dict):
            raise PageError(step="draw", expected=f"/{key}", got=ascii(item)[:60])
        return item[key]

    root = next(item for item in objects.values() if isinstance(item, dict) and item.get("Type") == Name("Catalog"))
    tree = follow(entry(root, "Pages"))
    kids = entry(tree, "Kids")
    contents, fonts = [], {}
    for kid in kids if isinstance(kids, list) else ():
        page = follow(kid)
        drawing = follow(entry(page, "Contents"))
        if isinstance(drawing, Stream):
            contents.append(drawing.decoded())
        named = follow(entry(entry(page, "Resources"), "Font"))
        for name, reference in named.items() if isinstance(named, dict) else ():
            font = follow(reference)
            descriptor = follow(entry(font, "FontDescriptor"))
            fonts[name] = [font, descriptor, follow(entry(descriptor, "FontFile2")), follow(entry(font, "ToUnicode"))]
    return contents, fonts


def _file(
    document: Mapping[str, Any],
    pages: list[bytes],
    fonts: dict[str, list[Object]],
    attached: tuple[tuple[str, str, str, bytes], ...],
    contents_bytes: int,
    store: SecurityStore | None,
) -> list[Object]:
    """All objects in order: catalog, info, metadata, output profile, pages, fonts, attachments, signature, store."""
    issued_at, issuer = str(document["issued_at"]), str(document["issuer"]["name"])
    title = layout.title(document)
    objects: list[Object] = [{}, dict(metadata.info(title, issuer, issued_at))]
    objects.append(Stream({"Type": Name("Metadata"), "Subtype": Name("XML")}, metadata.xmp(title, issuer, issued_at)))
    profile = resources.files("certs").joinpath("icc", "srgb.icc").read_bytes()
    objects.append(_packed({"N": number(3)}, profile))
    tree, first_page = 5, 6
    first_font = first_page + 2 * len(pages)
    fonts_at = {name: Reference(first_font + 4 * index) for index, name in enumerate(fonts)}
    first_file = first_font + 4 * len(fonts)
    field, signature, appearance = (Reference(first_file + 2 * len(attached) + step) for step in range(3))
    page_at = [Reference(first_page + 2 * index) for index in range(len(pages))]
    objects.append({"Type": Name("Pages"), "Count": number(len(pages)), "Kids": list(page_at)})
    for at, content in zip(page_at, pages, strict=True):
        notes: dict[str, Value] = {"Annots": [field]} if at == page_at[-1] else {}
        objects.append(
            {
                "Type": Name("Page"),
                "Parent": Reference(tree),
                "MediaBox": _box(WIDTH, HEIGHT),
                "Resources": {"Font": dict(fonts_at)},
                "Contents": Reference(at.number + 1),
                **notes,
            }
        )
        objects.append(_packed({}, content))
    for name, at in fonts_at.items():
        objects.extend(_font(fonts[name], at.number))
    listed: list[Value] = []
    for index, (name, kind, relationship, content) in enumerate(attached):
        at = Reference(first_file + 2 * index)
        listed += [name.encode(), at]
        objects.append(
            {
                "Type": Name("Filespec"),
                "F": name.encode(),
                "UF": name.encode(),
                "Desc": text_value(name),
                "AFRelationship": Name(relationship),
                "EF": {"F": Reference(at.number + 1), "UF": Reference(at.number + 1)},
            }
        )
        objects.append(_attachment(kind, content, issued_at))
    objects += _signature(document, page_at[-1], signature, appearance, contents_bytes)
    stored = _stored(objects, store) if store is not None else {}
    objects[0] = {**_catalog(Reference(tree), listed, field, signature), **stored}
    return objects


def _stored(objects: list[Object], store: SecurityStore) -> dict[str, Value]:
    """Appends the streams of the security store; returns what the catalog says of them."""
    listed: dict[str, Value] = {"Type": Name("DSS")}
    for key, pieces in (("Certs", store.certificates), ("CRLs", store.revocation_lists)):
        listed[key] = [Reference(len(objects) + step) for step in range(1, len(pieces) + 1)]
        objects += [_packed({}, piece) for piece in pieces]
    # ETSI's extension to PDF 1.7, without which a strict reader may not look for /DSS.
    level: dict[str, Value] = {"BaseVersion": Name("1.7"), "ExtensionLevel": Token(b"1")}
    return {"Extensions": {"ESIC": level}, "DSS": listed}


def _catalog(tree: Reference, listed: list[Value], field: Reference, signature: Reference) -> dict[str, Value]:
    return {
        "Type": Name("Catalog"),
        "Pages": tree,
        "Lang": b"zh-CN",
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


def _font(parts: list[Object], at: int) -> list[Object]:
    font, descriptor, program, characters = parts
    if not (isinstance(font, dict) and isinstance(descriptor, dict)):
        raise PageError(step="draw", expected="a font", got=ascii(font)[:60])
    if not (isinstance(program, Stream) and isinstance(characters, Stream)):
        raise PageError(step="draw", expected="a font program", got=ascii(program)[:60])
    letters = program.decoded()
    return [
        {**font, "FontDescriptor": Reference(at + 1), "ToUnicode": Reference(at + 3)},
        {**descriptor, "FontFile2": Reference(at + 2)},
        _packed({"Length1": number(len(letters))}, letters),
        _packed({}, characters.decoded()),
    ]


def _attachment(kind: str, content: bytes, issued_at: str) -> Stream:
    """An attached file as it is, so that its bytes can be cut out of the paper with any tool.

    Only if it holds a word of the file's own frame (a phone may call itself `%%EOF`) it is written in hexadecimal.
    """
    entries: dict[str, Value] = {
        "Type": Name("EmbeddedFile"),
        "Subtype": Name(kind),
        "Params": {"Size": number(len(content)), "ModDate": metadata.pdf_date(issued_at)},
    }
    if any(token in content for token in _TOKENS_OF_A_FILE):
        return Stream({**entries, "Filter": Name("ASCIIHexDecode")}, content.hex().encode() + b">")
    return Stream(entries, content)


def _signature(
    document: Mapping[str, Any], page: Reference, signature: Reference, appearance: Reference, contents_bytes: int
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
        "M": metadata.pdf_date(str(document["issued_at"])),
        "Name": text_value(str(document["issuer"]["name"])),
        "Reason": text_value(str(document["id"])),
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


def _packed(entries: dict[str, Value], content: bytes) -> Stream:
    return Stream({**entries, "Filter": Name("FlateDecode")}, zlib.compress(content, 9))


def _box(width: float, height: float) -> list[Value]:
    return [Token(b"0"), Token(b"0"), number(width), number(height)]
