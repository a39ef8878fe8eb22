# SPDX-License-Identifier: GPL-3.0-or-later
"""The overwriting pass on virtual phones: an honest one is overwritten and read back whole, through pulled cables and
crashes; one that lies about its storage never is.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from certs.record.schema import MAXIMUM_EVIDENCE
from phones.errors import PhoneLostError
from phones.evidence import Evidence, Moment
from phones.link import Reply, Request, ShellLine, ShellStream
from phones.verdict import Verdict
from tests.support.sampling import parts
from tests.wipe.drive import PIXEL_13, SALT, SMALL_PIXEL_13, SMALL_PLAN, Bench
from tests.wipe.honest import changed
from virtual_phones.android.phone import AndroidPhone
from virtual_phones.storage.lies import LIES
from wipe.methods.table import METHODS
from wipe.overwrite.layout import Layout, folder_of
from wipe.overwrite.pattern import Pattern
from wipe.overwrite.plan import OverwritePlan
from wipe.overwrite.stream import Stream
from wipe.secret import commitment_to, secret_of
from wipe.steps.overwriting.at_the_phone import MOST_STOPS

METHOD = "android_harness_overwrite"
STEPS = ("overwrite_measure", "overwrite_fill", "overwrite_restart", "overwrite_read_back", "overwrite_remove")
_EVERY = 7
MIB = 1024 * 1024


def bench(phone: Mapping[str, Any] | None = None, **more: Any) -> Bench:
    made = Bench(METHOD, phone or SMALL_PIXEL_13, **more)
    made.inspect()
    return made


def last(evidence: Iterable[Evidence], asked: str) -> Mapping[str, str]:
    found = [piece.values for piece in evidence if piece.asked == asked and piece.moment is Moment.BETWEEN]
    return found[-1] if found else {}


def shortfalls(found: Bench) -> list[str]:
    """What keeps a pass from being whole; nothing for one that is."""
    evidence = found.evidence
    measured = [piece.values for piece in evidence if piece.asked == "overwrite.measure"]
    free = max((int(values.get("storage.free_bytes", "0")) for values in measured), default=0)
    filled, restarted = last(evidence, "overwrite.filled"), last(evidence, "overwrite.restarted")
    drawn, read = last(evidence, "overwrite.drawn"), last(evidence, "overwrite.read_back")
    kept = int(filled.get("overwrite.kept_bytes", "0"))
    shown = {
        "filled": filled.get("overwrite.full") == "yes" and 0 < free * 99 <= kept * 100,
        "restarted": "" != filled.get("overwrite.boot", "") != restarted.get("overwrite.boot", "") != "",
        "drawn": int(drawn.get("overwrite.chunks_drawn", "0")) * 10 >= int(drawn.get("overwrite.chunks_total", "1")),
        "read": read.get("overwrite.chunks_matching", "0") == drawn.get("overwrite.chunks_drawn"),
        "right": read.get("overwrite.chunks_differing") == "0" == read.get("overwrite.chunks_unread"),
        "removed": last(evidence, "overwrite.removed").get("overwrite.removed") == "yes",
    }
    return [name for name, is_so in shown.items() if not is_so]


def is_whole(found: Bench) -> bool:
    return found.failure == "" and not shortfalls(found)


@cache
def honest() -> Bench:
    return bench().run()


def fill_pieces() -> range:
    """Numbers of evidence from the first step of the pass to its last."""
    numbers = [piece.number for piece in honest().evidence if piece.asked.startswith("overwrite.")]
    return range(numbers[0], numbers[-1] + 1)


# honest phones ------------------------------------------------------------------------------------


def test_an_honest_phone_is_filled_restarted_read_back_and_certified() -> None:
    found = honest()
    assert (found.failure, shortfalls(found), found.report().reasons) == ("", [], ())
    assert found.report().verdict is Verdict.PASSED
    assert found.report().claims.gb_status == "method_overwrite"
    assert found.truth()["erased"] is True


def test_the_evidence_says_how_much_was_written_and_read_and_holds_no_byte_of_it() -> None:
    evidence = honest().evidence
    filled, drawn, read = (last(evidence, f"overwrite.{name}") for name in ("filled", "drawn", "read_back"))
    sent = last(evidence, "overwrite.sent")
    layout = Layout(kept_bytes=int(filled["overwrite.kept_bytes"]), file_bytes=512 * 1024, chunk_bytes=4096)
    assert (sent["overwrite.pass"], sent["overwrite.pattern"]) == ("1", "keyed")
    assert int(sent["overwrite.sent_bytes"]) >= layout.kept_bytes
    assert int(filled["overwrite.files"]) == layout.files
    assert int(drawn["overwrite.chunks_total"]) == layout.chunks
    assert int(read["overwrite.read_bytes"]) >= layout.kept_bytes // 10
    assert max(len(text) for piece in evidence for text in piece.values.values()) < 400


def test_what_is_drawn_is_known_only_after_the_restart() -> None:
    numbers = {piece.asked: piece.number for piece in honest().evidence if piece.moment is Moment.BETWEEN}
    order = ["filled", "restarted", "drawn", "read_back", "removed"]
    assert [numbers[f"overwrite.{name}"] for name in order] == sorted(numbers[f"overwrite.{name}"] for name in order)


def test_nothing_is_left_on_the_phone_before_the_last_reset() -> None:
    found = bench()
    found.method = replace(found.method, steps=found.method.steps[:-1])
    found.run()
    model = found.slot.phone
    assert isinstance(model, AndroidPhone)
    assert model.run(f"shell,v2,raw:[ -e {folder_of('ab' * 16)} ]", now_s=found.clock.seconds).exit_code == 1  # type: ignore[union-attr]  # the shell is open


def test_progress_tells_bytes_rate_and_what_is_left() -> None:
    told = honest().told
    assert told[-1].percent == 100
    assert {progress.left for progress in told} > {0}
    assert all(progress.left_s is None or progress.left_s >= 0 for progress in told)


@pytest.mark.parametrize("earlier", list(Pattern))
def test_of_two_passes_each_is_filled_and_the_last_is_read_back(earlier: Pattern) -> None:
    found = bench(overwrite=replace(SMALL_PLAN, passes=2, earlier=earlier)).run()
    assert is_whole(found), (found.failure, shortfalls(found))
    begun = [piece.values for piece in found.evidence if piece.asked == "overwrite.begun"]
    assert [(each["overwrite.pass"], each["overwrite.pattern"]) for each in begun] == [("1", earlier), ("2", "keyed")]
    kept = {piece.values["overwrite.kept_bytes"] for piece in found.evidence if piece.asked == "overwrite.filled"}
    assert len(kept) == 1, "the first pass was taken away before the second"
    assert last(found.evidence, "overwrite.drawn")["overwrite.passes"] == "2"


def test_three_passes_over_a_terabyte_leave_few_enough_pieces_for_a_record() -> None:
    """As many files as 1 TB in files of 1 GiB, each of one block; battery and heat are looked at before every one."""
    files = 10**12 // OverwritePlan().file_bytes + 1
    storage = {"bytes": 24 * 1024 * files, "data_kib": 20 * files}  # an inode is formatted for each 16 KiB
    plan = OverwritePlan(passes=3, file_bytes=4096, chunk_bytes=4096, most_small=300, look_each_s=0.0)
    found = bench({**PIXEL_13, "set": {"storage": storage}}, overwrite=plan).run()
    assert (found.failure, shortfalls(found)) == ("", ["filled"]), "so small files use up the inodes first"
    filled = last(found.evidence, "overwrite.filled")
    assert (filled["overwrite.full"], int(filled["overwrite.files"]) >= files) == ("yes", True)
    assert len(found.evidence) < 1000 < MAXIMUM_EVIDENCE
    acts: Counter[str] = Counter()
    for piece in found.evidence:
        if piece.asked == "host.acts":
            acts[piece.values["host.step"]] += int(piece.values["host.acts"])
    assert min(acts["overwrite.write"], acts["overwrite.battery"]) >= 3 * files
    assert acts["overwrite.read"] >= files


def test_that_writing_began_and_that_it_ended_for_want_of_space_are_pieces_of_their_own() -> None:
    evidence = honest().evidence
    begun = [piece for piece in evidence if piece.asked == "host.act_begun"]
    assert {piece.values["host.step"] for piece in begun} == {"overwrite.write", "overwrite.read"}
    assert {piece.moment for piece in begun} == {Moment.BETWEEN}
    kept = [piece.values for piece in evidence if piece.asked == "overwrite.write"]
    assert kept
    assert all(values != {"command.exit_code": "0"} for values in kept)


# interruptions ------------------------------------------------------------------------------------


@pytest.mark.repeats
def test_a_job_that_is_resumed_under_another_setting_goes_on_in_the_pattern_it_began_with() -> None:
    found = bench(overwrite=replace(SMALL_PLAN, passes=2, earlier=Pattern.ZEROS))
    begun = next(
        piece.number
        for piece in bench(overwrite=replace(SMALL_PLAN, passes=2, earlier=Pattern.ZEROS)).run().evidence
        if piece.asked == "overwrite.begun"
    )
    found.run(dies_after=begun + 1)
    assert found.dies_in == "overwrite_fill"
    found.overwrite = SMALL_PLAN
    found.resume()
    sent = [piece.values for piece in found.evidence if piece.asked == "overwrite.sent"]
    assert [(each["overwrite.pass"], each["overwrite.pattern"]) for each in sent] == [("1", "zeros"), ("2", "keyed")]


@pytest.mark.parametrize("first", parts(_EVERY, tried=1))
def test_after_a_crash_anywhere_in_the_pass_it_is_finished_whole(first: int) -> None:
    for number in fill_pieces()[first::_EVERY]:
        found = bench().run(dies_after=number)
        assert found.dies_in in (*STEPS, "look_after"), number
        found.resume()
        assert is_whole(found), (number, found.dies_in, found.failure, shortfalls(found))
        assert found.report().verdict is Verdict.PASSED, number
        assert sum(piece.asked == "overwrite.drawn" for piece in found.evidence) == 1, "nobody gets a second draw"


def test_a_resumed_pass_is_done_as_often_as_it_was_begun() -> None:
    found = bench(overwrite=replace(SMALL_PLAN, passes=2)).run(dies_after=fill_pieces()[10])
    found.overwrite = SMALL_PLAN
    found.resume()
    assert is_whole(found)
    assert last(found.evidence, "overwrite.drawn")["overwrite.passes"] == "2"


def _exchanges_of_the_pass() -> range:
    """Which exchanges with the phone the pass makes."""
    counts: list[int] = []

    def count(found: Bench, _request: Request) -> None:
        counts.append(found.slot.exchanges.count)

    watched(count)
    return range(counts[0], counts[-1] + 1)


def watched(see: Callable[[Bench, Request], None], **more: Any) -> Bench:
    """A run whose long acts are seen when they begin."""
    found = bench(**more)
    opened = found.port.open

    def open_port() -> Any:
        link = opened()
        exchange = link.exchange

        def seen(request: Request, *, timeout_s: float) -> Any:
            if isinstance(request, ShellStream):
                see(found, request)
            return exchange(request, timeout_s=timeout_s)

        link.exchange = seen  # type: ignore[method-assign]  # the fake's own wire
        return link

    found.port.open = open_port  # type: ignore[method-assign]  # the fake's own wire
    return found.run()


@pytest.mark.repeats
@pytest.mark.parametrize("first", parts(_EVERY, tried=1))
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "truncate"])
def test_a_cable_pulled_anywhere_in_the_pass_is_survived(kind: str, first: int) -> None:
    for number in _exchanges_of_the_pass()[first::_EVERY]:
        fault: dict[str, Any] = {"at": number, "kind": kind, "seconds": 30.0}
        if kind == "truncate":
            fault["after_bytes"] = 100_000
        found = bench({**SMALL_PIXEL_13, "fault": [fault]}).run()
        assert found.slot.cuts == 1, number
        assert is_whole(found), (number, found.failure, shortfalls(found))


@pytest.mark.parametrize("lost", ["write", "read"])
def test_a_cable_that_never_stops_breaking_leaves_no_more_pieces_than_a_record_holds(lost: str) -> None:
    count = itertools.count()

    def see(_found: Bench, request: Request) -> None:
        is_write = isinstance(request, ShellStream) and request.line.startswith("cat ")
        if is_write == (lost == "write") and (lost == "read" or next(count) % 2):
            raise PhoneLostError

    plan = replace(SMALL_PLAN, file_bytes=4096)
    found = watched(
        see, phone={**PIXEL_13, "set": {"storage": {"bytes": 12 * MIB, "data_kib": 10 * 1024}}}, overwrite=plan
    )
    pieces = [piece for piece in found.evidence if piece.asked == f"overwrite.{lost}"]
    assert MOST_STOPS <= len(pieces) <= MOST_STOPS + 10
    assert len(found.evidence) < MOST_STOPS * 6 < MAXIMUM_EVIDENCE
    assert found.failure == ""
    assert ("filled" if lost == "write" else "read") in shortfalls(found)
    assert found.report().claims.gb_status != "method_overwrite"


def test_a_phone_that_is_never_plugged_in_again_ends_the_job_with_its_reason() -> None:
    number = _exchanges_of_the_pass()[3]
    found = bench({**SMALL_PIXEL_13, "fault": [{"at": number, "kind": "drop_after", "seconds": 1e6}]}).run()
    assert found.failure == "never_returned"
    assert not is_whole(found)


def test_a_phone_that_is_too_hot_is_waited_for_and_then_left_as_it_is() -> None:
    hot = {"set": {**SMALL_PIXEL_13["set"], "battery": {"temperature_dc": 460}}}  # type: ignore[dict-item]  # a table
    found = bench({**SMALL_PIXEL_13, **hot})
    before = found.clock.seconds
    found.run()
    assert found.clock.seconds - before > 240
    assert "filled" in shortfalls(found)
    assert last(found.evidence, "overwrite.filled")["overwrite.kept_bytes"] == "0"
    report = found.report()
    assert (report.verdict, report.claims.gb_status) == (Verdict.PASSED, "supporting_only"), "the erase stands"


# phones that lie about their storage --------------------------------------------------------------


SECRET = secret_of(SALT, "ab" * 16)
_READ = re.compile(r"for s in ([0-9 ]+); do dd if=\S+/f([0-9]{5}) bs=([0-9]+) .*")


def answered_by(known: str) -> Bench:
    """A phone that reads nothing back: it computes what it is asked for, of the key it would have if the job's secret
    were `known`.
    """
    found = bench()
    opened = found.port.open

    def open_port() -> Any:
        link = opened()
        exchange = link.exchange

        def computing(request: Request, *, timeout_s: float) -> Any:
            asked = _READ.fullmatch(request.line) if isinstance(request, ShellStream) else None
            if asked is None or not isinstance(request, ShellStream):
                return exchange(request, timeout_s=timeout_s)
            size = int(asked[3])
            for place in map(int, asked[1].split()):
                request.sink(Stream(known, 1).bytes_at(int(asked[2]), place * size, size))
            return Reply(status=0)

        link.exchange = computing  # type: ignore[method-assign]  # the fake's own wire
        return link

    found.port.open = open_port  # type: ignore[method-assign]  # the fake's own wire
    return found.run()


def test_a_phone_that_computes_from_all_it_was_ever_told_is_refuted() -> None:
    evidence = honest().evidence
    told = {"ab" * 16, last(evidence, "overwrite.planned")["overwrite.commitment"]}
    told |= {piece.values["overwrite.boot"] for piece in evidence if "overwrite.boot" in piece.values}
    for known in told:
        report = answered_by(known).report()
        assert (report.verdict, report.reasons) == (Verdict.FAILED, ("overwrite_differs",)), known
    assert answered_by(SECRET).report().claims.gb_status == "method_overwrite", "so it is the secret that keeps it out"


def test_no_request_holds_the_secret_or_anything_that_it_is_made_of() -> None:
    lines: list[str] = []
    found = bench()
    opened = found.port.open

    def open_port() -> Any:
        link = opened()
        exchange = link.exchange

        def seen(request: Request, *, timeout_s: float) -> Any:
            lines.extend([request.line] if isinstance(request, (ShellLine, ShellStream)) else [str(request)])
            return exchange(request, timeout_s=timeout_s)

        link.exchange = seen  # type: ignore[method-assign]  # the fake's own wire
        return link

    found.port.open = open_port  # type: ignore[method-assign]  # the fake's own wire
    assert is_whole(found.run())
    seed = last(found.evidence, "overwrite.drawn")["overwrite.seed"]
    hidden = (SECRET, SALT.hex(), seed, commitment_to(SECRET))
    assert len(lines) > 30
    assert not [line for line in lines for text in hidden if text[:16] in line]


def test_the_secret_is_told_once_and_only_when_everything_is_read_back() -> None:
    evidence = honest().evidence
    (told,) = [piece.number for piece in evidence if SECRET in piece.values.values()]
    asked = {piece.asked: piece.number for piece in evidence}
    assert asked["overwrite.planned"] < asked["overwrite.begun"] < asked["overwrite.read_back"] < told
    assert told == asked["overwrite.disclosed"]
    assert not [
        piece for piece in evidence if piece.number > told and piece.values.get("host.step") == "overwrite.read"
    ]


def test_after_a_crash_behind_the_telling_nothing_is_read_any_more() -> None:
    numbers = {piece.asked: piece.number for piece in honest().evidence}
    for number in (numbers["overwrite.read_back"], numbers["overwrite.disclosed"]):
        found = bench().run(dies_after=number)
        assert found.dies_in == "overwrite_read_back"
        found.resume()
        assert is_whole(found)
        assert found.report().claims.gb_status == "method_overwrite"
        assert sum(piece.asked == "overwrite.read_back" for piece in found.evidence) == 1
        assert sum(piece.asked == "overwrite.disclosed" for piece in found.evidence) == 1


def test_a_pass_that_was_begun_under_another_secret_is_not_gone_on_with_and_accuses_nobody() -> None:
    found = bench().run(dies_after=next(iter(fill_pieces()[12:])))
    planned = next(at for at, piece in enumerate(found.evidence) if piece.asked == "overwrite.planned")
    found.evidence[planned : planned + 1] = changed(
        found.evidence[planned : planned + 1], Moment.BETWEEN, "overwrite.commitment", "0" * 64
    )
    found.resume()
    report = found.report()
    assert (found.failure, report.verdict) == ("", Verdict.PASSED)
    assert report.claims.gb_status == "supporting_only"


def test_a_mark_that_comes_back_with_the_restart_ends_the_job() -> None:
    found = bench()
    step = next(at for at, each in enumerate(found.method.steps) if each.name == "overwrite_remove")
    found.method = replace(found.method, steps=found.method.steps[:step])
    found.run()
    model = found.slot.phone
    assert isinstance(model, AndroidPhone)
    room = f"rm -rf {folder_of('ab' * 16)}/small"
    model.run(f"shell,v2,raw:{room};echo x > /data/local/tmp/.pw_{'ab' * 8}", now_s=found.clock.seconds)
    found.method = METHODS[METHOD]
    found.run(first=step)
    assert found.failure == "canary_still_there"
    assert found.report().reasons == ("canary_still_there",)


EVERYTHING = replace(SMALL_PLAN, percent=100)
"""Everything is drawn: a few lost blocks in seven hundred are less than the one percent that a sample shows."""


@pytest.mark.parametrize("lie", sorted(LIES))
def test_a_crash_never_helps_a_phone_that_lies_about_its_storage(lie: str) -> None:
    phone = {**SMALL_PIXEL_13, "misbehaviour": [lie]}
    for number in list(fill_pieces())[3::23]:
        found = bench(phone, overwrite=EVERYTHING).run(dies_after=number)
        if found.dies_in:
            found.resume()
        assert found.report().claims.gb_status != "method_overwrite", (lie, number)


def test_a_plan_of_a_bench_is_the_documented_one() -> None:
    plan = OverwritePlan()
    assert (plan.file_bytes, plan.chunk_bytes, plan.percent, plan.passes) == (1024**3, 1024**2, 10, 1)
