# SPDX-License-Identifier: GPL-3.0-or-later
"""A page drawn again is compared as drawn: nothing a reader could see may differ, and no byte may hide."""

import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certs.page import pdf_profile
from certs.page.compare import same_drawing
from certs.page.errors import PdfProfileError
from certs.page.pdf_profile import PaperFile
from certs.page.pdf_syntax import HexText, Name, Object, Reader, Reference, Stream, Token, write_value
from certs.record.reading import read_document
from tests.certs.record.sample_documents import CONTENTS_BYTES, QR_TEXT, STATEMENT, android_certificate, record_bytes
from tests.support.papers.drawn import draw_paper


@cache
def good() -> bytes:
    document = android_certificate()
    return draw_paper(
        read_document(document),
        record_bytes=record_bytes(document),
        statement=STATEMENT,
        qr_text=QR_TEXT,
        contents_bytes=CONTENTS_BYTES,
    )


def edited(change: Callable[[list[Object]], None]) -> bytes:
    """The good paper with other objects, written as a valid file of our own profile."""
    paper = pdf_profile.read(good())
    objects = [dict(item) if isinstance(item, dict) else item for item in paper.objects]
    change(objects)
    return pdf_profile.write(replace(paper, objects=tuple(objects)))


def place(objects: list[Object], kind: str, count: int = 0) -> int:
    """Index of the n-th dictionary of a /Type."""
    found = [
        index
        for index, item in enumerate(objects)
        if (item.entries if isinstance(item, Stream) else item if isinstance(item, dict) else {}).get("Type")
        == Name(kind)
    ]
    return found[count]


def drawing(objects: list[Object]) -> int:
    """Index of the content stream of page one."""
    page = objects[place(objects, "Page")]
    assert isinstance(page, dict)
    assert isinstance(page["Contents"], Reference)
    return page["Contents"].number - 1


def packed(stream: Object, content: bytes, level: int = 9) -> Stream:
    assert isinstance(stream, Stream)
    return Stream(stream.entries, zlib.compress(content, level))


def change_drawing(objects: list[Object], edit: Callable[[bytes], bytes]) -> None:
    at = drawing(objects)
    item = objects[at]
    assert isinstance(item, Stream)
    before = item.decoded()
    after = edit(before)
    assert after != before
    objects[at] = packed(item, after)


def another_text(objects: list[Object]) -> None:
    change_drawing(objects, lambda content: content.replace(b")Tj", b"\0\x03)Tj", 1))


def moved_text(objects: list[Object]) -> None:
    change_drawing(objects, lambda content: content.replace(b" Td", b"1 Td", 1))


def other_reading_order(objects: list[Object]) -> None:
    for item in objects:
        if isinstance(item, dict) and item.get("S") == Name("Document"):
            assert isinstance(item["K"], list)
            item["K"] = item["K"][::-1]


def other_spoken_text(objects: list[Object]) -> None:
    for item in objects:
        if isinstance(item, dict) and item.get("S") == Name("P"):
            item["ActualText"] = b"erased"
            return


def white_rectangle(objects: list[Object]) -> None:
    change_drawing(objects, lambda content: content + b"\n1 1 1 rg 48 600 300 60 re f")


