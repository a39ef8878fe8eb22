# SPDX-License-Identifier: GPL-3.0-or-later
"""`proofwipe grade compare`: where two people agree on one phone."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from certs.keys.authority import create_authority
from certs.record.record import Record
from station.cli.commands.grade import command
from tests.grading.samples import evidence_of
from tests.support.papers.synthetic_jobs import CERTIFICATE_ID, ISSUED_AT, ISSUER, OPENED_AT, iphone_job


def record(path: Path, **said: str) -> str:
    job, signer = iphone_job(), create_authority(ISSUER, "bench-1", now=OPENED_AT).trial_signer()
    values = {f"statement.{question}": answer for question, answer in said.items()}
    piece = evidence_of(values, number=job.evidence[-1].number + 1, link="operator")
    job = replace(job, evidence=(*job.evidence, replace(piece, at=job.evidence[-1].at)))
    made = Record.of_job(job, ISSUER, signer.station, "basic", issued_at=ISSUED_AT, certificate_id=CERTIFICATE_ID)
    path.write_bytes(made.data)
    return str(path)


@pytest.mark.parametrize(("other", "code"), [("ok", 0), ("defect", 1)])
def test_two_records_of_one_phone_are_compared(tmp_path: Path, other: str, code: int) -> None:
    files = [record(tmp_path / "a.json", screen="ok"), record(tmp_path / "b.json", screen=other)]
    done = CliRunner().invoke(command, ["compare", *files, "--json"], standalone_mode=False)
    assert done.return_value == code
    told = json.loads(done.output)
    assert told["same"] == "passed"
    assert {each["question"]: each["agree"] for each in told["questions"]}["screen"] is (other == "ok")
    said = CliRunner().invoke(command, ["compare", *files], standalone_mode=False)
    assert said.return_value == code
    assert "screen" in said.output
