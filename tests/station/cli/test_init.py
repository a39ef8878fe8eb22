# SPDX-License-Identifier: GPL-3.0-or-later
"""Setting up a station at a terminal: what papers need is asked for, and no slip costs the keys or the command."""

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.cli_station import PASSPHRASE, CommandLine, Terminal

COMPANY = (
    "init",
    "--name",
    "Example Refurbishing GmbH",
    "--person",
    "Li Wei:operator",
    "--person",
    "Wang Fang:validator",
)
NEW = "New passphrase"


@pytest.fixture
def newcomer(tmp_path: Path) -> CommandLine:
    """Nothing set up yet, and no passphrase in the environment."""
    line = CommandLine(tmp_path / "newcomer")
    del line.environment["PROOFWIPE_PASSPHRASE"]
    return line


def files(line: CommandLine) -> dict[Path, str]:
    """What there is, but for what the program says to its developers."""
    found = (path for path in line.home.rglob("*") if path.is_file() and path.name != "station.log")
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def answer(at: Terminal, question: str, typed: str) -> None:
    """Type once the question has come; what was said before is forgotten."""
    at.wait_for(question)
    at.said = ""
    at.type(typed)


def test_what_papers_need_is_asked_for_and_a_new_passphrase_is_chosen_with_patience(newcomer: CommandLine) -> None:
    at = Terminal(newcomer, *COMPANY, columns=120)
    answer(at, "Postal address", "Hauptstr. 1, Berlin")
    answer(at, "E-mail, phone or web page", "mail@refurb.example")
    at.wait_for("can recover it; without it")
    answer(at, NEW, "a")
    at.wait_for("too short")
    answer(at, NEW, "")
    at.wait_for("too short")
    answer(at, NEW, "Wang Fang Li Wei")
    at.wait_for("names of this station")
    answer(at, NEW, "four words with no link")
    answer(at, "same passphrase again", "four words with no lonk")
    at.wait_for("The two passphrases differ. Please type both again.")
    answer(at, NEW, "four words with no link")
    answer(at, "same passphrase again", "four words with no link")
    assert at.end() == 0, at.said
    issuer = json.loads((newcomer.home / "keys" / "issuer.json").read_text("utf-8"))
    assert (issuer["address"], issuer["contact"]) == ("Hauptstr. 1, Berlin", "mail@refurb.example")
    assert newcomer.run("keys", "check", env={"PROOFWIPE_PASSPHRASE": "four words with no link"}).code == 0


def test_address_and_contact_may_be_left_out_and_it_is_said_what_that_costs(newcomer: CommandLine) -> None:
    newcomer.environment["PROOFWIPE_PASSPHRASE"] = PASSPHRASE
    at = Terminal(newcomer, *COMPANY, columns=200)
    answer(at, "Postal address", "")
    at.wait_for("will not say where")
    answer(at, "E-mail, phone or web page", "")
    at.wait_for("cannot ask you for root.pem")
    assert at.end() == 0, at.said


def test_what_was_given_is_not_asked_for_not_even_when_it_was_given_as_nothing(newcomer: CommandLine) -> None:
    newcomer.environment["PROOFWIPE_PASSPHRASE"] = PASSPHRASE
    at = Terminal(newcomer, *COMPANY, "--address", "Berlin", "--contact", "", columns=200)
    assert at.end() == 0, at.said
    assert "Postal address" not in at.said
    assert "cannot ask you for root.pem" in at.said


def test_a_second_init_says_whose_station_it_is_before_it_asks_anything(
    newcomer: CommandLine, station: CommandLine
) -> None:
    del station.environment["PROOFWIPE_PASSPHRASE"]
    before = files(station)
    at = Terminal(station, *COMPANY, columns=200)
    assert at.end() == 1
    today = f"{datetime.now(UTC):%Y-%m-}"
    assert re.search(rf"belongs to Example Refurbishing GmbH since {today}\d\d", at.said), at.said
    assert "passphrase" not in at.said.lower()
    assert "keys renew" in at.said
    assert "--under" in at.said
    assert files(station) == before
    assert not newcomer.home.exists()


@pytest.mark.parametrize("weak", ["a", "123456789012", "aaaaaaaaaaaaaaaa", "proofwipe password", "abcabcabcabcabc"])
def test_a_weak_passphrase_is_refused_wherever_it_comes_from(newcomer: CommandLine, tmp_path: Path, weak: str) -> None:
    file = tmp_path / "passphrase"
    file.write_text(weak + "\n")
    for done in (
        newcomer.run(*COMPANY, env={"PROOFWIPE_PASSPHRASE": weak}),
        newcomer.run(*COMPANY, "--passphrase-file", file),
    ):
        assert (done.code, "12 characters" in done.err) == (2, True), done.err
    assert not newcomer.home.exists()


def test_a_passphrase_typed_wrong_is_asked_for_again_and_the_third_time_is_the_last(station: CommandLine) -> None:
    del station.environment["PROOFWIPE_PASSPHRASE"]
    at = Terminal(station, "keys", "check", columns=120)
    answer(at, "Passphrase of the station key", "correct house")
    at.wait_for("Tries left: 2")
    answer(at, "Passphrase of the station key", "")
    at.wait_for("Nothing was typed")
    answer(at, "Passphrase of the station key", PASSPHRASE)
    assert at.end() == 0, at.said
    at = Terminal(station, "keys", "check", columns=120)
    for _try in range(3):
        answer(at, "Passphrase of the station key", "correct house")
    assert at.end() == 1
    assert "passphrase" in at.said.lower()


def test_in_a_script_a_wrong_passphrase_is_tried_once(station: CommandLine) -> None:
    done = station.run("keys", "check", env={"PROOFWIPE_PASSPHRASE": "correct house"})
    assert (done.code, len(done.err.splitlines())) == (1, 2)


def test_another_station_of_the_company_asks_for_the_roots_passphrase_and_a_new_one_of_its_own(
    newcomer: CommandLine, tmp_path: Path
) -> None:
    first = CommandLine(tmp_path / "first")
    first.init("--root-folder", tmp_path / "root")
    more = ("--under", tmp_path / "root", "--address", "", "--contact", "", "--station", "bench-2")
    at = Terminal(newcomer, *COMPANY, *more, columns=200)
    answer(at, NEW, "words of the second bench")
    answer(at, "same passphrase again", "words of the second bench")
    answer(at, "Passphrase of the root key", "words of the second bench")
    at.wait_for("Tries left: 2")
    answer(at, "Passphrase of the root key", PASSPHRASE)
    assert at.end() == 0, at.said
    assert newcomer.run("keys", "check", env={"PROOFWIPE_PASSPHRASE": "words of the second bench"}).code == 0
