# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever can make a key can sign a paper of anything: reading it costs little, however much there is of it."""

import copy
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from certs.page.errors import PdfProfileError
from certs.page.pdf_profile import MAXIMUM_FILES, PaperFile, read, write
from certs.page.pdf_syntax import MAXIMUM_DECODED_BYTES, Name, Reference, Stream
from certs.verify.trust import Trust
from certs.verify.verifier import verify
from tests.support.papers.forge import forge
from tests.support.papers.paper_world import PaperWorld

LENGTH = 7 * 1024 * 1024
SECONDS = 2.0
"""Of this thread's processor; each takes about a tenth of one."""
HEAD, TAIL = b"900 0 obj\n", b"\nendobj\n"


def often(piece: bytes) -> bytes:
    return piece * (LENGTH // len(piece))


def counted(form: bytes) -> bytes:
    return b"".join(form % number for number in range(LENGTH // len(form % 0)))


FILLINGS: dict[str, Callable[[], bytes]] = {
    "blanks": lambda: often(b" "),
    "lines": lambda: often(b"\n"),
    "comments": lambda: often(b"%\n"),
    "one comment": lambda: often(b"%") + b"\n",
    "open brackets": lambda: HEAD + often(b"["),
    "empty lists": lambda: HEAD + b"[" + often(b"[]") + b"]" + TAIL,
    "nested lists": lambda: HEAD + b"[" + often(b"[[[[[[[]]]]]]]") + b"]" + TAIL,
    "empty tables": lambda: HEAD + b"[" + often(b"<<>>") + b"]" + TAIL,
    "open texts": lambda: HEAD + often(b"("),
    "texts in texts": lambda: HEAD + b"(" + often(b"()") + b")" + TAIL,
    "empty texts": lambda: HEAD + b"[" + often(b"()") + b"]" + TAIL,
    "escapes": lambda: HEAD + b"(" + often(b"\\(") + b")" + TAIL,
    "octal escapes": lambda: HEAD + b"(" + often(b"\\1") + b")" + TAIL,
    "digits": lambda: HEAD + b"<" + often(b"0") + b">" + TAIL,
    "hexadecimal texts": lambda: HEAD + b"[" + often(b"<0>") + b"]" + TAIL,
    "numbers": lambda: HEAD + b"[" + counted(b"%07d ") + b"]" + TAIL,
    "one number": lambda: HEAD + often(b"1") + TAIL,
    "references": lambda: HEAD + b"[" + often(b"1 0 R ") + b"]" + TAIL,
    "one name": lambda: HEAD + b"/" + often(b"a") + TAIL,
    "names": lambda: HEAD + b"[" + counted(b"/%07d ") + b"]" + TAIL,
    "keys": lambda: HEAD + b"<<" + counted(b"/%07d 1 ") + b">>" + TAIL,
    "objects": lambda: b"".join(b"%d 0 obj\n[%b]\nendobj\n" % (500 + n, b"[] " * 5000) for n in range(400)),
}


@pytest.fixture(scope="module")
def scene() -> PaperWorld:
    return PaperWorld()


@pytest.fixture(scope="module")
def trust(scene: PaperWorld) -> Trust:
    return scene.trust("root.pem", "log.policy")


@pytest.mark.parametrize("filling", FILLINGS)
def test_a_signed_paper_full_of_anything_is_refused_before_it_is_read_through(
    filling: str, scene: PaperWorld, trust: Trust
) -> None:
    def filled(unsigned: bytes) -> bytes:
        place = unsigned.rfind(b"\nxref\n") + 1
        return unsigned[:place] + FILLINGS[filling]() + unsigned[place:]

    paper = forge(scene.certificate(scene.job()).data, scene.signer, raw=filled)
    begun = time.thread_time()
    assert verify(paper, trust).code == "E_STRUCTURE"
    assert time.thread_time() - begun < SECONDS


def test_drawings_that_unpack_to_megabytes_are_unpacked_one_by_one_up_to_the_first_difference(
    scene: PaperWorld, trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = zlib.compress(bytes(MAXIMUM_DECODED_BYTES - 1), 9)

    def swollen(paper: PaperFile) -> PaperFile:
        kept = {reference.number for reference in _contents(paper)}
        return PaperFile(
            objects=tuple(
                Stream(item.entries, bomb)
                if isinstance(item, Stream) and number not in kept and "Filter" in item.entries
                else item
                for number, item in enumerate(paper.objects, start=1)
            ),
            identity=paper.identity,
        )

    paper = forge(scene.certificate(scene.job()).data, scene.signer, edit=swollen)
    unpacked: list[int] = []
    before = Stream.decoded

    def noted(stream: Stream, most: int = MAXIMUM_DECODED_BYTES) -> bytes:
        unpacked.append(len(stream.raw))
        return before(stream, most)

    monkeypatch.setattr(Stream, "decoded", noted)
    assert verify(paper, trust).code == "E_PAGE_MISMATCH"
    assert unpacked.count(len(bomb)) == 1


def test_a_file_with_many_attachments_is_refused_by_whoever_reads_it(scene: PaperWorld) -> None:
    """Not only by the verifier, which counts them first."""

    def more(paper: PaperFile) -> PaperFile:
        objects: list[Any] = [*paper.objects]
        objects[0] = copy.deepcopy(objects[0])
        names = objects[0]["Names"]["EmbeddedFiles"]["Names"]
        for number in range(MAXIMUM_FILES):
            names += [b"x%d" % number, names[1]]
        return PaperFile(objects=tuple(objects), identity=paper.identity)

    paper = more(read(forge(scene.certificate(scene.job()).data, scene.signer)))
    with pytest.raises(PdfProfileError, match="a few attached files"):
        read(write(paper)).embedded()


def test_attachments_of_many_megabytes_are_refused_by_whoever_reads_them(scene: PaperWorld) -> None:
    bomb = Stream({"Filter": Name("FlateDecode")}, zlib.compress(bytes(MAXIMUM_DECODED_BYTES - 1), 9))

    def more(paper: PaperFile) -> PaperFile:
        objects: list[Any] = [*paper.objects, {"EF": {"F": Reference(len(paper.objects) + 2)}}, bomb]
        objects[0] = copy.deepcopy(objects[0])
        for number in range(MAXIMUM_FILES - 4):
            objects[0]["Names"]["EmbeddedFiles"]["Names"] += [b"x%d" % number, Reference(len(objects) - 1)]
        return PaperFile(objects=tuple(objects), identity=paper.identity)

    paper = more(read(forge(scene.certificate(scene.job()).data, scene.signer)))
    with pytest.raises(PdfProfileError, match="too much"):
        read(write(paper)).embedded()


def _contents(paper: PaperFile) -> list[Reference]:
    """Where the attached files stand."""
    catalog: Any = paper.objects[0]
    named = catalog["Names"]["EmbeddedFiles"]["Names"][1::2]
    files: list[Any] = [paper.at(reference) for reference in named]
    return [file["EF"]["F"] for file in files]
