# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the pages: one style, one script of ours, and htmx as its makers give it. Nothing comes from elsewhere.

htmx.min.js is that of htmx.org 4.0.1 from the npm registry, unchanged; its licence (0BSD) lies beside it.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from grading.eyes import BODY, LETTERS

REFERENCE_PICTURES: Mapping[str, str] = MappingProxyType({kind: f"eyes-{kind}.svg" for kind in (*LETTERS, *BODY)})
"""What eyes are asked about a face or the body → its drawing (`tools.make_reference_pictures`)."""
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "pages.css": "text/css; charset=utf-8",
        "queue.css": "text/css; charset=utf-8",
        "pages.js": "text/javascript; charset=utf-8",
        "htmx.min.js": "text/javascript; charset=utf-8",
        "htmx.LICENSE.txt": "text/plain; charset=utf-8",
        "mark.svg": "image/svg+xml",
        **dict.fromkeys(REFERENCE_PICTURES.values(), "image/svg+xml"),
    }
)
HTMX_SHA256 = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"


@cache
def content(name: str) -> bytes:
    """What is in one of them."""
    return (resources.files("station.service.pages") / "assets" / name).read_bytes()


@cache
def version(name: str) -> str:
    """Changes with the file: what an address ends in, so that a browser takes no old one for it."""
    return hashlib.sha256(content(name)).hexdigest()[:12]
