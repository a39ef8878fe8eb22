# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe process` beside a running service: the service's bench does the work, the terminal is its client."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from station.client.connection import Connection, connection_to
from station.service.daemon import api_socket
from station.setup.home import Home
from tests.support.cli_station import PIXEL_16, CommandLine, Starter, Terminal
from tests.support.schemas import check
from tests.support.waiting import wait_for

CONFIG = """
[policy]
name = "test"
require_validation = false
"""
SERIAL = "4A231FDAQ0001"
LONGEST_S = 300.0


@contextmanager
def serving(line: CommandLine) -> Iterator[tuple["subprocess.Popen[str]", Connection]]:
    """A service that answers; killed at the end if it still runs."""
    process = line.start("serve")
    try:

        def answers() -> bool:
            assert process.poll() is None, process.communicate()
            with socket.socket(socket.AF_UNIX) as probe:
                return probe.connect_ex(str(api_socket(Home(line.home)))) == 0

        wait_for(answers, LONGEST_S, "it does not answer")
        yield process, connection_to(Home(line.home))
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def patient(line: CommandLine) -> None:
    """Nothing of a life is over because the machine is slow."""
    settings = line.home / "config.toml"
    settings.write_text(re.sub(r"(leave|return|settle|person)_s = ([0-9.]+)", r"\1_s = 250.0", settings.read_text()))


def order(line: CommandLine, *more: object) -> tuple[object, ...]:
    return ("process", "-s", SERIAL, "--confirm", SERIAL, "--answers", line.answers(), *more)


def jobs(service: Connection) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.get("/v1/jobs")["jobs"]
    return found


@pytest.mark.wire
@pytest.mark.timeout(1000)
def test_it_ends_as_without_a_service_and_needs_no_switch(specimen: Starter) -> None:
    line, _bench = specimen(PIXEL_16, config=CONFIG)
    patient(line)
    with serving(line) as (_process, service):
        assert not service.get("/v1/state")["erase"], "a person at the machine confirms by the number"
        other = line.run("process", "-s", SERIAL, "--confirm", "12345")
        assert (other.code, jobs(service)) == (2, []), other.err
        done = line.run(*order(line), timeout_s=LONGEST_S)
        assert done.code == 0, done.err
        assert "CERTIFIED" in done.err
        assert re.search(r"PW-[0-9A-Z-]+-certificate\.pdf", done.err)
        (job,) = jobs(service)
        assert (job["operator"], job["outcome"]) == ("Li Wei", "certificate")
        screen = Terminal(line, "bench", columns=100)
        screen.wait_for("proofwipe dashboard")
        assert screen.end() == 1


@pytest.mark.wire
@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_a_terminal_that_is_killed_loses_no_job_and_another_takes_it_up(specimen: Starter) -> None:
    line, _bench = specimen(PIXEL_16, config=CONFIG)
    patient(line)
    with serving(line) as (_process, service):
        terminal = line.start(*order(line, "--jsonl"))
        wait_for(lambda: bool(jobs(service)), LONGEST_S, "no job")
        os.killpg(terminal.pid, signal.SIGKILL)
        terminal.communicate()
        done = line.run("process", "--resume", "--jsonl", "--answers", line.answers(), timeout_s=LONGEST_S)
        assert done.code == 0, done.err
        told = done.events
        assert [each["sequence"] for each in told] == list(range(1, len(told) + 1))
        assert told[-1]["event"] == "job_ended"
        assert len(jobs(service)) == 1


@pytest.mark.wire
@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_a_service_that_is_killed_is_waited_for_and_the_job_goes_on(specimen: Starter) -> None:
    line, _bench = specimen(PIXEL_16, config=CONFIG)
    patient(line)
    with serving(line) as (process, service):
        terminal = line.start(*order(line))
        wait_for(lambda: any(each["erase_begun_at"] for each in jobs(service)), LONGEST_S, "no erase")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    with serving(line) as (_process, service):
        _out, err = terminal.communicate(timeout=LONGEST_S)
        assert terminal.returncode == 0, err
        assert "does not answer" in err
        assert "CERTIFIED" in err
        assert len(jobs(service)) == 1, "nothing is begun a second time"


@pytest.mark.wire
@pytest.mark.timeout(1000)
def test_a_service_that_drains_begins_nothing_for_a_terminal_either(specimen: Starter) -> None:
    line, _bench = specimen(PIXEL_16, config=CONFIG)
    with serving(line) as (_process, service):
        service.post("/v1/drain", {"drain": True})
        refused = line.run(*order(line, "--jsonl"), timeout_s=LONGEST_S)
        assert refused.code == 4, refused.err
        (told,) = refused.events
        check(told)
        assert told["code"] == "draining"
        own = line.run(*order(line, "--config", line.home / "config.toml"))
        assert (own.code, "--config" in own.err) == (2, True)
