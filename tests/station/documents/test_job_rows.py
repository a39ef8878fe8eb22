# SPDX-License-Identifier: GPL-3.0-or-later
"""An export has the columns it always had, computes nothing in a spreadsheet, comes back as it was, and stays small."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from phones.cleaning import clean
from phones.port import Platform
from station.documents.document import plain
from station.documents.job_rows import COLUMNS, LONGEST_CELL, JobRow, csv_of, guarded, lines_of, unguarded
from station.ledger.summary import JobSummary
from tests.support.schemas import check

JOB = JobSummary(
    id="TESTJOB1",
    number=1,
    opened_at="2026-11-21T10:00:00.000000Z",
    port="1-1",
    slot="A1",
    platform=Platform.ANDROID,
    emulated=True,
    performed_by="Li Wei",
)
FIRST_COLUMNS = (
    "job", "opened_at", "slot", "platform", "model", "serial", "imei", "imei2", "udid", "asset_tag", "lot",
    "customer_ref", "note", "attempt", "stage", "came_to", "verdict", "level", "grade", "method", "technique",
    "nist_method", "gb_status", "r2_status", "paper", "outcome", "standing", "reason_code", "reason", "operator",
    "validator", "decision", "erase_begun_at", "decided_at", "papered_at", "closed_at", "took_s", "log_index", "file",
)  # fmt: skip
"""Change nothing here: programs rely on it. Later columns come after them."""
TEXT = st.text(max_size=40) | st.text(alphabet="=+-@'\";,\t\r\n0123456789 E.\uff1dA\\", max_size=12)


def test_the_columns_of_version_1_are_the_first_ones_still() -> None:
    assert COLUMNS[: len(FIRST_COLUMNS)] == FIRST_COLUMNS
    assert JobRow.VERSION == 1


@given(TEXT, st.booleans())
@example("'=1", False)
@example("';=1", False)
@example(';"=1', True)
@example("'0123", True)
@example("356938035643809", True)
@example("  =1", False)
@example("a; =1", False)
@example("  'a", False)
def test_a_cell_computes_nothing_and_comes_back(text: str, for_spreadsheet: bool) -> None:
    cell = guarded(text, for_spreadsheet=for_spreadsheet)
    for piece in cell.split(";"):
        assert not piece.lstrip('" ').startswith(tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20"))
    assert unguarded(cell) == clean(text, most=LONGEST_CELL)
    if for_spreadsheet and text.isascii() and text.isdigit():
        assert cell == f"'{text}"


@pytest.mark.parametrize("tag", ["SEP2", "1-MAR", "3 Mar 2026", "(5)", ".5", "1E5", "12:30", "5%", "TRUE", "$5"])
def test_a_tag_that_excel_would_take_for_something_else_keeps_its_letters(tag: str) -> None:
    assert guarded(tag, for_spreadsheet=True) == f"'{tag}"
    assert guarded(tag) == tag
    assert unguarded(f"'{tag}") == tag


@pytest.mark.parametrize("tag", ["MAR", "A-1", "Pixel 9", "iPhone 12", "jan" * 300])
def test_other_tags_stay_as_they_are_and_are_looked_at_in_no_time(tag: str) -> None:
    assert guarded(tag, for_spreadsheet=True) == tag


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=5), st.booleans())
def test_a_table_is_read_back_as_it_was(said: list[tuple[str, str, str]], for_spreadsheet: bool) -> None:
    jobs = [replace(JOB, asset_tag=tag, note=note, model=model) for tag, note, model in said]
    data = b"".join(csv_of(jobs, for_spreadsheet=for_spreadsheet))
    assert data.startswith(b"\xef\xbb\xbf") is for_spreadsheet
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    assert tuple(read[0]) == COLUMNS
    expected = [[clean(text, most=LONGEST_CELL) for text in each] for each in said]
    places = [COLUMNS.index(name) for name in ("asset_tag", "note", "model")]
    assert [[unguarded(row[place]) for place in places] for row in read[1:]] == expected
    lines = b"".join(lines_of(jobs)).decode().split("\n")[:-1]
    assert len(lines) == len(jobs), "a line a job, whatever stands in it"
    for line, job in zip(lines, jobs, strict=True):
        document = json.loads(line)
        check(document)
        assert document == {"schema": "proofwipe/job-row/1", **plain(JobRow.of(job))}
        assert document["asset_tag"] == (job.asset_tag or None), "as it was stated"


def test_many_jobs_need_no_more_memory_than_a_few() -> None:
    def jobs(number: int) -> Iterator[JobSummary]:
        return (replace(JOB, id=f"J{each}") for each in range(number))

    def needed(number: int) -> int:
        tracemalloc.start()
        for portion in csv_of(jobs(number)):
            assert portion
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert needed(4_000) < 2 * needed(1_000)
