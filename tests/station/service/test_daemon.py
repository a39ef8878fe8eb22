# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe serve` as a process: with a real adb server and virtual phones, killed, started again, ended."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import httpx
import pytest

from station.cli.commands.serve import command as serve_command
from station.cli.results import INTERRUPTED
from station.errors import LedgerError
from station.service.daemon import ENDING_S, api_socket
from station.service.notify import Notifier
from station.setup.home import Home
from tests.support import lives
from tests.support.cli_station import PASSPHRASE, PIXEL_16, ROOT, CommandLine, Starter
from tests.support.free_port import free_port
from tests.support.service_room import service_room
from tests.support.waiting import wait_for

CONFIG = """
[policy]
name = "test"
require_validation = false
[service]
erase = true
"""
SERIAL = "4A231FDAQ0001"
LONGEST_S = 300.0
"""For a whole job in real time, which takes ten seconds where nothing else runs."""


@contextmanager
def serving(line: CommandLine, *arguments: object) -> Iterator[tuple["subprocess.Popen[str]", httpx.Client]]:
    """A daemon that answers, and its client; killed at the end if it still runs."""
    process = line.start("serve", *arguments)
    try:
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=str(api_socket(Home(line.home)))),
            base_url="http://localhost",
            timeout=LONGEST_S,
        ) as client:

            def answers() -> bool:
                assert process.poll() is None, process.communicate()
                with socket.socket(socket.AF_UNIX) as probe:  # httpx leaves a socket behind where nobody listens
                    return probe.connect_ex(str(api_socket(Home(line.home)))) == 0

            wait_for(answers, LONGEST_S, "it does not answer")
            yield process, client
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def patient(line: CommandLine) -> None:
    """Nothing of a life is over because the machine is slow."""
    settings = line.home / "config.toml"
    told = settings.read_text()
    for short, long in (("leave_s = 12.0", "leave_s = 120.0"), ("return_s = 25.0", "return_s = 250.0"),
                        ("settle_s = 15.0", "settle_s = 150.0"), ("person_s = 12.0", "person_s = 250.0")):  # fmt: skip
        assert short in told
        told = told.replace(short, long)
    settings.write_text(told)


def phones(client: httpx.Client) -> list[dict[str, Any]]:
    return list(client.get("/v1/phones").json()["phones"])


def ordered(client: httpx.Client) -> httpx.Response:
    """Plan and confirm the one phone; the answer to the confirmation."""
    wait_for(lambda: [each["state"] for each in phones(client)] == ["to_confirm"], LONGEST_S, "no phone")
    plan = client.post("/v1/plans", json={"phone": SERIAL}).json()
    return confirmed(client, plan)


def confirmed(client: httpx.Client, plan: dict[str, Any]) -> httpx.Response:
    body = {"plan_hash": plan["plan_hash"], "number": SERIAL}
    headers = {"Idempotency-Key": "order-0001"}
    return client.post(f"/v1/plans/{plan['plan']}/confirm", json=body, headers=headers)


def answered(client: httpx.Client) -> None:
    for each in client.get("/v1/questions").json()["questions"]:
        client.post(f"/v1/questions/{each['question_id']}/answer", json={"choice": lives.ANSWERS.get(each["question"])})


@pytest.mark.wire
@pytest.mark.timeout(1000)
def test_a_daemon_that_is_killed_in_a_job_goes_on_with_it_and_erases_no_phone_twice(specimen: Starter) -> None:
    line, bench = specimen(PIXEL_16, config=CONFIG)
    patient(line)
    with serving(line) as (process, client):
        wait_for(lambda: [each["state"] for each in phones(client)] == ["to_confirm"], LONGEST_S, "no phone")
        plan = client.post("/v1/plans", json={"phone": SERIAL}).json()
        begun = confirmed(client, plan)
        assert begun.status_code == 202, begun.text
        job = begun.json()["job"]
        wait_for(lambda: bool(job_told(client, job)["erase_begun_at"]), LONGEST_S, "the erase does not begin")
        seen = client.get("/v1/state").json()["sequence"]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(LONGEST_S)
    with serving(line) as (process, client):
        assert client.get("/v1/state").json()["sequence"] >= seen, "nothing that was told is lost"
        assert confirmed(client, plan).json() == begun.json(), "the same order is the same job"
        other = {"plan_hash": plan["plan_hash"], "number": SERIAL}
        headers = {"Idempotency-Key": "order-0002"}
        replayed = client.post(f"/v1/plans/{plan['plan']}/confirm", json=other, headers=headers)
        assert replayed.json()["code"] == "plan_not_found"

        def over() -> bool:
            answered(client)
            return bool(job_told(client, job)["closed_at"])

        wait_for(over, LONGEST_S, lambda: str(job_told(client, job)))
        told = job_told(client, job)
        assert told["stage"] in ("CERTIFIED", "REPORTED"), told
        assert [each["job"] for each in client.get("/v1/jobs").json()["jobs"]] == [job]
        pdf = client.get(f"/v1/jobs/{job}/paper.pdf")
        assert pdf.content.startswith(b"%PDF-")
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONGEST_S) == 0
    assert bench.truth()[PIXEL_16]["erased"] is True
    assert not api_socket(Home(line.home)).exists()


