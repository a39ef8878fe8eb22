# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe demo`: nine and more virtual phones at once, from plug to paper."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from station.cli import cli_text, output
from station.cli.cli_text import stage_text
from station.cli.commands.options import json_option
from station.text.language import text

if TYPE_CHECKING:
    from station.cli.screen import Screen
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
    phones = result.summary["phones"]
    if as_json:
        output.document("demo", result.summary)
    else:
        _show(phones, out)
    output.message(
        text(
            "word.demo_result",
            certificates=result.certificates,
            reports=result.reports,
            folder=out,
            summary=result.summary_file,
        )
    )
    output.message(text("word.demo_config", config="station/session/demo.toml"))
    wrong = [phone["name"] for phone in phones if ("honest" in phone["name"]) != (phone["outcome"] == "certificate")]
    if wrong and scenario is None:
        output.message(text("word.demo_wrong", got=", ".join(wrong)), bold=True)
        return 1
    return 0


def _show(phones: list[dict[str, object]], out: Path) -> None:
    from station.cli.commands.jobs import reason_text

    rows = []
    for phone in phones:
        reasons = phone["reasons"]
        first = str(reasons[0]) if isinstance(reasons, list) and reasons else ""
        rows.append(
            [
                str(phone["name"]),
                str(phone["serial"]),
                stage_text(str(phone["stage"])),
                text(f"outcome_of_job.{phone['outcome']}"),
                reason_text(first),
            ]
        )
    output.table([text(f"view.{key}") for key in ("phone", "serial", "stage", "outcome", "reason")], rows)
    for phone in phones:
        output.say(str(out / str(phone["file"])))
