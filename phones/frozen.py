# SPDX-License-Identifier: GPL-3.0-or-later
"""Frozen dataclasses that take no time to define.

`dataclasses.dataclass` writes and compiles six functions for every class, half a millisecond each time a program
starts; a verifier has sixty such classes, and a buyer waits for all of them. Here the classes share functions that
were compiled once. To a type checker this is `dataclasses.dataclass`, and `dataclasses.replace`, `fields`, `asdict`
work on its classes. A class that is not frozen with slots and keywords, or wants more than plain fields, is left to
the library.
"""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(**options: bool) -> Callable[[type], type]:
        """As `dataclasses.dataclass`."""
        if options == {"frozen": True, "slots": True, "kw_only": True}:
            return lambda plain: _quickly(plain) if _is_simple(plain) else dataclasses.dataclass(**options)(plain)
        return dataclasses.dataclass(**options)


def _is_simple(plain: type) -> bool:
    """Nothing inherited, nothing to be done after the fields are set, no field with more than a default."""
    has_more = any(isinstance(value, dataclasses.Field) for value in vars(plain).values())
    return plain.__bases__ == (object,) and "__post_init__" not in vars(plain) and not has_more


def _quickly(plain: type) -> type:
    content = dict(vars(plain))
    annotations = content.get("__annotations__", {})
    names = tuple(annotations)
    defaults = {name: content.pop(name) for name in names if name in content}
    for name in ("__dict__", "__weakref__"):
        content.pop(name, None)
    values = attrgetter(*names) if len(names) > 1 else _tuple_of(names)

    def equal(self: object, other: object) -> Any:
        return values(self) == values(other) if self.__class__ is other.__class__ else NotImplemented

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

    shared = {
        "__eq__": equal,
        "__hash__": digest,
        "__repr__": shown,
        "__getstate__": state,
        "__setstate__": set_state,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
    }
    made = type(plain)(
        plain.__name__,
        plain.__bases__,
        {
            **shared,
            **content,
            "__slots__": names,
            "__match_args__": (),
            "__dataclass_fields__": _Fields(defaults),
            "__signature__": _Signature(defaults),
        },
    )
    made.__qualname__ = plain.__qualname__
    setters = tuple((name, getattr(made, name).__set__) for name in names)

    def initialise(self: object, **given: object) -> None:
        if len(given) != len(names):
            given = defaults | given
        try:
            for name, put in setters:
                put(self, given[name])
        except KeyError:
            raise TypeError(f"{made.__qualname__}: no {name}") from None
        if len(given) != len(names):
            raise TypeError(f"{made.__qualname__}: unknown {', '.join(given.keys() - set(names))}")

    made.__init__ = initialise  # type: ignore[misc]  # on purpose
    return made


def _tuple_of(names: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    return lambda each: tuple(getattr(each, name) for name in names)


def _refuse(self: object, name: str, *_: object) -> None:
    del self
    raise dataclasses.FrozenInstanceError(f"cannot assign to or delete field {name!r}")


class _Fields:
    """`__dataclass_fields__`, made by the library when somebody asks: `replace`, `fields`, `asdict`."""

    def __init__(self, defaults: Mapping[str, object]) -> None:
        self._defaults = defaults

    def __get__(self, instance: object, owner: type) -> Any:
        content = {"__annotations__": owner.__annotations__, "__module__": owner.__module__, **self._defaults}
        found: Any = dataclasses.dataclass(kw_only=True, eq=False, repr=False)(type(owner.__name__, (), content))
        type.__setattr__(owner, "__dataclass_fields__", found.__dataclass_fields__)
        return found.__dataclass_fields__


class _Signature:
    """`__signature__`, made when somebody asks what the class is made from: hypothesis, `help`."""

    def __init__(self, defaults: Mapping[str, object]) -> None:
        self._defaults = defaults

    def __get__(self, instance: object, owner: type) -> inspect.Signature:
        return inspect.Signature(
            [
                inspect.Parameter(
                    name,
                    inspect.Parameter.KEYWORD_ONLY,
                    default=self._defaults.get(name, inspect.Parameter.empty),
                    annotation=annotation,
                )
                for name, annotation in owner.__annotations__.items()
            ]
        )
