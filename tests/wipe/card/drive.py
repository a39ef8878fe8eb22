# SPDX-License-Identifier: GPL-3.0-or-later
"""A job with a memory card on a virtual phone, and what its card is found to be."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.wipe.drive import PIXEL_13, Bench
from virtual_phones.android.card import Tray
from virtual_phones.android.phone import AndroidPhone
from wipe.method import StepContext
from wipe.methods.card import with_card
from wipe.overwrite.plan import OverwritePlan
from wipe.report import CardOverwriting

MIB = 1024 * 1024
WITH_CARD: Mapping[str, Any] = {"card": {"bytes": 2 * MIB, "file_system": "exfat"}}


class CardBench(Bench):
    """A job that overwrites the memory card first."""

    passes = 1

    def __init__(self, method: str, phone: Mapping[str, Any]) -> None:
        super().__init__(method, phone)
        self.method = with_card(self.method)

    def scene(self) -> StepContext:
        plan = OverwritePlan(passes=self.passes, file_bytes=MIB // 4, chunk_bytes=16 * 1024)
        return replace(super().scene(), overwrite=plan)

    @property
    def tray(self) -> Tray:
        phone = self.slot.phone
        assert isinstance(phone, AndroidPhone)
        return phone.lives.tray


def treated(*lies: str, method: str = "android_harness", passes: int = 1, **more: Any) -> CardBench:
    """Inspected and run to its end."""
    bench = CardBench(method, {**PIXEL_13, "set": WITH_CARD, "misbehaviour": list(lies), **more})
    bench.passes = passes
    bench.inspect()
    bench.run()
    return bench


def found(bench: Bench) -> CardOverwriting:
    """What the rules say of the card."""
    card = bench.report().card
    assert card is not None
    return card
