# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe record`: keep what a phone answers, with nothing real in it, so that tests can play it back.

Without `--whole-job` the phone is only inspected. With it the phone is erased as by `process`, with the same
guards, ledger and papers; the recording is made beside the job and decides nothing in it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from phones.bench.bench import Bench
from phones.clock import SystemClock
from phones.recordings.record import Recorder, RecordingFolderError
from station.cli import cli_text, output
from station.cli.commands.options import (
    config_option,
    home_of,
    json_option,
    passphrase_option,
    secrets_of,
    serial_option,
    settings_of,
)
from station.cli.commands.process import Orders, lead
from station.errors import StationBusyError
from station.ledger.job import Job
from station.session.bench import open_bench
from station.session.find_phone import ask, find
from station.session.jobs import read_jobs
from station.session.parts import Secrets
from station.session.remote.client import find_session
from station.setup.home import Home
from station.setup.settings import Settings
from station.text.language import text


@cli_text.command("record")
@serial_option(required=True)
@click.option(
    "--out", "folder", required=True, type=click.Path(path_type=Path, file_okay=False), help=text("option.record_out")
)
@click.option("--whole-job", is_flag=True, help=text("option.whole_job"))
@click.option("--confirm", metavar="NUMBER", help=text("option.confirm"))
@click.option("--method", default="", help=text("option.method"))
@click.option("--operator", "operator_name", help=text("option.operator"))
@click.option("--answers", type=click.Path(path_type=Path, dir_okay=False), help=text("option.answers"))
@passphrase_option()
@config_option()
@json_option()
@click.pass_context
def command(
    context: click.Context,
    serial: str,
    folder: Path,
    whole_job: bool,
    confirm: str | None,
    method: str,
    operator_name: str | None,
    answers: Path | None,
    passphrase_file: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Exit 0 when the recording is written, whatever became of the phone; else as `inspect` and `process`."""
    if folder.exists():
        raise RecordingFolderError(subject=str(folder), expected=text("expected.new_folder"), got=str(folder))
    home = home_of(context)
    settings = settings_of(home, config)
    recorder = Recorder(SystemClock())
    if whole_job:
        orders = Orders(serial=serial, confirm=confirm, method=method, operator=operator_name, answers=answers)
        job = _process(home, settings, secrets_of(passphrase_file), orders, recorder)
        expected = end_of_job(job)
    else:
        if confirm is not None or method or answers is not None:
            raise click.UsageError(text("word.only_whole_job"))
        _inspect(home, recorder, settings, serial)
        expected = {"values": recorder.values()}
    recorder.write(folder, about=about_phone(recorder, settings, whole_job=whole_job), expected=expected)
    if as_json:
        from station.documents.setup import RecordingMade

        output.tell(RecordingMade(folder=str(folder), exchanges=recorder.exchanges, whole_job=whole_job))
    else:
        output.message(text("word.recorded", folder=folder, number=recorder.exchanges))
        output.message(text("word.look_before_giving"))
    return 0


def _inspect(home: Home, recorder: Recorder, settings: Settings, serial: str) -> None:
    """Every exchange is recorded here, so no session can do it for us. Raises: StationBusyError when one is at work."""
    if find_session(home) is not None:
        raise StationBusyError(subject=str(home.path))
    with open_bench(home, settings, fixed=True) as bench:
        sighting = find(bench, serial, settings)
        port = recorder.port(bench.port(sighting.port))
        bench.wrap_ports(lambda _port: port)
        ask(bench, port.look())


def _process(home: Home, settings: Settings, secrets: Secrets, orders: Orders, recorder: Recorder) -> Job:
    with read_jobs(home) as jobs:
        if jobs.unfinished():
            raise click.UsageError(text("word.unfinished_first"))

    @contextmanager
    def overheard() -> Iterator[Bench]:
        with open_bench(home, settings) as bench:
            bench.wrap_ports(recorder.port)
            yield bench

    ended, _code = lead(home, settings, secrets, orders, bench=overheard)
    with read_jobs(home) as jobs:
        return jobs.by_id(ended[0].id)


def end_of_job(job: Job) -> dict[str, object]:
    """How the job ended and what the person at the bench said: words of ours, nothing of the phone's."""
    judged = job.verdict
    return {
        "method": job.method,
        "stage": job.stage.value,
        "failure": job.failure,
        "problems": list(job.problems),
        "verdict": judged.verdict.value if judged else "",
        "level": judged.level if judged else "",
        "reasons": list(judged.reasons) if judged else [],
        "answers": {
            name.removeprefix("statement."): said
            for piece in job.evidence
            if piece.link == "operator"
            for name, said in piece.values.items()
        },
    }


def about_phone(recorder: Recorder, settings: Settings, *, whole_job: bool) -> dict[str, object]:
    """What was recorded and under which settings; its `values` are in clear and redacted by `Recorder.write`."""
    values = recorder.values()
    named = {name: values[name] for name in ("product.maker", "product.model", "system.version") if name in values}
    return {
        "platform": recorder.platform,
        "kind": "whole job" if whole_job else "inspection",
        "recheck_s": settings.recheck_s,
        "deadlines": asdict(settings.deadlines),
        "limits": asdict(settings.limits),
        "values": named,
    }
