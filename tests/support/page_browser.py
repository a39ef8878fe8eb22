# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Chromium at the dashboard, driven as the offline page is: tests/offline_page/browser.mjs."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

DRIVER = Path(__file__).parents[1] / "offline_page" / "browser.mjs"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SCANNER_MS = 5
"""Between two characters of a barcode scanner."""


class PageBrowser:
    """One browser, and one page of it."""

    def __init__(self) -> None:
        program = next((path for path in map(shutil.which, PROGRAMS) if path), None)
        assert program, f"these tests drive Chromium: sudo apt-get install --no-install-recommends {PROGRAMS[0]}"
        self._process = subprocess.Popen(
            ["node", str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.do("start", executable=program)

    def do(self, act: str, **facts: Any) -> Any:
        """One of the driver's acts."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"act": act, **facts}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the browser ended"
        answer = json.loads(line)
        assert "error" not in answer, answer
        return answer["found"]

    def enter(self, port: int, badge: str, *, language: str = "en-US", width: int = 1280) -> None:
        """A fresh browser whose person scans a badge."""
        self.do("open", address=f"http://127.0.0.1:{port}/", locale=language, width=width, height=900, offline=False)
        self.wait("#badge")
        self.scan(badge)
        self.wait("#scan-field")

    def wait(self, selector: str, *, state: str = "visible", seconds: float = 60) -> None:
        """Until it is so."""
        self.do("wait", selector=selector, state=state, seconds=seconds)

    def scan(self, number: str) -> None:
        """As a scanner does: fast, wherever the focus is, with Enter at the end."""
        self.do("type", text=number, delay=SCANNER_MS)
        self.do("press", key="Enter")

    def type(self, text: str) -> None:
        """Into where the focus is, as a person does."""
        self.do("type", text=text, delay=0)

    def press(self, *keys: str) -> None:
        """As a person does: one key after another."""
        for key in keys:
            self.do("press", key=key)
            self.do("pause", ms=150)

    def tab_to(self, selector: str, *, most: int = 120) -> None:
        """As a person without a mouse does: from one thing to the next until the focus is there."""
        for _ in range(most):
            if self.script(f"document.activeElement?.matches({json.dumps(selector)}) ?? false"):
                return
            self.do("press", key="Tab")
        raise AssertionError(f"no Tab leads to {selector}")

    def saved(self, folder: Path) -> list[Path]:
        """What was downloaded since the browser was opened, in order."""
        return [Path(each) for each in self.do("saved", folder=str(folder))]

    def script(self, script: str) -> Any:
        """What it gives, in the page."""
        return self.do("evaluate", script=script)

    def text(self, selector: str) -> str:
        """What stands there; "" where there is none."""
        return str(self.script(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def html(self, selector: str) -> str:
        """What is there; "" where there is none."""
        return str(self.script(f"document.querySelector({json.dumps(selector)})?.outerHTML ?? ''"))

    def count(self, selector: str) -> int:
        """How many there are."""
        return int(self.script(f"document.querySelectorAll({json.dumps(selector)}).length"))

    @property
    def complaints(self) -> list[str]:
        """What the browser itself complained about: refused scripts, errors; not that the service refused something."""
        told = [each for each in self.do("console") if each.startswith(("error", "warning"))]
        return [each for each in told if "the server responded with a status of 4" not in each]

    def close(self) -> None:
        """The end."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()