def swapped_glyphs(objects: list[Object]) -> None:
    at = next(index for index, item in enumerate(objects) if isinstance(item, Stream) and "Length1" in item.entries)
    item = objects[at]
    assert isinstance(item, Stream)
    letters = bytearray(item.decoded())
    letters[len(letters) // 2] ^= 1
    objects[at] = packed(item, bytes(letters))


def other_widths(objects: list[Object]) -> None:
    font = next(item for item in objects if isinstance(item, dict) and "DW" in item)
    font["DW"] = Token(b"900")


def other_copied_text(objects: list[Object]) -> None:
    at = next(
        index for index, item in enumerate(objects) if isinstance(item, Stream) and b"begincmap" in item.decoded()
    )
    item = objects[at]
    assert isinstance(item, Stream)
    objects[at] = packed(item, item.decoded().replace(b"[<0020>", b"[<0021>", 1))


def extra_annotation(objects: list[Object]) -> None:
    objects.append({"Type": Name("Annot"), "Subtype": Name("Square"), "Rect": [Token(b"0")] * 4})
    page = objects[place(objects, "Page")]
    assert isinstance(page, dict)
    page["Annots"] = [Reference(len(objects))]


def larger_signature_box(objects: list[Object]) -> None:
    widget = objects[place(objects, "Annot")]
    assert isinstance(widget, dict)
    widget["Rect"] = [Token(b"0"), Token(b"0"), Token(b"300"), Token(b"300")]


def drawn_signature(objects: list[Object]) -> None:
    at = place(objects, "XObject")
    item = objects[at]
    assert isinstance(item, Stream)
    objects[at] = Stream(item.entries, b"1 0 0 rg 0 0 300 300 re f")


def other_page_box(objects: list[Object]) -> None:
    page = objects[place(objects, "Page")]
    assert isinstance(page, dict)
    page["MediaBox"] = [Token(b"0"), Token(b"400"), Token(b"595.2756"), Token(b"841.8898")]


def crop_box(objects: list[Object]) -> None:
    page = objects[place(objects, "Page")]
    assert isinstance(page, dict)
    page["CropBox"] = [Token(b"0"), Token(b"400"), Token(b"595"), Token(b"841")]


def turned_page(objects: list[Object]) -> None:
    page = objects[place(objects, "Page")]
    assert isinstance(page, dict)
    page["Rotate"] = Token(b"180")


def hidden_layer(objects: list[Object]) -> None:
    objects.append({"Type": Name("OCG"), "Name": b"x"})
    group = Reference(len(objects))
    catalog = objects[0]
    assert isinstance(catalog, dict)
    catalog["OCProperties"] = {"OCGs": [group], "D": {"OFF": [group]}}


def other_qr(objects: list[Object]) -> None:
    def edit(content: bytes) -> bytes:
        start = content.index(b" ID ") + 40
        return content[:start] + bytes((content[start] ^ 1,)) + content[start + 1 :]

    change_drawing(objects, edit)


def extra_page(objects: list[Object]) -> None:
    page = objects[place(objects, "Page")]
    assert isinstance(page, dict)
    objects.append(dict(page))
    tree = objects[place(objects, "Pages")]
    assert isinstance(tree, dict)
    assert isinstance(tree["Kids"], list)
    tree.update(Count=Token(b"3"), Kids=[*tree["Kids"], Reference(len(objects))])


def swapped_pages(objects: list[Object]) -> None:
    tree = objects[place(objects, "Pages")]
    assert isinstance(tree, dict)
    assert isinstance(tree["Kids"], list)
    tree["Kids"] = tree["Kids"][::-1]


def missing_page(objects: list[Object]) -> None:
    tree = objects[place(objects, "Pages")]
    assert isinstance(tree, dict)
    assert isinstance(tree["Kids"], list)
    tree.update(Count=Token(b"1"), Kids=tree["Kids"][:1])


def unused_object(objects: list[Object]) -> None:
    objects.append(b"nobody refers to me")


def other_attachment(objects: list[Object]) -> None:
    at = place(objects, "EmbeddedFile")
    item = objects[at]
    assert isinstance(item, Stream)
    objects[at] = packed(item, item.decoded().replace(b'"passed"', b'"failed"', 1))


def open_action(objects: list[Object]) -> None:
    catalog = objects[0]
    assert isinstance(catalog, dict)
    catalog["OpenAction"] = {"S": Name("JavaScript"), "JS": b"app.alert(1)"}


def other_metadata(objects: list[Object]) -> None:
    item = objects[2]
    assert isinstance(item, Stream)
    objects[2] = Stream(item.entries, item.raw.replace(b"Erasure", b"erasure", 1))


def other_title(objects: list[Object]) -> None:
    info = objects[1]
    assert isinstance(info, dict)
    info["Title"] = HexText(b"FEFF0041")


def other_signer_name(objects: list[Object]) -> None:
    signature = objects[place(objects, "Sig")]
    assert isinstance(signature, dict)
    signature["Name"] = HexText(b"FEFF0041")


def looser_signature(objects: list[Object]) -> None:
    signature = objects[place(objects, "Sig")]
    assert isinstance(signature, dict)
    del signature["Reference"]


ATTACKS = (
    another_text,
    white_rectangle,
    swapped_glyphs,
    other_widths,
    moved_text,
    other_reading_order,
    other_spoken_text,
    other_copied_text,
    extra_annotation,
    larger_signature_box,
    drawn_signature,
    other_page_box,
    crop_box,
    turned_page,
    hidden_layer,
    other_qr,
    extra_page,
    swapped_pages,
    missing_page,
    unused_object,
    other_attachment,
    open_action,
    other_metadata,
    other_title,
    other_signer_name,
    looser_signature,
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_edited_paper_is_not_the_same_drawing(attack: Callable[[list[Object]], None]) -> None:
    attacked = edited(attack)
    assert pdf_profile.read(attacked).objects != pdf_profile.read(good()).objects
    assert not same_drawing(attacked, good())
    assert not same_drawing(good(), attacked)


def test_a_paper_is_the_same_drawing_as_itself_signed_or_not() -> None:
    signed = good().replace(b"0000000000 0000000000 0000000000]", b"0000004711 0000007517 0000000815]")
    signed = signed.replace(b"<" + b"0" * (2 * CONTENTS_BYTES) + b">", b"<" + b"3a" * CONTENTS_BYTES + b">")
    assert signed != good()
    assert same_drawing(signed, good())
    assert same_drawing(good(), good())


@pytest.mark.parametrize("level", [0, 1, 9])
def test_another_way_of_packing_is_the_same_drawing(level: int) -> None:
    def repack(objects: list[Object]) -> None:
        for index, item in enumerate(objects):
            if isinstance(item, Stream) and item.entries.get("Filter") == Name("FlateDecode"):
                objects[index] = packed(item, item.decoded(), level)

    repacked = edited(repack)
    assert repacked != good()
    assert same_drawing(repacked, good())


def test_another_record_gives_another_identity() -> None:
    paper = pdf_profile.read(good())
    other = pdf_profile.write(PaperFile(objects=paper.objects, identity=(HexText(b"00"), HexText(b"00"))))
    assert not same_drawing(other, good())


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data + b"\n",
        lambda data: b"\n" + data,
        lambda data: data[:-1],
        lambda data: data + data,
        lambda data: data + b"99 0 obj\n(x)\nendobj\n",
        lambda data: data.replace(b"endobj\n2 0 obj", b"endobj\n% hidden\n2 0 obj", 1),
        lambda data: data.replace(b"endobj\n2 0 obj", b"endobj\n\n2 0 obj", 1),
        lambda data: data.replace(b"<< /Type /Catalog", b"<</Type /Catalog", 1),
        lambda data: data.replace(b"0000000000 65535 f ", b"0000000001 65535 f ", 1),
        lambda data: data.replace(b"/Info 2 0 R", b"/Info 2 0 R /Prev 1", 1),
        lambda data: data.replace(b"%PDF-1.7", b"%PDF-1.4", 1),
        lambda data: data.replace(b"\nendstream", b" \nendstream", 1),
        lambda _data: b"",
        lambda _data: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"1 0 obj\n" + b"[" * 5000,
        lambda _data: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nxref\n",
    ],
)
def test_a_byte_that_is_not_ours_is_refused(change: Callable[[bytes], bytes]) -> None:
    changed = change(good())
    assert changed != good()
    with pytest.raises(PdfProfileError):
        pdf_profile.read(changed)
    assert not same_drawing(changed, good())