def job_told(client: httpx.Client, job: str) -> dict[str, Any]:
    (told,) = client.get(f"/v1/jobs/{job}").json()["jobs"]
    return dict(told)


@pytest.mark.wire
@pytest.mark.timeout(1000)
def test_while_it_serves_other_commands_have_it_do_what_they_ask_and_a_second_one_is_refused(
    specimen: Starter, tmp_path: Path
) -> None:
    line, _bench = specimen(PIXEL_16)
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    with serving(line, "--passphrase-file", secret) as (process, client):
        wait_for(lambda: [each["state"] for each in phones(client)] == ["to_confirm"], LONGEST_S, "no phone")
        (listed,) = line.run("list", "--json").document["phones"]
        assert listed["serial"] == SERIAL
        assert line.run("jobs", "--json").document["jobs"] == []
        second = line.run("serve", "--passphrase-file", secret)
        assert (second.code, "holds this station" in second.err) == (1, True), second.err
        assert client.get("/healthz").status_code == 200
        assert b"PROOFWIPE_PASSPHRASE" not in environments_below(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(LONGEST_S) == 0
        said = process.stderr.read() if process.stderr else ""
    assert "erase = true" in said


def environments_below(pid: int) -> bytes:
    """The environments of every process that it started, and of the adb server, which has left its family."""
    found = b""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid:
                found += (folder / "environ").read_bytes()
        except (OSError, IndexError, ValueError):
            continue
    return found


def test_systemd_is_told_that_it_is_ready_and_that_it_lives(tmp_path: Path) -> None:
    place = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(place))
        listening.settimeout(10)
        notifier = Notifier.of({"NOTIFY_SOCKET": str(place), "WATCHDOG_USEC": "30000000"})
        assert notifier.watchdog_s == 30.0
        notifier.tell("READY=1")
        assert listening.recv(100) == b"READY=1"
    notifier.tell("WATCHDOG=1")
    other = {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid() + 1)}
    assert Notifier.of(other).watchdog_s == 0.0
    assert Notifier.of({"WATCHDOG_USEC": "soon"}).watchdog_s == 0.0
    Notifier.of({}).tell("READY=1")


def test_a_ledger_that_does_not_answer_once_costs_one_sign_of_life_and_not_all(
    tmp_path: Path, keys_of: Callable[[bool], Path]
) -> None:
    place, asked = tmp_path / "notify", threading.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(place))
        heard.settimeout(LONGEST_S)
        notifier = Notifier(str(place), watchdog_s=0.2)
        with service_room(tmp_path / "station", keys_of(True), notifier=notifier) as room:
            assert [heard.recv(100) for _ in range(2)] in ([b"READY=1", b"WATCHDOG=1"], [b"WATCHDOG=1", b"READY=1"])
            feed, answers = room.running.feed, room.running.feed.last

            def silent() -> int:
                asked.set()
                raise LedgerError(subject="ledger", got="busy")

            feed.last = silent  # type: ignore[method-assign]  # its ledger alone is silent
            assert asked.wait(LONGEST_S)
            while select.select([heard], [], [], 0)[0]:
                heard.recv(100)  # what was said before
            feed.last = answers  # type: ignore[method-assign]  # its ledger alone is silent
            assert heard.recv(100) == b"WATCHDOG=1"


