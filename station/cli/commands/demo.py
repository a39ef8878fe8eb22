# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe demo`: nine and more virtual phones at once, from plug to paper."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import cli_text, output
from station.cli.cli_text import stage_text
from station.cli.commands.options import json_option
from station.text.language import text

if TYPE_CHECKING:
    from station.cli.screen import Screen
    from station.documents.setup import DemoPhone, DemoTold
    from station.session.demo import DemoResult
    from station.session.session import Session


@cli_text.command("demo")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out/demo"),
    show_default=True,
    help=text("option.out"),
)
@click.option("--scenario", type=click.Path(path_type=Path, dir_okay=False), help=text("option.scenario"))
@click.option("--no-progress", is_flag=True, help=text("option.no_progress"))
@json_option()
def command(out: Path, scenario: Path | None, no_progress: bool, as_json: bool) -> int:
    """Exit 0 when exactly the honest phones got certificates, 1 otherwise."""
    import shutil

    from station.cli.screen import Screen
    from station.cli.view import View, wants_live
    from station.session.demo import run_demo
    from station.setup.home import write_whole

    out = out.resolve()  # our adb server works in a folder of its own
    output.message(text("word.specimen"), bold=True)
    if (out / "station").is_dir():
        shutil.rmtree(out / "station")
    for old in out.glob("PW-*.pdf"):
        old.unlink()
    view = View(slot_of=lambda port: port, live=wants_live() and not no_progress)

    def show(session: "Session", names: Mapping[str, str]) -> "Screen":
        for port, name in names.items():
            view.name(port, name)
        return Screen(session, view, by_model=False)

    with view:
        result = run_demo(out, scenario=scenario, show=show)
    told = _told(result, out)
    target = out / "summary.json"
    write_whole(target, json.dumps(told.to_json(), ensure_ascii=False, indent=2).encode())
    outcomes = [phone.outcome for phone in told.phones]
    if as_json:
        output.tell(told)
    else:
        _show(told.phones, out)
    output.message(
        text(
            "word.demo_result",
            certificates=outcomes.count("certificate"),
            reports=outcomes.count("report"),
            folder=out,
            summary=target,
        )
    )
    output.message(text("word.demo_config", config="station/session/demo.toml"))
    wrong = [each.called for each in told.phones if ("honest" in each.called) != (each.outcome == "certificate")]
    if wrong and scenario is None:
        output.message(text("word.demo_wrong", got=", ".join(wrong)), bold=True)
        return 1
    return 0


def _told(result: "DemoResult", out: Path) -> "DemoTold":
    from station.documents.document import plain
    from station.documents.jobs import JobTold
    from station.documents.setup import DemoPhone, DemoTold

    jobs = sorted(result.jobs, key=lambda job: job.port)
    return DemoTold(
        seconds=result.seconds,
        deadlines=result.deadlines,
        technician=plain(result.technician),
        phones=tuple(DemoPhone(called=result.names[job.port], **vars(JobTold.of(job.summary, out))) for job in jobs),
    )


def _show(phones: "Sequence[DemoPhone]", out: Path) -> None:
    output.table(
        [text(f"view.{key}") for key in ("phone", "serial", "stage", "outcome", "reason")],
        [
            [
                phone.called,
                phone.serial or "",
                stage_text(phone.stage.value),
                text(f"outcome_of_job.{phone.outcome or ''}"),
                phone.reasons[0].sentence or phone.reasons[0].code if phone.reasons else "",
            ]
            for phone in phones
        ],
    )
    for phone in phones:
        output.say(f"{phone.called}: {out / (phone.file or '')}")
