# SPDX-License-Identifier: GPL-3.0-or-later
"""Lives a case, and asks the phone itself how it really ended.

Most lives are led from inspection to record by the method's own steps, the judge and the law of the record; one in
some (`case.STATION_EACH`) by the whole station. A certificate here is a record that the law calls none of a report.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from certs import editions
from certs.record.facts import JobFacts, SalePolicy
from certs.record.issuer import Issuer
from certs.record.record import Record
from phones.errors import BenchError
from phones.identity import PhoneIdentity
from phones.verdict import Verdict
from station.work import blocking
from tests.support import lives
from tests.support.grid.case import Case
from tests.support.grid.routes import Route
from tests.wipe.drive import SALT, Bench
from virtual_phones.storage.lies import LIES
from wipe.overwrite.plan import OverwritePlan

PLAN = OverwritePlan(file_bytes=256 * 1024, chunk_bytes=4096, most_small=60)
ISSUER = Issuer(name="Test Bench")
RECORD_EACH = 16
"""One life in so many that did not pass gets its record all the same, to see that the law makes it a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`ended`: passed, failed, indeterminate, blocked, not_offered. `holds_data`: the phone that came still holds its
    first owner's data, or is not the one that hangs there now. `recorded`: a record was made of it.
    """

    ended: str
    certified: bool
    holds_data: bool
    overwritten: bool = False
    recorded: bool = False

    def wrongs(self, case: Case, route: Route) -> tuple[str, ...]:
        """What must never be: a word for each."""
        found = []
        if self.certified:
            found += ["certified_with_data"] if self.holds_data else []
            found += ["certified_a_liar"] if route.lies(case.misbehaviour) else []
            found += ["certified_what_proves_nothing"] if not route.certifies else []
            found += ["overwritten_by_a_liar"] if self.overwritten and set(case.misbehaviour) & set(LIES) else []
        elif case.is_honest and route.certifies:
            found.append("refused_an_honest_phone")
        return tuple(found)


def live(case: Case, route: Route) -> Outcome:
    """The case's life. Whatever it raises is a fault of the program, or of the grid."""
    return _by_station(case) if case.by_station else _by_steps(case, route)


def _by_steps(case: Case, route: Route) -> Outcome:
    bench = Bench(case.method, case.phone, obeys=case.obeys, answer=case.answer, overwrite=PLAN, seed=case.seed)
    try:
        return _on(bench, case, route)
    finally:
        bench.clear_away()


def _on(bench: Bench, case: Case, route: Route) -> Outcome:
    try:
        values = bench.inspect()
        sighting = bench.slot_sighting()
        if blocking.problem_of(sighting, values, case.method):
            return _outcome(bench, "blocked")
        if not route.method.fits(values, sighting):
            return _outcome(bench, "not_offered")
        if route.method.problems(values, sighting, bench.limits):
            return _outcome(bench, "blocked")
        bench.run(dies_after=len(bench.evidence) + case.dies_after if case.dies_after else -1)
        if bench.dies_in:
            bench.resume()
    except BenchError:  # as in the worker: the job fails
        return _outcome(bench, "failed")
    report = bench.report()
    passed = report.verdict is Verdict.PASSED and not bench.failure
    if not passed and case.number % RECORD_EACH:
        return _outcome(bench, _ending(report.verdict))
    record = _record(bench, values, "verified" if passed else "failed")
    overwritten = report.claims.gb_status == "method_overwrite"
    found = _outcome(bench, "passed" if passed else _ending(report.verdict))
    return replace(found, certified=not record.is_report, overwritten=overwritten, recorded=True)


def _ending(verdict: Verdict) -> str:
    return "failed" if verdict is Verdict.FAILED else "indeterminate"


def _record(bench: Bench, values: Mapping[str, str], stage: str) -> Record:
    facts = JobFacts(
        job_id="TESTJOB1",
        attempt=1,
        opened_at=bench.evidence[0].at,
        finished_at=bench.clock.now(),
        port="1-1",
        slot="1-1",
        emulated=True,
        platform=bench.method.platform,
        identity=PhoneIdentity.from_values(values),
        salt=SALT,
        evidence=tuple(bench.evidence),
        method=bench.method.name,
        policy=SalePolicy(name="test", require_validation=False),
        performed_by=lives.TESTER,
        stage=stage,
        failure=bench.failure,
    )
    return Record.of_job(
        facts,
        ISSUER,
        lives.signer().station,
        "basic",
        issued_at=bench.clock.now(),
        certificate_id="PW-0000-0000-0000-0000",
        edition=editions.in_work(),
    )


def _outcome(bench: Bench, ended: str) -> Outcome:
    return Outcome(
        ended=ended, certified=False, holds_data=_holds_data(bench.slot.first.truth(), bench.slot.phone.truth())
    )


def _holds_data(first: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return not first["erased"] or bool(first["left"]) or first["serial"] != now["serial"]


def _by_station(case: Case) -> Outcome:
    wish = case.method if case.method in ("android_reopen", "android_rescue") else ""
    life = lives.live(case.phone, method=wish, seed=case.seed, marks=0)
    if life.job.failure == "internal":
        raise AssertionError(f"the station's worker ended in an error of its own: {case}")
    ended = "passed" if life.certified else life.job.stage.value
    return Outcome(ended=ended, certified=life.certified, holds_data=_holds_data(life.truth, life.now), recorded=True)
