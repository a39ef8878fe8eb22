# SPDX-License-Identifier: GPL-3.0-or-later
"""Every method of pymobiledevice3 that we override still exists there, with a signature that ours can stand in for."""

import inspect

import pytest

from phones.apple import library

OUR_OWN = {"waited_for_dialog", "host_refused", "_one_value", "_in_step"}


def overridden(ours: type) -> list[str]:
    return sorted(name for name in vars(ours) if not name.startswith("__") and name not in OUR_OWN)


def parameters(member: object) -> list[tuple[str, object]]:
    function = member.fget if isinstance(member, property) else inspect.unwrap(member)  # type: ignore[arg-type]  # a name may hold anything here
    assert callable(function)
    return [(one.name, one.kind) for one in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize("ours", [library.BoundedConnection, library.Client])
def test_each_overridden_name_is_still_there_with_the_same_parameters(ours: type) -> None:
    names = overridden(ours)
    assert names
    for name in names:
        theirs = next((vars(base)[name] for base in ours.__mro__[1:] if name in vars(base)), None)
        assert theirs is not None, f"{name} is gone upstream: our override is never called"
        if not callable(theirs) and not isinstance(theirs, property):
            continue
        assert parameters(vars(ours)[name]) == parameters(theirs), name
