# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone in hand against a paper, whoever holds the bench. Reads only."""

from certs.editions.interface import RecordFacts
from phones.problem import Problem
from station.session import bench_operations
from station.session.bench_operations import BenchInUse, Inspection
from station.work import blocking
from station.work.recheck import Recheck, recheck


def held_against(record: RecordFacts, phone: Inspection) -> Recheck | Problem:
    """Is it the phone of that record, and as it was left; or why it says nothing now."""
    problem = blocking.problem_of_presence(phone.sighting) or blocking.problem_of_answers(phone.values)
    return problem if problem is not None else recheck(record, phone.values, phone.sighting.presence)


def inspected_against(at: BenchInUse, record: RecordFacts, *, wanted: str) -> tuple[Inspection, Recheck | Problem]:
    """The one phone of the bench that is meant, held against that record. Raises: as `bench_operations.inspect`."""
    phone = bench_operations.inspect(at, wanted=wanted)
    return phone, held_against(record, phone)
