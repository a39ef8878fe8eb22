# SPDX-License-Identifier: GPL-3.0-or-later
"""A class of `phones.frozen` does what the library's does."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Mapping
from typing import Any

import pytest

from phones import frozen


@frozen.dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A class."""

    name: str
    count: int = 3
    more: tuple[str, ...] = ()

    @property
    def shout(self) -> str:
        """A method."""
        return self.name.upper()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A class."""

    name: str
    count: int = 3
    more: tuple[str, ...] = ()

    @property
    def shout(self) -> str:
        """A method."""
        return self.name.upper()


@frozen.dataclass(frozen=True, slots=True, kw_only=True)
class OfOne:
    """One field only."""

    table: Mapping[str, str]


@frozen.dataclass(slots=True)
class Changing:
    """May be changed; its fields may be given in their order."""

    at: int
    seen: list[int] = dataclasses.field(default_factory=list)


@frozen.dataclass(slots=True)
class Ordered:
    """A field that is not compared."""

    at: int
    seen: list[int] = dataclasses.field(default_factory=list, compare=False, kw_only=True)


@frozen.dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Looks at its fields once they are set."""

    count: int

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("less than nothing")


@frozen.dataclass(frozen=True, slots=True, kw_only=True)
class Heir(Checked):
    """Inherits: left to the library."""

    name: str


BOTH: tuple[Any, Any] = (Ours, Theirs)


@pytest.mark.parametrize("made", BOTH)
def test_fields_defaults_and_methods_are_there(made: Any) -> None:
    one = made(name="a", more=("b",))
    assert (one.name, one.count, one.more, one.shout) == ("a", 3, ("b",), "A")
    assert made.__doc__ == "A class."
    assert not hasattr(one, "__dict__")
    assert repr(one) == f"{made.__qualname__}(name='a', count=3, more=('b',))"


@pytest.mark.parametrize("made", BOTH)
def test_equal_fields_of_one_class_are_equal_and_hash_alike(made: Any) -> None:
    assert made(name="a") == made(name="a", count=3)
    assert made(name="a") != made(name="b")
    assert made(name="a") != ("a", 3, ())
    assert hash(made(name="a")) == hash(made(name="a"))
    assert BOTH[0](name="a") != BOTH[1](name="a")
    assert OfOne(table={"a": "b"}) == OfOne(table={"a": "b"})
    with pytest.raises(TypeError, match="unhashable"):
        hash(OfOne(table={}))


@pytest.mark.parametrize("made", BOTH)
@pytest.mark.parametrize(
    ("positional", "named"), [((), {}), (("a",), {}), ((), {"name": "a", "other": 1}), ((), {"nam": "a"})]
)
def test_missing_unknown_and_positional_arguments_are_refused(
    made: Any, positional: tuple[str, ...], named: dict[str, Any]
) -> None:
    with pytest.raises(TypeError):
        made(*positional, **named)


@pytest.mark.parametrize("made", BOTH)
def test_nothing_can_be_changed(made: Any) -> None:
    one = made(name="a")
    for name in ("name", "another"):
        with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
            setattr(one, name, "b")
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.name
    assert one == made(name="a")


@pytest.mark.parametrize("made", BOTH)
def test_the_library_knows_its_fields(made: Any) -> None:
    one = made(name="a")
    known: Any = dataclasses
    assert known.is_dataclass(made)
    assert [field.name for field in known.fields(made)] == ["name", "count", "more"]
    assert dataclasses.replace(one, count=4) == made(name="a", count=4)
    assert dataclasses.asdict(one) == {"name": "a", "count": 3, "more": ()}


@pytest.mark.parametrize("made", BOTH)
def test_it_can_be_copied_and_sent_to_another_process(made: Any) -> None:
    one = made(name="a", more=("b",))
    assert copy.deepcopy(one) == one
    assert pickle.loads(pickle.dumps(one)) == one


def test_a_field_that_wants_more_than_a_default_is_left_to_the_library() -> None:
    assert Ordered(1, seen=[2]) == Ordered(1, seen=[3])
    wrong: Any = Ordered
    with pytest.raises(TypeError):
        wrong(1, [2])


def test_what_a_class_is_made_from_can_be_asked() -> None:
    ours, theirs = (inspect.signature(made).parameters for made in (Ours, Theirs))
    assert list(ours.values()) == list(theirs.values())


def test_what_may_be_changed_is_given_in_order_has_a_list_of_its_own_and_no_hash() -> None:
    one, other = Changing(1), Changing(at=1)
    one.seen.append(7)
    assert (one.seen, other.seen, one == other, one == Changing(1, [7])) == ([7], [], False, True)
    one.at = 2
    assert one.at == 2
    assert list(inspect.signature(Changing).parameters) == ["at", "seen"]
    assert [each.name for each in dataclasses.fields(Changing)] == ["at", "seen"]
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)
    wrong: Any = Changing
    for positional, named in (((1, [], 3), {}), ((), {}), ((1,), {"at": 1}), ((1,), {"other": 1})):
        with pytest.raises(TypeError):
            wrong(*positional, **named)


def test_a_class_that_looks_at_its_fields_does_so_and_can_be_inherited() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        Checked(count=-1)
    with pytest.raises(ValueError, match="less than nothing"):
        Heir(count=-1, name="a")
    assert dataclasses.replace(Heir(count=1, name="a"), count=2) == Heir(count=2, name="a")
