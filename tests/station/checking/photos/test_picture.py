# SPDX-License-Identifier: GPL-3.0-or-later
"""A photo is kept as its pixels alone; what is no photo, or too much of one, is refused before it is unpacked."""

import io
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from station.checking.photos.picture import LARGEST_FILE, PictureError, picture_of


def encoded(kind: str, *, size: tuple[int, int] = (800, 640), **more: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (200, 210, 220)).save(made, kind, **more)
    return made.getvalue()


def with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Camera of a seller", "Model of a seller"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 14.0)
    return encoded("JPEG", exif=exif, comment=b"who took it")


def png_of(wide: int, high: int) -> bytes:
    """A PNG of so many pixels in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize("data", [with_place(), encoded("PNG"), encoded("JPEG", progressive=True)])
def test_nothing_but_pixels_is_kept(data: bytes) -> None:
    kept = picture_of(data)
    with Image.open(io.BytesIO(kept.data)) as again:
        assert again.format == "JPEG"
        assert again.size == (800, 640)
        assert dict(again.getexif()) == {}
        assert "comment" not in again.info
    for word in (b"seller", b"Exif", b"who took it"):
        assert word not in kept.data


def test_a_file_that_is_two_kinds_at_once_loses_the_other() -> None:
    archive = b"PK\x03\x04 another file <script>alert(1)</script>"
    kept = picture_of(encoded("JPEG") + archive)
    assert b"script" not in kept.data
    assert b"PK\x03\x04" not in kept.data
    assert kept.sha256 == picture_of(encoded("JPEG")).sha256


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (png_of(60_000, 60_000), "large"),
        (png_of(8_000, 8_000), "large"),
        (b"\xff\xd8\xff" + bytes(LARGEST_FILE), "large"),
        (encoded("JPEG", size=(599, 2000)), "small"),
        (encoded("GIF"), "kind"),
        (encoded("BMP"), "kind"),
        (encoded("TIFF"), "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (b"%PDF-1.7", "kind"),
        (b"", "kind"),
        (encoded("JPEG")[:400], "broken"),
        (encoded("PNG")[:60], "broken"),
        (b"\x89PNG\r\n\x1a\n" + encoded("JPEG"), "broken"),
        (b"\xff\xd8\xff" + encoded("PNG"), "broken"),
    ],
)
def test_what_is_no_photo_or_too_much_of_one_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(PictureError) as refused:
        picture_of(data)
    assert refused.value.args == (why,)


def test_a_picture_that_moves_is_refused() -> None:
    made = io.BytesIO()
    first, second = (Image.new("RGB", (640, 640), (shade, 0, 0)) for shade in (0, 255))
    first.save(made, "PNG", save_all=True, append_images=[second])
    with pytest.raises(PictureError):
        picture_of(made.getvalue())


@given(st.integers(0, 400), st.binary(max_size=30), st.sampled_from([encoded("JPEG"), encoded("PNG")]))
def test_no_damage_is_more_than_a_refusal(at: int, other: bytes, whole: bytes) -> None:
    with suppress(PictureError):
        picture_of(whole[:at] + other + whole[at + len(other) :])
