# SPDX-License-Identifier: GPL-3.0-or-later
"""What people call an iPhone, and which chip it has, from our own table (`models.toml`).

The chip generation decides a claim: from A9 on the key that wraps the volume key lives in anti-replay
storage of the Secure Enclave and changes on each erase (research ios.md §6, Apple Platform Security).
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class AppleModel:
    """One row: marketing name and chip ("A14")."""

    name: str
    chip: str


def model_of(product_type: str) -> AppleModel | None:
    """The row of a ProductType such as "iPhone13,2", or None when the table does not know it."""
    return _table().get(product_type)


@cache
def _table() -> dict[str, AppleModel]:
    text = resources.files("phones.apple").joinpath("models.toml").read_text(encoding="utf-8")
    return {name: AppleModel(name=row["name"], chip=row["chip"]) for name, row in tomllib.loads(text).items()}
