# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe record`: keep what a phone answers, with nothing real in it, so that tests can play it back.

Without `--whole-job` the phone is only inspected. With it the phone is erased as by `process`, with the same
guards, ledger and papers; the recording is made beside the job and decides nothing in it.
"""

from dataclasses import asdict
from pathlib import Path

import click

from phones.clock import SystemClock
from phones.recordings.record import Recorder, RecordingFolderError
from station.cli import cli_text as spoken
from station.cli import output
from station.cli.commands.options import (
    config_option,
    home_of,
    json_option,
    open_ledger,
    passphrase_option,
    serial_option,
    settings_of,
)
from station.ledger.job import Job
from station.ledger.open_jobs import unfinished
from station.setup.settings import Settings
from station.text.language import text


@spoken.command("record")
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
        raise RecordingFolderError(phone=str(folder), expected=text("expected.new_folder"), got=str(folder))
    settings = settings_of(home_of(context), config)
    recorder = Recorder(SystemClock())
    if whole_job:
        job = _process(
            context,
            recorder,
            serial=serial,
            confirm=confirm,
            method=method,
            operator_name=operator_name,
            answers=answers,
            passphrase_file=passphrase_file,
            config=config,
        )
        expected = end_of_job(job)
    else:
        if confirm is not None or method or answers is not None:
            raise click.UsageError(text("word.only_whole_job"))
        _inspect(context, recorder, settings, serial)
        expected = {"values": recorder.values()}
    recorder.write(folder, about=about_phone(recorder, settings, whole_job=whole_job), expected=expected)
    facts = {"folder": str(folder), "exchanges": recorder.exchanges, "whole_job": whole_job}
    if as_json:
        output.document("record", facts)
    else:
        output.words(text("word.recorded", folder=folder, number=recorder.exchanges))
        output.words(text("word.look_before_giving"))
    return 0


def _inspect(context: click.Context, recorder: Recorder, settings: Settings, serial: str) -> None:
    from station.session.find_phone import ask, find, open_bench

    with open_bench(home_of(context), settings, fixed=True) as bench:
        sighting = find(bench, serial, settings)
        port = recorder.port(bench.port(sighting.port))
        bench.wrap_ports(lambda _port: port)
        ask(bench, port.look())


def _process(context: click.Context, recorder: Recorder, **chosen: object) -> Job:
    from station.cli.commands.process import command as process

    home = home_of(context)
    ledger = open_ledger(home)
    try:
        if unfinished(ledger):
            raise click.UsageError(text("word.unfinished_first"))
        known = set(ledger.jobs())
    finally:
        ledger.close()
    context.obj["wrap_ports"] = recorder.port
    context.invoke(
        process,
        everything=False,
        expect=None,
        only_resume=False,
        quiet=False,
        no_progress=False,
        as_jsonl=False,
        **chosen,
    )
    ledger = open_ledger(home)
    try:
        (job,) = (Job.load(ledger, each) for each in ledger.jobs() if each not in known)
        assert job is not None
        return job
    finally:
        ledger.close()


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
