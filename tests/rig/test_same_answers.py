# SPDX-License-Identifier: GPL-3.0-or-later
"""Two programs that ask the same phone: what differs is found, and nothing is not taken for the same."""

from rig.play_tools import same_of_both
from rig.same_fastboot import UNKNOWN, by_name, compared, told_in

SAID = f"""product: oriole
Finished. Total time: 0.000s
partition-type:userdata: f2fs
Finished. Total time: 0.000s
getvar:{UNKNOWN}                                    FAILED (remote: 'Unknown variable')
Finished. Total time: 0.000s
"""


def test_a_variable_that_is_refused_is_left_out_and_one_with_a_colon_is_not() -> None:
    assert by_name(SAID, ("product", "partition-type:userdata", UNKNOWN)) == {
        "product": "oriole",
        "partition-type:userdata": "f2fs",
    }


def test_what_the_boot_loader_tells_of_an_erase_stands_behind_other_words() -> None:
    said = (
        "Erasing 'userdata'              (bootloader) erasing userdata\nOKAY [  0.002s]\nFinished. Total time: 0.1s\n"
    )
    assert told_in(said) == ["erasing userdata"]
    assert told_in("(bootloader) product:oriole\n(bootloader) a:b:c\nFinished.\n") == ["product:oriole", "a:b:c"]


def test_what_only_one_is_told_is_named_and_so_is_another_order() -> None:
    assert compared("all", ["a", "b"], ["a", "b"]) == []
    assert compared("all", ["a", "b"], ["a"]) == ["all: only ours 'b'"]
    assert compared("all", ["a"], ["a", "c"]) == ["all: only fastboot 'c'"]
    assert compared("all", ["a", "b"], ["b", "a"]) == ["all: in another order"]


def test_the_number_of_a_transport_is_no_difference_and_everything_else_is() -> None:
    (row,) = same_of_both({"devices": "X device transport_id:1"}, {"devices": "X device transport_id:7"}, "t")
    assert row.good
    (row,) = same_of_both({"devices": "X device"}, {"devices": "X offline"}, "t")
    assert not row.good
    (row,) = same_of_both({"devices": "X device"}, {}, "t")
    assert not row.good


def test_no_answers_are_not_the_same_answers() -> None:
    (row,) = same_of_both({}, {}, "t")
    assert not row.good
