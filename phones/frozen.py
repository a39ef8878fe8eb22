# SPDX-License-Identifier: GPL-3.0-or-later
"""Dataclasses that take no time to define; nearly all of them are frozen.

`dataclasses.dataclass` writes and compiles six functions for every class, half a millisecond each time a program
starts; a verifier has eighty such classes, and a buyer waits for all of them. Here the classes share functions that
were compiled once. To a type checker this is `dataclasses.dataclass`, and `dataclasses.replace`, `fields`, `asdict`
work on its classes. A class without slots, one that inherits, or one whose fields want more than a default or a
`default_factory` is left to the library.
"""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

_LIBRARY_NAMES = ("__dataclass_fields__", "__dataclass_params__")

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(**options: bool) -> Callable[[type], type]:
        """As `dataclasses.dataclass`."""
        if options.get("slots") and options.keys() <= {"frozen", "slots", "kw_only"}:
            return lambda plain: (
                _quickly(plain, options) if _is_simple(plain) else dataclasses.dataclass(**options)(plain)
            )
        return dataclasses.dataclass(**options)


def _is_simple(plain: type) -> bool:
    """Nothing inherited, and no field with more than a default or a `default_factory`.

    From Python 3.14 on a class keeps its annotations elsewhere and evaluates them late; the library knows how.
    """
    if "__annotations__" not in vars(plain):
        return False
    fields = [value for value in vars(plain).values() if isinstance(value, dataclasses.Field)]
    plainest: Any = dataclasses.field(default_factory=list)
    return plain.__bases__ == (object,) and not any(
        each.default_factory is dataclasses.MISSING
        or any(
            getattr(each, name) != getattr(plainest, name) for name in ("init", "repr", "hash", "compare", "kw_only")
        )
        for each in fields
    )


def _quickly(plain: type, options: Mapping[str, bool]) -> type:
    content = dict(vars(plain))
    annotations = content.get("__annotations__", {})
    names = tuple(annotations)
    defaults = {name: content.pop(name) for name in names if name in content}
    factories: dict[str, Any] = {
        name: each.default_factory for name, each in defaults.items() if isinstance(each, dataclasses.Field)
    }
    finish = content.get("__post_init__")
    for name in ("__dict__", "__weakref__"):
        content.pop(name, None)
    values = attrgetter(*names) if len(names) > 1 else _tuple_of(names)
    compared = attrgetter(*names) if names else values  # of one field its value, without a tuple around it

    def equal(self: object, other: object) -> Any:
        return compared(self) == compared(other) if self.__class__ is other.__class__ else NotImplemented

    def digest(self: object) -> int:
        return hash(values(self))

    def shown(self: object) -> str:
        pairs = zip(names, values(self), strict=True)
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in pairs)})"

    def state(self: object) -> tuple[Any, ...]:
        found: tuple[Any, ...] = values(self)
        return found

    def set_state(self: object, found: tuple[Any, ...]) -> None:
        for name, value in zip(names, found, strict=True):
            object.__setattr__(self, name, value)

    shared: dict[str, object] = {
        "__eq__": equal,
        "__hash__": None,
        "__repr__": shown,
        "__getstate__": state,
        "__setstate__": set_state,
    }
    if options.get("frozen"):
        shared |= {"__hash__": digest, "__setattr__": _refuse, "__delattr__": _refuse}
    made = type(plain)(
        plain.__name__,
        plain.__bases__,
        {
            **shared,
            **content,
            "__slots__": names,
            "__match_args__": () if options.get("kw_only") else names,
            **{name: _AsTheLibrary(name, defaults, options) for name in _LIBRARY_NAMES},
            "__signature__": _Signature(defaults, in_order=not options.get("kw_only")),
        },
    )
    made.__qualname__ = plain.__qualname__
    setters = tuple((name, getattr(made, name).__set__) for name in names)

    def initialise(self: object, **given: object) -> None:
        if len(given) != len(names):
            given = defaults | {name: make() for name, make in factories.items()} | given
        try:
            for name, put in setters:
                put(self, given[name])
        except KeyError:
            raise TypeError(f"{made.__qualname__}: no {name}") from None
        if len(given) != len(names):
            raise TypeError(f"{made.__qualname__}: unknown {', '.join(given.keys() - set(names))}")
        if finish is not None:
            finish(self)

    def initialise_in_order(self: object, *values_given: object, **given: object) -> None:
        if len(values_given) == len(names) and not given and finish is None:  # the ordinary way
            for (_, put), value in zip(setters, values_given, strict=True):
                put(self, value)
            return
        if len(values_given) > len(names):
            raise TypeError(f"{made.__qualname__}: more than {len(names)} values")
        initialise(self, **dict(zip(names, values_given, strict=False)), **given)

    made.__init__ = initialise if options.get("kw_only") else initialise_in_order  # type: ignore[misc]  # on purpose
    return made


def _tuple_of(names: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    if not names:
        return lambda _: ()
    only = attrgetter(*names)
    return lambda each: (only(each),)


def _refuse(self: object, name: str, *_: object) -> None:
    del self
    raise dataclasses.FrozenInstanceError(f"cannot assign to or delete field {name!r}")


class _AsTheLibrary:
    """What the library looks for in its classes (`replace`, `fields`, `asdict`, inheritance), made when it is asked."""

    def __init__(self, name: str, defaults: Mapping[str, object], options: Mapping[str, bool]) -> None:
        self._name, self._defaults, self._options = name, defaults, options

    def __get__(self, instance: object, owner: type) -> Any:
        content = {"__annotations__": owner.__annotations__, "__module__": owner.__module__, **self._defaults}
        options = {**self._options, "slots": False, "eq": False, "repr": False}
        found = getattr(dataclasses.dataclass(**options)(type(owner.__name__, (), content)), self._name)
        type.__setattr__(owner, self._name, found)
        return found


class _Signature:
    """`__signature__`, made when somebody asks what the class is made from: hypothesis, `help`."""

    def __init__(self, defaults: Mapping[str, object], *, in_order: bool) -> None:
        self._defaults = defaults
        self._kind = inspect.Parameter.POSITIONAL_OR_KEYWORD if in_order else inspect.Parameter.KEYWORD_ONLY

    def __get__(self, instance: object, owner: type) -> inspect.Signature:
        return inspect.Signature(
            [
                inspect.Parameter(
                    name,
                    self._kind,
                    default=self._defaults.get(name, inspect.Parameter.empty),
                    annotation=annotation,
                )
                for name, annotation in owner.__annotations__.items()
            ]
        )
