# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's Chromium as the browser of a virtual phone: its `localhost` is the phone's, its screen can be touched."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.support.page_browser import PROGRAMS

DRIVER = Path(__file__).parent / "phone_browser.mjs"


class PhoneBrowser:
    """One browser, with one page. `loopback`: the phone's (`RemoteBench.browser`). `camera` and `sound`: files in place
    of what the phone sees and hears.
    """

    def __init__(self, loopback: str, *, camera: Path | None = None, sound: Path | None = None) -> None:
        program = next((path for path in map(shutil.which, PROGRAMS) if path), None)
        assert program, f"these tests drive Chromium: sudo apt-get install --no-install-recommends {PROGRAMS[0]}"
        self._process = subprocess.Popen(
            ["node", str(DRIVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        files = {"camera": str(camera or ""), "sound": str(sound or "")}
        self.do("start", executable=program, loopback=loopback, **files)

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

    def open(self, address: str, **facts: Any) -> int:
        """What the phone was told to open: the status of the page."""
        return int(self.do("open", address=address, **facts))

    def script(self, script: str) -> Any:
        """What it gives, in the page."""
        return self.do("evaluate", script=script)

    def wait(self, selector: str, *, seconds: float = 30) -> None:
        """Until it is there to be seen."""
        self.do("wait", selector=selector, seconds=seconds)

    @property
    def complaints(self) -> list[str]:
        """What the browser itself complained about: refused scripts, errors."""
        return [each for each in self.do("console") if each.startswith("error")]

    def close(self) -> None:
        """The end."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()
