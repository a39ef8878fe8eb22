# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium with the built page in it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "dist" / "verify.html"
GOLDEN = ROOT / "tests" / "golden"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Browser:
    """Chromium behind tests/offline_page/browser.mjs."""

    def __init__(self, camera: Path | None = None) -> None:
        self.process = subprocess.Popen(
            ["node", str(Path(__file__).with_name("browser.mjs"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.do("start", executable=_chromium(), **({"camera": str(camera)} if camera else {}))

    def do(self, act: str, **facts: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"act": act, **facts}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the browser ended"
        answer = json.loads(line)
        assert "error" not in answer, answer
        return answer["found"]

    def open(self, **facts: Any) -> None:
        """The page from its file, ready to judge."""
        self.do("open", address=PAGE.as_uri(), **facts)
        self.do("wait", selector="html[data-boot=ready], html[data-boot=broken]", state="attached", seconds=180)
        assert self.script("document.documentElement.dataset.boot") == "ready", self.do("console")

    def script(self, script: str) -> Any:
        return self.do("evaluate", script=script)

    def text(self, selector: str) -> str:
        found = self.script(f"document.querySelector({json.dumps(selector)})?.textContent ?? ''")
        assert isinstance(found, str)
        return found

    def phone(self, number: str = "") -> None:
        """Answers the first question, from wherever it stands."""
        if self.script("Boolean(document.getElementById('phone-change'))"):
            self.do("click", selector="#phone-change")
        if number:
            self.do("fill", selector="#imei", text=number)
            self.do("click", selector="#phone-go")
        else:
            self.do("click", selector="#phone-skip")

    def again(self) -> None:
        """From the beginning, with nothing handed in and nobody trusted."""
        if self.script("Boolean(document.getElementById('again'))"):
            self.do("click", selector="#again")
        while self.script("document.querySelector('.trusted button')?.click() ?? document.querySelector('.trusted')"):
            pass
        self.do("wait", selector=".none")

    def trust(self, *paths: Path) -> None:
        self.do("files", selector="#trust-file", paths=[str(path) for path in paths])
        self.do("wait", selector=f".trusted li:nth-child({len(paths)}) :is(.certificate, .wrong)")

    def give(self, path: Path) -> dict[str, Any]:
        """Hands in a paper and waits for what the page says of it."""
        self.script("document.documentElement.dataset.judgedMs = ''")
        self.do("files", selector="#paper-file", paths=[str(path)])
        return self.answer()

    def answer(self) -> dict[str, Any]:
        self.do("wait", selector="html:not([data-judged-ms='']) #word", seconds=180)
        found = self.script(
            """({
              answer: document.getElementById("word").dataset.answer,
              code: document.getElementById("word").dataset.code,
              device: document.getElementById("device")?.dataset.device ?? "",
              warnings: [...document.querySelectorAll("#warnings li")].map((each) => each.dataset.code),
              checks: [...document.querySelectorAll("[data-check]")].map(
                ({dataset: {check, verdict, code}}) => [check, verdict, code ?? ""]),
              ms: Number(document.documentElement.dataset.judgedMs),
            })"""
        )
        assert isinstance(found, dict)
        return found

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()


def _chromium() -> str:
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    assert found, "these tests drive Chromium: sudo apt-get install --no-install-recommends chromium"
    assert PAGE.is_file(), "dist/verify.html is not built: make verify-page"
    return found
