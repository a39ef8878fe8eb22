# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of a running service in Prometheus's text format; labels are words of ours, never of a phone or a person."""

from collections import Counter
from collections.abc import Iterator

from station.service.running import Running
from station.service.told import PhoneOnBench

STATES = ("at_work", "to_confirm", "asks_you", "blocked", "finished")


def lines_of(service: Running) -> Iterator[str]:
    """Each number with what it means. Raises: LedgerError."""
    told = service.state()
    standing: Counter[str] = Counter(PhoneOnBench.of(row).state for row in service.bench.rows())
    yield from _gauge("proofwipe_ready", "1 where new work is taken", {"": int(told.state == "running")})
    yield from _gauge("proofwipe_locked", "1 where the passphrase is wanted first", {"": int(told.locked)})
    yield from _gauge("proofwipe_erase_switch", "1 where the API may erase", {"": int(told.erase)})
    yield from _gauge(
        "proofwipe_phones", "phones on the bench", {f'{{state="{each}"}}': standing[each] for each in STATES}
    )
    yield from _gauge("proofwipe_jobs_at_work", "jobs with a worker", {"": told.jobs_at_work})
    yield from _gauge("proofwipe_jobs_erasing", "jobs in the middle of an erase", {"": told.jobs_erasing})
    yield from _gauge("proofwipe_questions_open", "questions that wait for a person", {"": told.questions_open})
    yield from _gauge("proofwipe_streams", "clients of /v1/events", {"": service.feed.clients})
    yield from _gauge("proofwipe_ledger_entries", "number of the ledger's last entry", {"": told.sequence})


def _gauge(name: str, meaning: str, values: dict[str, int]) -> Iterator[str]:
    yield f"# HELP {name} {meaning}\n# TYPE {name} gauge\n"
    for label, value in values.items():
        yield f"{name}{label} {value}\n"
