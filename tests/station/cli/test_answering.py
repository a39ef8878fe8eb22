# SPDX-License-Identifier: GPL-3.0-or-later
"""A program answers what a session asks: by one command, from elsewhere, and whoever is first counts."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from station.questions import CONDITION
from station.session.operations import OpenStation
from station.session.parts import Secrets
from station.session.remote.server import serve
from station.session.session import Session
from station.setup.home import Home
from station.setup.settings import load
from tests.support.cli_station import PASSPHRASE, PIXEL_16, ROOT, Call, Starter
from tests.support.waiting import wait_for

SERIAL_16 = "4A231FDAQ0001"
BY = ("--by", "Li Wei", "--json")


@contextmanager
def asked(home: Home, **questions: tuple[str, ...]) -> Iterator[tuple[Session, Future[Mapping[str, str]]]]:
    """A session whose job asks these, as its worker would."""
    with (
        Session.open(home, load(home.config), Secrets(passphrase=lambda: PASSPHRASE)) as session,
        serve(OpenStation(home=home, session=session)),
        ThreadPoolExecutor(1) as worker,
    ):
        answers = worker.submit(
            session._questions.ask_together, questions, job="TESTJOB1", port="1-1", slot="A1", facts={}, timeout_s=60
        )
        wait_for(lambda: len(session.questions) == len(questions), 20, "nothing is asked")
        yield session, answers
        for each in session.questions:
            session.answer(each.id, None, by="the end of the test")


def sheet(*keys: str) -> dict[str, tuple[str, ...]]:
    return {key: CONDITION[key] for key in keys}


def test_a_question_is_answered_by_its_id_and_a_sheet_by_its_job_and_no_passphrase_is_asked_for(
    home: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROOFWIPE_PASSPHRASE")
    with asked(home, **sheet("screen", "touch", "sound")) as (session, answers):
        by_id = next(each for each in session.questions if each.key == "touch")
        code, said = call("answer", by_id.id, "touch=defect", *BY)
        assert (code, said["jobs"][0]["job"]) == (0, "TESTJOB1"), said
        assert call("answer", "TESTJOB1", "screen=ok", "sound=not_looked", *BY)[0] == 0
        assert answers.result(20) == {"touch": "defect", "screen": "ok"}, "not looked at is no answer"
        code, said = call("answer", by_id.id, "touch=ok", *BY)
        assert (code, said["code"]) == (4, "question_closed")
        assert call("answer", "f" * 32, "touch=ok", *BY)[1]["code"] == "question_not_found"


def test_what_only_eyes_can_say_is_answered_by_its_own_question_and_never_ahead_by_the_job(
    home: Home, call: Call
) -> None:
    with asked(home, setup_screen_seen=("yes", "no")) as (session, answers):
        (question,) = session.questions
        code, said = call("answer", "TESTJOB1", "setup_screen_seen=yes", *BY)
        assert (code, question.id in str(said)) == (2, True), said
        assert not answers.done()
        assert call("answer", question.id, "setup_screen_seen=yes", *BY)[0] == 0
        assert answers.result(20) == {"setup_screen_seen": "yes"}


def test_one_wrong_word_answers_nothing_and_who_is_no_operator_neither(home: Home, call: Call) -> None:
    with asked(home, **sheet("screen", "touch")) as (session, answers):
        code, said = call("answer", "TESTJOB1", "screen=ok", "touch=fine", *BY)
        assert (code, "not_looked" in said["sentence"] + said["next_step"]) == (2, True), said
        assert call("answer", "TESTJOB1", "screen=ok", "--by", "Nobody")[0] == 2
        assert len(session.questions) == 2
        (first, _second) = session.questions
        code, said = call("answer", first.id, f"{first.key}=ok", "buttons=ok", *BY)
        assert code == 2, "what this question does not ask would be a correction, and that needs a reason"
        assert not answers.done()


def test_what_is_not_asked_any_more_is_corrected_beside_the_session(home: Home, call: Call) -> None:
    with asked(home, **sheet("screen")):
        code, said = call("answer", "TESTJOB1", "battery_swollen=yes", *BY)
        assert code == 2, said
        code, said = call("answer", "TESTJOB1", "battery_swollen=yes", "--reason", "a slip", *BY)
        assert (code, said["jobs"][0]["grade"]) == (0, "H")


def _program(folder: Path) -> Path:
    """The program of the document, with this Python's proofwipe."""
    text = (ROOT / "docs/programs.md").read_text("utf-8")
    found = re.search(r"<!-- example: answering -->\n```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    ours = [sys.executable, "-m", "station.cli.main"]
    file = folder / "answering.py"
    file.write_text(found.group(1).replace('["proofwipe"]', json.dumps(ours)), "utf-8")
    return file


@pytest.mark.wire
def test_the_program_of_the_document_erases_a_phone_and_says_what_its_form_has(
    specimen: Starter, tmp_path: Path
) -> None:
    line, bench = specimen(PIXEL_16, config='[policy]\nname = "test"\nrequire_validation = false\n')
    settings = line.home / "config.toml"
    settings.write_text(settings.read_text().replace("person_s = 12.0", "person_s = 80.0"))
    done = subprocess.run(
        [sys.executable, str(_program(tmp_path)), SERIAL_16, "Li Wei"],
        env={**line.environment, "PROOFWIPE_HOME": str(line.home), "PROOFWIPE_PASSPHRASE": PASSPHRASE},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert bench.truth()[PIXEL_16]["erased"] is True
    (job,) = line.jobs()
    assert done.stdout.strip().endswith(f"{job['job']} CERTIFIED {job['grade']}")
    told: dict[str, Any] = {}
    for piece in line.run("jobs", job["job"], "--json").document["jobs"][0]["evidence"]:
        told |= {name: value for name, value in piece["values"].items() if name.startswith("statement.")}
    assert told["statement.cosmetic_front"] == "B"
    assert "statement.touch" not in told, "the form says nothing of it, and nobody guesses"
