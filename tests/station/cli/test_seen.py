# SPDX-License-Identifier: GPL-3.0-or-later
"""A decision is about what the person was shown, wherever they were shown it."""

import pytest

from certs.record.facts import Person
from station.errors import SeenChangedError, WrongStageError
from station.session import operations
from station.session.operations import OpenStation
from station.session.parts import Secrets
from station.session.remote.client import find_session
from station.session.remote.server import serve
from station.session.session import Session
from station.setup.home import Home
from station.setup.settings import load
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, Call, CommandLine, Terminal

CORRECTOR = Person(name="Li Wei", role="operator")
CORRECTED = ("--by", "Li Wei", "--reason", "a slip of the keys", "--json")


def _shown(call: Call) -> str:
    (job,) = call("jobs", "TESTJOB1", "--json")[1]["jobs"]
    return str(job["awaiting_record"])


def _corrected(home: Home, call: Call) -> None:
    pieces = lives.job_in(home.ledger).evidence
    wanted = "defect" if any(piece.values.get("statement.screen") == "ok" for piece in pieces) else "ok"
    assert call("answer", "TESTJOB1", f"screen={wanted}", *CORRECTED)[0] == 0


@pytest.mark.parametrize("choice", ["--accept", "--reject"])
def test_what_was_corrected_since_it_was_shown_is_not_decided_and_the_new_card_is_shown(
    home: Home, call: Call, choice: str
) -> None:
    seen = _shown(call)
    _corrected(home, call)
    newest = _shown(call)
    assert newest != seen
    words = ("validate", "TESTJOB1", choice, "--by", "Wang Fang", "--seen", seen)
    code, said = call(*words)
    assert code == 4
    assert f"record {newest}" in said, "the card as it is now"
    assert "an answer was corrected meanwhile" in said
    assert call(*words, "--json")[1]["code"] == "seen_changed"
    assert lives.job_in(home.ledger).validation is None
    assert call(*words[:-1], newest.lower(), "--json")[0] == (0 if choice == "--accept" else 1)


def test_what_was_shown_goes_with_one_job_and_one_decision(call: Call) -> None:
    assert call("validate", "TESTJOB1", "TESTJOB1", "--accept", "--by", "Wang Fang", "--seen", "x")[0] == 2
    assert call("validate", "TESTJOB1", "--by", "Wang Fang", "--seen", "x")[0] == 2


def test_a_card_of_the_queue_that_was_overtaken_is_shown_again_and_asked_again(home: Home, call: Call) -> None:
    seen = _shown(call)
    with (
        Session.open(home, load(home.config), Secrets(passphrase=lambda: PASSPHRASE)) as session,
        serve(OpenStation(home=home, session=session)),
    ):
        screen = Terminal(CommandLine(home.path), "validate", "--by", "Wang Fang", columns=120)
        screen.wait_for(f"record {seen}")
        screen.wait_for("r reject")
        session.correct("TESTJOB1", {"battery_swollen": "yes"}, by=CORRECTOR, reason="a slip of the keys")
        newest = session.jobs.by_id("TESTJOB1").summary.report
        screen.type("a")
        screen.wait_for("Type yes")
        screen.said = ""
        screen.type("yes")
        screen.wait_for(f"record {newest}")
        assert "an answer was corrected meanwhile" in screen.said
        assert session.jobs.by_id("TESTJOB1").validation is None
        screen.wait_for("r reject")
        screen.type("r")
        screen.wait_for("Type yes")
        screen.type("yes")
        assert screen.end() == 1
    assert lives.job_in(home.ledger).failure == "rejected"


def test_over_the_socket_it_is_the_same(home: Home, call: Call) -> None:
    seen = _shown(call)
    _corrected(home, call)
    with (
        Session.open(home, load(home.config), Secrets(passphrase=lambda: PASSPHRASE)) as session,
        serve(OpenStation(home=home, session=session)),
    ):
        found = find_session(home)
        assert found is not None
        with pytest.raises(SeenChangedError):
            found.do(operations.decide, job="TESTJOB1", accept=True, by="Wang Fang", seen=seen)
        with pytest.raises(SeenChangedError):
            found.do(operations.what_is_signed, job="TESTJOB1", seen=seen)
        newest = session.jobs.by_id("TESTJOB1").summary.report
        assert len(found.do(operations.what_is_signed, job="TESTJOB1", seen=newest)) == 64
        found.do(operations.decide, job="TESTJOB1", accept=True, by="Wang Fang", seen=newest)
        with pytest.raises(WrongStageError):
            found.do(operations.what_is_signed, job="TESTJOB1", seen=newest)
    assert lives.job_in(home.ledger).certificate is not None
