# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/openapi.json, the description of the service's API, from its routes: python -m tools.make_openapi."""

import json
from pathlib import Path

from station.service.app import describe

TARGET = Path(__file__).parents[1] / "docs" / "openapi.json"


def described() -> str:
    """The file's text."""
    return json.dumps(describe(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> None:
    """Write it."""
    TARGET.write_text(described(), encoding="utf-8")
    print(f"made {TARGET.name}")


if __name__ == "__main__":
    main()
