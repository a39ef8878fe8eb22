# SPDX-License-Identifier: GPL-3.0-or-later
"""What each command of the command line does beside a running service, as the table of docs/service.md says."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from station.cli import main
from station.papers.keys import open_paper_issuer
from station.service.daemon import api_socket
from station.session.remote.place import socket_path
from station.setup.home import Home
from station.setup.people import load
from station.setup.settings import Settings
from tests.station.cli.test_process_beside_a_service import CONFIG, SERIAL, patient, serving
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, PIXEL_16, ROOT, CommandLine, Done, Starter
from tests.support.free_port import free_port
from tests.support.overhearing import overheard

WAYS = ("the service does it", "reads", "keeps apart", "knows no station", "refused")
"""As the table's rows begin."""
_ROW = re.compile(r"^\| \*\*(?P<way>[^*]+)\*\*[^|]*\| (?P<commands>[^|]+) \|$", re.MULTILINE)


class Try(NamedTuple):
    """One call. `codes`: alone and beside a service. `same`: nothing is changed by it, and it says the same both times
    but for moments; without a service it would else do, here, what it should only do once.
    """

    words: tuple[object, ...]
    code: int = 0
    same: bool = True


def tries(home: Path, out: Path) -> Mapping[str, Try]:
    """A call of every command, in an order in which each finds what it needs."""
    job, paper = "TESTJOB1", out / "paper.pdf"
    by = ("--by", "Wang Fang")
    return {
        "list": Try(("list", "--json")),
        "inspect": Try(("inspect", "-s", SERIAL, "--json")),
        "wipe": Try(("wipe", "--plan", "-s", SERIAL, "--json")),
        "watch": Try(("watch", "--jsonl", "--seconds", "1"), same=False),
        "jobs": Try(("jobs", "--json")),
        "history": Try(("history", job, "--json")),
        "lots": Try(("lots", "--json")),
        "recheck": Try(("recheck", job, "-s", SERIAL, "--json"), code=7),
        "answer": Try(("answer", job, "screen=defect", "--by", "Li Wei", "--reason", "a slip"), same=False),
        "skip": Try(("skip", job), code=3),
        "abandon": Try(("abandon", job, "--by", "Li Wei"), code=4),
        "tag": Try(("tag", job, "--asset-tag", "A-1", "--lot", "W48", "--by", "Li Wei"), same=False),
        "lot": Try(("lot", "W48", "--expect", "1", "--by", "Li Wei"), same=False),
        "validate": Try(("validate", job, "--accept", *by), same=False),
        "reprint": Try(("reprint", job, "-o", paper, "--json"), same=False),
        "copy": Try(("copy", job, "--archive", "-o", out / "copy.pdf", "--json"), same=False),
        "label": Try(("label", job, "-o", out / "label.pdf"), same=False),
        "print audit": Try(("print", "audit", job, "-o", out / "audit.pdf"), same=False),
        "print manifest": Try(("print", "manifest", "W48", "-o", out / "manifest.pdf"), same=False),
        "print month": Try(("print", "month", "2026-11", "-o", out / "month.pdf"), same=False),
        "print shift": Try(("print", "shift", "--since", "today", "-o", out / "shift.pdf"), same=False),
        "print sample": Try(("print", "sample", "2020-01", "-o", out / "sample.pdf"), code=3),
        "export jobs": Try(("export", "jobs", "--out", out / "jobs.csv"), same=False),
        "regrade": Try(("regrade", job, "--json"), same=False),
        "grade compare": Try(("grade", "compare", paper, paper), same=False),
        "verify": Try(("verify", paper, "--trust", home / "keys" / "root.pem", "--json"), code=7, same=False),
        "attested": Try(("attested", paper), same=False, code=6),
        "sample draw": Try(("sample", "draw", "2026-10"), code=8),
        "sample result": Try(("sample", "result", "PW-0000-0000-0000-0000", "--found", "none", "--tool", "x", "--as",
                              "Wang Fang"), code=3),
        "sample lot": Try(("sample", "lot", "2026-10"), code=4),
        "sample check": Try(("sample", "check", out / "x.json", "--snapshot", out / "none", "--policy", out / "no"),
                            code=2),
        "withdraw": Try(("withdraw", job, "--reason", "other", *by, "--yes"), same=False),
        "process": Try(("process", "-s", SERIAL, "--confirm", "12345"), code=2),
        "challenge": Try(("challenge", job), code=3),
        "attest": Try(("attest", job, "--without"), code=3),
        "card": Try(("card",)),
        "photo": Try(("photo", "-s", "1-1", "--folder", out), code=3),
        "ledger verify": Try(("ledger", "verify", "--json"), same=False),
        "ledger rebuild": Try(("ledger", "rebuild"), same=False),
        "ledger export": Try(("ledger", "export"), same=False),
        "ledger backup": Try(("ledger", "backup", out / "ledger.sqlite3"), same=False),
        "log status": Try(("log", "status", "--json"), same=False),
        "log export": Try(("log", "export", "--snapshot", out / "status.log"), same=False),
        "log serve": Try(("log", "serve", "--host", "203.0.113.1"), code=2),
        "log cosign": Try(("log", "cosign"), code=8, same=False),
        "log prove": Try(("log", "prove", "PW-0000-0000-0000-0000"), code=3),
        "log audit": Try(("log", "audit"), same=False),
        "log witness": Try(("log", "witness", "--new", "witness.example/w", "--state", out / "witness"), same=False),
        "token add": Try(("token", "add", "--role", "kiosk", "--person", "Li Wei", "--out", out / "t"), same=False),
        "token list": Try(("token", "list"), same=False),
        "token remove": Try(("token", "remove", "nothing"), code=2),
        "webhook list": Try(("webhook", "list")),
        "webhook test": Try(("webhook", "test", "shop"), code=3),
        "webhook dead": Try(("webhook", "dead", "shop"), code=3),
        "webhook replay": Try(("webhook", "replay", "shop"), code=3),
        "webhook secret": Try(("webhook", "secret", "--out", out / "secret"), same=False),
        "keys show": Try(("keys", "show", "--json")),
        "keys check": Try(("keys", "check")),
        "keys export": Try(("keys", "export", "organisation", "--to", out / "exported.key"), code=2),
        "keys export-trust": Try(("keys", "export-trust", out / "trust"), same=False),
        "keys roots": Try(("keys", "roots", out / "nothing", "--out", out / "roots"), code=3),
        "dashboard": Try(("dashboard",), same=False),
        "explain": Try(("explain", "blocked", "--json")),
        "schema": Try(("schema", "jobs")),
        "completion": Try(("completion", "bash")),
        "unlock": Try(("unlock", "--help")),
        "lock": Try(("lock",)),
        "doctor": Try(("doctor", "--json"), same=False),
        "demo": Try(("demo", "--help")),
        "check": Try(("check", "-s", SERIAL, "--only", "silent_android", "--json"), code=6, same=False),
        # refused: what they would do alone is no part of this
        "init": Try(("init", "--name", "Another", "--person", "Li Wei:operator"), code=1, same=False),
        "serve": Try(("serve",), code=1, same=False),
        "bench": Try(("bench",), code=2, same=False),
        "record": Try(("record", "-s", SERIAL, "--out", out / "recording"), code=1, same=False),
        "keys renew": Try(("keys", "renew"), code=1, same=False),
        "keys crl": Try(("keys", "crl"), code=1, same=False),
        "keys revoke": Try(("keys", "revoke", "0" * 16, "--at", "2026-01-01", "--reason", "superseded"), code=1,
                           same=False),
        "keys validator": Try(("keys", "validator", "Wang Fang"), code=1, same=False),
        "log init": Try(("log", "init", "--origin", "log.example/x"), code=1, same=False),
    }  # fmt: skip


