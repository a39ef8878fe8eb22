# SPDX-License-Identifier: GPL-3.0-or-later
"""The closed PDF profile of our papers: one revision, objects 1..n in order, one spelling for every byte.

    %PDF-1.7, four high bytes
    objects 1..n, each `N 0 obj`, value, `endobj`; no object streams, no gaps, no comments
    xref with 20-byte rows; trailer /Size /Root 1 0 R /Info 2 0 R /ID; startxref; %%EOF

`read` accepts a file only if writing what was read gives the same bytes again, so there is no room between, before
or behind the objects. It knows nothing of cryptography; signature and coverage are checked in `certs.verify.verifier`.
"""

from certs.formats.dss import SecurityStore
from certs.page.errors import PdfProfileError
from certs.page.pdf_syntax import (
    MAXIMUM_DECODED_BYTES,
    HexText,
    Name,
    Object,
    Reader,
    Reference,
    Stream,
    Token,
    Unpacked,
    Value,
    number,
    write_object,
    write_value,
)
from phones.frozen import dataclass

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
CATALOG, INFO = 1, 2
MAXIMUM_FILE_BYTES = 16 * 1024 * 1024
MAXIMUM_OBJECTS = 500
MAXIMUM_STORED = 32
LARGEST_STORE = 1024 * 1024
"""Bytes of certificates and lists together: the drawing follows the store, so nothing else bounds it."""
MAXIMUM_FILES = 16
LARGEST_FILES = 16 * 1024 * 1024
"""Bytes of all attached files together, unpacked."""
STORE_KEYS = ("Type", "Certs", "CRLs")