def test_a_stream_that_unpacks_without_end_is_refused() -> None:
    bomb = Stream({"Filter": Name("FlateDecode")}, zlib.compress(bytes(64 * 1024 * 1024), 9))
    with pytest.raises(PdfProfileError):
        bomb.decoded()


def test_a_stream_with_bytes_after_its_end_is_refused() -> None:
    def append(objects: list[Object]) -> None:
        item = objects[drawing(objects)]
        assert isinstance(item, Stream)
        objects[drawing(objects)] = Stream(item.entries, item.raw + b"hidden")

    assert not same_drawing(edited(append), good())


@cache
def plain_places() -> tuple[int, ...]:
    """Places of the good paper outside the signature and outside packed streams: in those, another byte may unpack
    to the same drawing, which is what `same_drawing` is for."""
    data = good()
    start = data.index(b"/ByteRange")
    closed = set(range(start, data.index(b">", start)))
    for item in pdf_profile.read(data).objects:
        if isinstance(item, Stream) and "Filter" in item.entries:
            closed.update(range(data.index(item.raw), data.index(item.raw) + len(item.raw)))
    return tuple(at for at in range(len(data)) if at not in closed)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_flipped_byte_leaves_the_same_drawing(data: st.DataObject) -> None:
    flipped = bytearray(good())
    flipped[data.draw(st.sampled_from(plain_places()))] ^= data.draw(st.integers(1, 255))
    assert not same_drawing(bytes(flipped), good())


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_reading_hostile_bytes_raises_nothing_else(data: bytes) -> None:
    for bytes_ in (data, b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + data, b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n" + data):
        with pytest.raises(PdfProfileError):
            pdf_profile.read(bytes_)


VALUES = st.recursive(
    st.one_of(
        st.from_regex(r"\A[A-Za-z][A-Za-z0-9.#+\-]{0,12}\Z").map(Name),
        st.integers(-(10**9), 10**9).map(lambda n: Token(str(n).encode())),
        st.integers(1, 999).map(Reference),
        st.binary(max_size=12).map(lambda raw: HexText(raw.hex().encode())),
        st.text("abc()\\ é", max_size=12).map(lambda text: text.encode("latin-1")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.from_regex(r"\A[A-Z][a-z]{1,6}\Z"), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_what_is_read(value: Object) -> None:
    assert not isinstance(value, Stream)
    reader = Reader(write_value(value))
    assert reader.value() == value
    assert reader.position == len(reader.data)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("hostile", [b"%" * 100_000, b"<< /Key " + b"%" * 100_000, b"[" + b"% " * 50_000])
def test_comments_without_end_are_refused_at_once(hostile: bytes) -> None:
    """Each sign that may begin a comment may also stand inside the one before it: trying both takes for ever."""
    with pytest.raises(PdfProfileError):
        Reader(hostile).value()
