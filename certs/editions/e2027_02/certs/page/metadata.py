# SPDX-License-Identifier: GPL-3.0-or-later
"""What the file says of itself: the Info dictionary and the XMP packet, which must agree (PDF/A-3b)."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from certs.page.pdf_syntax import Value, text_value

PRODUCER = "proofwipe"
_REFERENCES = (
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ('"', "&quot;"),
    ("'", "&#x27;"),
    ("%", "&#37;"),
    ("/", "&#47;"),
    ("startxref", "start&#120;ref"),
)
"""What stands in the packet for each; the first one first. (The library's `html` loads a table of 2,000 names.)"""

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<xmp:CreateDate>{time}</xmp:CreateDate>
<xmp:ModifyDate>{time}</xmp:ModifyDate>
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>
"""


@lru_cache(maxsize=64)  # a paper asks for its own five times
def moment(issued_at: str) -> datetime:
    """The time of issue, as a record spells it: 2026-11-21T12:00:00Z. Raises: ValueError."""
    return datetime.fromisoformat(issued_at)


def pdf_date(issued_at: str) -> bytes:
    """A time as PDF writes it."""
    return moment(issued_at).strftime("D:%Y%m%d%H%M%S+00'00'").encode()


def info(title: str, author: str, issued_at: str) -> Mapping[str, Value]:
    """The Info dictionary."""
    return {
        "Title": text_value(title),
        "Author": text_value(author),
        "Creator": text_value(PRODUCER),
        "Producer": text_value(PRODUCER),
        "CreationDate": pdf_date(issued_at),
        "ModDate": pdf_date(issued_at),
    }


def xmp(title: str, author: str, issued_at: str) -> bytes:
    """The XMP packet with the same values. Text is escaped so far that no token of a PDF file can stand in it."""
    time = moment(issued_at).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    return _XMP.format(title=_escape(title), author=_escape(author), time=time, producer=PRODUCER).encode()


def _escape(text: str) -> str:
    for character, reference in _REFERENCES:
        text = text.replace(character, reference)
    return text
