# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole way on a bench of virtual phones: real adb server, real pymobiledevice3, virtual devices.

No real phone is ever touched: the adb server has USB off, pyusb sees only the virtual bus, usbmux is the
bench's own socket. Every record says `emulated`, every paper SPECIMEN.
"""

import secrets
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from certs import editions
from certs.keys.authority import create_authority
from certs.log.policy import LogPolicy, Party
from certs.log.tags import SECRET_BYTES
from certs.record.facts import Person
from certs.record.issuer import Issuer
from phones.clock import SystemClock, utc_now
from station.errors import ConfigError
from station.ledger.job import Job
from station.papers.job_log import JobLog
from station.papers.paper_issuer import PaperIssuer
from station.session.bench import PhoneBench
from station.session.emulated import Hello, open_emulated
from station.session.session import Session
from station.session.technician import Script, ScriptedTechnician
from station.setup.home import Home, write_whole
from station.setup.settings import Settings, from_document
from station.text.language import text
from transparency.database import TransparencyLog
from virtual_phones.bench.remote import RemoteBench
from virtual_phones.bench.scenario import ScenarioError, demo_scenario, load_scenario

Show = Callable[[Session, Mapping[str, str]], AbstractContextManager[object]]
ALL_PLUGGED_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """What the demo produced. `names`: what the scenario calls the phone on each port."""

    jobs: tuple[Job, ...]
    names: Mapping[str, str]
    seconds: float
    deadlines: Mapping[str, float]
    technician: Mapping[str, object]


def run_demo(out: Path, *, scenario: Path | None, show: Show) -> DemoResult:
    """Process every phone of the scenario at once; papers go to `out`.

    `show`: given the session and what the phones are called by port; lasts as long as the session works.
    Raises: BenchError, LedgerError, CertsError.
    """
    config = tomllib.loads(resources.files("station.session").joinpath("demo.toml").read_text(encoding="utf-8"))
    settings = from_document(config["settings"], "demo.toml")
    file = _checked(scenario or demo_scenario())
    home = Home(out / "station").make()
    home.start_log()
    clock = SystemClock()
    started = clock.now()
    with ExitStack() as stack:
        remote = RemoteBench.start(file, die_with_us=True)
        stack.callback(remote.stop)
        hello = Hello(control=remote.control[1], usbmux=remote.usbmux or "", transports=remote.transports)
        names = {str(phone["port"]): str(phone["name"]) for phone in remote.phones()}
        technician = ScriptedTechnician(_script(config, names), remote.press, remote.screen)
        session = stack.enter_context(
            Session.open(
                home,
                settings,
                bench=lambda: open_emulated(hello, home),
                papers=lambda _warn: _papers(config, settings, home, out),
                listener=technician.notice,
            )
        )
        stack.enter_context(show(session, names))
        _wait_until_plugged(session.bench, set(names), clock)
        person = Person(name=config["technician"]["name"], role=config["technician"]["role"])
        session.start(*(item for item in session.bench.sightings() if item.port in names), by=person)
        session.wait()
        return DemoResult(
            jobs=session.own_jobs,
            names=names,
            seconds=round((clock.now() - started).total_seconds(), 1),
            deadlines=config["settings"]["deadlines"],
            technician=config["technician"],
        )


def _checked(scenario: Path) -> Path:
    """A scenario file that can be furnished. Raises: ConfigError."""
    try:
        load_scenario(scenario)
    except ScenarioError as error:
        raise ConfigError(
            subject="--scenario", step=str(scenario), expected=text("expected.scenario"), got=str(error)
        ) from error
    return scenario


def _wait_until_plugged(bench: PhoneBench, ports: set[str], clock: SystemClock) -> None:
    give_up = clock.monotonic() + ALL_PLUGGED_S
    while clock.monotonic() < give_up and ports - {item.port for item in bench.sightings()}:
        clock.sleep(0.1)


@contextmanager
def _papers(config: dict[str, Any], settings: Settings, home: Home, out: Path) -> Iterator[PaperIssuer]:
    issuer = Issuer(**config["issuer"])
    authority = create_authority(issuer, "demo", now=utc_now(), specimen=True)
    signer = authority.signer()
    log = _log(home, out)
    try:
        yield PaperIssuer(
            issuer=issuer,
            signer=signer,
            scheme=settings.scheme,
            edition=editions.for_papers(specimen=True),
            folder=out,
            clock=SystemClock(),
            store=authority.security_store(),
            log=JobLog(log=log, secret=secrets.token_bytes(SECRET_BYTES), station=signer.station.key_id),
        )
    finally:
        log.close()


def _log(home: Home, out: Path) -> TransparencyLog:
    """A log of this demo alone, under a key that is forgotten with it; whom to believe about it lies by the papers."""
    key = Ed25519PrivateKey.generate()
    name = f"proofwipe.demo/{key.public_key().public_bytes_raw().hex()[:16]}"
    log = TransparencyLog.create(home.transparency_log, origin=name, key=key)
    policy = LogPolicy(logs=(Party(name=name, key=log.public),))
    write_whole(out / "log-policy.txt", policy.to_text().encode())
    return log


def _script(config: dict[str, Any], names: Mapping[str, str]) -> Script:
    technician = config["technician"]
    about = technician["answers_about"]
    return Script(
        on_problem=technician["on_problem"],
        on_instruction=technician["on_instruction"],
        answers=technician["answers"],
        answers_about={port: about[name] for port, name in names.items() if name in about},
        looks_at=technician["looks_at"],
    )
