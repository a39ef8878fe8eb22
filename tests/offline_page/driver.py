# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium or Firefox with the built page in it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "dist" / "verify.html"
GOLDEN = ROOT / "tests" / "golden"
BROWSERS = {
    "chromium": ("browser.mjs", ("chromium", "chromium-browser", "google-chrome")),
    "firefox": ("firefox.mjs", ("firefox-esr", "firefox")),
}
"""What drives it, and what its program may be called."""


class Browser:
    """A browser behind tests/offline_page/browser.mjs or firefox.mjs."""

    def __init__(self, kind: str = "chromium", camera: Path | None = None) -> None:
        driver, _ = BROWSERS[kind]
        self.process = subprocess.Popen(
            ["node", str(Path(__file__).with_name(driver))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.do("start", executable=_program(kind), **({"camera": str(camera)} if camera else {}))

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
        self.unfold("given")
        if self.script("Boolean(document.getElementById('phone-change'))"):
            self.do("click", selector="#phone-change")
        if number:
            self.do("fill", selector="#imei", text=number)
            self.do("click", selector="#phone-go")
        elif self.script("Boolean(document.getElementById('phone-skip'))"):
            self.do("click", selector="#phone-skip")

    def unfold(self, fold: str) -> None:
        """Opens a fold, if the page has it now."""
        self.script(f"document.querySelector('#{fold}:not([open])')?.setAttribute('open', '') ?? null")

    def again(self) -> None:
        """From the beginning, with nothing handed in and nobody trusted."""
        if self.script("Boolean(document.getElementById('again'))"):
            self.do("click", selector="#again")
        while self.script(
            "document.querySelector('.trusted button')?.click() ?? Boolean(document.querySelector('.trusted'))"
        ):
            pass
        self.do("wait", selector=".none")

    def trust(self, *paths: Path, source: str = "site") -> None:
        """Hands in files of an issuer, and says from whom they came, if the page asks; "" does not say it."""
        self.unfold("given")
        self.do("files", selector="#trust-file", paths=[str(path) for path in paths])
        self.do("wait", selector=f".trusted > li:nth-child({len(paths)}) :is(.certificate, .wrong)", state="attached")
        if source and self.script("Boolean(document.getElementById('source'))"):
            self.unfold("given")
            self.do("click", selector=f"#source-{source}")

    def give(self, path: Path) -> dict[str, Any]:
        """Hands in a paper and waits for what the page says of it."""
        self.script("document.documentElement.dataset.judgedMs = ''")
        self.do("files", selector="#paper-file", paths=[str(path)])
        return self.answer()

    def answer(self) -> dict[str, Any]:
        found = None
        while found is None:  # an answer that was under way may be taken back between the look and the reading
            self.do("wait", selector="html:not([data-judged-ms='']) #word", seconds=180)
            found = self.script(
                """document.getElementById("word") && ({
                  answer: document.getElementById("word").dataset.answer,
                  code: document.getElementById("word").dataset.code,
                  plain: document.getElementById("word").dataset.plain,
                  why: document.getElementById("word").dataset.why,
                  headline: document.getElementById("word").textContent,
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


def _program(kind: str) -> str:
    _, names = BROWSERS[kind]
    found = next((path for path in map(shutil.which, names) if path), None)
    assert found, f"these tests drive {kind}: sudo apt-get install --no-install-recommends {names[0]}"
    assert PAGE.is_file(), "dist/verify.html is not built: make verify-page"
    return found
