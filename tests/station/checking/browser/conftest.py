# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone in virtual life whose browser is a function, and the act that sends it to our page."""

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from phones.clock import SystemClock
from phones.evidence import Evidence
from phones.port import Platform
from phones.witness import Witness, WitnessedPort
from station.checking.act import Scene
from station.checking.browser.act import over_the_cable
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from tests.support.phone_page import FILES, PhonePage
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.bench.scenario import add_phones, read_scenario


class Told:
    """An operator who is only ever told something."""

    def __init__(self) -> None:
        self.facts: list[Mapping[str, str]] = []

    def instruct(self, key: str, *, port: str, facts: Mapping[str, str]) -> None:
        assert key == "phone_page"
        self.facts.append(facts)


class Desk:
    """One phone on a port."""

    def __init__(self, folder: Path, model: Mapping[str, object] = lives.PIXEL_13) -> None:
        document = {"name": "life", "seed": 1, "phone": [{"name": "phone", "port": "1-1", **model}]}
        (self.slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
        self.kept: list[Evidence] = []
        self.told = Told()
        self.virtual = VirtualClock()
        self.port = WitnessedPort(
            DirectPort(self.slot, self.virtual, folder),
            Witness(clock=SystemClock(), journal=self.kept.append, salt=lives.SALT),
        )
        self.port.peek()  # the look that makes the phone ask its owner
        self.slot.press("accept_adb", 1.0)
        self.is_over = False
        self.complaints: list[Exception] = []

    @property
    def phone(self) -> AndroidPhone:
        assert isinstance(self.slot.phone, AndroidPhone)
        return self.slot.phone

    def scene(self, *, person_s: float = 5.0, evidence: Sequence[Evidence] = ()) -> Scene:
        return Scene(
            phone=self.port,
            platform=Platform.ANDROID,
            known={"display.width_px": "1080", "display.height_px": "2400", "device.serial": "21081FDF600002"},
            clock=SystemClock(),
            operator=self.told,  # type: ignore[arg-type]  # it only ever tells
            draw=lambda: secrets.token_hex(16),
            person_s=person_s,
            tell=lambda _name: None,
            is_over=lambda: self.is_over,
            evidence=evidence,
        )

    def run(
        self, browse: Callable[[PhonePage], None], *, person_s: float = 5.0, evidence: Sequence[Evidence] = ()
    ) -> list[Evidence]:
        """The act, with `browse` as the phone's browser once it is sent to the page. `evidence`: of before."""
        before, opened = len(self.kept), len(self.phone.system.opened)

        def wait_and_browse() -> None:
            try:
                for _ in range(200):
                    if len(self.phone.system.opened) > opened:
                        browse(PhonePage(self.phone.system.opened[-1]))
                        return
                    threading.Event().wait(0.02)
            except (AssertionError, OSError, KeyError) as error:  # shown by the test
                self.complaints.append(error)
                self.is_over = True

        browser = threading.Thread(target=wait_and_browse, daemon=True)
        browser.start()
        over_the_cable(self.scene(person_s=person_s, evidence=evidence), FILES)
        browser.join(20)
        assert not self.complaints, self.complaints
        return self.kept[before:]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def ends(pieces: list[Evidence]) -> str:
    """How the visit ended."""
    (last,) = [piece for piece in pieces if piece.asked == "check.browser"]
    return last.values["host.page"]