def commands() -> Iterator[str]:
    """Every command there is, with those of groups."""
    context = click.Context(group := main.build())
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from (f"{name} {each}" for each in command.list_commands(context))
        else:
            yield name


def told() -> dict[str, str]:
    """Command → what docs/service.md says of it."""
    found: dict[str, str] = {}
    for row in _ROW.finditer((ROOT / "docs" / "service.md").read_text("utf-8")):
        if row["way"] in WAYS:
            for each in re.findall(r"`([^`]+)`", row["commands"]):
                assert each not in found, f"{each} twice"
                found[each] = row["way"]
    return found


def test_the_table_of_the_documents_has_every_command_once() -> None:
    assert sorted(told()) == sorted(commands())


REFUSALS = ("service holds this station", "needs a terminal", "never overwritten")
_NONCE = re.compile(r"\b[0-9a-f]{32}\b")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T[0-9:.]+Z|\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?")


def said(done: Done) -> tuple[object, ...]:
    """What it left, whenever that was."""
    return done.code, *(_NONCE.sub("ONCE", _MOMENT.sub("THEN", each)) for each in (done.out, done.err))


@pytest.fixture
def line(specimen: Starter) -> CommandLine:
    """A specimen station with a verified job of an iPhone that waits for a person, and another phone on its bench."""
    found, _bench = specimen(PIXEL_16, config=f"{CONFIG}\n[service]\nport = {free_port()}\n")
    patient(found)
    found.environment["PROOFWIPE_VALIDATOR_PASSPHRASE"] = "her own words"
    home = Home(found.home).make()
    with open_paper_issuer(home, Settings(), load(home.keys).issuer, PASSPHRASE) as papers:
        lives.live(lives.IPHONE, folder=home.path, settings=lives.VALIDATED, papers=papers)
    return found


@pytest.mark.wire
@pytest.mark.timeout(1000)
def test_each_does_what_the_table_says_and_what_changes_nothing_says_the_same_without_a_service(
    line: CommandLine, tmp_path: Path
) -> None:
    out, way = tmp_path / "out", told()
    out.mkdir()
    calls = tries(line.home, out)
    assert sorted(calls) == sorted(way)
    alone = {name: said(line.run(*each.words)) for name, each in calls.items() if each.same}
    wrong = []
    with serving(line) as (_process, _service):
        for name, each in calls.items():
            with (
                overheard(socket_path(Home(line.home))) as commands_asked,
                overheard(api_socket(Home(line.home))) as programs_asked,
            ):
                done = line.run(*each.words)
            asked = any(b" /healthz " not in each for each in commands_asked + programs_asked)
            if done.code != each.code:
                wrong.append(f"{name}: {done.code} instead of {each.code}: {done.err}")
            if asked is not (way[name] == "the service does it"):
                wrong.append(f"{name}: the service was {'asked' if asked else 'not asked'}")
            if name in alone and said(done) != alone[name]:
                wrong.append(f"{name}: {said(done)}, and without a service {alone[name]}")
            refused = any(each in done.err for each in REFUSALS)
            if refused is not (way[name] == "refused") or (refused and "→" not in done.err):
                wrong.append(f"{name}: {done.err}")
    assert wrong == [], "\n".join(wrong)
