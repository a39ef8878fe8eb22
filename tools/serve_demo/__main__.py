# SPDX-License-Identifier: GPL-3.0-or-later
"""`make serve-demo`: the service on a virtual bench whose phones come and go, until Ctrl-C.

    python -m tools.serve_demo [--out out/serve-demo] [--port 8700] [--slow 1.0]

Nothing real is touched: the station is a specimen station, its phones live in another process, and only its own
configuration has erasing over the API switched on.
"""

import argparse
import secrets
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

from phones.errors import ProofwipeError
from station.client.connection import Connection
from tools.serve_demo.demo_station import ROOT, DemoStation, demo_station, serving
from tools.serve_demo.people import Patience, People
from tools.serve_demo.visitors import Visitors

STARTS_WITHIN_S = 120.0
STEP_S = 1.0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.serve_demo")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "serve-demo")
    parser.add_argument("--port", type=int, default=0, help="of the service on loopback; any free one by default")
    parser.add_argument("--slow", type=float, default=1.0, help="how much slower than usual the demo's people are")
    options = parser.parse_args(arguments)
    _end_once()
    try:
        _demo(options)
    except KeyboardInterrupt:
        print("\nThe demo ends.", file=sys.stderr)
        return 0
    return 1


def _end_once() -> None:
    """The first signal ends the demo; one more would break off what ends its children, and leave them, or end an
    interpreter that has taken its own handlers away already.
    """
    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end(_number: int, _frame: object) -> None:
        for each in ending:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in ending:
        signal.signal(each, end)


def _demo(options: argparse.Namespace) -> None:
    """Until the service ends by itself. Raises: KeyboardInterrupt; SystemExit where it does not start."""
    visitors = Visitors(1 + secrets.randbelow(40_000))
    with demo_station(options.out.resolve(), visitors, port=options.port) as station, serving(station) as process:
        _wait_until_up(station.technician, process)
        _say_where(station)
        people = People(
            technician=station.technician,
            validator=station.validator,
            bench=station.bench,
            visitors=visitors,
            patience=_slower(options.slow),
        )
        threading.Thread(target=people.follow, daemon=True).start()
        while process.poll() is None:
            time.sleep(STEP_S)
            try:
                people.step()
            except ProofwipeError as error:
                print(f"! {error.reason()}", file=sys.stderr)


def _slower(times: float) -> Patience:
    usual = Patience()
    return replace(usual, **{name: getattr(usual, name) * times for name in Patience.__slots__})


def _wait_until_up(service: Connection, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while not service.answers():
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit("the service does not start")
        time.sleep(0.2)


def _say_where(station: DemoStation) -> None:
    home = station.home.path
    print(f"\n    {station.login()}\n", file=sys.stderr)
    print(
        f"A second browser: http://127.0.0.1:{station.port}/ and `proofwipe --home {home} dashboard`", file=sys.stderr
    )
    print(f"Socket:  curl --unix-socket {home}/api.sock http://localhost/v1/phones", file=sys.stderr)
    for role, path in station.tokens.items():
        print(f"Token:   {path} ({role})", file=sys.stderr)
    print(f"Beside:  proofwipe --home {home} jobs", file=sys.stderr)
    print("Every phone is virtual, every paper a SPECIMEN. Ctrl-C ends it.\n", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