SIGNATURE_KEYS = ("Type", "Filter", "SubFilter", "ByteRange", "Contents", "M", "Name", "Reason", "Reference")
PLACEHOLDER_RANGE: tuple[Token, ...] = (Token(b"0"), *(Token(b"0" * 10),) * 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFile:
    """A file of the profile: its objects (number 1 first) and its identity."""

    objects: tuple[Object, ...]
    identity: tuple[HexText, HexText]

    def at(self, reference: Value | None) -> Object:
        """The object a reference names. Raises: PdfProfileError."""
        if not isinstance(reference, Reference) or not 1 <= reference.number <= len(self.objects):
            raise PdfProfileError(expected="a reference to an object of the file", got=ascii(reference))
        return self.objects[reference.number - 1]

    def embedded(self) -> dict[str, bytes]:
        """The attached files by name, each once, as the catalog's name tree lists them. Raises: PdfProfileError."""
        names = _entry(_entry(_entry(self.objects[CATALOG - 1], "Names"), "EmbeddedFiles"), "Names")
        if not isinstance(names, list) or len(names) % 2:
            raise PdfProfileError(expected="pairs of names and files", got=ascii(names)[:60])
        if len(names) // 2 > MAXIMUM_FILES:
            raise PdfProfileError(expected="a few attached files", got=str(len(names) // 2))
        files: dict[str, bytes] = {}
        room = LARGEST_FILES
        for name, reference in zip(names[::2], names[1::2], strict=True):
            content = self.at(_entry(_entry(self.at(reference), "EF"), "F"))
            if not isinstance(name, bytes) or name.decode("latin-1") in files or not isinstance(content, Stream):
                raise PdfProfileError(expected="each attached file once, as a stream", got=ascii(name)[:60])
            decoded = content.decoded(min(room, MAXIMUM_DECODED_BYTES))
            room -= len(decoded)
            files[name.decode("latin-1")] = decoded
        return files

    def store(self) -> SecurityStore | None:
        """The document security store, None where the catalog has none. Raises: PdfProfileError."""
        catalog = self.objects[CATALOG - 1] if self.objects else {}
        if not isinstance(catalog, dict) or "DSS" not in catalog:
            return None
        listed = catalog["DSS"]
        if not isinstance(listed, dict) or tuple(listed) != STORE_KEYS or listed["Type"] != Name("DSS"):
            raise PdfProfileError(expected="/DSS with /Certs and /CRLs only", got=ascii(listed)[:60])
        certificates = self._stored(listed["Certs"], LARGEST_STORE)
        lists = self._stored(listed["CRLs"], LARGEST_STORE - sum(map(len, certificates)))
        return SecurityStore(certificates=certificates, revocation_lists=lists)

    def _stored(self, listed: Value, room: int) -> tuple[bytes, ...]:
        found = [self.at(reference) for reference in listed] if isinstance(listed, list) else [b""]
        if len(found) > MAXIMUM_STORED or len({id(item) for item in found}) != len(found):
            raise PdfProfileError(expected="a short list of streams, each once", got=ascii(listed)[:60])
        pieces = []
        for item in found:
            if not isinstance(item, Stream) or tuple(item.entries) != ("Filter",):
                raise PdfProfileError(expected="a packed stream of the security store", got=ascii(item)[:60])
            pieces.append(item.decoded(room))
            room -= len(pieces[-1])
        return tuple(pieces)


def packed(paper: PaperFile) -> PaperFile:
    """The same file with every stream as it stands on disk."""
    objects = (item.packed() if isinstance(item, Unpacked) else item for item in paper.objects)
    return PaperFile(objects=tuple(objects), identity=paper.identity)


def write(paper: PaperFile) -> bytes:
    """The bytes of a file: header, objects, cross-reference table, trailer."""
    out = bytearray(HEADER)
    places = []
    for index, item in enumerate(paper.objects, start=1):
        places.append(len(out))
        out += write_object(index, item)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = write_value(
        {
            "Size": number(len(places) + 1),
            "Root": Reference(CATALOG),
            "Info": Reference(INFO),
            "ID": list(paper.identity),
        }
    )
    return bytes(out + b"trailer\n%b\nstartxref\n%d\n%%%%EOF\n" % (trailer, start))


def read(data: bytes) -> PaperFile:
    """A file of the profile, or an error for any byte that is not of it.

    Raises: PdfProfileError, and nothing else whatever the bytes are.
    """
    if len(data) > MAXIMUM_FILE_BYTES or not data.startswith(HEADER):
        raise PdfProfileError(expected="a file of ours: %PDF-1.7 and at most 16 MiB", got=ascii(data[:12]))
    reader = Reader(data, len(HEADER))
    objects = read_objects(reader)
    trailer = data[data.rfind(b"trailer\n") :]
    identity = _identity(trailer)
    paper = PaperFile(objects=tuple(objects.values()), identity=identity)
    if list(objects) != list(range(1, len(objects) + 1)) or write(paper) != data:
        raise PdfProfileError(expected="objects and spelling of our profile only", got="other bytes")
    return paper


def read_objects(reader: Reader) -> dict[int, Object]:
    """All indirect objects up to the cross-reference table, in the order of the file. Raises: PdfProfileError."""
    objects: dict[int, Object] = {}
    reader.skip_space()
    while not reader.take(b"xref"):
        index, item = reader.indirect()
        if index in objects or len(objects) >= MAXIMUM_OBJECTS:
            raise reader.wrong("an object number that was not there before")
        objects[index] = item
    return objects


def without_signature(item: Object) -> Object:
    """The object; a signature dictionary with its number range and contents blanked, their widths kept."""
    if not isinstance(item, dict) or tuple(item) != SIGNATURE_KEYS or item["Type"] != Name("Sig"):
        return item
    contents = item["Contents"]
    if not isinstance(contents, HexText):
        return item
    return {**item, "ByteRange": list(PLACEHOLDER_RANGE), "Contents": HexText(b"0" * len(contents.digits))}


def _identity(trailer: bytes) -> tuple[HexText, HexText]:
    reader = Reader(trailer)
    reader.expect(b"trailer\n")
    listed = _entry(reader.value(), "ID")
    if not isinstance(listed, list) or len(listed) != 2:
        raise PdfProfileError(expected="/ID of two strings", got=ascii(listed)[:60])
    first, second = listed
    if not isinstance(first, HexText) or not isinstance(second, HexText):
        raise PdfProfileError(expected="/ID of two hexadecimal strings", got=ascii(listed)[:60])
    return first, second


def _entry(item: Object, key: str) -> Value:
    if not isinstance(item, dict) or key not in item:
        raise PdfProfileError(expected=f"a dictionary with /{key}", got=ascii(item)[:60])
    return item[key]
