# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser as the phone's, over the real adb server's `adb reverse`: what it claims arrives, and nothing else."""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping

import pytest

from phones.clock import SystemClock
from phones.evidence import Evidence
from phones.port import Platform
from station.checking.act import Scene
from station.checking.browser.act import over_the_cable
from station.checking.browser.page_files import PageFile
from tests.phones.adb.test_wire_android import Wired, running
from tests.station.checking.browser.conftest import Told, ends
from tests.support.phone_browser import PhoneBrowser
from tests.support.waiting import wait_for

pytestmark = pytest.mark.page
SHELL = "1-2.3"
HTML = """<!doctype html><html lang="en"><meta charset="utf-8"><title>page</title>
<script type="module" src="page.js"></script><p id="code"></p><p id="said"></p></html>"""
LIAR = """
const plan = await (await fetch("plan")).json();
document.querySelector("#code").textContent = plan.code;
const post = (name, body) => fetch(name, {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ nonce: plan.nonce, ...body }),
});
await post("state", { check: "touch", state: "begun", done_permille: 0 });
const said = [window.isSecureContext, document.cookie];
for (const values of [{ touch_coverage_permille: "1000" }, { "device.serial": "1" }, { touch_ghosts: "<b>" }]) {
  const number = values.touch_ghosts ? 2 : 1;
  said.push((await post("result", { check: "touch", number, values, not_measured: {} })).status);
}
await post("done", {});
document.querySelector("#said").textContent = JSON.stringify(said);
"""


def files(script: str) -> Mapping[str, PageFile]:
    """A page of ours that does what this script does."""
    return {
        "index.html": PageFile(HTML.encode(), "text/html; charset=utf-8"),
        "page.js": PageFile(script.encode(), "text/javascript; charset=utf-8"),
    }


class Checked:
    """The act in a thread of its own, and the browser of its phone."""

    def __init__(self, wired: Wired) -> None:
        self.wired = wired
        self.told = Told()
        self.loopback, _ = wired.remote.browser(SHELL)

    def begin(self, pages: Mapping[str, PageFile] | None) -> Callable[[], list[Evidence]]:
        """Send the phone to the page; what is given back waits for the end and has the evidence."""
        before = len(self.wired.journal)
        scene = Scene(
            phone=self.wired.phone(SHELL),
            platform=Platform.ANDROID,
            known={"display.width_px": "1080", "display.height_px": "2400"},
            clock=SystemClock(),
            operator=self.told,  # type: ignore[arg-type]  # it only ever tells
            draw=lambda: secrets.token_hex(16),
            person_s=30,
            tell=lambda _name: None,
        )
        opened = len(self.wired.remote.browser(SHELL)[1])
        act = threading.Thread(target=over_the_cable, args=(scene, pages), daemon=True)
        act.start()
        wait_for(lambda: len(self.wired.remote.browser(SHELL)[1]) > opened, 20, "the phone was not sent to a page")

        def end() -> list[Evidence]:
            act.join(60)
            assert not act.is_alive()
            return self.wired.journal[before:]

        return end

    @property
    def address(self) -> str:
        """What the phone was told to open."""
        return self.wired.remote.browser(SHELL)[1][-1]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checked]:
    with running(tmp_path_factory.mktemp("chromium")) as bench:
        bench.accept(SHELL)
        yield Checked(bench)


@pytest.fixture(scope="module")
def browser(checked: Checked) -> Iterator[PhoneBrowser]:
    found = PhoneBrowser(checked.loopback)
    yield found
    found.close()


def test_a_page_in_the_phones_browser_reaches_the_bench_over_the_cable(checked: Checked, browser: PhoneBrowser) -> None:
    end = checked.begin(files(LIAR))
    assert browser.open(checked.address) == 200
    browser.wait("#said:not(:empty)")
    assert browser.do("text", selector="#code") == checked.told.facts[-1]["code"]
    assert browser.do("text", selector="#said") == '[true,"",204,422,204]', (
        "secure, without a cookie that a script sees"
    )
    pieces = end()
    assert ends(pieces) == "done"
    claims = [dict(piece.values) for piece in pieces if piece.link == "browser"]
    assert claims == [{"browser.touch_coverage_permille": "1000"}, {"browser.touch_ghosts": "malformed"}]
    unforeseen = [each for each in browser.complaints if "422" not in each and "404" not in each]
    assert unforeseen == [], "nothing but the refused result, and the favicon.ico that every browser looks for"


def test_a_second_browser_with_the_same_address_ends_the_visit(checked: Checked, browser: PhoneBrowser) -> None:
    waits = LIAR.replace('await post("done", {});', "")
    end = checked.begin(files(waits))
    assert browser.open(checked.address) == 200
    browser.wait("#said:not(:empty)")
    second = PhoneBrowser(checked.loopback)
    try:
        assert second.open(checked.address) == 410
    finally:
        second.close()
    assert ends(end()) == "replayed"