def test_tokens_are_made_shown_and_removed_by_commands(station: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "kiosk.token"
    made = station.run("token", "add", "--role", "kiosk", "--person", "Li Wei", "--out", out)
    assert made.code == 0, made.err
    assert out.read_text().strip() not in made.err + made.out
    listed = station.run("token", "list").out
    assert "kiosk  Li Wei" in listed
    assert station.run("token", "add", "--role", "kiosk", "--person", "Li Wei", "--out", out).code == 1, "it is there"
    assert station.run("token", "add", "--role", "validator", "--person", "Li Wei", "--out", tmp_path / "v").code == 2
    assert station.run("token", "remove", "nosuch").code == 2
    assert station.run("token", "remove", listed.split()[0]).code == 0
    assert station.run("token", "list").out == ""


@pytest.mark.wire
@pytest.mark.timeout(1000)
def test_the_program_of_the_document_orders_an_erase_and_keeps_the_paper(specimen: Starter, tmp_path: Path) -> None:
    port = free_port()
    line, bench = specimen(PIXEL_16, config=f"{CONFIG}port = {port}\n")
    patient(line)
    text = (ROOT / "docs/integrating.md").read_text("utf-8")
    found = re.search(r"<!-- example: integrating -->\n```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    (tmp_path / "erase.py").write_text(found.group(1))
    token = tmp_path / "shop.token"
    assert line.run("token", "add", "--role", "integrator", "--person", "Li Wei", "--out", token).code == 0
    with serving(line) as (process, client):
        wait_for(lambda: [each["state"] for each in phones(client)] == ["to_confirm"], LONGEST_S, "no phone")
        orders = [f"http://127.0.0.1:{port}", token, "ORDER-0001", SERIAL]

        def ordered() -> "subprocess.CompletedProcess[str]":
            return subprocess.run(
                [sys.executable, "erase.py", *map(str, orders)],
                cwd=tmp_path, capture_output=True, text=True, timeout=LONGEST_S, check=False,
            )  # fmt: skip

        done = ordered()
        assert done.returncode == 0, done.stdout + done.stderr
        (job,) = client.get("/v1/jobs").json()["jobs"]
        assert done.stdout.split()[:3] == [job["job"], "CERTIFIED", job["grade"]]
        assert (tmp_path / "ORDER-0001.pdf").read_bytes().startswith(b"%PDF-")
        again = ordered()
        assert (again.returncode, "key_reused" in again.stderr) == (1, True), again.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONGEST_S) == 0
    assert bench.truth()[PIXEL_16]["erased"] is True


@pytest.mark.wire
@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_the_lines_for_curl_of_the_document_do_the_same(specimen: Starter, tmp_path: Path) -> None:
    port = free_port()
    line, bench = specimen(PIXEL_16, config=f"{CONFIG}port = {port}\n")
    patient(line)
    text = (ROOT / "docs/integrating.md").read_text("utf-8")
    found = re.search(r"<!-- example: integrating-curl -->\n```sh\n(.*?)```", text, re.DOTALL)
    assert found is not None
    (tmp_path / "erase.sh").write_text(found.group(1))
    token = tmp_path / "shop.token"
    assert line.run("token", "add", "--role", "integrator", "--person", "Li Wei", "--out", token).code == 0
    with serving(line) as (_process, client):
        wait_for(lambda: [each["state"] for each in phones(client)] == ["to_confirm"], LONGEST_S, "no phone")
        done = subprocess.run(
            ["sh", "erase.sh", f"http://127.0.0.1:{port}", token, "ORDER-0001", SERIAL],
            cwd=tmp_path, capture_output=True, text=True, timeout=LONGEST_S, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        (job,) = client.get("/v1/jobs").json()["jobs"]
        assert f'"job":"{job["job"]}"' in done.stdout
        assert (tmp_path / "ORDER-0001.pdf").read_bytes().startswith(b"%PDF-")
    assert bench.truth()[PIXEL_16]["erased"] is True


def test_the_unit_waits_longer_than_the_service_needs_to_end_and_names_a_command_that_there_is() -> None:
    unit = (ROOT / "packaging/systemd/proofwipe.service").read_text("utf-8")
    said = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and not line.startswith("#"))
    assert float(said["TimeoutStopSec"]) > ENDING_S
    assert (said["Type"], said["SuccessExitStatus"]) == ("notify", str(INTERRUPTED))
    words = said["ExecStart"].split()[1:]
    assert words[0] == "serve"
    assert serve_command.make_parser(click.Context(serve_command)).parse_args(words[1:])[0]["passphrase_file"]


@pytest.mark.wire
@pytest.mark.timeout(1000)
def test_the_receiver_of_the_document_gets_every_event_once_although_the_service_is_killed(
    specimen: Starter, tmp_path: Path
) -> None:
    port, secret = free_port(), tmp_path / "shop.whsec"
    hook = f'[[webhook]]\nname = "shop"\nurl = "http://127.0.0.1:{port}/"\nsecret = "{secret}"\n'
    events = ["job.opened", "job.erasing", "job.verified", "paper.ready", "job.certified"]
    line, _ = specimen(PIXEL_16, config=f"{CONFIG}{hook}events = {events}\n".replace("'", '"'))
    patient(line)
    assert line.run("webhook", "secret", "--out", secret).code == 0
    text = (ROOT / "docs/webhooks.md").read_text("utf-8")
    found = re.search(r"<!-- example: webhooks -->\n```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    (tmp_path / "receiver.py").write_text(found.group(1))
    said = (tmp_path / "said").open("w+")
    command = [sys.executable, "receiver.py", str(secret), str(port)]
    with said, subprocess.Popen(command, cwd=tmp_path, stdout=said, stderr=subprocess.DEVNULL) as shop:
        try:
            with serving(line) as (process, client):
                job = ordered(client).json()["job"]
                wait_for(lambda: bool(job_told(client, job)["erase_begun_at"]), LONGEST_S, "the erase does not begin")
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(LONGEST_S)
            with serving(line) as (process, client):

                def told() -> list[str]:
                    said.seek(0)
                    return [each.split()[0].split(".")[-2] for each in said.read().splitlines()]

                def all_told() -> bool:
                    answered(client)
                    return len(told()) >= len(events)

                wait_for(all_told, LONGEST_S, lambda: str((told(), client.get("/v1/webhooks").text)))
                assert told() == [each.split(".")[1] for each in events], "each once, in order"
                assert f" {job} " in (tmp_path / "said").read_text()
                (state,) = client.get("/v1/webhooks").json()["webhooks"]
                assert (state["waiting"], state["dead"], state["failure"]) == (0, 0, None)
                process.send_signal(signal.SIGTERM)
                assert process.wait(LONGEST_S) == 0
        finally:
            shop.kill()
