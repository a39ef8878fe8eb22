# SPDX-License-Identifier: GPL-3.0-or-later
"""Acts of checking one after the other: not twice, not when skipped, never in the way of the erase."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from phones.evidence import Evidence, Moment, Outcome, digest_of
from phones.port import Platform
from phones.witness import Witness, WitnessedPort
from station.checking.act import CheckAct, Measurer, Profile, Scene
from station.checking.flow import Hanging, Skips, done, run_acts
from station.checking.table import ACTS, acts_of
from station.setup.settings import CHECKS, Checking
from tests.support import lives
from tests.support.direct_bench import DirectPort, VirtualClock
from virtual_phones.bench.scenario import add_phones, read_scenario


class Place:
    """A phone on a port, and acts that write down that they were done."""

    def __init__(self, folder: Path) -> None:
        document = {"name": "life", "seed": 1, "phone": [{"name": "phone", "port": "1-1", **lives.PIXEL_13}]}
        (self.slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
        self.clock = VirtualClock()
        self.kept: list[Evidence] = []
        self.told: list[str] = []
        self.hanging = Hanging.SAME
        self.after: Callable[[str], None] = lambda _name: None
        self.phone = WitnessedPort(
            DirectPort(self.slot, self.clock, folder),
            Witness(clock=self.clock, journal=self.kept.append, salt=lives.SALT),
        )
        self.phone.peek()  # the look that makes the phone ask its owner
        self.slot.press("accept_adb", 0.0)

    def act(self, name: str, *, measurer: Measurer = Measurer.CABLE) -> CheckAct:
        def run(scene: Scene) -> None:
            scene.phone.record_host_fact(f"check.{name}", {"host.step": name}, scene.moment)
            self.after(name)

        return CheckAct(
            name=name,
            measurer=measurer,
            platforms=(Platform.ANDROID,),
            profiles=(Profile.FULL,),
            gives=("host.step",),
            run=run,
        )

    def run(self, *acts: CheckAct, but: tuple[str, ...] = (), skips: Skips | None = None, meant: str = "") -> list[str]:
        scene = Scene(
            phone=self.phone,
            platform=Platform.ANDROID,
            known={},
            clock=self.clock,
            operator=None,  # type: ignore[arg-type]  # none of these acts needs a person
            draw=lambda: "0" * 32,
            person_s=36_000.0,
            tell=self.told.append,
        )
        self.hanging = run_acts(acts, scene, but=but, skips=skips or Skips(), meant=meant)
        return [piece.asked for piece in self.kept]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_the_profiles_of_the_settings_are_those_of_the_acts() -> None:
    assert tuple(each.value for each in Profile) == CHECKS


def test_no_two_acts_of_a_platform_have_one_name() -> None:
    names = [(act.name, platform) for act in ACTS for platform in act.platforms]
    assert len(names) == len(set(names))


def test_a_profile_has_its_own_acts_and_a_name_finds_one_in_any_profile(place: Place) -> None:
    table = (place.act("first"), place.act("second"))
    assert acts_of(Profile.FULL, Platform.ANDROID, Moment.BEFORE, table=table) == table
    assert acts_of(Profile.QUICK, Platform.ANDROID, Moment.BEFORE, table=table) == ()
    assert acts_of(Profile.FULL, Platform.APPLE, Moment.BEFORE, table=table) == ()
    assert acts_of(Profile.FULL, Platform.ANDROID, Moment.FINAL, table=table) == ()
    only = frozenset({"second"})
    assert acts_of(Profile.QUICK, Platform.ANDROID, Moment.BEFORE, only=only, table=table) == table[1:]


def test_what_is_done_is_not_done_again(place: Place) -> None:
    acts = place.act("first"), place.act("second"), place.act("third")
    assert place.run(*acts, but=("second",)) == ["check.first", "check.third"]
    assert place.told == ["first", "third"]
    assert done(place.kept) == {"first", "third"}


def test_an_act_that_the_phone_did_not_answer_is_not_done() -> None:
    values = {"command.refusal": "unknown"}
    refused = Evidence(
        number=1,
        at=VirtualClock().now(),
        moment=Moment.BEFORE,
        port="1-1",
        link="adb",
        asked="check.first",
        outcome=Outcome.REFUSED,
        values=values,
        digest=digest_of(values),
    )
    assert done([refused]) == frozenset()


def test_an_act_learns_that_it_was_skipped_and_the_next_begins_unskipped(place: Place) -> None:
    skipped, seen = [0], list[bool]()

    def run(scene: Scene) -> None:
        before = scene.is_over()
        skipped[0] += 1
        seen.extend([before, scene.is_over()])

    acts = [replace(place.act(name), run=run) for name in ("first", "second")]
    place.run(*acts, skips=Skips(skipped=lambda: skipped[0]))
    assert seen == [False, True, False, True]


def test_the_rest_can_be_skipped(place: Place) -> None:
    over = list[bool]()
    place.after = lambda _name: over.append(True)
    assert place.run(place.act("first"), place.act("second"), skips=Skips(rest_skipped=lambda: bool(over))) == [
        "check.first"
    ]


def test_a_phone_that_left_is_not_asked_but_a_person_can_still_look(place: Place) -> None:
    place.after = lambda _name: place.slot.unplug(place.clock.seconds)
    acts = place.act("first"), place.act("second"), place.act("third", measurer=Measurer.PERSON)
    assert place.run(*acts) == ["check.first", "check.third"]


OTHER = {**lives.PIXEL_13, "serial": "BBBB1FDF600999", "imeis": ["353918110000984"]}


def put_in(place: Place, phone: Mapping[str, object]) -> None:
    document = {"name": "other", "seed": 2, "phone": [{"name": "phone", "port": "1-1", **phone}]}
    (slot,) = add_phones(read_scenario(document), epoch_at_zero=lives.EPOCH_AT_ZERO)
    place.slot.phone = slot.phone


def test_nothing_further_is_measured_of_another_phone_than_at_first(place: Place) -> None:
    place.after = lambda name: put_in(place, OTHER) if name == "second" else None
    assert place.run(*map(place.act, ("first", "second", "third"))) == ["check.first", "check.second"]
    assert place.hanging is Hanging.PERHAPS_ASKED, "by the second act, which asks the phone"


def test_another_phone_put_in_while_a_person_does_something_was_asked_nothing(place: Place) -> None:
    place.after = lambda name: put_in(place, OTHER) if name == "second" else None
    acts = place.act("first"), place.act("second", measurer=Measurer.PERSON), place.act("third")
    assert place.run(*acts) == ["check.first", "check.second"]
    assert place.hanging is Hanging.ANOTHER


def test_nothing_at_all_is_measured_of_another_phone_than_the_one_meant(place: Place) -> None:
    assert place.run(place.act("first"), meant="BBBB1FDF600999") == []
    assert place.hanging is Hanging.ANOTHER, "before anything was asked"
    place.hanging = Hanging.PERHAPS_ASKED
    assert place.run(place.act("first"), meant=place.slot.phone.serial) == ["check.first"]
    assert place.hanging is Hanging.SAME


def test_a_phone_that_comes_where_none_was_is_the_one_that_is_meant_from_then_on(place: Place) -> None:
    place.slot.unplug(0.0)

    def hand(name: str) -> None:
        if name == "first":
            place.slot.plug(place.clock.seconds)
        if name == "second":
            put_in(place, OTHER)

    place.after = hand
    acts = place.act("first", measurer=Measurer.PERSON), place.act("second"), place.act("third")
    assert place.run(*acts) == ["check.first", "check.second"]
    assert place.hanging is not Hanging.SAME


def test_every_act_waits_for_a_person_no_longer_than_its_kind_may(place: Place) -> None:
    waited: dict[str, float] = {}

    def timed(name: str) -> CheckAct:
        return replace(place.act(name, measurer=Measurer(name)), run=lambda at: waited.update({name: at.person_s}))

    place.run(*(timed(each.value) for each in Measurer))
    assert waited == {"cable": 120.0, "watched": 90.0, "browser": 600.0, "person": 300.0}


def test_a_job_that_was_to_be_measured_says_so_and_is_erased_all_the_same() -> None:
    settings = replace(lives.SETTINGS, checking=Checking(checks="kiosk"))
    life = lives.live(lives.PIXEL_13, settings=settings)
    assert life.certified
    assert life.truly_erased
    said = [piece.values for piece in life.job.evidence if piece.asked == "host.check_profile"]
    assert said == [{"host.check_profile": "kiosk"}]


def test_a_job_that_was_not_to_be_measured_says_nothing() -> None:
    life = lives.live(lives.PIXEL_13)
    assert not [piece for piece in life.job.evidence if piece.asked.startswith(("check.", "host.check_profile"))]
