# SPDX-License-Identifier: GPL-3.0-or-later
"""A photo as it may be kept: JPEG or PNG and nothing else, bounded, drawn anew without anything but its pixels.

Whatever stands in the file beside the pixels (place, time, camera, thumbnails, another file behind it) is left behind,
because the picture is encoded again from its pixels alone.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_FILE = 25_000_000
"""Bytes; a phone's photo has 2 to 12 MB."""
MOST_PIXELS = 50_000_000
"""Looked at in the head of the file, before anything is unpacked."""
LONGEST_SIDE = 4096
SMALLEST_SIDE = 600
_QUALITY = 88
_FORMATS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}


class PictureError(Exception):
    """Not such a photo. `args[0]`: a word of `photo_refused.<word>` in words.toml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`data`: the JPEG that is kept. `image`: the same pixels, for whoever reads the card on it."""

    data: bytes
    image: "Image"

    @property
    def sha256(self) -> str:
        """Of what is kept."""
        return hashlib.sha256(self.data).hexdigest()


def picture_of(data: bytes) -> Picture:
    """The photo in a file. Raises: PictureError."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    kind = next((name for magic, name in _FORMATS.items() if data.startswith(magic)), "")
    if not kind:
        raise PictureError("kind")
    if len(data) > LARGEST_FILE:
        raise PictureError("large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=(kind,)) as opened:
                wide, high = opened.size
                if wide * high > MOST_PIXELS:
                    raise PictureError("large")
                if min(wide, high) < SMALLEST_SIDE:
                    raise PictureError("small")
                if getattr(opened, "n_frames", 1) != 1:
                    raise PictureError("kind")
                turned = ImageOps.exif_transpose(opened)
                plain = turned.convert("RGB")
    except (OSError, ValueError, SyntaxError, EOFError, UnidentifiedImageError) as error:
        raise PictureError("broken") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise PictureError("large") from error
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.frombytes("RGB", plain.size, plain.tobytes())  # takes nothing along but pixels
    kept = io.BytesIO()
    bare.save(kept, "JPEG", quality=_QUALITY)
    return Picture(data=kept.getvalue(), image=bare)
