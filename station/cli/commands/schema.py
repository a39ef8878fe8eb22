# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe schema NAME`: the JSON Schema of what programs get, and of the JSON in papers."""

import json

import click

from phones.errors import ProofwipeError
from station.cli import cli_text

IN_PAPERS = ("record", "log-entry", "openings", "validation")
"""Those of certs/schemas."""


class SchemaUnknownError(ProofwipeError):
    """There is no document of that name."""

    code = "schema_unknown"
    exit_code = 3


@cli_text.command("schema")
@click.argument("name", required=False, metavar="[NAME]")
def command(name: str | None) -> int:
    """Without a name all names. Exit 0; 3 when there is no document of that name."""
    from station.documents.schemas import schema_of
    from station.documents.table import DOCUMENTS

    if name is None:
        for each in sorted({*DOCUMENTS, *IN_PAPERS}):
            click.echo(each)
        return 0
    wanted = name.removeprefix("proofwipe/").partition("/")[0]
    if wanted in DOCUMENTS:
        click.echo(json.dumps(schema_of(*DOCUMENTS[wanted]), indent=1, ensure_ascii=True))
        return 0
    if wanted in IN_PAPERS:
        click.echo(_of_paper(wanted), nl=False)
        return 0
    raise SchemaUnknownError(subject=name[:80], known=", ".join(sorted({*DOCUMENTS, *IN_PAPERS})))


def _of_paper(name: str) -> str:
    from phones import package_data

    return package_data.path("certs", f"schemas/{name}.json").read_text(encoding="utf-8")
