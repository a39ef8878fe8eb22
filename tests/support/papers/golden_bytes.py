# SPDX-License-Identifier: GPL-3.0-or-later
"""Golden papers: good ones whose bytes an outsider changed, without any key. Most are accepted by some PDF reader."""

import re
from collections.abc import Callable
from dataclasses import replace

from certs.formats import cms, der
from certs.formats.ecdsa import P256_ORDER, numbers, to_der
from tests.support.papers.golden_case import Case, bad, unclear
from tests.support.papers.paper_world import PaperWorld

_UPDATE = (
    b"5 0 obj\n<< /Type /Pages /Count 0 /Kids [] >>\nendobj\nxref\n5 1\n0000000000 00000 n \n"
    b"trailer\n<< /Size 6 /Root 1 0 R /Prev 9 >>\nstartxref\n9\n%%EOF\n"
)
_CONTENTS = re.compile(rb"/Contents <([0-9a-f]{100,})>")


def cases(scene: PaperWorld) -> tuple[dict[str, Case], dict[str, bytes]]:
    """Papers by name."""
    data = scene.paper(scene.certificate(scene.job()))
    changes: dict[str, tuple[Callable[[bytes], bytes], str]] = {
        "appended-line": (lambda it: it + b"more\n", "E_STRUCTURE"),
        "appended-newline": (lambda it: it + b"\n", "E_STRUCTURE"),
        "appended-object": (lambda it: it + b"99 0 obj\n<< >>\nendobj\n", "E_STRUCTURE"),
        "appended-update": (lambda it: it + _UPDATE, "E_STRUCTURE"),
        "appended-second-paper": (lambda it: it + it, "E_STRUCTURE"),
        "junk-before-header": (lambda it: b"junk\n" + it, "E_STRUCTURE"),
        "cut-in-half": (lambda it: it[: len(it) // 2], "E_STRUCTURE"),
        "cut-last-byte": (lambda it: it[:-1], "E_STRUCTURE"),
        "another-version": (lambda it: it.replace(b"%PDF-1.7", b"%PDF-2.0", 1), "E_STRUCTURE"),
        "not-a-paper": (lambda it: b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n" + it[:0], "E_STRUCTURE"),
        "contents-white-space": (_white_space, "E_STRUCTURE"),
        "contents-upper-case": (_upper_case, "E_STRUCTURE"),
        "contents-null": (lambda it: _CONTENTS.sub(b"/Contents null", it), "E_STRUCTURE"),
        "byte-range-empty": (_empty_range, "E_STRUCTURE"),
        "byte-range-twice": (lambda it: it.replace(b"%%EOF", b"/ByteRange %%EOF"), "E_STRUCTURE"),
        "byte-range-shortened": (lambda it: _ranged(it, 0, 0, -1), "E_COVERAGE"),
        "byte-range-gap-grown": (lambda it: _ranged(it, 0, 1, -1), "E_COVERAGE"),
        "byte-range-wrapped": (_wrapped, "E_COVERAGE"),
        "byte-flipped": (_flipped, "E_TAMPERED"),
        "byte-flipped-in-record": (_flipped_in_record, "E_TAMPERED"),
        "signature-negated": (lambda it: _with_container(it, _negated), "E_TAMPERED"),
        "signature-of-nobody": (lambda it: _with_container(it, _of_nobody), "E_TAMPERED"),
        "container-zero-padded": (lambda it: _with_container(it, lambda held: held + bytes(64)), "E_PADDING"),
        "container-junk-behind": (lambda it: _with_container(it, lambda held: held + b"junk"), "E_PADDING"),
        "container-third-certificate": (lambda it: _with_container(it, _third_certificate), "E_PADDING"),
        "container-unsigned-attribute": (lambda it: _with_container(it, _unsigned_attribute), "E_PADDING"),
        "container-certificates-exchanged": (lambda it: _with_container(it, _exchanged), "E_PADDING"),
        "encrypted": (lambda it: it.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 2 0 R"), "E_COVERAGE"),
    }
    spoilt = {name: bad(change(data), code) for name, (change, code) in changes.items()}
    return {**spoilt, "empty": unclear(b"", "E_EMPTY")}, {}


def _place(data: bytes) -> tuple[int, int]:
    found = next(_CONTENTS.finditer(data))
    return found.start(1), found.end(1)


def _white_space(data: bytes) -> bytes:
    start, _ = _place(data)
    return data[: start + 10] + b"\n" + data[start + 11 :]


def _upper_case(data: bytes) -> bytes:
    start, end = _place(data)
    return data[:start] + data[start:end].upper() + data[end:]


def _empty_range(data: bytes) -> bytes:
    start = data.index(b"/ByteRange [") + 12
    return data[:start] + b" " * (data.index(b"]", start) - start) + data[data.index(b"]", start) :]


def _ranged(data: bytes, *steps: int) -> bytes:
    start = data.index(b"/ByteRange [0 ") + 14
    new = [int(text) + step for text, step in zip(data[start : start + 32].split(), steps, strict=True)]
    return data[:start] + b"%010d %010d %010d" % tuple(new) + data[start + 32 :]


def _wrapped(data: bytes) -> bytes:
    """The signed bytes moved behind a new tail, the range still naming them: signature wrapping."""
    _, end = _place(data)
    moved = data[: end + 1] + b" /Fake (" + b"x" * 200 + b")" + data[end + 1 :]
    return _ranged(moved, 0, 208, 0)


def _flipped(data: bytes) -> bytes:
    at = data.index(b"/EmbeddedFile ")
    return data[: at + 1] + b"Q" + data[at + 2 :]


def _flipped_in_record(data: bytes) -> bytes:
    at = data.index(b"stream\n", data.index(b"/EmbeddedFile ")) + 200
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def _with_container(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Another container, and a range that fits it."""
    start, end = _place(data)
    new = change(bytes.fromhex(data[start:end].decode())).hex().encode()
    grown = len(new) - (end - start)
    return _ranged(data[:start] + new + data[end:], 0, grown, 0)


def _negated(held: bytes) -> bytes:
    """The other of the two signatures that any other verifier accepts."""
    parts = cms.read(held)
    r, s = numbers(parts.signature)
    return cms.build(replace(parts, signature=to_der(r, P256_ORDER - s)))


def _of_nobody(held: bytes) -> bytes:
    return cms.build(replace(cms.read(held), signature=to_der(2**255 + 1, 2**254 + 1)))


def _signed_data(held: bytes) -> list[bytes]:
    inner = der.members(der.members(held)[1].content)
    return [part.encoded for part in inner]


def _wrap(parts: list[bytes]) -> bytes:
    kind = der.oid("1.2.840.113549.1.7.2")
    return der.element(der.SEQUENCE, kind, der.element(der.CONTEXT_0, der.element(der.SEQUENCE, *parts)))


def _third_certificate(held: bytes) -> bytes:
    parts = _signed_data(held)
    certificates = [found.encoded for found in der.members(parts[3], der.CONTEXT_0)]
    parts[3] = der.element(der.CONTEXT_0, *sorted([*certificates, certificates[0]]))
    return _wrap(parts)


def _exchanged(held: bytes) -> bytes:
    parts = _signed_data(held)
    certificates = [found.encoded for found in der.members(parts[3], der.CONTEXT_0)]
    parts[3] = der.element(der.CONTEXT_0, *reversed(certificates))
    return _wrap(parts)


def _unsigned_attribute(held: bytes) -> bytes:
    parts = _signed_data(held)
    info = der.members(parts[4], der.SET)[0].content
    more = der.element(der.SEQUENCE, der.oid("1.2.3.4"), der.element(der.SET, der.element(der.NULL)))
    parts[4] = der.element(der.SET, der.element(der.SEQUENCE, info, der.element(der.CONTEXT_1, more)))
    return _wrap(parts)
