# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that come with the program, and its TOML tables without the time it takes to read TOML.

Python reads TOML in Python: half a megabyte a second. So each table has a JSON file of the same name beside it, made
by tools/make_tables.py. The JSON counts only if it names the SHA-256 of the TOML bytes that are there; else the TOML
is read. The TOML stays what people write, what is hashed, and what records name.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
"""The folder of all rooms. (importlib.resources would load half the library to say the same.)"""


def path(room: str, *steps: str) -> Path:
    """Where a file or folder of a room is."""
    return ROOT.joinpath(room, *steps)


def table(room: str, *steps: str) -> dict[str, Any]:
    """The TOML file of a room as plain dictionaries. Raises: OSError, UnicodeDecodeError, tomllib.TOMLDecodeError."""
    file = path(room, *steps)
    return parsed(file.read_bytes(), file)


def parsed(data: bytes, file: Path | None) -> dict[str, Any]:
    """`data` as TOML. `file`: the shipped file it is, with its JSON beside it; None for everybody else's, which is
    bounded.

    Raises: ValueError.
    """
    if file is None:
        from certs.editions.e2027_02.phones.given_toml import read_toml_text  # seldom, as below

        return read_toml_text(data)
    made = _made_of(hashlib.sha256(data).hexdigest(), file.with_suffix(".json"))
    if made is not None:
        return made
    import tomllib  # seldom: not even loaded for a table that was made

    return tomllib.loads(data.decode("utf-8"))


def made_from(data: bytes) -> bytes:
    """The JSON to be put beside a TOML file. Raises: ValueError for a table JSON cannot hold."""
    import tomllib

    found = tomllib.loads(data.decode("utf-8"))
    document = {"sha256": hashlib.sha256(data).hexdigest(), "table": found}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if json.loads(text) != document:
        raise ValueError("a table that JSON cannot hold")
    return text.encode() + b"\n"


def _made_of(sha256: str, file: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(file.read_bytes())
        found: dict[str, Any] = document["table"]
        return found if document["sha256"] == sha256 else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
