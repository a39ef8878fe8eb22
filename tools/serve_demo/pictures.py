# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the dashboard for the README: real screenshots of `make serve-demo`, by a real Chromium.

    python -m tools.serve_demo.pictures [--within 300]

It starts a demo of its own, lets things happen, and writes docs/pictures/dashboard-en.png and dashboard-zh.png.
Chromium takes no cookie on its command line, so a relay on loopback adds that of somebody who came in with a badge.
"""

import argparse
import http.server
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from PIL import Image

from tools.serve_demo.demo_station import ROOT, DemoStation, demo_station, serving
from tools.serve_demo.people import People
from tools.serve_demo.visitors import SLOTS, Visitors

PICTURES = ROOT / "docs" / "pictures"
LANGUAGES: Mapping[str, str] = {"en": "en", "zh": "zh-CN"}
SIZE, COLOURS = "1600,1000", 64
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
STILL_S = 15.0
MOST_SLOTS = len(SLOTS) - 1
PASSED_ON = ("content-type", "content-security-policy")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.serve_demo.pictures")
    parser.add_argument("--within", type=float, default=300.0, help="seconds in which a good moment is waited for")
    options = parser.parse_args(arguments)
    visitors = Visitors(500)
    with tempfile.TemporaryDirectory() as folder, demo_station(Path(folder), visitors) as station, serving(station):
        _let_happen(station, visitors, options.within)
        cookies = _cookies(station)
        for name, language in LANGUAGES.items():
            headers = {"Cookie": cookies, "Accept-Language": language}
            with _relay(f"http://127.0.0.1:{station.port}", headers) as address:
                _picture(address, PICTURES / f"dashboard-{name}.png", Path(folder))
    return 0


def _let_happen(station: DemoStation, visitors: Visitors, seconds: float) -> None:
    people = People(technician=station.technician, validator=station.validator, bench=station.bench, visitors=visitors)
    while not station.technician.answers():
        time.sleep(0.2)
    threading.Thread(target=people.follow, daemon=True).start()
    until = time.monotonic() + seconds
    while time.monotonic() < until and not _shows_everything(station):
        people.step()
        time.sleep(1.0)


def _shows_everything(station: DemoStation) -> bool:
    """Are some phones at work, some done, and some in want of a person?"""
    states = [each["state"] for each in station.technician.get("/v1/phones")["phones"]]
    return len(states) >= MOST_SLOTS and {"at_work", "finished"} < set(states)


def _cookies(station: DemoStation) -> str:
    """Those of a technician who has scanned a badge."""
    badge = station.tokens["technician"].read_text("utf-8").strip()
    address = f"http://127.0.0.1:{station.port}/login/badge"
    answer = httpx.post(address, json={"badge": badge}, headers={"Sec-Fetch-Site": "same-origin"})
    answer.raise_for_status()
    return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


@contextmanager
def _relay(service: str, headers: Mapping[str, str]) -> Iterator[str]:
    """An address whose pages are the service's, for whoever those headers are."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/live"):  # a picture does not change
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.end_headers()
                self.wfile.write(b"event: alive\ndata: {}\n\n")
                time.sleep(STILL_S)
                return
            answer = httpx.get(service + self.path, headers=dict(headers), follow_redirects=True, timeout=30)
            self.send_response(answer.status_code)
            for name in PASSED_ON:
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.end_headers()
            with suppress(BrokenPipeError):  # a browser that has its picture waits for nothing more
                self.wfile.write(answer.content)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's shape
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def _picture(address: str, target: Path, folder: Path) -> None:
    browser = next(found for name in CHROMIUM if (found := shutil.which(name)))
    shot = folder / "shot.png"
    switches = ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--timeout=20000", "--disable-gpu")
    command = [browser, *switches, f"--window-size={SIZE}", f"--user-data-dir={folder / 'chromium'}"]
    subprocess.run([*command, f"--screenshot={shot}", address], check=True, timeout=120, capture_output=True)
    with Image.open(shot) as taken:
        taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)
    print(target.name, target.stat().st_size)


if __name__ == "__main__":
    sys.exit(main())
